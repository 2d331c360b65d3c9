"""SIGKILL at every call to the service, before and after its work: `pulumi cancel`, `pulumi up`, and all is well.

The points are the calls that a run really makes, so a new call is in the matrix by itself, and that the scenarios make
all changes that we may make is a test of its own. All of it is in `make soak`; every day test_interrupted.py kills a
create around each of its changes, and tests/property, tests/services kill at every call without the engine.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count
from typing import Any, Literal

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Injected, Settings
from pulumi_snapcopy.lightsail.permissions import PERMISSIONS

from .conftest import SOURCES, Service, day
from .matrix import told
from .stack import Stack

Program = dict[str, Any] | None
Point = tuple[str, int]
"""An operation, and how many calls of it pass before."""


@dataclass(frozen=True)
class Scenario:
    """A program of one copy, and what it becomes; ``None`` is a program without copies."""

    before: Program
    after: Program
    destroy: bool = False

    @property
    def name(self) -> str:
        """What the program calls its copy at the end."""
        return str((self.after or {}).get("name", "db"))

    @property
    def adopts(self) -> bool:
        """Whether the copy is a snapshot that was there before."""
        return bool((self.after or {}).get("adopt"))

    @property
    def declared(self) -> dict[str, Any] | None:
        """The copy that there is at the end, if there is one."""
        return None if self.destroy else self.after

    def write(self, stack: Stack, program: Program) -> None:
        """Write one of the two programs."""
        stack.copied(**program) if program is not None else stack.program("")

    @property
    def command(self) -> tuple[str, ...]:
        """What is run, and killed."""
        return ("destroy" if self.destroy else "up", "--yes", "--skip-preview")


HERE = "by-hand"
"""A snapshot of somebody else's."""
DATED = {"source_resource_name": "web-1", "restore_date": day(2)}
DISK = {**DATED, "source_resource_name": "data-1"}
NEWER = {**DATED, "restore_date": day(1)}
NAMED = {"target_snapshot_name": "web-dr"}
RENAMED = {"name": "data", "opts": "ResourceOptions(aliases=[Alias(name='db')])"}
SCENARIOS = {
    "create": Scenario(None, {**DATED, "tags": {"team": "shop"}}),
    "create-named": Scenario(None, {**DISK, **NAMED}),
    "adopt": Scenario(None, {"target_snapshot_name": HERE, "adopt": True, "tags": {"team": "shop"}}),
    "replace": Scenario(DATED, NEWER),
    "replace-named": Scenario({**DATED, **NAMED}, {**NEWER, **NAMED}),
    "update": Scenario({**DATED, "tags": {"old": "1"}}, {**DATED, "tags": {"team": "shop"}}),
    "rename": Scenario(DATED, {**DATED, **RENAMED}),
    "delete": Scenario(DATED, None),
    "destroy": Scenario(DISK, DISK, destroy=True),
}
VICTIMS = ("cli", "host")
When = Literal["before", "after"]
WHEN: tuple[When, ...] = ("before", "after")


class Matrix:
    """One scenario, run to its end and then killed at its calls."""

    def __init__(self, new_stack: Callable[..., Stack], emulator: Emulator, scenario: Scenario) -> None:
        self.new_stack, self.emulator, self.scenario = new_stack, emulator, scenario
        self.service = Service(emulator)
        self.stacks = self.copies_started = 0

    def prepared(self) -> Stack:
        """A stack with the first program brought about, and the second one written."""
        self.emulator.reset()
        self.emulator.settings = Settings(copy_seconds=0.3)
        self.emulator.seed(SOURCES)
        self.emulator.put_snapshot("eu-west-1", f"web-1-{day(3)}-0123abcd", tags={"theirs": "yes"})
        self.emulator.put_snapshot("eu-west-1", HERE)
        self.foreign = self.service.snapshots()
        self.offered = self.foreign.pop(HERE)["arn"] if self.scenario.adopts else None
        self.stacks += 1
        stack = self.new_stack(f"run-{self.stacks}")
        if self.scenario.before is not None:
            self.scenario.write(stack, self.scenario.before)
            stack.up()
        self.scenario.write(stack, self.scenario.after)
        self.emulator.clear_calls()
        return stack

    def changes(self) -> list[Point]:
        """The calls that change the service, in a run that isn't killed."""
        stack = self.prepared()
        stack.run(*self.scenario.command)
        self.assert_well(stack)
        calls = [call.operation for call in self.emulator.calls() if not call.operation.startswith("Get")]
        assert calls, "a scenario without a change has nothing to be killed at"
        self.copies_started = self.service.copies_started()
        return [(call, calls[:number].count(call)) for number, call in enumerate(calls)]

    def kill_at(self, point: Point, when: When, victim: str) -> Point | None:
        """Kill at one call; recover; look. A call that is held before its work is never done.

        Returns:
            The call that it was, by its name; ``None`` if the run made fewer: how often it looks depends on the time
            that passes.
        """
        stack = self.prepared()
        operation, skip = point
        held = self.emulator.inject(
            Fault(kind="hold-before" if when == "before" else "hold-after", operation=operation, skip=skip)
        )
        running = stack.start(*self.scenario.command)
        if not reached_before_the_end(held, running):
            stack.end(running)
            held.remove()
            self.assert_well(stack)
            return None
        calls = [call.operation for call in self.emulator.calls() if operation in ("*", call.operation)]
        if victim == "cli":
            stack.kill(running)
            held.drop()
        else:
            os.kill(stack.host_of(running), signal.SIGKILL)
            held.drop()
            stack.end(running, ok=False)
        stack.run("cancel", "--yes")
        recovering = stack.run(*self.scenario.command)
        assert told(recovering, self.scenario.name) == "", "what a recovered run leaves to be said"
        self.assert_well(stack)
        assert self.service.copies_started() == self.copies_started, "a copy was made twice, or not at all"
        return calls[skip], calls[:skip].count(calls[skip])

    def assert_well(self, stack: Stack) -> None:
        """One copy of each declaration, nothing of ours beside it, nothing of others touched, the state true."""
        declared = self.scenario.declared
        ours = {name: each for name, each in self.service.snapshots().items() if name not in self.foreign}
        assert [each["outputs"]["arn"] for each in stack.entries()] == [each["arn"] for each in ours.values()]
        assert len(ours) == (1 if declared else 0)
        assert {name: self.service.snapshots()[name] for name in self.foreign} == self.foreign
        for name, each in ours.items():
            assert self.offered in (None, each["arn"])
            assert each["state"] in ("available", "completed")
            tags = self.service.tags(name)
            assert tags.pop("snapcopy:owner").partition("@")[0] == f"shop/dev/{self.scenario.name}"
            assert tags.pop("snapcopy:source")
            assert tags == (declared or {}).get("tags", {})
        if not self.scenario.destroy:  # the identity goes with the last copy
            assert stack.preview().changes == ({"unchanged": 1 + len(ours)} if declared else {})


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_around_every_call_it_recovers(
    new_stack: Callable[..., Stack], emulator: Emulator, name: str, victim: str,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    """A run killed right before or after any call, reads too, is recovered by the next one."""
    matrix = Matrix(new_stack, emulator, SCENARIOS[name])
    changes = matrix.changes()
    killed: dict[When, list[Point]] = {"before": [], "after": []}
    for number, when in ((number, when) for number in count() for when in WHEN):
        print(f"killing the {victim} {when} call {number}")
        if (point := matrix.kill_at(("*", number), when, victim)) is None:
            break
        killed[when].append(point)
    for when in WHEN:
        assert set(changes) <= set(killed[when]), f"not every change was killed {when} its work"
        record_property(when, in_words(killed[when]))
    record_property("points killed", sum(map(len, killed.values())))


@pytest.mark.soak
@pytest.mark.timeout(1200)
def test_the_scenarios_make_every_change_that_we_may_make(
    new_stack: Callable[..., Stack], emulator: Emulator
) -> None:
    """The scenarios make every change that the least privileges allow."""
    made = {call for each in SCENARIOS.values() for call, _ in Matrix(new_stack, emulator, each).changes()}
    assert made == {each.action.removeprefix("lightsail:") for each in PERMISSIONS if not each.reads}


def in_words(points: list[Point]) -> str:
    """Such as ``2 GetInstanceSnapshot, 1 CopySnapshot``."""
    return ", ".join(f"{times} {call}" for call, times in Counter(call for call, _ in points).items())


def reached_before_the_end(held: Injected, running: subprocess.Popen[str]) -> bool:
    """Wait until a fault holds a run, or the run has ended."""
    while not held.hits:
        try:
            held.wait_reached(0.2)
        except TimeoutError:
            if running.poll() is not None:
                return False
    return True
