"""The emulator as a background process, from `make up` to `make down`.

The process inherits a locked file, and so holds the lock until it ends: the lock shows whether it runs, as a process
number may have become another's.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from tools import settings
from tools.console import Stop, step
from tools.environment import tail
from tools.paths import BIN, ROOT, STATE

RECORD = STATE / "emulator.process"  # locked by the emulator; holds its process number and port
STATE_FILE = STATE / "emulator.json"
LOG = STATE / "emulator.log"
SEED = ROOT / "examples" / "quickstart" / "sources.json"

HOST = "127.0.0.1"
PREFERRED_PORT = 4597  # the default port of `snapcopy emulator`
COPY_SECONDS = 8  # long enough to see a copy wait, short enough for a first try
START_LIMIT = 30.0  # seconds
STOP_LIMIT = 10.0


def ensure(*, room: str = "up") -> int:
    """Return the port of a running emulator, starting one if necessary.

    Raises:
        Stop: if the emulator doesn't start; the end of its log is shown.
    """
    with contextlib.ExitStack() as held:
        record = held.enter_context(opened())
        if not lock(record):
            running = json.load(record)
            port = int(running["port"])
            wait_until_healthy(port, int(running["pid"]))
            step(room, f"emulator: already running on http://{HOST}:{port}")
            return port
        port = choose_port(remembered(record), room=room)
        process = start(port, record)
        wait_until_healthy(port, process.pid, process)
    step(
        room, f"emulator: Lightsail on http://{HOST}:{port}, in the background (log: {LOG.relative_to(ROOT)})"
    )
    return port


def start(port: int, record: IO[str]) -> subprocess.Popen[bytes]:
    """Start the emulator in its own session, so that Ctrl-C in the terminal doesn't end it, and return the process."""
    command = [str(BIN / "snapcopy"), "emulator", "--port", str(port), "--state-file", str(STATE_FILE)]
    command += ["--copy-seconds", str(COPY_SECONDS), "--seed", str(SEED)]
    with LOG.open("wb") as log:
        process = subprocess.Popen(
            command,
            env=settings.environment(port),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            pass_fds=[record.fileno()],
        )
    record.seek(0)
    record.truncate()
    json.dump({"pid": process.pid, "port": port}, record)
    record.flush()
    return process


def stop() -> bool:
    """Stop this checkout's emulator and wait until it has ended; return False if none was running."""
    if not RECORD.exists():
        return False
    with opened() as record:
        if lock(record):
            return False
        pid = int(json.load(record)["pid"])
        for number, limit in ((signal.SIGTERM, STOP_LIMIT), (signal.SIGKILL, STOP_LIMIT)):
            os.kill(pid, number)
            if any(lock(record) for _ in every(0.05, limit)):
                return True
    raise Stop(f"the emulator, process {pid}, doesn't end.")


@contextlib.contextmanager
def opened() -> Iterator[IO[str]]:
    """Open the record for reading and writing; it is created if missing."""
    RECORD.parent.mkdir(parents=True, exist_ok=True)
    RECORD.touch()
    with RECORD.open("r+") as record:
        yield record


def lock(record: IO[str]) -> bool:
    """Take the lock if it is free, that is, if no emulator runs; return whether it was taken."""
    try:
        fcntl.flock(record, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def remembered(record: IO[str]) -> int:
    """Return the last run's port, so that addresses and variables from then stay valid; else the preferred port."""
    try:
        return int(json.load(record)["port"])
    except (ValueError, KeyError):
        return PREFERRED_PORT


def choose_port(wanted: int, *, room: str) -> int:
    """Return the wanted port, or a free port if another program listens on it."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, wanted))
        except OSError:
            probe.bind((HOST, 0))
        port = int(probe.getsockname()[1])
    if port != wanted:
        step(room, f"emulator: port {wanted} is taken by another program, using {port}")
    return port


def wait_until_healthy(port: int, pid: int, process: subprocess.Popen[bytes] | None = None) -> None:
    """Wait until the emulator answers; `process` is given if it was just started."""
    for _ in every(0.05, START_LIMIT):
        if healthy(port, pid):
            return
        if process is not None and process.poll() is not None:
            break
    if process is not None:
        process.kill()
        process.wait()
    log = LOG.read_text(errors="replace") if LOG.exists() else ""
    raise Stop(
        f"the emulator doesn't answer on port {port}; the end of {LOG.relative_to(ROOT)}:\n{tail(log)}\n"
        "`make clean` removes all that is here of it; then run `make up` again."
    )


def healthy(port: int, pid: int) -> bool:
    """Whether this process answers on the port, not another checkout's emulator."""
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with direct.open(f"http://{HOST}:{port}/_snapcopy/health", timeout=5) as answer:
            return bool(json.load(answer).get("pid", pid) == pid)
    except (urllib.error.URLError, OSError, ValueError):
        return False


def every(pause: float, limit: float) -> Iterator[None]:
    """Yield at once and after every pause, for `limit` seconds."""
    end = time.monotonic() + limit
    while True:
        yield
        if time.monotonic() >= end:
            return
        time.sleep(pause)


def forget() -> None:
    """Remove the files of a stopped emulator, so that the next one starts with fresh sources."""
    for path in (STATE_FILE, LOG, RECORD):
        Path(path).unlink(missing_ok=True)
