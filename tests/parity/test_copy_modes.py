"""CopySnapshot's modes: every combination of the four arguments that say what is copied."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Settings

from .conftest import SOURCES, send

SNAPSHOTS = [None, "MEAN-1-1571075291"]
RESOURCES = [None, "WordPress-1"]
DATES = [None, "2019-10-13"]
LATEST = [None, False, True]
ALLOWED = {
    ("MEAN-1-1571075291", None, None, None): False,
    ("MEAN-1-1571075291", None, None, False): False,
    (None, "WordPress-1", "2019-10-13", None): True,
    (None, "WordPress-1", "2019-10-13", False): True,
    (None, "WordPress-1", None, True): True,
}
COMBINATIONS = list(product(SNAPSHOTS, RESOURCES, DATES, LATEST))


@pytest.fixture(scope="module")
def running() -> Iterator[Emulator]:
    """One emulator for the whole table."""
    with Emulator(settings=Settings(copy_seconds=0)) as emulator:
        emulator.seed(SOURCES)
        yield emulator


def copy(emulator: Emulator, target: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
    """A copy into Ireland; arguments that are None are not sent."""
    given = {k: v for k, v in parameters.items() if v is not None}
    body = json.dumps({"sourceRegion": "us-west-2", "targetSnapshotName": target, **given}).encode()
    return send(emulator.url, "CopySnapshot", body, "eu-west-1")


@pytest.mark.parametrize("combination", COMBINATIONS, ids=str)
def test_every_combination_of_the_mode_arguments(combination: tuple[Any, ...], running: Emulator) -> None:
    """Five of the 24 combinations make a copy, from the right kind of source; all others are refused."""
    snapshot, resource, date, latest = combination
    target = f"copy-{COMBINATIONS.index(combination)}"

    status, answer = copy(
        running,
        target,
        sourceSnapshotName=snapshot,
        sourceResourceName=resource,
        restoreDate=date,
        useLatestRestorableAutoSnapshot=latest,
    )

    if combination in ALLOWED:
        assert status == 200
        made = running.client("eu-west-1").get_instance_snapshot(instanceSnapshotName=target)
        assert made["instanceSnapshot"]["isFromAutoSnapshot"] is ALLOWED[combination]
    else:
        assert (status, answer["__type"]) == (400, "InvalidInputException")
        assert "must be defined" in answer["message"] or "can only be defined" in answer["message"]


@pytest.mark.parametrize(
    "date", ["", "14-10-2019", "2019-10-32", "2019-02-29", "20191014", "2019-10-1", "latest"]
)
def test_date_that_is_none_is_refused(date: str, running: Emulator) -> None:
    """restoreDate is YYYY-MM-DD and a real date, or the request is wrong."""
    status, answer = copy(running, "copy", sourceResourceName="WordPress-1", restoreDate=date)

    assert (status, answer["__type"]) == (400, "InvalidInputException")
    assert "YYYY-MM-DD" in answer["message"]


@pytest.mark.parametrize(
    ("parameters", "code"),
    [
        ({"sourceSnapshotName": "no-such"}, "NotFoundException"),
        ({"sourceSnapshotName": "WordPress-1"}, "NotFoundException"),
        ({"sourceResourceName": "no-such", "useLatestRestorableAutoSnapshot": True}, "NotFoundException"),
        ({"sourceResourceName": "MEAN-1-1571075291", "restoreDate": "2019-10-14"}, "NotFoundException"),
        ({"sourceResourceName": "WordPress-1", "restoreDate": "2019-09-01"}, "NotFoundException"),
        ({"sourceResourceName": "WordPress-1", "restoreDate": "2019-10-15"}, "InvalidInputException"),
        ({"sourceSnapshotName": "MEAN-1-1571075291", "sourceRegion": "eu-west-2"}, "NotFoundException"),
        ({"sourceSnapshotName": "MEAN-1-1571075291", "sourceRegion": "mars-1"}, "InvalidInputException"),
    ],
)
def test_source_that_cant_be_copied_is_refused(
    parameters: dict[str, Any], code: str, running: Emulator
) -> None:
    """A source that isn't there is not found; one that is no Success, or in no region, is an invalid input."""
    status, answer = copy(running, "copy", **parameters)

    assert (status, answer["__type"]) == (400, code)


def test_latest_is_the_latest_success(running: Emulator) -> None:
    """The latest automatic snapshot is the newest with the status Success, and there has to be one."""
    running.seed({"us-west-2": {"disks": [{"name": "bare", "automaticSnapshots": 0}]}})

    status, _ = copy(running, "of-disk", sourceResourceName="Disk-1", useLatestRestorableAutoSnapshot=True)
    refused, answer = copy(
        running, "of-bare", sourceResourceName="bare", useLatestRestorableAutoSnapshot=True
    )

    assert status == 200
    assert (refused, answer["__type"]) == (400, "NotFoundException")


@pytest.mark.parametrize("state", ["pending", "error"])
def test_incomplete_source_is_refused(state: str, running: Emulator) -> None:
    """A snapshot that isn't complete can't be copied."""
    running.put_snapshot("us-west-2", f"half-{state}", from_name="WordPress-1", state=state)

    status, answer = copy(running, "copy", sourceSnapshotName=f"half-{state}")

    assert (status, answer["__type"]) == (400, "InvalidInputException")
    assert f"its state is {state}" in answer["message"]
