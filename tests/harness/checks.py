"""What must be true, said of a state machine at a moment."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from pulumi_snapcopy.core.keys import same_owner, same_stack
from pulumi_snapcopy.core.values import ADOPTED, OWNER_TAG, RESERVED_TAG_PREFIX, RETAIN_TAG, SOURCE_TAG

from .engine import Resource
from .program import Declaration, urn
from .target import Seen
from .world import World

_COMPLETE = {"available", "completed"}


def ours(world: World) -> list[Seen]:
    """The snapshots that aren't somebody else's, and weren't let go."""
    others = world.foreign.keys() | world.let_go.keys()
    return [each for each in world.target.snapshots() if each.place not in others]


def foreign_is_untouched(world: World) -> None:
    """Somebody else's snapshots are there, as they were."""
    there = {each.place: each for each in world.target.snapshots()}
    assert {place: there.get(place) for place in world.foreign} == world.foreign


def every_copy_has_an_owner(world: World) -> None:
    """What the state doesn't hold was started by an interrupted create; of several days each may have one."""
    held = {each.place for each in world.engine.state}
    loose = [each for each in ours(world) if each.place not in held]
    if not world.target.family.name_argument:
        _every_key_is_asked_for(world, loose)
        return
    asked = {
        (inputs["targetRegion"], inputs.get("targetSnapshotName"))
        for interrupted in world.engine.pending.values()
        for inputs in interrupted
    }
    unknown = [each.place for each in loose if each.place not in asked]
    assert not unknown, f"copies that nobody knows of: {unknown}"


def _every_key_is_asked_for(world: World, loose: list[Seen]) -> None:
    """Where the service gives ids: by its key each belongs to a request; there is more than one only where requests repeat."""
    pending = [inputs for of in world.engine.pending.values() for inputs in of]
    asked = {each["snapcopy"]["key"] for each in (*pending, *(each.inputs for each in world.engine.state))}
    owners = Counter(each.key for each in loose)
    assert owners.keys() <= asked, f"copies that nobody knows of: {loose}"
    assert world.target.family.traits.duplicates or all(number == 1 for number in owners.values()), owners


def _has_another_name(resource: Resource, seen: Seen) -> bool:
    """Whether its tag names another resource of the stack, which has neither adopted nor retained it: a rename was undone."""
    owner, named = resource.inputs["snapcopy"]["owner"], seen.tags.get(OWNER_TAG, "")
    is_left = seen.tags.get(SOURCE_TAG, ADOPTED) != ADOPTED and RETAIN_TAG not in seen.tags
    return is_left and same_stack(named, owner) and not same_owner(named, owner)


def state_agrees_with_the_service(world: World) -> None:
    """After a refresh, what the state holds is there, as the state says."""
    there = {each.place: each for each in world.target.snapshots()}
    for resource in world.engine.state:
        if resource.pending_replacement:
            continue
        seen = there.get(resource.place)
        assert seen is not None, f"{resource.id} is in the state, and isn't there"
        said = resource.outputs
        assert (_ref(world, said), said["state"]) == (seen.arn, seen.state)
        assert said.get("resourceType", seen.kind) == seen.kind
        ours = {OWNER_TAG, RETAIN_TAG} if resource.inputs["snapcopy"].get("retain") else {OWNER_TAG}
        whole = seen.state in _COMPLETE and seen.tags.keys() >= ours and not _has_another_name(resource, seen)
        assert bool(resource.init_errors) != whole, resource.init_errors


def one_copy_each(world: World) -> None:
    """For each declaration there is one copy, complete, as declared and as in the state; and there is nothing else."""
    state = world.engine.state
    assert Counter(each.urn for each in state) == Counter(urn(name) for name in world.program)
    assert not any(each.delete or each.pending_replacement or each.init_errors for each in state)
    assert world.engine.pending == {}
    there = {each.place: each for each in ours(world)}
    assert sorted(there) == sorted(each.place for each in state)
    for declaration in world.program.values():
        resource = world.engine.current(urn(declaration.name))
        assert resource is not None
        _as_declared(world, declaration, resource, there[resource.place])
        if declaration.automatic == "track":
            assert resource.outputs["restoredDate"] == world.target.dates(declaration.source)[-1]


def _as_declared(world: World, declaration: Declaration, resource: Resource, seen: Seen) -> None:
    said = resource.outputs
    assert seen.state in _COMPLETE and (_ref(world, said), said["state"]) == (seen.arn, seen.state)
    assert seen.region == declaration.target_region
    assert declaration.explicit in (None, seen.name)
    theirs = {key: value for key, value in seen.tags.items() if not key.startswith(RESERVED_TAG_PREFIX)}
    came_with = world.came_with.get(seen.arn, {})
    more = theirs.items() - declaration.tags.items()
    assert declaration.tags.items() <= theirs.items() and more <= came_with.items(), (
        f"{seen.name} carries {theirs}, declared are {declaration.tags}, and it came with {came_with}"
    )
    assert (said.get("tags") or {}) == declaration.tags
    assert seen.tags.get(OWNER_TAG, declaration.owner) == declaration.owner
    # A "latest" that was settled long ago is as good as its date; the tag says which.
    origin = f"{declaration.source_region}:{declaration.source}"
    if declaration.automatic:
        origin += f":{declaration.date or said['restoredDate']}"
    if seen.arn in world.came_with:
        # The service's record names a manual source; of an automatic snapshot's date it says nothing.
        provable = not (declaration.explicit and declaration.automatic) or came_with.get(SOURCE_TAG) == origin
        assert provable or seen.tags.get(SOURCE_TAG) != origin, "nobody can say so"
        return
    # Where one may be adopted, a copy that an interrupted run has left untagged may be taken for one that was.
    sayable = {origin, ADOPTED} if declaration.adopt else {origin}
    assert seen.tags.get(SOURCE_TAG, origin) in sayable, f"{seen.name} is tagged as a copy of {seen.tags}"
    assert declaration.retain or RETAIN_TAG not in seen.tags


def _ref(world: World, outputs: Mapping[str, Any]) -> Any:
    return outputs[world.target.family.ref_output]


def nothing_is_left(world: World) -> None:
    """The service is as it was before the stack."""
    assert [each.place for each in ours(world)] == []


def a_day_is_left(world: World) -> bool:
    """Whether another day can pass before the dates of the automatic snapshots would lie in the future."""
    today = f"{datetime.now(timezone.utc):%Y-%m-%d}"
    return all(world.target.dates(each)[-1] < today for each in world.target.sources.resources)
