"""The package as users get it: a wheel, installed into an environment that has nothing else of this checkout."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
UNREACHABLE = re.compile(
    r"NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|ProxyError"
)


def outside() -> dict[str, str]:
    """The environment's variables, without those that lead into this checkout."""
    return {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "VIRTUAL_ENV")}


def run(*command: str | Path, cwd: Path = ROOT, env: dict[str, str] | None = None) -> str:
    """Run a command that must succeed; return what it printed."""
    done = subprocess.run(
        command, cwd=cwd, env=env or outside(), capture_output=True, text=True, timeout=280, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def wheel(folder: Path) -> Path:
    """Return the wheel that the variable SNAPCOPY_WHEEL names, else one that is built from this checkout."""
    if given := os.environ.get("SNAPCOPY_WHEEL"):
        return Path(given)
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (built,) = folder.glob("*.whl")
    return built


def empty_environment(folder: Path) -> Path:
    """Make a virtual environment that holds nothing, not even pip; return its Python."""
    venv.EnvBuilder(symlinks=True).create(folder)
    return folder / "bin" / "python"


def pip_install(python: Path, *arguments: str | Path, find_links: Path | None = None) -> None:
    """Install with pip, within the pins; skip the test if no package index answers, unless a release is being tried."""
    command = [sys.executable, "-m", "pip", f"--python={python}", "install", "--quiet", "--no-compile",
               f"--constraint={ROOT / 'constraints.txt'}", *map(str, arguments)]  # fmt: skip
    environment = outside()
    if find_links is not None:
        environment["PIP_FIND_LINKS"] = f"{find_links} {environment.get('PIP_FIND_LINKS', '')}".strip()
    done = subprocess.run(
        command, cwd=python.parent, env=environment, capture_output=True, text=True, timeout=280, check=False
    )
    if done.returncode and UNREACHABLE.search(done.stderr) and "SNAPCOPY_WHEEL" not in os.environ:
        pytest.skip("no package index answers")
    assert done.returncode == 0, done.stdout + done.stderr
