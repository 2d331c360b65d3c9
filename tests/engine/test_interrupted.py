"""Runs that are interrupted by SIGKILL or Ctrl-C, at the moments that users meet; every moment is in test_crash_matrix.py."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Injected, Settings
from pulumi_snapcopy.emulator.faults import Kind

from .conftest import WEEK, Service, Skew, day
from .matrix import MANUAL, assert_converges, told
from .stack import ROUTE, Result, Stack

MOMENTS: dict[str, tuple[Kind, str]] = {
    "unasked": ("hold-before", "CopySnapshot"),
    "untold": ("hold-after", "CopySnapshot"),
    "untagged": ("hold-before", "TagResource"),
    "waiting": ("hold-after", "TagResource"),
}
"""Around each change that a create makes; the last one has nothing more to do than to wait."""


@pytest.mark.parametrize(("victim", "ahead"), [("cli", 3600), ("host", 0)])
def test_killed_around_each_change_of_a_create_it_recovers(
    stack: Stack, service: Service, emulator: Emulator, skewed: Skew, victim: str, ahead: int
) -> None:
    """After SIGKILL of the CLI or the host around each change of a create, each copy is there once and is waited for.

    A killed CLI's host ends by itself; a killed host is told, and the next run needs no `cancel`. The service's clock may
    be ahead of ours.
    """
    skewed(ahead)
    emulator.reset()
    copies, held = declare_and_hold(stack, emulator)
    theirs = service.snapshots()
    emulator.clear_calls()
    if victim == "cli":
        stack.up_killed_at(held)
    else:
        killed = up_with_a_killed_host(stack, held)
        # the engine's own words, for the one that could say more is dead
        assert {told(killed, name) for name in copies} == {"    error: error reading from server: EOF"}
        assert stack.resources() == {}
    left = {name: each["arn"] for name, each in service.snapshots().items() if name not in theirs}
    assert len(left) == len(copies) - 2, "all but those whose request was never done"

    recovering = up_that_waits(stack, service, emulator, left)
    assert {told(recovering, name) for name in copies} == {""}
    there = service.snapshots()
    assert {name: there.pop(name) for name in theirs} == theirs
    assert {name: there[name]["arn"] for name in left} == left
    assert service.copies_started() == len(copies) == len(there)
    assert {each["outputs"]["arn"] for each in stack.entries()} == {each["arn"] for each in there.values()}
    for name in copies:
        tags = service.owner_and_theirs(stack.outputs(name)["targetSnapshotName"])
        assert tags == {"team": "shop", "snapcopy:owner": f"shop/dev/{name}"}
    assert {*service.effects()} == {operation for _, operation in MOMENTS.values()}, "a change without a kill"
    assert stack.preview().changes == {"unchanged": len(copies) + 1}


def declare_and_hold(stack: Stack, emulator: Emulator) -> tuple[dict[str, dict[str, Any]], list[Injected]]:
    """Declare two copies for each moment, which are held there and take long; beside them there is one of others."""
    emulator.settings = Settings(copy_seconds=3600)
    emulator.seed(
        {"us-east-1": {"instances": [{"name": name, "automaticSnapshots": WEEK} for name in MOMENTS]}}
    )
    emulator.put_snapshot("eu-west-1", f"unasked-{day(1)}-0123abcd", tags={"theirs": "yes"})
    copies: dict[str, dict[str, Any]] = {}
    held = []
    for name, (kind, operation) in MOMENTS.items():
        dated = {**ROUTE, "source_resource_name": name, "restore_date": day(1), "tags": {"team": "shop"}}
        copies |= {name: dated, f"{name}-named": {**dated, "target_snapshot_name": f"dr-{name}"}}
        for pattern in (f"{name}-*", f"dr-{name}"):
            held.append(emulator.inject(Fault(kind=kind, operation=operation, resource=pattern)))
    stack.program(f"for name, arguments in {copies!r}.items():\n    CopiedSnapshot(name, **arguments)\n")
    return copies, held


def up_that_waits(stack: Stack, service: Service, emulator: Emulator, left: Iterable[str]) -> Result:
    """Run `up` on copies that are still pending; they are complete only when that has listed them for the third time."""
    emulator.settings = Settings(copy_seconds=0.3)
    look = emulator.inject(
        Fault(kind="hold-after", operation="GetInstanceSnapshots", region="eu-west-1", skip=2)
    )
    running = stack.start("up", "--yes", "--skip-preview")
    look.wait_reached(120)
    assert {service.snapshots()[name]["state"] for name in left} == {"pending"}
    emulator.finish_copies()
    look.release()
    result = stack.end(running)
    assert "pending" in result.output
    return result


def up_with_a_killed_host(stack: Stack, held: list[Injected]) -> Result:
    """Run `up`, and kill the dynamic host alone when all faults hold it."""
    running = stack.start("up", "--yes", "--skip-preview")
    for each in held:
        each.wait_reached(120)
    os.kill(stack.host_of(running), signal.SIGKILL)
    for each in held:
        each.drop()
    result = stack.end(running, ok=False)
    assert "Killed" in result.output and "Traceback" not in result.output
    return result


@pytest.mark.soak
@pytest.mark.parametrize(
    ("kind", "operation"),
    [
        pytest.param("hold-before", "CopySnapshot", id="unasked"),
        pytest.param("hold-after", "CopySnapshot", id="untold"),
        pytest.param("hold-before", "TagResource", id="untagged"),
    ],
)
def test_killed_in_the_middle_of_eight_copies_each_is_there_once(
    stack: Stack, service: Service, emulator: Emulator, kind: Kind, operation: str
) -> None:
    """Eight copies that are done, tagged, just started or not yet requested when killed are there once after the next `up`."""
    stack.program(f"for n in range(8):\n    CopiedSnapshot(f'db-{{n}}', **{MANUAL!r})\n")
    held = emulator.inject(Fault(kind=kind, operation=operation, skip=4, times=None))
    stack.up_killed_at(held, "--parallel", "8")
    assert 4 <= service.copies_started() <= 8
    assert_converges(stack, service)
    assert len(service.snapshots()) == len(stack.resources()) == service.copies_started() == 8


@pytest.mark.soak  # every day in tests/lifecycle/test_stale_reads.py
@pytest.mark.parametrize("commands", [("destroy",), ("refresh", "destroy")], ids=" and ".join)
def test_a_copy_that_was_stopped_before_it_showed_is_not_forgotten(
    stack: Stack, service: Service, emulator: Emulator, commands: tuple[str, ...]
) -> None:
    """`destroy` waits for a copy in the state that isn't visible yet, and deletes it."""
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


def test_ctrl_c_keeps_what_is_in_progress(stack: Stack, service: Service, emulator: Emulator) -> None:
    """With as many copies in progress as the host takes, and more in its queue, SIGINT ends the run in order.

    What was started is kept in the state, no process is left, and `up` goes on.
    """
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
    assert output.count("stopped, as asked") >= 4 and "kept in the stack's state" in output
    stack.assert_nothing_left_of(running)
    kept = {each["outputs"]["targetSnapshotName"] for each in stack.entries()}
    assert kept == service.snapshots().keys() and len(kept) == 4
    emulator.finish_copies()
    emulator.settings = Settings(copy_seconds=0)
    resumed = stack.up("--parallel", "16")
    assert resumed.changes.items() >= {"updated": len(kept), "created": 12 - len(kept)}.items()
    assert len(service.snapshots()) == len(stack.resources()) == service.copies_started() == 12
    assert {each["outputs"]["state"] for each in stack.entries()} == {"available"}


@pytest.mark.soak  # every day in tests/property/test_crashes.py
def test_a_run_killed_before_midnight_leaves_one_copy(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """A killed run of "latest" that is repeated the next day leaves the second day's copy alone."""
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
        f'deleting "{friday["name"]}" in eu-west-1: a copy that an earlier run of this declaration made'
        in output
    )
    assert day(0) in service.only()["name"]


@pytest.mark.soak  # every day in tests/services/test_crashes.py
def test_killed_and_then_changed_the_explicit_name_holds_what_is_asked_for(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """A killed run's copy of another date under the explicit name makes way for the one that is asked for."""
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
    """After three edits of the date, a failure and a kill the copy of the last date is the only one."""
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
