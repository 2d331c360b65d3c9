"""Secrets: marked credentials are found nowhere but in the environment that brings them."""

from __future__ import annotations

import json
import socket
import subprocess
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from .conftest import SOURCES, day
from .matrix import SHORT, write
from .stack import BIN, ROUTE, Result, Stack

MARK = "MARKEDSECRET"
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": f"AKIA{MARK}0001",
    "AWS_SECRET_ACCESS_KEY": f"{MARK}/of+forty/characters",
    "AWS_SESSION_TOKEN": f"{MARK}token/of+many//characters==",
}
PASSWORD = f"{MARK}password"
ODD_PASSWORD = f"{MARK}p@ss-{MARK}"
LOUD = ("--logtostderr", "--logflow", "-v=9")


class Process:
    """`snapcopy emulator` as a process of its own, with a state file; controlled over HTTP."""

    def __init__(self, folder: Path) -> None:
        seed = folder / "seed.json"
        seed.write_text(json.dumps(SOURCES))
        self.log = (folder / "emulator.log").open("w")
        self.process = subprocess.Popen(
            [BIN / "snapcopy", "emulator", "--port=0", f"--state-file={folder / 'state.json'}", f"--seed={seed}",
             "--copy-seconds=0.3"],
            stdout=subprocess.PIPE, stderr=self.log, text=True,
        )  # fmt: skip
        assert self.process.stdout is not None
        exports = dict(
            line.removeprefix("export ").strip().split("=", 1)
            for line in (self.process.stdout.readline() for _ in range(6))
        )
        self.environment = {name: value.strip("'") for name, value in exports.items()}
        self.url = self.environment["AWS_ENDPOINT_URL_LIGHTSAIL"]

    def control(self, what: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Ask the emulator for something."""
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(f"{self.url}/_snapcopy/{what}", data) as answer:
            return dict(json.load(answer))

    def end(self) -> None:
        """Stop it."""
        self.process.terminate()
        self.process.communicate(timeout=30)
        self.log.close()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Process]:
    folder = tmp_path / "emulator"
    folder.mkdir()
    process = Process(folder)
    yield process
    process.end()


def test_no_secret_is_left_anywhere(tmp_path: Path, served: Process) -> None:
    """No output, file, request or log of create, failures, refresh and destroy has a secret, with the loudest logs."""
    folder, home = tmp_path / "project", tmp_path / "home"
    folder.mkdir()
    stack = Stack(folder, served, home)  # type: ignore[arg-type]
    stack.environment |= CREDENTIALS
    stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"] = served.url.replace("://", f"://user:{PASSWORD}@")
    said: list[Result] = []
    quoting = f"The AWS Access Key Id {CREDENTIALS['AWS_ACCESS_KEY_ID']} is not subscribed"
    signature = (
        "The request signature we calculated does not match the signature you provided.\n\n"
        "The Canonical String for this request should have been\n"
        f"'POST\n/\n\nhost:lightsail.us-east-1.amazonaws.com\nx-amz-security-token:{CREDENTIALS['AWS_SESSION_TOKEN']}\n"
    )
    header = f"Check the header X-Amz-Security-Token: {CREDENTIALS['AWS_SESSION_TOKEN']}"
    refused = {"kind": "error", "code": "InvalidSignatureException"}
    web = {"source_resource_name": "web-1", "restore_date": day(1)}
    tagged = {"source_snapshot_name": "db-before-upgrade", "tags": {"team": "shop"}}
    faults: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "GetAutoSnapshots": (web, {**refused, "message": signature, "resource": "web-1"}),
        "CopySnapshot": (tagged, {**refused, "message": header}),
        "GetDiskSnapshots": (
            {"source_resource_name": "data-1", "restore_date": day(1), "target_region": "eu-west-2"},
            {
                "kind": "error",
                "code": "OptInRequired",
                "message": quoting,
                "region": "eu-west-2",
                "resource": None,
            },
        ),
        "TagResource": (tagged, {"kind": "error", "code": "InvalidInputException", "message": quoting}),
        "GetInstanceSnapshot": (tagged, {"kind": "lost"}),
    }
    for operation, (_, fault) in faults.items():
        served.control("faults", {"resource": operation, **fault, "operation": operation, "times": None})
    write(stack, {name: {**ROUTE, **arguments} for name, (arguments, _) in faults.items()})
    # One by one, since copies that are looked for at the same time are listed, and not read.
    said.append(stack.up(*LOUD, "--parallel=1", "--continue-on-error", ok=False))
    for each in served.control("faults")["faults"]:
        assert each["hits"], each
        served.control(f"faults/{each['id']}/release", {})
    there = stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"]
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
        stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"] = f"http://user:{ODD_PASSWORD}@127.0.0.1:{port}"
        said.append(stack.up(*LOUD, ok=False))
        assert f"***@127.0.0.1:{port}" in said[-1].output
    stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"] = there
    stack.give_time()
    said.append(stack.up(*LOUD, "--refresh"))
    said.append(stack.run("stack", "export", "--show-secrets"))
    said.append(stack.destroy())
    for number, result in enumerate(said):
        (tmp_path / f"output-{number}.txt").write_text(result.output)
    calls = served.control("calls")["calls"]
    (tmp_path / "calls.json").write_text(json.dumps(calls))
    assert any("pulumi-snapcopy/" in call["user_agent"] for call in calls)
    output = "".join(result.output for result in said)
    assert "AWS Access Key Id *** is not subscribed" in output and "X-Amz-Security-Token: ***" in output
    assert "does not match the signature you provided. (lightsail:GetAutoSnapshots)" in output
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {"state.json", "emulator.log"} <= {path.name for path in files}
    assert any("history" in path.parts for path in files)
    holding = {str(path.relative_to(tmp_path)) for path in files if MARK.encode() in path.read_bytes()}
    assert holding == set()


@pytest.mark.soak
@pytest.mark.parametrize("password", [PASSWORD, f"{MARK}%40word"])
def test_a_password_in_the_endpoint_isnt_told(tmp_path: Path, served: Process, password: str) -> None:
    """The message about an endpoint that can't be reached doesn't show a password in its address."""
    folder = tmp_path / "project"
    folder.mkdir()
    stack = Stack(folder, served, tmp_path / "home")  # type: ignore[arg-type]
    stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"] = f"http://user:{password}@127.0.0.1:9"
    stack.program(
        f"CopiedSnapshot('db', **{ {**ROUTE, 'source_snapshot_name': 'db-before-upgrade'}!r}, opts={SHORT})\n"
    )
    output = stack.up(ok=False).output
    assert "***@127.0.0.1" in output and MARK not in output
