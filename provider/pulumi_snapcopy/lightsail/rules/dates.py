"""The rule for dates whose automatic snapshot the service has most likely deleted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from ...core.rules.judgement import Config, Context, Inputs, Resource, StackRule, Violation
from . import pages

AUTOMATIC_SNAPSHOTS_KEPT = 7
DONE = ("available", "completed")
"""The states of a complete snapshot: of an instance, and of a disk."""


def _judge(
    copies: Sequence[Resource], resources: Sequence[Resource], context: Context, config: Config
) -> Iterator[tuple[str, Violation]]:
    """Yield a violation for each date that has aged out; only a stack's resources say if their copy is complete."""
    oldest = context.now.date() - timedelta(days=AUTOMATIC_SNAPSHOTS_KEPT)
    for copy in copies:
        value = copy.inputs.get("restoreDate")
        if not isinstance(value, str) or _is_complete(copy.inputs):
            continue
        try:
            aged_out = date.fromisoformat(value) < oldest
        except ValueError:
            continue  # restore-date-format reports it
        if aged_out:
            message = (
                f"the automatic snapshot of {value} has most likely aged out: the service keeps the latest "
                f"{AUTOMATIC_SNAPSHOTS_KEPT}. Write a date since {oldest}."
            )
            yield copy.urn, Violation(property="restoreDate", message=message)


def _is_complete(known: Inputs) -> bool:
    """Whether the copy of the date is complete, and so no longer needs its source."""
    return known.get("state") in DONE and known.get("restoredDate") in (None, known.get("restoreDate"))


RESTORE_DATE_NOT_AGED_OUT = StackRule(
    name="restore-date-not-aged-out", severity="low", page=pages.AUTOMATIC, judge=_judge,
    description="The automatic snapshot that is yet to be copied is one of the seven that the service keeps.",
    fix="Write the date of one of the latest seven automatic snapshots.",
)  # fmt: skip
