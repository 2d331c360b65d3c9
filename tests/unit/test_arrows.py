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
        "from ..core import values\nfrom .. import __version__\nimport boto3.session\n"
        "if TYPE_CHECKING:\n    from .other import Thing\n"
        "def work():\n    from ..lightsail.service import Lightsail\n"
    )
    found = {each.imported: each for each in imports_of("pulumi_snapcopy.host.module", path)}
    assert list(found) == [
        "pulumi_snapcopy.core.values", "pulumi_snapcopy.__version__", "boto3.session", "pulumi_snapcopy.host.other.Thing",
        "pulumi_snapcopy.lightsail.service.Lightsail",
    ]  # fmt: skip
    assert found["pulumi_snapcopy.lightsail.service.Lightsail"].in_function
    assert found["pulumi_snapcopy.host.other.Thing"].for_typing
    assert [each.target for each in found.values()] == ["core", "__version__", "", "host", "lightsail"]


SERVICES = ("lightsail", "ec2", "outscale")
"""The rooms of services; each may use what is beneath."""

MAY_USE = {
    "core": set[str](),
    "host": {"core"},
    "aws": {"core"},
    "recovery": {"core"},
    **{room: {"core", "host", "aws", "recovery"} for room in SERVICES},
    "ec2": {"core", "host", "aws", "recovery", "outscale"},
    "families": {"core", *SERVICES},
    "policy": {"core", "families"},
    "emulator": set[str](),
}


@pytest.mark.parametrize("room", MAY_USE)
def test_arrows_run_one_way(room: str) -> None:
    """A room uses just those beneath it."""
    assert of(room)
    assert rooms_used_by(room) <= MAY_USE[room]


def test_ec2_shares_the_regions_of_fcu_with_outscale() -> None:
    """And nothing else: no service's room knows how another one works."""
    shared = {each.imported for each in of("ec2") if each.target == "outscale"}
    assert shared == {f"{PACKAGE}.outscale.regions.outscale_regions"}


LIBRARIES = {
    "core": set[str](),
    "host": {"pulumi", "grpc", "google"},
    "aws": {"boto3", "botocore"},
    "recovery": {"jinja2", "rich"},
    "lightsail": {"pulumi", "boto3", "botocore", "types_boto3_lightsail"},
    "ec2": {"pulumi", "boto3", "botocore", "types_boto3_ec2"},
    "outscale": {"pulumi", "osc_sdk_python", "requests", "urllib3"},
    "families": set[str](),
    "policy": {"pulumi_policy", "grpc", "google"},
    "cli": {"click", "rich", "yaml"},
    "emulator": {
        "_typeshed", "boto3", "botocore", "click", "moto", "pytest", "types_boto3_ec2", "types_boto3_lightsail", "werkzeug",
        "yaml",
    },
}  # fmt: skip


def test_the_libraries_of_each_room_are_known() -> None:
    """A new room has its row."""
    assert {each.room for each in ALL} - {""} == LIBRARIES.keys()


@pytest.mark.parametrize("room", LIBRARIES)
def test_a_room_knows_its_own_libraries(room: str) -> None:
    """Core neither Pulumi nor boto3; host Pulumi alone; aws boto3 alone; each service its own SDK."""
    assert {each.top for each in of(room)} - {*sys.stdlib_module_names, PACKAGE} <= LIBRARIES[room]


PERFORMING = {"awaiting", "checking", "converge", "deleting", "observing", "run", "sending", "verbs"}
TELLING = {"messages", "notices"}
DECIDING = {"ownership", "plan", "sorting"}


@pytest.mark.parametrize(
    ("floor", "above"),
    [
        ("values", {*PERFORMING, *TELLING, *DECIDING, "ledger", "rules", "waiting"}),
        ("rules", {*PERFORMING, *TELLING, *DECIDING, "ledger", "waiting"}),
        ("waiting", {*PERFORMING, *TELLING, *DECIDING, "ledger", "rules"}),
        ("ownership", {*PERFORMING, *TELLING, *DECIDING, "ledger"} - {"ownership"}),
        ("ledger", {*PERFORMING, *TELLING, *DECIDING}),
        ("plan", {*PERFORMING, *TELLING, "ledger", "sorting"}),
        ("sorting", {*PERFORMING, *TELLING, "ledger", "plan"}),
        ("notices", {*PERFORMING, *DECIDING, "ledger", "messages"}),
        ("run", {*PERFORMING, "sorting"} - {"run"}),
        ("converge", {"checking", "verbs"}),
    ],
)
def test_cores_floors_lie_one_above_the_other(floor: str, above: set[str]) -> None:
    """What is pure knows nothing of what performs it."""
    assert {floor, *above} <= {
        each.stem
        for each in (HOUSE / "core").iterdir()
        if each.suffix == ".py" or (each / "__init__.py").exists()
    }
    core = f"{PACKAGE}.core."
    used = {
        each.imported.removeprefix(core).split(".")[0]
        for each in of("core")
        if f"{each.module}.".startswith(f"{core}{floor}.")
        and each.imported.startswith(core)
        and not each.for_typing
    }
    assert used & above == set()


@pytest.mark.parametrize("forbidden", ["socket", "subprocess", "urllib", "http", "os", "pathlib", "logging"])
def test_core_does_no_input_or_output_of_its_own(forbidden: str) -> None:
    """What it needs of the world it is given."""
    assert forbidden not in {each.top for each in of("core")}


def test_nothing_that_is_installed_imports_a_test() -> None:
    """The package works without the tests and their harness; the pytest plugin alone knows pytest."""
    testing = {each.module for each in ALL if each.top in {"tests", "hypothesis", "pytest"}}
    assert testing <= {f"{PACKAGE}.emulator.pytest_plugin"}


def test_the_sdks_internals_are_touched_in_one_place_each() -> None:
    """The SDK's internals are host/_sdk.py's and policy/_sdk.py's."""
    touching = {
        each.module
        for each in ALL
        if each.room != "emulator"
        and any((each.imported + ".").startswith(f"{part}.") for part in SDK_INTERNALS)
    }
    assert touching == {f"{PACKAGE}.host._sdk", f"{PACKAGE}.policy._sdk"}


def test_sdks_of_services_are_imported_when_they_are_needed() -> None:
    """What describes a resource imports its service, and with it an SDK, inside functions only."""
    adapters = {f"{PACKAGE}.{room}.service" for room in SERVICES}
    for each in ALL:
        describes = each.room in SERVICES and not each.module.endswith("service")
        if describes and any(each.imported.startswith(f"{module}.") for module in adapters):
            assert each.in_function or each.for_typing, f"{each.module} imports {each.imported}"


def test_the_emulator_shares_the_version_with_the_package_and_nothing_else() -> None:
    """It knows nothing of what it is used to try."""
    assert {each.imported for each in of("emulator") if each.target == "__version__"} <= {
        f"{PACKAGE}.__version__"
    }


def private_names(module: str, path: Path) -> Iterator[str]:
    """Private attributes and modules of other packages that a module uses."""
    tree = ast.parse(path.read_text())
    own = {
        name
        for node in ast.walk(tree)
        for name in (
            [node.id] if isinstance(node, ast.Name) else [node.attr] if isinstance(node, ast.Attribute) else
            [node.name] if isinstance(node, ast.FunctionDef | ast.ClassDef) else []
        )
        if not isinstance(node, ast.Attribute) or ast.unparse(node.value) in ("self", "cls")
    }  # fmt: skip
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and re.match(r"_[^_]", node.attr) and node.attr not in own:
            yield f"{ast.unparse(node)}"
    for each in imports_of(module, path):
        parts = each.imported.split(".")
        inside = each.imported.startswith(f"{PACKAGE}.{each.room}.") or module == PACKAGE
        if not inside and not each.for_typing and any(re.match(r"_[^_]", part) for part in parts):
            yield each.imported


SDK_FILES = {f"{PACKAGE}.host._sdk", f"{PACKAGE}.policy._sdk"}
"""These hold what has no public name in Pulumi's SDKs, each with the reason."""


@pytest.mark.parametrize(("module", "path"), [each for each in modules() if each[0] not in SDK_FILES])
def test_nothing_private_of_another_package_is_used(module: str, path: Path) -> None:
    """What begins with an underscore may change in any release."""
    known = KNOWN_PRIVATE.get(module, set())
    assert set(private_names(module, path)) <= known


KNOWN_PRIVATE = {
    # The dynamic Resource class that ours stands in for has just this way to say its type.
    f"{PACKAGE}.host.resource": {"self._resource_type_name"},
    # `snapcopy doctor` says in the host's words whether this Pulumi SDK is one that it fits.
    f"{PACKAGE}.cli.machine": {f"{PACKAGE}.host._sdk.host_trouble"},
    # moto makes a region's default key only when it is first used, and botocore's names of members are the wire's.
    f"{PACKAGE}.emulator.ec2.keys": {"backend._create_default_encryption_key"},
    f"{PACKAGE}.emulator.ec2.wire": {"parser._get_serialized_name"},
}


@pytest.mark.parametrize("room", ["core", "host", "policy"])
def test_what_serves_every_service_names_none(room: str) -> None:
    """A word for a service in the text would be a case of its own."""
    files = [each for each in (HOUSE / room).rglob("*") if each.suffix in (".py", ".yaml")]
    assert files
    found = {
        f"{each.relative_to(HOUSE)}:{number}: {line.strip()}"
        for each in files
        for number, line in enumerate(each.read_text().splitlines(), 1)
        if re.search("lightsail|outscale|ec2|oapi|fcu", line, re.IGNORECASE)
    }
    assert found == set()


def loaded_by(code: str) -> set[str]:
    """Which SDKs a fresh interpreter has loaded after some code."""
    ended = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*{{name.split('.')[0] for name in sys.modules}})"],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    return {*ended.stdout.split()} & {"boto3", "botocore", "osc_sdk_python", "moto", "pulumi_policy"}


def test_reading_the_rules_of_all_services_loads_no_sdk() -> None:
    """`import pulumi_snapcopy.families` costs neither a service's SDK nor the policy SDK."""
    assert loaded_by("import pulumi_snapcopy.families") == set()


@pytest.mark.parametrize("room", sorted(SERVICES))
def test_describing_copies_loads_no_services_sdk(room: str) -> None:
    """A program that only describes copies pays for neither boto3 nor osc-sdk-python."""
    assert loaded_by(f"import pulumi_snapcopy.{room}") == set()


@pytest.mark.parametrize("room", sorted(SERVICES))
def test_the_provider_itself_is_made_without_the_sdk(room: str) -> None:
    """The engine's language host pickles it once for each program."""
    code = f"import pulumi_snapcopy.{room}.provider as provider; provider.copied_snapshot()"
    assert loaded_by(code) == set()
