"""The control over HTTP: what a test in another process, or another language, does to the emulator."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
from botocore.exceptions import ClientError
from pulumi_snapcopy import __version__
from pulumi_snapcopy.emulator import Emulator, Settings

Control = Callable[..., tuple[int, Any]]


@pytest.fixture
def control(emulator: Emulator) -> Control:
    """A request to ``/_snapcopy/…``; gives the HTTP status and the JSON answered."""

    def call(method: str, path: str, data: Any = None) -> tuple[int, Any]:
        body = None if data is None else json.dumps(data).encode()
        request = Request(f"{emulator.url}/_snapcopy/{path}", body, method=method)
        try:
            with urlopen(request, timeout=10) as answer:
                return answer.status, json.load(answer)
        except HTTPError as error:
            with error:
                return error.code, json.load(error)

    return call


def test_health(control: Control) -> None:
    """Health tells that it serves, which version, and in which process."""
    assert control("GET", "health") == (200, {"status": "ok", "version": __version__, "pid": os.getpid()})


def test_settings_are_read_and_changed(control: Control, emulator: Emulator) -> None:
    """PATCH changes the settings that are given, and only those."""
    status, settings = control("PATCH", "settings", {"copy_seconds": 0.5})

    assert (status, settings["copy_seconds"], settings["page_size"]) == (200, 0.5, None)
    assert control("GET", "settings")[1] == settings
    assert emulator.settings == Settings(copy_seconds=0.5)


def test_fault_is_injected_waited_for_and_released(control: Control, emulator: Emulator) -> None:
    """A hold is injected; a long poll returns when a call has reached it; releasing it lets the call go on."""
    status, fault = control("POST", "faults", {"kind": "hold-before", "operation": "GetDisks"})
    assert (status, fault["hits"], fault["kind"]) == (200, 0, "hold-before")
    path = f"faults/{fault['id']}"
    assert control("GET", f"{path}?wait=0.01")[0] == 408

    with ThreadPoolExecutor(1) as pool:
        call = pool.submit(emulator.client("us-west-2").get_disks)
        assert control("GET", f"{path}?wait=60")[1]["hits"] == 1
        assert control("GET", "calls?operation=GetDisks")[1]["calls"][0]["outcome"] == "pending"
        assert control("POST", f"{path}/release")[0] == 200
        assert len(call.result(60)["disks"]) == 1

    assert [f["id"] for f in control("GET", "faults")[1]["faults"]] == [fault["id"]]


def test_fault_is_taken_away(control: Control, emulator: Emulator) -> None:
    """A fault that would hit for ever ends when it is deleted."""
    client = emulator.client("us-west-2")
    _, fault = control("POST", "faults", {"kind": "error", "times": None, "code": "AccessDeniedException"})
    with pytest.raises(ClientError):
        client.get_disks()

    assert control("DELETE", f"faults/{fault['id']}")[1]["hits"] == 1
    assert len(client.get_disks()["disks"]) == 1


def test_seed_finish_calls_and_reset(control: Control, emulator: Emulator) -> None:
    """Seeds are put in, copies ended, calls listed and forgotten, and everything is reset."""
    assert control("POST", "seed", {"us-east-1": {"diskSnapshots": [{"name": "full"}]}}) == (200, {})
    client = emulator.client("us-east-1")
    client.copy_snapshot(sourceRegion="us-east-1", sourceSnapshotName="full", targetSnapshotName="copy")
    assert control("POST", "finish-copies") == (200, {})
    assert client.get_disk_snapshot(diskSnapshotName="copy")["diskSnapshot"]["state"] == "completed"

    listed = control("GET", "calls")[1]["calls"]
    assert [(call["operation"], call["outcome"]) for call in listed] == [
        ("CopySnapshot", "ok"),
        ("GetDiskSnapshot", "ok"),
    ]
    control("DELETE", "calls")
    assert control("GET", "calls")[1] == {"calls": []}

    control("PATCH", "settings", {"page_size": 1})
    assert control("POST", "reset") == (200, {})
    assert client.get_disk_snapshots()["diskSnapshots"] == []
    assert emulator.settings == Settings(copy_seconds=3600)


@pytest.mark.parametrize(
    ("method", "path", "data", "status", "said"),
    [
        ("POST", "faults", {"kind": "explode"}, 400, "no fault of the kind 'explode'"),
        ("POST", "faults", {"kind": "slow"}, 400, "needs its seconds"),
        ("POST", "faults", {"colour": "red"}, 400, "colour"),
        ("POST", "faults", {"kind": "error", "operation": 5}, 400, "operation is 5; write a string"),
        ("POST", "faults", {"kind": "error", "code": 5054}, 400, "code is 5054; write a string"),
        ("POST", "faults", {"kind": "error", "status": "x"}, 400, "status is 'x'"),
        (
            "POST",
            "faults",
            {"kind": "slow", "seconds": "x"},
            400,
            "seconds is 'x'; write a number of seconds",
        ),
        ("POST", "faults", [], 400, "must be a JSON object"),
        ("PATCH", "settings", {"copy_seconds": -1}, 400, "copy_seconds is -1"),
        ("POST", "seed", {"mars-1": {}}, 400, "mars-1: is not one of Lightsail's regions"),
        ("GET", "faults/99", None, 404, "no fault 99"),
        ("GET", "coffee", None, 404, ""),
        ("PUT", "seed", {}, 405, ""),
    ],
)
def test_wrong_requests_are_told_what_is_wrong(
    method: str, path: str, data: Any, status: int, said: str, control: Control
) -> None:
    """A wrong request to the control gets a status of 4xx and a sentence."""
    answered, body = control(method, path, data)

    assert answered == status
    assert said in body["error"]
