"""The three ways to use the emulator: the command, a server in the test's own process, and moto's mock_aws."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from pulumi_snapcopy.emulator import Backstage, Emulator, Settings

from .conftest import SOURCES

PROGRAM = "from pulumi_snapcopy.emulator.command import emulator; emulator()"


@mock_aws
def test_mock_aws_answers_for_lightsail() -> None:
    """Importing the package is enough for mock_aws: regions are apart, copies go between them."""
    backstage = Backstage()
    backstage.settings = Settings(copy_seconds=0)
    backstage.seed(SOURCES)
    client = boto3.client("lightsail", region_name="eu-west-1")

    client.copy_snapshot(
        sourceRegion="us-west-2",
        sourceResourceName="Disk-1",
        useLatestRestorableAutoSnapshot=True,
        targetSnapshotName="copy",
    )

    assert client.get_disk_snapshot(diskSnapshotName="copy")["diskSnapshot"]["state"] == "completed"
    with pytest.raises(client.exceptions.NotFoundException):
        client.get_disk(diskName="Disk-1")


@mock_aws
def test_mock_aws_begins_empty() -> None:
    """Each mock begins with nothing in any account, and with the settings that are the default."""
    client = boto3.client("lightsail", region_name="us-west-2")

    assert client.get_disks()["disks"] == []
    assert Backstage().settings == Settings()


def test_mock_aws_serves_the_regions_botocore_has_no_endpoint_for() -> None:
    """us-west-1 is in the model's enum, but not among botocore's regions of Lightsail; it works."""
    with mock_aws():
        assert boto3.client("lightsail", region_name="us-west-1").get_instances()["instances"] == []


def test_environment_is_enough_for_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that knows nothing of the emulator finds it by AWS_ENDPOINT_URL_LIGHTSAIL; region by its own."""
    with Emulator() as emulator:
        emulator.seed(SOURCES)
        for name, value in emulator.environment.items():
            monkeypatch.setenv(name, value)
        session = boto3.session.Session()

        west = session.client("lightsail", region_name="us-west-2").get_disks()["disks"]
        default = session.client("lightsail").get_disks()["disks"]

    assert ([disk["name"] for disk in west], default) == (["Disk-1"], [])


def test_other_services_of_moto_are_there_too() -> None:
    """EC2 answers on the same port, and reset empties it with the rest."""
    with Emulator() as emulator:
        ec2 = boto3.client(
            "ec2",
            region_name="eu-west-1",
            endpoint_url=emulator.url,
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )
        ec2.create_volume(AvailabilityZone="eu-west-1a", Size=1)
        assert len(ec2.describe_volumes()["Volumes"]) == 1
        emulator.reset()
        assert ec2.describe_volumes()["Volumes"] == []


def test_an_emulator_begins_empty_whatever_another_one_held() -> None:
    """Also where neither of its own services has put anything, such as in moto's S3."""

    def s3(emulator: Emulator) -> Any:
        return boto3.client(
            "s3",
            region_name="us-east-1",
            endpoint_url=emulator.url,
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )

    with Emulator() as first:
        s3(first).create_bucket(Bucket="backups")
    with Emulator() as second:
        assert s3(second).list_buckets()["Buckets"] == []


def test_its_clients_go_past_the_users_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """They are for this machine's own address."""
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with Emulator(services=("lightsail", "ec2")) as emulator:
        assert emulator.client().get_instances()["instances"] == []
        assert emulator.ec2_client().describe_snapshots(OwnerIds=["self"])["Snapshots"] == []


def test_one_emulator_at_a_time() -> None:
    """A second emulator in the same process is refused, as they would share their state."""
    with Emulator(), pytest.raises(RuntimeError, match="another Emulator is running"), Emulator():
        pass


def test_listens_on_loopback_only() -> None:
    """The server can't be reached by any address but 127.0.0.1."""
    with Emulator() as emulator:
        port = int(emulator.url.rpartition(":")[2])
        assert emulator.url == f"http://127.0.0.1:{port}"
        with pytest.raises(OSError):
            socket.create_connection(("127.0.0.2", port), timeout=1).close()


@contextmanager
def command(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, str]]]:
    """The command as a process, and the exports that it prints once it serves."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline() for _ in range(6)]
        yield process, dict(re.findall(r"^export (\w+)=(\S+)$", "".join(lines), re.MULTILINE))
    finally:
        process.kill()
        process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_command_serves_until_it_is_stopped(number: signal.Signals, tmp_path: Path) -> None:
    """`snapcopy emulator` prints exports that work, and ends quietly, with success, on Ctrl-C and SIGTERM."""
    seed = tmp_path / "seed.json"
    seed.write_text('{"us-east-1": {"disks": [{"name": "data-1"}]}}', encoding="utf-8")
    with command("--port", "0", "--seed", str(seed)) as (process, exports):
        client = boto3.client(
            "lightsail",
            region_name=exports["AWS_REGION"],
            endpoint_url=exports["AWS_ENDPOINT_URL_LIGHTSAIL"],
            aws_access_key_id=exports["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=exports["AWS_SECRET_ACCESS_KEY"],
        )
        assert [disk["name"] for disk in client.get_disks()["disks"]] == ["data-1"]
        process.send_signal(number)
        _, errors = process.communicate(timeout=60)

        assert process.returncode == 0
        assert re.fullmatch(
            r"Lightsail is emulated on http://127.0.0.1:\d+ until Ctrl-C. To use it:\n", errors
        )


def test_command_killed_in_the_middle_of_a_copy_goes_on(tmp_path: Path) -> None:
    """After SIGKILL the next command with the same state file has the copy, still under the same operation."""
    seed, state = tmp_path / "seed.json", tmp_path / "state.json"
    seed.write_text('{"us-east-1": {"diskSnapshots": [{"name": "full"}]}}', encoding="utf-8")
    arguments = ("--port", "0", "--state-file", str(state), "--seed", str(seed), "--copy-seconds", "3600")

    def client(exports: dict[str, str]) -> Any:
        return boto3.client(
            "lightsail",
            region_name="us-east-1",
            endpoint_url=exports["AWS_ENDPOINT_URL_LIGHTSAIL"],
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )

    with command(*arguments) as (process, exports):
        started = client(exports).copy_snapshot(
            sourceRegion="us-east-1", sourceSnapshotName="full", targetSnapshotName="copy"
        )
        process.kill()
        process.wait(60)
    with command(*arguments) as (_, exports):
        again = client(exports)
        operation = again.get_operation(operationId=started["operations"][0]["id"])["operation"]
        assert operation["status"] == "Started"
        assert again.get_disk_snapshot(diskSnapshotName="copy")["diskSnapshot"]["state"] == "pending"
