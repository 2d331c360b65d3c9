"""A command and all that it starts: how long, how much work, how much memory."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from tools.environment import tail

SAMPLE_PAUSE = 0.2  # seconds
SAMPLING_SHARE = 0.1  # of a core, at most: reading the memory of a hundred processes takes its time
LEAVE_LIMIT = 10.0  # seconds for what is left when the command has ended, before it is killed


class Failed(Exception):
    """A command didn't end well; the message says how, with the end of its output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """What a command and all its processes used: seconds of time, seconds of all cores, bytes at the peak.

    A process counts with its share of the pages that it has in common with others (PSS) where that can be read, else in full.
    """

    wall: float
    cpu: float
    memory: int


class Tree:
    """The processes of a session, watched by a thread until `stop`.

    A session holds what a command starts even when the one that started it is gone.
    """

    def __init__(self, session: int, *, limit: float) -> None:
        self.session, self.limit = session, limit
        self.out_of_time = False
        self.memory = 0
        self._cpu: dict[tuple[int, float], float] = {}
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops watching."""
        self._stopped.set()
        self._thread.join()

    def cpu_seen(self) -> float:
        """Seconds of all processes as last seen; what came and went between two looks is missing."""
        return sum(self._cpu.values())

    def members(self) -> Iterator[psutil.Process]:
        """The processes that are there now."""
        for pid in psutil.pids():
            with suppress(ProcessLookupError, PermissionError, psutil.NoSuchProcess):
                if os.getsid(pid) == self.session:
                    yield psutil.Process(pid)

    def running(self) -> list[psutil.Process]:
        """Those that haven't ended."""
        found = []
        for process in self.members():
            with suppress(psutil.NoSuchProcess):
                if process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def kill(self) -> None:
        """Ends all of them at once, and those that they were just starting."""
        while left := self.running():
            for process in left:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            time.sleep(0.01)

    def _watch(self) -> None:
        began = time.monotonic()
        pause = 0.0
        while not self._stopped.wait(pause):
            looked = time.monotonic()
            if looked - began > self.limit:
                self.out_of_time = True
                self.kill()
                return
            self._look()
            pause = max(SAMPLE_PAUSE, (time.monotonic() - looked) / SAMPLING_SHARE)

    def _look(self) -> None:
        memory = 0
        for process in self.members():
            with suppress(psutil.NoSuchProcess, ProcessLookupError):
                times = process.cpu_times()
                self._cpu[process.pid, process.create_time()] = times.user + times.system
                memory += memory_of(process)
        self.memory = max(self.memory, memory)


def memory_of(process: psutil.Process) -> int:
    """Bytes of a process, shared pages in proportion where the system says it."""
    try:
        return int(process.memory_full_info().pss)
    except (AttributeError, psutil.AccessDenied):
        return int(process.memory_info().rss)


def measure(
    command: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str], limit: float
) -> Usage:
    """Runs a command to its end; nothing that it started is there afterwards, also if this is interrupted.

    Raises:
        Failed: its exit code isn't 0, it took longer than `limit` seconds, or it can't be started.
    """
    with tempfile.TemporaryFile() as output:
        began = time.monotonic()
        try:
            process = subprocess.Popen(
                command,
                cwd=folder,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        except OSError as error:
            raise Failed(str(error)) from error
        tree = Tree(process.pid, limit=limit)
        try:
            _, status, used = os.wait4(process.pid, 0)
            wall = time.monotonic() - began
            process.returncode = os.waitstatus_to_exitcode(status)
            left_behind = wait_for_the_rest(tree)
        finally:
            tree.stop()
            tree.kill()
            process.wait()
        if tree.out_of_time or process.returncode:
            output.seek(0)
            said = tail(output.read().decode(errors="replace"))
            how = (
                f"took longer than {limit:.0f} s" if tree.out_of_time else f"ended with {process.returncode}"
            )
            raise Failed(f"`{' '.join(map(str, command))}` {how}:\n{said}")
    # The system's own count holds all that was waited for, however short; not the children of a process that was killed.
    counted = used.ru_utime + used.ru_stime + left_behind
    return Usage(wall=wall, cpu=max(counted, tree.cpu_seen()), memory=tree.memory)


def wait_for_the_rest(tree: Tree) -> float:
    """Waits until nothing is left of a command that has ended; answers the CPU seconds of what was left."""
    seen: dict[int, float] = {}
    deadline = time.monotonic() + LEAVE_LIMIT
    while time.monotonic() < deadline and (left := tree.running()):
        for process in left:
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                seen[process.pid] = times.user + times.system
        time.sleep(0.02)
    return sum(seen.values())


def end_on_signals() -> None:
    """Makes SIGTERM what Ctrl-C is, and Ctrl-C what it is even where a shell has told us to ignore it."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
