"""A sample of the same lives through the whole of Pulumi: the CLI, its engine, and everything in parallel.

Five random sequences of six steps each; the seed that `make soak` tells at its end repeats them.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Settings

from tests.engine.conftest import Service, day
from tests.engine.stack import ROUTE, Stack

SEED = int(os.environ["SNAPCOPY_SOAK_SEED"])
UP = ("up", "--yes", "--skip-preview")
STEPS = 6
COPIES = ("one", "two", "three", "four")


class Life:
    """One stack's life, drawn at random."""

    def __init__(self, stack: Stack, service: Service, seed: int) -> None:
        self.stack, self.service, self.random = stack, service, random.Random(seed)
        self.program: dict[str, dict[str, Any]] = {}
        self.foreign = service.snapshots()
        self.log: list[str] = []

    def edit(self) -> None:
        """Change what two of the copies are."""
        for name in self.random.sample(COPIES, 2):
            source: dict[str, Any] = self.random.choice(
                [
                    {"source_snapshot_name": "db-before-upgrade"},
                    {"source_snapshot_name": "data-before-upgrade"},
                    {"source_resource_name": "web-1", "restore_date": day(self.random.randrange(1, 4))},
                    {"source_resource_name": "data-1", "use_latest_restorable_auto_snapshot": True},
                ]
            )
            tags = {"tags": {"run": str(self.random.randrange(3))}} if self.random.random() < 0.5 else {}
            self.program[name] = {**ROUTE, **source, **tags}
        if len(self.program) > 2 and self.random.random() < 0.3:
            self.program.pop(self.random.choice(sorted(self.program)))
        lines = [f"CopiedSnapshot({name!r}, **{arguments!r})" for name, arguments in self.program.items()]
        self.stack.program("\n".join(lines) + "\n")

    def step(self) -> None:
        """Edit, and run into an accident; then recover, and look."""
        self.edit()
        accident = self.random.choice(["none", "killed", "killed", "failing", "deleted", "refreshed"])
        self.log.append(accident)
        getattr(self, f"_{accident}")()
        self.stack.run("cancel", "--yes")
        self.stack.up("--refresh")
        self.assert_well()

    def _none(self) -> None:
        self.stack.up()

    def _killed(self) -> None:
        kind = self.random.choice(["hold-before", "hold-after"])
        held = self.service.emulator.inject(Fault(kind=kind, skip=self.random.randrange(20)))  # type: ignore[arg-type]
        running = self.stack.start(*UP)
        while running.poll() is None and not held.hits:
            try:
                held.wait_reached(0.2)
            except TimeoutError:
                continue
        self.log[-1] += f" ({kind} {held.fault.skip}, {'reached' if held.hits else 'not reached'})"
        self.stack.kill(running)
        held.drop()
        self.service.emulator.faults.clear()

    def _failing(self) -> None:
        code = self.random.choice(["ThrottlingException", "ServiceException", "AccessDeniedException"])
        fault = Fault(kind="error", code=code, skip=self.random.randrange(12), times=2)
        injected = self.service.emulator.inject(fault)
        self.stack.start(*UP).communicate(timeout=240)
        injected.remove()

    def _deleted(self) -> None:
        self.stack.up()
        name, seen = self.random.choice(sorted(self.ours().items()))
        kind = "disk" if "DiskSnapshot" in seen["arn"] else "instance"
        client = self.service.emulator.client("eu-west-1")
        getattr(client, f"delete_{kind}_snapshot")(**{f"{kind}SnapshotName": name})

    def _refreshed(self) -> None:
        self.stack.refresh()

    def ours(self) -> dict[str, dict[str, Any]]:
        """The snapshots that aren't somebody else's."""
        return {n: each for n, each in self.service.snapshots().items() if n not in self.foreign}

    def assert_well(self) -> None:
        """One complete copy of each declaration, nothing of ours beside it, nothing of others touched."""
        ours, declared = self.ours(), self.stack.resources()
        assert sorted(declared) == sorted(self.program)
        assert sorted(each["outputs"]["arn"] for each in declared.values()) == sorted(
            each["arn"] for each in ours.values()
        )
        assert all(each["state"] in ("available", "completed") for each in ours.values())
        assert {n: each for n, each in self.service.snapshots().items() if n in self.foreign} == self.foreign
        assert self.stack.preview().changes.keys() <= {"unchanged"}


@pytest.mark.soak
@pytest.mark.engine
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("sequence", range(5))
def test_any_life_through_the_cli(
    new_stack: Callable[..., Stack], emulator: Emulator, sequence: int,
    record_property: Callable[[str, object], None],
) -> None:  # fmt: skip
    """Six times edited, run into an accident, recovered: each time one copy of each declaration."""
    seed = SEED + sequence
    emulator.settings = Settings(copy_seconds=0.3)
    emulator.put_snapshot("eu-west-1", "by-hand")
    life = Life(new_stack(), Service(emulator), seed)
    try:
        for _ in range(STEPS):
            life.step()
    finally:
        record_property("steps through the CLI", len(life.log))
        record_property("accidents", ", ".join(life.log))
        print(f"through the CLI: {len(life.log)} of {STEPS} steps, {life.log}; seed {seed}")
    life.stack.destroy()
    assert life.ours() == {}
