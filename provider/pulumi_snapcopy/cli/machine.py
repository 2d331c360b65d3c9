"""The checks of ``snapcopy doctor`` on this machine: versions, the Pulumi CLI, settings, the host."""

from __future__ import annotations

import os
import platform
import re
import shutil
import subprocess
from collections.abc import Iterator
from importlib import metadata

from .. import __version__
from ..core.errors import ConfigError
from ..ec2 import cloud
from ..host.settings import Settings
from ..outscale import provider as outscale
from .findings import Finding, ok, problem
from .stack_login import StackConfig

NOTHING = StackConfig()

OLDEST = (3, 216, 0)
"""The oldest version of Pulumi's CLI and SDK: the first in which a refresh shows drift."""

CLI_TIMEOUT = 20.0
INSTALL = "Install it: https://www.pulumi.com/docs/install/"


def check_machine(stack: StackConfig = NOTHING) -> Iterator[Finding]:
    """Check what doesn't need a service.

    Args:
        stack: the configuration of the stack.
    """
    yield ok("python", f"{platform.python_version()}, pulumi-snapcopy {__version__}")
    yield from (_package(name) for name in ("pulumi", "boto3"))
    yield _pulumi_cli()
    try:
        settings = Settings.read(stack.config.get, stack.config, (cloud.SETTING, outscale.SETTING))
    except ConfigError as error:
        yield problem("settings", str(error))
        settings = Settings()
    else:
        texts = (
            f"looks every {settings.poll_seconds:g} s at most",
            _at_a_time(settings.max_workers),
            f"in {', '.join(settings.allowed_account_ids) or 'any account'}",
        )
        of = (
            f"by {stack.files} and the environment"
            if stack.files
            else "a stack's own configuration would win"
        )
        yield ok("settings", f"{', '.join(texts)} ({of})")
    yield _host(settings.max_workers)


def _package(name: str) -> Finding:
    try:
        version = metadata.version(name)
    except metadata.PackageNotFoundError:
        return problem(name, "not installed. Run `pip install pulumi-snapcopy`.")
    if name == "pulumi" and _numbers(version) < OLDEST:
        return problem(name, f"{version} is too old. Run `pip install 'pulumi>={_written(OLDEST)}'`.")
    return ok(name, version)


def _pulumi_cli() -> Finding:
    path = shutil.which("pulumi")
    if path is None:
        return problem("pulumi CLI", f"not on PATH. {INSTALL}")
    environment = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true"}
    try:
        done = subprocess.run(
            [path, "version"],
            env=environment,
            capture_output=True,
            text=True,
            timeout=CLI_TIMEOUT,
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return problem("pulumi CLI", f"{path} doesn't run: {error}. {INSTALL}")
    version = done.stdout.strip()
    if _numbers(version) < OLDEST:
        return problem("pulumi CLI", f"{version} at {path} is older than {_written(OLDEST)}. {INSTALL}")
    return ok("pulumi CLI", f"{version} at {path}")


def _numbers(version: str) -> tuple[int, ...]:
    found = re.search(r"(\d+)\.(\d+)\.(\d+)", version)
    return tuple(map(int, found.groups())) if found else ()


def _written(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _host(workers: int) -> Finding:
    from ..host._sdk import host_trouble

    trouble = host_trouble(workers)
    if trouble:
        advice = "Copies work, four at a time; install an SDK that this release knows to have more"
        return problem("host", f"{trouble} in this Pulumi SDK. {advice}.")
    return ok("host", f"can work on {_at_a_time(workers)}")


def _at_a_time(workers: int) -> str:
    return "1 copy at a time" if workers == 1 else f"{workers} copies at a time"
