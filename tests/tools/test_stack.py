"""The lock that a killed run leaves, Ctrl-C, and stacks that must not be forgotten."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.conftest import Program
from tools import clean, stack
from tools.console import Stop
from tools.paths import ROOT


@pytest.fixture
def cancelled(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The Pulumi commands that would have been run, on a stack that is there."""
    commands: list[list[str]] = []
    monkeypatch.setattr(stack, "exists", lambda: True)
    monkeypatch.setattr(stack, "quietly", lambda arguments, environment: commands.append(arguments))
    return commands


def lock(folder: Path, name: str, *, pid: int, hostname: str | None = None) -> None:
    """Writes a lock file as Pulumi does."""
    holder = {
        "pid": pid,
        "username": "u",
        "hostname": hostname or socket.gethostname(),
        "timestamp": "2026-11-20T00:00:00Z",
    }
    (folder / f"{name}.json").write_text(json.dumps(holder))
    (folder / f"{name}.json.attrs").write_text("{}")


@pytest.fixture
def gone() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_dead_runs_lock_is_taken_away_and_told(
    tmp_path: Path, gone: int, cancelled: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """The lock of a process that is gone is cancelled, and the user reads so."""
    lock(tmp_path, "one", pid=gone)
    assert stack.unlock_killed("up", {}, tmp_path)
    assert cancelled == [["cancel", "--yes", "dev"]]
    assert f"process {gone}" in capsys.readouterr().out


@pytest.mark.skipif(not Path("/proc").exists(), reason="needs /proc")
def test_the_lock_of_a_zombie_is_taken_away(tmp_path: Path, cancelled: list[list[str]]) -> None:
    """A killed run whose parent hasn't asked for it yet still has a process number."""
    with subprocess.Popen([sys.executable, "-c", ""], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read()  # ends with the process
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        lock(tmp_path, "one", pid=process.pid)
        assert stack.unlock_killed("up", {}, tmp_path)
    assert cancelled == [["cancel", "--yes", "dev"]]


def test_the_lock_of_a_stack_that_was_not_made_yet_is_taken_away(
    tmp_path: Path, gone: int, cancelled: list[list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed in `stack select --create`, Pulumi leaves a lock and no stack, and would cancel nothing."""
    monkeypatch.setattr(stack, "exists", lambda: False)
    locks = tmp_path / "dev"
    locks.mkdir()
    lock(locks, "one", pid=gone)
    assert stack.unlock_killed("up", {}, locks)
    assert not locks.exists()
    assert cancelled == []


def test_a_living_runs_lock_stays(tmp_path: Path, gone: int, cancelled: list[list[str]]) -> None:
    """One living holder among dead ones is reason enough to leave all to Pulumi."""
    lock(tmp_path, "one", pid=gone)
    lock(tmp_path, "two", pid=os.getpid())
    assert not stack.unlock_killed("up", {}, tmp_path)
    assert cancelled == []


def test_another_machines_lock_stays(tmp_path: Path, gone: int, cancelled: list[list[str]]) -> None:
    """Nothing is known here about a process elsewhere."""
    lock(tmp_path, "one", pid=gone, hostname="elsewhere.example")
    assert not stack.unlock_killed("up", {}, tmp_path)
    assert cancelled == []


def test_no_lock_no_word(
    tmp_path: Path, cancelled: list[list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    """An ordinary run says nothing about locks."""
    assert not stack.unlock_killed("up", {}, tmp_path / "none")
    assert (cancelled, capsys.readouterr().out) == ([], "")


@pytest.mark.parametrize(("script", "code"), [("exit 0", 0), ("exit 7", 7), ("kill -9 $$", 137)])
def test_pulumis_exit_code_is_ours(
    tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch, script: str, code: int
) -> None:
    """What Pulumi ended with is answered, a signal as a shell does."""
    program(tmp_path / "pulumi", script)
    monkeypatch.setattr(stack, "BIN", tmp_path)
    assert stack.run(["up"], dict(os.environ)) == code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_pulumi_is_waited_for_when_interrupted(
    tmp_path: Path, program: Program, number: signal.Signals
) -> None:
    """Ctrl-C, which reaches all in the foreground, and SIGTERM, which reaches us alone, let Pulumi finish."""
    program(
        tmp_path / "pulumi",
        "trap 'echo finishing; exit 5' INT TERM\necho running\nwhile :; do sleep 0.1; done",
    )
    code = f"import os, pathlib, sys; from tools import stack; stack.BIN = pathlib.Path({str(tmp_path)!r}); "
    code += "sys.exit(stack.run(['up'], dict(os.environ)))"
    with subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "running\n"
        if number is signal.SIGINT:
            os.killpg(process.pid, number)
        else:
            process.send_signal(number)
        try:
            assert process.communicate(timeout=30)[0] == "finishing\n"
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 5


def test_clean_does_not_forget_a_stack_of_the_users(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second stack in `.state` may manage what is real: `make clean` names it and stops."""
    monkeypatch.setattr(clean, "BACKEND", tmp_path)
    folder = tmp_path / ".pulumi" / "stacks" / "quickstart"
    folder.mkdir(parents=True)
    (folder / "dev.json").touch()
    clean.refuse_to_forget_stacks()
    (folder / "real.json").touch()
    with pytest.raises(Stop, match="quickstart/real"):
        clean.refuse_to_forget_stacks()
