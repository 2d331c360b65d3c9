"""What the commands say of OUTSCALE."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pulumi_snapcopy.cli import main
from pulumi_snapcopy.emulator import Emulator, Fault
from pulumi_snapcopy.outscale.permissions import PERMISSIONS, TAKING_PERMISSIONS
from pulumi_snapcopy.outscale.sdk import Connection

from .life import COPY, REGION, VOLUME, Life


def run(*arguments: str) -> str:
    """What a command prints."""
    return CliRunner().invoke(main, arguments).output


def line_of(output: str, subject: str) -> str:
    """The one line about a thing."""
    (line,) = [line for line in output.splitlines() if f"  {subject}: " in line]
    return line


@pytest.mark.parametrize(
    ("inputs", "copies", "permissions"),
    [(COPY, True, PERMISSIONS), ({"volumeId": VOLUME}, False, (*PERMISSIONS, *TAKING_PERMISSIONS))],
    ids=["copying", "taking"],
)
def test_what_is_allowed_is_what_is_called(
    inputs: dict[str, Any], copies: bool, permissions: Any, emulator: Emulator, connection: Connection
) -> None:
    """Each listed action is called in the life of a snapshot, and nothing else is."""
    life = Life(emulator, connection, {**inputs, "tags": {"old": "1"}}, copies=copies)
    life.up()
    life.inputs = {**inputs, "tags": {"new": "1"}}
    life.up()
    assert life.run("destroy") == []
    assert {f"api:{each.operation}" for each in emulator.calls()} == {each.action for each in permissions}
    printed = run("iam-policy", "--services", "outscale", *([] if copies else ["--taking"]))
    (statement,) = json.loads(printed)["Statement"]
    assert statement["Action"] == [each.action for each in permissions]


def test_doctor_checks_the_way_to_oapi(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Login, region, endpoint, and what may be read; keys that aren't taken are one problem, and nothing is changed."""
    monkeypatch.setenv("OSC_CONFIG_FILE", str(tmp_path / "config.json"))
    keys = {"access_key": "MARKEDID", "secret_key": "MARKEDSECRET", "region": REGION}
    profile = {**keys, "endpoints": {"api": os.environ["OSC_ENDPOINT_API"]}}
    (tmp_path / "config.json").write_text(json.dumps({"default": profile}))
    output = run("doctor", "--services", "outscale")
    assert f"profile default of {tmp_path / 'config.json'}; it wins" in line_of(output, "login")
    assert line_of(output, "region").endswith(f"{REGION}, the account's own")
    assert line_of(output, "credentials").endswith("found (access key and secret key)")
    assert os.environ["OSC_ENDPOINT_API"] in line_of(output, "endpoint")
    for action in ("ReadAccounts", "ReadSnapshots"):
        assert line_of(output, f"api:{action} in {REGION}").startswith("ok")
    assert "MARKED" not in output
    assert {each.operation for each in emulator.calls()} == {"ReadAccounts", "ReadSnapshots"}
    other = run("doctor", "--services", "outscale", "--target-region", "us-east-2")
    assert "Set OSC_REGION=us-east-2" in line_of(other, "region")
    emulator.inject(Fault(kind="error", code="1", status=401, times=None))
    wrong = run("doctor", "--services", "outscale")
    line = line_of(wrong, f"credentials: {REGION} doesn't take them")
    assert line.startswith("problem") and "OSC_PROFILE" in line
    assert f"api:ReadSnapshots in {REGION}" not in wrong
