"""Calls that go wrong, on every service: what passes only delays, and never makes two."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.row import Row, Trouble, changes
from tests.harness.served import Life, Running
from tests.harness.services import ROWS
from tests.harness.target import Kill

from .conftest import MATRIX

PASSING: tuple[Trouble, ...] = ("throttled", "failing", "reset", "lost", "error-after", "garbage", "empty")
_operations: dict[str, list[str]] = {}


def live(life: Life) -> Iterator[str]:
    """Run through the life of one resource, and stop after each run."""
    inputs = dict(life.inputs)
    life.ok()
    yield "create"
    life.ok("refresh")
    yield "refresh"
    life.inputs["tags"] = {"cost": "7"}
    life.ok()
    yield "update"
    life.inputs = {**inputs, **life.row.edit}
    life.ok()
    yield "replace"


def operations(row: Row, served: Running) -> list[str]:
    """All that such a life calls."""
    if row.name not in _operations:
        served.reset(row)
        life, found = Life(row, served), set[str]()
        for _ in live(life):
            found |= set(life.calls)
        life.ok("destroy")
        _operations[row.name] = sorted(found | set(life.calls))
    return _operations[row.name]


def times(trouble: Trouble, operation: str, row: Row) -> int:
    """More often than botocore tries by itself, but for the request: each answer of it that is lost may cost another."""
    if operation == row.create:
        return 1
    return 2 if trouble in ("garbage", "empty") else 4


@MATRIX
@pytest.mark.parametrize("trouble", PASSING)
def test_trouble_that_passes_only_delays(row: Row, served: Running, trouble: Trouble) -> None:
    """A life of create, refresh, update, replace and destroy in which each call goes wrong ends as one without faults."""
    wanted = operations(row, served)
    served.reset(row)
    life = Life(row, served)
    for operation in wanted:
        life.trouble(trouble, operation, times=times(trouble, operation, row))
    for _ in live(life):
        life.assert_untouched(trouble)
    life.emulator.faults.clear()
    life.assert_well()
    for operation in changes(wanted):
        life.trouble(trouble, operation)
    life.ok("destroy")
    assert life.made() == [] and life.engine.state == []
    life.assert_untouched(trouble)


@pytest.mark.soak
@pytest.mark.parametrize("trouble", PASSING)
def test_trouble_of_one_call_only_delays(row: Row, served: Running, trouble: Trouble) -> None:
    """A single call that fails once in each run only delays the life."""
    for operation in operations(row, served):
        served.reset(row)
        life = Life(row, served)
        life.trouble(trouble, operation)
        for _ in live(life):
            life.emulator.faults.clear()
            life.trouble(trouble, operation)
        life.ok("destroy")
        assert life.made() == [] and life.engine.state == [], operation
        life.assert_untouched(operation)


@pytest.mark.parametrize("operation", ["create", "tag"])
def test_what_is_denied_is_named_and_the_next_run_goes_on(life: Life, operation: str) -> None:
    """A denied action is named, what was made stays in the state, and the next run makes no second one."""
    name = life.row.create if operation == "create" else life.row.tag
    if operation == "tag" and life.row.tags_in_call:
        life.ok()
        life.inputs["tags"] = {"cost": "7"}
    life.trouble("denied", name, times=None)
    (error,) = life.run()
    assert name in error
    life.emulator.faults.clear()
    life.ok()
    life.assert_well(sent=2 if operation == "create" else 1)


@pytest.mark.parametrize("row", [each for each in ROWS if each.fails], ids=str)
def test_a_failed_one_is_kept_then_replaced_or_destroyed(life: Life) -> None:
    """A failed copy stays in the state with its reason; the next run replaces it, and destroy deletes it."""
    life.inject("fail-copy", error_details="out of luck")
    (error,) = life.run()
    words = life.row.family.words
    assert f"the {words.thing} failed" in error and "run `pulumi up` again" in error
    failed = life.only()
    assert life.ref == failed.arn and life.outputs["state"] == "error"
    life.ok()
    life.assert_well(sent=2)
    assert life.only().arn != failed.arn
    life.inputs |= life.row.edit
    life.inject("fail-copy")
    assert life.run() != []
    life.ok("destroy")
    assert life.made() == [] and life.engine.state == []


@pytest.mark.parametrize("retain", [False, True], ids=["", "retained"])
@pytest.mark.parametrize("row", [each for each in ROWS if each.fails], ids=str)
def test_of_several_that_fail_only_the_last_stays(life: Life, retain: bool) -> None:
    """Each run deletes the failed one before it makes another, as its message says; what failed isn't retained either."""
    life.retain = retain
    failing = life.inject("fail-copy", times=None)
    for _ in range(3):
        assert life.run() != []
        assert life.ref == life.only().arn
    failing.remove()
    life.ok()
    life.assert_well(sent=4)


@pytest.mark.parametrize("row", [each for each in ROWS if each.fails], ids=str)
def test_one_that_fails_at_once_ends_the_run(life: Life) -> None:
    """A copy that fails ends the run, which doesn't make it again and again."""
    failing = life.inject("fail-copy", seconds=0, times=None)
    assert f"the {life.row.family.words.thing} failed" in life.run()[0] and life.sent() == 1
    failing.remove()
    life.ok()
    life.assert_well(sent=2)


def test_a_request_that_was_never_done_is_sent_again(life: Life) -> None:
    """A lost request that did nothing is sent once more after a look, or after a search where that could make two."""
    life.inject("reset")
    life.ok()
    life.assert_well(sent=2)
    assert (life.clock.slept >= 30) is life.row.family.traits.duplicates


@pytest.mark.parametrize("row", [each for each in ROWS if each.family.words.thing == "copy"], ids=str)
def test_the_limit_on_copies_in_progress_is_a_queue(life: Life) -> None:
    """While another stack's copy takes the only place ours waits, then it is made."""
    other = Life(life.row, life.served, identity="f" * 16)
    assert other.run(kill=Kill(at=life.row.create, done=True)) == ["killed"]
    life.before = {each.arn: each for each in life.row.things()}
    life.set(max_copies_in_progress=1)
    life.ok()
    assert any(each.startswith("queued:") for each in life.shown.lines)
    (ours,) = life.made()
    assert ours.arn == life.ref
