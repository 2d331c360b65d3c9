"""The wheel: what is in it, and that it works in an environment that has nothing else.

`SNAPCOPY_WHEEL=dist/….whl` tries that wheel, as the release workflow does, instead of one that is built here.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pulumi_snapcopy
import pytest

# The engine tests' own fixtures, used under their names.
from tests.engine.conftest import Service, emulator, new_stack, pulumi_home, service, stack  # noqa: F401
from tests.engine.stack import Stack
from tests.installed import empty_environment, pip_install, run, wheel


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return wheel(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="module")
def python(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with the wheel and what it requires."""
    made = empty_environment(tmp_path_factory.mktemp("empty") / "venv")
    pip_install(made, built)
    return made


def test_the_wheel_holds_the_package_and_nothing_else(built: Path) -> None:
    """Types are marked, the policy pack's data is there, tests and tools aren't."""
    with zipfile.ZipFile(built) as archive:
        names = set(archive.namelist())
        metadata = archive.read(f"pulumi_snapcopy-{pulumi_snapcopy.__version__}.dist-info/METADATA").decode()
    assert {name.partition("/")[0] for name in names} == {
        "pulumi_snapcopy", f"pulumi_snapcopy-{pulumi_snapcopy.__version__}.dist-info",
    }  # fmt: skip
    assert "pulumi_snapcopy/py.typed" in names
    pack = Path(pulumi_snapcopy.__file__).parent / "policy" / "pack"
    files = {path.name for path in pack.iterdir() if path.is_file()}
    assert {"PulumiPolicy.yaml", "__main__.py", "requirements.txt"} <= files
    assert {f"pulumi_snapcopy/policy/pack/{name}" for name in files} <= names
    assert not [name for name in names if "/test_" in name or "conftest" in name or "__pycache__" in name]
    assert "Requires-Python: >=3.10\n" in metadata
    for minor in range(10, 15):
        assert f"Classifier: Programming Language :: Python :: 3.{minor}\n" in metadata


def test_the_command_runs_in_an_empty_environment(python: Path) -> None:
    """--version, --help and what needs no extra; no module of ours comes from this checkout."""
    snapcopy = python.with_name("snapcopy")
    assert run(snapcopy, "--version").split()[-1] == pulumi_snapcopy.__version__
    assert "policy-pack" in run(snapcopy, "--help")
    assert json.loads(run(snapcopy, "iam-policy"))["Version"] == "2012-10-17"
    where = run(python, "-c", "import pulumi_snapcopy.lightsail as room; print(room.__file__)")
    assert Path(where.strip()).is_relative_to(python.parents[1])


@pytest.mark.engine
def test_the_wheel_copies_through_the_emulator(
    python: Path,
    new_stack: Callable[..., Stack],  # noqa: F811
    service: Service,  # noqa: F811
) -> None:
    """A program and its dynamic provider, both on the wheel alone: one copy, then nothing to do."""
    made = new_stack()
    options = {"virtualenv": str(python.parents[1])}
    (made.folder / "Pulumi.yaml").write_text(
        json.dumps({"name": "shop", "runtime": {"name": "python", "options": options}})
    )
    for name in ("PYTHONPATH", "VIRTUAL_ENV"):
        made.environment.pop(name, None)
    made.copied("db")
    assert made.up().changes == {"created": 2}
    assert service.only()["state"] == "available"
    assert made.up().changes == {"unchanged": 2}
