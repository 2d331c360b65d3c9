"""What goes wrong: each time the user reads what is true and what to do, and the next run fixes it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Settings

from .conftest import Service, day
from .matrix import assert_converges, told
from .stack import Stack

if TYPE_CHECKING:
    from types_boto3_lightsail.client import LightsailClient

WEB = {"source_resource_name": "web-1", "restore_date": day(1)}
TIMED = (
    'CopiedSnapshot("db", source_snapshot_name="db-before-upgrade", source_region="us-east-1", '
    'target_region="eu-west-1", opts=ResourceOptions(custom_timeouts=CustomTimeouts(create="{create}", '
    'update="{update}")))'
)


def test_a_foreign_snapshot_of_that_name_is_left_alone(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """A name that somebody else's snapshot has is refused, and that snapshot isn't touched."""
    emulator.put_snapshot("eu-west-1", "db-dr", tags={"team": "theirs"})
    before = service.only()
    stack.copied(target_snapshot_name="db-dr")
    output = stack.up(ok=False).output
    assert (
        'copying CopiedSnapshot "db" (us-east-1 -> eu-west-1): the name "db-dr" is taken in eu-west-1'
        in output
    )
    assert "it was not changed, nothing was copied" in output
    assert "adopt=True" in output
    assert "Traceback" not in output
    assert service.only() == before and service.effects() == []
    assert stack.resources() == {}


def test_adopt_takes_the_snapshot_that_is_there(stack: Stack, service: Service, emulator: Emulator) -> None:
    """With adopt it becomes the stack's: tagged as asked, nothing copied, deleted with the stack."""
    emulator.put_snapshot("eu-west-1", "db-dr", tags={"theirs": "stays"})
    before = service.only()
    stack.copied(target_snapshot_name="db-dr", adopt=True, tags={"team": "shop"})
    stack.up()
    assert service.only()["arn"] == before["arn"] == stack.outputs()["arn"]
    assert service.tags("db-dr") == {
        "theirs": "stays",
        "team": "shop",
        "snapcopy:owner": "shop/dev/db",
        "snapcopy:source": "adopted",
    }
    assert service.copies_started() == 0
    assert stack.up().changes == {"unchanged": 2}
    stack.destroy()
    assert service.snapshots() == {}


def test_what_is_taken_over_may_be_named_as_its_own_source(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Nothing is copied for it, so it isn't given up for another copy of itself either."""
    emulator.put_snapshot("eu-west-1", "db-dr")
    before = service.only()
    itself = {"source_snapshot_name": "db-dr", "source_region": "eu-west-1", "target_snapshot_name": "db-dr"}
    stack.copied(**itself, adopt=True)
    stack.up()
    assert service.only()["arn"] == before["arn"] == stack.outputs()["arn"]
    assert stack.up().changes == {"unchanged": 2}
    stack.copied(**itself, adopt=True, triggers=["again"])
    output = stack.up(ok=False).output
    assert (
        '"db-dr" in eu-west-1 is its own source' in output
        and "would have to be deleted first, and was kept" in output
    )
    assert service.only()["arn"] == before["arn"] and service.copies_started() == 0
    stack.copied(**itself)
    assert "'db-dr' is what source_snapshot_name names in the same region" in stack.preview(ok=False).output
    stack.destroy()
    assert service.snapshots() == {}


MADE_BY_HAND: dict[str, Callable[[LightsailClient], object]] = {
    "Instance": lambda client: client.create_instances(
        instanceNames=["db-dr"],
        availabilityZone="eu-west-1a",
        blueprintId="ubuntu_22_04",
        bundleId="nano_3_0",
    ),
    "Disk": lambda client: client.create_disk(diskName="db-dr", availabilityZone="eu-west-1a", sizeInGb=8),
}


@pytest.mark.parametrize(("kind", "then"), [("Instance", "it goes"), ("Disk", "another name")])
def test_a_name_of_another_type_is_refused(
    stack: Stack, service: Service, emulator: Emulator, kind: str, then: str
) -> None:
    """Names are shared by all types: what has the target's name is named and left alone, and once it is out of the way all is well."""
    client = emulator.client("eu-west-1")

    def theirs() -> list[dict[str, Any]]:
        return [*map(dict, client.get_instances()["instances"]), *map(dict, client.get_disks()["disks"])]

    MADE_BY_HAND[kind](client)
    before = theirs()
    assert [each["resourceType"] for each in before] == [kind]
    emulator.clear_calls()
    stack.copied(target_snapshot_name="db-dr")
    message = told(stack.up(ok=False), "db")
    assert 'the name "db-dr" is in use in eu-west-1' in message
    assert f"the service says that it is taken, by {kind}; names are shared by all types." in message
    assert "Nothing was copied." in message and "Next:  write another target_snapshot_name." in message
    assert theirs() == before and service.snapshots() == {} and stack.resources() == {}
    assert set(service.effects()) == {"CopySnapshot"} and service.copies_started() == 0
    if then == "another name":
        stack.copied(target_snapshot_name="db-dr-2")
    elif kind == "Instance":
        client.delete_instance(instanceName="db-dr")
    else:
        client.delete_disk(diskName="db-dr")
    assert_converges(stack, service)
    assert service.only()["name"] == ("db-dr-2" if then == "another name" else "db-dr")
    assert theirs() == (before if then == "another name" else []) and service.copies_started() == 1


def test_a_failed_copy_gives_the_services_reason_and_is_made_again(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """The service's reason is in the message, and the next `up` deletes the failed copy and starts a new one."""
    emulator.inject(
        Fault(
            kind="fail-copy", operation="CopySnapshot", error_code="DiskFull", error_details="No room left."
        )
    )
    stack.copied()
    output = stack.up(ok=False).output
    assert "the copy failed: DiskFull: No room left." in output
    assert "run `pulumi up` again" in output and "AWS:   operation" in output
    assert service.only()["state"] == "error"
    stack.up()
    assert service.only()["state"] == "available" == stack.outputs()["state"]


def test_out_of_time_the_copy_is_kept_and_the_next_up_goes_on_waiting(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Time is up: the copy stays in the state, and nothing is started again."""
    emulator.settings = Settings(copy_seconds=3600)
    stack.program(TIMED.format(create="2s", update="1m"))
    output = stack.up(ok=False).output
    assert 'waiting for CopiedSnapshot "db" (us-east-1 -> eu-west-1): timed out after 2 s' in output
    assert "is still pending in eu-west-1; it is kept in the stack's state" in output
    assert "run `pulumi up` again to go on waiting" in output
    assert stack.outputs()["state"] == "pending"
    assert "unhealthy" in stack.refresh().output
    emulator.finish_copies()
    stack.up()
    assert stack.outputs()["state"] == "available"
    assert service.copies_started() == 1
    assert stack.up().changes == {"unchanged": 2}


def test_a_partial_copy_is_deleted_with_its_stack(stack: Stack, service: Service, emulator: Emulator) -> None:
    """What was kept as partial doesn't outlive the stack."""
    emulator.settings = Settings(copy_seconds=3600)
    stack.program(TIMED.format(create="1s", update="1m"))
    stack.up(ok=False)
    stack.destroy()
    assert service.snapshots() == {}


def test_a_lost_answer_to_copysnapshot_makes_no_second_copy(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """The work was done, the answer never came: the copy is found under its name."""
    emulator.inject(Fault(kind="lost", operation="CopySnapshot"))
    stack.copied()
    stack.up()
    assert service.copies_started() == 1
    assert service.only()["arn"] == stack.outputs()["arn"]


def test_throttling_and_a_limit_on_copies_only_delay(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Five copies where two may be in progress, and a throttled service: all arrive."""
    emulator.settings = Settings(copy_seconds=1, max_copies_in_progress=2)
    emulator.inject(Fault(kind="error", code="ThrottlingException", message="Rate exceeded", times=6))
    stack.program("""
for n in range(5):
    CopiedSnapshot(f"copy-{n}", source_snapshot_name="db-before-upgrade", source_region="us-east-1",
        target_region="eu-west-1")
""")
    assert stack.up().changes == {"created": 6}
    assert service.copies_started() == 5 == len(service.snapshots())


def test_a_new_copy_that_cant_be_seen_yet_is_waited_for(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Reads just after the call may say NotFound, and tags may be refused: both come right."""
    emulator.settings = Settings(copy_seconds=2, visibility_seconds=1.5, taggable_when_pending=False)
    stack.copied(tags={"team": "shop"})
    stack.up()
    assert service.copies_started() == 1
    assert service.tags(service.only()["name"])["team"] == "shop"


def test_an_operation_that_ends_before_its_snapshot_is_not_believed(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """The operation reads Succeeded early; the snapshot's state decides."""
    emulator.settings = Settings(copy_seconds=2, operation_lead_seconds=2)
    stack.copied()
    stack.up()
    assert stack.outputs()["state"] == "available" == service.only()["state"]


@pytest.mark.parametrize(
    ("command", "code", "reason", "then"),
    [
        ("refresh", "ExpiredTokenException", "The security token included in the request is expired",
         "renew the credentials"),
        ("destroy", "InvalidSignatureException", "Signature expired: 20261121T1 is now earlier than 20261121T2",
         "set this machine's clock"),
        ("destroy", "AccessDeniedException", "You may not.",
         "allow lightsail:GetInstanceSnapshot (`snapcopy iam-policy` prints"),
    ],
)  # fmt: skip
def test_denied_the_state_stays_whole(
    stack: Stack, service: Service, emulator: Emulator, command: str, code: str, reason: str, then: str
) -> None:
    """A service that won't say whether a copy is there has not said that it is gone."""
    stack.copied()
    stack.up()
    before = service.only()
    emulator.inject(Fault(kind="error", code=code, message=reason, times=None))
    output = stack.run(command, "--yes", "--skip-preview", ok=False).output
    assert f"{code}: {reason} (lightsail:GetInstanceSnapshot)" in output, output
    assert f"Next:  {then}" in output and "then run the same command again." in output
    emulator.faults.clear()
    assert stack.outputs()["arn"] == before["arn"] and service.only() == before
    assert stack.up().changes == {"unchanged": 2}


def test_denied_in_mid_wait_the_copy_is_kept(stack: Stack, service: Service, emulator: Emulator) -> None:
    """Credentials that expire don't lose the copy: the message says so, and what to renew."""
    emulator.settings = Settings(copy_seconds=3600)
    emulator.inject(
        Fault(kind="error", operation="GetInstanceSnapshot", resource="db-before-upgrade-*", skip=2, times=None,
              code="ExpiredTokenException", message="The security token included in the request is expired")
    )  # fmt: skip
    stack.copied()
    output = stack.up(ok=False).output
    assert "ExpiredTokenException" in output and "renew the credentials" in output
    assert "kept in the stack's state" in output
    emulator.faults.clear()
    emulator.finish_copies()
    stack.up()
    assert service.copies_started() == 1


def test_a_permission_that_is_missing_is_named(stack: Stack, service: Service, emulator: Emulator) -> None:
    """The message names the action to allow."""
    emulator.inject(
        Fault(kind="error", operation="CopySnapshot", times=None, code="AccessDeniedException", message="No.")
    )
    stack.copied()
    output = stack.up(ok=False).output
    assert "AccessDeniedException: No." in output and "allow lightsail:CopySnapshot" in output
    assert service.snapshots() == {}


def test_another_stack_cant_have_the_same_explicit_name(
    new_stack: Callable[..., Stack], service: Service
) -> None:
    """The second stack is told whose it is, and destroying it touches nothing."""
    first, second = new_stack("one", name="one"), new_stack("two", name="two")
    for each in (first, second):
        each.copied(target_snapshot_name="db-dr")
    first.up()
    before = service.only()
    output = second.up(ok=False).output
    assert "belongs to shop/one/db" in output
    second.destroy()
    assert service.only() == before


def test_a_snapshot_that_took_our_copys_name_is_left_alone(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Ours was deleted and another made under its name: destroy says so and leaves it."""
    stack.copied(target_snapshot_name="db-dr")
    stack.up()
    emulator.client("eu-west-1").delete_instance_snapshot(instanceSnapshotName="db-dr")
    emulator.put_snapshot("eu-west-1", "db-dr")
    theirs = service.only()
    output = stack.destroy().output
    assert "isn't the one that this stack made; it was not changed" in output
    assert service.only() == theirs
