"""Services that show late what has changed: seconds cost a wait, and no second one."""

from __future__ import annotations

import pytest

from tests.harness.served import Life
from tests.harness.services import ROWS
from tests.harness.target import Kill

LAGS = ("visibility_seconds", "filter_seconds", "deletion_seconds", "tagging_seconds")
DUPLICATES = [each for each in ROWS if each.family.traits.duplicates]


def test_a_life_where_everything_lags(life: Life) -> None:
    """With reads, lists and tags that lag by eight seconds, one object is made for each request."""
    before = life.row.things()
    life.set(**dict.fromkeys(LAGS, 8.0))
    life.ok()
    life.emulator.finish_copies()
    life.assert_well(sent=1)
    life.inputs |= life.row.edit
    life.ok()
    life.emulator.finish_copies()
    life.assert_well(sent=2)
    life.ok("refresh")
    life.ok("destroy")
    life.emulator.finish_copies()
    assert life.row.things() == before and life.engine.state == []


@pytest.mark.parametrize("seconds", [8.0, 20.0])
def test_after_a_lost_answer_it_is_searched_for(life: Life, seconds: float) -> None:
    """After a lost answer, filters and reads that lag cost a wait, and no second object."""
    life.set(filter_seconds=seconds, visibility_seconds=seconds / 2)
    life.inject("lost")
    life.ok()
    assert not life.row.family.traits.duplicates or life.sent() == 1
    life.emulator.finish_copies()
    life.assert_well()


@pytest.mark.parametrize("seconds", [2.0, 8.0])
def test_after_a_kill_it_is_found_though_it_shows_late(life: Life, seconds: float) -> None:
    """The run after a kill waits for what the killed one started, even if lists show it only after it is complete."""
    life.set(filter_seconds=seconds, visibility_seconds=seconds / 2)
    assert life.run(kill=Kill(at=life.row.create, done=True)) == ["killed"]
    life.ok()
    life.emulator.finish_copies()
    life.assert_well()


@pytest.mark.parametrize("row", DUPLICATES, ids=str)
@pytest.mark.parametrize("how", ["lost", "killed"])
def test_two_of_one_request_converge_to_the_eldest(life: Life, how: str) -> None:
    """If filters lag longer than the search a second one is made; it is found at the end, deleted and named."""
    life.set(filter_seconds=45.0, copy_seconds=60.0)
    if how == "lost":
        life.inject("lost")
    else:
        assert life.run(kill=Kill(at=life.row.create, done=True)) == ["killed"]
        first = life.only()
        life.clock.sleep(2.0)  # times are told to the second
    life.ok()
    (said,) = [each for each in life.shown.warnings if "a second one of the same request" in each]
    one = life.only()
    assert one.name not in said and (how == "lost" or one.arn == first.arn)
    life.assert_well(sent=2)


@pytest.mark.parametrize("row", [each for each in ROWS if each.tags_in_call], ids=str)
def test_an_orphan_that_the_first_list_misses_is_deleted_at_the_end(life: Life) -> None:
    """An edit is killed and edited again at once, while lists don't show yet what the killed run made."""
    before = life.row.things()
    life.ok()
    life.set(copy_seconds=20.0, visibility_seconds=6.0, filter_seconds=6.0)
    life.inputs |= life.row.edit
    assert life.run(kill=Kill(at=life.row.create, done=True)) == ["killed"]
    life.inputs["triggers"] = ["a third request"]
    life.ok()
    life.emulator.finish_copies()
    life.assert_well(sent=3)
    life.ok("destroy")
    life.emulator.finish_copies()
    assert life.row.things() == before
