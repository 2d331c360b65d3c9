"""Days and days of plans, held against a naive planner and against what must never happen."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pulumi_snapcopy.recovery.evidence import (
    Copy,
    CopyState,
    Evidence,
    Presence,
    SourceSnapshot,
    SourceSnapshotState,
    Unreadable,
)
from pulumi_snapcopy.recovery.plan import Plan
from pulumi_snapcopy.recovery.planning import plan_source
from pulumi_snapcopy.recovery.retention import Retention

from . import naive
from .simulation import BROKEN, DARK, FIRST, Event, World, simulate
from .test_retention import RETENTIONS

EVENTS = st.dictionaries(st.integers(0, 59), st.sampled_from(get_args(Event)), max_size=20)
DAYS = st.dates(FIRST, FIRST + timedelta(days=40))


@st.composite
def evidences(draw: st.DrawFn, regions: tuple[str, ...] = ("eu-west-1",)) -> Evidence:
    """Any evidence that is there and agrees: complete, pending and failed copies, snapshots of every state."""
    copies = {
        day: Copy(
            date=day,
            name=f"dr-web-1-{day}",
            region=draw(st.sampled_from(regions)),
            state=draw(st.sampled_from([CopyState.COMPLETE, CopyState.COMPLETE, *CopyState])),
        )
        for day in draw(st.sets(DAYS, max_size=20))
    }
    offers = {
        day: SourceSnapshot(
            date=day, state=draw(st.sampled_from([SourceSnapshotState.READY, *SourceSnapshotState]))
        )
        for day in draw(st.sets(DAYS, min_size=1, max_size=7))
    }
    held = tuple(copies.values())
    return Evidence(
        source="web-1",
        source_region="us-east-1",
        presence=Presence.SEEN,
        source_snapshots=tuple(offers.values()),
        listed=held,
        recorded=held,
    )


@given(retention=RETENTIONS, events=EVENTS)
def test_sixty_days_hold_what_a_naive_planner_holds(retention: Retention, events: dict[int, Event]) -> None:
    """With outages, skipped and failed snapshots, lists unreadable and empty, each day's copies are those expected."""
    expected: set[date] = set()
    for number, (world, plan) in enumerate(simulate(retention, days=60, events=events)):
        event = events.get(number, "")
        obtainable = {day for day, state in world.offers.items() if state is SourceSnapshotState.READY}
        if event in ("gone", "offers unreadable", "offers empty"):
            obtainable = set()
        if plan:
            wanted = naive.kept(retention, expected | obtainable)
            in_doubt = event in DARK and (expected or event not in ("offers empty", "held empty"))
            assert bool(plan.doubts) == bool(in_doubt)
            expected = expected | wanted if in_doubt else wanted
        assert set(world.copies) == expected


@given(retention=RETENTIONS, evidence=evidences())
def test_a_plan_that_was_carried_out_is_followed_by_none(retention: Retention, evidence: Evidence) -> None:
    """Planning again, with all that was planned done, makes and deletes nothing."""
    plan = plan_source(evidence, retention=retention, target_region="eu-west-1", max_prune=1)
    copies = tuple(
        Copy(date=each.date, name=f"dr-web-1-{each.date}", region="eu-west-1") for each in plan.hold
    )
    again = plan_source(
        replace(evidence, listed=copies, recorded=copies),
        retention=retention,
        target_region="eu-west-1",
        max_prune=0,
    )
    assert again.dates == plan.dates
    assert again.prune == () and all(each.name for each in again.hold)
    assert again.refusal is None


@given(retention=RETENTIONS, evidence=evidences(("eu-west-1", "eu-west-2")))
def test_the_newest_is_never_pruned_without_a_newer_one(retention: Retention, evidence: Evidence) -> None:
    """What can be restored from is never older than before the run."""
    plan = plan_source(evidence, retention=retention, target_region="eu-west-1", max_prune=1)
    assert not isinstance(evidence.listed, Unreadable)
    usable = [each.date for each in evidence.listed if each.state is not CopyState.FAILED]
    assert not usable or (plan.newest or FIRST) >= max(usable)
    stays = {(each.date, each.region) for each in plan.hold}
    assert {(each.copy.date, each.copy.region) for each in plan.prune} & stays == set()


@given(retention=RETENTIONS, evidence=evidences(), data=st.data())
def test_what_goes_while_some_arent_listed_goes_whether_they_are_there_or_not(
    retention: Retention, evidence: Evidence, data: st.DataObject
) -> None:
    """What the state has and the list doesn't may be gone, or a run that was interrupted has deleted it."""
    copies = evidence.recorded
    assert isinstance(copies, tuple)
    unlisted = {each for each in copies if data.draw(st.booleans())}
    gone = {each for each in unlisted if each.state is CopyState.COMPLETE and data.draw(st.booleans())}
    seen = replace(evidence, listed=tuple(each for each in copies if each not in unlisted))
    plan = plan_source(seen, retention=retention, target_region="eu-west-1", max_prune=1)
    there = {each.date for each in copies if each not in gone and each.state is not CopyState.FAILED}
    failed = {each.date for each in copies if each.state is CopyState.FAILED}
    made = {each.date for each in plan.hold if each.name is None or each.date in failed}
    kept = retention.keep(there | made).keys() & there
    assert kept & {each.copy.date for each in plan.prune if each.copy.state is not CopyState.FAILED} == set()


@given(retention=RETENTIONS, evidence=evidences(), last_of_old=DAYS, unknown=st.sets(DAYS, max_size=10))
def test_a_source_that_was_made_again_is_planned_as_if_it_were_alone(
    retention: Retention, evidence: Evidence, last_of_old: date, unknown: set[date]
) -> None:
    """The old one's copies stay, and change nothing of what is held, pruned, missed or refused of the present one's.

    Of an unknown source nothing is pruned that is of the old one.
    """
    assert isinstance(evidence.recorded, tuple) and isinstance(evidence.source_snapshots, tuple)

    def known(each: Copy) -> Copy:
        return replace(each, source_ref="arn:old" if each.date <= last_of_old else "arn:new")

    def planned(copies: tuple[Copy, ...], taken: set[date], limit: float) -> Plan:
        offers = [
            replace(each, state=SourceSnapshotState.FAILED) if each.date in taken else each
            for each in evidence.source_snapshots  # type: ignore[union-attr]
        ]
        seen = replace(
            evidence, source_snapshots=(*offers,), listed=copies, recorded=copies, source_ref="arn:new"
        )
        return plan_source(seen, retention=retention, target_region="eu-west-1", max_prune=limit)

    copies = tuple(known(each) for each in evidence.recorded)
    whole = [each for each in copies if each.state is not CopyState.FAILED]
    assume({each.source_ref for each in whole} == {"arn:old", "arn:new"})
    old = {each.date for each in whole if each.date <= last_of_old}
    plan = planned(copies, set(), 0.3)
    alone = planned(tuple(each for each in copies if each.date not in old), old, 0.3)
    assert set(plan.dates) == {*alone.dates, *old}
    assert (plan.prune, plan.gaps, plan.refusal) == (alone.prune, alone.gaps, alone.refusal)

    partly = tuple(replace(each, source_ref=None) if each.date in unknown else each for each in copies)
    assume(len({each.source_ref for each in partly if each in whole} - {None}) == 2)
    lost = {each.copy.date for each in planned(partly, set(), 1).prune}
    assert not lost & old


@given(
    retention=RETENTIONS,
    evidence=evidences(("eu-west-1", "eu-west-1", "eu-west-2")),
    missing=st.sampled_from(["gone", "source", "offers", "no offers", "listed", "none listed", "recorded"]),
)  # fmt: skip
def test_nothing_is_pruned_while_evidence_is_missing(
    retention: Retention, evidence: Evidence, missing: str
) -> None:
    """Gone, unreadable, or empty against what else is known: all that holds data stays declared, and the reason is said."""
    copies = evidence.recorded
    assert isinstance(copies, tuple)
    complete = [each for each in copies if each.state is CopyState.COMPLETE]
    seen = replace(
        evidence,
        **{
            "gone": {"presence": Presence.GONE},
            "source": {"presence": BROKEN},
            "offers": {"source_snapshots": BROKEN},
            "no offers": {"source_snapshots": ()},
            "listed": {"listed": BROKEN},
            "none listed": {"listed": ()},
            "recorded": {"recorded": BROKEN},
        }[missing],  # type: ignore[arg-type]
    )
    plan = plan_source(seen, retention=retention, target_region="eu-west-1", max_prune=1)
    if missing == "no offers" and not copies:
        assert not plan.doubts
    elif missing in ("none listed", "one not listed") and not complete:
        return  # what isn't complete is no evidence that something is missing in a list
    else:
        assert plan.doubts
        assert plan.warnings
    lost = {each.copy.date for each in plan.prune}
    assert all(each.copy.state is CopyState.FAILED for each in plan.prune)
    assert (
        missing in ("gone", "source", "offers", "no offers") or not lost
    )  # what failed can't be made again now
    assert not lost & seen.ready()
    assert set(plan.dates) >= {each.date for each in copies} - lost
    assert (plan.refusal is not None) == (missing == "recorded")


@given(
    retention=RETENTIONS,
    evidence=evidences(),
    max_prune=st.sampled_from([0.0, 0.1, 0.3, 0.5, 1.0]),
    protected=st.booleans(),
)
def test_the_limit_counts_what_goes_beyond_one(
    retention: Retention, evidence: Evidence, max_prune: float, protected: bool
) -> None:
    """Refused exactly if more goes than the share and one more; the number it names would do."""
    plan = plan_source(
        evidence, retention=retention, target_region="eu-west-1", max_prune=max_prune, protected=protected
    )
    assert isinstance(evidence.listed, tuple)
    whole = sum(each.state is not CopyState.FAILED for each in evidence.listed)
    going = sum(each.copy.state is not CopyState.FAILED for each in plan.prune)
    assert (plan.refusal is not None) == (going - 1 > max_prune * whole)
    if plan.refusal:
        share = float(plan.refusal.next.partition("max_prune=")[2].partition(",")[0])
        allowed = plan_source(
            evidence, retention=retention, target_region="eu-west-1", max_prune=share, protected=protected
        )
        assert allowed.refusal is None
        assert allowed.prune == plan.prune


@pytest.mark.parametrize("event", sorted(DARK))
def test_one_bad_day_costs_no_copy(event: Event) -> None:
    """After a day in the dark, and a good one, the region holds what it would have held."""
    retention = Retention(daily=7, weekly=4)
    good = simulate(retention, days=40, events={})[-1][0]
    bad = simulate(retention, days=40, events={38: event})
    assert set(bad[-1][0].copies) == set(good.copies)
    assert {each.copy.date for _, plan in bad if plan for each in plan.prune} == {
        FIRST + timedelta(days=number) for number in range(40)
    } - set(good.copies)


def test_an_ordinary_day_makes_one_and_prunes_one() -> None:
    """The plan of a day reads as what it is: one comes, one goes, within a limit of nothing."""
    world = simulate(Retention(daily=7), days=20, events={})[-1][0]
    world.dawn()
    plan = world.plan(max_prune=0)
    assert [each.date for each in plan.hold if each.name is None] == [FIRST + timedelta(days=20)]
    assert [each.copy.date for each in plan.prune] == [FIRST + timedelta(days=13)]
    assert plan.refusal is None


def test_a_first_day_copies_what_the_retention_keeps_of_the_seven() -> None:
    """Not the latest alone: what can be had and is kept."""
    world = World(retention=Retention(daily=2, weekly=2))
    for _ in range(9):
        world.dawn()
    plan = world.plan(max_prune=0)
    assert [str(each) for each in plan.dates] == ["2026-01-13", "2026-01-12", "2026-01-11"]
    assert plan.prune == ()
