"""The paths of the checkout, its virtual environment, its state, and the cache outside the tree."""

from __future__ import annotations

import os
import platform
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
BIN = VENV / "bin"
PYTHON = BIN / "python"
STATE = ROOT / ".state"
BACKEND = STATE / "backend"


def cache() -> Path:
    """Return the folder that all checkouts on this machine share, `SNAPCOPY_CACHE` or below `XDG_CACHE_HOME`."""
    chosen = os.environ.get("SNAPCOPY_CACHE")
    if chosen:
        return Path(chosen).expanduser().absolute()
    home = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(home).expanduser().absolute() / "pulumi-snapcopy"


def this_platform() -> str:
    """Return what a compiled file depends on, for example `linux-x86_64`; a home folder may serve several machines."""
    return f"{platform.system()}-{platform.machine()}".lower()
