"""Lives that a reading of the code has found not to end as promised once; each is told in a few steps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.harness import Fault, Kill, Stop, scripted

from .life import COPY, FAILING, LATEST, Life


def test_a_date_that_could_not_be_settled_at_check_is_replaced_as_any_other() -> None:
    """Check couldn't ask for "latest", create could: the next copy stands before this one goes."""
    life = Life(LATEST)
    assert life.run("up", Fault(kind="throttled", operation="Get")) == []
    (first,) = life.there()
    assert "restoredDate" not in life.engine.state[0].inputs
    life.declared = replace(LATEST, automatic="date", date=life.target.dates("web-1")[-2])
    assert "DENIED" in life.run("up", Fault(kind="denied", operation="CopySnapshot"))[0]
    assert life.there().keys() == {first}
    assert life.run("up") == []
    assert len(life.there()) == 1 and first not in life.there()


@pytest.mark.parametrize("between", ["nothing", "refresh", "an edit of tags"])
def test_copies_that_the_engine_keeps_without_our_knowing_are_kept(between: str) -> None:
    """`retain_on_delete` that a component hands down reaches the engine alone: what the state held is no leftover."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    life.keeps = True
    for count, date in enumerate(life.target.dates("web-1")[-4:], 1):
        life.declared = replace(life.declared, date=date)
        assert life.run("up") == []
        assert len(life.there()) == count
        if between == "refresh":
            assert life.run("refresh") == []
        elif between == "an edit of tags":
            life.declared = replace(life.declared, tags={"count": str(count)})
            assert life.run("up") == []


@pytest.mark.parametrize(
    "wrong", [{"date": "2026-10-01"}, {"source": "wbe-1"}, {"automatic": None, "source": "bd-1"}], ids=str
)
def test_a_wrong_source_under_the_same_name_costs_no_copy(wrong: dict[str, str]) -> None:
    """The copy would have to make way first: the wrong source is refused before, and what there is is told."""
    life = Life(replace(COPY, source="web-1", automatic="date", explicit="web-dr"))
    right = replace(life.declared, date=life.target.dates("web-1")[-2])
    life.declared = right
    assert life.run("up") == []
    (copy,) = life.there()
    life.declared = replace(right, **wrong)  # type: ignore[arg-type]
    (error,) = life.run("up")
    assert error.startswith("replacing CopiedSnapshot") and "would have to go first, and stays" in error
    assert life.there().keys() == {copy}
    life.declared = right
    assert life.run("up") == [] and life.there().keys() == {copy}


def test_a_wrong_source_after_a_killed_run_costs_no_copy() -> None:
    """What the killed run has made isn't what is asked for now: it goes when there is something to copy instead."""
    life = Life(replace(COPY, source="web-1", automatic="date", explicit="web-dr"))
    dates = life.target.dates("web-1")
    life.declared = replace(life.declared, date=dates[-2])
    assert life.run("up", Kill(call=4, done=False)) == ["cut off"]
    (copy,) = life.there()
    assert copy and life.tags()[0]["snapcopy:source"].endswith(dates[-2])
    life.target.service.clock.time += 600
    life.declared = replace(life.declared, date="2026-10-01")
    assert "no automatic snapshot of 2026-10-01" in life.run("up")[0]
    assert life.there().keys() == {copy} and life.engine.state == []
    life.declared = replace(life.declared, date=dates[-1])
    assert life.run("up") == []
    assert len(life.there()) == 1 and copy not in life.there()


def test_a_latest_whose_date_is_gone_can_be_settled_anew() -> None:
    """The copy has failed, and its date aged out before the next run: the message names what helps, and it does."""
    life = Life(LATEST)
    assert life.run("up", FAILING) != []
    for _ in range(8):
        life.target.next_day()
    (error,) = life.run("up")
    assert "run `pulumi refresh`, then `pulumi up`" in error
    assert life.run("refresh") == [] and life.run("up") == []
    assert len(life.there()) == 1


def test_a_copy_that_a_later_run_has_found_knows_its_operation() -> None:
    """The run that started it was killed: the next one reads its operation from the service's record."""
    life = Life()
    assert life.run("up", Kill(call=3, done=True)) == ["cut off"]
    assert life.run("up") == []
    (record,) = (each for _, _, each in life.target.service.records if each.type == "CopySnapshot")
    assert life.engine.state[0].outputs["operationId"] == record.id


def test_what_a_cut_off_run_left_is_removed_where_a_copy_had_that_name_before() -> None:
    """One date, another, the first again and killed, a third: the state has held a copy of that name, and not this one."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    first, second, third = life.target.dates("web-1")[-3:]
    for date in (first, second):
        life.declared = replace(life.declared, date=date)
        assert life.run("up") == []
    life.declared = replace(life.declared, date=first)
    assert life.run("up", Kill(call=4, done=True)) == ["cut off"]
    assert life.target.copies_started() == 3
    life.declared = replace(life.declared, date=third)
    assert life.run("up") == []
    assert len(life.there()) == 1
    assert life.run("destroy") == [] and life.there() == {}


def test_copies_that_the_engine_keeps_are_kept_through_other_triggers() -> None:
    """Copied again for a trigger, and that taken back: the copies from before are still known."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    life.keeps = True
    dates = life.target.dates("web-1")[-3:]
    for date, triggers in zip(dates, [(), ("again",), ()], strict=True):
        life.declared = replace(life.declared, date=date, triggers=triggers)
        assert life.run("up") == []
    assert len(life.there()) == 3


def test_what_is_copied_again_and_again_remembers_no_more_than_is_there() -> None:
    """Each trigger copies again: the state names the one copy that was still there."""
    life = Life()
    for trigger in "abcdef":
        life.declared = replace(life.declared, triggers=(trigger,))
        assert life.run("up") == []
    assert len(life.engine.state[0].outputs["supersedes"]) == 1 == len(life.there())


def test_a_tag_that_was_to_go_goes_after_a_refresh_too() -> None:
    """A run that was to take it away was stopped; a refresh finds the copy whole, and the next run takes it away."""
    life = Life(copy_seconds=300)
    assert "stopped, as asked" in life.run("up", Stop())[0]
    life.declared = replace(COPY, tags={"cost": "7"})
    assert "stopped, as asked" in life.run("up", Stop())[0]
    life.target.service.clock.time += 600
    assert life.run("refresh") == [] and life.run("up") == []
    assert [each.get("team") for each in life.tags()] == [None]
    assert (
        life.engine.state[0].outputs["tags"] == {"cost": "7"}
        and "unsettledTags" not in life.engine.state[0].outputs
    )


def test_lists_that_are_denied_cost_no_copy_of_a_manual_snapshot() -> None:
    """The copy goes, being replaced under its own name; reading one at a time is enough for the new one."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run() == []
    life.target.service.faults_of["snapshots"] = [scripted.Fault.DENIED] * 1000
    life.declared = replace(life.declared, triggers=("again",))
    assert life.run() == []
    assert life.target.copies_started() == 2 and len(life.there()) == 1


def test_copies_that_the_engine_keeps_in_another_region_are_still_known() -> None:
    """Moved, and moved back with another date: the one that was kept there first is no leftover."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    life.keeps = True
    dates = life.target.dates("web-1")
    for date, region in ((dates[-3], "eu-west-1"), (dates[-3], "eu-central-1"), (dates[-1], "eu-west-1")):
        life.declared = replace(life.declared, date=date, target_region=region)
        assert life.run() == []
    assert len(life.there()) == 2
