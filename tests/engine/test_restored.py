"""Instances and disks that are restored, through the real engine."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator

from .stack import Stack

PROGRAM = """
from pulumi_snapcopy.lightsail import RestoredDisk, RestoredInstance
place = dict(region="us-east-1", availability_zone="us-east-1a")
web = RestoredInstance("web", instance_snapshot_name="web-full", bundle_id="small_3_0", tags={"team": "shop"}, **place)
data = RestoredDisk("data", disk_snapshot_name="data-before-upgrade", size_in_gb=64, **place)
pulumi.export("web", {"ip": web.public_ip_address, "disks": web.attached_disks, "not": web.not_restored})
"""


@pytest.fixture
def client(emulator: Emulator) -> Any:
    """A client of the region, with a snapshot of an instance that has a disk."""
    emulator.seed(
        {
            "us-east-1": {
                "disks": [{"name": "logs-1"}],
                "instances": [{"name": "app-1", "attachedDisks": ["logs-1"]}],
            }
        }
    )
    client = emulator.client("us-east-1")
    client.create_instance_snapshot(instanceName="app-1", instanceSnapshotName="web-full")
    return client


def test_a_wrong_request_is_refused_at_preview(stack: Stack, client: Any, emulator: Emulator) -> None:
    """With the property's name, and nothing is asked of the service."""
    emulator.clear_calls()
    stack.program(PROGRAM.replace("us-east-1a", "eu-west-1a"))
    assert "'eu-west-1a' is not a zone of us-east-1" in stack.preview(ok=False).output
    assert emulator.calls() == []
