"""The house's arrows, read from the imports of every module."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pulumi_snapcopy
import pytest

HOUSE = Path(pulumi_snapcopy.__file__).parent
PACKAGE = "pulumi_snapcopy"
AWS = {"boto3", "botocore"}
SDK_INTERNALS = {"grpc", "google", "pulumi.runtime.proto"}


@dataclass(frozen=True)
class Import:
    """One import of one module, absolute."""

    module: str
    imported: str
    """The module imported, or for `from a import b` a.b."""
    in_function: bool
    for_typing: bool

    @property
    def room(self) -> str:
        """The room that imports: the package's first folder, or its file there."""
        return self.module.split(".")[1] if "." in self.module else ""

    @property
    def target(self) -> str:
        """The room that is imported; "" where it is the package itself, or not of this house."""
        parts = self.imported.split(".")
        return parts[1] if parts[0] == PACKAGE and len(parts) > 1 else ""

    @property
    def top(self) -> str:
        """The distribution, roughly."""
        return self.imported.split(".")[0]


def modules() -> Iterator[tuple[str, Path]]:
    """Every module of the package."""
    for path in sorted(HOUSE.rglob("*.py")):
        parts = path.relative_to(HOUSE.parent).with_suffix("").parts
        yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts), path


def imports_of(module: str, path: Path) -> Iterator[Import]:
    """Every import of a module, function-level ones and those for type checkers included."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    tree = ast.parse(path.read_text())
    inside = {
        node
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for node in ast.walk(function)
    }
    typing = {
        node
        for condition in ast.walk(tree)
        if isinstance(condition, ast.If) and "TYPE_CHECKING" in ast.unparse(condition.test)
        for statement in condition.body
        for node in ast.walk(statement)
    }
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                above = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*above, *([node.module] if node.module else [])])
            names = [f"{base}.{alias.name}" for alias in node.names]
        for name in names:
            yield Import(module=module, imported=name, in_function=node in inside, for_typing=node in typing)


ALL = [found for module, path in modules() for found in imports_of(module, path)]


def of(room: str) -> list[Import]:
    """What a room imports."""
    return [each for each in ALL if each.room == room]


def rooms_used_by(room: str) -> set[str]:
    """The other rooms that a room imports."""
    return {each.target for each in of(room) if each.target not in ("", room, "__version__")}


def test_the_reader_sees_imports_of_every_kind(tmp_path: Path) -> None:
    """Relative, absolute, function-level and typing imports are read as what they import."""
    path = tmp_path / "module.py"
    path.write_text(
        "from ..core import model\nfrom .. import __version__\nimport boto3.session\n"
        "if TYPE_CHECKING:\n    from .other import Thing\n"
        "def work():\n    from ..services.lightsail import Lightsail\n"
    )
    found = {each.imported: each for each in imports_of("pulumi_snapcopy.host.module", path)}
    assert list(found) == [
        "pulumi_snapcopy.core.model", "pulumi_snapcopy.__version__", "boto3.session", "pulumi_snapcopy.host.other.Thing",
        "pulumi_snapcopy.services.lightsail.Lightsail",
    ]  # fmt: skip
    assert found["pulumi_snapcopy.services.lightsail.Lightsail"].in_function
    assert found["pulumi_snapcopy.host.other.Thing"].for_typing
    assert [each.target for each in found.values()] == ["core", "__version__", "", "host", "services"]


def test_core_knows_nothing_but_itself_and_the_standard_library() -> None:
    """Neither Pulumi nor boto3 nor any other room."""
    assert of("core")
    assert rooms_used_by("core") == set()
    assert {each.top for each in of("core")} <= {*sys.stdlib_module_names, PACKAGE}


@pytest.mark.parametrize(
    ("floor", "beneath"),
    [("rules", set()), ("watching", set()), ("copying", {"watching"})],
)
def test_cores_floors_lie_one_above_the_other(floor: str, beneath: set[str]) -> None:
    """Rules know nothing of looking, looking nothing of copies' lives, and none of the life cycle's verbs."""
    core = f"{PACKAGE}.core."
    used = {
        each.imported.removeprefix(core).split(".")[0]
        for each in of("core")
        if each.module.startswith(f"{core}{floor}.") and each.imported.startswith(core)
    }
    assert used & {"watching", "copying", "lifecycle", "rules"} - {floor} == beneath


@pytest.mark.parametrize("forbidden", ["socket", "subprocess", "urllib", "http", "os", "pathlib", "logging"])
def test_core_does_no_input_or_output_of_its_own(forbidden: str) -> None:
    """What it needs of the world it is given."""
    assert forbidden not in {each.top for each in of("core")}


def test_services_use_core_alone() -> None:
    """A service is behind one protocol."""
    assert rooms_used_by("services") <= {"core"}


def test_boto3_is_imported_by_services_alone() -> None:
    """Outside the emulator nothing else talks to AWS."""
    assert {each.room for each in ALL if each.top in AWS} <= {"services", "emulator"}
    assert "services" in {each.room for each in ALL if each.top in AWS}


def test_nothing_that_is_installed_imports_a_test() -> None:
    """The package works without the tests, their harness and what only they need."""
    assert {each.top for each in ALL} & {"tests", "hypothesis", "pytest"} == set()


def test_host_uses_core_alone() -> None:
    """The verbs know the life cycle, not the services; those are handed in."""
    assert rooms_used_by("host") <= {"core"}


def test_the_sdks_internals_are_touched_in_one_place_each() -> None:
    """The SDK's internals are host/_sdk.py's and policy/_sdk.py's."""
    touching = {
        each.module
        for each in ALL
        if each.room != "emulator"
        and any((each.imported + ".").startswith(f"{part}.") for part in SDK_INTERNALS)
    }
    assert touching == {f"{PACKAGE}.host._sdk", f"{PACKAGE}.policy._sdk"}


def test_what_users_import_uses_host_and_core_and_services_when_they_are_needed() -> None:
    """A program that only describes copies imports no service."""
    assert rooms_used_by("lightsail") <= {"host", "core", "services"}
    assert all(each.in_function for each in of("lightsail") if each.target == "services")


def test_nobody_uses_what_users_import_but_what_is_above_it() -> None:
    """Arrows run one way: neither core, services, host nor emulator know who uses them."""
    above = {"families", "lightsail", "outscale", "ec2", "disaster_recovery", "policy", "cli"}
    for room in ("core", "services", "host", "emulator"):
        assert rooms_used_by(room) & above == set()


def test_the_emulator_knows_nothing_of_what_it_is_used_to_try() -> None:
    """It shares the version with the package, and nothing else."""
    assert rooms_used_by("emulator") == set()
    assert {each.imported for each in of("emulator") if each.target == "__version__"} == {
        f"{PACKAGE}.__version__"
    }


def test_the_policy_pack_reads_the_rules_and_talks_to_nobody() -> None:
    """The pack is a second reader of the rules, and knows no service but by its rulebook."""
    assert rooms_used_by("policy") == {"core", "families"}


@pytest.mark.parametrize("room", ["core/rules", "core/fields.py", "policy"])
def test_what_serves_every_service_names_none(room: str) -> None:
    """A word for a service in the text would be a case of its own."""
    path = HOUSE / room
    files = [
        each for each in (path.rglob("*") if path.is_dir() else [path]) if each.suffix in (".py", ".yaml")
    ]
    assert files
    for each in files:
        assert not re.findall("lightsail|outscale|ec2|oapi|fcu", each.read_text(), re.IGNORECASE), each


def test_reading_the_rules_of_all_services_loads_no_sdk() -> None:
    """`import pulumi_snapcopy.families` costs neither boto3 nor the policy SDK."""
    code = (
        "import sys, pulumi_snapcopy.families;"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'boto3', 'botocore', 'moto', 'pulumi_policy'}))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert ended.stdout.strip() == "[]"


def test_describing_copies_loads_no_boto3() -> None:
    """`import pulumi_snapcopy.lightsail` costs a program neither boto3 nor botocore."""
    code = (
        "import sys, pulumi_snapcopy.lightsail, pulumi_snapcopy.lightsail.provider as provider;"
        "provider.copied_snapshot();"
        "print(sorted({name.split('.')[0] for name in sys.modules} & {'boto3', 'botocore', 'moto'}))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True
    )
    assert ended.stdout.strip() == "[]"
