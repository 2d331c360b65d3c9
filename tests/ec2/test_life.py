"""A copy's life on AWS and on FCU: made, resumed, replaced, adopted, deleted, and never anybody else's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault

from .life import Life, time_of


def test_a_copy_is_made_and_a_second_run_does_nothing(life: Life) -> None:
    """One request, all outputs read at the end, and no call by the second run."""
    assert life.run() == []
    (copy,) = life.copies()
    (resource,) = life.engine.state
    outputs = resource.outputs
    assert resource.id == f"{life.region}/{copy.id}"
    assert (outputs["snapshotId"], outputs["state"], outputs["progress"]) == (copy.id, "completed", "100%")
    assert outputs["volumeSize"] == 10 and time_of(outputs["createdAt"]).timestamp() == int(copy.created_at)
    assert copy.tags["snapcopy:owner"] == "shop/dev/vol@0123456789abcdef" and copy.tags["team"] == "shop"
    life.emulator.clear_calls()
    assert life.run() == [] and life.emulator.calls() == []


def test_the_cloud_is_named_before_anything_is_sent(life: Life) -> None:
    """The first line of progress says whose API is called."""
    life.run()
    assert life.shown.lines[0] == f"looking for the copy at {'OUTSCALE' if life.fcu else 'AWS'}"


def test_destroy_leaves_what_was_there(life: Life) -> None:
    """The source stays, the copy goes."""
    life.run()
    assert life.run("destroy") == [] and life.copies() == []
    assert life.source in [each.id for each in life.cloud.snapshots(life.source_region)]


def test_a_run_that_is_killed_right_after_the_request_leaves_a_copy_that_the_next_one_takes_up(
    life: Life,
) -> None:
    """The key finds it: a tag on AWS, the description's end on FCU."""
    assert life.run(killed_after_copy=True) == ["killed"]
    assert life.run() == []
    (copy,) = life.copies()
    assert life.outputs["snapshotId"] == copy.id and len(life.sent()) == 1
    assert copy.tags["snapcopy:owner"].endswith("@0123456789abcdef")


@pytest.mark.parametrize("lag", [0.0, 8.0, 20.0])
def test_after_a_lost_answer_the_copy_is_searched_for_before_another_is_sent(life: Life, lag: float) -> None:
    """Filters that lag by seconds cost a wait, and no second copy."""
    life.emulator.settings = replace(life.emulator.settings, filter_seconds=lag)
    life.lose()
    assert life.run() == []
    (copy,) = life.copies()
    assert life.outputs["snapshotId"] == copy.id and len(life.sent()) == 1


@pytest.mark.parametrize("takes", [60.0, 1.0])
def test_twins_converge_to_the_eldest(life: Life, takes: float) -> None:
    """Lists that lag longer than the search: a second copy is made, found at the end, and said; however short it was."""
    life.emulator.settings = replace(life.emulator.settings, copy_seconds=takes, filter_seconds=45.0)
    life.lose()
    assert life.run() == []
    (copy,) = life.copies()
    assert len(life.sent()) == 2 and life.outputs["snapshotId"] == copy.id
    (said,) = [each for each in life.shown.warnings if "a second one of the same request" in each]
    assert life.run() == [] and len(life.sent()) == 2
    assert copy.id not in said


def test_a_lost_answer_to_a_request_that_wasnt_done_is_sent_again(life: Life) -> None:
    """After the search, once."""
    life.lose(kind="reset")
    assert life.run() == []
    assert len(life.copies()) == 1 and life.clock.slept >= 30


def test_a_failed_copy_is_kept_then_replaced(life: Life) -> None:
    """It stays in the state with its reason; the next run makes another, then deletes it."""
    life.emulator.inject(Fault(kind="fail-copy", operation="CopySnapshot", error_details="out of luck"))
    (error,) = life.run()
    assert "the copy failed" in error
    (failed,) = life.copies()
    assert life.outputs["snapshotId"] == failed.id and life.outputs["state"] == "error"
    assert life.run() == []
    (copy,) = life.copies()
    assert copy.id != failed.id and life.outputs["snapshotId"] == copy.id


def test_a_failed_copy_and_destroy_leave_nothing(life: Life) -> None:
    """What failed is deleted with its declaration."""
    life.emulator.inject(Fault(kind="fail-copy", operation="CopySnapshot"))
    life.run()
    assert life.run("destroy") == [] and life.copies() == [] and life.engine.state == []


def test_a_changed_description_makes_another_first(life: Life) -> None:
    """The new one stands before the old one goes."""
    life.run()
    (first,) = life.copies()
    life.arguments["description"] = "for the other audit"
    assert life.run() == []
    (second,) = life.copies()
    assert second.id != first.id and second.description.startswith("for the other audit")
    assert life.engine.operations == ["create vol", "delete vol"]


def test_an_edit_and_its_undoing_never_takes_up_the_one_that_is_to_be_deleted(life: Life) -> None:
    """The first request's key is on the old copy until that is gone."""
    life.run()
    life.arguments["triggers"] = ["again"]
    life.run()
    del life.arguments["triggers"]
    assert life.run() == []
    (copy,) = life.copies()
    assert life.outputs["snapshotId"] == copy.id and len(life.sent()) == 3


def test_an_orphan_of_an_edited_request_is_removed(life: Life) -> None:
    """Killed after tagging, edited, and run: one copy is left, and what is gone is said."""
    life.run()
    life.engine.state.clear()  # the state as it was before
    life.arguments["triggers"] = ["again"]
    assert life.run() == []
    (copy,) = life.copies()
    assert life.outputs["snapshotId"] == copy.id
    assert any("an interrupted run of this declaration" in each for each in life.shown.warnings)


def test_tags_are_changed_in_place(life: Life) -> None:
    """No other copy is made for tags; those of others stay."""
    life.run()
    (copy,) = life.copies()
    client = life.emulator.ec2_client(life.region, fcu=life.fcu)
    client.create_tags(Resources=[copy.id], Tags=[{"Key": "theirs", "Value": "1"}])
    life.arguments["tags"] = {"cost": "7"}
    assert life.run() == []
    (copy,) = life.copies()
    assert {key: value for key, value in copy.tags.items() if not key.startswith("snapcopy:")} == {
        "theirs": "1",
        "cost": "7",
    }
    assert len(life.sent()) == 1


def test_denied_tags_keep_the_copy(life: Life) -> None:
    """On FCU, where tags come later: the state has it, and the next run tags it."""
    denied = life.emulator.inject(
        Fault(kind="error", operation="CreateTags", code="UnauthorizedOperation", times=None)
    )
    errors = life.run()
    denied.remove()
    assert bool(errors) is life.fcu
    assert life.run() == []
    (copy,) = life.copies()
    assert "snapcopy:owner" in copy.tags and len(life.sent()) == 1


def test_adopting_takes_over_and_deletes_with_the_declaration(life: Life) -> None:
    """An existing snapshot becomes ours, its description as it is; nothing is sent."""
    existing = life.cloud.put_snapshot(life.region, description="by hand")
    life.arguments["adoptSnapshotId"] = existing
    assert life.run() == [] and life.sent() == []
    (adopted,) = life.copies()
    assert life.outputs["snapshotId"] == existing and adopted.description == "by hand"
    assert adopted.tags["snapcopy:source"] == "adopted"
    assert life.run() == [] and life.run("destroy") == [] and life.copies() == []


def test_adopting_what_isnt_there_says_so(life: Life) -> None:
    """Nothing is copied instead."""
    life.arguments["adoptSnapshotId"] = "snap-0a1b2c3d"
    (error,) = life.run()
    assert "to adopt" in error and life.copies() == []


def test_what_is_deleted_by_somebody_is_found_by_refresh(life: Life) -> None:
    """Only a proven "not found" drops it; the next run copies again."""
    life.run()
    (copy,) = life.copies()
    life.emulator.ec2_client(life.region, fcu=life.fcu).delete_snapshot(SnapshotId=copy.id)
    assert life.run("refresh") == [] and life.engine.state == []
    assert life.run() == [] and len(life.copies()) == 1


def test_a_copy_that_has_lost_its_owner_tag_is_still_the_one_in_the_state(life: Life) -> None:
    """Lists by tag no longer show it; its id does."""
    life.run()
    (copy,) = life.copies()
    client = life.emulator.ec2_client(life.region, fcu=life.fcu)
    client.delete_tags(Resources=[copy.id], Tags=[{"Key": "snapcopy:owner"}])
    life.arguments["tags"] = {"team": "other"}
    assert life.run() == []
    (copy,) = life.copies()
    assert copy.tags["snapcopy:owner"] and len(life.sent()) == 1


def test_nothing_foreign_is_touched(life: Life) -> None:
    """Another stack's copy of the same name, and somebody's copy of ours with our description, stay."""
    others = {"snapcopy:owner": "shop/dev/vol@fedcba9876543210", "snapcopy:key": "0" * 32}
    foreign = [
        life.cloud.put_snapshot(life.region, tags=others),
        life.cloud.put_snapshot(life.region, description=f"x [snapcopy {'0' * 32}]"),
    ]
    before = {each.id: each for each in life.cloud.snapshots(life.region)}
    life.run()
    life.run("destroy")
    assert {each.id: each for each in life.copies()} == {each: before[each] for each in foreign}


def test_the_limit_on_copies_is_a_queue(life: Life) -> None:
    """A copy of somebody else's takes the only place: ours waits, and is made."""
    life.emulator.settings = replace(life.emulator.settings, max_copies_in_progress=1)
    client = life.emulator.ec2_client(life.region, fcu=life.fcu)
    theirs = client.copy_snapshot(SourceRegion=life.source_region, SourceSnapshotId=life.source)["SnapshotId"]
    assert life.run() == []
    assert {each.id for each in life.copies()} == {theirs, life.outputs["snapshotId"]}
    assert any(each.startswith("queued:") for each in life.shown.lines)


def test_a_limit_that_is_told_late_is_a_queue_too(life: Life) -> None:
    """A copy that failed only because too many were in progress is sent again."""
    words = "Too many snapshot copies in progress. The limit is 5 for this destination region."
    life.emulator.inject(Fault(kind="fail-copy", operation="CopySnapshot", error_details=words, seconds=1))
    if life.fcu:
        pytest.skip("FCU gives no reason for a failure")
    assert life.run() == []
    assert len(life.copies()) == 1 and len(life.sent()) == 2


def test_a_pending_source_is_waited_for(life: Life) -> None:
    """Nothing is sent before it is complete."""
    life.cloud.set_state(life.source_region, life.source, "pending")
    finish = life.clock.sleep

    def sleep(seconds: float) -> None:
        finish(seconds)
        if life.clock.slept > 100:
            life.cloud.set_state(life.source_region, life.source, "completed")

    life.clock.sleep = sleep  # type: ignore[method-assign]
    assert life.run() == []
    assert any(each.startswith("waiting for the source: the source") for each in life.shown.lines)
    assert len(life.sent()) == 1


@pytest.mark.parametrize(("state", "said"), [("error", "can't be copied"), (None, "there is no snapshot")])
def test_a_source_that_cannot_be_copied_is_found_before_anything_is_sent(
    life: Life, state: str | None, said: str
) -> None:
    """The message says what there is."""
    if state:
        life.cloud.set_state(life.source_region, life.source, state)
    else:
        life.source = life.source[:-1] + ("0" if life.source[-1] != "0" else "1")
    (error,) = life.run()
    assert said in error and "nothing was sent" in error
    assert life.sent() == [] and life.engine.state == []


def test_a_source_in_the_other_region_is_named(aws: Emulator) -> None:
    """Where it is, instead of what else there is."""
    life = Life(aws)
    life.source = aws.ec2.put_snapshot(life.region)
    (error,) = life.run()
    assert f'"{life.source}" is in eu-west-1, not in us-east-1' in error


def test_what_was_asked_for_is_compared_and_the_outputs_tell_the_rest(aws: Emulator) -> None:
    """A region that encrypts by default, and a key by its alias: neither a second run nor a refresh sees a change."""
    client = aws.ec2_client("eu-west-1")
    client.enable_ebs_encryption_by_default()
    life = Life(aws)
    assert life.run() == []
    assert life.outputs["encrypted"] is True and life.outputs["kmsKeyId"].startswith("arn:aws:kms:eu-west-1:")
    assert life.run() == [] and life.run("refresh") == [] and life.run() == []
    assert len(life.sent()) == 1
    assert "encrypted" not in life.engine.state[0].inputs


def test_a_changed_duration_of_a_finished_copy_does_nothing(aws: Emulator) -> None:
    """It says how fast a copy is to be made, not which."""
    life = Life(aws, completionDurationMinutes=60)
    assert life.run() == []
    life.arguments["completionDurationMinutes"] = 120
    assert life.run() == []
    assert len(life.sent()) == 1


def test_a_failure_for_a_key_names_the_permissions(aws: Emulator) -> None:
    """StateMessage, and what the keys need."""
    life = Life(aws)
    aws.inject(
        Fault(kind="fail-copy", operation="CopySnapshot", error_details="Given key ID is not accessible")
    )
    (error,) = life.run()
    assert "Given key ID is not accessible" in error and "kms:CreateGrant" in error


def test_a_quota_that_is_used_up_ends_at_once(fcu: Emulator) -> None:
    """It isn't a queue."""
    life = Life(fcu)
    fcu.settings = replace(fcu.settings, max_snapshots=1)
    (error,) = life.run()
    assert "have the quota raised" in error and life.clock.slept < 5


def test_fcus_description_carries_the_key_and_the_requests_nothing_else(fcu: Emulator) -> None:
    """255 characters in all, the user's text cut; no tags, encryption or pre-signed URL."""
    life = Life(fcu, description="d" * 255)
    assert life.run() == []
    (request,) = life.sent()
    assert set(request) == {"SourceRegion", "SourceSnapshotId", "DestinationRegion", "Description"}
    assert len(request["Description"]) == 255 and request["Description"].startswith("ddd")
    assert "snapcopy" in request["Description"] and request["Description"].endswith("]")


def test_a_killed_runs_copy_that_filters_dont_show_yet_is_the_one_that_stays(life: Life) -> None:
    """The next run makes a second one, finds the elder at its end, and removes its own."""
    life.emulator.settings = replace(life.emulator.settings, filter_seconds=45.0)
    assert life.run(killed_after_copy=True) == ["killed"]
    (first,) = life.copies()
    assert life.run() == []
    (copy,) = life.copies()
    assert copy.id == first.id == life.outputs["snapshotId"] and len(life.sent()) == 2
    assert "snapcopy:owner" in copy.tags


def test_a_copy_that_isnt_visible_yet_is_waited_for(life: Life) -> None:
    """Its id is known, reads come later."""
    life.emulator.settings = replace(life.emulator.settings, visibility_seconds=20.0)
    assert life.run() == []
    assert len(life.copies()) == len(life.sent()) == 1


@pytest.mark.parametrize("command", ["refresh", "destroy", "up"])
def test_a_forgotten_endpoint_loses_nothing(life: Life, command: str) -> None:
    """With the other cloud's API no id is asked for, and the state keeps what it has."""
    life.run()
    life.fcu = not life.fcu
    life.arguments["tags"] = {"team": "other"}
    life.emulator.clear_calls()
    (error,) = life.run(command)
    if command == "up" and life.fcu:
        assert "OUTSCALE has no region 'us-east-1'" in error
    else:
        assert (
            "would be asked" in error
            and "nothing was sent" in error
            and "stays in the stack's state" in error
        )
    assert life.emulator.calls() == [] and len(life.engine.state) == 1
