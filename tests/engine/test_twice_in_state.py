"""A copy that the state holds twice, as itself and as what it replaced: the older entry's delete leaves it alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault

from .conftest import Service
from .stack import ROUTE, Stack

URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/lightsail:CopiedSnapshot::db"


def program(stack: Stack, *, triggers: list[int], more: bool = False) -> None:
    """Declare the copy, and perhaps one more that waits for it."""
    db = {**ROUTE, "source_snapshot_name": "db-before-upgrade", "triggers": triggers}
    body = f"db = CopiedSnapshot('db', **{db!r})\n"
    if more:
        data = {**ROUTE, "source_snapshot_name": "data-before-upgrade", "target_snapshot_name": "data-dr"}
        body += f"CopiedSnapshot('data', **{data!r}, opts=ResourceOptions(depends_on=[db]))\n"
    stack.program(body)


def edited_and_back(stack: Stack, emulator: Emulator) -> tuple[str, ...]:
    """Other triggers, whose run can't delete the old copy, then the first ones again."""
    emulator.inject(Fault(kind="error", operation="DeleteInstanceSnapshot", code="OperationFailureException"))
    program(stack, triggers=[2])
    stack.up(ok=False)
    return ()


def replaced_by_its_like(stack: Stack, emulator: Emulator) -> tuple[str, ...]:
    """The engine is told to replace what hasn't changed."""
    return "--replace", URN


@pytest.mark.parametrize(
    ("how", "killed"),
    [
        (edited_and_back, False),
        (replaced_by_its_like, True),
        pytest.param(edited_and_back, True, marks=pytest.mark.soak),
        pytest.param(replaced_by_its_like, False, marks=pytest.mark.soak),
    ],
)
def test_a_copy_that_is_taken_up_again_outlives_its_older_entry(
    stack: Stack,
    service: Service,
    emulator: Emulator,
    how: Callable[[Stack, Emulator], tuple[str, ...]],
    killed: bool,
) -> None:
    """It is what the program asks for, so it stays; the user reads so; what else was there goes."""
    program(stack, triggers=[1])
    stack.up()
    copy = service.only()
    options = how(stack, emulator)
    program(stack, triggers=[1], more=killed)
    if killed:
        held = emulator.inject(Fault(kind="hold-before", operation="CopySnapshot", resource="data-dr"))
        stack.up_killed_at(held, *options)
        assert sum(each["id"].endswith(copy["name"]) for each in stack.entries()) == 2
        said = stack.up().output
    else:
        said = stack.up(*options).output
    assert f'kept "{copy["name"]}" in eu-west-1: this program still declares it.' in said
    there = service.snapshots()
    assert there.pop(copy["name"])["arn"] == copy["arn"]
    assert list(there) == ["data-dr"] * killed
    assert stack.outputs()["arn"] == copy["arn"]
    assert len(stack.entries()) == 1 + killed
    stack.destroy()
    assert service.snapshots() == {}


@pytest.mark.parametrize("command", ["up", "destroy"])
def test_what_isnt_declared_any_more_is_deleted_also_after_a_refresh(
    stack: Stack, service: Service, command: str
) -> None:
    """With --refresh the engine diffs whatever the state holds; only what the program declares is left in place."""
    program(stack, triggers=[1])
    stack.up()
    if command == "up":
        stack.program("")
    stack.run(command, "--yes", "--skip-preview", "--refresh")
    assert service.snapshots() == {}
    assert stack.entries() == []
