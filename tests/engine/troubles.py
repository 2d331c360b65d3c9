"""Stories of several copies that share a stack: each has its own resource, and each run of the CLI serves all of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from pulumi_snapcopy.emulator import Emulator, Fault

from .matrix import MANUAL, told
from .stack import ROUTE, Result, Stack

ONE_BY_ONE = ("--parallel", "1")
"""So that each copy is read by itself: those that are looked for at the same time are listed."""


def nothing(emulator: Emulator) -> None:
    """What happens in most stories before and between the runs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One copy whose first run meets trouble, and whose second run is to end well.

    Attributes:
        reason: what the story shows.
        declared: the copy's arguments; by default it is of the manual snapshot, under the resource's name.
        derived: whether it has a derived name; its source then is a manual snapshot of the resource's name.
        timeout: how long creating may take.
        before: what is done behind the stack's back before the first run.
        faults: what goes wrong, each with a pattern of the copy's name.
        told: what the user reads in the first run; nothing if that goes well.
        left: the state in which the service then shows the copy; None if there is none of the stack's.
        kept: whether the stack's state then has it.
        between: what is done behind the stack's back before the second run.
        then: what is changed of the arguments for it.
        started: how many copies the service has taken on for it in the end.
    """

    reason: str
    declared: dict[str, Any] = field(default_factory=dict)
    derived: bool = False
    timeout: str = "200s"
    before: Callable[[Emulator], object] = nothing
    faults: tuple[Fault, ...] = ()
    told: tuple[str, ...] = ()
    left: str | None = None
    kept: bool = False
    between: Callable[[Emulator], object] = nothing
    then: dict[str, Any] = field(default_factory=dict)
    started: int = 1

    def arguments(self, name: str) -> dict[str, Any]:
        """The arguments of the copy."""
        if self.derived:
            return {**ROUTE, "source_snapshot_name": name, **self.declared}
        return {**MANUAL, "target_snapshot_name": name, **self.declared}


def prepare(stories: dict[str, Story], emulator: Emulator) -> None:
    """Put the sources of derived names there, do what comes before, and begin to count calls."""
    derived = [name for name, story in stories.items() if story.derived]
    sources = [{"name": name, "fromInstanceName": "db-1"} for name in derived]
    emulator.seed({"us-east-1": {"instanceSnapshots": sources}})
    for story in stories.values():
        story.before(emulator)
    emulator.clear_calls()
    for story in stories.values():
        for fault in story.faults:
            emulator.inject(fault)


def declare(stack: Stack, stories: dict[str, Story], *, then: bool = False) -> None:
    """Write the program of all stories, with ``then`` that of their second run."""
    body = ""
    for name, story in stories.items():
        arguments = {**story.arguments(name), **(story.then if then else {})}
        timeouts = f"CustomTimeouts(create={story.timeout!r})"
        body += (
            f"CopiedSnapshot({name!r}, **{arguments!r}, opts=ResourceOptions(custom_timeouts={timeouts}))\n"
        )
    stack.program(body)


def assert_told(result: Result, name: str, story: Story) -> None:
    """The user reads of this copy what the story says, and of one that went well nothing."""
    message = told(result, name)
    assert bool(message) is bool(story.told), f"{name}: {message}"
    for said in story.told:
        assert said in message, f"{name}: {story.reason}\n{message}"


def calls_for(emulator: Emulator, name: str) -> list[tuple[str, str]]:
    """The changes that were asked for under a name, or one that is derived of it, each with its outcome."""
    named = ("targetSnapshotName", "resourceName", "instanceSnapshotName", "diskSnapshotName")
    return [
        (call.operation, call.outcome)
        for call in emulator.calls()
        if not call.operation.startswith("Get")
        and any(
            str(call.parameters.get(key)) == name or fnmatchcase(str(call.parameters.get(key)), f"{name}-*")
            for key in named
        )
    ]


def started(emulator: Emulator, name: str) -> int:
    """How many copies the service has taken on under a name, or one that is derived of it."""
    return sum(
        operation == "CopySnapshot" and outcome in ("ok", "lost", "garbage", "empty", "error-after")
        for operation, outcome in calls_for(emulator, name)
    )
