"""The program itself: its help, its version, and what it doesn't load."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from pulumi_snapcopy import __version__
from pulumi_snapcopy.cli import COMMANDS
from pulumi_snapcopy.emulator import Emulator, Fault

from .conftest import Invoke, Snapcopy, interruptible, program

HEAVY = ("boto3", "botocore", "moto", "pulumi", "grpc", "rich")


def python(script: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a Python of its own."""
    return subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False
    )


def test_the_program_says_its_version(snapcopy: Snapcopy) -> None:
    """`snapcopy --version` prints the package's."""
    done = snapcopy("--version")
    assert (done.returncode, done.stdout, done.stderr) == (0, f"snapcopy, version {__version__}\n", "")


def test_help_lists_every_command_with_a_line(snapcopy: Snapcopy) -> None:
    """What there is can be read from `snapcopy --help`."""
    done = snapcopy("--help")
    assert done.returncode == 0
    for name, (_, line) in COMMANDS.items():
        assert f"  {name} " in done.stdout
        assert line in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_is_there_and_has_help(name: str, invoke: Invoke) -> None:
    """Each place that the list of commands names holds a command of that name."""
    done = invoke(name, "--help")
    assert done.exit_code == 0
    assert f"{name} [OPTIONS]" in done.stdout


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["iam-policy"], ["status", "--help"]])
def test_what_needs_no_service_loads_no_library_for_one(arguments: list[str]) -> None:
    """Help and the policy are there at once."""
    done = python(
        f"import sys; from pulumi_snapcopy.cli import main\n"
        f"try: main({arguments!r})\n"
        f"except SystemExit as end: assert not end.code\n"
        f"print('loaded:', [name for name in {HEAVY!r} if name in sys.modules])"
    )
    assert done.stdout.splitlines()[-1] == "loaded: []", done.stderr


def test_a_command_that_isnt_there_is_a_wrong_use(snapcopy: Snapcopy) -> None:
    """A slip of the fingers ends with exit code 2, and the nearest command is suggested."""
    done = snapcopy("stauts")
    assert done.returncode == 2
    assert "there is no command 'stauts'. Did you mean status?" in done.stderr


@pytest.mark.parametrize("options", [("--target-region", "eu-west-1"), ("--region", "eu-west-1")])
def test_ctrl_c_ends_a_command_at_once(options: tuple[str, ...], on_emulator: Emulator) -> None:
    """Exit code 130, as of a shell, and not 1, which is a result; also while the endpoint doesn't answer."""
    held = on_emulator.inject(Fault(kind="hang", times=None))
    running = subprocess.Popen(
        interruptible("status", *options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert held.wait_reached(60)
    running.send_signal(signal.SIGINT)
    _, said = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "Traceback" not in said


@pytest.mark.parametrize("arguments", [("iam-policy",), ("status", "--region", "us-east-1")])
def test_a_reader_that_has_gone_ends_a_command(
    arguments: tuple[str, ...], on_emulator: Emulator, gone: int
) -> None:
    """As of `| head`: exit code 141, as of a shell, and not 1, which is a result."""
    done = subprocess.run(
        [program(), *arguments], stdout=gone, stderr=subprocess.PIPE, timeout=60, check=False
    )
    assert done.returncode == 141
    assert b"Traceback" not in done.stderr and b"Broken pipe" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has /dev/full")
@pytest.mark.parametrize(
    "arguments",
    [
        ("status", "--target-region", "eu-west-1"),
        ("status", "--target-region", "eu-west-1", "--format", "json"),
        ("iam-policy",),
        ("--help",),
    ],
)
def test_an_output_that_cant_be_written_is_no_result(
    arguments: tuple[str, ...], on_emulator: Emulator
) -> None:
    """A disk that is full ends a command with a sentence and 2: 1 would say that the objective is missed."""
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [program(), *arguments], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False
        )
    assert done.returncode == 2
    assert done.stderr.splitlines()[-1] == (
        "Error: standard output can't be written: No space left on device; the result is incomplete."
    )
    assert "Traceback" not in done.stderr and "Exception ignored" not in done.stderr


def test_the_emulator_without_its_extra_says_what_to_install() -> None:
    """Where moto isn't installed, one sentence says so; all other commands work."""
    without_moto = "import sys; sys.modules['moto'] = None; from pulumi_snapcopy.cli import main; main({!r})"
    done = python(without_moto.format(["emulator", "--port", "0"]))
    assert done.returncode == 1
    assert "pip install 'pulumi-snapcopy[emulator]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert python(without_moto.format(["iam-policy"])).returncode == 0


def test_the_emulators_exports_are_printed_for_eval(snapcopy: Snapcopy) -> None:
    """`snapcopy emulator` is the emulator's own command."""
    done = snapcopy("emulator", "--exports", "--port", "4711")
    assert done.returncode == 0
    assert "export AWS_ENDPOINT_URL_LIGHTSAIL=http://127.0.0.1:4711" in done.stdout
