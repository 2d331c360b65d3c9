"""Snapshots that the program names by their ids, to take them over."""

from __future__ import annotations

from tests.harness.served import Life
from tests.harness.services import FCU_COPY

from .test_life import by_hand, seen
from .test_several import BY_ID, bag, killed, put


@BY_ID
def test_what_is_adopted_stays_beside_what_a_killed_run_made(life: Life) -> None:
    """The adopted snapshot stays; what a killed run made is no twin of it: it is deleted where its token or tags prove it."""
    first = killed(life)
    life.emulator.advance(600)
    thing = put(life)
    life.inputs["adoptSnapshotId"] = thing
    life.ok()
    left = {each.name for each in life.made()} - {thing}
    assert life.ref.endswith(thing) and left == ({first} if life.row is FCU_COPY else set())
    assert any(first in each for each in life.shown.warnings)
    life.ok()
    assert life.engine.operations == []
    life.ok("destroy")
    assert {each.arn for each in life.made()} <= {first}


@BY_ID
def test_what_the_program_names_is_taken_over_though_it_was_made_for_another_request(life: Life) -> None:
    """A snapshot of this resource that was removed from the state is adopted by its id, and keeps its source tag."""
    life.ok()
    first, source = life.only(), seen(life).tags["snapcopy:source"]
    life.engine.state.clear()
    life.inputs |= {"sourceSnapshotId": put(life), "adoptSnapshotId": first.name}
    life.ok()
    made = {each.name: each for each in life.made()}
    assert life.ref.endswith(first.name) and made[first.name].tags["team"] == "shop"
    kept = by_hand(life).get(life.row.region, first.name)
    assert kept is not None and kept.tags["snapcopy:source"] == source
    life.ok("destroy")
    assert first.name not in {each.name for each in life.made()}


@BY_ID
def test_another_one_to_adopt_changes_nothing_and_is_warned_of(life: Life) -> None:
    """Another `adopt_snapshot_id` for a resource that has a snapshot changes nothing, and `up` warns."""
    wrong, right = put(life), put(life)
    life.inputs["adoptSnapshotId"] = wrong
    life.ok()
    life.inputs["adoptSnapshotId"] = right
    life.ok()
    assert life.ref.endswith(wrong)
    (warning,) = life.shown.warnings
    assert f'adopt_snapshot_id = "{right}" changes nothing: this resource has "{wrong}".' in warning


@BY_ID
def test_what_another_resource_of_the_program_has_is_not_adopted(life: Life) -> None:
    """What another resource has can't be adopted, whichever is declared first; without that resource it is taken over."""
    life.ok()
    mine, thing = dict(life.inputs), life.ref.rpartition("/")[2]
    another = {**mine, "adoptSnapshotId": thing}
    later, earlier = {"vol": mine, "z": another}, {"a": another, "vol": mine}
    for program, refused in ((later, "adoptSnapshotId: "), (earlier, "comparing CopiedSnapshot ")):
        (error,) = life.run(program=program)
        assert error.startswith(refused) and f'"{thing}"' in error
        assert life.run(program={"vol": mine}) == [] and life.only().name == thing
        assert "/vol@" in life.only().tags["snapcopy:owner"]  # also where the other had taken it over
    assert life.run(program={"z": another}) == []
    assert life.run(program={"z": another}) == [] and life.engine.operations == []
    assert life.only().name == thing and life.sent() == 1


@BY_ID
def test_a_tag_that_cant_be_given_back_is_said_with_what_to_set(life: Life) -> None:
    """Where the role may not tag, the snapshot stays as it is; with the tag that the warning names, destroy deletes it."""
    life.ok()
    mine, thing = dict(life.inputs), life.ref.rpartition("/")[2]
    life.run(program={"a": {**mine, "adoptSnapshotId": thing}, "vol": mine})
    denied = life.trouble("denied", life.row.tag, times=None)
    assert life.run(program={"vol": mine}) == [] and "/a@" in life.only().tags["snapcopy:owner"]
    (warning,) = [each for each in life.shown.warnings if "Set it to" in each]
    assert f'"{thing}" in {life.row.region} keeps the tag' in warning
    denied.remove()
    by_hand(life).tag(seen(life), {"snapcopy:owner": warning.rpartition("Set it to ")[2].rstrip(".")})
    life.ok("destroy")
    assert life.made() == []


@BY_ID
def test_one_in_progress_is_not_exchanged_for_one_to_adopt(life: Life) -> None:
    """A copy in progress keeps its id when `adopt_snapshot_id` is edited."""
    life.set(copy_seconds=600.0)
    (error,) = life.run(program={"vol": bag(life, timeouts={"create": "30s"})})
    assert "timed out" in error
    first, thing = life.ref, put(life)
    life.inputs["adoptSnapshotId"] = thing
    life.ok()
    assert life.ref == first
    life.ok("destroy")
    assert [each.name for each in life.made()] == [thing]
