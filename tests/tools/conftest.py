"""Fake programs, a fake machine, and a second checkout that borrows this one's `.venv`."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.paths import BIN, ROOT, VENV

Program = Callable[[Path, str], Path]


@pytest.fixture
def program() -> Program:
    """Writes a shell script where a program is expected."""

    def write(path: Path, script: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\n{script}\n")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("SNAPCOPY_CACHE", str(folder))
    return folder


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Another checkout, its path with a blank in it: the tools and the quickstart are copies, `.venv` is ours."""
    if not (BIN / "pulumi").exists():
        pytest.skip("`make setup` has not been run")
    folder = tmp_path / "a checkout"
    for part in ("tools", "examples"):
        shutil.copytree(ROOT / part, folder / part, symlinks=True)
    for name in ("Pulumi.yaml", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
    (folder / ".venv").symlink_to(VENV)
    with socket.socket() as probe:  # so that two tests at once don't both begin with the usual port
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    (folder / ".state").mkdir()
    (folder / ".state" / "emulator.process").write_text(json.dumps({"port": port}))
    return folder
