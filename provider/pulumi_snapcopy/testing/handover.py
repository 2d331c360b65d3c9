"""What passes between the stack and others: snapshots that it takes over, and copies that it leaves on purpose."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..core.model import OWNER_TAG, RETAIN_TAG, Phase
from .engine import Resource
from .target import Seen

if TYPE_CHECKING:
    from .driven import Driven

Place = tuple[str, str]


def offer(machine: Driven, region: str, name: str, tags: Mapping[str, str]) -> None:
    """Plant somebody else's snapshot, which a declaration may adopt."""
    machine.target.plant(region, name, tags)
    (planted,) = (each for each in machine.target.snapshots() if each.place == (region, name))
    machine.foreign[planted.place] = planted
    machine.offered.add(planted.place)


def settle(machine: Driven) -> None:
    """After a run: what was left is somebody else's from now on, and what was taken over is the stack's."""
    there = {each.place: each for each in machine.target.snapshots()}
    left, machine.engine.retained = machine.engine.retained, []
    for resource in left:
        _leave(machine, resource, there.get(resource.place))
    owners = {each.outputs.get("arn"): each.inputs["owner"] for each in machine.engine.state}
    for place in sorted(machine.offered):
        before, now, owner = machine.foreign[place], there.get(place), owners.get(machine.foreign[place].arn)
        # Another's copy that is in the state is the stack's once it is tagged so.
        if now != before or (owner is not None and before.tags.get(OWNER_TAG, owner) == owner):
            _take(machine, before, now, owner)


def _leave(machine: Driven, resource: Resource, seen: Seen | None) -> None:
    """A retained copy is complete and marked, and may be gone on with by its declaration alone.

    What wasn't whole in the state isn't left on purpose: somebody clears it away.
    """
    if seen is None or seen.place in machine.foreign:
        assert machine.drifted or resource.init_errors, f"{resource.id} was to be retained, and is gone"
    elif Phase.of(seen.state) is Phase.DONE and RETAIN_TAG in seen.tags:
        machine.foreign[seen.place] = seen
        machine.offered.add(seen.place)
        machine.counts.add("retained")
    else:
        uncertain = machine.drifted or resource.init_errors or resource.cut_off or resource.refreshed
        assert uncertain, f"{seen} was to be retained"
        machine.target.remove(seen)


def _take(machine: Driven, before: Seen, now: Seen | None, owner: str | None) -> None:
    """What is taken over is the very snapshot, in the state or tagged so, by a declaration that may have it."""
    assert now is not None and now.arn == before.arn, f"{before} was to be left or taken over, there is {now}"
    owner = owner or now.tags.get(OWNER_TAG)
    takers = [
        each.owner
        for each in machine.program.values()
        if each.adopt or each.owner == before.tags.get(OWNER_TAG)
    ]
    assert owner in takers, f"{now} was taken over, and may be by {takers}"
    machine.came_with[now.arn] = before.tags
    machine.counts.add("taken over")
    machine.offered.remove(now.place)
    del machine.foreign[now.place]
