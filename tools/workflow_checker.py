"""Build actionlint, with which the tests check the GitHub workflows, once into the cache, from pinned modules."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import console
from tools.console import step
from tools.environment import tail
from tools.locks import locked
from tools.paths import ROOT, cache, this_platform

MODULE = ROOT / "tools" / "actionlint"  # its go.mod and go.sum pin every source
PACKAGE = "github.com/rhysd/actionlint"


def version() -> str:
    """Return the version that tools/actionlint/go.mod pins, for example `1.7.12`."""
    pin = re.search(rf"{PACKAGE} v([\d.]+)", (MODULE / "go.mod").read_text())
    assert pin, f"tools/actionlint/go.mod requires no {PACKAGE}"
    return pin[1]


def built() -> Path:
    """Return the path of the built program, which may not exist yet."""
    return cache() / "actionlint" / f"{version()}-{this_platform()}" / "actionlint"


def find() -> str | None:
    """Return the path of actionlint on PATH, else of the built program, else None."""
    return shutil.which("actionlint") or (str(built()) if built().exists() else None)


def ensure(*, room: str = "test") -> None:
    """Build actionlint if it is missing and Go is on PATH; failures are only reported, and the tests skipped."""
    if find() is not None:
        return
    go = shutil.which("go")
    if go is None:
        step(
            room,
            "actionlint: not on PATH, and no Go to build it with; the tests of the workflows are skipped",
        )
        return
    with locked(
        cache() / "actionlint.lock", when_busy=lambda: step(room, "waiting for another build of actionlint")
    ):
        if not built().exists():
            step(room, f"actionlint: building {version()} (once on this machine)")
            if (trouble := _build(go)) is not None:
                step(
                    room,
                    f"actionlint: couldn't be built; the tests of the workflows are skipped:\n{tail(trouble, 5)}",
                )


def _build(go: str) -> str | None:
    """Build the program atomically; return Go's error output if the build failed, else None."""
    target = built()
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as folder:
        fresh = Path(folder, "actionlint")
        environment = {
            **os.environ,
            "CGO_ENABLED": "0",
            "GOFLAGS": "-modcacherw -mod=readonly -buildvcs=false",
            "GOWORK": "off",
            "GOMODCACHE": str(Path(folder, "modules")),  # the user's Go caches stay as they are
            "GOCACHE": str(Path(folder, "compiled")),
        }
        command = [go, "build", "-trimpath", "-o", str(fresh), f"{PACKAGE}/cmd/actionlint"]
        done = subprocess.run(
            command, cwd=MODULE, env=environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            return done.stderr
        fresh.replace(target)
    return None


def main() -> int:
    """Run this step of `make test`."""
    ensure()
    return 0


if __name__ == "__main__":
    sys.exit(console.run(main))
