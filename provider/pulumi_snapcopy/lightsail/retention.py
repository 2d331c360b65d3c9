"""``Retention`` as programs write it: what can't be used is refused without a traceback."""

from __future__ import annotations

import pulumi

from ..recovery import retention


class Retention(retention.Retention):
    """How many copies of each source to keep; a copy that any rule keeps is kept.

    The rules are those of restic's ``forget``: periods without a copy are not counted, weeks are ISO weeks, and while a
    rule has not found as many periods as it may keep, it keeps the oldest copy too. The newest copy is always kept. See
    https://restic.readthedocs.io/en/stable/060_forget.html.

    Args:
        last: the newest copies.
        daily: the newest copy of each of the last days that have one.
        weekly: the newest copy of each of the last weeks that have one.
        monthly: the newest copy of each of the last months that have one.
        yearly: the newest copy of each of the last years that have one.

    Raises:
        RunError: if a count is not a whole number of 0 or more, or all are 0.

    Example:
        >>> Retention(daily=7, weekly=4, monthly=6).most
        17
    """

    __slots__ = ()

    def __post_init__(self) -> None:
        try:
            super().__post_init__()
        except ValueError as error:
            raise pulumi.RunError(str(error)) from None
