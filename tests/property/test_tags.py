"""Tags are set in the end, dropped where they are no longer asked for, and cost few calls."""

from __future__ import annotations

from collections.abc import Collection
from copy import deepcopy
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from pulumi_snapcopy.core.errors import CopyError
from pulumi_snapcopy.core.values import Known, Record, Spec, Started

from tests.harness.fake_service import FakeService
from tests.harness.scripted import Fault

from .strategies import requests, worlds
from .world import World, held, manual, wanted


@given(world=worlds(), request=requests(), failures=st.integers(1, 20))
def test_tags_are_set_in_the_end_however_often_they_fail(world: World, request: Spec, failures: int) -> None:
    """A copy isn't reported before it is tagged; a tag that can't be set fails the run and keeps the copy."""
    trial = deepcopy(world)
    world.service.faults_of = {"TagResource": [Fault.TRANSIENT] * failures}
    assert isinstance(world.create(request), Known)
    world.assert_one_copy(request)
    trial.service.faults_of = {"TagResource": [Fault.REFUSED] * 1000}
    result = trial.create(request)
    assert isinstance(result, CopyError) and result.kept is not None
    assert result.kept.ref == trial.ours()[0].arn


def test_update_of_tags_sets_and_drops_ours_alone() -> None:
    """An update sets the tags that are wanted and drops those that the last request set, and copies nothing."""
    world = World()
    copied = world.create(wanted(tags={"team": "shop", "cost": "7"}))
    assert isinstance(copied, Known)
    world.ours()[0].tags["by-hand"] = "stays"
    again = wanted(tags={"team": "web"})
    assert isinstance(world.create(again, held(again, copied), dropped=["cost"]), Known)
    assert world.ours()[0].tags == {"by-hand": "stays", **again.all_tags}
    assert world.service.taken_on == 1


def test_tags_that_are_refused_while_the_copy_is_pending_cost_few_calls() -> None:
    """A copy of two hours that can't be tagged before its end is tagged then, after a few tries, not one at each look."""
    world = World()
    world.service.tags_while_pending, world.service.copy_seconds = False, 7200.0
    request = replace(manual(), longest_run=10_000.0)
    assert isinstance(world.create(request), Known)
    world.assert_one_copy(request)
    assert 2 <= sum(call.startswith("TagResource") for _, call in world.service.calls) <= 20


class LateLimit(FakeService):
    """A service that accepts a first copy, and says half an hour later that too many are in progress; only the second can be tagged at once."""

    def create(self, spec: Spec, *, earlier: Collection[str] = ()) -> Started:
        self.tags_while_pending = self.taken_on > 0
        return super().create(spec, earlier=earlier)

    def records(self, spec: Spec) -> list[Record]:
        limit = "You have reached the maximum number of snapshot copies in progress."
        return [replace(each, reason=limit) if each.failed else each for each in super().records(spec)]


def test_a_second_copy_after_a_late_failure_is_tagged_at_once() -> None:
    """How long the failed one refused its tags says nothing of the next one, which a killed run would leave untagged."""
    world = World(service=LateLimit(copy_seconds=1800.0, failing_copies=1, tags_while_pending=False))
    request = replace(manual(), longest_run=10_000.0)
    assert isinstance(world.create(request), Known)
    world.assert_one_copy(request)
    second = max(at for at, call in world.service.calls if call.startswith("CopySnapshot"))
    tagged = [at for at, call in world.service.calls if call.startswith("TagResource") and at > second]
    assert world.service.taken_on == 2 and tagged[0] < second + 5.0


def test_a_copy_that_is_complete_and_still_refuses_tags_is_tagged_a_moment_later() -> None:
    """What the service shows as complete may not be so everywhere yet."""
    world = World()
    world.service.faults_of = {"TagResource": [Fault.REFUSED] * 6}
    world.service.copy_seconds = 0.0
    assert isinstance(world.create(manual()), Known)
    world.assert_one_copy(manual())
