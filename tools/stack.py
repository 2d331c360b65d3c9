"""The stack `dev` on this checkout's own backend: its Pulumi commands, and the locks of killed runs."""

from __future__ import annotations

import datetime
import json
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from types import FrameType

from tools.console import Stop, step
from tools.environment import tail
from tools.paths import BACKEND, BIN, ROOT

PROJECT = "quickstart"
STACK = "dev"
STACK_FILE = BACKEND / ".pulumi" / "stacks" / PROJECT / f"{STACK}.json"
LOCKS = BACKEND / ".pulumi" / "locks" / "organization" / PROJECT / STACK


def exists() -> bool:
    """Whether there is a stack that `make down` would remove."""
    return STACK_FILE.exists()


def select(environment: dict[str, str]) -> None:
    """Select the stack; the first time, create it and its configuration."""
    BACKEND.mkdir(parents=True, exist_ok=True)
    quietly(["stack", "select", "--create", STACK], environment)
    asked = ["config", "get", f"{PROJECT}:restoreDate"]
    if subprocess.run(pulumi(asked), cwd=ROOT, env=environment, capture_output=True, check=False).returncode:
        yesterday = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=1)
        quietly(["config", "set", f"{PROJECT}:restoreDate", yesterday.isoformat()], environment)


def unlock_killed(room: str, environment: dict[str, str], locks: Path = LOCKS) -> bool:
    """Remove the lock of a killed run, and return whether there was one; other locks are left for Pulumi to report.

    A lock belongs to a killed run only if every lock of the stack names this machine and a process that is gone.
    """
    holders = [json.loads(path.read_text()) for path in sorted(locks.glob("*.json"))]
    if not holders or not all(is_gone(holder) for holder in holders):
        return False
    gone = ", ".join(str(holder["pid"]) for holder in holders)
    step(
        room,
        f"an earlier run (process {gone}) was killed and left the stack locked; `pulumi cancel` takes that away",
    )
    if exists():
        quietly(["cancel", "--yes", STACK], environment)
    else:  # killed while creating the stack: `pulumi cancel` knows no such stack, and another run couldn't create it
        shutil.rmtree(locks)
    return True


def is_gone(holder: dict[str, object]) -> bool:
    """Whether the process that a lock file names is provably gone."""
    if holder.get("hostname") != socket.gethostname():
        return False
    pid = int(str(holder["pid"]))
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return _is_zombie(pid)


def _is_zombie(pid: int) -> bool:
    """Whether a process has ended, and its parent hasn't asked for it yet, which in some containers nobody does."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:  # there is no /proc
        return False


def run(arguments: list[str], environment: dict[str, str]) -> int:
    """Run a Pulumi command in the foreground and return its exit code.

    A terminal sends Ctrl-C to Pulumi and to this process. Pulumi handles it, so this process only waits; SIGTERM, sent
    to this process alone, is passed on.
    """
    process: subprocess.Popen[bytes] | None = None
    terminated = False

    def leave_it(number: int, frame: FrameType | None) -> None:
        nonlocal terminated
        terminated = terminated or number == signal.SIGTERM
        if terminated and process is not None:
            process.terminate()

    before = {number: signal.signal(number, leave_it) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        process = subprocess.Popen(pulumi(arguments), cwd=ROOT, env=environment)
        if terminated:  # SIGTERM came while the process was starting
            process.terminate()
        code = process.wait()
        return code if code >= 0 else 128 - code  # ended by a signal: the shell's convention
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def quietly(arguments: list[str], environment: dict[str, str]) -> None:
    """Run a Pulumi command whose output matters only if it fails."""
    done = subprocess.run(
        pulumi(arguments),
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise Stop(f"`pulumi {' '.join(arguments)}` failed:\n{tail(done.stderr or done.stdout)}")


def pulumi(arguments: list[str]) -> list[str]:
    """Return a command line for this checkout's CLI."""
    return [str(BIN / "pulumi"), *arguments]
