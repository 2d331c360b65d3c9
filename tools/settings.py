"""The environment in which `pulumi` and `aws` work on this checkout's emulator, and touch nothing else of the user's."""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from urllib.parse import quote

from tools.paths import BACKEND, BIN, STATE

ENV_FILE = STATE / "env"

# What would lead elsewhere: another login, a forgotten session, a wish to ignore the endpoint.
LEFT_OUT = (
    "AWS_DEFAULT_PROFILE",
    "AWS_ENDPOINT_URL",
    "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS",
    "AWS_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "PULUMI_CONFIG_PASSPHRASE_FILE",
    "PULUMI_STACK",
)


def backend_url(folder: Path = BACKEND) -> str:
    """A folder as a Pulumi backend; blanks and the like are percent-encoded."""
    return f"file://{quote(str(folder))}"


def added(port: int) -> dict[str, str]:
    """The variables that are set, for an emulator on this port."""
    from pulumi_snapcopy.emulator import loopback  # installed by then; nothing else in tools/ needs it

    return {
        **loopback.environment(port),
        "NO_PROXY": ",".join(filter(None, [os.environ.get("NO_PROXY"), loopback.HOST])),
        "PATH": os.pathsep.join([str(BIN), *(p for p in os.get_exec_path() if p != str(BIN))]),
        "PULUMI_BACKEND_URL": backend_url(),
        "PULUMI_HOME": str(STATE / "pulumi-home"),
        # Not a secret: the emulator's stack holds none, and Pulumi wants a passphrase for every stack.
        "PULUMI_CONFIG_PASSPHRASE": "emulator",
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "PULUMI_DISABLE_REGISTRY_RESOLVE": "true",
    }


def environment(port: int) -> dict[str, str]:
    """The whole environment of a child process."""
    kept = {name: value for name, value in os.environ.items() if name not in LEFT_OUT}
    return {**kept, **added(port)}


def write_env_file(port: int) -> None:
    """Writes the same for a shell: `. .state/env`."""
    lines = [
        "# Written by `make up`. Makes this shell work on the emulator; a new shell knows nothing of it.",
        f"unset {' '.join(LEFT_OUT)}",
        f'export PATH={shlex.quote(str(BIN))}:"$PATH"',
        f'export NO_PROXY="${{NO_PROXY:+$NO_PROXY,}}{_host()}"',
        *(
            f"export {name}={shlex.quote(value)}"
            for name, value in added(port).items()
            if name not in ("PATH", "NO_PROXY")
        ),
    ]
    ENV_FILE.parent.mkdir(parents=True, exist_ok=True)
    ENV_FILE.write_text("\n".join(lines) + "\n")


def _host() -> str:
    from pulumi_snapcopy.emulator import loopback

    return loopback.HOST
