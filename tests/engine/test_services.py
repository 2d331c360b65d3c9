"""Resources of every service through the real engine: one story each, and the service is asked what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Injected, Settings

from tests.harness.row import Row
from tests.harness.services import DISK_SNAPSHOT, EC2_COPY, FCU_COPY, OUTSCALE_SNAPSHOT, RESTORED_INSTANCE
from tests.harness.target import Properties, Seen

from .stack import Stack

TOGETHER = (DISK_SNAPSHOT, RESTORED_INSTANCE, EC2_COPY)
"""Two services in one stack, whose SDKs are loaded at the same time. Lightsail's copies have their own files here."""
ALONE = (FCU_COPY, OUTSCALE_SNAPSHOT)
"""Their daily stories through the engine are in test_ec2.py and test_outscale.py; daily they are killed in tests/services."""
SECONDS: dict[str, float] = {"copy_seconds": 0.5, "snapshot_seconds": 0.5, "restore_seconds": 0.5}


@pytest.fixture(
    params=[
        pytest.param(TOGETHER, id="together"),
        *(pytest.param((each,), id=str(each), marks=pytest.mark.soak) for each in ALONE),
    ]
)
def rows(request: pytest.FixtureRequest) -> tuple[Row, ...]:
    """The types of resources that share a stack."""
    made: tuple[Row, ...] = request.param
    return made


@pytest.fixture
def emulator(rows: tuple[Row, ...]) -> Iterator[Emulator]:
    """Their services, where everything takes half a second and filters lag."""
    settings = Settings(**SECONDS, filter_seconds=1)  # type: ignore[arg-type]
    with Emulator(services={each.emulated for each in rows}, settings=settings) as running:
        for prepare in dict.fromkeys(each.prepare for each in rows):
            prepare(running)
        running.clear_calls()
        yield running


@dataclass
class Story:
    """One resource of a row, named as the row is."""

    row: Row
    emulator: Emulator
    stack: Stack
    before: list[Seen] = field(init=False)

    def __post_init__(self) -> None:
        self.before = self.row.things()

    def program(self, **inputs: Any) -> str:
        """What declares it."""
        given: Properties = {**self.row.request, "tags": {"team": "shop"}, **inputs}
        return self.row.program(self.row.name, given)

    def hold(self, operation: str) -> Injected:
        """Hold one of the calls, its work done."""
        return self.emulator.inject(Fault(kind="hold-after", operation=operation, service=self.row.emulated))

    def made(self) -> list[Seen]:
        """What wasn't there at the start."""
        return [each for each in self.row.things() if each not in self.before]

    def entry(self) -> dict[str, Any]:
        """The resource in the state."""
        found = self.stack.state()
        (entry,) = [each for each in found if each["type"] == self.row.family.rules.token]
        return dict(entry)

    def assert_one(self, *, sent: int) -> str:
        """One, complete, as the state has it, nothing of others changed; returns its ref."""
        made, entry, name = self.made(), self.entry(), self.row.name
        assert len(made) == 1 + self.row.along and self.row.sends(self.emulator) == sent, name
        one = made[0]
        assert [each for each in self.row.things() if each not in made] == self.before, name
        assert entry["id"] == f"{one.region}/{one.name}"
        assert entry["outputs"][self.row.family.ref_output] == one.arn, name
        assert one.state in ("available", "completed", "running") and one.tags["team"] == "shop", name
        assert one.tags["snapcopy:owner"].startswith(f"shop/dev/{name}@")
        assert len(entry["outputs"]["__provider"]) <= 200, name
        return one.arn


@pytest.fixture
def stories(rows: tuple[Row, ...], emulator: Emulator, new_stack: Callable[..., Stack]) -> list[Story]:
    """A stack that has nothing yet, and its stories."""
    stack = new_stack()
    stack.environment["SNAPCOPY_REQUESTS_PER_SECOND"] = "1000"
    return [Story(each, emulator, stack) for each in rows]


def write(stack: Stack, programs: list[str]) -> None:
    """Write a program of several stories."""
    (stack.folder / "__main__.py").write_text("".join(programs))


def test_the_story_of_one_resource_of_each_type(stories: list[Story], emulator: Emulator) -> None:
    """A resource of each type is killed at its request, resumed, unchanged, refreshed and destroyed, while filters lag."""
    stack, number = stories[0].stack, len(stories)
    write(stack, [each.program() for each in stories])
    stack.up_killed_at([each.hold(each.row.create) for each in stories])
    output = stack.up().output
    for each in stories:
        words = each.row.family.words
        assert f"looking for the {words.thing} at {words.provider}" in output
        each.assert_one(sent=1)
    emulator.clear_calls()
    assert stack.up().changes == {"unchanged": number + 1} and emulator.calls() == []
    destroyed = stack.run("destroy", "--yes", "--skip-preview", "--refresh")
    assert destroyed.changes == {"deleted": number + 1}
    for each in stories:
        assert each.row.things() == each.before, each.row.name


@pytest.mark.soak  # daily in tests/services/test_life.py, without the engine
def test_another_request_replaces_it(stories: list[Story], emulator: Emulator) -> None:
    """A changed request makes one new object, and the old one is deleted."""
    stack, number = stories[0].stack, len(stories)
    write(stack, [each.program() for each in stories])
    stack.up()
    first = {each.row.name: each.assert_one(sent=1) for each in stories}
    emulator.clear_calls()
    write(stack, [each.program(**each.row.edit) for each in stories])
    assert f"{number} replaced" in stack.up().output.rpartition("Resources:")[2]
    for each in stories:
        (made, *_) = each.made()
        assert made.arn != first[each.row.name] and each.row.sends(emulator) == 1, each.row.name
