"""Classifies limit errors by code and message: copies in progress, a quota that is used up, or unclear."""

from __future__ import annotations

from ..core.errors import LimitReached, QuotaReached, ServiceError, TooManyCopies

_CODES: dict[str, type[ServiceError]] = {
    "SnapshotLimitExceeded": QuotaReached,
    "VolumeLimitExceeded": QuotaReached,
    "ResourceLimitExceeded": TooManyCopies,
    "PendingSnapshotLimitExceeded": TooManyCopies,
    "ConcurrentSnapshotLimitExceeded": TooManyCopies,
}
_IN_PROGRESS = ("in progress", "too many", "concurrent", "cannot copy more", "can't copy more")
_USED_UP = ("maximum number", "quota", "limit for the number of")
_REACHED = (
    "limit exceeded",
    "exceeded the limit",
    "exceeded your limit",
    "reached the limit",
    "reached your limit",
)


def limit_error(code: str, words: str) -> type[ServiceError] | None:
    """Return the error class for the limit that an error reports, or None if the error isn't about a limit.

    Example:
        >>> limit_error("LimitExceeded", "You cannot copy more than 5 snapshots at a time.").__name__
        'TooManyCopies'
        >>> limit_error("LimitExceeded", "You have reached the maximum number of manual snapshots.").__name__
        'QuotaReached'
        >>> limit_error("LimitExceeded", "You have reached the limit of 5.").__name__
        'LimitReached'
    """
    if code.startswith("Tag"):
        return None
    lower = words.lower()
    if is_in_flight_limit(words):
        return TooManyCopies
    if any(each in lower for each in _USED_UP):
        return LimitReached if "cop" in lower else QuotaReached
    if code in _CODES:
        return _CODES[code]
    is_one = "limitexceeded" in code.lower() or any(each in lower for each in _REACHED)
    return LimitReached if is_one else None


def is_in_flight_limit(words: str) -> bool:
    """Whether a message is about a limit on copies in progress, and not about a quota that is used up.

    Example:
        >>> is_in_flight_limit("You cannot copy more than 5 snapshots at a time.")
        True
        >>> is_in_flight_limit("You can have only 2 pending snapshots at a time.")
        True
        >>> is_in_flight_limit("Too many concurrent snapshots.")
        True
        >>> is_in_flight_limit("You have reached the maximum number of manual snapshots.")
        False
    """
    lower = words.lower()
    of_any = any(each in lower for each in ("pending snapshot", "concurrent snapshot"))
    return of_any or ("cop" in lower and any(each in lower for each in _IN_PROGRESS))
