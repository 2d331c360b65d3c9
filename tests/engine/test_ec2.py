"""EC2's copies through the real engine, on AWS and on FCU."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi_snapcopy.cli.check.placing import Checkout
from pulumi_snapcopy.cli.check.reading import read
from pulumi_snapcopy.emulator import Emulator, Settings
from pulumi_snapcopy.emulator.blocks import Snapshot

from .stack import Stack

EXAMPLE = Path(__file__).parents[2] / "examples" / "ec2"
SOURCE = "snap-0123456789abcdef0"
ROUTE = {"source_region": "us-east-1", "target_region": "eu-west-1"}


@pytest.fixture
def services() -> tuple[str, ...]:
    """What is emulated."""
    return ("ec2",)


@pytest.fixture
def emulator(services: tuple[str, ...]) -> Iterator[Emulator]:
    """The services, whose copies take half a second."""
    with Emulator(services=services, settings=Settings(copy_seconds=0.5)) as running:
        running.seed(json.loads((EXAMPLE / "sources.json").read_text()))
        yield running


@pytest.fixture
def stack(new_stack: Callable[..., Stack]) -> Stack:
    """A stack of one program."""
    return new_stack()


def program(stack: Stack, **arguments: Any) -> None:
    """Write a program of one copy."""
    given = {"source_snapshot_id": SOURCE, **ROUTE, **arguments}
    (stack.folder / "__main__.py").write_text(
        f"from pulumi_snapcopy.ec2 import CopiedSnapshot\nCopiedSnapshot('vol', **{given!r})\n"
    )


def policy_pack_folder() -> str:
    """The pack's folder, as the command prints it."""
    program = Path(sys.executable).with_name("snapcopy")
    printed = subprocess.run([program, "policy-pack"], capture_output=True, text=True, check=True).stdout
    return printed.removesuffix("\n")


def copies(emulator: Emulator, region: str = "eu-west-1") -> list[Snapshot]:
    """The copies that the region holds."""
    return [each for each in emulator.ec2.snapshots(region) if each.id != SOURCE]


def test_example(stack: Stack, emulator: Emulator) -> None:
    """The example makes a copy and a copy of it, a second run changes and asks nothing, and destroy leaves the source."""
    shutil.copy(EXAMPLE / "__main__.py", stack.folder)
    stack.run("config", "set", "snapshotId", SOURCE)
    assert stack.up().changes == {"created": 3}
    (copy,), (further,) = copies(emulator), copies(emulator, "eu-central-1")
    outputs = stack.exports()
    assert outputs["copy"] == {"id": copy.id, "state": "completed", "sizeInGiB": 64}
    assert outputs["furtherCopy"] == f"arn:aws:ec2:eu-central-1::snapshot/{further.id}"
    assert copy.encrypted and copy.tags["team"] == "shop"
    emulator.clear_calls()
    assert stack.up().changes == {"unchanged": 3} and emulator.calls() == []
    assert stack.destroy().changes == {"deleted": 3}
    assert copies(emulator) == copies(emulator, "eu-central-1") == []
    assert [each.id for each in emulator.ec2.snapshots("us-east-1")] == [SOURCE]


def test_wrong_requests_are_refused_at_preview(stack: Stack, emulator: Emulator) -> None:
    """Each wrong property is refused at preview with what to write, and the service isn't asked."""
    program(stack, kms_key_id="alias/dr", completion_duration_minutes=20, target_region="eu-wst-1")
    output = stack.preview(ok=False).output
    assert "encrypted=True" in output and "steps of 15" in output and "eu-west-1" in output
    assert emulator.calls() == []


@pytest.mark.parametrize("services", [("fcu",)])
def test_fcu_by_the_stacks_setting(stack: Stack, emulator: Emulator) -> None:
    """With `snapcopy:ec2Api` at fcu the key stands in the description, and provider and pack refuse what FCU doesn't have."""
    source = emulator.outscale.put_snapshot("eu-west-2", size=10)
    del stack.environment["SNAPCOPY_EC2_API"]
    stack.run("config", "set", "snapcopy:ec2Api", "fcu")
    route = {"source_snapshot_id": source, "source_region": "eu-west-2", "target_region": "eu-west-2"}
    program(stack, **route, encrypted=True)
    output = stack.preview("--policy-pack", policy_pack_folder(), ok=False).output
    assert "has a problem: OUTSCALE's FCU has no encryption of copies" in output, output
    assert "[mandatory] [severity: high]  fcu-plain-copy" in output and "copy-leaves-region" not in output, (
        output
    )
    program(stack, **route, description="nightly", tags={"team": "shop"})
    assert "looking for the copy at OUTSCALE" in stack.up().output
    (copy,) = [each for each in emulator.outscale.snapshots("eu-west-2") if each.id != source]
    assert copy.description.startswith("nightly [snapcopy ") and copy.tags["team"] == "shop"
    for command in (("preview", "--json", "--show-sames"), ("stack", "export")):
        file = stack.folder / f"{command[0]}.json"
        file.write_text(stack.run(*command).output)
        assert read(str(file), Checkout.around(stack.folder)).config["snapcopy:ec2Api"] == "fcu"
    assert json.loads((stack.folder / "preview.json").read_text())["changeSummary"] == {"same": 3}
    stack.destroy()
    assert [each.id for each in emulator.outscale.snapshots("eu-west-2")] == [source]


def test_a_secret_key_is_encrypted_wherever_the_state_has_it(stack: Stack, emulator: Emulator) -> None:
    """A `kms_key_id` that the program marks as secret stands in the state as it was asked for, too, and encrypted there."""
    marked = "alias/aws/ebs"
    program(stack, encrypted=True)
    source = (stack.folder / "__main__.py").read_text()
    asking = "kms_key_id=pulumi.Config().require_secret('key'))"
    (stack.folder / "__main__.py").write_text(f"import pulumi\n{source.rstrip()[:-1]}, {asking}\n")
    stack.run("config", "set", "--secret", "key", marked)
    stack.up()
    assert stack.up().changes == {"unchanged": 2}
    stack.run("refresh", "--yes", "--skip-preview")
    entry = next(each for each in stack.state() if each["urn"].endswith("::vol"))
    assert entry["outputs"]["snapcopy"]["asked"]["encrypted"] is True
    assert marked not in json.dumps(stack.state())
    assert len(copies(emulator)) == 1
