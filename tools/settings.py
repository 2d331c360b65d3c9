"""The environment in which `pulumi` and `aws` use this checkout's emulator and none of the user's own settings."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

from tools.paths import BACKEND, BIN, STATE

ENV_FILE = STATE / "env"


def backend_url(folder: Path = BACKEND) -> str:
    """Return a folder as the URL of a Pulumi backend, with blanks and similar characters percent-encoded."""
    return f"file://{quote(str(folder))}"


def left_out() -> tuple[str, ...]:
    """Return the variables to unset: those that the emulator's exports unset, and Pulumi's own."""
    return (*_loopback().LEFT_OUT, "PULUMI_CONFIG_PASSPHRASE_FILE", "PULUMI_STACK")


def added(port: int) -> dict[str, str]:
    """Return the variables to set for an emulator on this port."""
    return {
        **_loopback().environment(port),
        "PATH": os.pathsep.join([str(BIN), *(p for p in os.get_exec_path() if p != str(BIN))]),
        "PULUMI_BACKEND_URL": backend_url(),
        "PULUMI_HOME": str(STATE / "pulumi-home"),
        # Not a secret: the emulator's stack holds none, and Pulumi wants a passphrase for every stack.
        "PULUMI_CONFIG_PASSPHRASE": "emulator",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
    }


def undoing() -> str:
    """Return the shell command that makes AWS's tools use the real service again."""
    line: str = _loopback().undoing()
    return line


def environment(port: int) -> dict[str, str]:
    """Return the complete environment of a child process."""
    kept = {name: value for name, value in os.environ.items() if name not in left_out()}
    return {**kept, **added(port)}


def write_env_file(port: int) -> None:
    """Write the environment as a script for a shell: `. .state/env`."""
    lines = [
        "# Written by `make up`. Makes this shell work on the emulator; a new shell knows nothing of it.",
        f"unset {' '.join(left_out())}",
        f'export PATH={shlex.quote(str(BIN))}:"$PATH"',
        *(f"export {name}={shlex.quote(value)}" for name, value in added(port).items() if name != "PATH"),
    ]
    ENV_FILE.parent.mkdir(parents=True, exist_ok=True)
    ENV_FILE.write_text("\n".join(lines) + "\n")


def _loopback() -> ModuleType:
    from pulumi_snapcopy.emulator import loopback  # installed by then; nothing else in tools/ needs it

    return loopback
