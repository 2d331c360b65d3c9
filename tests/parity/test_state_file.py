"""The state file: what was answered is in it, and a restart in the middle of copies loses nothing."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Settings, StateFileError

from .conftest import SOURCES

SLOW = Settings(copy_seconds=3600)


def copy(emulator: Emulator, target: str) -> Any:
    """Start a copy, and give its operation."""
    answer = emulator.client("eu-west-1").copy_snapshot(
        sourceRegion="us-west-2", sourceSnapshotName="MEAN-1-1571075291", targetSnapshotName=target
    )
    return answer["operations"][0]


def everything(emulator: Emulator) -> Any:
    """All that can be read of both regions."""
    clients = [emulator.client(region) for region in ("us-west-2", "eu-west-1")]
    return [
        [
            client.get_instances()["instances"],
            client.get_disks()["disks"],
            client.get_instance_snapshots()["instanceSnapshots"],
            client.get_disk_snapshots()["diskSnapshots"],
            client.get_operations()["operations"],
        ]
        for client in clients
    ] + [clients[0].get_auto_snapshots(resourceName="WordPress-1")["autoSnapshots"]]


def test_restart_in_the_middle_of_copies_loses_nothing(tmp_path: Path) -> None:
    """Everything is as it was after a restart; pending copies go on, and fail if they were to fail."""
    file = tmp_path / "state" / "lightsail.json"
    with Emulator(settings=SLOW, state_file=file) as emulator:
        emulator.seed(SOURCES)
        operation = copy(emulator, "pending")
        emulator.inject(Fault(kind="fail-copy", resource="failing", error_code="Gone"))
        failing = copy(emulator, "failing")
        emulator.client("eu-west-1").tag_resource(
            resourceName="pending", tags=[{"key": "team", "value": "shop"}]
        )
        before = everything(emulator)

    with Emulator(settings=Settings(copy_seconds=0), state_file=file) as emulator:
        emulator.seed(SOURCES)
        assert everything(emulator) == before
        emulator.finish_copies()

    with Emulator(state_file=file) as emulator:
        client = emulator.client("eu-west-1")
        assert client.get_operation(operationId=operation["id"])["operation"]["status"] == "Succeeded"
        failed = client.get_operation(operationId=failing["id"])["operation"]
        assert (failed["status"], failed["errorCode"]) == ("Failed", "Gone")
        states = {s["name"]: s["state"] for s in client.get_instance_snapshots()["instanceSnapshots"]}
        assert states == {"pending": "available", "failing": "error"}


def test_answered_change_is_on_disk(tmp_path: Path) -> None:
    """Whenever a call has been answered its change is in the file, also with many at once, and the file is whole."""
    file = tmp_path / "state.json"
    with Emulator(settings=SLOW, state_file=file) as emulator:
        emulator.seed(SOURCES)
        client = emulator.client("eu-west-1")

        def start(number: int) -> bool:
            client.copy_snapshot(
                sourceRegion="us-west-2",
                sourceSnapshotName="MEAN-1-1571075291",
                targetSnapshotName=f"copy-{number}",
            )
            return f"copy-{number}" in saved_names(file)

        with ThreadPoolExecutor(20) as pool:
            assert all(pool.map(start, range(40)))
    assert [path.name for path in tmp_path.iterdir()] == ["state.json"]


def saved_names(file: Path) -> set[str]:
    """The names of the target region's resources in the file."""
    accounts = json.loads(file.read_text(encoding="utf-8"))["accounts"]
    (regions,) = accounts.values()
    return {resource["members"]["name"] for resource in regions["eu-west-1"]["resources"]}


def test_no_credentials_in_the_file(tmp_path: Path) -> None:
    """The file holds nothing of the keys that calls were signed with."""
    file = tmp_path / "state.json"
    with Emulator(state_file=file) as emulator:
        emulator.seed(SOURCES)
        copy(emulator, "copy")
        keys = [emulator.environment[name] for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")]

    text = file.read_text(encoding="utf-8")
    assert not any(key in text for key in keys)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"format": 2, "accounts": {}}',
        '{"format": 1, "accounts": {"1": {"eu-west-1": 7}}}',
    ],
)
def test_broken_file_is_refused(text: str, tmp_path: Path) -> None:
    """A file that is no state is refused with a sentence that says what to do, and left as it is."""
    file = tmp_path / "state.json"
    file.write_text(text, encoding="utf-8")

    with (
        pytest.raises(StateFileError, match=r"state\.json can't be used .* move it away, to start afresh"),
        Emulator(state_file=file),
    ):
        pass

    assert file.read_text(encoding="utf-8") == text
    with Emulator() as emulator:
        assert emulator.client("us-west-2").get_instances()["instances"] == []


def test_without_a_file_every_emulator_begins_empty() -> None:
    """Emulators of one process, one after the other, don't see each other's state."""
    for _ in range(2):
        with Emulator() as emulator:
            assert emulator.client("us-west-2").get_instances()["instances"] == []
            emulator.seed(SOURCES)
