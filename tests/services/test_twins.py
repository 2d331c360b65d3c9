"""Two stacks of one project and name in one account: neither takes, changes or deletes the other's."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from tests.harness.served import Life
from tests.harness.services import ROWS
from tests.harness.target import Kill, Properties

OTHER = "f" * 16


@dataclass(frozen=True)
class Twins:
    """The stack, and the other one."""

    first: Life
    second: Life


@pytest.fixture
def twins(life: Life) -> Twins:
    """Two stacks that have nothing yet."""
    return Twins(life, Life(life.row, life.served, identity=OTHER))


def theirs(life: Life) -> list[Any]:
    """What carries a stack's owner tag."""
    return [each for each in life.row.things() if f"@{life.identity}" in each.tags.get("snapcopy:owner", "")]


def test_each_has_its_own(twins: Twins) -> None:
    """Two stacks of one name have an object each; a second run of either does nothing, and destroy deletes its own."""
    for life in (twins.first, twins.second):
        life.ok()
    assert twins.first.ref != twins.second.ref and twins.first.sent() == 2
    for life in (twins.first, twins.second):
        life.ok()
        assert life.engine.operations == [] and [each.arn for each in theirs(life)] == [life.ref]
    kept = theirs(twins.first)
    twins.second.inputs |= twins.second.row.edit
    twins.second.ok()
    twins.second.ok("refresh")
    twins.second.ok("destroy")
    assert theirs(twins.second) == [] and theirs(twins.first) == kept
    twins.first.assert_well(sent=3)


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_one_killed_beside_the_other_ends_in_its_own(twins: Twins, done: bool) -> None:
    """A stack killed at its request or tags ends with its own object, while another of its name makes and destroys its own."""
    for at in (twins.first.row.create, twins.first.row.tag):
        if twins.first.run(kill=Kill(at=at, done=done)) != ["killed"]:
            continue  # it has no such call
        left = {each.arn for each in twins.first.made()}
        twins.second.ok()
        twins.second.ok("destroy")
        assert {each.arn for each in twins.first.made()} == left
    twins.first.ok()
    twins.first.assert_well()


@pytest.mark.parametrize("row", [each for each in ROWS if each.family.words.adopts], ids=str)
def test_the_others_can_be_adopted_and_never_is_otherwise(twins: Twins) -> None:
    """The other stack's object is adopted only on request: it is tagged as ours, deleted with its declaration, and nothing is sent."""
    first, second = twins.first, twins.second
    second.ok()
    thing = second.only()
    if not first.row.by_id:
        (error,) = first.run(program={"vol": {**first.inputs, first.row.family.name_argument: thing.name}})
        assert f'the name "{thing.name}" is taken' in error and second.only() == thing
    first.inputs |= adopting(first, thing.name)
    first.ok()
    first.before = {each: seen for each, seen in first.before.items() if each != thing.arn}
    first.assert_well(sent=1)
    assert first.only().arn == thing.arn and first.only().tags["snapcopy:source"] == "adopted"
    first.ok("destroy")
    assert first.made() == []


@pytest.mark.parametrize("row", [each for each in ROWS if each.family.words.adopts], ids=str)
def test_two_resources_cannot_adopt_the_same(twins: Twins) -> None:
    """A second resource that adopts the same snapshot is refused at check, with the first one's name."""
    first, second = twins.first, twins.second
    second.ok()
    thing = second.only()
    inputs: Properties = {**first.inputs, **adopting(first, thing.name)}
    (error,) = first.run(program={"one": inputs, "two": inputs})
    assert thing.name in error and "one" in error
    assert first.sent() == 1


@pytest.mark.parametrize("row", [each for each in ROWS if each.family.words.adopts and each.by_id], ids=str)
def test_what_is_to_be_adopted_has_to_be_there(life: Life) -> None:
    """A missing snapshot to adopt is refused, and nothing is sent instead."""
    missing = {"ec2": "snap-00000000000000001"}.get(life.row.emulated, "snap-00000001")
    for id_ in (missing, "snap-nonsense") if life.row.emulated == "outscale" else (missing,):
        (error,) = life.run(program={"vol": {**life.inputs, "adoptSnapshotId": id_}})
        assert f'there is no snapshot "{id_}" in {life.row.region} to adopt' in error and life.sent() == 0


def adopting(life: Life, name: str) -> Properties:
    """The arguments that ask for an existing one to be taken over."""
    if life.row.by_id:
        return {"adoptSnapshotId": name}
    return {life.row.family.name_argument: name, "adopt": True}
