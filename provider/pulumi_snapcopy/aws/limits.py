"""Limits, told apart by the service's words: on copies in progress, which pass, and quotas that are used up."""

from __future__ import annotations

_IN_PROGRESS = ("in progress", "too many", "concurrent", "cannot copy more", "can't copy more")
_USED_UP = ("maximum number", "quota", "limit for the number of", "reached the limit", "reached your limit")


def is_of_copies_in_progress(words: str) -> bool:
    """Whether words are of a limit on copies in progress, and not of a quota that is used up.

    Example:
        >>> is_of_copies_in_progress("You cannot copy more than 5 snapshots at a time.")
        True
        >>> is_of_copies_in_progress("You have reached the maximum number of manual snapshots.")
        False
    """
    lower = words.lower()
    return "cop" in lower and any(each in lower for each in _IN_PROGRESS)


def is_used_up(words: str) -> bool:
    """Whether words are of a quota that is used up, so that waiting doesn't help.

    Example:
        >>> is_used_up("You have reached the maximum number of manual snapshots.")
        True
    """
    lower = words.lower()
    return any(each in lower for each in _USED_UP) and not is_of_copies_in_progress(words)
