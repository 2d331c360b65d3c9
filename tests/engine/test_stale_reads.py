"""The fault matrix, stale reads: the service says NotFound of a copy that its lists show all the while."""

from __future__ import annotations

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault

from .conftest import Service, day
from .matrix import MANUAL, SHORT, told
from .stack import ROUTE, Stack
from .stories import ONE_BY_ONE

DATED = {**ROUTE, "source_resource_name": "web-1"}
COPIES = {
    "db-once": {**MANUAL, "target_snapshot_name": "db-once"},
    "db-twice": {**MANUAL, "target_snapshot_name": "db-twice"},
    "web-once": {**DATED, "restore_date": day(1)},
    "web-twice": {**DATED, "restore_date": day(2)},
}
NAMES = {"db-once": "db-once", "db-twice": "db-twice", "web-once": f"web-1-{day(1)}-*", "web-twice": f"web-1-{day(2)}-*"}  # fmt: skip
"""Under which the service has them."""


@pytest.mark.parametrize(
    ("command", "operation"),
    [
        pytest.param("create", "GetInstanceSnapshot", marks=pytest.mark.soak),
        pytest.param("create", "TagResource", marks=pytest.mark.soak),
        pytest.param("edit", "GetInstanceSnapshot", marks=pytest.mark.soak),
        ("edit", "TagResource"),
        ("refresh", "GetInstanceSnapshot"),
        pytest.param("destroy", "GetInstanceSnapshot", marks=pytest.mark.soak),
        ("destroy", "DeleteInstanceSnapshot"),
    ],
)
def test_a_copy_that_is_said_to_be_gone(
    stack: Stack, service: Service, emulator: Emulator, command: str, operation: str
) -> None:
    """Once, or twice in a row: it isn't forgotten, made again or orphaned, and in all cases but one nothing is said."""
    tags = {"team": "shop"} if command == "edit" else {}
    write(stack, {})
    if command != "create":
        stack.up()
    write(stack, tags)
    lies = [emulator.inject(lie(command, operation, copy)) for copy in COPIES]
    refused = {"db-twice", "web-twice"} if (command, operation) == ("edit", "TagResource") else set()
    if command in ("refresh", "destroy"):
        result = stack.run(command, "--yes", "--skip-preview", *ONE_BY_ONE)
    else:
        result = stack.up(*ONE_BY_ONE, "--continue-on-error", ok=not refused)
    assert [each.hits for each in lies] == [1, 2, 1, 2]
    for copy in COPIES:
        message = told(result, copy)
        if copy in refused:
            assert "NotFoundException: A fault that was asked for. (lightsail:TagResource)" in message
            assert "is available in eu-west-1; it is kept in the stack's state." in message
        else:
            assert message == "", copy
    assert service.copies_started() == 4
    there = service.snapshots()
    assert len(there) == (0 if command == "destroy" else 4)
    assert {each["outputs"]["arn"] for each in stack.entries()} == {each["arn"] for each in there.values()}
    if command != "destroy":
        again = {"updated": 2, "unchanged": 3} if refused else {"unchanged": 5}
        assert stack.up().changes == again
        assert service.copies_started() == 4
        for name, each in stack.resources().items():
            tagged = service.owner_and_theirs(each["outputs"]["targetSnapshotName"])
            assert tagged == {"snapcopy:owner": f"shop/dev/{name}", **tags}


def write(stack: Stack, tags: dict[str, str]) -> None:
    """A program of the copies, with time-outs that a try or two more don't reach."""
    copies = {name: {**arguments, "tags": tags} for name, arguments in COPIES.items()}
    soon = SHORT.replace("'3s'", "'30s'")
    stack.program(
        f"for name, arguments in {copies!r}.items():\n    CopiedSnapshot(name, **arguments, opts={soon})\n"
    )


def lie(command: str, operation: str, copy: str) -> Fault:
    """What is said of a copy, as often as its name says; not to the first look of a create, which it answers truly."""
    truly_gone = (command, operation) == ("create", "GetInstanceSnapshot") and copy.startswith("db")
    return Fault(
        kind="error", code="NotFoundException", operation=operation, resource=NAMES[copy],
        skip=int(truly_gone), times=1 if copy.endswith("once") else 2,
    )  # fmt: skip
