"""The emulator, and stacks on it."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from botocore.config import Config
from pulumi_snapcopy.emulator import Emulator, Settings, shared

from .stack import Stack

TODAY = datetime.now(timezone.utc).date()


def day(ago: int) -> str:
    """The date of so many days before that on which the tests began, UTC."""
    return str(TODAY - timedelta(days=ago))


WEEK = [day(ago) for ago in range(7)]

SOURCES: dict[str, Any] = {
    "us-east-1": {
        "instances": [
            {"name": "db-1", "sizeInGb": 60},
            {"name": "web-1", "sizeInGb": 40, "automaticSnapshots": WEEK},
        ],
        "disks": [{"name": "data-1", "sizeInGb": 64, "automaticSnapshots": WEEK}],
        "instanceSnapshots": [{"name": "db-before-upgrade", "fromInstanceName": "db-1"}],
        "diskSnapshots": [{"name": "data-before-upgrade", "fromDiskName": "data-1"}],
    }
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here run the real CLI."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.engine)


OF_THE_TEST = "asked-by-the-test"
"""In the user agent of what the test itself asks, which isn't the provider's doing."""


class Service:
    """The service as its users see it, asked over its own API."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator = emulator

    def snapshots(self, region: str = "eu-west-1") -> dict[str, dict[str, Any]]:
        """A region's manual snapshots, by name."""
        client = self.emulator.client(region, config=Config(user_agent_extra=OF_THE_TEST))
        instances = client.get_instance_snapshots()["instanceSnapshots"]
        disks = client.get_disk_snapshots()["diskSnapshots"]
        return {each["name"]: dict(each) for each in [*instances, *disks]}

    def only(self, region: str = "eu-west-1") -> dict[str, Any]:
        """The one snapshot of a region."""
        (snapshot,) = self.snapshots(region).values()
        return snapshot

    def owner(self, name: str) -> str:
        """The owner that a snapshot's tag names, with the stack's identity."""
        tags: dict[str, str] = {tag["key"]: tag["value"] for tag in self.snapshots()[name]["tags"]}
        return tags["snapcopy:owner"]

    def tags(self, name: str, region: str = "eu-west-1") -> dict[str, str]:
        """A snapshot's tags; the owner without its stack's identity, for the stories that aren't about it."""
        tags = {tag["key"]: tag["value"] for tag in self.snapshots(region)[name].get("tags", [])}
        return {key: re.sub(r"@[0-9a-f]{16}$", "", value) for key, value in tags.items()}

    def owner_and_theirs(self, name: str) -> dict[str, str]:
        """A snapshot's tags, but for the one that says what was copied."""
        return {key: value for key, value in self.tags(name).items() if key != "snapcopy:source"}

    def copies_started(self) -> int:
        """How many copies the service has ever taken on."""
        return sum(
            call.outcome in ("ok", "lost", "garbage", "empty", "error-after")
            for call in self.emulator.calls("CopySnapshot")
        )

    def copies_refused(self) -> int:
        """How many copies the service has refused because too many were in progress."""
        return sum(call.outcome == "ResourceLimitExceeded" for call in self.emulator.calls("CopySnapshot"))

    def effects(self) -> list[str]:
        """The calls that asked for a change."""
        return [call.operation for call in self.emulator.calls() if not call.operation.startswith("Get")]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with Emulator(settings=Settings(copy_seconds=0.5)) as running:
        running.seed(SOURCES)
        yield running


@pytest.fixture
def service(emulator: Emulator) -> Service:
    return Service(emulator)


@pytest.fixture(scope="session")
def pulumi_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pulumi-home")


@pytest.fixture
def new_stack(tmp_path: Path, emulator: Emulator, pulumi_home: Path) -> Callable[..., Stack]:
    """Make a stack in a folder of its own, on a backend of its own."""

    def make(folder: str = "project", **names: str) -> Stack:
        path = tmp_path / folder
        path.mkdir(exist_ok=True)
        return Stack(path, emulator, pulumi_home, **names)

    return make


@pytest.fixture
def stack(new_stack: Callable[..., Stack]) -> Stack:
    return new_stack()


Skew = Callable[[float], None]


@pytest.fixture
def skewed(monkeypatch: pytest.MonkeyPatch) -> Skew:
    """Set the service's clock so many seconds ahead of ours."""

    def skew(seconds: float) -> None:
        clock = SimpleNamespace(time=lambda: time.time() + seconds, time_ns=time.time_ns)
        monkeypatch.setattr(shared, "time", clock)

    return skew


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address that nothing listens at."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{closed.getsockname()[1]}"
