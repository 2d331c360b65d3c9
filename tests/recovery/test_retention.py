"""Retention keeps what restic's ``forget --keep-*`` keeps, and says why in its words."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_snapcopy.recovery.retention import Retention, gaps

from . import naive

NOVEMBER_20 = date(2026, 11, 20)
RETENTIONS = st.builds(
    Retention,
    last=st.integers(0, 5),
    daily=st.integers(1, 9),
    weekly=st.integers(0, 6),
    monthly=st.integers(0, 8),
    yearly=st.integers(0, 3),
)
DATES = st.sets(st.dates(date(2023, 12, 1), date(2027, 1, 31)), max_size=60)


def days(text: str) -> list[date]:
    """Dates from a line of them, in ISO's form."""
    return [date.fromisoformat(each) for each in text.split()]


def back_from(newest: date, count: int) -> list[date]:
    """One date a day, up to the newest."""
    return [newest - timedelta(days=number) for number in range(count)]


SUNDAYS = [date(2019, 9, 1) + timedelta(weeks=number) for number in range(12)]
"""The backups of the first example on restic's page, one on each of 12 Sundays."""

IRREGULAR = [
    date(year, month, day)
    for year in (2014, 2015)
    for month, found in {
        8: (8, 10, 12, 13, 15, 18, 20, 21, 22),
        9: (1, 2, 5, 6, 8, 9, 10, 11, 20, 22),
        10: (1, 2, 5, 6, 8, 9, 10, 11, 20, 22),
        11: (8, 10, 12, 13, 15, 18, 20, 21, 22),
    }.items()
    for day in found
] + [date(2016, 1, day) for day in (1, 3, 4, 5, 6, 7, 8, 9, 12, 18)]
"""The days of the snapshots that restic's own expectations are stated for."""


@pytest.mark.parametrize(
    ("reason", "retention", "dates", "expected"),
    [
        ("the last four Sundays", Retention(daily=4), SUNDAYS, "2019-10-27 2019-11-03 2019-11-10 2019-11-17"),
        ("one a year, and the oldest, as only three of ten years have any", Retention(yearly=10), IRREGULAR,
         "2014-08-08 2014-11-22 2015-11-22 2016-01-18"),
        ("a date that two rules keep is kept once", Retention(daily=2, weekly=2, monthly=6), IRREGULAR,
         "2014-11-22 2015-08-22 2015-09-22 2015-10-22 2015-11-22 2016-01-12 2016-01-18"),
        ("each rule is its own, whatever the others keep", Retention(daily=7, weekly=2, monthly=3, yearly=10), IRREGULAR,
         "2014-08-08 2014-11-22 2015-10-22 2015-11-22 2016-01-05 2016-01-06 2016-01-07 2016-01-08 2016-01-09"
         " 2016-01-12 2016-01-18"),
        ("days without a snapshot aren't counted", Retention(daily=3), days("2026-11-01 2026-11-11 2026-11-19 2026-11-20"),
         "2026-11-11 2026-11-19 2026-11-20"),
        ("1 January 2027 is of the last ISO week of 2026", Retention(weekly=2), back_from(date(2027, 1, 4), 12),
         "2027-01-03 2027-01-04"),
        ("the oldest is kept while a rule isn't full", Retention(weekly=4), back_from(NOVEMBER_20, 7),
         "2026-11-14 2026-11-15 2026-11-20"),
        ("no more than there are", Retention(last=9), days("2026-11-19 2026-11-20"), "2026-11-19 2026-11-20"),
        ("a day given twice is one", Retention(last=2), days("2026-11-20 2026-11-20 2026-11-19"), "2026-11-19 2026-11-20"),
        ("nothing of nothing", Retention(daily=7), [], ""),
    ],
    ids=lambda value: value.replace(" ", "-") if isinstance(value, str) and " " in value and not value[0].isdigit() else "",
)  # fmt: skip
def test_it_keeps_what_restic_keeps(
    reason: str, retention: Retention, dates: list[date], expected: str
) -> None:
    """The table: restic's published examples, and the corners of its rules."""
    assert sorted(retention.keep(dates)) == days(expected), reason


def test_a_century_of_daily_backups_is_kept_as_restics_page_counts_them() -> None:
    """Seen on a Sunday, 31 December: 7 daily, 4 more weekly, 11 more monthly and 74 more yearly ones."""
    retention = Retention(daily=7, weekly=5, monthly=12, yearly=75)
    kept = retention.keep(back_from(date(2023, 12, 31), 36525))
    assert len(kept) == 7 + 4 + 11 + 74
    assert [sum(reason == f"{rule} snapshot" for each in kept.values() for reason in each)
            for rule in ("daily", "weekly", "monthly", "yearly")] == [7, 5, 12, 75]  # fmt: skip


def test_reasons_are_in_restics_words() -> None:
    """Every rule that keeps a date is named, the oldest as such, newest date first."""
    kept = Retention(last=1, daily=2, weekly=3).keep(days("2026-11-09 2026-11-18 2026-11-19 2026-11-20"))
    assert list(kept.items()) == [
        (NOVEMBER_20, ("last snapshot", "daily snapshot", "weekly snapshot")),
        (date(2026, 11, 19), ("daily snapshot",)),
        (date(2026, 11, 9), ("weekly snapshot",)),
    ]
    assert Retention(weekly=3).keep(days("2026-11-18 2026-11-20")) == {
        NOVEMBER_20: ("weekly snapshot",),
        date(2026, 11, 18): ("oldest weekly snapshot",),
    }


@given(retention=RETENTIONS, dates=DATES)
def test_it_is_what_counting_groups_gives(retention: Retention, dates: set[date]) -> None:
    """A second planner, written differently, keeps the same."""
    assert set(retention.keep(dates)) == naive.kept(retention, dates)


@given(retention=RETENTIONS, dates=DATES)
def test_what_is_kept_is_kept_again(retention: Retention, dates: set[date]) -> None:
    """Applying it twice is applying it once; the newest is always kept, and never more than the counts say."""
    kept = retention.keep(dates)
    assert retention.keep(kept) == kept
    assert not dates or max(dates) in kept
    assert len(kept) <= retention.most
    assert all(kept.values())


@given(retention=RETENTIONS, dates=DATES)
def test_what_goes_next_is_what_the_next_day_drops(retention: Retention, dates: set[date]) -> None:
    """It is what no rule keeps beside a new snapshot of the day after the newest: the newest itself only where one day is kept."""
    going = retention.dropped_next(dates)
    newer = {max(dates) + timedelta(days=1)} if dates else set()
    assert set(going) == dates - naive.kept(retention, dates | newer)
    assert not going or max(dates) not in going or max(retention.last, retention.daily) <= 1


@pytest.mark.parametrize(
    ("counts", "message"),
    [
        ({}, "Retention: at least one of last, daily, weekly, monthly, yearly must be more than 0, as in Retention(daily=7)."),
        ({"daily": 0, "yearly": 0}, "Retention: at least one of last, daily, weekly, monthly, yearly must be more than 0, as in Retention(daily=7)."),
        ({"daily": -1}, "Retention: daily must be a whole number of 0 or more, not -1."),
        ({"weekly": 1.0}, "Retention: weekly must be a whole number of 0 or more, not 1.0."),
        ({"monthly": True}, "Retention: monthly must be a whole number of 0 or more, not True."),
        ({"last": "7"}, "Retention: last must be a whole number of 0 or more, not '7'."),
        ({"daily": 7, "yearly": None}, "Retention: yearly must be a whole number of 0 or more, not None."),
    ],
    ids=str,
)  # fmt: skip
def test_wrong_counts_are_refused_by_name(counts: dict[str, Any], message: str) -> None:
    """The message names the count, and what was given."""
    with pytest.raises(ValueError) as refused:
        Retention(**counts)
    assert str(refused.value) == message


def test_it_is_a_value() -> None:
    """Two of the same counts are equal, and none can be changed or given by position."""
    assert Retention(daily=7) == Retention(daily=7, weekly=0)
    with pytest.raises(AttributeError):
        Retention(daily=7).daily = 8  # type: ignore[misc]
    with pytest.raises(TypeError):
        Retention(7)  # type: ignore[call-arg]


def test_days_are_utcs() -> None:
    """A moment that is passed as a day is refused."""
    with pytest.raises(TypeError, match="retention counts days in UTC"):
        Retention(daily=1).keep([datetime(2026, 11, 19, 23, 30, tzinfo=timezone.utc)])


@pytest.mark.parametrize(
    ("dates", "length", "expected"),
    [
        ("", 7, ""),
        ("2026-11-20", 7, ""),
        ("2026-11-17 2026-11-20", 7, "2026-11-18 2026-11-19"),
        ("2026-10-01 2026-11-18 2026-11-20", 3, "2026-11-19"),
        ("2026-10-01 2026-11-20", 3, "2026-11-18 2026-11-19"),
        ("2026-11-01 2026-11-20", 0, ""),
    ],
)
def test_gaps_are_the_days_without_one(dates: str, length: int, expected: str) -> None:
    """Of the last days up to the newest, none before the first."""
    assert list(gaps(days(dates), days=length)) == days(expected)
