"""Copies that are kept on purpose: by their declaration, or by the engine without the provider's knowing."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.harness import Stop

from .life import COPY, FAILING, Life


def test_a_retained_copy_that_was_stopped_before_its_tags_is_kept() -> None:
    """Stopped before it showed, refreshed, replaced: it is marked by then, and no later run takes it for an orphan."""
    life = Life(shown_after=40.0)
    dates = life.target.dates("web-1")
    of_a_date = replace(COPY, tags={}, source="web-1", automatic="date", retain=True)
    life.declared = replace(of_a_date, date=dates[-3])
    assert "stopped, as asked" in life.run("up", Stop(), after=2.0)[0]
    life.target.service.clock.time += 600
    assert life.run("refresh") == []
    for date in dates[-3:]:
        life.declared = replace(of_a_date, date=date)
        assert life.run("up") == []
    assert len(life.there()) == 3


def test_triggers_copy_again_beside_a_retained_copy_or_say_that_they_can_not() -> None:
    """Under an explicit name the retained copy is in the way: `up` says so, it doesn't pass it off as the new one."""
    life = Life(replace(COPY, explicit="web-dr", retain=True))
    assert life.run("up") == []
    (retained,) = life.there()
    life.declared = replace(life.declared, triggers=("again",))
    assert "by a retained copy" in life.run("up")[0]
    assert life.there().keys() == {retained}


def test_going_back_to_a_retained_copy_takes_it_up() -> None:
    """Under a derived name it is the very copy that is asked for again, whatever was partial in between."""
    life = Life(replace(COPY, source="web-1", automatic="date", retain=True))
    first, second = life.target.dates("web-1")[-2:]
    life.declared = replace(life.declared, date=first)
    assert life.run("up") == []
    (kept,) = life.there()
    life.declared = replace(life.declared, date=second)
    assert life.run("up", FAILING) != []
    life.declared = replace(life.declared, date=first)
    assert life.run("up") == []
    assert [each.outputs["arn"] for each in life.engine.state] == [kept]


def test_going_back_to_a_retained_copy_under_its_explicit_name_takes_it_up() -> None:
    """Another name, and that taken back: the copy that was kept under the first is the very copy that is asked for."""
    life = Life(replace(COPY, explicit="db-dr", retain=True))
    assert life.run("up") == []
    (kept,) = life.there()
    life.declared = replace(life.declared, explicit="db-other")
    assert life.run("up") == []
    life.declared = replace(life.declared, explicit="db-dr")
    assert life.run("up") == []
    assert [each.outputs["arn"] for each in life.engine.state] == [kept]


@pytest.mark.parametrize("between", ["nothing", "refresh", "an edit of tags"])
def test_copies_that_the_engine_keeps_without_our_knowing_are_kept(between: str) -> None:
    """`retain_on_delete` that a component hands down reaches the engine alone: what the state held is no orphan."""
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


def test_copies_that_the_engine_keeps_are_kept_through_other_triggers() -> None:
    """Copied again for a trigger, and that taken back: the copies from before are still known."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    life.keeps = True
    dates = life.target.dates("web-1")[-3:]
    for date, triggers in zip(dates, [(), ("again",), ()], strict=True):
        life.declared = replace(life.declared, date=date, triggers=triggers)
        assert life.run("up") == []
    assert len(life.there()) == 3


def test_copies_that_the_engine_keeps_in_another_region_are_still_known() -> None:
    """Moved, and moved back with another date: the one that was kept there first is no orphan."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    life.keeps = True
    dates = life.target.dates("web-1")
    for date, region in ((dates[-3], "eu-west-1"), (dates[-3], "eu-central-1"), (dates[-1], "eu-west-1")):
        life.declared = replace(life.declared, date=date, target_region=region)
        assert life.run() == []
    assert len(life.there()) == 2


def test_a_retained_copy_that_no_longer_says_what_it_is_of_is_not_said_to_be_of_anything() -> None:
    """Its tag was taken away; its declaration takes it up again, and can't know."""
    life = Life(replace(COPY, explicit="db-dr", retain=True))
    assert life.run("up") == []
    (held,) = (each for each in life.target.service.held if each.name == "db-dr")
    life.declared = replace(life.declared, explicit="db-other")
    assert life.run("up") == []
    del held.tags["snapcopy:source"]
    life.declared = replace(life.declared, explicit="db-dr")
    assert life.run("up") == []
    assert [each.outputs["arn"] for each in life.engine.state] == [held.arn]
    assert (
        "snapcopy:source" not in held.tags and held.tags["snapcopy:owner"] == "shop/dev/web@0000000000000001"
    )


def test_what_pulumi_replaces_for_its_own_reason_costs_no_copy_that_the_engine_keeps() -> None:
    """A component hands down `retain_on_delete`, and an option finds the reason: what the state held is no orphan."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    life.keeps = True
    for date in life.target.dates("web-1")[-3:]:
        life.declared = replace(life.declared, date=date)
        assert life.run() == []
    kept = life.there().keys()
    life.engine.state[0].forced = True
    life.declared = replace(life.declared, tags={"team": "web"})
    assert life.run() == [] and life.there().keys() == kept and len(kept) == 3
