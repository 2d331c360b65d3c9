"""Pulumi's own installer, run into the cache by the Automation API, with short time limits."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tools.environment import constraints
from tools.paths import cache, this_platform

# Seconds. The first finds an unreachable host; the second is for some 150 MB on an ordinary connection.
PROBE_LIMIT = 10
INSTALL_LIMIT = 120

PROBE = "import urllib.request as r; r.urlopen('https://get.pulumi.com/install.sh', timeout=5).read(1)"
INSTALL = "import sys; from pulumi.automation import PulumiCommand; PulumiCommand.install(root=sys.argv[1])"


class Unavailable(Exception):
    """The installer did nothing; the message says why in a few words."""


def folder() -> Path:
    """Return the folder to install into: the version is the SDK's, as the Automation API chooses it."""
    return cache() / "cli" / f"official-{constraints()['pulumi']}-{this_platform()}"


def install(*, python: Path) -> None:
    """Install the CLI into `folder()`, completely or not at all.

    Raises:
        Unavailable: if there is no network, a time limit passes, or the installer fails.
    """
    target = folder()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="installing-", dir=target.parent) as workshop:
        run([str(python), "-c", PROBE], workshop, PROBE_LIMIT)
        fresh = Path(workshop) / "root"
        # The script unpacks into its working directory.
        run([str(python), "-c", INSTALL, str(fresh)], workshop, INSTALL_LIMIT)
        shutil.rmtree(target, ignore_errors=True)
        fresh.rename(target)


def run(command: list[str], folder: str, limit: float) -> None:
    """Run one step in its own process group, so that a time limit ends the script's children too."""
    with subprocess.Popen(
        command,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            _, said = process.communicate(timeout=limit)
        except BaseException as reason:
            os.killpg(process.pid, signal.SIGKILL)
            if isinstance(reason, subprocess.TimeoutExpired):
                raise Unavailable(f"not done after {limit:.0f} s") from None
            raise
    if process.returncode:
        raise Unavailable(
            (said.strip().splitlines() or ["it failed"])[-1].rpartition("urlopen error ")[2].strip("<>")
        )
