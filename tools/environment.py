"""The virtual environment `.venv`: created once, and updated only if its packages or its Python change."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
import venv
from pathlib import Path

from tools.console import Stop, step
from tools.paths import PYTHON, ROOT, VENV

OLDEST_PYTHON = (3, 10)
# Tables of pyproject.toml that change checks, not installed packages.
DEVELOPERS_TABLES = ("[tool.ruff", "[tool.mypy", "[[tool.mypy", "[tool.pytest")
STAMP = VENV / "snapcopy-stamp"
# What the editable build needs. Installed first and pinned, so that no build fetches an arbitrary version.
BUILD_PACKAGES = ("pip", "hatchling", "editables")


def ensure(*, room: str = "setup") -> None:
    """Bring `.venv` up to date with pyproject.toml and constraints.txt, or report that it is.

    Raises:
        Stop: if Python is too old or has no `venv`, or pip couldn't install.
    """
    check_python(sys.version_info[:2])
    name = f"Python {sys.version_info[0]}.{sys.version_info[1]} environment .venv"
    wanted = fingerprint()
    if current() == wanted:
        step(room, f"{name}: up to date")
        return
    step(room, f"{name}: installing the packages pinned in constraints.txt (about a minute the first time)")
    if not works():
        venv.EnvBuilder(symlinks=True, with_pip=True, clear=True).create(VENV)
    pins = constraints()
    pip("install", *(f"{package}=={pins[package]}" for package in BUILD_PACKAGES))
    # Not compiled: Python compiles modules on first use, which makes the installation a third shorter.
    pip(
        "install",
        "--no-build-isolation",
        "--no-compile",
        "--constraint=constraints.txt",
        "--editable=.",
        "--group=dev",
    )
    STAMP.write_text(wanted)


def check_python(version: tuple[int, ...], *, has_venv: bool | None = None) -> None:
    """Stop with a sentence if this Python can't create the environment."""
    if version < OLDEST_PYTHON:
        raise Stop(
            f"Python {version[0]}.{version[1]} is too old, 3.10 or newer is needed. "
            "Name another one: make setup PYTHON=python3.12"
        )
    if has_venv is None:
        has_venv = importlib.util.find_spec("ensurepip") is not None
    if not has_venv:
        raise Stop(
            "this Python has no `venv` module with pip. Install it (on Debian and Ubuntu: "
            f"apt install python{version[0]}.{version[1]}-venv), then run the same command again."
        )


def fingerprint() -> str:
    """Return a digest of what `.venv` depends on: packages, Python, and its path (an environment can't be moved)."""
    tables = re.split(r"(?m)^(?=\[)", (ROOT / "pyproject.toml").read_text())
    installed = [table for table in tables if not table.startswith(DEVELOPERS_TABLES)]
    python = f"{sys.version_info[:2]} {sys.base_prefix} {VENV}"
    return hashlib.sha256(
        "\n".join([*installed, (ROOT / "constraints.txt").read_text(), python]).encode()
    ).hexdigest()


def works() -> bool:
    """Whether `.venv` was created by this Python, at this path, and starts; packages can then be updated in place."""
    if not PYTHON.exists():
        return False
    ask = "import sys, pip; print(sys.prefix, sys.base_prefix, sys.version_info[:2])"
    done = subprocess.run([str(PYTHON), "-c", ask], capture_output=True, text=True, check=False)
    return done.stdout.strip() == f"{VENV} {sys.base_prefix} {sys.version_info[:2]}"


def current() -> str | None:
    """Return the fingerprint that `.venv` was created for, or None if it is incomplete or its Python is gone."""
    return STAMP.read_text() if STAMP.is_file() and PYTHON.exists() else None


def constraints(path: Path = ROOT / "constraints.txt") -> dict[str, str]:
    """Return the pins of constraints.txt, version by package name."""
    return dict(re.findall(r"^([\w.-]+)==(\S+)", path.read_text(), re.MULTILINE))


def pip(*arguments: str) -> None:
    """Run the environment's pip quietly; its errors are shown if it fails."""
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", *arguments, "--quiet"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stop(
            f"pip couldn't install the packages:\n{tail(done.stderr)}\n"
            "A package index has to be reachable (PIP_INDEX_URL names another one); then run the same command again."
        )


def tail(text: str, lines: int = 15) -> str:
    """Return the last lines of a long output, indented."""
    return "\n".join("  " + line for line in text.strip().splitlines()[-lines:])
