"""Inline programs of the Automation API: which Python their dynamic provider runs on."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.installed import ROOT, empty_environment

from .conftest import Service
from .stack import BIN, Stack

CLI = ("pulumi", "pulumi-language-python", "pulumi-language-python-exec", "pulumi-resource-pulumi-python")
PAGE = (ROOT / "docs" / "automation-api.md").read_text()
LINE = '{"PULUMI_PYTHON_CMD": sys.executable}'

Inline = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def inline(stack: Stack, tmp_path: Path) -> Inline:
    """Runs the page's program where the first python3 on PATH is that of an environment without our packages."""
    other = empty_environment(tmp_path / "other").parent
    commands = tmp_path / "commands"
    commands.mkdir()
    for name in CLI:
        if found := shutil.which(name, path=f"{BIN}{os.pathsep}{os.environ['PATH']}"):
            # Pulumi looks for the language host beside the file that it really is.
            shutil.copy(Path(found).resolve(), commands / name)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert LINE in code

    def run(env_vars: str, *, packages: Path | None = None) -> subprocess.CompletedProcess[str]:
        if packages:
            site = sysconfig.get_path(
                "purelib", vars={"base": str(other.parent), "platbase": str(other.parent)}
            )
            Path(site, "others.pth").write_text(str(packages))
        program = tmp_path / "program.py"
        program.write_text(code.replace(LINE, env_vars))
        environment = {**stack.environment, "PATH": f"{other}:{commands}:/usr/bin:/bin"}
        for name in ("PYTHONPATH", "VIRTUAL_ENV"):
            environment.pop(name, None)
        return subprocess.run(
            [sys.executable, program], cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=240,
            check=False,
        )  # fmt: skip

    return run


def test_the_pages_line_leads_to_the_callers_python(inline: Inline, service: Service) -> None:
    """With PULUMI_PYTHON_CMD the provider runs on the interpreter that runs the program, whatever is on PATH."""
    done = inline(LINE)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "{'create': 3}" in done.stdout
    assert service.only()["state"] == "available"


@pytest.mark.soak  # daily `uv run` does so in test_uv.py
def test_path_leads_there_too(inline: Inline, service: Service) -> None:
    """With the environment's folder first on PATH the provider runs on the interpreter that runs the program."""
    done = inline(f'{{"PATH": {f"{BIN}{os.pathsep}"!r} + __import__("os").environ["PATH"]}}')
    assert done.returncode == 0, done.stdout + done.stderr
    assert service.only()["state"] == "available"


@pytest.mark.parametrize(
    ("packages", "says"),
    [
        (
            None,
            [
                "could not read plugin [",
                "pulumi-resource-pulumi-python]: exit status 1",
                "No module named 'pulumi'",
            ],
        ),
        (Path(sysconfig.get_path("purelib")), ["No module named 'pulumi_snapcopy'"]),
    ],
    ids=["no packages", "pulumi alone"],
)
def test_without_it_the_message_is_the_pages(
    inline: Inline, service: Service, packages: Path | None, says: list[str]
) -> None:
    """On the wrong Python the provider fails with the message in docs/errors.md, and nothing is copied."""
    done = inline("{}", packages=packages)
    assert done.returncode != 0
    errors = (ROOT / "docs" / "errors.md").read_text()
    for text in says:
        assert text in done.stdout + done.stderr
        assert text in errors
    assert not service.snapshots()
