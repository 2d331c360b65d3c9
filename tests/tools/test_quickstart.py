"""`make up` and `make down`, from another checkout with a blank in its path."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tools.paths import PYTHON

pytestmark = pytest.mark.engine


class Quickstart:
    """What `make` runs, in a checkout."""

    def __init__(self, checkout: Path) -> None:
        self.checkout = checkout

    def __call__(self, command: str) -> tuple[int, str]:
        """Runs `tools.up` and the like; answers the exit code and all output.

        The CLI's memory is collected rarely, which saves a tenth of what it costs.
        """
        done = subprocess.run(
            [str(PYTHON), "-m", f"tools.{command}"],
            cwd=self.checkout,
            env={**os.environ, "PULUMI_HOME": "/nonexistent", "AWS_PROFILE": "nobody", "GOGC": "800"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def processes(self) -> list[str]:
        """The command lines of the processes started from this checkout."""
        lines = []
        for path in Path("/proc").glob("[0-9]*"):
            try:
                line = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(self.checkout) in line:
                lines.append(line)
        return lines

    def lock_holder(self, command: str) -> int | None:
        """The process of the Pulumi command that holds the stack's lock; `stack select --create` takes it, too, for a moment."""
        for path in self.checkout.glob(".state/backend/.pulumi/locks/organization/quickstart/dev/*.json"):
            with contextlib.suppress(OSError, ValueError):
                pid = int(json.loads(path.read_text())["pid"])
                if os.fsencode(command) in Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0"):
                    return pid
        return None


@pytest.fixture
def quickstart(checkout: Path) -> Iterator[Quickstart]:
    """The commands; whatever a failed test left is ended."""
    commands = Quickstart(checkout)
    yield commands
    # `.venv` is borrowed: only the emulator is to be ended.
    subprocess.run(
        [str(PYTHON), "-c", "from tools import emulator; emulator.stop()"],
        cwd=checkout,
        check=True,
        timeout=60,
    )


def test_a_killed_run_is_resumed_and_down_and_down_again(quickstart: Quickstart) -> None:
    """After SIGKILL of Pulumi in the middle, up takes the dead run's lock away and copies.

    Down undoes it and leaves no process, down again says that nothing is up.
    """
    with subprocess.Popen(
        [str(PYTHON), "-m", "tools.up"],
        cwd=quickstart.checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as first:
        end = time.monotonic() + 120
        while (cli := quickstart.lock_holder("up")) is None:
            assert first.poll() is None and time.monotonic() < end
            time.sleep(0.02)
        os.kill(cli, 9)
        killed, _ = first.communicate()
    assert first.returncode == 137
    assert b"`make up` resumes" in killed

    code, output = quickstart("up")
    assert code == 0, output
    assert f"(process {cli}) was killed and left the stack locked" in output
    assert "created" in output
    assert "The service now holds:" in output
    assert [line for line in quickstart.processes() if "emulator" not in line] == []

    code, output = quickstart("down")
    assert code == 0, output
    assert quickstart.processes() == []
    assert not (quickstart.checkout / "Pulumi.dev.yaml").exists()

    assert quickstart("down") == (0, "down: nothing is up\n")


@pytest.mark.soak
def test_up_again_changes_nothing(quickstart: Quickstart) -> None:
    """The emulator still runs, and what was copied is unchanged; tests/engine tells daily of second runs."""
    code, output = quickstart("up")
    assert code == 0, output
    code, output = quickstart("up")
    assert code == 0, output
    assert "already running" in output
    assert "unchanged" in output
    assert "created" not in output.split("The service now holds:")[0]


def test_a_taken_port_is_gone_round_and_the_new_one_remembered(checkout: Path) -> None:
    """If something else listens on the port, another is taken, said, and used again next time."""
    code = (
        "from tools import emulator\n"
        "emulator.PREFERRED_PORT = {port}\n"
        "first = emulator.ensure(); again = emulator.ensure(); emulator.stop(); later = emulator.ensure()\n"
        "print(emulator.stop(), emulator.stop(), first == again == later != {port})\n"
    )
    (checkout / ".state" / "emulator.process").unlink()
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = subprocess.run(
            [str(PYTHON), "-c", code.format(port=port)],
            cwd=checkout,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stdout.splitlines()[-1:] == ["True False True"], done.stdout + done.stderr
    assert f"port {port} is taken by another program" in done.stdout
    assert done.stdout.count("already running") == 1


def test_an_emulator_that_does_not_start_shows_its_log(checkout: Path) -> None:
    """What the emulator said last is shown, without a traceback of ours, and nothing keeps running."""
    (checkout / "examples" / "quickstart" / "sources.json").write_text("{ broken")
    done = subprocess.run(
        [str(PYTHON), "-m", "tools.up"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )
    assert done.returncode == 1
    assert "error: the emulator doesn't answer" in done.stderr
    assert "Traceback" not in done.stderr
    assert Quickstart(checkout).processes() == []
