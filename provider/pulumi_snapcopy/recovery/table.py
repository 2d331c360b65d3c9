"""The tables of `snapcopy status` and `snapcopy drill`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import TYPE_CHECKING

from . import words
from .drill import DrillResult
from .report import Report, SourceStatus

if TYPE_CHECKING:
    from rich.table import Table

STYLES = {True: "green", False: "red", None: "yellow"}


def status_table(report: Report) -> Table:
    """Return a table with a row for each source."""
    table = _table(
        "SOURCE",
        "FROM",
        "IN",
        "NEWEST",
        "AGE",
        "OBJECTIVE",
        "KEPT",
        "GOES NEXT",
        "GAPS",
        "IN PROGRESS",
        "SIZE",
        "COST/MONTH",
    )
    for each in report.sources:
        _add(table, _cells(each), style_of=5, verdict=each.objective_met)
    return table


def drill_table(results: Iterable[DrillResult]) -> Table:
    """Return a table with a row for each drill."""
    table = _table("SOURCE", "IN", "COPY OF", "RESTORED AS", "RECOVERED IN", "DATA AGE", "RESULT")
    for each in results:
        cells = (
            each.source,
            each.target_region,
            each.date.isoformat() if each.date else "-",
            each.restored_as or "-",
            words.age(_seconds(each.recovery_seconds)),
            words.age(_seconds(each.data_age_seconds)),
            result(each),
        )
        _add(table, cells, style_of=6, verdict=each.objective_met)
    return table


def result(drill: DrillResult) -> str:
    """Return how a drill ended, in words."""
    if drill.error is not None:
        return f"{'unknown' if drill.is_unknown else 'failed'}: {drill.error}"
    if drill.objective_met is None:
        return "unknown"
    if drill.objective_met:
        return "good"
    return "data too old" if drill.recovery_seconds is not None else "not restored"


def _cells(status: SourceStatus) -> tuple[str, ...]:
    facts = status.facts
    progress = ", ".join(
        f"{each.date}{f' ({each.progress})' if each.progress else ''}" for each in status.in_progress
    )
    return (
        facts.source,
        facts.source_region,
        facts.target_region,
        status.newest.date.isoformat() if status.newest else "-",
        words.age(status.age),
        words.verdict(status),
        words.kept(status),
        words.going(status),
        words.days(status.gaps),
        progress or "-",
        words.size(status.size_in_gb),
        words.cost(status.monthly_cost),
    )


def _table(*titles: str) -> Table:
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    for title in titles:
        table.add_column(title, overflow="fold")
    return table


def _add(table: Table, cells: tuple[str, ...], *, style_of: int, verdict: bool | None) -> None:
    from rich.text import Text

    table.add_row(
        *(
            Text(cell, style=STYLES[verdict] if number == style_of else "")
            for number, cell in enumerate(cells)
        )
    )


def _seconds(value: float | None) -> timedelta | None:
    return None if value is None else timedelta(seconds=value)
