"""Instances and disks that are restored, through the real engine."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault

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


def there(client: Any) -> set[str]:
    """The names of all instances and disks."""
    return {each["name"] for each in client.get_instances()["instances"] + client.get_disks()["disks"]}


def test_user_data_is_a_secret(stack: Stack, client: Any, emulator: Emulator) -> None:
    """The service gets `user_data`; no file, state or output has it in plain text, and a second run changes nothing."""

    def program(data: str) -> str:
        bundle = 'bundle_id="small_3_0"'
        return PROGRAM.replace(bundle, f'{bundle}, user_data="{data} MARKED-SECRET".replace("-", "")')

    stack.program(program("echo"))
    said = [stack.preview("--diff"), stack.up("--diff"), stack.up("--diff")]
    assert said[-1].changes == {"unchanged": 3}
    (asked,) = emulator.calls("CreateInstancesFromSnapshot")
    assert asked.parameters["userData"] == "echo MARKEDSECRET"
    stack.program(program("printf"))
    said.append(stack.preview("--diff"))
    assert "1 to replace" in said[-1].output
    said += [stack.run("stack", "export"), stack.destroy()]
    files = [each.read_bytes() for each in stack.folder.rglob("*") if each.is_file()]
    for each in (*(result.output.encode() for result in said), *files):
        assert b"MARKEDSECRET" not in each


@pytest.mark.soak
def test_killed_the_next_run_resumes(stack: Stack, client: Any, emulator: Emulator) -> None:
    """A restore killed at its request ends in one instance; a deletion killed after the instance deletes its disk, too.

    Daily an instance is killed at its request in test_services.py, and each call in tests/lightsail/test_restored_killed.py.
    """
    before = there(client)
    stack.program(PROGRAM)
    stack.up_killed_at(emulator.inject(Fault(kind="hold-after", operation="CreateInstancesFromSnapshot")))
    stack.up()
    assert len(emulator.calls("CreateInstancesFromSnapshot")) == 1
    assert len(there(client) - before) == 3
    held = emulator.inject(Fault(kind="hold-after", operation="DeleteInstance"))
    stack.killed_at([held], "destroy", "--skip-preview")
    assert there(client) - before
    stack.destroy()
    assert there(client) == before


@pytest.mark.soak
def test_a_wrong_request_is_refused_at_preview(stack: Stack, client: Any, emulator: Emulator) -> None:
    """A wrong restore is refused at preview with the property's name, and the service isn't asked."""
    emulator.clear_calls()
    stack.program(PROGRAM.replace("us-east-1a", "eu-west-1a"))
    assert "'eu-west-1a' is not a zone of us-east-1" in stack.preview(ok=False).output
    assert emulator.calls() == []
