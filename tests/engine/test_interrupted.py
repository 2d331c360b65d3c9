"""Runs that are interrupted by SIGKILL or Ctrl-C, at the moments that users meet; every moment is in test_crash_matrix.py."""

from __future__ import annotations

import os
import signal

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Settings
from pulumi_snapcopy.emulator.faults import Kind

from .conftest import WEEK, Service, day
from .matrix import MANUAL, assert_converges, told
from .stack import Stack


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


@pytest.mark.parametrize("name", [None, pytest.param("db-dr", marks=pytest.mark.soak)])
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


@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        pytest.param("hold-before", "CopySnapshot", id="unasked", marks=pytest.mark.soak),
        pytest.param("hold-after", "CopySnapshot", id="untold"),
        pytest.param("hold-before", "TagResource", id="untagged", marks=pytest.mark.soak),
    ],
)
def test_killed_in_the_middle_of_eight_copies_each_is_there_once(
    stack: Stack, service: Service, emulator: Emulator, kind: Kind, operation: str
) -> None:
    """Some are done, some tagged, some just started, some not yet asked for: eight are there after the next `up`."""
    stack.program(f"for n in range(8):\n    CopiedSnapshot(f'db-{{n}}', **{MANUAL!r})\n")
    held = emulator.inject(Fault(kind=kind, operation=operation, skip=4, times=None))
    stack.up_killed_at(held, "--parallel", "8")
    assert 4 <= service.copies_started() <= 8
    assert_converges(stack, service)
    assert len(service.snapshots()) == len(stack.resources()) == service.copies_started() == 8


@pytest.mark.parametrize("when", ["after", pytest.param("before", marks=pytest.mark.soak)])
def test_a_host_killed_in_mid_create_is_told_and_the_next_up_ends_well(
    stack: Stack, service: Service, emulator: Emulator, when: str
) -> None:
    """SIGKILL of the dynamic host alone: the run says at which copy it broke off, and the next needs no `cancel`.

    The words are the engine's own, for the one that could say more is dead.
    """
    stack.copied(target_snapshot_name="db-dr", tags={"team": "shop"})
    kind: Kind = "hold-before" if when == "before" else "hold-after"
    held = emulator.inject(Fault(kind=kind, operation="CopySnapshot"))
    running = stack.start("up", "--yes", "--skip-preview")
    held.wait_reached(120)
    os.kill(stack.host_of(running), signal.SIGKILL)
    held.drop()
    result = stack.end(running, ok=False)
    assert told(result, "db") == "    error: error reading from server: EOF"
    assert "Killed" in result.output and "Traceback" not in result.output
    assert result.changes == {"created": 1, "errored": 2}
    left = service.snapshots()
    assert left.keys() == (set() if when == "before" else {"db-dr"}) and stack.resources() == {}
    recovering = stack.up()
    assert recovering.changes == {"created": 1, "unchanged": 1} and told(recovering, "db") == ""
    assert service.only()["arn"] == stack.outputs()["arn"] == left.get("db-dr", service.only())["arn"]
    assert service.owner_and_theirs("db-dr") == {"team": "shop", "snapcopy:owner": "shop/dev/db"}
    assert stack.up().changes == {"unchanged": 2}


def up_that_goes_on(stack: Stack, service: Service, emulator: Emulator, name: str) -> None:
    """Run `up` on a copy that is still pending; it is complete only when that has looked at it for the third time."""
    looks = emulator.inject(Fault(kind="hold-after", operation="GetInstanceSnapshot", resource=name, skip=2))
    running = stack.start("up", "--yes", "--skip-preview")
    looks.wait_reached(120)
    assert service.only()["state"] == "pending"
    emulator.finish_copies()
    looks.release()
    assert "pending" in stack.end(running).output


def test_ctrl_c_once_keeps_what_is_in_progress(stack: Stack, service: Service, emulator: Emulator) -> None:
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


@pytest.mark.parametrize(
    "commands", [("destroy",), pytest.param(("refresh", "destroy"), marks=pytest.mark.soak)], ids=" and ".join
)
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
    """With as many copies in progress as the host takes, and more in its queue, SIGINT ends the run all the same."""
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


@pytest.mark.soak  # every day in tests/property/test_crashes.py
def test_a_run_killed_before_midnight_leaves_one_copy(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Repeated on the next day, when "latest" is another date, the first day's orphan is removed."""
    emulator.age_out("us-east-1", "web-1", day(0))
    emulator.settings = Settings(copy_seconds=3600)
    stack.copied(source_resource_name="web-1", use_latest_restorable_auto_snapshot=True)
    held = emulator.inject(Fault(kind="hold-after", operation="TagResource"))
    stack.up_killed_at(held)
    friday = service.only()
    emulator.client("us-east-1").delete_instance(instanceName="web-1")
    emulator.seed({"us-east-1": {"instances": [{"name": "web-1", "automaticSnapshots": WEEK}]}})
    emulator.settings = Settings(copy_seconds=0.2)
    output = stack.up().output
    assert (
        f'deleting "{friday["name"]}" in eu-west-1: a copy that an interrupted run of this declaration made'
        in output
    )
    assert day(0) in service.only()["name"]


@pytest.mark.soak  # every day in tests/services/test_crashes.py
def test_killed_and_then_changed_the_explicit_name_holds_what_is_asked_for(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """The killed run's copy has the name but is of another date: it makes way for the one that is asked for."""
    emulator.settings = Settings(copy_seconds=3600)
    stack.copied(target_snapshot_name="web-dr", source_resource_name="web-1", restore_date=day(2))
    held = emulator.inject(Fault(kind="hold-after", operation="TagResource"))
    stack.up_killed_at(held)
    emulator.settings = Settings(copy_seconds=0.2)
    stack.copied(target_snapshot_name="web-dr", source_resource_name="web-1", restore_date=day(1))
    stack.up()
    assert service.tags("web-dr")["snapcopy:source"] == f"us-east-1:web-1:{day(1)}"
    assert service.only()["arn"] == stack.outputs()["arn"]


@pytest.mark.soak
def test_killed_after_going_back_where_pulumi_deletes_first_nothing_is_left(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """One date, another that couldn't be copied, the first again and killed, a third: there is the copy of the third."""
    first_deleted = "ResourceOptions(delete_before_replace=True)"
    web = {"source_resource_name": "web-1", "opts": first_deleted}
    stack.copied(**web, restore_date=day(3))
    stack.up()
    stack.copied(**web, restore_date=day(2))
    denied = Fault(kind="error", operation="CopySnapshot", code="AccessDeniedException")
    assert emulator.inject(denied) and "nothing was copied" in stack.up(ok=False).output
    assert service.snapshots() == {}
    stack.copied(**web, restore_date=day(3))
    stack.up_killed_at(emulator.inject(Fault(kind="hold-after", operation="CopySnapshot")))
    assert day(3) in service.only()["name"]
    stack.copied(**web, restore_date=day(1))
    stack.up()
    assert day(1) in service.only()["name"] and stack.outputs()["arn"] == service.only()["arn"]
    stack.destroy()
    assert service.snapshots() == {}
