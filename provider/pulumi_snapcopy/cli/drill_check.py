"""The check of the resources that ``snapcopy drill`` has restored: a shell command that must succeed."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

from ..core.durations import spoken
from ..core.errors import SnapcopyError
from ..core.values import Seen

if TYPE_CHECKING:
    from ..lightsail.drilling import RestoredCopy

PAUSE = 5.0
"""Seconds between two attempts: a service that has just started may not answer yet."""

ADDRESS = "{ip}"
NAME = "{name}"


class CheckFailed(SnapcopyError):
    """The check hasn't succeeded in time."""


class NoAddress(SnapcopyError):
    """The check needs an address, but the copy is of a disk."""


def refuse_impossible_check(command: str | None, copy: Seen) -> None:
    """Refuse a check that can't succeed, before a restore costs anything.

    Raises:
        NoAddress: if the check needs an address and the copy is of a disk.
    """
    if command is not None and ADDRESS in command and copy.kind == "DiskSnapshot":
        raise NoAddress(
            f"the check has {ADDRESS}, and a disk has no address; it was not restored. Write a check without it"
        )


def run(command: str, restored: RestoredCopy, timeout: float) -> None:
    """Run the check until it succeeds.

    Raises:
        CheckFailed: if the check hasn't succeeded in time, or the restored resource has no address and the check needs one.
    """
    if ADDRESS in command and restored.ip is None:
        raise CheckFailed(f"the check has {ADDRESS}, and what was restored has no public address")
    line = command.replace(ADDRESS, restored.ip or "").replace(NAME, restored.seen.name)
    until, said = time.monotonic() + timeout, ""
    while (rest := until - time.monotonic()) > 0:
        try:
            code, output = _attempt(line, rest)
        except subprocess.TimeoutExpired:
            said = "it didn't end"
            break
        if code == 0:
            return
        last = [*output.strip().splitlines(), ""]
        said = f"exit code {code}" + (f": {last[-2]}" if len(last) > 1 else "")
        time.sleep(max(min(PAUSE, until - time.monotonic()), 0.0))
    raise CheckFailed(f"the check failed for {spoken(timeout)}: {said}")


def _attempt(line: str, timeout: float) -> tuple[int, str]:
    """Run a shell command, and return its exit code and what it printed; if it doesn't end, so do its children.

    Raises:
        TimeoutExpired: if it hasn't ended in time.
    """
    with subprocess.Popen(
        line,
        shell=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,  # so that all that it starts can be killed; Windows ignores it
    ) as running:
        try:
            printed, errors = running.communicate(timeout=timeout)
        except BaseException:  # also Ctrl-C, which doesn't reach another session
            _kill(running)
            raise
    return running.returncode, errors or printed


def _kill(running: subprocess.Popen[str]) -> None:
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError):
            os.killpg(running.pid, signal.SIGKILL)  # the session's leader leads its process group
    running.kill()
