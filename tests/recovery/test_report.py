"""The report of a recovery region: ages, gaps, costs, the JSON that scripts read, the exit code, the table."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest
from pulumi_snapcopy.recovery import words
from pulumi_snapcopy.recovery.evidence import CopyState
from pulumi_snapcopy.recovery.report import CopyFacts, Report, SourceFacts, SourceStatus, assess
from pulumi_snapcopy.recovery.retention import Retention
from pulumi_snapcopy.recovery.table import drill_table, status_table
from rich.console import Console
from rich.table import Table

from . import sample
from .sample import NOW, TODAY

OBJECTIVE = timedelta(hours=26)


def status(
    *copies: CopyFacts,
    retention: Retention | None = None,
    max_age: timedelta | None = OBJECTIVE,
) -> SourceStatus:
    """web-1's status now."""
    facts = SourceFacts(
        source="web-1",
        source_region="us-east-1",
        target_region="eu-west-1",
        copies=copies,
        retention=retention,
    )
    return assess(facts, now=NOW, max_age=max_age)


def copy(back: int, **changed: object) -> CopyFacts:
    """A copy of a day before today."""
    day = TODAY - timedelta(days=back)
    return CopyFacts(**{"date": day, "name": f"dr-web-1-{day}", "size_in_gb": 40, **changed})  # type: ignore[arg-type]


def report(*sources: SourceStatus, max_age: timedelta | None = OBJECTIVE) -> Report:
    """A report now."""
    return Report(sources=sources, made_at=NOW, max_age=max_age)


def printed(table: Table) -> list[list[str]]:
    """A table's cells, as they are printed on a wide terminal."""
    console = Console(file=io.StringIO(), width=400)
    console.print(table)
    assert isinstance(console.file, io.StringIO)
    return [line.split("  ") for line in console.file.getvalue().splitlines()]


def test_an_age_is_the_datas() -> None:
    """From when the snapshot was taken, else from the midnight that its day began with."""
    taken = datetime(2026, 11, 20, 4, 30, tzinfo=timezone.utc)
    assert status(copy(0, taken_at=taken)).age == timedelta(hours=5)
    assert status(copy(0)).age == timedelta(hours=9, minutes=30)
    assert status(copy(0, taken_at=NOW + timedelta(minutes=1))).age == timedelta()


@pytest.mark.parametrize(
    ("max_age", "met"),
    [(timedelta(hours=9, minutes=30), True), (timedelta(hours=9, minutes=29), False), (None, None)],
)
def test_the_objective_is_an_age(max_age: timedelta | None, met: bool | None) -> None:
    """An age of just that much meets it."""
    assert status(copy(0), max_age=max_age).objective_met is met


def test_only_complete_copies_count() -> None:
    """What is in progress or failed is shown, and nothing can be restored from it."""
    found = status(copy(0, state=CopyState.PENDING, progress="40%"), copy(1, state=CopyState.FAILED), copy(2))
    assert found.newest == copy(2)
    assert (found.kept, found.size_in_gb, found.monthly_cost) == (1, 40, 2.0)
    assert [each.date for each in found.in_progress] == [TODAY]
    assert [each.date for each in found.failed] == [TODAY - timedelta(days=1)]
    assert [each.reasons for each in found.copies] == [(), (), ()]


def test_gaps_and_reasons_are_the_retentions() -> None:
    """Where it isn't known, gaps are those of seven days, and no reason is said."""
    found = status(*(copy(back) for back in (0, 2, 9)), retention=Retention(daily=3))
    assert [each.reasons for each in found.copies] == [("daily snapshot",)] * 3
    assert [each.goes_next for each in found.copies] == [False, False, True]
    assert found.gaps == (date(2026, 11, 19),)
    unknown = status(*(copy(back) for back in (0, 2, 9)))
    assert [each.reasons for each in unknown.copies] == [(), (), ()]
    assert len(unknown.gaps) == 5


def test_copies_of_a_replaced_source_are_told_apart() -> None:
    """No rule counts them, none goes next, and they close no gap; the source copied last is the present one."""
    old = [copy(back, source_ref="arn:old") for back in (5, 6, 7)]
    new = [copy(back, source_ref="arn:new") for back in (0, 1, 2)]
    found = status(*new, *old, retention=Retention(daily=2, monthly=6))
    assert [(each.reasons, each.goes_next) for each in found.copies] == [
        (("daily snapshot", "monthly snapshot"), False),
        (("daily snapshot",), True),
        (("oldest monthly snapshot",), False),
        *[(("of an earlier source",), False)] * 3,
    ]
    assert words.kept(found) == "6 (2 daily, 2 monthly, 3 of an earlier source)"
    assert (found.kept, found.gaps) == (6, ())
    assert words.kept(status(*new, *old)) == "6 (3 of an earlier source)"


def test_unknown_sizes_are_not_zero() -> None:
    """A sum is of what is known; of nothing known there is none."""
    assert status(copy(0), copy(1, size_in_gb=None)).size_in_gb == 40
    found = status(copy(0, size_in_gb=None))
    assert (found.size_in_gb, found.monthly_cost) == (None, None)
    assert report(found).monthly_cost is None
    assert report(found, status(copy(0))).monthly_cost == 2.0


@pytest.mark.parametrize(
    ("sources", "met", "code"),
    [
        ([status(copy(0))], True, 0),
        ([status(copy(0)), status(copy(3))], False, 1),
        ([status()], False, 1),
        ([], False, 2),
    ],
)
def test_the_exit_code_says_how_it_stands(sources: list[SourceStatus], met: bool, code: int) -> None:
    """0 good, 1 missed, 2 couldn't be determined."""
    found = report(*sources)
    assert (found.objective_met, found.exit_code) == (met, code)
    assert found.as_json()["objectiveMet"] is met


def test_without_an_objective_nothing_is_missed() -> None:
    """No copies at all are no failure then."""
    assert report(max_age=None).exit_code == 0
    assert report(status(max_age=None), max_age=None).exit_code == 0


def test_the_json_is_the_documented_one() -> None:
    """Every key of a source, and that it can be written."""
    found = json.loads(json.dumps(report(status(copy(0), copy(2), retention=Retention(daily=2))).as_json()))
    assert found == {
        "objectiveMet": True,
        "madeAt": "2026-11-20T09:30:00+00:00",
        "maxAgeSeconds": 93600,
        "estimatedMonthlyCost": 4.0,
        "drills": [],
        "sources": [
            {
                "source": "web-1",
                "sourceRegion": "us-east-1",
                "targetRegion": "eu-west-1",
                "newest": {"date": "2026-11-20", "name": "dr-web-1-2026-11-20"},
                "ageSeconds": 34200,
                "kept": 2,
                "gaps": ["2026-11-19"],
                "objectiveMet": True,
                "inProgress": [],
                "copies": [
                    {
                        "date": day,
                        "name": f"dr-web-1-{day}",
                        "state": "complete",
                        "progress": None,
                        "sizeInGb": 40,
                        "reasons": ["daily snapshot"],
                        "goesNext": goes,
                    }
                    for day, goes in (("2026-11-20", False), ("2026-11-18", True))
                ],
                "sizeInGb": 80,
                "estimatedMonthlyCost": 4.0,
            }
        ],
    }
    nothing = report(status()).as_json()["sources"][0]
    assert (nothing["newest"], nothing["ageSeconds"], nothing["kept"], nothing["gaps"]) == (None, None, 0, [])


def test_the_table_has_a_row_a_source() -> None:
    """Every fact in words; markup in a name is a name's."""
    text = "\n".join("  ".join(line) for line in printed(status_table(sample.report())))
    for expected in (
        "5 h 18 min",
        "14 (7 daily, 4 weekly, 6 monthly)",
        "2026-11-17, 2026-11-18",
        "2026-11-20 (62%)",
        "1,792 GiB",
        "$89.60",
        "missed: no copy",
        "3 days 5 h",
        "mail <old>",
    ):
        assert expected in text
    marked = replace(
        status(copy(0)), facts=SourceFacts(source="[bold]x[/bold]", source_region="", target_region="")
    )
    assert "[bold]x[/bold]" in "".join("".join(line) for line in printed(status_table(report(marked))))


def test_the_table_of_drills_says_how_each_ended() -> None:
    """Recovered in a time from data of an age, or why not."""
    text = "\n".join("  ".join(line) for line in printed(drill_table(sample.report().drills)))
    assert "5 min 12 s" in text
    assert "failed: the zone eu-west-1a has no capacity" in text


@pytest.mark.parametrize(
    ("sources", "max_age", "sentence"),
    [
        ([], OBJECTIVE, "No source has copies here."),
        ([status(copy(0))], OBJECTIVE, "Every source has a copy younger than 26 h."),
        ([status(copy(5)), status(copy(0))], OBJECTIVE, "1 of 2 sources has no copy younger than 26 h."),
        ([status(copy(0), max_age=None)], None, "1 source; no objective was given."),
    ],
)
def test_the_summary_is_one_sentence(
    sources: list[SourceStatus], max_age: timedelta | None, sentence: str
) -> None:
    """What a page or mail begins with."""
    assert words.summary(report(*sources, max_age=max_age)) == sentence
