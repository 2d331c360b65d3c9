"""Previews judged by the pack, and what it said of which resource."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

# The engine tests' own fixtures, used under their names.
from tests.engine.conftest import emulator, new_stack, pulumi_home, service, stack  # noqa: F401
from tests.engine.stack import Result, Stack

THEIRS = "pulumi-python:dynamic/theirs:CopySnapshot"
OURS = "pulumi-python:dynamic/lightsail:CopiedSnapshot"

OTHERS = """
from pulumi.dynamic import CreateResult, Resource, ResourceProvider

class Provider(ResourceProvider):
    def create(self, props):
        return CreateResult("id", props)

class CopySnapshot(Resource, module="theirs", name="CopySnapshot"):
    def __init__(self, called, /, **props):
        super().__init__(Provider(), called, props)

class Instance(Resource, module="lightsail", name="Instance"):
    def __init__(self, called, /, **props):
        super().__init__(Provider(), called, props)

class Later(Resource, module="theirs", name="Later"):
    pass

def unknown(value):
    return later.id.apply(lambda _: value)

later = Later(Provider(), "later", {})
"""
"""Another tool's resources, and values that aren't known at preview; for the beginning of a program."""

_FINDING = re.compile(
    r"^ {8}- \[(?P<level>\w+)\](?: \[severity: (?P<severity>\w+)\])?  (?P<policy>[\w-]+)  "
    r"\((?P<type>\S+): (?P<resource>[^)]+)\)\n {10}(?P<description>.*)\n {10}(?P<message>.*)$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Finding:
    """What the pack said of one resource."""

    level: str
    severity: str
    policy: str
    type: str
    resource: str
    description: str
    message: str


class Judged:
    """A preview's or update's end, and what the pack found."""

    def __init__(self, result: Result) -> None:
        self.code, self.output = result.code, result.output
        self.findings = [Finding(**each.groupdict()) for each in _FINDING.finditer(result.output)]
        for sign in ("can't run", "Traceback", "Exception"):
            assert sign not in result.output, result.output

    def of(self, resource: str) -> list[tuple[str, str]]:
        """The policies that a resource breaks, and the messages."""
        return [(each.policy, each.message) for each in self.findings if each.resource == resource]

    @property
    def resources(self) -> set[str]:
        """The resources of which anything was said."""
        return {each.resource for each in self.findings}


@pytest.fixture(scope="session")
def pack() -> Path:
    """The pack's folder, as the command prints it."""
    program = Path(sys.executable).with_name("snapcopy")
    printed = subprocess.run([program, "policy-pack"], capture_output=True, text=True, check=True).stdout
    return Path(printed.removesuffix("\n"))


Judge = Callable[..., Judged]


@pytest.fixture
def judge(stack: Stack, pack: Path) -> Judge:  # noqa: F811 (the fixture of that name)
    """Run a program through the CLI with the pack."""

    def run(
        body: str, config: dict[str, Any] | None = None, *, command: str = "preview", ok: bool = True
    ) -> Judged:
        stack.program(body)
        options = ["--policy-pack", str(pack)]
        if config is not None:
            file = stack.folder / "policy-config.json"
            file.write_text(json.dumps(config))
            options += ["--policy-pack-config", str(file)]
        if command == "up":
            options += ["--yes", "--skip-preview"]
        return Judged(stack.run(command, *options, ok=ok))

    return run
