"""The real AWS CLI against the emulator, by nothing but the environment that `Emulator.environment` gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pulumi_snapcopy.emulator import Emulator, Settings

AWS = Path(sys.executable).with_name("aws")


def aws(emulator: Emulator, *arguments: str, service: str = "lightsail") -> subprocess.CompletedProcess[str]:
    """Run ``aws lightsail``, or another service's, in an environment without any configuration of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")} | emulator.environment
    environment |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return subprocess.run(
        [sys.executable, str(AWS), service, *arguments, "--output", "json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answer(emulator: Emulator, *arguments: str, service: str = "lightsail") -> Any:
    """What a command that succeeds prints."""
    done = aws(emulator, *arguments, service=service)
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_copying_by_the_aws_cli(emulator: Emulator) -> None:
    """`aws lightsail copy-snapshot --region …` starts a copy there, and the other commands follow it to its end."""
    started = answer(
        emulator,
        *("copy-snapshot", "--region", "us-east-1"),
        *("--source-resource-name", "WordPress-1", "--restore-date", "2019-10-14"),
        *("--target-snapshot-name", "WordPress-1-10142019", "--source-region", "us-west-2"),
    )["operations"][0]
    emulator.finish_copies()
    operation = answer(emulator, "get-operation", "--operation-id", started["id"])["operation"]
    snapshots = answer(emulator, "get-instance-snapshots")["instanceSnapshots"]

    assert (started["location"]["regionName"], started["status"]) == ("us-east-1", "Started")
    assert (operation["status"], operation["operationDetails"]) == ("Succeeded", "us-west-2:WordPress-1")
    assert [(s["name"], s["state"]) for s in snapshots] == [("WordPress-1-10142019", "available")]
    assert "aws-cli" in emulator.calls("CopySnapshot")[0].user_agent


def test_refusal_reaches_the_aws_cli(emulator: Emulator) -> None:
    """A refusal ends the command with its code and sentence."""
    done = aws(emulator, "get-disk", "--disk-name", "no-such")

    assert done.returncode != 0
    assert "NotFoundException" in done.stderr
    assert "The Disk does not exist: no-such" in done.stderr


def test_disk_snapshot_as_the_page_has_it(emulator: Emulator) -> None:
    """`aws lightsail create-disk-snapshot` takes a snapshot, and its two operations are listed snapshot first."""
    begun = answer(
        emulator,
        *("create-disk-snapshot", "--region", "us-west-2"),
        *("--disk-name", "Disk-1", "--disk-snapshot-name", "my-disk-snapshot"),
    )["operations"]

    assert [each["resourceName"] for each in begun] == ["my-disk-snapshot", "Disk-1"]
    assert {each["operationType"] for each in begun} == {"CreateDiskSnapshot"}


def test_copy_on_fcu_as_the_page_has_it() -> None:
    """`aws ec2 copy-snapshot … --endpoint` copies on FCU, with nothing but the endpoint changed."""
    with Emulator(services=("fcu",), settings=Settings(copy_seconds=0)) as fcu:
        source = fcu.outscale.put_snapshot("eu-west-2", "snap-12345678", size=10)
        copied = answer(
            fcu,
            *("copy-snapshot", "--region", "eu-west-2", "--source-region", "eu-west-2"),
            *("--source-snapshot-id", source, "--destination-region", "eu-west-2"),
            *("--description", "snapshot of vol-87654321", "--endpoint", fcu.fcu_url),
            service="ec2",
        )
        (_, copy) = fcu.outscale.snapshots("eu-west-2")

    assert copied == {"SnapshotId": copy.id}
    assert (copy.description, copy.size) == ("snapshot of vol-87654321", 10)


def test_copy_on_ec2_by_the_environment() -> None:
    """`aws ec2 copy-snapshot` copies between regions, and `aws ec2 wait` sees its end."""
    with Emulator(services=("ec2",), settings=Settings(copy_seconds=0)) as ec2:
        source = ec2.ec2.put_snapshot("us-east-1", size=10)
        copied = answer(
            ec2,
            *("copy-snapshot", "--region", "eu-west-1", "--source-region", "us-east-1"),
            *("--source-snapshot-id", source),
            *("--tag-specifications", "ResourceType=snapshot,Tags=[{Key=team,Value=shop}]"),
            service="ec2",
        )
        arguments = (
            "wait",
            "snapshot-completed",
            "--region",
            "eu-west-1",
            "--snapshot-ids",
            copied["SnapshotId"],
        )
        waited = aws(ec2, *arguments, service="ec2")
        (copy,) = ec2.ec2.snapshots("eu-west-1")

    assert copied == {"SnapshotId": copy.id, "Tags": [{"Key": "team", "Value": "shop"}]}
    assert (waited.returncode, copy.size) == (0, 10)
