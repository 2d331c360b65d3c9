"""Tells the copies of a source that was deleted and made again under its name: those of the present one, and the earlier ones'."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from .evidence import CopyState


class OfSource(Protocol):
    """A copy, and the ARN of the instance or disk that it was taken of; None if that isn't known."""

    @property
    def date(self) -> date:
        """The day (UTC) of its data."""

    @property
    def state(self) -> CopyState:
        """Whether it can be restored from."""

    @property
    def source_ref(self) -> str | None:
        """The source's ARN."""


T = TypeVar("T", bound=OfSource)


def of_earlier(copies: Iterable[T], present: str | None) -> tuple[T, ...]:
    """Return the copies that can't be shown to be of the present source; empty unless the copies show two sources.

    A copy without an ARN is of the present source if it is of a later day than one that has the present source's ARN, as
    a name belongs to one source at a time. A failed copy holds no data, and is of none.

    Args:
        copies: all copies of one name.
        present: the ARN of the instance or disk that has the name now; None if it isn't known.
    """
    every = tuple(copies)
    until = earlier_until(every, present)
    if until is None:
        return ()
    return tuple(
        each
        for each in every
        if each.state is not CopyState.FAILED
        and (each.source_ref != present if each.source_ref else each.date <= until)
    )


def earlier_until(copies: Iterable[OfSource], present: str | None) -> date | None:
    """Return the last day of which a snapshot may be of an earlier source; None unless the copies show two sources.

    That copies have their source's ARN isn't documented; one ARN alone, which isn't the present source's, shows nothing.
    """
    shown = [each for each in copies if each.source_ref and each.state is not CopyState.FAILED]
    if len({each.source_ref for each in shown}) < 2:
        return None
    return min((each.date for each in shown if each.source_ref == present), default=date.max)
