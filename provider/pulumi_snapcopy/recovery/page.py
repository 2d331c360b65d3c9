"""The page of `snapcopy status --format html`: one HTML file that loads nothing else and needs no network."""

from __future__ import annotations

from datetime import timedelta, timezone

from jinja2 import Environment, PackageLoader, StrictUndefined

from . import grid, table, words
from .report import Report, SourceStatus

TITLE = "Recovery status"


def render(report: Report, *, title: str = TITLE) -> str:
    """Return the report as an HTML page.

    Every text is escaped; the page has no script and refers to no other file or address.

    Args:
        report: the report to show.
        title: the page's title and heading.
    """
    environment = Environment(
        loader=PackageLoader("pulumi_snapcopy.recovery"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made_at = report.made_at.astimezone(timezone.utc)
    today = made_at.date()
    weeks = max((grid.weeks_of(each, today=today) for each in report.sources), default=0)
    return environment.get_template("status.html.j2").render(
        title=title,
        report=report,
        made_at=made_at,
        grids=[grid.calendar(each, today=today, weeks=weeks) for each in report.sources],
        cell=grid.CELL,
        words=words,
        share=share,
        result=table.result,
        seconds=lambda value: None if value is None else timedelta(seconds=value),
    )


def share(status: SourceStatus, max_age: timedelta | None) -> int | None:
    """Return the newest copy's age in percent of the objective, at most 100; None without a copy or an objective."""
    if not max_age or status.age is None:
        return None
    return min(round(status.age / max_age * 100), 100)
