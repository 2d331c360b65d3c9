"""Projects that uv manages, on each Python that is at hand: set-up, `pulumi up`, the policy pack and the command."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installed import ROOT, UNREACHABLE, outside, wheel

from .conftest import Service
from .stack import BIN, HEAD, ROUTE, Result, Stack

CLI = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")
PROGRAM = f'{HEAD}CopiedSnapshot("db", source_snapshot_name="db-before-upgrade", **{ROUTE!r})\n'
SOAK = pytest.mark.soak  # the oldest and the newest are enough for every day
VERSIONS = ["3.10", *(pytest.param(f"3.{minor}", marks=SOAK) for minor in (11, 12, 13)), "3.14"]


def uv() -> str:
    """Where uv is; a test that needs it is skipped without."""
    found = shutil.which("uv", path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    return found or pytest.skip("uv isn't installed")


def python_of(version: str) -> Path:
    """A Python of this version: what uv finds, else pyenv's; the test is skipped if there is none."""
    found = subprocess.run(
        [uv(), "python", "find", "--system", "--no-python-downloads", version],
        cwd="/", env=outside(), capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    if found.returncode == 0:
        return Path(found.stdout.strip())
    root = Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser()
    kept = sorted(root.glob(f"versions/{version}.*/bin/python{version}"))
    return kept[-1] if kept else pytest.skip(f"there is no Python {version} on this machine")


class Project:
    """A uv project with a Pulumi program, in an environment of its own that only uv knows."""

    def __init__(self, stack: Stack, python: Path, dist: Path) -> None:
        self.folder = stack.folder
        (self.folder / "Pulumi.yaml").write_text(
            "name: shop\nruntime: {name: python, options: {toolchain: uv}}\n"
        )
        pins = re.findall(r"^[\w.-]+==\S+", (ROOT / "constraints.txt").read_text(), re.MULTILINE)
        version = python.resolve().name.removeprefix("python")
        (self.folder / "pyproject.toml").write_text(
            f'[project]\nname = "shop"\nversion = "0"\nrequires-python = "=={version}.*"\n'
            'dependencies = ["pulumi-snapcopy[policy]"]\n'
            f"[tool.uv]\npackage = false\nfind-links = [{json.dumps(str(dist))}]\n"
            f"constraint-dependencies = {json.dumps(pins)}\n"
        )
        (self.folder / "__main__.py").write_text(PROGRAM)
        commands = self.folder / "commands"
        commands.mkdir()
        for name in CLI:
            if found := shutil.which(name, path=f"{BIN}{os.pathsep}{os.environ['PATH']}"):
                # Pulumi looks for the language host beside the file that it really is.
                shutil.copy(Path(found).resolve(), commands / name)
        (commands / "uv").symlink_to(Path(uv()).resolve())
        (commands / "uvx").symlink_to(Path(uv()).resolve().with_name("uvx"))
        self.environment = {
            **stack.environment,
            "PATH": f"{commands}:/usr/bin:/bin",
            "UV_PYTHON": str(python),
            "UV_PYTHON_DOWNLOADS": "never",
        }
        for name in ("PYTHONPATH", "VIRTUAL_ENV"):
            self.environment.pop(name, None)

    def run(self, *command: str, ok: bool = True) -> Result:
        """Run a command in the project's folder; it must end well, or, with ``ok=False``, must not."""
        done = subprocess.run(
            [self.folder / "commands" / command[0], *command[1:]], cwd=self.folder, env=self.environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=280, check=False,
        )  # fmt: skip
        if done.returncode and (UNREACHABLE.search(done.stdout) or "error sending request" in done.stdout):
            pytest.skip("no package index answers")
        assert (done.returncode == 0) is ok, f"{command}:\n{done.stdout}"
        return Result(done.returncode, done.stdout)


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel."""
    return wheel(tmp_path_factory.mktemp("dist")).parent


@pytest.mark.timeout(600)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_uv_project(new_stack: Callable[..., Stack], service: Service, dist: Path, version: str) -> None:
    """`uv run pulumi up`, the pack and the doctor all use a uv project's `.venv`."""
    project = Project(new_stack(), python_of(version), dist)
    early = project.run("pulumi", "preview", "--non-interactive", ok=False)
    assert ".venv" in early.output and "Traceback" not in early.output

    project.run("uv", "sync")
    up = project.run(
        "uv", "run", "pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--color=never"
    )
    assert up.changes == {"created": 2}
    assert service.only()["state"] == "available"

    pack = project.run("uv", "run", "snapcopy", "policy-pack").output.strip()
    assert Path(pack).is_relative_to(project.folder / ".venv")
    config = project.folder / "policy.json"
    config.write_text('{"required-tags": {"enforcementLevel": "mandatory", "tags": ["team"]}}')
    judged = project.run(
        "pulumi", "preview", "--policy-pack", pack, "--policy-pack-config", str(config),
        "--non-interactive", "--color=never", ok=False,
    )  # fmt: skip
    assert "[mandatory]" in judged.output and "required-tags" in judged.output

    doctor = project.run(
        "uv", "run", "snapcopy", "doctor", "--source-region", "us-east-1", "--target-region", "eu-west-1"
    )
    assert "lightsail:GetInstanceSnapshots in eu-west-1" in doctor.output


def test_uvx_runs_the_command(new_stack: Callable[..., Stack], dist: Path) -> None:
    """`uvx --from pulumi-snapcopy snapcopy` needs no project and no environment."""
    project = Project(new_stack(), python_of("3.10"), dist)
    (project.folder / "pyproject.toml").unlink()
    (built,) = dist.glob("*.whl")
    done = project.run("uvx", "--from", "pulumi-snapcopy", "--find-links", str(dist), "snapcopy", "--version")
    assert done.output.rstrip().endswith(built.name.split("-")[1])
