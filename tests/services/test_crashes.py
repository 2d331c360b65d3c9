"""Killed at a call, before and after its work: the next run ends in exactly one, and nothing of others is touched.

Between two calls that change nothing the service is the same, so every day a run is killed around its changes; `make
soak` kills at every call.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.harness.row import Row, changes
from tests.harness.served import Life, Running
from tests.harness.services import ROWS
from tests.harness.target import Kill

from .conftest import MATRIX

SCENARIOS = ("create", "update", "replace", "destroy")


def prepared(row: Row, served: Running, scenario: str) -> Life:
    """A stack right before the run that is to be killed."""
    served.reset(row)
    life = Life(row, served)
    if scenario != "create":
        life.ok()
    if scenario == "update":
        life.inputs["tags"] = {"cost": "7"}
    elif scenario == "replace":
        life.inputs |= row.edit
    return life


def points(calls: list[str]) -> list[Kill]:
    """Before and after each of these calls."""
    return [
        Kill(at=call, done=done, skip=calls[:number].count(call))
        for number, call in enumerate(calls)
        for done in (False, True)
    ]


def kill_at_each(row: Row, served: Running, scenario: str, choose: Callable[[list[str]], list[str]]) -> int:
    """Kill a scenario at each of the calls that are chosen; returns how many there were."""
    command = "destroy" if scenario == "destroy" else "up"
    life = prepared(row, served, scenario)
    life.ok(command)
    sent, kills = life.sent(), points(choose(life.calls))
    assert kills, "a scenario without a change has nothing to be killed at"
    for kill in kills:
        life = prepared(row, served, scenario)
        killed = life.run(command, kill=kill)
        # How often it looks depends on the time that passes.
        assert killed == ["killed"] or kill.at not in changes([kill.at]), (kill, killed)
        life.engine.pending.clear()
        errors = life.run(command)
        assert errors == [], (kill, errors)
        assert life.sent() == sent, f"{kill}: sent twice, or not at all"
        life.assert_untouched(kill)
        if command == "destroy":
            assert life.made() == [], kill
        else:
            life.assert_well()
    return len(kills)


@MATRIX
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_around_each_change_the_next_run_ends_in_one(
    row: Row, served: Running, scenario: str, record_property: Callable[[str, object], None]
) -> None:
    """A run killed before or after any change is followed by one that ends in one object, with one request in all."""
    record_property("points killed", kill_at_each(row, served, scenario, changes))


@pytest.mark.soak
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_every_call_the_next_run_ends_in_one(
    row: Row, served: Running, scenario: str, record_property: Callable[[str, object], None]
) -> None:
    """A run killed at any call, reads too, is followed by one that ends in one object."""
    record_property("points killed", kill_at_each(row, served, scenario, list))


def test_killed_and_edited_no_orphan_is_left(life: Life) -> None:
    """What a killed run made for an earlier request is deleted when the new one stands, and the output says so."""
    tagged = life.row.create if life.row.tags_in_call else life.row.tag
    assert life.run(kill=Kill(at=tagged, done=True)) == ["killed"]
    (orphan,) = life.ours()
    life.inputs |= life.row.edit
    life.ok()
    assert any("an earlier run of this declaration" in each for each in life.shown.warnings)
    life.assert_well(sent=2)
    assert life.only().arn != orphan.arn


@pytest.mark.parametrize("row", [each for each in ROWS if each.fails], ids=str)
@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_killed_while_it_replaces_a_failed_one_the_next_run_ends_in_one(life: Life, done: bool) -> None:
    """A run killed at the request or the deletion of a replacement is followed by one that ends in one object."""
    for at in (life.row.create, life.row.delete):
        life.served.reset(life.row)
        again = Life(life.row, life.served)
        again.inject("fail-copy")
        assert again.run() != []
        assert again.run(kill=Kill(at=at, done=done)) == ["killed"]
        again.ok()
        again.assert_well(sent=2)


@pytest.mark.parametrize("row", [each for each in ROWS if each.fails], ids=str)
def test_what_a_killed_run_started_and_failed_since_is_made_again(life: Life) -> None:
    """A copy that a killed run started and that failed since is deleted and made again."""
    life.inject("fail-copy", seconds=1)
    assert life.run(kill=Kill(at=life.row.create, done=True)) == ["killed"]
    life.clock.sleep(10)
    life.ok()
    life.assert_well(sent=2)
