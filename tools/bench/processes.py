"""Measure a command and all processes that it starts: wall time, CPU time and memory."""

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
SAMPLING_SHARE = 0.1  # of a core, at most: reading the memory of a hundred processes takes time
LEAVE_LIMIT = 10.0  # seconds that remaining processes have once the command has ended, before they are killed


class Failed(Exception):
    """A command failed; the message says how, with the end of its output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """The resources used by a command and its processes: wall seconds, CPU seconds of all cores, peak memory in bytes.

    A process counts with its share of pages in common with others (PSS) if that can be read, else with all its pages.
    """

    wall: float
    cpu: float
    memory: int


class Tree:
    """The processes of a session, watched by a thread until `stop`.

    A session still holds a process when the process that started it is gone.
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
        """Stop watching."""
        self._stopped.set()
        self._thread.join()

    def cpu_seen(self) -> float:
        """Return the CPU seconds of all processes as last seen; a process that lived between two samples is missing."""
        return sum(self._cpu.values())

    def members(self) -> Iterator[psutil.Process]:
        """Yield the processes that exist now, including those that have ended but weren't waited for."""
        for pid in psutil.pids():
            with suppress(ProcessLookupError, PermissionError, psutil.NoSuchProcess):
                if os.getsid(pid) == self.session:
                    yield psutil.Process(pid)

    def running(self) -> list[psutil.Process]:
        """Return the processes that haven't ended."""
        found = []
        for process in self.members():
            with suppress(psutil.NoSuchProcess):
                if process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def kill(self) -> None:
        """Kill all processes, and those that they are just starting."""
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
    """Return the bytes of a process, with shared pages in proportion if the system reports them."""
    try:
        return int(process.memory_full_info().pss)
    except (AttributeError, psutil.AccessDenied):
        return int(process.memory_info().rss)


def measure(
    command: Sequence[str | Path], *, folder: Path, environment: Mapping[str, str], limit: float
) -> Usage:
    """Run a command to its end; no process that it started remains afterwards, even if this call is interrupted.

    Raises:
        Failed: if its exit code isn't 0, it took longer than `limit` seconds, or it can't be started.
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
    # The system's own count has all processes that were waited for, however short, but not a killed one's children.
    counted = used.ru_utime + used.ru_stime + left_behind
    return Usage(wall=wall, cpu=max(counted, tree.cpu_seen()), memory=tree.memory)


def wait_for_the_rest(tree: Tree) -> float:
    """Wait at most `LEAVE_LIMIT` seconds for the processes that an ended command left, and return their CPU seconds."""
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
    """Treat SIGTERM like Ctrl-C, and handle Ctrl-C even if a shell has set it to be ignored."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)
