"""What only EC2 does with a copy, on AWS or on FCU; what holds on every service is in tests/services."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Fault

from tests.harness.row import Row
from tests.harness.served import Life, Running
from tests.harness.services import EC2_COPY, FCU_COPY, HERE, THERE

from .test_commands import actions


@pytest.fixture
def aws(served: Running) -> Life:
    """A stack on AWS."""
    served.reset(EC2_COPY)
    return Life(EC2_COPY, served)


@pytest.fixture
def fcu(served: Running) -> Life:
    """A stack on FCU."""
    served.reset(FCU_COPY)
    return Life(FCU_COPY, served)


@pytest.fixture(params=[EC2_COPY, FCU_COPY], ids=str)
def life(request: pytest.FixtureRequest, served: Running) -> Life:
    """A stack on each of the two clouds."""
    row: Row = request.param
    served.reset(row)
    return Life(row, served)


def test_the_outputs_are_read_at_the_end(life: Life) -> None:
    """The outputs have the final progress, size and time, and on AWS the ARN."""
    life.ok()
    outputs, one = life.outputs, life.only()
    assert (outputs["snapshotId"], outputs["progress"], outputs["volumeSize"]) == (one.name, "100%", 10)
    made = datetime.fromisoformat(outputs["createdAt"].replace("Z", "+00:00"))
    assert abs(made.timestamp() - life.clock.now()) < 60
    arn = f"arn:aws:ec2:{THERE}::snapshot/{one.name}" if life.row is EC2_COPY else None
    assert outputs.get("arn") == arn


def test_a_changed_description_makes_another_first(life: Life) -> None:
    """After a changed description the new copy is complete before the old one is deleted."""
    life.ok()
    first = life.only()
    life.inputs["description"] = "for the other audit"
    life.ok()
    assert life.engine.operations == ["create vol", "delete vol"] and life.only().arn != first.arn


def test_denied_tags_keep_the_copy_where_they_come_later(life: Life) -> None:
    """On FCU a copy whose tags are denied stays in the state, and the next run tags it; on AWS tags are in the call."""
    denied = life.trouble("denied", life.row.tag, times=None)
    assert bool(life.run()) is (life.row is FCU_COPY)
    denied.remove()
    life.ok()
    life.assert_well(sent=1)


def test_a_limit_that_is_told_late_is_a_queue_too(aws: Life) -> None:
    """A copy that failed only because too many were in progress is sent again."""
    words = "Too many snapshot copies in progress. The limit is 5 for this destination region."
    aws.inject("fail-copy", error_details=words, seconds=1)
    aws.ok()
    aws.assert_well(sent=2)


def test_a_source_in_the_other_region_is_named(aws: Life) -> None:
    """The message about a source that is in the target region says so, instead of what else there is."""
    aws.inputs["sourceSnapshotId"] = source = aws.emulator.ec2.put_snapshot(THERE)
    (error,) = aws.run()
    assert f'"{source}" is in {THERE}, not in {HERE}' in error


def test_what_was_asked_for_is_compared_and_the_outputs_tell_the_rest(aws: Life) -> None:
    """Encryption by default and a key's alias are no change in a second run or a refresh."""
    aws.emulator.ec2_client(THERE).enable_ebs_encryption_by_default()
    aws.ok()
    assert aws.outputs["encrypted"] is True and aws.outputs["kmsKeyId"].startswith(f"arn:aws:kms:{THERE}:")
    aws.ok("refresh")
    aws.assert_well(sent=1)
    assert "encrypted" not in aws.engine.state[0].inputs


def test_a_changed_duration_of_a_finished_copy_does_nothing(aws: Life) -> None:
    """Another completion duration of a complete copy changes nothing."""
    aws.inputs["completionDurationMinutes"] = 60
    aws.ok()
    aws.inputs["completionDurationMinutes"] = 120
    aws.ok()
    assert aws.sent() == 1


def test_a_failure_for_a_key_names_the_permissions(aws: Life) -> None:
    """The message about a copy that failed for its key has the StateMessage and the permissions that keys need."""
    aws.inject("fail-copy", error_details="Given key ID is not accessible")
    (error,) = aws.run()
    assert "Given key ID is not accessible" in error and "kms:CreateGrant" in error


def test_the_policy_allows_what_a_life_calls_and_no_more(aws: Life) -> None:
    """The policy's actions are those that a life calls, besides those on keys, which EC2 uses on the caller's behalf."""
    aws.ok()
    aws.inputs["tags"] = {}
    aws.ok()
    aws.ok("destroy")
    called = {f"ec2:{each.operation}" for each in aws.emulator.calls()}
    allowed = {each for each in actions("--services", "ec2") if each.startswith("ec2:")}
    assert called | {"ec2:CreateTags"} == allowed  # CopySnapshot creates tags in its call


def test_a_quota_that_is_used_up_ends_at_once(fcu: Life) -> None:
    """A quota that is used up ends the run at once, and isn't queued for."""
    fcu.set(max_snapshots=1)
    (error,) = fcu.run()
    assert "have the quota raised" in error and fcu.clock.slept < 5


def test_fcus_description_carries_the_key_and_the_request_nothing_else(fcu: Life) -> None:
    """On FCU the description has 255 characters with the key at its end; the request has no tags, encryption or pre-signed URL."""
    fcu.inputs["description"] = "d" * 255
    fcu.ok()
    (call,) = fcu.emulator.calls("CopySnapshot")
    request = call.parameters
    assert set(request) == {"SourceRegion", "SourceSnapshotId", "DestinationRegion", "Description"}
    assert len(request["Description"]) == 255 and request["Description"].startswith("ddd")
    assert "snapcopy" in request["Description"] and request["Description"].endswith("]")


@pytest.mark.parametrize(
    ("command", "edit"),
    [
        ("refresh", {}),
        ("destroy", {}),
        ("up", {"tags": {"team": "other"}}),
        ("up", {"description": "of another day"}),
    ],
    ids=["refresh", "destroy", "an update", "a replacement"],
)
def test_a_forgotten_endpoint_loses_nothing(life: Life, command: str, edit: dict[str, Any]) -> None:
    """With the other cloud's API the service is asked for nothing, neither the state's id nor the source's, and the state keeps the copy."""
    life.ok()
    life.row = FCU_COPY if life.row is EC2_COPY else EC2_COPY
    life.inputs |= edit
    (error,) = life.run(command)
    if command == "up" and life.row is FCU_COPY:
        assert f"OUTSCALE has no region '{HERE}'" in error
    else:
        said = ("would be asked", "nothing was sent", "stays in the stack's state", "SNAPCOPY_EC2_API")
        assert all(each in error for each in said)
    assert life.calls == [] and len(life.engine.state) == 1


def test_a_copy_that_a_filter_shows_is_read_until_the_read_agrees(aws: Life) -> None:
    """Reads that say that it is gone, while lists show it, end no update, and nothing is copied again."""
    aws.ok()
    aws.emulator.advance(3600.0)
    id_ = aws.only().name
    stale = Fault(
        kind="error", operation="DescribeSnapshots", resource=id_, code="InvalidSnapshot.NotFound", times=3
    )
    aws.emulator.inject(stale)
    aws.inputs["tags"] = {"team": "web"}
    aws.ok()
    assert aws.only().name == id_ and aws.only().tags["team"] == "web" and aws.sent() == 1
