"""The emulated services in their own process, whose work isn't part of any figure."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pulumi_snapcopy.emulator import Emulator, Settings, loopback
from pulumi_snapcopy.emulator.services import SERVICES

from tools.paths import ROOT

SOURCE_REGION, TARGET_REGION = "us-east-1", "eu-west-1"
ANSWER_LIMIT = 60.0  # seconds; a thousand calls are listed in far less


@dataclass(frozen=True, slots=True)
class Service:
    """The running emulator: its port and process."""

    port: int
    process: subprocess.Popen[str]

    def environment(self, service: str) -> dict[str, str]:
        """Return the variables that make boto3, the AWS CLI, osc-sdk-python and Pulumi use one of the services."""
        return loopback.environment(self.port, [service])

    def start_afresh(self, *, copies: int, copy_seconds: float) -> None:
        """Reset the services and create `copies` sources on each; a copy takes `copy_seconds`."""
        self._ask("POST", "reset")
        self.set_copy_seconds(copy_seconds)
        sources = [{"name": f"source-{number:03}"} for number in range(copies)]
        blocks = {"snapshots": [{"id": f"snap-1{number:07x}"} for number in range(copies)]}
        self.seed(
            {
                SOURCE_REGION: {"instanceSnapshots": sources},
                "ec2": {SOURCE_REGION: blocks},
                "outscale": {loopback.OUTSCALE_REGION: blocks},
            }
        )

    def set_copy_seconds(self, seconds: float) -> None:
        """Set how long a copy takes, with no practical limit on copies at a time."""
        self._ask("PATCH", "settings", {"copy_seconds": seconds, "max_copies_in_progress": 10_000})

    def seed(self, data: Mapping[str, Any]) -> None:
        """Add resources to the services; see `pulumi_snapcopy.emulator.seeding`."""
        self._ask("POST", "seed", dict(data))

    def take_automatic_snapshots(self, sources: int, date: str) -> None:
        """Take the automatic snapshots of another day; of each source the latest seven are kept."""
        assert self.process.stdin is not None and self.process.stdout is not None
        self.process.stdin.write(json.dumps([sources, date]) + "\n")
        self.process.stdin.flush()
        self.process.stdout.readline()

    def take_calls(self) -> list[dict[str, Any]]:
        """Return the calls since the last time, in order, and clear the record."""
        calls = self._ask("GET", "calls")["calls"]
        self._ask("DELETE", "calls")
        return list(calls)

    def _ask(self, method: str, what: str, body: object = None) -> dict[str, Any]:
        request = urllib.request.Request(
            f"{loopback.url(self.port)}/_snapcopy/{what}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
        )
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with direct.open(request, timeout=ANSWER_LIMIT) as answer:
            return dict(json.load(answer))


@contextmanager
def running() -> Iterator[Service]:
    """Run the services for a `with` block; their process ends with the bench, however the bench ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", __spec__.name],
        cwd=ROOT,
        # Otherwise Amazon's images and their snapshots would be loaded while copies start.
        env={**os.environ, "MOTO_EC2_LOAD_DEFAULT_AMIS": "false"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the bench
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield Service(int(process.stdout.readline()), process)
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def serve() -> None:
    """Serve until standard input is closed, which happens when the bench ends."""
    with Emulator(services=SERVICES, settings=Settings()) as emulator:
        print(emulator.url.rpartition(":")[2], flush=True)
        for line in sys.stdin:
            sources, date = json.loads(line)
            for number in range(sources):
                emulator.take_automatic_snapshot(SOURCE_REGION, f"source-{number:03}", date)
            print("done", flush=True)


if __name__ == "__main__":
    serve()
