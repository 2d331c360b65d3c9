"""What goes wrong with a copy: each time the user reads what is true and what to do, and the next run fixes it."""

from __future__ import annotations

from typing import Any

from pulumi_snapcopy.emulator import Emulator, Fault, Settings

from .conftest import Service
from .matrix import assert_converges
from .stack import Stack
from .troubles import ONE_BY_ONE, Story, assert_told, calls_for, declare, prepare, started

FULL: dict[str, Any] = {
    "kind": "fail-copy",
    "operation": "CopySnapshot",
    "error_code": "DiskFull",
    "error_details": "No room left.",
}
FAILED = (
    "the copy failed: DiskFull: No room left.",
    "starts a new one",
    "run `pulumi up` again",
    "AWS:   operation",
)


def in_use(kind: str) -> tuple[str, ...]:
    """What is said of a name that something of another type has."""
    return (
        f'the name "{kind.lower()}" is in use in eu-west-1',
        f"the service says that it is taken, by {kind}; names are shared by all types.",
        "Nothing was copied.",
        "Next:  write another target_snapshot_name.",
    )


STORIES = {
    "early": Story(
        reason="A copy that fails at once is kept with the service's reason, and made again.",
        derived=True,
        faults=(Fault(**FULL, resource="early-*", seconds=0.0),),
        told=FAILED,
        left="error",
        kept=True,
        started=2,
    ),
    "late": Story(
        reason="So is one that fails later.",
        faults=(Fault(**FULL, resource="late", seconds=2.0),),
        told=FAILED,
        left="error",
        kept=True,
        started=2,
    ),
    "lost": Story(
        reason="The work was done, the answer never came: the copy is found under its name.",
        derived=True,
        faults=(Fault(kind="lost", operation="CopySnapshot", resource="lost-*"),),
        left="available",
        kept=True,
    ),
    "expired": Story(
        reason="Credentials that expire in mid wait don't lose the copy: the message says so, and what to renew.",
        faults=(
            Fault(kind="copy-seconds", operation="CopySnapshot", resource="expired", seconds=3600),
            Fault(
                kind="error",
                operation="GetInstanceSnapshot",
                resource="expired",
                skip=2,
                times=None,
                code="ExpiredTokenException",
                message="The security token included in the request is expired",
            ),
        ),
        told=("ExpiredTokenException", "renew the credentials", "kept in the stack's state"),
        left="pending",
        kept=True,
        between=lambda emulator: emulator.set_state("eu-west-1", "expired", "available"),
    ),
    "denied": Story(
        reason="The message names the action to allow.",
        faults=(
            Fault(
                kind="error",
                operation="CopySnapshot",
                resource="denied",
                times=None,
                code="AccessDeniedException",
                message="No.",
            ),
        ),
        told=("AccessDeniedException: No.", "allow lightsail:CopySnapshot"),
    ),
    "sourceless": Story(
        reason="A copy in progress doesn't need its source any more, and a source that is gone is no change.",
        derived=True,
        faults=(Fault(kind="copy-seconds", operation="CopySnapshot", resource="sourceless-*", seconds=3600),),
        left="available",
        kept=True,
    ),
    "instance": Story(
        reason="What has the target's name is named and left alone, and once it is out of the way all is well.",
        before=lambda emulator: emulator.client("eu-west-1").create_instances(
            instanceNames=["instance"],
            availabilityZone="eu-west-1a",
            blueprintId="ubuntu_22_04",
            bundleId="nano_3_0",
        ),
        told=in_use("Instance"),
        between=lambda emulator: emulator.client("eu-west-1").delete_instance(instanceName="instance"),
    ),
    "disk": Story(
        reason="Names are shared by all types; under another name it is copied.",
        before=lambda emulator: emulator.client("eu-west-1").create_disk(
            diskName="disk", availabilityZone="eu-west-1a", sizeInGb=8
        ),
        told=in_use("Disk"),
        then={"target_snapshot_name": "disk-2"},
    ),
    "foreign": Story(
        reason="A name that somebody else's snapshot has is refused, until the program asks to take it over.",
        before=lambda emulator: emulator.put_snapshot("eu-west-1", "foreign", tags={"team": "theirs"}),
        told=(
            'copying CopiedSnapshot "foreign" (us-east-1 -> eu-west-1): the name "foreign" is taken in eu-west-1',
            "it was not changed, nothing was copied",
            "adopt=True",
        ),
        then={"adopt": True, "tags": {"cost": "7"}},
        started=0,
    ),
    "itself": Story(
        reason="What is taken over may be named as its own source: nothing is copied for it, now or later.",
        before=lambda emulator: emulator.put_snapshot("eu-west-1", "itself"),
        declared={"source_snapshot_name": "itself", "source_region": "eu-west-1", "adopt": True},
        left="available",
        kept=True,
        started=0,
    ),
}


def things_by_hand(emulator: Emulator) -> dict[str, Any]:
    """The instances and disks of the target's region."""
    client = emulator.client("eu-west-1")
    return {
        each["name"]: each for each in [*client.get_instances()["instances"], *client.get_disks()["disks"]]
    }


def test_what_goes_wrong_is_told_and_the_next_up_fixes_it(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Each failure is told, the next `up` fixes it with one copy, and nothing of others is touched."""
    emulator.settings = Settings(copy_seconds=0.3)
    prepare(STORIES, emulator)
    theirs, by_hand = service.snapshots(), things_by_hand(emulator)
    assert {each["resourceType"] for each in by_hand.values()} == {"Instance", "Disk"}
    held = emulator.inject(
        Fault(kind="hold-before", operation="GetInstanceSnapshot", resource="sourceless-*", skip=1)
    )
    declare(stack, STORIES)
    running = stack.start("up", "--yes", "--skip-preview", *ONE_BY_ONE, "--continue-on-error")
    held.wait_reached(120)
    emulator.client("us-east-1").delete_instance_snapshot(instanceSnapshotName="sourceless")
    (sourceless,) = (name for name in service.snapshots() if name.startswith("sourceless"))
    emulator.set_state("eu-west-1", sourceless, "available")
    held.release()
    first = stack.end(running, ok=False)

    assert "Traceback" not in first.output
    there, state = service.snapshots(), stack.resources()
    for name, story in STORIES.items():
        assert_told(first, name, story)
        assert (name in state) is story.kept, name
        of_it = [each for each in there if each == name or each.startswith(f"{name}-")]
        if story.left:
            assert there[of_it[0]]["state"] == story.left, name
            assert story.left == "error" or there[of_it[0]]["arn"] == state[name]["outputs"]["arn"], name
        else:
            assert {each: there[each] for each in of_it} == {each: theirs[each] for each in of_it}, name
    assert things_by_hand(emulator) == by_hand
    assert calls_for(emulator, "foreign") == []
    for name in ("instance", "disk"):
        assert set(calls_for(emulator, name)) == {("CopySnapshot", "InvalidInputException")}, name

    emulator.faults.clear()
    for story in STORIES.values():
        story.between(emulator)
    declare(stack, STORIES, then=True)
    assert_converges(stack, service)

    assert {name: started(emulator, name) for name in STORIES} == {
        name: story.started for name, story in STORIES.items()
    }
    assert things_by_hand(emulator) == {"disk": by_hand["disk"]}
    there = service.snapshots()
    assert {"disk-2", "instance"} <= there.keys() and "disk" not in there
    for name in ("foreign", "itself"):
        assert service.snapshots()[name]["arn"] == theirs[name]["arn"], name
    assert service.tags("foreign") == {
        "team": "theirs",
        "cost": "7",
        "snapcopy:owner": "shop/dev/foreign",
        "snapcopy:source": "adopted",
    }
