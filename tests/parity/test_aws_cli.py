"""The real AWS CLI against the emulator, by nothing but the environment that `Emulator.environment` gives."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from pulumi_snapcopy.emulator import Emulator

AWS = Path(sys.executable).with_name("aws")


def aws(emulator: Emulator, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run ``aws lightsail`` in an environment without any configuration of its own."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")} | emulator.environment
    environment |= {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return subprocess.run(
        [sys.executable, str(AWS), "lightsail", *arguments, "--output", "json"],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def answer(emulator: Emulator, *arguments: str) -> Any:
    """What a command that succeeds prints."""
    done = aws(emulator, *arguments)
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
