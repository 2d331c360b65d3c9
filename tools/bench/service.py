"""The emulated service in a process of its own: its work is counted in no figure."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pulumi_snapcopy.emulator import Emulator, Settings, loopback

from tools.paths import ROOT

SOURCE_REGION, TARGET_REGION = "us-east-1", "eu-west-1"
ANSWER_LIMIT = 60.0  # seconds; a thousand calls are listed in far less


@dataclass(frozen=True, slots=True)
class Service:
    """A running service, by its port."""

    port: int

    @property
    def environment(self) -> dict[str, str]:
        """What sends boto3, the AWS CLI and Pulumi programs there."""
        return loopback.environment(self.port)

    def start_afresh(self, *, copies: int, copy_seconds: float) -> None:
        """Forgets everything and has `copies` sources; a copy takes `copy_seconds`."""
        self._ask("POST", "reset")
        self._ask("PATCH", "settings", {"copy_seconds": copy_seconds})
        sources = [{"name": f"source-{number:03}"} for number in range(copies)]
        self._ask("POST", "seed", {SOURCE_REGION: {"instanceSnapshots": sources}})

    def take_calls(self) -> list[dict[str, Any]]:
        """The calls since the last time, in order."""
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
    """Runs the service for a `with` block; it ends with the bench, however that ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", __spec__.name],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the bench
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield Service(int(process.stdout.readline()))
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()


def serve() -> None:
    """Serves until standard input is closed, as it is when the bench is no more."""
    with Emulator(settings=Settings()) as emulator:
        print(emulator.url.rpartition(":")[2], flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    serve()
