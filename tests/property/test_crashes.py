"""A process that is killed at any call, before or after its effect, and a run that comes after it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_snapcopy.core.errors import CopyError
from pulumi_snapcopy.core.values import RETAIN_TAG, Known, Spec

from tests.harness import Kill

from .strategies import kills, requests, worlds
from .world import HONEST, NOTHING, THERE, World, held, manual, wanted

EVERY_CALL = settings(max_examples=settings().max_examples // 6)
"""For properties whose every example drives a run for each call."""

GAPS = st.sampled_from([0.0, 10.0, 120.0])
NIGHT = 12 * 3600.0
SATURDAY = "2026-11-21"


def interrupted_runs(
    world: World, request: Spec, known: Known = NOTHING, *, verb: str = "create"
) -> Iterator[tuple[World, Kill]]:
    """The world after a run was killed at each of the calls that it makes, before and after their effects."""
    whole, before = deepcopy(world), len(world.service.calls)
    getattr(whole, verb)(request, known)
    calls = [call.split()[0] for _, call in whole.service.calls[before:]]
    for number, call in enumerate(calls):
        for done in (False, True):
            kill, cut = Kill(at=call, done=done, skip=calls[:number].count(call)), deepcopy(world)
            assert cut.killed(request, kill, known, verb=verb), kill
            yield cut, kill


@EVERY_CALL
@given(world=worlds(), request=requests(), gap=GAPS)
def test_after_a_kill_at_every_call_the_next_run_ends_in_one_copy(
    world: World, request: Spec, gap: float
) -> None:
    """Killed at whatever call, the next run ends in exactly one copy, tagged as asked, of one CopySnapshot."""
    for cut, kill in interrupted_runs(world, request):
        cut.pass_time(gap)
        result = cut.create(request)
        assert isinstance(result, Known), f"{kill}: {result}"
        assert cut.service.taken_on == 1, kill
        cut.assert_one_copy(request)


@given(
    world=worlds(faults=HONEST),
    request=requests(),
    kills=st.lists(kills(), max_size=4),
    gap=GAPS,
)
def test_after_several_kills_and_faults_too(
    world: World, request: Spec, kills: list[Kill], gap: float
) -> None:
    """Killed time and again, with faults between, the last run ends in exactly one copy."""
    for kill in kills:
        world.killed(request, kill)
        world.pass_time(gap)
    result = world.create(request)
    assert isinstance(result, Known), str(result)
    assert world.service.taken_on == 1
    world.assert_one_copy(request)


@EVERY_CALL
@given(world=worlds(), request=requests())
def test_after_a_kill_around_a_failed_copy_there_is_one_copy(world: World, request: Spec) -> None:
    """A failed copy is replaced by one that stands, whatever call the run that replaces it is killed at."""
    world.service.failing_copies = 1
    assert isinstance(world.create(request), CopyError)
    world.pass_time(61)
    for cut, kill in interrupted_runs(world, request):
        cut.pass_time(10)
        assert isinstance(cut.create(request), Known), kill
        cut.assert_one_copy(request)


@EVERY_CALL
@given(
    world=worlds(),
    gap=st.sampled_from([3661.0, NIGHT]),
    again=kills(),
)
def test_across_midnight_one_copy_is_left(world: World, gap: float, again: Kill) -> None:
    """A run of "latest" killed on Friday and repeated on Saturday, twice even, leaves Saturday's copy alone."""
    friday, saturday = wanted(), wanted(restoreDate=SATURDAY)
    for cut, kill in interrupted_runs(world, friday):
        cut.pass_time(gap)
        cut.killed(saturday, again)
        cut.pass_time(61)
        result = cut.create(saturday)
        assert isinstance(result, Known), f"{kill}: {result}"
        cut.assert_one_copy(saturday)


@EVERY_CALL
@given(world=worlds())
def test_across_midnight_a_copy_under_an_explicit_name_is_not_passed_off_as_saturdays(world: World) -> None:
    """Under a name without a date, Friday's cut-off copy is replaced by Saturday's, or the run says why not."""
    name = "web-1-dr"
    friday, saturday = wanted(targetSnapshotName=name), wanted(targetSnapshotName=name, restoreDate=SATURDAY)
    for cut, kill in interrupted_runs(world, friday):
        cut.pass_time(3661)
        result = cut.create(saturday)
        if isinstance(result, Known):
            cut.assert_one_copy(saturday)
        else:
            assert "is taken" in str(result), kill
            assert [held.tags for held in cut.ours()] == [{}]
        cut.assert_foreign_untouched()


@pytest.mark.parametrize(("taken_at", "ours"), [("22:59", True), ("23:01", False)])
def test_yesterdays_latest_under_an_explicit_name_is_not_passed_off_as_todays(
    taken_at: str, ours: bool
) -> None:
    """What a killed run left untagged is resumed if today's automatic snapshot was there, else left alone."""
    world = World()
    hours, minutes = map(int, taken_at.split(":"))
    world.service.automatic_at = 3600.0 * hours + 60.0 * minutes
    today = wanted(targetSnapshotName="web-1-dr", useLatestRestorableAutoSnapshot=True)
    sent = (
        today
        if ours
        else wanted(
            targetSnapshotName="web-1-dr", useLatestRestorableAutoSnapshot=True, restoreDate="2026-11-19"
        )
    )
    assert world.killed(sent, Kill(at="CopySnapshot", done=True))
    assert [held.tags for held in world.ours()] == [{}]
    world.pass_time(600)
    result = world.create(today)
    if ours:
        assert isinstance(result, Known)
        world.assert_one_copy(today)
    else:
        assert "has no snapcopy:owner tag; it was not changed" in str(result)
        assert [held.tags for held in world.ours()] == [{}]
    assert world.service.taken_on == 1


@EVERY_CALL
@given(world=worlds())
def test_across_midnight_latest_that_only_create_can_settle(world: World) -> None:
    """Where check can't settle "latest", create does; killed on Friday, repeated on Saturday, one copy is left."""
    friday = wanted(restoreDate=None, useLatestRestorableAutoSnapshot=True)
    for cut, kill in interrupted_runs(world, friday):
        cut.pass_time(NIGHT)
        result = cut.create(friday)
        assert isinstance(result, Known), f"{kill}: {result}"
        assert cut.ours()[0].origin == ("us-east-1", "web-1", SATURDAY)
        cut.assert_one_copy(wanted(restoreDate=SATURDAY))


@EVERY_CALL
@given(world=worlds(), retained=st.booleans())
def test_the_copy_in_the_state_and_retained_ones_are_no_orphans(world: World, retained: bool) -> None:
    """What the new copy replaces is the engine's to delete, and what was retained stays, whatever the crash."""
    friday = world.create(replace(wanted(), retain=retained))
    assert isinstance(friday, Known) and friday.seen is not None
    world.pass_time(NIGHT)
    saturday = wanted(restoreDate=SATURDAY)
    known = NOTHING if retained else Known(predecessors=frozenset({friday.ref or ""}))
    for cut, kill in interrupted_runs(world, saturday, known):
        cut.pass_time(61)
        assert isinstance(cut.create(saturday, known), Known), kill
        assert sorted(each.name for each in cut.ours()) == sorted([friday.seen.name, saturday.name])
        assert (RETAIN_TAG in cut.ours()[0].tags) == retained


@EVERY_CALL
@given(world=worlds(), request=requests())
def test_a_delete_killed_at_every_call_is_ended_by_the_next(world: World, request: Spec) -> None:
    """Killed at whatever call, the next delete leaves the service as it was before the copy."""
    copied = world.create(request)
    assert isinstance(copied, Known)
    known = held(request, copied)
    for cut, kill in interrupted_runs(world, request, known, verb="delete"):
        assert cut.delete(request, known) is None, kill
        assert cut.ours() == []
        assert cut.service.get(THERE, request.name) is None
        cut.assert_foreign_untouched()


@pytest.mark.parametrize("request_", [wanted(), manual(), wanted(targetSnapshotName="web-1-dr")])
def test_a_partial_copy_is_resumed(request_: Spec) -> None:
    """Out of time the copy is kept, and the next run waits for that one."""
    world = World()
    world.service.copy_seconds = 1.5 * 3600
    late = world.create(request_)
    assert isinstance(late, CopyError) and late.kept is not None and "timed out after 60 min" in str(late)
    ended = world.create(request_, held(request_, late.kept))
    assert isinstance(ended, Known) and ended.ref == late.kept.ref
    assert world.service.taken_on == 1
    world.assert_one_copy(request_)
