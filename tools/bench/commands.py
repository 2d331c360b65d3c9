"""The peers of the bench: how each one's program is laid out in a folder, and the commands that run it."""

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
POLL_SECONDS = 5  # of all peers; their programs repeat the number
PARALLEL = 128  # resources at a time, of all Pulumi programs
REQUESTS_A_SECOND = 1000  # on OUTSCALE, where the SDK and our provider allow 5 by default
REGIONS = {"lightsail": ("us-east-1", "eu-west-1"), "ec2": ("us-east-1", "eu-west-1")}
OUTSCALE_REGIONS = ("eu-west-2", "eu-west-2")
KEPT = 17  # copies of each source in the recovery region
STOCK_WORKERS = 4  # threads of the SDK's host of dynamic providers: https://github.com/pulumi/pulumi/blob/v3.259.0/sdk/python/lib/pulumi/dynamic/__main__.py


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A way to copy snapshots, or an engine whose resources do nothing.

    Attributes:
        title: The peer's name in the report.
        lay_out: Puts the peer's program into an empty folder, ready to run; not measured.
        command: Returns the command for a verb and a number of copies; None: the peer has no such verb.
        forecast: Returns the seconds that the first run takes, for a number of copies and the seconds of one copy.
        service: The service that the peer copies on.
    """

    title: str
    lay_out: Callable[[Path, Mapping[str, str]], None]
    command: Callable[[Verb, int], Command | None]
    forecast: Callable[[int, float], float]
    service: str = "lightsail"


def environment(
    folder: Path, added: Mapping[str, str], *, copies: int, service: str = "lightsail"
) -> dict[str, str]:
    """Return the environment of a peer: this virtual environment first on PATH, and none of the user's own settings."""
    foreign = ("AWS_", "OSC_", "PULUMI_", "PYTHON", "SNAPCOPY_", "TF_")
    source, target = REGIONS.get(service, OUTSCALE_REGIONS)
    return {
        **{name: value for name, value in os.environ.items() if not name.startswith(foreign)},
        **added,
        "COPIES": str(copies),
        "KEPT": str(KEPT),
        "SOURCE_REGION": source,
        "TARGET_REGION": target,
        "SNAPCOPY_REQUESTS_PER_SECOND": str(REQUESTS_A_SECOND),
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


def pulumi(
    title: str, program: str, forecast: Callable[[int, float], float], service: str = "lightsail"
) -> Peer:
    """Return the peer of a Pulumi program, with its own backend and PULUMI_HOME."""

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

    return Peer(title=title, lay_out=lay_out, command=command, forecast=forecast, service=service)


def terraform(program: str = "terraform.tf", service: str = "lightsail") -> Peer:
    """Return the peer that runs the AWS CLI in Terraform, all copies in parallel."""

    def lay_out(folder: Path, environment: Mapping[str, str]) -> None:
        if shutil.which("terraform") is None:
            raise Failed("no terraform binary on PATH")
        shutil.copy(PROGRAMS / program, folder / "main.tf")
        prepare(["terraform", "init", "-input=false", "-no-color"], folder, environment)

    def command(verb: Verb, copies: int) -> Command:
        arguments = ["plan"] if verb == "preview" else ["apply", "-auto-approve"]
        return ["terraform", *arguments, f"-parallelism={copies}", "-input=false", "-no-color"]

    def forecast(copies: int, seconds: float) -> float:
        started = copies * (2 + seconds / POLL_SECONDS)  # AWS CLIs, each most of a second of a core
        return max(polled(seconds) + 5, 0.8 * started / (os.cpu_count() or 1))

    return Peer(
        title="AWS CLI in Terraform `terraform_data`",
        lay_out=lay_out,
        command=command,
        forecast=forecast,
        service=service,
    )


def script(
    title: str, program: str, forecast: Callable[[int, float], float], service: str = "lightsail"
) -> Peer:
    """Return the peer of a script with an SDK or the AWS CLI, which has no preview."""

    def lay_out(folder: Path, environment: Mapping[str, str]) -> None:
        shutil.copy(PROGRAMS / program, folder)

    def command(verb: Verb, copies: int) -> Command | None:
        interpreter = "sh" if program.endswith(".sh") else sys.executable
        return None if verb == "preview" else [interpreter, program]

    return Peer(title=title, lay_out=lay_out, command=command, forecast=forecast, service=service)


def prepare(command: Command, folder: Path, environment: Mapping[str, str]) -> None:
    """Run a command that isn't measured."""
    done = subprocess.run(
        command, cwd=folder, env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise Failed(
            f"`{' '.join(command)}` ended with {done.returncode}:\n{tail(done.stdout + done.stderr)}"
        )


def polled(seconds: float) -> float:
    """Return after how many seconds a program that polls sees that a copy is complete."""
    return math.ceil(seconds / POLL_SECONDS) * POLL_SECONDS


def ours_takes(copies: int, seconds: float) -> float:
    """Return a forecast of the seconds that our provider takes."""
    return seconds + 5 + 0.15 * copies


def loop_takes(copies: int, seconds: float) -> float:
    """Return a forecast of the seconds that a script with one polling loop takes."""
    return polled(seconds) + 5 + 0.05 * copies


PEERS = {
    "ours": pulumi("**ours**", "ours.py", ours_takes),
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
    "loop": script("boto3, all started, then a loop", "loop.py", loop_takes),
    "ec2-ours": pulumi("**ours**", "ours_ec2.py", ours_takes, "ec2"),
    "ec2-terraform": terraform("terraform_ec2.tf", "ec2"),
    "ec2-loop": script("boto3, all started, then a loop", "loop_ec2.py", loop_takes, "ec2"),
    "fcu-ours": pulumi("**ours**", "ours_ec2.py", ours_takes, "fcu"),
    "fcu-loop": script("boto3, all started, then a loop", "loop_ec2.py", loop_takes, "fcu"),
    "outscale-ours": pulumi("**ours**", "ours_outscale.py", ours_takes, "outscale"),
    "outscale-loop": script(
        "osc-sdk-python, all started, then a loop", "loop_outscale.py", loop_takes, "outscale"
    ),
    "noop": pulumi("Pulumi's engine alone (no-op)", "noop.py", lambda n, seconds: 5 + 0.1 * n),
}
SERVICES = {"lightsail": "Lightsail", "ec2": "EC2", "fcu": "OUTSCALE, FCU", "outscale": "OUTSCALE, OAPI"}
WIDE = pulumi("no-op, a copy's properties", "noop_wide.py", lambda n, seconds: 5 + 0.1 * n)
COMPONENTS = pulumi("component resources, no provider", "components.py", lambda n, seconds: 5 + 0.1 * n)
RECOVERY = {
    "ours": pulumi("**ours**, `DisasterRecoveryRegion`", "ours_recovery.py", ours_takes),
    "cli": script("a script with the AWS CLI", "recovery.sh", lambda n, seconds: polled(seconds) + 8.0 * n),
}


OURS = {peer.service: key for key, peer in PEERS.items() if key.endswith("ours")}


def of_service(service: str) -> list[str]:
    """Return the peers of a service, and the engine alone."""
    return [key for key, peer in PEERS.items() if peer.service == service and key != "noop"] + ["noop"]
