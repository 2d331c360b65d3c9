"""Snapshots that are taken, through the real engine."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from pulumi_snapcopy.emulator import Emulator

from .conftest import Service
from .stack import Stack

EXAMPLE = Path(__file__).parents[2] / "examples" / "snapshot-and-copy" / "__main__.py"
TAKEN = """
from pulumi_snapcopy.lightsail import DiskSnapshot, InstanceSnapshot
DiskSnapshot("data", disk_name="data-1", region="us-east-1", tags={"team": "shop"})
"""


def of_the_stack(service: Service, region: str = "us-east-1") -> dict[str, str]:
    """What the stack has made in a region, by name, with its source tag."""
    found = {name: service.tags(name, region) for name in service.snapshots(region)}
    return {name: tags["snapcopy:source"] for name, tags in found.items() if "snapcopy:owner" in tags}


def test_the_example_takes_and_copies_in_one_up(stack: Stack, service: Service, emulator: Emulator) -> None:
    """The example's copies come after their sources, a new release makes new ones, and destroy leaves nothing."""
    before = {region: service.snapshots(region) for region in ("us-east-1", "eu-west-1")}
    shutil.copy(EXAMPLE, stack.folder)
    assert stack.up().changes == {"created": 5}
    taken, copied = of_the_stack(service), of_the_stack(service, "eu-west-1")
    assert sorted(taken.values()) == ["us-east-1:disk/data-1", "us-east-1:instance/web-1"]
    assert sorted(copied.values()) == sorted(f"us-east-1:{name}" for name in taken)
    outputs = stack.exports()
    assert {each["name"] for each in outputs.values()} == copied.keys()
    stack.run("config", "set", "release", "2")
    stack.up()
    assert len(of_the_stack(service)) == len(of_the_stack(service, "eu-west-1")) == 2
    assert not of_the_stack(service).keys() & taken.keys()
    stack.destroy()
    assert {region: service.snapshots(region) for region in before} == before


@pytest.mark.soak
def test_a_wrong_request_is_refused_at_preview(stack: Stack, emulator: Emulator) -> None:
    """A wrong snapshot is refused at preview with the property's name, and the service isn't asked."""
    emulator.clear_calls()
    stack.program("""
from pulumi_snapcopy.lightsail import DiskSnapshot
DiskSnapshot("data", disk_name="data-1", instance_name="web-1", region="us-east-1")
""")
    refused = stack.preview(ok=False)
    assert "disk_name and instance_name exclude each other" in refused.output
    assert emulator.calls() == []


def test_a_copy_cant_adopt_what_a_taken_snapshot_of_the_program_is(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """The two types share one ledger: removed with the copy, the snapshot would be gone for the other resource."""
    stack.program("""
from pulumi_snapcopy.lightsail import CopiedSnapshot, DiskSnapshot
DiskSnapshot("data", disk_name="data-1", region="us-east-1", disk_snapshot_name="shared")
CopiedSnapshot("copy", source_snapshot_name="db-before-upgrade", source_region="us-east-1", target_region="us-east-1",
    target_snapshot_name="shared", adopt=True)
""")
    output = stack.preview(ok=False).output
    assert "'shared' in us-east-1 is already asked for by" in output, output
    assert emulator.calls() == []
