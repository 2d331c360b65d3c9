"""Lives that the state machine has found not to end as promised once; each is told in a few steps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.harness import Fault, Kill, Stop

from .life import COPY, FAILING, Life


def test_a_failed_copy_that_a_killed_run_made_again_is_gone_on_with() -> None:
    """`up` goes on with the copy of the killed run."""
    life = Life()
    life.killed_right_after_copying_again()
    assert life.run("up") == []
    assert len(life.tags()) == 1


@pytest.mark.parametrize("forgetting", ["refresh", "destroy"])
def test_a_failed_copy_that_a_killed_run_made_again_is_not_forgotten(forgetting: str) -> None:
    """`refresh` finds the copy of the killed run, `destroy` deletes it."""
    life = Life()
    life.killed_right_after_copying_again()
    assert life.run(forgetting) == []
    assert len(life.engine.state) == len(life.tags())


def test_a_copy_whose_renaming_was_cut_off_is_deleted_after_the_next_up() -> None:
    """Its tag bears the new name and the state the old one: `destroy` leaves it to that name, `up` settles it."""
    life = Life()
    assert life.run("up") == []
    life.declared = replace(COPY, name="shop", alias="web")
    life.engine.dies_after = 0
    assert life.run("up") == ["cut off"]
    life.engine.dies_after = None
    assert life.run("up") == []
    assert life.run("destroy") == []
    assert life.tags() == []


THEIRS = {"snapcopy:owner": "shop/prod/web", "snapcopy:source": "us-east-2:other"}


@pytest.mark.parametrize("tags", [{}, THEIRS], ids=["made by hand", "another stack's copy"])
def test_an_adoption_that_was_cut_off_after_its_tag_is_gone_on_with(tags: dict[str, str]) -> None:
    """The next `up` leaves the adopted snapshot what it is, and says nothing of what it is a copy of."""
    life = Life(replace(COPY, explicit="web-dr", adopt=True))
    life.target.plant(COPY.target_region, "web-dr", tags)
    (adopted,) = life.there()
    # Before TagResource come: look, and for an untagged one the service's record.
    assert life.run("up", Kill(call=1 if tags else 2, done=True)) == ["cut off"]
    assert life.run("up") == []
    assert life.there().keys() == {adopted} and life.target.copies_started() == 0
    assert life.there()[adopted].tags.get("snapcopy:source") != "us-east-1:db-1"


def test_a_retained_copy_that_was_stopped_before_its_tags_is_kept() -> None:
    """Stopped before it showed, refreshed, replaced: it is marked by then, and no later run takes it for a leftover."""
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


@pytest.mark.parametrize("commands", [("destroy",), ("refresh", "destroy")], ids=" and ".join)
def test_a_copy_that_was_stopped_before_it_showed_is_deleted(commands: tuple[str, ...]) -> None:
    """It is in the state and not yet to be seen: that is no proof that it is gone."""
    life = Life(copy_seconds=30.0, shown_after=30.0)
    assert "stopped, as asked" in life.run("up", Stop(), after=2.0)[0]
    assert life.target.copies_started() == 1
    for command in commands:
        assert life.run(command) == []
    life.target.service.clock.time += 3600
    assert life.there() == {} and life.engine.state == []


def test_triggers_copy_again_beside_a_retained_copy_or_say_that_they_can_not() -> None:
    """Under an explicit name the retained copy is in the way: `up` says so, it doesn't pass it off as the new one."""
    life = Life(replace(COPY, explicit="web-dr", retain=True))
    assert life.run("up") == []
    (retained,) = life.there()
    life.declared = replace(life.declared, triggers=("again",))
    assert "by a retained copy" in life.run("up")[0]
    assert life.there().keys() == {retained}


@pytest.mark.parametrize("then", ["up", "destroy"])
def test_a_copy_whose_renaming_was_refused_is_still_known(then: str) -> None:
    """The new name couldn't be tagged: the next run tags it, and `destroy` deletes the copy."""
    life = Life()
    assert life.run("up") == []
    life.declared = replace(COPY, name="shop", alias="web")
    assert "DENIED" in life.run("up", Fault(kind="denied", operation="TagResource"))[0]
    assert life.run(then) == []
    assert [each["snapcopy:owner"] for each in life.tags()] == (["shop/dev/shop"] if then == "up" else [])


def test_a_replacement_that_fails_twice_leaves_the_copy_that_it_replaces() -> None:
    """What a half-made replacement is to replace goes when the new copy stands, however many runs that takes."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    first, second, third = life.target.dates("web-1")[-3:]
    life.declared = replace(life.declared, date=first)
    assert life.run("up") == []
    good = set(life.there())
    for date, runs in ((second, 2), (third, 2)):
        life.declared = replace(life.declared, date=date)
        for _ in range(runs):
            assert life.run("up", FAILING) != []
            assert good <= set(life.there())
    assert life.run("up") == []
    assert len(life.there()) == 1 and not good & set(life.there())
    assert life.engine.current(life.declared.goal().urn) is not None and len(life.engine.state) == 1


def test_going_back_to_a_retained_copy_takes_it_up() -> None:
    """Under a derived name it is the very copy that is asked for again, whatever was half made in between."""
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


def test_a_copy_that_is_made_again_under_its_own_name_does_not_supersede_itself() -> None:
    """Retained from now on, copied again under one name, failed, made again and killed: the next run takes it up."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run("up") == []
    life.declared = replace(life.declared, retain=True, triggers=("again",))
    assert life.run("up", FAILING) != []
    for call in range(4, 12):
        life.run("up", Kill(call=call, done=True))
    assert life.run("up") == []
    assert len(life.there()) == 1


def test_what_a_refreshed_copy_was_to_replace_is_deleted() -> None:
    """Stopped, and found complete by a refresh: the next run deletes the earlier copy, which no later one looks for."""
    life = Life(replace(COPY, source="web-1", automatic="date"), copy_seconds=300)
    first, second = life.target.dates("web-1")[-2:]
    life.declared = replace(life.declared, date=first)
    assert life.run("up") == []
    life.declared = replace(life.declared, date=second)
    assert life.run("up", Stop()) != []
    life.target.service.clock.time += 600
    assert life.run("refresh") == []
    assert life.run("up") == []
    assert len(life.there()) == 1
    life.declared = replace(life.declared, triggers=("again",))
    assert life.run("up") == []
    assert len(life.there()) == 1
    assert len(life.engine.state[0].outputs["supersedes"]) == 1, (
        "the one that was still there when it was made"
    )


@pytest.mark.parametrize("forgetting", ["refresh", "destroy"])
def test_a_copy_that_reads_say_is_gone_is_not_forgotten_while_lists_show_it(forgetting: str) -> None:
    """Two reads in a row say so: `refresh` keeps it, `destroy` deletes it."""
    life = Life()
    assert life.run("up") == []
    assert life.run(forgetting, Fault(kind="hidden", operation="Get", times=2)) == []
    assert len(life.engine.state) == len(life.tags()) == (forgetting == "refresh")
