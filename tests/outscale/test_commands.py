"""What the commands say of OUTSCALE."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from click.testing import CliRunner
from pulumi_snapcopy.cli import main
from pulumi_snapcopy.core.permissions import Permission
from pulumi_snapcopy.emulator import Emulator, Fault
from pulumi_snapcopy.outscale.permissions import PERMISSIONS, TAKING_PERMISSIONS

from tests.harness.row import Row
from tests.harness.served import Life, Running
from tests.harness.services import OUTSCALE_COPY, OUTSCALE_SNAPSHOT

from .life import REGION


def run(*arguments: str) -> str:
    """What a command prints."""
    return CliRunner().invoke(main, arguments).output


def line_of(output: str, subject: str) -> str:
    """The one line about a thing."""
    (line,) = [line for line in output.splitlines() if f"  {subject}: " in line]
    return line


@pytest.mark.parametrize(
    ("row", "options", "permissions"),
    [
        (OUTSCALE_COPY, (), PERMISSIONS),
        (OUTSCALE_SNAPSHOT, ("--taking",), (*PERMISSIONS, *TAKING_PERMISSIONS)),
    ],
    ids=str,
)
def test_what_is_allowed_is_what_is_called(
    row: Row, options: tuple[str, ...], permissions: tuple[Permission, ...], served: Running
) -> None:
    """Each action of the printed policy is called in a snapshot's life, and no other."""
    served.reset(row)
    life = Life(row, served, tags={"old": "1"})
    life.ok()
    life.inputs["tags"] = {"new": "1"}
    life.ok()
    life.ok("destroy")
    called = {f"api:{each.operation}" for each in served.emulator.calls()}
    assert called == {each.action for each in permissions}
    (statement,) = json.loads(run("iam-policy", "--services", "outscale", *options))["Statement"]
    assert statement["Action"] == [each.action for each in permissions]


def test_doctor_checks_the_way_to_oapi(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`snapcopy doctor` checks login, region, endpoint and reads on OAPI; wrong keys are one problem, and nothing is changed."""
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
    denied = emulator.inject(Fault(kind="error", operation="ReadAccounts", code="4", status=403, times=None))
    first = run("doctor", "--services", "outscale")
    assert line_of(first, f"api:ReadAccounts in {REGION}").startswith("problem")
    assert line_of(first, f"api:ReadSnapshots in {REGION}").startswith("skipped")
    denied.remove()
    emulator.inject(Fault(kind="error", code="1", status=401, times=None))
    wrong = run("doctor", "--services", "outscale")
    line = line_of(wrong, f"credentials: {REGION} doesn't take them")
    assert line.startswith("problem") and "OSC_PROFILE" in line
    assert f"api:ReadSnapshots in {REGION}" not in wrong
