"""What the rows of the fault matrix share: programs of copies, what the user reads of one, and what must hold after."""

from __future__ import annotations

import re
from typing import Any

from .conftest import Service
from .stack import ROUTE, Result, Stack

MANUAL = {**ROUTE, "source_snapshot_name": "db-before-upgrade"}
SHORT = "ResourceOptions(custom_timeouts=CustomTimeouts(create='3s', update='3s', delete='3s'))"


def write(stack: Stack, copies: dict[str, dict[str, Any]], *, create: str = "3s") -> None:
    """Write a program of copies, all with short timeouts; by default of the manual snapshot, named as they are."""
    stack.program(declaring(copies, create=create))


def declaring(copies: dict[str, dict[str, Any]], *, create: str = "3s") -> str:
    """The part of such a program."""
    defaults = {
        name: {**ROUTE, "target_snapshot_name": name, **(arguments or MANUAL)}
        for name, arguments in copies.items()
    }
    short = SHORT.replace("create='3s'", f"create='{create}'")
    return (
        f"for name, arguments in {defaults!r}.items():\n    CopiedSnapshot(name, **arguments, opts={short})\n"
    )


def told(result: Result, name: str) -> str:
    """What the user reads of one copy at the end of a run."""
    diagnostics = result.output.rpartition("Diagnostics:\n")[2]
    found = re.search(rf"CopiedSnapshot \({re.escape(name)}\):\n(.*?)\n\n", diagnostics, re.S)
    return found[1] if found else ""


def assert_as_declared(stack: Stack, service: Service, regions: tuple[str, ...] = ("eu-west-1",)) -> None:
    """There is exactly what the state has, complete and ours."""
    declared = {each["outputs"]["arn"]: name for name, each in stack.resources().items()}
    there = {each["arn"]: each for region in regions for each in service.snapshots(region).values()}
    assert there.keys() == declared.keys()
    for arn, snapshot in there.items():
        assert snapshot["state"] in ("available", "completed")
        assert service.tags(snapshot["name"], snapshot["location"]["regionName"])["snapcopy:owner"] == (
            f"shop/{stack.name}/{declared[arn]}"
        )


def assert_recovers(stack: Stack, service: Service, regions: tuple[str, ...] = ("eu-west-1",)) -> None:
    """A clean run brings about exactly what is declared, complete and ours."""
    stack.give_time()
    stack.up()
    assert_as_declared(stack, service, regions)


def assert_converges(stack: Stack, service: Service, regions: tuple[str, ...] = ("eu-west-1",)) -> None:
    """A clean run brings about exactly what is declared, complete and ours, and a second one changes nothing."""
    assert_recovers(stack, service, regions)
    assert stack.up().changes == {"unchanged": len(stack.resources()) + 1}
