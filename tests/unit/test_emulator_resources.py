"""What time makes of a resource and of an operation, without a server."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_snapcopy.emulator.lightsail.resources import Operation, Resource


def disk_snapshot(**changes: Any) -> Resource:
    """A disk's snapshot that is begun at 1000 and done at 1010."""
    members = {"name": "copy", "resourceType": "DiskSnapshot", "createdAt": 1000.0}
    return Resource(**{"members": members, "final": "completed", "done_at": 1010.0, **changes})


@pytest.mark.parametrize(
    ("at", "state", "progress"),
    [
        (1000.0, "pending", "0%"),
        (1004.0, "pending", "40%"),
        (1009.999, "pending", "99%"),
        (1010.0, "completed", "100%"),
        (9999.0, "completed", "100%"),
    ],
)
def test_progress_of_a_disk_snapshot(at: float, state: str, progress: str) -> None:
    """A disk snapshot's progress is the part of its time that has passed, and never 100% before it is done."""
    described = disk_snapshot().describe(at)

    assert (described["state"], described["progress"]) == (state, progress)


@pytest.mark.parametrize(
    ("changes", "state"),
    [({"final": "error"}, "error"), ({"final": "unknown"}, "unknown"), ({"done_at": None}, "pending")],
)
def test_snapshot_that_never_completes(changes: dict[str, Any], state: str) -> None:
    """A snapshot that ends otherwise, or never, has no progress and can't be copied."""
    snapshot = disk_snapshot(**changes)

    assert (snapshot.describe(2000.0)["state"], snapshot.describe(2000.0)["progress"]) == (state, "0%")
    assert not snapshot.is_complete(2000.0)


def test_instance_snapshot_has_no_progress() -> None:
    """An instance snapshot has a state, and no progress at all."""
    members = {"name": "copy", "resourceType": "InstanceSnapshot", "createdAt": 1000.0}
    described = Resource(members=members, final="available", done_at=1010.0).describe(1005.0)

    assert described == {**members, "state": "pending"}


def test_operation_changes_its_status_once() -> None:
    """An operation is Started until it ends, and statusChangedAt tells when that was."""
    operation = Operation(members={"createdAt": 1000.0}, ends_at=1010.0)

    assert operation.describe(1009.0) == {
        "createdAt": 1000.0,
        "isTerminal": False,
        "status": "Started",
        "statusChangedAt": 1000.0,
    }
    assert operation.describe(1010.0) == {
        "createdAt": 1000.0,
        "isTerminal": True,
        "status": "Succeeded",
        "statusChangedAt": 1010.0,
    }


def test_numbers_only_grow() -> None:
    """Things made in the same instant keep the order they were made in."""
    numbers = [disk_snapshot().number for _ in range(1000)]

    assert numbers == sorted(set(numbers))
