"""Every type of resource through the real engine: one story each, and the service is asked what came of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Settings

from tests.harness.row import Row
from tests.harness.services import DISK_SNAPSHOT, EC2_COPY, FCU_COPY, OUTSCALE_SNAPSHOT, RESTORED_INSTANCE
from tests.harness.target import Properties, Seen

from .stack import Stack

STORIES = (DISK_SNAPSHOT, RESTORED_INSTANCE, EC2_COPY, FCU_COPY, OUTSCALE_SNAPSHOT)
"""Lightsail's copies have their own files here; the others of these services' types are in the examples' tests."""


@pytest.fixture(params=STORIES, ids=str)
def row(request: pytest.FixtureRequest) -> Row:
    """One type of resource on one service."""
    made: Row = request.param
    return made


@pytest.fixture
def emulator(row: Row) -> Iterator[Emulator]:
    """Its service, where everything takes half a second."""
    settings = Settings(copy_seconds=0.5, snapshot_seconds=0.5, restore_seconds=0.5)
    with Emulator(services=(row.emulated,), settings=settings) as running:
        row.prepare(running)
        running.clear_calls()
        yield running


class Story:
    """One stack with one resource of a row."""

    def __init__(self, row: Row, emulator: Emulator, stack: Stack) -> None:
        self.row, self.emulator, self.stack = row, emulator, stack
        self.before = row.things()

    def write(self, **inputs: Any) -> None:
        """Write the program."""
        given: Properties = {**self.row.request, "tags": {"team": "shop"}, **inputs}
        (self.stack.folder / "__main__.py").write_text(self.row.program("vol", given))

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
        made, entry = self.made(), self.entry()
        assert len(made) == 1 + self.row.along and self.row.sends(self.emulator) == sent
        one = made[0]
        assert [each for each in self.row.things() if each not in made] == self.before
        assert entry["id"] == f"{one.region}/{one.name}"
        assert entry["outputs"][self.row.family.ref_output] == one.arn
        assert one.state in ("available", "completed", "running") and one.tags["team"] == "shop"
        assert one.tags["snapcopy:owner"].startswith("shop/dev/vol@")
        assert len(entry["outputs"]["__provider"]) <= 200
        return one.arn


@pytest.fixture
def story(row: Row, emulator: Emulator, new_stack: Callable[..., Stack], tmp_path: Path) -> Story:
    """A stack that has nothing yet."""
    stack = new_stack()
    if row.emulated == "outscale":  # whose API needs no credentials of AWS
        kept = {key: value for key, value in stack.environment.items() if not key.startswith("AWS_")}
        stack.environment = {**kept, "SNAPCOPY_REQUESTS_PER_SECOND": "1000"}
    return Story(row, emulator, stack)


def test_the_story_of_one_resource(story: Story, row: Row, emulator: Emulator) -> None:
    """Killed at its request, resumed, unchanged, replaced, read, destroyed; filters lag."""
    stack = story.stack
    emulator.settings = Settings(
        copy_seconds=0.5, snapshot_seconds=0.5, restore_seconds=0.5, filter_seconds=1
    )
    story.write()
    stack.up_killed_at(emulator.inject(Fault(kind="hold-after", operation=row.create)))
    words = row.family.words
    assert f"looking for the {words.thing} at {words.provider}" in stack.up().output
    first = story.assert_one(sent=1)
    emulator.clear_calls()
    assert stack.up().changes == {"unchanged": 2} and emulator.calls() == []
    story.write(**row.edit)
    assert "1 replaced" in stack.up().output.rpartition("Resources:")[2]
    (made, *_) = story.made()
    assert made.arn != first and row.sends(emulator) == 1
    destroyed = stack.run("destroy", "--yes", "--skip-preview", "--refresh")
    assert destroyed.changes == {"deleted": 2} and row.things() == story.before
