"""Races: two runs at one copy, held at the point where it matters and then let go."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Injected, Settings

from .conftest import Service, day
from .matrix import assert_as_declared, told
from .stack import ROUTE, Stack

UP = ("up", "--yes", "--skip-preview")
NewStack = Callable[..., Stack]


@pytest.mark.parametrize(
    "tagged",
    [
        "when the other has looked",
        *(pytest.param(each, marks=pytest.mark.soak) for each in ("at the end", "at once")),
    ],
)
def test_two_stacks_race_for_one_explicit_name(
    new_stack: NewStack, service: Service, emulator: Emulator, tagged: str
) -> None:
    """Of two stacks that copy under one explicit name one wins, and the other is told whose the copy is."""
    emulator.settings = Settings(copy_seconds=8, taggable_when_pending=tagged != "at the end")
    stacks = [new_stack("one", name="one"), new_stack("two", name="two")]
    for stack in stacks:
        stack.copied(target_snapshot_name="db-dr")
    held = emulator.inject(Fault(kind="hold-before", operation="CopySnapshot", times=2))
    running = [stack.start(*UP) for stack in stacks]
    held.wait_reached(120, hits=2)
    if tagged == "when the other has looked":
        untagged = emulator.inject(Fault(kind="hold-before", operation="TagResource"))
        looked = emulator.inject(Fault(kind="hold-after", operation="GetOperationsForResource"))
        held.release()
        assert looked.wait_reached(120)
        assert untagged.wait_reached(120)
        untagged.release()
        looked.release()
    held.release()
    outputs = [each.communicate(timeout=240)[0] for each in running]
    ended = [each.returncode == 0 for each in running]
    assert sorted(ended) == [False, True], "\n".join(outputs)
    won, lost = ended.index(True), ended.index(False)
    owner = f"shop/{stacks[won].name}/db@[0-9a-f]{{16}}"
    assert re.search(rf"belongs to {owner}; it was not changed, nothing was copied", outputs[lost])
    assert service.owner_and_theirs("db-dr") == {"snapcopy:owner": f"shop/{stacks[won].name}/db"}
    assert service.copies_started() == 1
    assert stacks[won].outputs()["arn"] == service.only()["arn"]
    assert stacks[lost].resources() == {}


@pytest.mark.soak  # daily in test_identity.py, one after the other
@pytest.mark.parametrize("name", [None, "db-dr"], ids=["derived", "named"])
def test_two_ups_of_one_stack_on_different_backends(
    new_stack: NewStack, service: Service, emulator: Emulator, name: str | None
) -> None:
    """Stacks of one name on two backends have a copy each; under one explicit name one is refused and told whose it is."""
    emulator.settings = Settings(copy_seconds=1)
    stacks = [new_stack("one"), new_stack("two")]
    for stack in stacks:
        stack.copied(target_snapshot_name=name)
    held = emulator.inject(Fault(kind="hold-before", operation="CopySnapshot", times=2))
    running = [stack.start(*UP) for stack in stacks]
    held.wait_reached(120, hits=2)
    held.release()
    outputs = [each.communicate(timeout=240)[0] for each in running]
    good = [stack for stack, each in zip(stacks, running, strict=True) if each.returncode == 0]
    assert len(good) == service.copies_started() == (1 if name else 2), "\n".join(outputs)
    if name:
        refused = next(stack for stack in stacks if stack not in good)
        assert "belongs to another stack of the same name (shop/dev/db@" in "".join(outputs)
        refused.destroy()
    there = {each["arn"] for each in service.snapshots().values()}
    assert {stack.outputs()["arn"] for stack in good} == there and len(there) == len(good)
    assert [stack.up().changes for stack in good] == [{"unchanged": 2}] * len(good)
    good[0].destroy()
    assert len(service.snapshots()) == len(good) - 1


ORPHANED = {
    # each copy's arguments, the names that it may have, and which of its two runs goes on first
    "derived-orphan": ({"restore_date": day(1)}, f"web-1-{day(1)}-*", "orphan"),
    "derived-follower": ({"restore_date": day(2)}, f"web-1-{day(2)}-*", "follower"),
    "named-orphan": ({"restore_date": day(1), "target_snapshot_name": "one-dr"}, "one-dr", "orphan"),
    "named-follower": ({"restore_date": day(1), "target_snapshot_name": "two-dr"}, "two-dr", "follower"),
}


def test_an_orphaned_host_goes_on_while_its_successor_works(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """There is one copy of each although a killed CLI's host still sends CopySnapshot beside the next run."""
    emulator.settings = Settings(copy_seconds=1)
    web = {**ROUTE, "source_resource_name": "web-1"}
    copies = {name: {**web, **arguments} for name, (arguments, _, _) in ORPHANED.items()}
    stack.program(f"for name, arguments in {copies!r}.items():\n    CopiedSnapshot(name, **arguments)\n")

    def started_and_held() -> tuple[subprocess.Popen[str], dict[str, Injected]]:
        held = {
            name: emulator.inject(Fault(kind="hold-before", operation="CopySnapshot", resource=pattern))
            for name, (_, pattern, _) in ORPHANED.items()
        }
        running = stack.start(*UP)
        for each in held.values():
            each.wait_reached(120)
        return running, held

    orphan, orphans = started_and_held()
    orphan.send_signal(signal.SIGKILL)
    stack.run("cancel", "--yes")
    follower, followers = started_and_held()
    go_first = [name for name, (_, _, first) in ORPHANED.items() if first == "orphan"]
    for name in go_first:
        orphans[name].release()
    wait_for_copies(service, len(go_first))
    for each in followers.values():
        each.release()
    stack.end(follower)
    for each in orphans.values():
        each.release()
    stack.kill(orphan)
    assert service.copies_started() == len(ORPHANED)
    assert_as_declared(stack, service)


def wait_for_copies(service: Service, number: int) -> None:
    """Wait until the service has taken on so many copies."""
    deadline = time.monotonic() + 60
    while service.copies_started() < number:
        assert time.monotonic() < deadline, f"{service.copies_started()} copies were started"
        time.sleep(0.1)


OLDER = {"source_resource_name": "web-1", "restore_date": day(2)}
NEWER = {**OLDER, "restore_date": day(1)}
STALE = ("replace", "web-dr", "hold-before GetInstanceSnapshot", "follower")
"""The answer is of the copy that its follower has made."""
LOST = ("replace", "web-dr", "hold-before DeleteInstanceSnapshot", "follower")
"""A request to delete is on its way while the copy is made again: the service knows just the name, which both have."""
GOES_ON = [
    # what is done, under which name, what holds the orphan, who goes on first
    ("create", None, "hold-before CopySnapshot", "follower"),
]
GOES_ON_TOO = [
    STALE,
    LOST,
    ("create", "web-dr", "hold-before TagResource", "follower"),
    ("replace", None, "hold-before DeleteInstanceSnapshot", "follower"),
    ("create", "web-dr", "hold-before CopySnapshot", "orphan"),
    ("create", "web-dr", "hold-after CopySnapshot", "follower"),
    ("create", None, "hold-after TagResource", "orphan"),
    ("replace", None, "hold-before CopySnapshot", "follower"),
    ("replace", None, "hold-after DeleteInstanceSnapshot", "orphan"),
    ("replace", "web-dr", "hold-before CopySnapshot", "follower"),
    ("replace", "web-dr", "hold-before DeleteInstanceSnapshot", "orphan"),
    ("replace", "web-dr", "hold-after DeleteInstanceSnapshot", "follower"),
    ("replace", "web-dr", "hold-after GetInstanceSnapshot", "orphan"),
]


@pytest.mark.parametrize(
    ("doing", "name", "hold", "first"),
    [*GOES_ON, *(pytest.param(*row, marks=pytest.mark.soak) for row in GOES_ON_TOO)],
)
def test_an_orphan_whose_cli_is_stopped_goes_on(
    stack: Stack, service: Service, emulator: Emulator, doing: str, name: str | None, hold: str, first: str
) -> None:
    """A host whose CLI is stopped isn't ended: there is one copy, the state's, or a refresh shows the loss."""
    emulator.settings = Settings(copy_seconds=1)
    if doing == "replace":
        stack.copied(**OLDER, target_snapshot_name=name)
        stack.up()
    emulator.put_snapshot("eu-west-1", "by-hand", tags={"theirs": "yes"})
    before = service.snapshots()["by-hand"]
    stack.copied(**NEWER, target_snapshot_name=name)
    kind, operation = hold.split()
    held = emulator.inject(Fault(kind=kind, operation=operation, resource="web-*"))  # type: ignore[arg-type]
    orphan = stack.start(*UP)
    held.wait_reached(120)
    orphan.send_signal(signal.SIGSTOP)
    try:
        stack.run("cancel", "--yes")
        followers = emulator.inject(Fault(kind="hold-before", region="eu-west-1"))
        follower = stack.start(*UP)
        followers.wait_reached(120)
        if first == "follower":
            followers.release()
            follower.wait(240)
        emulator.clear_calls()
        held.release()
        goes_on = (doing, name, hold, first) != STALE
        wait_for_silence(emulator, after=int(goes_on))
        assert stack.host_of(orphan)
        assert bool(emulator.calls()) is goes_on
        followers.release()
        result = stack.end(follower)
    finally:
        stack.kill(orphan)
    deleting = doing == "replace" and operation in ("GetInstanceSnapshot", "DeleteInstanceSnapshot")
    assert f"::db, interrupted while {'deleting' if deleting else 'creating'}" in result.output
    assert told(result, "db") == ""
    if (doing, name, hold, first) == LOST:
        assert service.snapshots().keys() == {"by-hand"}
        assert stack.up().changes == {"unchanged": 2}
        stack.refresh()
        assert stack.up().changes == {"created": 1, "unchanged": 1}
    there = service.snapshots()
    assert there.pop("by-hand") == before
    ((copy, shown),) = there.items()
    assert [each["outputs"]["arn"] for each in stack.entries()] == [shown["arn"]]
    of = f"us-east-1:web-1:{day(1)}"
    assert service.tags(copy) == {"snapcopy:owner": "shop/dev/db", "snapcopy:source": of}
    if (doing, name, hold, first) not in GOES_ON:
        assert stack.up().changes == {"unchanged": 2}


def wait_for_silence(emulator: Emulator, *, after: int) -> None:
    """Wait for so many calls, then until none has come for longer than a host waits for its engine to take a line: 5 s."""
    heard, since = -1, time.monotonic()
    while len(emulator.calls()) < after and time.monotonic() < since + 60:
        time.sleep(0.1)
    since = time.monotonic()
    while time.monotonic() < since + 7:
        if heard != len(emulator.calls()):
            heard, since = len(emulator.calls()), time.monotonic()
        time.sleep(0.1)


def test_an_orphaned_host_that_was_asleep_copies_nothing(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """A host stopped between its look and CopySnapshot copies nothing when it wakes without its CLI."""
    stack.copied()
    look = Fault(kind="hold-before", operation="GetDiskSnapshots", region="eu-west-1")
    orphan, host = put_to_sleep(stack, emulator, look)
    os.kill(host, signal.SIGCONT)
    stack.kill(orphan)
    assert service.snapshots() == {}


@pytest.mark.soak
def test_an_orphaned_host_that_was_asleep_deletes_nothing(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """A host stopped between its look and DeleteInstanceSnapshot deletes nothing of its follower when it wakes."""
    named = {"source_resource_name": "web-1", "target_snapshot_name": "web-dr"}
    stack.copied(**named, restore_date=day(2))
    stack.up()
    stack.copied(**named, restore_date=day(1))
    look = Fault(kind="hold-before", operation="GetInstanceSnapshot", resource="web-dr")
    orphan, host = put_to_sleep(stack, emulator, look)
    stack.up()
    follower = service.only()
    os.kill(host, signal.SIGCONT)
    stack.kill(orphan)
    assert service.only() == follower
    assert stack.up().changes == {"unchanged": 2}


def put_to_sleep(stack: Stack, emulator: Emulator, look: Fault) -> tuple[subprocess.Popen[str], int]:
    """Kill a run of `up` at a look, and stop its host before it has the answer; the run, and the host."""
    for _ in range(10):
        held = emulator.inject(look)
        orphan = stack.start(*UP)
        held.wait_reached(120)
        host = stack.host_of(orphan)
        orphan.send_signal(signal.SIGKILL)
        orphan.wait(30)  # a process stopped before its session's leader ends gets SIGHUP
        try:
            os.kill(host, signal.SIGSTOP)
        except ProcessLookupError:  # it has seen that it is alone, and ended, before it could be stopped
            continue
        finally:
            held.release()
            stack.run("cancel", "--yes")
        return orphan, host
    raise AssertionError("the host was never stopped in time")
