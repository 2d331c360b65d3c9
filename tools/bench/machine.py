"""The machine and the versions for the report, without anything that identifies the owner."""

from __future__ import annotations

import json
import os
import platform
import re
import subprocess
from importlib.metadata import version
from pathlib import Path

import psutil

from tools.bench.commands import BIN
from tools.paths import ROOT


def describe() -> dict[str, str]:
    """Return what the figures depend on, by name."""
    return {
        "Processor": f"{os.cpu_count()} cores, {processor()}",
        "Memory": f"{psutil.virtual_memory().total / 2**30:.0f} GiB",
        "Load at the start": f"{os.getloadavg()[0]:.1f}",
        "System": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "Python": platform.python_version(),
        "Pulumi": f"CLI {first_line([str(BIN / 'pulumi'), 'version'])}, SDK {version('pulumi')}, {language_host()}",
        "Terraform": terraform(),
        "AWS CLI, boto3": f"{version('awscli')}, {version('boto3')}",
        "Commit": commit(),
    }


def processor() -> str:
    """Return the processor's name."""
    try:
        found = re.search(r"^model name\s*: (.*)", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1].strip() if found else platform.processor() or platform.machine()


def language_host() -> str:
    """Return which of the two language hosts runs the Pulumi programs."""
    host = BIN / "pulumi-language-python"
    ours = host.exists() and host.read_bytes()[:2] == b"#!"
    return "this checkout's Python language host" if ours else "Pulumi's Python language host"


def terraform() -> str:
    """Return Terraform's version, or "none"."""
    try:
        told = subprocess.run(
            ["terraform", "version", "-json"],
            capture_output=True,
            text=True,
            check=True,
            env={**os.environ, "TF_CLI_CONFIG_FILE": os.devnull, "CHECKPOINT_DISABLE": "1"},
        )
    except (OSError, subprocess.CalledProcessError):
        return "none"
    return str(json.loads(told.stdout)["terraform_version"])


def commit() -> str:
    """Return the measured commit, and whether `provider` or `tools` had uncommitted changes."""
    name = first_line(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"])
    changed = first_line(["git", "-C", str(ROOT), "status", "--porcelain", "--", "provider", "tools"])
    return f"{name}, with changes that are in no commit" if changed else name


def first_line(command: list[str]) -> str:
    """Return the first line of a command's output; empty if the command can't be run."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.partition("\n")[0].strip()
