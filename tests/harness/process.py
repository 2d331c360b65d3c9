"""A provider's process: the dynamic host itself, started afresh or, quicker, forked from one that has loaded it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

_ROOT = Path(__file__).parents[2]
"""The folder from which `tests` is imported, whatever the current one is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A running host."""

    pid: int
    port: int

    def kill(self) -> None:
        """SIGKILL; it may be gone already."""
        try:
            os.kill(self.pid, signal.SIGKILL)
        except ProcessLookupError:
            return


class Hosts:
    """Starts hosts, ``python -m pulumi.dynamic``, each a process of its own.

    One process loads Pulumi and boto3, and every host is a fork of it: that takes milliseconds where a start takes
    a second.

    Args:
        environment: theirs.
        engine: the address of the engine that they shall log to.
        quicker: how many times shorter than they are pauses between tries shall be; see `preloaded`.
    """

    def __init__(self, environment: Mapping[str, str], engine: str, *, quicker: float) -> None:
        path = os.pathsep.join(filter(None, (str(_ROOT), environment.get("PYTHONPATH"))))
        self._environment = {**environment, "PYTHONPATH": path}
        self._quicker = quicker
        self._engine = engine
        self._loader: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Hosts:
        self._loader = subprocess.Popen(
            [
                sys.executable,
                "-u",
                "-m",
                "tests.harness.preloaded",
                str(self._quicker),
                self._engine,
            ],
            env=self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._loader is not None
        self._loader.communicate(timeout=30)

    def start(self) -> Started:
        """Start a host, and wait until it listens."""
        assert self._loader is not None and self._loader.stdin is not None and self._loader.stdout is not None
        self._loader.stdin.write(b"\n")
        self._loader.stdin.flush()
        pid, port = self._loader.stdout.readline(), self._loader.stdout.readline()
        assert pid and port, "the process that loads the hosts has ended"
        return Started(pid=int(pid), port=int(port))
