"""A copy that the state holds twice, as itself and as what it replaced: the older entry's delete leaves it alone."""

from __future__ import annotations

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault

from .conftest import Service
from .stack import Stack
from .stories import Arguments, Life, declared

URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/lightsail:CopiedSnapshot::{}"
EDITED = ("edited-back", "edited-back-killed")
"""Other triggers, whose run can't delete the old copy, then the first ones again."""
REPLACED = ("by-its-like", "by-its-like-killed")
"""The engine is told to replace what hasn't changed."""
KILLED = ("edited-back-killed", "by-its-like-killed")
COPIES = (*EDITED, *REPLACED)


def program(*, other_triggers: tuple[str, ...] = (), **more: Arguments) -> str:
    """Declare the copies, some of them with other triggers, and perhaps more."""
    return declared({name: {"triggers": [1 + (name in other_triggers)]} for name in COPIES} | more)


@pytest.mark.soak  # daily edited back, replaced by its like and killed in tests/property/test_engine_model.py
def test_a_copy_that_is_taken_up_again_outlives_its_older_entry(
    stack: Stack, service: Service, emulator: Emulator, subtests: pytest.Subtests
) -> None:
    """A copy that the program declares again outlives its older state entry, and the user reads so."""
    waiting: Arguments = {
        "source_snapshot_name": "data-before-upgrade",
        "target_snapshot_name": "data-dr",
        "opts": f"ResourceOptions(depends_on=[made[name] for name in {KILLED!r}])",
    }
    life = Life(stack, service, emulator)
    stack.program(program(dropped={}))
    first = life.up()

    undeletable = {
        name: emulator.inject(
            Fault(
                kind="error", operation="DeleteInstanceSnapshot", resource=first.copy(name)["name"],
                code="OperationFailureException", times=None,
            )
        )
        for name in EDITED
    }  # fmt: skip
    stack.program(program(other_triggers=EDITED, dropped={}))
    life.up(ok=False)
    assert all(fault.hits for fault in undeletable.values())

    stack.program(program(other_triggers=EDITED[:1], dropped={}, data=waiting))
    held = emulator.inject(Fault(kind="hold-before", operation="CopySnapshot", resource="data-dr"))
    stack.up_killed_at(held, "--replace", URN.format("by-its-like-killed"))
    twice = {name: sum(each["id"].endswith(first.copy(name)["name"]) for each in stack.entries()) for name in KILLED}  # fmt: skip
    emulator.faults.clear()

    stack.program(program(dropped={}, data=waiting))
    then = life.up("--replace", URN.format("by-its-like"))
    entries = stack.entries()
    for name in COPIES:
        with subtests.test(name):
            assert twice.get(name, 2) == 2
            kept = first.copy(name)["name"]
            assert f'kept "{kept}" in eu-west-1: this program still declares it.' in then.result.output
            assert then.arn(name) == first.arn(name)
            assert [each["urn"] for each in entries].count(URN.format(name)) == 1
    with subtests.test("what else was there is gone"):
        assert then.copy("data")["name"] == "data-dr"
        assert then.there.keys() == {then.arn(name) for name in (*COPIES, "dropped", "data")}
        assert len(entries) == len(then.there)

    with subtests.test("what isn't declared any more is deleted also after a refresh, by up"):
        # with --refresh the engine diffs whatever the state holds; only what the program declares is left in place
        stack.program(program(data=waiting))
        without = life.up("--refresh")
        assert without.there.keys() == then.there.keys() - {then.arn("dropped")}
        assert len(stack.entries()) == len(without.there)
    with subtests.test("what isn't declared any more is deleted also after a refresh, by destroy"):
        gone = life.run("destroy", "--yes", "--skip-preview", "--refresh")
        assert gone.there == {} and stack.entries() == []
