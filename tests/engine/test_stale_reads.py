"""The fault matrix, stale reads: the service says NotFound of a copy that its lists show all the while."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Injected

from .conftest import Service, day
from .matrix import MANUAL, SHORT, told
from .stack import ROUTE, Result, Stack
from .troubles import ONE_BY_ONE

TAGS = {"team": "shop"}


@dataclass(frozen=True)
class Row:
    """A call that is answered so, of a command: of copies under an explicit and a derived name, once and twice in a row."""

    command: str
    operation: str

    @property
    def copies(self) -> list[str]:
        """The names of its resources, which say how often it is answered so."""
        kinds = ("db-once", "db-twice", "web-once", "web-twice")
        return [f"{self.command}-{self.operation}-{kind}" for kind in kinds]

    @property
    def is_listed(self) -> bool:
        """Whether a list serves all that are looked for within seconds, so that only some are read by themselves."""
        return self.operation == "GetInstanceSnapshot" and self.command in ("refresh", "destroy")

    @property
    def refused(self) -> set[str]:
        """The copies of which the user reads; of all others nothing is said."""
        refused = (self.command, self.operation) == ("edit", "TagResource")
        return {copy for copy in self.copies if refused and copy.endswith("twice")}

    def lie(self, copy: str) -> Fault:
        """What is said of a copy, as often as its name says; not to the first look of a create, which it answers truly."""
        named = "-db-" in copy
        truly_gone = (self.command, self.operation) == ("create", "GetInstanceSnapshot") and named
        return Fault(
            kind="error", code="NotFoundException", operation=self.operation, region="eu-west-1",
            resource=copy if named else f"{copy}-{day(1)}-*",
            skip=int(truly_gone), times=1 if copy.endswith("once") else 2,
        )  # fmt: skip


@pytest.mark.parametrize(
    "rows",
    [
        pytest.param(
            [
                Row("refresh", "GetInstanceSnapshot"),
                Row("edit", "TagResource"),
                Row("destroy", "DeleteInstanceSnapshot"),
            ],
            id="one of each command",
            marks=pytest.mark.soak,  # daily in tests/lifecycle/test_stale_reads.py
        ),
        pytest.param(
            [
                Row("create", "GetInstanceSnapshot"),
                Row("create", "TagResource"),
                Row("edit", "GetInstanceSnapshot"),
                Row("destroy", "GetInstanceSnapshot"),
            ],
            id="the others",
            marks=pytest.mark.soak,
        ),
    ],
)
def test_a_copy_that_is_said_to_be_gone(
    stack: Stack, service: Service, emulator: Emulator, subtests: pytest.Subtests, rows: list[Row]
) -> None:
    """A copy that stale reads say is gone isn't forgotten, made again or orphaned."""
    copies = [copy for row in rows for copy in row.copies]
    edited = {copy for row in rows if row.command == "edit" for copy in row.copies}
    refused = {copy for row in rows for copy in row.refused}
    emulator.seed({"us-east-1": {"instances": [{"name": n, "automaticSnapshots": 3} for n in copies]}})

    def run(command: str, *arguments: str, ok: bool = True) -> Result:
        """Run a command while its rows' answers are stale."""
        lies: dict[Row, list[Injected]] = {
            row: [emulator.inject(row.lie(copy)) for copy in row.copies]
            for row in rows
            if row.command == command
        }
        verb = {"create": "up", "edit": "up"}.get(command, command)
        result = stack.run(verb, "--yes", "--skip-preview", *ONE_BY_ONE, *arguments, ok=ok)
        for row, injected in lies.items():
            with subtests.test("it was said", command=command, operation=row.operation):
                hits = [each.hits for each in injected]
                assert any(hits) if row.is_listed else hits == [1, 2, 1, 2]
        for copy in copies:
            with subtests.test("what the user reads", command=command, copy=copy):
                message = told(result, copy)
                if copy in refused and command == "edit":
                    assert "NotFoundException: A fault that was asked for. (lightsail:TagResource)" in message
                    assert "is available in eu-west-1; it is kept in the stack's state." in message
                else:
                    assert message == ""
        there = {each["arn"] for each in service.snapshots().values()}
        with subtests.test("nothing is forgotten, made again or orphaned", command=command):
            assert service.copies_started() == len(copies)
            assert len(there) == (0 if command == "destroy" else len(copies))
            assert {each["outputs"]["arn"] for each in stack.entries()} == there
        return result

    write(stack, copies, set())
    run("create")
    refreshed = run("refresh")
    assert refreshed.changes == {"unchanged": len(copies) + 1}
    write(stack, copies, edited)
    changes = run("edit", "--continue-on-error", ok=not refused).changes
    assert changes["unchanged"] == len(copies) - len(edited) + 1
    again = stack.up()
    with subtests.test("the next run does what was refused"):
        done = {"unchanged": len(copies) - len(refused) + 1}
        assert again.changes == ({"updated": len(refused), **done} if refused else done)
        assert service.copies_started() == len(copies)
        for name, each in stack.resources().items():
            tagged = service.owner_and_theirs(each["outputs"]["targetSnapshotName"])
            tags = TAGS if name in edited else {}
            assert tagged == {"snapcopy:owner": f"shop/dev/{name}", **tags}, name
    run("destroy")


def write(stack: Stack, copies: list[str], edited: set[str]) -> None:
    """A program of the copies, with time-outs that a try or two more don't reach."""
    programs = {
        copy: {
            **(
                {**MANUAL, "target_snapshot_name": copy}
                if "-db-" in copy
                else {**ROUTE, "source_resource_name": copy, "restore_date": day(1)}
            ),
            "tags": TAGS if copy in edited else {},
        }
        for copy in copies
    }
    soon = SHORT.replace("'3s'", "'30s'")
    stack.program(
        f"for name, arguments in {programs!r}.items():\n    CopiedSnapshot(name, **arguments, opts={soon})\n"
    )
