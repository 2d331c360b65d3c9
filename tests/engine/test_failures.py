"""What goes wrong: each time the user reads what is true and what to do, and the next run mends it."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Settings

from .conftest import Service, day
from .stack import Stack

WEB = {"source_resource_name": "web-1", "restore_date": day(1)}
TIMED = (
    'CopiedSnapshot("db", source_snapshot_name="db-before-upgrade", source_region="us-east-1", '
    'target_region="eu-west-1", opts=ResourceOptions(custom_timeouts=CustomTimeouts(create="{create}", '
    'update="{update}")))'
)


def test_a_foreign_snapshot_of_that_name_is_left_alone(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """A name that somebody else's snapshot bears is refused, and that snapshot isn't touched."""
    emulator.put_snapshot("eu-west-1", "db-dr", tags={"team": "theirs"})
    before = service.only()
    stack.copied(target_snapshot_name="db-dr")
    output = stack.up(ok=False).output
    assert (
        'copying CopiedSnapshot "db" (us-east-1 -> eu-west-1): the name "db-dr" is taken in eu-west-1'
        in output
    )
    assert "it was left untouched, nothing was copied" in output
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


def test_a_name_of_another_type_is_refused(stack: Stack, service: Service, emulator: Emulator) -> None:
    """Names are shared by all types: an instance of the target's name is named as the reason."""
    emulator.client("eu-west-1").create_instances(
        instanceNames=["db-dr"],
        availabilityZone="eu-west-1a",
        blueprintId="ubuntu_22_04",
        bundleId="nano_3_0",
    )
    stack.copied(target_snapshot_name="db-dr")
    output = stack.up(ok=False).output
    assert 'the name "db-dr" is in use in eu-west-1' in output and "Instance" in output
    assert service.snapshots() == {}


def test_a_failed_copy_gives_the_services_reason_and_is_made_again(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """The service's reason is in the message, and the next `up` deletes the failed copy and starts anew."""
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


def test_a_half_made_copy_is_deleted_with_its_stack(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """What was kept half-made doesn't outlive the stack."""
    emulator.settings = Settings(copy_seconds=3600)
    stack.program(TIMED.format(create="1s", update="1m"))
    stack.up(ok=False)
    stack.destroy()
    assert service.snapshots() == {}


def test_killed_during_the_wait_the_next_up_finds_the_copy(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """SIGKILL, `pulumi cancel`, `pulumi up`: it goes on waiting for the one copy. The killed run's host ends by itself."""
    emulator.settings = Settings(copy_seconds=3600)
    stack.copied(tags={"team": "shop"})
    held = emulator.inject(
        Fault(kind="hold-before", operation="GetInstanceSnapshot", resource="db-before-upgrade-*", skip=1)
    )
    stack.up_killed_at(held)
    up_that_goes_on(stack, service, emulator, "db-before-upgrade-*")
    assert service.copies_started() == 1
    assert stack.outputs()["arn"] == service.only()["arn"]
    assert service.owner_and_theirs(service.only()["name"]) == {
        "team": "shop",
        "snapcopy:owner": "shop/dev/db",
    }


@pytest.mark.parametrize("name", [None, "db-dr"])
def test_killed_before_the_copy_was_tagged_it_is_still_known(
    stack: Stack, service: Service, emulator: Emulator, name: str | None
) -> None:
    """The hex of a derived name proves it; for an explicit name the service's own record does."""
    emulator.settings = Settings(copy_seconds=3600)
    stack.copied(target_snapshot_name=name)
    held = emulator.inject(Fault(kind="hold-before", operation="TagResource"))
    stack.up_killed_at(held)
    up_that_goes_on(stack, service, emulator, name or "db-before-upgrade-*")
    assert service.copies_started() == 1
    assert service.owner_and_theirs(service.only()["name"]) == {"snapcopy:owner": "shop/dev/db"}


def up_that_goes_on(stack: Stack, service: Service, emulator: Emulator, name: str) -> None:
    """Run `up` on a copy that is still pending; it is complete only when that has looked at it for the third time."""
    looks = emulator.inject(Fault(kind="hold-after", operation="GetInstanceSnapshot", resource=name, skip=2))
    running = stack.start("up", "--yes", "--skip-preview")
    looks.wait_reached(120)
    assert service.only()["state"] == "pending"
    emulator.finish_copies()
    looks.release()
    assert "pending" in stack.end(running).output


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
    """Five copies where two may be under way, and a throttled service: all arrive."""
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


def test_ctrl_c_once_keeps_what_is_under_way(stack: Stack, service: Service, emulator: Emulator) -> None:
    """SIGINT ends the run in order: the copy is kept in the state, no process is left, and `up` goes on."""
    emulator.settings = Settings(copy_seconds=3600)
    stack.copied()
    held = emulator.inject(
        Fault(kind="hold-before", operation="GetInstanceSnapshot", resource="db-before-upgrade-*", skip=1)
    )
    running = stack.start("up", "--yes", "--skip-preview")
    held.wait_reached(120)
    held.remove()
    running.send_signal(signal.SIGINT)
    output = stack.end(running, ok=False).output
    assert "stopped, as asked" in output and "kept in the stack's state" in output
    stack.assert_nothing_left_of(running)
    emulator.finish_copies()
    assert stack.up().changes == {"updated": 1, "unchanged": 1}
    assert service.copies_started() == 1
    assert stack.outputs()["state"] == "available"


@pytest.mark.parametrize("commands", [("destroy",), ("refresh", "destroy")], ids=" and ".join)
def test_a_copy_that_was_stopped_before_it_showed_is_not_forgotten(
    stack: Stack, service: Service, emulator: Emulator, commands: tuple[str, ...]
) -> None:
    """It is in the state, and NotFound for a while: `destroy` waits for it to show, and deletes it."""
    emulator.settings = Settings(copy_seconds=1, visibility_seconds=12)
    stack.copied()
    held = emulator.inject(Fault(kind="hold-after", operation="CopySnapshot"))
    running = stack.start("up", "--yes", "--skip-preview")
    held.wait_reached(120)
    running.send_signal(signal.SIGINT)
    held.remove()
    assert "kept in the stack's state" in stack.end(running, ok=False).output
    assert service.snapshots() == {}, "it shows too early to be tried"
    for command in commands:
        stack.run(command, "--yes", "--skip-preview")
    assert stack.resources() == {}
    emulator.settings = Settings()
    assert service.snapshots() == {} and service.copies_started() == 1


def test_ctrl_c_is_heard_where_all_workers_are_busy(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """With as many copies under way as the host takes, and more in its queue, SIGINT ends the run all the same."""
    emulator.settings = Settings(copy_seconds=3600)
    stack.environment["SNAPCOPY_MAX_WORKERS"] = "4"
    stack.program("""
for n in range(12):
    CopiedSnapshot(f"copy-{n}", source_snapshot_name="db-before-upgrade", source_region="us-east-1",
        target_region="eu-west-1")
""")
    held = emulator.inject(Fault(kind="hold-before", operation="TagResource", times=None, skip=3))
    running = stack.start("up", "--yes", "--skip-preview", "--parallel", "16")
    held.wait_reached(120)
    held.remove()
    running.send_signal(signal.SIGINT)
    output = stack.end(running, ok=False).output
    assert output.count("stopped, as asked") >= 4
    stack.assert_nothing_left_of(running)
    emulator.finish_copies()
    emulator.settings = Settings(copy_seconds=0)
    stack.up("--parallel", "16")
    assert len(service.snapshots()) == len(stack.resources()) == service.copies_started() == 12


@pytest.mark.parametrize(
    ("code", "reason", "then"),
    [
        ("ExpiredTokenException", "The security token included in the request is expired", "renew the credentials"),
        ("InvalidSignatureException", "Signature expired: 20261121T1 is now earlier than 20261121T2", "set this machine's clock"),
        ("AccessDeniedException", "You may not.", "allow lightsail:GetInstanceSnapshot (`snapcopy iam-policy` prints"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("command", ["refresh", "destroy"])
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
    assert "isn't the one that this stack made; it was left untouched" in output
    assert service.only() == theirs


def test_a_run_killed_before_midnight_leaves_one_copy(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Repeated on the next day, when "latest" is another date, the first day's leftover is removed."""
    emulator.age_out("us-east-1", "web-1", day(0))
    emulator.settings = Settings(copy_seconds=3600)
    stack.copied(source_resource_name="web-1", use_latest_restorable_auto_snapshot=True)
    held = emulator.inject(Fault(kind="hold-after", operation="TagResource"))
    stack.up_killed_at(held)
    friday = service.only()
    emulator.client("us-east-1").delete_instance(instanceName="web-1")
    emulator.seed({"us-east-1": {"instances": [{"name": "web-1", "automaticSnapshots": 7}]}})
    emulator.settings = Settings(copy_seconds=0.2)
    output = stack.up().output
    assert f'removing "{friday["name"]}", left behind by a run of this declaration that was cut off' in output
    assert day(0) in service.only()["name"]


def test_killed_and_then_changed_the_explicit_name_holds_what_is_asked_for(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """The killed run's copy bears the name but is of another date: it makes way for the one that is asked for."""
    emulator.settings = Settings(copy_seconds=3600)
    stack.copied(target_snapshot_name="web-dr", source_resource_name="web-1", restore_date=day(2))
    held = emulator.inject(Fault(kind="hold-after", operation="TagResource"))
    stack.up_killed_at(held)
    emulator.settings = Settings(copy_seconds=0.2)
    stack.copied(target_snapshot_name="web-dr", source_resource_name="web-1", restore_date=day(1))
    stack.up()
    assert service.tags("web-dr")["snapcopy:source"] == f"us-east-1:web-1:{day(1)}"
    assert service.only()["arn"] == stack.outputs()["arn"]
