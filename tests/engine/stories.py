"""The stories of several copies told in one life of a stack: what each run did with each copy, and what it left."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pulumi_snapcopy.emulator import Call, Emulator

from .conftest import OF_THE_TEST, Service
from .stack import ROUTE, Result, Stack

Arguments = Mapping[str, Any]
REGIONS = ("eu-west-1", "eu-west-2", "eu-west-3", "eu-central-1", "eu-north-1")
DID = r"CopiedSnapshot \S+ (create|update|delete|replace)d?\b(?! replacement| original)"


def declared(copies: Mapping[str, Arguments]) -> str:
    """A program of copies; by default of the manual snapshot, from us-east-1 to eu-west-1.

    ``opts`` is Python's text, in which ``made`` has the copies that are declared before it, by name.
    """
    lines = ["import datetime", "made = {}"]
    for name, given in copies.items():
        arguments = {**ROUTE, **given}
        opts = arguments.pop("opts", None)
        if not arguments.keys() & {"source_resource_name", "source_snapshot_name"}:
            arguments["source_snapshot_name"] = "db-before-upgrade"
        lines.append(f"made[{name!r}] = CopiedSnapshot({name!r}, **{arguments!r}, opts={opts})")
    return "\n".join([*lines, ""])


def previewed(result: Result) -> Result:
    """What an `up` that shows a preview first has shown."""
    shown, updating, _ = result.output.partition("Updating (")
    assert updating, result.output
    return Result(result.code, shown)


@dataclass(frozen=True)
class Moment:
    """A run, and how things were after it."""

    result: Result
    state: dict[str, dict[str, Any]]
    """The copies in the state, by name."""
    there: dict[str, dict[str, Any]]
    """The snapshots at the service, by ARN."""
    calls: list[Call]
    """That the run has made."""

    def did(self, name: str) -> str:
        """What the run did with a copy, or would do, in the infinitive; "" if nothing."""
        verbs = set(re.findall(DID, self.row(name)))
        assert len(verbs) <= 1, verbs
        return verbs.pop() if verbs else ""

    def row(self, name: str) -> str:
        """The lines that the run has written of a copy."""
        lines = self.result.output.splitlines()
        return "\n".join(line for line in lines if f"CopiedSnapshot {name} " in line)

    def outputs(self, name: str) -> dict[str, Any]:
        """The outputs of a copy in the state."""
        return dict(self.state[name]["outputs"])

    def arn(self, name: str) -> str:
        """The ARN of a copy, as the state and the service have it."""
        return str(self.copy(name)["arn"])

    def copy(self, name: str) -> dict[str, Any]:
        """A copy as the service has it: the snapshot that the state names."""
        return self.there[self.outputs(name)["arn"]]

    def tags(self, name: str) -> dict[str, str]:
        """The tags of a copy, but for the one that says what was copied; the owner without its stack's identity."""
        tags = {tag["key"]: tag["value"].partition("@")[0] for tag in self.copy(name)["tags"]}
        return {key: value for key, value in tags.items() if key != "snapcopy:source"}

    def effects(self, *names: str) -> list[str]:
        """The changes that the run asked for: all, or those of snapshots of these names."""
        wanted = [call for call in self.calls if not call.operation.startswith("Get")]
        if names:
            wanted = [call for call in wanted if {*names} & {str(each) for each in call.parameters.values()}]
        return [call.operation for call in wanted]


class Life:
    """The life of a stack, run by run."""

    def __init__(self, stack: Stack, service: Service, emulator: Emulator) -> None:
        self.stack, self.service, self.emulator = stack, service, emulator
        self.moments: list[Moment] = []

    def run(self, *arguments: str, ok: bool = True) -> Moment:
        """Run the CLI, and look at what it leaves."""
        before = len(self.emulator.calls())
        result = self.stack.run(*arguments, ok=ok)
        calls = [call for call in self.emulator.calls()[before:] if OF_THE_TEST not in call.user_agent]
        snapshots = [each for region in REGIONS for each in self.service.snapshots(region).values()]
        there = {each["arn"]: each for each in snapshots}
        self.moments.append(Moment(result, self.stack.resources(), there, calls))
        return self.moments[-1]

    def up(self, *arguments: str, ok: bool = True) -> Moment:
        """Bring the stack about; one copy that fails keeps no other from being made."""
        return self.run("up", "--yes", "--skip-preview", "--continue-on-error", *arguments, ok=ok)

    def names(self, name: str) -> set[str]:
        """The names that a resource's copies have had."""
        states = [each.state for each in self.moments if name in each.state]
        return {state[name]["outputs"]["targetSnapshotName"] for state in states}

    def effects(self, moment: Moment, name: str) -> list[str]:
        """The changes that a run asked for of a resource's copies, earlier and later ones among them."""
        names = self.names(name)
        assert names, f"{name} never had a copy"
        return moment.effects(*names)

    def copied(self, name: str) -> int:
        """How often a resource was copied."""
        return sum(self.effects(moment, name).count("CopySnapshot") for moment in self.moments)
