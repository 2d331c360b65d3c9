"""SIGKILL at every call to the service, before and after its work: `pulumi cancel`, `pulumi up`, and all is well.

The points are the calls that a run really makes, so a new call is in the matrix by itself. `make test` kills around
what changes the service, `make soak` around every call.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count, product
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Injected, Settings

from .conftest import SOURCES, Service, day
from .matrix import told
from .stack import Stack

Program = dict[str, Any] | None
Point = tuple[str, int]
"""An operation, and how many calls of it pass before."""


@dataclass(frozen=True)
class Scenario:
    """A program, what it becomes, and how many copies there are then; ``None`` is a program without copies."""

    before: Program
    after: Program
    destroy: bool = False

    def write(self, stack: Stack, program: Program) -> None:
        """Write one of the two programs."""
        stack.copied(**program) if program is not None else stack.program("")

    @property
    def command(self) -> tuple[str, ...]:
        """What is run, and killed."""
        return ("destroy" if self.destroy else "up", "--yes", "--skip-preview")


DATED = {"source_resource_name": "web-1", "restore_date": day(2)}
NEWER = {**DATED, "restore_date": day(1)}
NAMED = {"target_snapshot_name": "web-dr"}
SCENARIOS = {
    "create": Scenario(None, {**DATED, "tags": {"team": "shop"}}),
    "create-named": Scenario(None, {**DATED, **NAMED}),
    "replace": Scenario(DATED, NEWER),
    "replace-named": Scenario({**DATED, **NAMED}, {**NEWER, **NAMED}),
    "update": Scenario({**DATED, "tags": {"old": "1"}}, {**DATED, "tags": {"team": "shop"}}),
    "delete": Scenario(DATED, None),
    "destroy": Scenario(DATED, DATED, destroy=True),
}
VICTIMS = ("cli", "host")
WHEN = ("before", "after")


class Matrix:
    """One scenario, run to its end and then killed at its calls."""

    def __init__(self, new_stack: Callable[..., Stack], emulator: Emulator, scenario: Scenario) -> None:
        self.new_stack, self.emulator, self.scenario = new_stack, emulator, scenario
        self.service = Service(emulator)
        self.stacks = 0

    def prepared(self) -> Stack:
        """A stack with the first program brought about, and the second one written."""
        self.emulator.reset()
        self.emulator.settings = Settings(copy_seconds=0.3)
        self.emulator.seed(SOURCES)
        self.emulator.put_snapshot("eu-west-1", f"web-1-{day(3)}-0123abcd", tags={"theirs": "yes"})
        self.emulator.put_snapshot("eu-west-1", "by-hand")
        self.foreign = self.service.snapshots()
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
        calls = [call.operation for call in self.emulator.calls() if not call.operation.startswith("Get")]
        assert calls, "a scenario without a change has nothing to be killed at"
        return [(call, calls[:number].count(call)) for number, call in enumerate(calls)]

    def kill_at(self, point: Point, when: str, victim: str) -> bool:
        """Kill at one call; recover; look. A call that is held before its work is never done.

        Returns:
            False if the run made fewer calls: how often it looks depends on the time that passes.
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
            return False
        if victim == "cli":
            stack.kill(running)
            held.drop()
        else:
            os.kill(stack.host_of(running), signal.SIGKILL)
            held.drop()
            stack.end(running, ok=False)
        stack.run("cancel", "--yes")
        recovering = stack.run(*self.scenario.command)
        assert told(recovering, "db") == "", "what a recovered run leaves to be said"
        self.assert_well(stack)
        return True

    def assert_well(self, stack: Stack) -> None:
        """One copy of each declaration, nothing of ours beside it, nothing of others touched, the state true."""
        ours = {name: each for name, each in self.service.snapshots().items() if name not in self.foreign}
        declared = {} if self.scenario.destroy or self.scenario.after is None else stack.resources()
        assert {each["outputs"]["arn"] for each in declared.values()} == {
            each["arn"] for each in ours.values()
        }
        assert len(ours) == (0 if self.scenario.destroy or self.scenario.after is None else 1)
        assert {name: self.service.snapshots()[name] for name in self.foreign} == self.foreign
        for name in ours:
            tags = self.service.tags(name)
            assert tags.pop("snapcopy:owner") == "shop/dev/db" and tags.pop("snapcopy:source")
            assert tags == (self.scenario.after or {}).get("tags", {})
        assert len(stack.entries()) == len(ours)
        if not self.scenario.destroy:
            assert stack.preview().changes.keys() <= {"unchanged"}


EVERY_DAY = ("create", "replace", "update", "destroy")


@pytest.mark.timeout(1200)
@pytest.mark.parametrize(("name", "victim"), [*((name, "cli") for name in EVERY_DAY), ("create", "host")])
def test_killed_around_each_change_it_recovers(
    new_stack: Callable[..., Stack], emulator: Emulator, name: str, victim: str,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    """Right before and right after each call that changes the service."""
    matrix = Matrix(new_stack, emulator, SCENARIOS[name])
    points = matrix.changes()
    for point, when in product(points, WHEN):
        print(f"killing the {victim} {when} call {point}")
        assert matrix.kill_at(point, when, victim)
    record_property("points killed", 2 * len(points))


@pytest.mark.soak
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize("name", SCENARIOS)
def test_killed_around_every_call_it_recovers(
    new_stack: Callable[..., Stack], emulator: Emulator, name: str, victim: str,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    """Right before and right after every call, reads as well."""
    matrix = Matrix(new_stack, emulator, SCENARIOS[name])
    killed = 0
    for point, when in ((point, when) for point in count() for when in WHEN):
        print(f"killing the {victim} {when} call {point}")
        if not matrix.kill_at(("*", point), when, victim):
            break
        killed += 1
    assert killed >= 2 * len(matrix.changes())
    record_property("points killed", killed)


def reached_before_the_end(held: Injected, running: subprocess.Popen[str]) -> bool:
    """Wait until a fault holds a run, or the run has ended."""
    while not held.hits:
        try:
            held.wait_reached(0.2)
        except TimeoutError:
            if running.poll() is not None:
                return False
    return True
