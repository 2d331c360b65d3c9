"""What somebody copied from one of ours, with its tags, as backup tools do: it is named, and never touched."""

from __future__ import annotations

import pytest

from tests.harness.served import Life
from tests.harness.services import EC2_COPY, FCU_COPY, OUTSCALE_COPY
from tests.harness.target import Kill

from .test_several import DUPLICATES, bag, killed, put


@pytest.mark.parametrize("days", [0, 10])
@DUPLICATES
def test_what_a_backup_tool_copied_with_our_tags_stays(life: Life, days: int) -> None:
    """A backup tool's copy with our owner, source and key is named, and stays when ours is replaced."""
    life.ok()
    ours = life.only()
    life.emulator.advance(days * 86400.0)
    (call,) = life.emulator.calls(life.row.create)
    theirs = put(life, tags=dict(ours.tags), description=call.parameters.get("Description", ""))
    life.emulator.advance(days * 86400.0)
    life.inputs |= life.row.edit
    life.ok()
    assert any(theirs in each and "isn't proven" in each for each in life.shown.warnings)
    assert {each.name for each in life.made()} == {theirs, life.ref.rpartition("/")[2]}
    for edit in ("again", "and again"):
        life.inputs["triggers"] = [edit]
        life.ok()
        assert {each.name for each in life.made()} == {theirs, life.ref.rpartition("/")[2]}


@pytest.mark.parametrize("row", [FCU_COPY], ids=str)
def test_what_nothing_proves_any_more_is_named(life: Life) -> None:
    """What a run killed before its tag made is only named once it is older than a run may take."""
    first = killed(life)
    life.emulator.advance(5 * 3600.0)
    life.ok()
    assert life.ref != first and len(life.made()) == 2
    assert any(first in each and "isn't proven" in each for each in life.shown.warnings)


@pytest.mark.parametrize("row", [OUTSCALE_COPY], ids=str)
def test_tags_alone_say_of_nothing_that_an_interrupted_run_made_it(life: Life) -> None:
    """Where the key is a token, an object with only our tags is named and left, however young it is."""
    life.ok()
    theirs = put(life, tags=dict(life.only().tags))
    life.inputs |= life.row.edit
    life.ok()
    assert any(theirs in each for each in life.shown.warnings)
    assert {each.name for each in life.made()} == {theirs, life.ref.rpartition("/")[2]}


@pytest.mark.parametrize("row", [EC2_COPY], ids=str)
def test_what_a_backup_tool_copied_to_another_region_stays_when_ours_moves_there(life: Life) -> None:
    """A backup tool's copy in another region is named and left when our resource moves there."""
    life.ok()
    theirs = put(life, "us-west-2", tags=dict(life.only().tags))
    life.inputs["targetRegion"] = "us-west-2"
    life.ok()
    assert any(theirs in each and "isn't proven" in each for each in life.shown.warnings)
    assert {each.name for each in life.made()} == {theirs, life.ref.rpartition("/")[2]}


@DUPLICATES
def test_what_a_backup_tool_copied_is_not_taken_up_when_its_request_returns(life: Life) -> None:
    """When an edit is undone another copy is made, and a backup tool's copy of the first one stays."""
    life.ok()
    inputs = dict(life.inputs)
    (call,) = life.emulator.calls(life.row.create)
    theirs = put(life, tags=dict(life.only().tags), description=call.parameters.get("Description", ""))
    life.emulator.advance(10 * 86400.0)
    life.inputs |= life.row.edit
    life.ok()
    life.inputs = inputs
    life.ok()
    assert not life.ref.endswith(theirs)
    life.inputs |= life.row.edit
    life.ok()
    assert {each.name for each in life.made()} == {theirs, life.ref.rpartition("/")[2]}


@DUPLICATES
def test_what_a_killed_run_made_when_its_request_returned_is_taken_up(life: Life) -> None:
    """A copy that a killed run made after an edit was undone is taken up, as it is younger than the one that was replaced."""
    life.ok()
    inputs = dict(life.inputs)
    life.inputs |= life.row.edit
    life.ok()
    life.emulator.advance(600.0)
    life.inputs = inputs
    sent = life.sent()
    assert life.run(kill=Kill(at=life.row.create, done=True)) == ["killed"]
    life.emulator.advance(600.0)
    life.ok()
    assert life.sent() == sent + 1
    assert [each.name for each in life.made()] == [life.ref.rpartition("/")[2]]


@pytest.mark.parametrize("row", [EC2_COPY], ids=str)
def test_the_key_in_the_state_is_the_one_that_the_copy_carries(life: Life) -> None:
    """The state keeps the key that the copy has, so that a backup tool's copy of it is recognised after an update."""
    life.inputs["completionDurationMinutes"] = 60.0
    life.ok()
    life.inputs["completionDurationMinutes"] = 120.0
    life.inputs["tags"] = {"team": "web"}
    life.ok()
    assert life.outputs["snapcopy"]["key"] == life.only().tags["snapcopy:key"]
    theirs = put(life, tags=dict(life.only().tags))
    for edit in ("1", "2"):
        life.emulator.advance(60.0)
        life.inputs["triggers"] = [edit]
        life.ok()
    assert {each.name for each in life.made()} == {theirs, life.ref.rpartition("/")[2]}


@pytest.mark.parametrize("row", [EC2_COPY], ids=str)
def test_what_has_only_the_owner_tag_again_is_named_after_pulumi_state_delete(life: Life) -> None:
    """Nothing says any more of which request it was made, so another copy is made, and the first one stays, named."""
    life.ok()
    first = life.only()
    service = life.row.service(life.clock)
    seen = service.get(first.region, first.name)
    assert seen is not None
    service.untag(seen, sorted(first.tags))
    life.run("refresh")
    life.ok()
    assert life.only().tags.keys() == {"snapcopy:owner", "team"}
    life.engine.state.clear()
    life.ok()
    assert any(first.name in each and "isn't proven" in each for each in life.shown.warnings)
    assert {each.name for each in life.made()} == {first.name, life.ref.rpartition("/")[2]}


def copied(life: Life) -> str:
    """A backup tool copies what the state has, with all its marks; returns the id."""
    calls = life.emulator.calls(life.row.create)
    name = life.ref.rpartition("/")[2]
    (ours,) = [each for each in life.made() if each.name == name]
    return put(life, tags=dict(ours.tags), description=calls[-1].parameters.get("Description", ""))


@pytest.mark.parametrize("days", [0, 10])
@DUPLICATES
def test_what_a_backup_tool_copies_while_the_replacement_is_in_progress_stays(life: Life, days: int) -> None:
    """The first object lives until the second is complete, hours later: its copy is not taken up when the edit is undone."""
    life.ok()
    first = life.only()
    inputs, (call,) = dict(life.inputs), life.emulator.calls(life.row.create)
    life.set(copy_seconds=3600.0)
    life.inputs |= life.row.edit
    (error,) = life.run(program={"vol": bag(life, timeouts={"create": "30m"})})
    assert "timed out" in error
    theirs = put(life, tags=dict(first.tags), description=call.parameters.get("Description", ""))
    life.ok()
    assert first.name not in {each.name for each in life.made()}
    life.emulator.advance(days * 86400.0)
    life.inputs = inputs
    life.ok()
    assert not life.ref.endswith(theirs)
    life.inputs["triggers"] = ["a third request"]
    life.ok()
    life.ok("destroy")
    assert [each.name for each in life.made()] == [theirs]


@DUPLICATES
def test_a_short_timeout_makes_no_orphan_of_what_a_backup_tool_copied(life: Life) -> None:
    """Until when an object was there decides, not how long a run may take."""
    options = {"timeouts": {"create": "60s"}}
    assert life.run(program={"vol": bag(life, **options)}) == []
    inputs, theirs = dict(life.inputs), copied(life)
    life.emulator.advance(30)
    life.inputs |= life.row.edit
    assert life.run(program={"vol": bag(life, **options)}) == []
    life.emulator.advance(90)
    life.inputs = inputs
    assert life.run(program={"vol": bag(life, **options)}) == []
    assert {each.name for each in life.made()} == {theirs, life.ref.rpartition("/")[2]}
