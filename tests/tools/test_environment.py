"""The virtual environment: when it is made, and what is said when it can't be."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.tools.conftest import Program
from tools import environment
from tools.console import Stop
from tools.paths import BIN, ROOT


def test_old_python_is_named_with_what_is_needed() -> None:
    """Python 3.9 is refused in a sentence that says which one to take."""
    with pytest.raises(Stop, match=r"Python 3\.9 is too old, 3\.10 or newer is needed"):
        environment.check_python((3, 9), has_venv=True)


def test_missing_venv_module_is_named_with_its_package() -> None:
    """Debian's Python without `venv` is told the package to install, for its own version."""
    with pytest.raises(Stop, match=r"apt install python3\.12-venv"):
        environment.check_python((3, 12), has_venv=False)


def test_make_without_a_usable_python_says_so(tmp_path: Path, program: Program) -> None:
    """`make` with nothing but an old Python on PATH ends with one sentence."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    for name in ("python3", *(f"python3.{minor}" for minor in range(10, 15))):
        program(tmp_path / "on-path" / name, "exit 1")
    path = os.pathsep.join([str(tmp_path / "on-path"), "/usr/bin", "/bin"])
    done = subprocess.run(
        ["make", "setup"], cwd=tmp_path, env={"PATH": path}, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "error: Python 3.10 or newer is needed" in done.stderr
    assert "Traceback" not in done.stderr


def test_only_what_is_installed_makes_a_new_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A changed rule for ruff leaves `.venv` as it is, a changed dependency or pin doesn't."""
    monkeypatch.setattr(environment, "ROOT", tmp_path)
    project, pins = tmp_path / "pyproject.toml", tmp_path / "constraints.txt"
    project.write_text('[project]\ndependencies = ["a"]\n[tool.ruff.lint]\nselect = ["E"]\n')
    pins.write_text("a==1\n")
    first = environment.fingerprint()
    project.write_text(project.read_text().replace('"E"', '"F"'))
    assert environment.fingerprint() == first
    pins.write_text("a==2\n")
    second = environment.fingerprint()
    project.write_text(project.read_text().replace('"a"', '"b"'))
    assert len({first, second, environment.fingerprint()}) == 3


def test_an_environment_whose_setup_was_interrupted_is_not_up_to_date(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the stamp that is written last, `.venv` counts as not made."""
    monkeypatch.setattr(environment, "STAMP", tmp_path / "stamp")
    assert environment.current() is None


def test_every_line_of_the_constraints_is_a_pin() -> None:
    """constraints.txt pins with `==`, names each package once, and names no index."""
    lines = [line for line in (ROOT / "constraints.txt").read_text().splitlines() if not line.startswith("#")]
    pins = environment.constraints()
    assert len(pins) == len(lines) > 50
    assert set(environment.BUILD_PACKAGES) <= set(pins)


@pytest.mark.parametrize(
    "version",
    ["3.10", *(pytest.param(f"3.{minor}", marks=pytest.mark.soak) for minor in (11, 12, 13)), "3.14"],
)
def test_every_pin_has_a_wheel_for_every_python(version: str, tmp_path: Path) -> None:
    """The index has a wheel of each pinned version that this Python can install; none is compiled on the user's machine."""
    uv = shutil.which("uv", path=f"{BIN}{os.pathsep}{os.environ['PATH']}")
    if uv is None:
        pytest.skip("uv isn't installed")
    done = subprocess.run(
        [uv, "pip", "compile", "constraints.txt", "--no-deps", "--only-binary=:all:", "--no-python-downloads",
         f"--python-version={version}", f"--output-file={tmp_path / 'pins.txt'}"],
        cwd=ROOT, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    if "error sending request" in done.stderr or "Failed to fetch" in done.stderr:
        pytest.skip("no package index answers")
    assert done.returncode == 0, done.stderr
    assert environment.constraints(tmp_path / "pins.txt") == environment.constraints()


def test_pip_failing_is_told_in_its_own_words(
    tmp_path: Path, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What pip said last is shown, and what to do."""
    monkeypatch.setattr(
        environment, "PYTHON", program(tmp_path / "python", "echo no such package >&2; exit 1")
    )
    with pytest.raises(Stop, match=r"(?s)no such package.*package index has to be reachable"):
        environment.pip("install", "x")
