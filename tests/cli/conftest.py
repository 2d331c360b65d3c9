"""An emulator, a clean environment that leads to it, and two ways to run the command: as a program, and in this process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pulumi_snapcopy.cli import main
from pulumi_snapcopy.emulator import Emulator, Settings

SOURCES = {
    "us-east-1": {
        "instances": [{"name": "web-1", "sizeInGb": 40, "automaticSnapshots": 7}],
        "disks": [{"name": "data-1", "sizeInGb": 64, "automaticSnapshots": 7}],
        "instanceSnapshots": [{"name": "db-before-upgrade", "fromInstanceName": "web-1"}],
        "diskSnapshots": [
            {"name": "data-full", "fromDiskName": "data-1", "tags": {"snapcopy:owner": "shop/dev/data"}}
        ],
    }
}

Snapcopy = Callable[..., "subprocess.CompletedProcess[str]"]
Invoke = Callable[..., Result]
Check = Callable[..., Result]


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """An emulator with the sources above, whose copies take an hour."""
    with Emulator(settings=Settings(copy_seconds=3600)) as running:
        running.seed(SOURCES)
        yield running


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without anything of AWS's, Pulumi's or ours, and with an empty home."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "PULUMI_", "SNAPCOPY_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return monkeypatch


@pytest.fixture
def on_emulator(clean: pytest.MonkeyPatch, emulator: Emulator) -> Emulator:
    """An environment that leads to the emulator."""
    for name, value in emulator.environment.items():
        clean.setenv(name, value)
    return emulator


@pytest.fixture
def invoke(clean: pytest.MonkeyPatch) -> Invoke:
    """Runs the command in this process; what isn't an orderly end is a failure."""

    def run(*arguments: str) -> Result:
        return CliRunner(catch_exceptions=False).invoke(main, arguments)

    return run


@pytest.fixture
def check(clean: pytest.MonkeyPatch, tmp_path: Path) -> Check:
    """Runs the command in an empty project; a dict or list among the arguments becomes a file of JSON."""
    clean.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")

    def run(*arguments: Any, stdin: str | None = None) -> Result:
        written: list[str] = []
        for number, argument in enumerate(arguments):
            if isinstance(argument, dict | list):
                Path(f"{number}.json").write_text(json.dumps(argument))
                argument = f"{number}.json"
            written.append(str(argument))
        return CliRunner(catch_exceptions=False).invoke(main, ["check", *written], input=stdin)

    return run


@pytest.fixture
def snapcopy(clean: pytest.MonkeyPatch) -> Snapcopy:
    """Runs the program beside this Python."""

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [program(), *arguments], capture_output=True, text=True, timeout=60, check=False
        )

    return run


@pytest.fixture
def snapcopy_in(clean: pytest.MonkeyPatch) -> Callable[..., bytes]:
    """Runs the program in an encoding, and returns what it prints; it has to end well."""

    def run(encoding: str, *arguments: str) -> bytes:
        clean.setenv("PYTHONIOENCODING", encoding)
        done = subprocess.run([program(), *arguments], capture_output=True, timeout=60, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


@pytest.fixture
def gone() -> Iterator[int]:
    """A pipe whose reader has gone, as a file descriptor to write to."""
    reader, writer = os.pipe()
    os.close(reader)
    yield writer
    os.close(writer)


def program() -> str:
    """Where `snapcopy` is."""
    return str(Path(sys.executable).with_name("snapcopy"))


def interruptible(*arguments: str) -> list[str]:
    """The command line of `snapcopy` as a terminal starts it: what runs in the background ignores Ctrl-C.

    A ``preexec_fn`` would do the same, and may hang where the emulator's threads run beside it.
    """
    heed = "import os, signal, sys; signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
    return [sys.executable, "-c", heed, program(), *arguments]
