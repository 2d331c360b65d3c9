"""``snapcopy drill`` and signals: what it restored is removed all the same."""

from __future__ import annotations

import json
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Injected, Settings

from ..conftest import interruptible, program
from .conftest import ROUTE, has_ended, there


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_removes_what_was_restored(
    region: Any, on_emulator: Emulator, number: signal.Signals
) -> None:
    """As Ctrl-C does; SIGHUP is what a drill gets whose connection has gone."""
    on_emulator.settings = Settings(copy_seconds=0, restore_seconds=4)
    before = signal.signal(number, signal.SIG_DFL)  # under nohup the drill would ignore SIGHUP, as it should
    try:
        running = subprocess.Popen(
            [program(), "drill", "app-1", *ROUTE],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
    finally:
        signal.signal(number, before)
    assert running.stderr is not None
    assert any("is pending" in line for line in running.stderr)
    running.send_signal(number)
    running.communicate(timeout=60)
    assert running.returncode == 2 and there(region) == set()


def test_a_signal_in_a_later_drill_shows_those_that_have_ended(region: Any, on_emulator: Emulator) -> None:
    """They took time and money; the exit code is still that of a command that was stopped."""
    held = on_emulator.inject(Fault(kind="hold-after", operation="CreateInstancesFromSnapshot"))
    running = _started("data-1", "app-1", "--format", "json", until=held)
    running.send_signal(signal.SIGINT)
    held.release()
    printed, said = running.communicate(timeout=60)
    assert running.returncode == 2 and said.endswith("Error: stopped, as asked.\n")
    assert [(each["source"], each["objectiveMet"]) for each in json.loads(printed)] == [("data-1", True)]
    assert there(region) == set()


def test_a_reader_that_has_gone_keeps_nothing_from_being_removed(region: Any, gone: int) -> None:
    """As of `2>&1 | head -1`: nobody reads the progress any more, and the drill goes on to its end."""
    done = subprocess.run(
        [program(), "drill", "app-1", *ROUTE], stdout=subprocess.PIPE, stderr=gone, timeout=60, check=False
    )
    assert done.returncode == 0 and b"app-1" in done.stdout
    assert there(region) == set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_while_it_removes_what_was_restored_ends_it_afterwards(
    region: Any, on_emulator: Emulator, number: signal.Signals
) -> None:
    """Nothing is left that costs, and the end is no verdict."""
    held = on_emulator.inject(Fault(kind="hold-after", operation="DeleteInstance"))
    running = _started("app-1", until=held)
    running.send_signal(number)
    assert running.stderr is not None
    assert any("Stopping when what was restored is removed" in line for line in running.stderr)
    held.release()
    _, said = running.communicate(timeout=60)
    assert running.returncode == 2 and said.endswith("Error: stopped, as asked.\n")
    assert there(region) == set()


def test_a_second_signal_while_it_removes_ends_it_at_once_and_names_what_may_be_left(
    region: Any, on_emulator: Emulator
) -> None:
    """The next drill of the source removes it."""
    held = on_emulator.inject(Fault(kind="hold-after", operation="DeleteInstance"))
    running = _started("app-1", until=held)
    running.send_signal(signal.SIGINT)
    assert running.stderr is not None
    assert any("Stopping when what was restored is removed" in line for line in running.stderr)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=60)
    assert running.returncode == 2
    assert (
        "in eu-west-1 may be left, and costs: its removal was stopped. The next drill of this source" in said
    )


def test_a_signal_before_the_restore_is_visible_removes_it_all_the_same(
    region: Any, on_emulator: Emulator
) -> None:
    """Reads that lag don't show yet what was asked for."""
    unseen = on_emulator.inject(
        Fault(kind="error", operation="GetInstance", code="NotFoundException", times=2)
    )
    held = on_emulator.inject(Fault(kind="hold-after", operation="CreateInstancesFromSnapshot"))
    running = _started("app-1", until=held)
    running.send_signal(signal.SIGINT)
    held.release()
    running.communicate(timeout=60)
    assert running.returncode == 2 and unseen.hits == 2
    assert there(region) == set()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_ends_the_check_with_its_children(
    region: Any, tmp_path: Path, number: signal.Signals
) -> None:
    """A check runs in a session of its own, which Ctrl-C doesn't reach."""
    started = tmp_path / "started"
    check = f"sleep 300 & echo $! > {started}.new; mv {started}.new {started}; wait"
    running = subprocess.Popen(
        interruptible("drill", "app-1", *ROUTE, "--check", check),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    until = time.monotonic() + 60
    while not started.exists() and time.monotonic() < until:
        time.sleep(0.05)
    running.send_signal(number)
    running.communicate(timeout=60)
    assert running.returncode == 2 and there(region) == set()
    assert has_ended(int(started.read_text()))


def _started(*arguments: str, until: Injected) -> subprocess.Popen[str]:
    """A drill in a process of its own, which Ctrl-C reaches, at the call that a fault holds."""
    running = subprocess.Popen(
        interruptible("drill", *arguments, *ROUTE),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert until.wait_reached(120)
    except TimeoutError as error:
        running.kill()
        raise AssertionError(running.communicate()[1]) from error
    return running
