"""The Pulumi CLI for this checkout: found, downloaded or built, and put into `.venv/bin`."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tools import go_build, official_installer
from tools.console import Stop, step
from tools.locks import locked
from tools.paths import BIN, PYTHON, ROOT, STATE, cache

# A refresh shows drift since the SDK's ReadResult(inputs=…) of 3.216, and severities of policies are shown since 3.205.
# A CLI as old as the oldest SDK that pyproject.toml admits has both.
OLDEST = (3, 216, 0)

LANGUAGE_HOST = "pulumi-language-python"
PROGRAMS = (
    "pulumi",
    LANGUAGE_HOST,
    "pulumi-language-python-exec",
    "pulumi-resource-pulumi-python",
    "pulumi-analyzer-policy-python",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cli:
    """A folder with a usable CLI.

    Attributes:
        folder: holds `pulumi` and the programs that it starts.
        version: the version, for example (3, 259, 0).
        origin: where the CLI comes from, in words.
    """

    folder: Path
    version: tuple[int, int, int]
    origin: str

    @property
    def has_language_host(self) -> bool:
        """Whether the folder has a language host; without one (a CLI built from Go), tools/language_host.py is used."""
        return (self.folder / LANGUAGE_HOST).exists()


def ensure(*, room: str = "setup") -> None:
    """Put a working `pulumi` into `.venv/bin`.

    It looks on PATH, in the cache and in `.venv`, then tries the official installer, then builds from Go modules.

    Raises:
        Stop: if none of these worked.
    """
    cli = on_path() or cached() or in_place()
    if cli is None:
        with locked(cache() / "lock", when_busy=lambda: step(room, "waiting for another checkout's set-up")):
            cli = cached() or fetch(room)
    install_programs(cli)
    step(room, f"Pulumi CLI {'.'.join(map(str, cli.version))}: {cli.origin}")


def on_path() -> Cli | None:
    """Return the machine's own CLI, if it is new enough and has a Python language host beside it or on PATH.

    CLIs in virtual environments are ignored, as they belong to a checkout.
    """
    for folder in map(Path, os.get_exec_path()):
        if (folder.parent / "pyvenv.cfg").exists() or not (folder / "pulumi").exists():
            continue
        beside = (folder / "pulumi").resolve().parent
        home = beside if (beside / LANGUAGE_HOST).exists() else folder
        version = version_of(folder / "pulumi")
        if version and version >= OLDEST and ((home / LANGUAGE_HOST).exists() or shutil.which(LANGUAGE_HOST)):
            return Cli(folder=home, version=version, origin=f"found on PATH ({folder})")
    return None


def cached() -> Cli | None:
    """Return the CLI that an earlier set-up of any checkout left in the cache, or None."""
    for folder in (official_installer.folder(), go_build.folder()):
        version = version_of(folder / "bin" / "pulumi")
        if version:
            return Cli(folder=folder / "bin", version=version, origin=f"from the cache ({folder})")
    return None


def in_place() -> Cli | None:
    """Return the CLI in `.venv/bin`, or None; it remains there if the cache was emptied."""
    version = version_of(BIN / "pulumi")
    whole = all((BIN / name).exists() for name in PROGRAMS[:4])
    return (
        Cli(folder=BIN, version=version, origin="in .venv")
        if whole and version and version >= OLDEST
        else None
    )


def fetch(room: str) -> Cli:
    """Get a CLI into the cache, by the official installer or else by a build. The caller must hold the cache's lock."""
    try:
        step(room, "Pulumi CLI: none on PATH is new enough; trying the official installer")
        official_installer.install(python=PYTHON)
    except official_installer.Unavailable as reason:
        step(room, f"Pulumi CLI: the official installer is no help here ({reason})")
        go_build.build(python=PYTHON, room=room)
    cli = cached()
    if cli is None:
        raise Stop(
            f"the Pulumi CLI in {cache()} doesn't start. Delete that folder and run the same command again."
        )
    return cli


def version_of(pulumi: Path) -> tuple[int, int, int] | None:
    """Return the version that a CLI reports, or None if the CLI is missing or doesn't start."""
    quiet = {**os.environ, "PULUMI_SKIP_UPDATE_CHECK": "true", "PULUMI_HOME": str(STATE / "pulumi-home")}
    try:
        done = subprocess.run(
            [str(pulumi), "version"], capture_output=True, text=True, env=quiet, timeout=60, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.match(r"v?(\d+)\.(\d+)\.(\d+)", done.stdout)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def install_programs(cli: Cli) -> None:
    """Put the CLI and the programs that it starts into `.venv/bin`, so that activating the environment is enough."""
    if cli.folder == BIN:
        return
    for name, source in found_programs(cli):
        # A built CLI is hard-linked or copied: Pulumi looks for the language host beside the resolved file.
        link_or_copy(source, BIN / name, symbolic=cli.has_language_host)
    if not cli.has_language_host and not shutil.which(LANGUAGE_HOST, path=machine_path()):
        write_language_host(BIN / LANGUAGE_HOST)


def found_programs(cli: Cli) -> Iterator[tuple[str, Path]]:
    """Yield the CLI's programs with their paths, beside the CLI or, for a CLI on PATH, elsewhere on PATH."""
    for name in PROGRAMS:
        beside = cli.folder / name
        elsewhere = None if beside.exists() else shutil.which(name, path=machine_path())
        if beside.exists() or elsewhere:
            yield name, Path(elsewhere or beside)


def machine_path() -> str:
    """Return PATH without virtual environments."""
    return os.pathsep.join(p for p in os.get_exec_path() if not (Path(p).parent / "pyvenv.cfg").exists())


def link_or_copy(source: Path, target: Path, *, symbolic: bool) -> None:
    """Make `target` the file `source`, atomically; do nothing if it is already."""
    if target.exists() and target.samefile(source) and target.is_symlink() == symbolic:
        return
    fresh = target.with_name(target.name + ".new")
    fresh.unlink(missing_ok=True)
    if symbolic:
        fresh.symlink_to(source)
    else:
        try:
            fresh.hardlink_to(source)
        except OSError:  # another file system
            shutil.copy2(source, fresh)
    fresh.replace(target)


def write_language_host(target: Path) -> None:
    """Write the script that starts tools/language_host.py, for a machine without Pulumi's language host."""
    python, host = shlex.quote(str(PYTHON)), shlex.quote(str(ROOT / "tools" / "language_host.py"))
    fresh = target.with_name(target.name + ".new")
    fresh.write_text(f'#!/bin/sh\nexec {python} -I -u {host} "$@"\n')
    fresh.chmod(0o755)
    fresh.replace(target)
