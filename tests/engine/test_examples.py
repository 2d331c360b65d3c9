"""The programs in examples/ run as they are."""

from __future__ import annotations

import json
import shutil
from datetime import datetime, timedelta, timezone
from pathlib import Path

from pulumi_snapcopy.emulator import Emulator

from .conftest import Service
from .stack import Stack

EXAMPLES = Path(__file__).parents[2] / "examples"


def day(ago: int) -> str:
    """The date of so many days ago, UTC: the sources of the examples have automatic snapshots of the last seven days."""
    return str(datetime.now(timezone.utc).date() - timedelta(days=ago))


def test_quickstart(stack: Stack, service: Service, emulator: Emulator) -> None:
    """The quickstart makes three copies, which the service and the outputs show."""
    emulator.reset()
    emulator.seed(json.loads((EXAMPLES / "quickstart" / "sources.json").read_text()))
    shutil.copy(EXAMPLES / "quickstart" / "__main__.py", stack.folder)
    stack.run("config", "set", "restoreDate", day(1))
    assert stack.up().changes == {"created": 4}
    outputs = stack.exports()
    assert set(service.snapshots()) == {outputs[each]["name"] for each in ("db", "data", "web")}
    assert outputs["web"] == {"name": "web-1-dr", "state": "available", "sizeInGb": 40}
    assert outputs["webIsOf"] == day(0)


def test_disaster_recovery(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A recovery region from a list of sources has what the service still has of each, and tells the newest."""
    names = ("web-1", "web-2", "data-1")
    emulator.reset()
    emulator.seed(json.loads((EXAMPLES / "disaster-recovery" / "sources.json").read_text()))
    shutil.copy(EXAMPLES / "disaster-recovery" / "__main__.py", stack.folder)
    stack.up()
    assert stack.exports()["recoverTo"] == dict.fromkeys(names, day(0))
    assert sorted(name[:-9] for name in service.snapshots()) == sorted(
        f"{name}-{day(ago)}" for name in names for ago in range(7)
    )


def test_each_example_is_a_project_of_its_own() -> None:
    """`pulumi up` in its folder runs it; the quickstart's project is the repository itself."""
    root = Path(__file__).parents[2]
    programs = {each.parent for each in (root / "examples").glob("*/__main__.py")}
    assert {each.name for each in programs if not (each / "Pulumi.yaml").exists()} == {"quickstart"}
