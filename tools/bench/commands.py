"""Who is measured: how each one's program is laid out in a folder, and the commands that run it."""

from __future__ import annotations

import json
import math
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from tools.bench.processes import Failed
from tools.environment import tail
from tools.paths import ROOT
from tools.settings import backend_url

Verb = Literal["up", "again", "preview"]
Command = list[str]

PROGRAMS = Path(__file__).parent / "peers"
BIN = Path(sys.prefix) / "bin"
POLL_SECONDS = 5  # of all peers; it stands in their programs, too
PARALLEL = 128  # resources at a time, of both Pulumi programs
STOCK_WORKERS = 4  # of the SDK's host of dynamic providers: https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/python/lib/pulumi/dynamic/__main__.py


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """One way to copy snapshots, or an engine that does nothing.

    Attributes:
        title: What the report calls it.
        lay_out: Puts its program into an empty folder, ready to run; not measured.
        command: The command for a verb and a number of copies; None: it has no such thing.
        forecast: Seconds that the first run takes, for a number of copies and the seconds of one.
    """

    title: str
    lay_out: Callable[[Path, Mapping[str, str]], None]
    command: Callable[[Verb, int], Command | None]
    forecast: Callable[[int, float], float]


def environment(folder: Path, added: Mapping[str, str], *, copies: int) -> dict[str, str]:
    """The environment of every peer: this virtual environment first on PATH, and none of the user's own settings."""
    foreign = ("AWS_", "PULUMI_", "PYTHON", "SNAPCOPY_", "TF_")
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
        **added,
        "COPIES": str(copies),
        "PYTHONPATH": str(ROOT),  # for the provider of noop.py
        "PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}",
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), "127.0.0.1"])),
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "PULUMI_HOME": str(folder / "pulumi-home"),
        "PULUMI_BACKEND_URL": backend_url(folder / "backend"),
        "PULUMI_CONFIG_PASSPHRASE": "bench",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
        "TF_CLI_CONFIG_FILE": os.devnull,
        "TF_VAR_copies": str(copies),
        "CHECKPOINT_DISABLE": "1",
    }


def pulumi(title: str, program: str, forecast: Callable[[int, float], float]) -> Peer:
    """A Pulumi program, on a backend and a PULUMI_HOME of its own."""

    def lay_out(folder: Path, environment: Mapping[str, str]) -> None:
        project = {"name": "bench", "runtime": {"name": "python", "options": {"virtualenv": sys.prefix}}}
        (folder / "Pulumi.yaml").write_text(json.dumps(project))
        (folder / "backend").mkdir()
        shutil.copy(PROGRAMS / program, folder / "__main__.py")
        prepare(["pulumi", "stack", "select", "--create", "bench", "--non-interactive"], folder, environment)

    def command(verb: Verb, copies: int) -> Command:
        arguments = ["preview"] if verb == "preview" else ["up", "--yes", "--skip-preview"]
        return [
            *(str(BIN / "pulumi"), *arguments, f"--parallel={PARALLEL}"),
            *("--non-interactive", "--color=never"),
        ]

    return Peer(title=title, lay_out=lay_out, command=command, forecast=forecast)


def terraform() -> Peer:
    """The AWS CLI in Terraform, every copy at the same time."""

    def lay_out(folder: Path, environment: Mapping[str, str]) -> None:
        if shutil.which("terraform") is None:
            raise Failed("no terraform binary on PATH")
        shutil.copy(PROGRAMS / "terraform.tf", folder / "main.tf")
        prepare(["terraform", "init", "-input=false", "-no-color"], folder, environment)

    def command(verb: Verb, copies: int) -> Command:
        arguments = ["plan"] if verb == "preview" else ["apply", "-auto-approve"]
        return ["terraform", *arguments, f"-parallelism={copies}", "-input=false", "-no-color"]

    def forecast(copies: int, seconds: float) -> float:
        started = copies * (2 + seconds / POLL_SECONDS)  # AWS CLIs, each most of a second of a core
        return max(polled(seconds) + 5, 0.8 * started / (os.cpu_count() or 1))

    return Peer(
        title="AWS CLI in Terraform `terraform_data`", lay_out=lay_out, command=command, forecast=forecast
    )


def script(title: str, program: str, forecast: Callable[[int, float], float]) -> Peer:
    """A script with boto3; it has no preview."""

    def lay_out(folder: Path, environment: Mapping[str, str]) -> None:
        shutil.copy(PROGRAMS / program, folder)

    def command(verb: Verb, copies: int) -> Command | None:
        return None if verb == "preview" else [sys.executable, program]

    return Peer(title=title, lay_out=lay_out, command=command, forecast=forecast)


def prepare(command: Command, folder: Path, environment: Mapping[str, str]) -> None:
    """Runs a command that isn't measured."""
    done = subprocess.run(
        command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(
            f"`{' '.join(command)}` ended with {done.returncode}:\n{tail(done.stdout + done.stderr)}"
        )


def polled(seconds: float) -> float:
    """When one that polls sees that a copy is done."""
    return math.ceil(seconds / POLL_SECONDS) * POLL_SECONDS


PEERS = {
    "ours": pulumi("**ours**", "ours.py", lambda n, seconds: seconds + 5 + 0.15 * n),
    "stock": pulumi(
        "Pulumi, stock dynamic provider",
        "stock.py",
        lambda n, seconds: math.ceil(n / STOCK_WORKERS) * polled(seconds) + 5,
    ),
    "terraform": terraform(),
    "sequential": script(
        "boto3, one after the other", "sequential.py", lambda n, seconds: n * polled(seconds)
    ),
    "threaded": script("boto3, a thread a copy", "threaded.py", lambda n, seconds: polled(seconds) + 1),
    "noop": pulumi("Pulumi's engine alone (no-op)", "noop.py", lambda n, seconds: 5 + 0.1 * n),
}
COMPONENTS = pulumi("component resources, no provider", "components.py", lambda n, seconds: 5 + 0.1 * n)
