"""What passes between the stack and others: snapshots that it takes over, and copies that it leaves on purpose."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from pulumi_snapcopy.core.values import OWNER_TAG, RETAIN_TAG, Phase

from .engine import Resource
from .target import Seen
from .world import World

Place = tuple[str, str]
_NOT_DELETED = r'kept "(.+)" in (\S+), which was replaced: deleting it isn\'t allowed'


def offer(world: World, region: str, name: str, tags: Mapping[str, str]) -> None:
    """Plant somebody else's snapshot, which a declaration may adopt."""
    world.target.plant(region, name, tags)
    (planted,) = (each for each in world.target.snapshots() if each.place == (region, name))
    world.foreign[planted.place] = planted
    world.offered[planted.place] = None


def let_go(world: World, warnings: Sequence[str], *, denied: bool) -> None:
    """After a run: what it names as replaced and not to be deleted stays, and may be taken up again or deleted later."""
    there = {each.place: each for each in world.target.snapshots()}
    for name, region in re.findall(_NOT_DELETED, "\n".join(warnings)):
        assert denied, f"{name} was to be deleted, and nothing was in the way"
        world.let_go[region, name] = there[region, name]
        world.counts.add("let go")
    for place in world.let_go.keys() & {each.place for each in world.engine.state}:
        seen = world.let_go.pop(place)
        world.came_with[seen.arn] = seen.tags


def settle(world: World) -> None:
    """After a run: what was left is somebody else's from now on, and what was taken over is the stack's."""
    there = {each.place: each for each in world.target.snapshots()}
    # Two entries may be of one copy, which was replaced by its like.
    left = {each.place: each for each in world.engine.retained}
    world.engine.retained = []
    for place in sorted(left.keys() - {each.place for each in world.engine.state}):
        _leave(world, left[place], there.get(place))
    owners = {
        each.outputs.get(world.target.family.ref_output): each.inputs["snapcopy"]["owner"]
        for each in world.engine.state
    }
    for place in sorted(world.offered):
        before, now, owner = world.foreign[place], there.get(place), owners.get(world.foreign[place].arn)
        # Another's copy that is in the state is the stack's once it is tagged so.
        if now != before or (owner is not None and before.tags.get(OWNER_TAG, owner) == owner):
            _take(world, before, now, owner)


def _leave(world: World, resource: Resource, seen: Seen | None) -> None:
    """A retained copy is complete and marked, and may be resumed by its declaration alone.

    What wasn't whole in the state isn't left on purpose: somebody clears it away.
    """
    if seen is None or seen.place in world.foreign:
        assert world.drifted or resource.init_errors, f"{resource.id} was to be retained, and is gone"
    elif world.target.family.phase(seen.state) is Phase.DONE and RETAIN_TAG in seen.tags:
        world.foreign[seen.place] = seen
        world.offered[seen.place] = resource.inputs["snapcopy"]["owner"]
        world.counts.add("retained")
    else:
        uncertain = world.drifted or resource.init_errors or resource.interrupted or resource.refreshed
        assert uncertain, f"{seen} was to be retained"
        world.target.remove(seen)


def _take(world: World, before: Seen, now: Seen | None, owner: str | None) -> None:
    """What is taken over is the very snapshot, in the state or tagged so, by a declaration that may have it."""
    assert now is not None and now.arn == before.arn, f"{before} was to be left or taken over, there is {now}"
    owner = owner or now.tags.get(OWNER_TAG)
    # Somebody may have taken the owner's tag away before it was left.
    owners = {before.tags.get(OWNER_TAG), world.offered[now.place]}
    takers = [each.owner for each in world.program.values() if each.adopt or each.owner in owners]
    assert owner in takers, f"{now} was taken over, and may be by {takers}"
    world.came_with[now.arn] = before.tags
    world.counts.add("taken over")
    del world.offered[now.place]
    del world.foreign[now.place]
