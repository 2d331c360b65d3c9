"""OUTSCALE's resources through the real engine."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Settings

from .stack import Stack

REGION, SOURCE, VOLUME = "eu-west-2", "snap-12345678", "vol-12345678"
SEED = {
    "outscale": {
        REGION: {
            "volumes": [{"id": VOLUME, "size": 10}],
            "snapshots": [{"id": SOURCE, "size": 10, "description": "nightly"}],
        }
    }
}
SECRET = "MARKEDSECRET"
URL = f"https://oos.eu-west-2.outscale.com/bucket/disk.qcow2?Signature={SECRET}"
HEAD = "from pulumi_snapcopy.outscale import CopiedSnapshot, Snapshot\n"
EXAMPLE = Path(__file__).parents[2] / "examples" / "outscale"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """OUTSCALE's API in place of Lightsail."""
    with Emulator(services=("outscale",), settings=Settings(copy_seconds=0.5)) as running:
        running.seed(SEED)
        yield running


@pytest.fixture
def stack(new_stack: Callable[..., Stack]) -> Stack:
    """A stack whose host makes as many calls as it likes."""
    stack = new_stack()
    stack.environment = {
        **{key: value for key, value in stack.environment.items() if not key.startswith("AWS_")},
        "SNAPCOPY_REQUESTS_PER_SECOND": "1000",
    }
    return stack


def declare(stack: Stack, **arguments: Any) -> None:
    """Write a program of one snapshot."""
    stack.program(f"{HEAD}Snapshot('vol', **{arguments!r})\n")


def made(emulator: Emulator) -> dict[str, Any]:
    """The snapshots that weren't there at the start."""
    return {each.id: each for each in emulator.outscale.snapshots(REGION) if each.id != SOURCE}


def entries(stack: Stack) -> list[dict[str, Any]]:
    """The snapshots in the state."""
    found = stack.state()
    return [each for each in found if each["type"].startswith("pulumi-python:dynamic/outscale:")]


def stored(stack: Stack) -> str:
    """All that the backend keeps of the stack: state, backups, history."""
    files = (each for each in (stack.folder / "backend").rglob("*") if each.is_file())
    return "".join(each.read_text(errors="replace") for each in files)


def test_the_example_takes_and_copies_in_one_up(stack: Stack, emulator: Emulator) -> None:
    """The example's copy waits for its source, a second run changes nothing, destroy leaves nothing, and no URL is kept."""
    emulator.settings = Settings(copy_seconds=0.5, snapshot_seconds=2)
    shutil.copy(EXAMPLE / "__main__.py", stack.folder)
    stack.program_more(f"\n{HEAD}Snapshot('plain', file_location={URL!r}, snapshot_size=2**30)\n")
    stack.program_more("asked = [taken.volume_id, copied.source_snapshot_id, copied.source_region_name]\n")
    stack.program_more("pulumi.export('asked', asked)\n")
    settings = ("--plaintext", f"volumeId={VOLUME}", "--plaintext", f"snapshotSize={2**30}")
    stack.run("config", "set-all", *settings, "--secret", f"fileLocation={URL}")
    first = stack.up()
    assert first.changes == {"created": 5}
    outputs = stack.exports()
    plain = next(each for each in entries(stack) if each["urn"].endswith("::plain"))["outputs"]["snapshotId"]
    assert set(made(emulator)) == {outputs["taken"], outputs["copied"]["id"], outputs["imported"], plain}
    assert outputs["copied"] == {"id": outputs["copied"]["id"], "state": "completed", "sizeInGiB": 10}
    assert outputs["asked"] == [VOLUME, outputs["taken"], REGION]
    assert made(emulator)[outputs["copied"]["id"]].description == "data, nightly"
    emulator.clear_calls()
    second = stack.up()
    assert second.changes == {"unchanged": 5} and emulator.calls() == []
    types = {each["urn"].rpartition("::")[2]: each["type"].rpartition("/")[2] for each in entries(stack)}
    assert types == {
        "data": "outscale:Snapshot",
        "data-copy": "outscale:CopiedSnapshot",
        "imported": "outscale:Snapshot",
        "plain": "outscale:Snapshot",
    }
    assert all(len(each["outputs"]["__provider"]) <= 200 for each in entries(stack))
    state = json.dumps(stack.state())
    destroyed = stack.run("destroy", "--yes", "--skip-preview", "--refresh")
    assert destroyed.changes == {"deleted": 5} and made(emulator) == {}
    for text in (first.output, second.output, state, destroyed.output, stored(stack)):
        assert SECRET not in text


def test_a_secret_description_is_encrypted_wherever_the_state_has_it(
    stack: Stack, emulator: Emulator
) -> None:
    """A description that the program marks as secret is encrypted in the output that the service returns it in, too."""
    stack.program(
        f"import pulumi\n{HEAD}secret = pulumi.Config().require_secret('description')\n"
        f"Snapshot('vol', volume_id={VOLUME!r}, description=secret)\n"
    )
    stack.run("config", "set", "--secret", "description", SECRET)
    stack.up()
    assert stack.up().changes == {"unchanged": 2}
    stack.run("refresh", "--yes", "--skip-preview")
    assert {each.description for each in made(emulator).values()} == {SECRET}
    assert "snapshotDescription" in entries(stack)[0]["outputs"]
    assert SECRET not in stored(stack)


def test_a_refusal_at_preview_never_reaches_the_service_and_quotes_no_url(
    stack: Stack, emulator: Emulator
) -> None:
    """Mixed modes, another region and malformed URLs are refused at preview without a call, and no secret is printed."""
    declare(
        stack,
        volume_id=VOLUME,
        file_location=SECRET,
        source_snapshot_id=SOURCE,
        source_region_name="us-east-2",
    )
    output = stack.preview(ok=False).output
    for said in (
        "exclude each other",
        "isn't the URL of a file",
        "'us-east-2' is not the account's own region, eu-west-2",
    ):
        assert said in output, output
    assert SECRET not in output
    assert emulator.calls() == []


def test_a_snapshot_is_adopted_by_one_resource_of_whatever_type(stack: Stack, emulator: Emulator) -> None:
    """A second resource that adopts the same snapshot is refused at preview, of whatever type it is."""
    existing = "snap-bbbbbbbb"
    route = {"source_snapshot_id": SOURCE, "source_region_name": REGION, "adopt_snapshot_id": existing}
    taken = {"volume_id": VOLUME, "adopt_snapshot_id": existing}
    stack.program(f"{HEAD}CopiedSnapshot('copied', **{route!r})\nSnapshot('taken', **{taken!r})\n")
    output = stack.preview(ok=False).output
    assert f'"{existing}" in {REGION} is that of another resource of this program, ' in output, output
    assert emulator.calls() == []


@pytest.mark.soak
def test_a_failed_import_is_said_without_its_url_and_replaced(stack: Stack, emulator: Emulator) -> None:
    """A failed import is told without its URL, and stays in the state until another one has taken its place."""
    emulator.inject(Fault(kind="fail-copy", operation="CreateSnapshot", seconds=1))
    declare(stack, file_location=URL, snapshot_size=2**30)
    failed = stack.up(ok=False).output
    assert "the snapshot failed" in failed
    (entry,) = entries(stack)
    output = stack.up().output
    (one,) = made(emulator)
    assert entry["outputs"]["state"] == "error" and one != entry["outputs"]["snapshotId"]
    assert SECRET not in failed + output + json.dumps(entry) + stored(stack)


def test_a_broken_profile_file_is_said_at_preview(stack: Stack, emulator: Emulator, tmp_path: Path) -> None:
    """A broken profile file is an error at preview, although the SDK would ignore it."""
    broken = tmp_path / "config.json"
    broken.write_text(f'{{"default": {{"secret_key": "{SECRET}"')
    stack.environment["OSC_CONFIG_FILE"] = str(broken)
    declare(stack, volume_id=VOLUME)
    output = stack.preview(ok=False).output
    assert f"the OUTSCALE profile file {broken} can't be used: it is not JSON" in output
    assert SECRET not in output and emulator.calls() == []
