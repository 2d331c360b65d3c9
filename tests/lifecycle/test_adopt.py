"""Snapshots that are taken over, from people or from other stacks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.harness import Fault, Kill

from .life import COPY, Life

THEIRS = {"snapcopy:owner": "shop/prod/web", "snapcopy:source": "us-east-2:other"}


@pytest.mark.parametrize("tags", [{}, THEIRS], ids=["made by hand", "another stack's copy"])
def test_an_adoption_that_was_interrupted_after_its_tag_is_resumed(tags: dict[str, str]) -> None:
    """The next `up` leaves the adopted snapshot what it is, and says nothing of what it is a copy of."""
    life = Life(replace(COPY, explicit="web-dr", adopt=True))
    life.target.plant(COPY.target_region, "web-dr", tags)
    (adopted,) = life.there()
    assert life.run("up", Kill(at="TagResource", done=True)) == ["interrupted"]
    assert life.run("up") == []
    assert life.there().keys() == {adopted} and life.target.copies_started() == 0
    assert life.there()[adopted].tags.get("snapcopy:source") != "us-east-1:db-1"


def test_a_snapshot_that_was_not_yet_taken_over_is_taken_over_after_a_refresh() -> None:
    """It has its previous owner's tag, and a run that was to change it failed: a refresh doesn't take that for done."""
    life = Life(replace(COPY, explicit="db-dr", adopt=True))
    life.target.plant(COPY.target_region, "db-dr", {"snapcopy:owner": "shop/prod/db"})
    assert "DENIED" in life.run("up", Fault(kind="denied", operation="TagResource"))[0]
    assert life.run("refresh") == []
    assert life.run("up") == []
    assert [each["snapcopy:owner"] for each in life.tags()] == ["shop/dev/web@0000000000000001"]


def test_an_adoption_that_was_refused_leaves_the_snapshot_to_its_owner() -> None:
    """It never had our tag: it isn't in the state, and goes neither with its declaration nor with the stack."""
    life = Life(replace(COPY, explicit="db-dr", adopt=True))
    life.target.plant(COPY.target_region, "db-dr", {"team": "theirs"})
    before = life.there()
    assert "DENIED" in life.run("up", Fault(kind="denied", operation="TagResource"))[0]
    assert life.engine.state == []
    assert life.run("destroy") == [] and life.there() == before


@pytest.mark.parametrize("how", ["taken from the state", "tainted", "killed"])
def test_a_copy_that_names_itself_as_its_source_is_taken_over_and_never_deleted(how: str) -> None:
    """A copy of ours whose source is gone: what it was once copied from doesn't matter, and its tag goes on saying it."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run("up", Kill(at="TagResource", done=True) if how == "killed" else None) in (
        [],
        ["interrupted"],
    )
    (copy,) = life.there()
    life.target.service.held = [each for each in life.target.service.held if each.name != "db-1"]
    if how == "taken from the state":
        life.engine.state.clear()
    elif how == "tainted":
        life.engine.state[0].taint = True
    life.declared = replace(life.declared, source="db-dr", source_region=COPY.target_region, adopt=True)
    assert life.run("up") == []
    assert life.there().keys() == {copy}
    assert life.tags()[0]["snapcopy:source"] == "us-east-1:db-1"


def test_what_is_its_own_source_is_not_given_up_for_another_copy_of_itself() -> None:
    """It would have to be deleted before it could be copied: the run says so, and keeps it."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run("up") == []
    (copy,) = life.there()
    life.engine.state.clear()
    life.declared = replace(life.declared, source="db-dr", source_region=COPY.target_region, adopt=True)
    assert life.run("up") == []
    life.declared = replace(life.declared, triggers=("again",))
    (error,) = life.run("up")
    assert '"db-dr" in eu-west-1 is its own source' in error
    assert "would have to be deleted first, and was kept" in error
    assert life.there().keys() == {copy}


def test_a_snapshot_that_another_stack_has_taken_over_is_not_taken_back_by_a_refresh() -> None:
    """Nothing in the program asks for it."""
    life = Life(replace(COPY, explicit="db-dr", adopt=True))
    life.target.plant(COPY.target_region, "db-dr", {})
    assert life.run("up") == []
    (held,) = (each for each in life.target.service.held if each.name == "db-dr")
    held.tags["snapcopy:owner"] = "shop/prod/db"
    assert life.run("refresh") == [] and life.run("up") == []
    assert life.tags()[0]["snapcopy:owner"] == "shop/prod/db"


@pytest.mark.parametrize("how", ["taken from the state", "killed, then edited"])
def test_what_is_ours_of_another_source_is_neither_adopted_nor_deleted(how: str) -> None:
    """The state would say that it is a copy of what it isn't; and what is to be taken over is never deleted."""
    life = Life(replace(COPY, explicit="db-dr", adopt=how != "taken from the state"))
    kill = Kill(at="TagResource", done=True) if how == "killed, then edited" else None
    assert life.run("up", kill) in ([], ["interrupted"])
    before = life.there()
    life.engine.state.clear()
    life.declared = replace(life.declared, source="data-2", adopt=True)
    (error,) = life.run("up")
    assert "made from us-east-1:db-1" in error and "first remove its tag snapcopy:owner" in error
    assert life.there() == before and life.target.copies_started() == 1


def test_after_an_adoption_that_was_interrupted_and_undone_refresh_asks_for_nothing() -> None:
    """The tag has the adopter's name, which nobody can correct: no command fails, and the snapshot stays."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run("up") == []
    life.declared = replace(life.declared, name="shop", adopt=True)
    assert life.run("up", Kill(at="TagResource", done=True)) == ["interrupted"]
    life.declared = replace(COPY, explicit="db-dr")
    for command in ("up", "refresh", "up"):
        assert life.run(command) == [] and life.engine.state[0].init_errors == []
    assert [each["snapcopy:owner"] for each in life.tags()] == ["shop/dev/shop@0000000000000001"]


@pytest.mark.parametrize("count", [1, 47])
def test_a_refused_adoption_removes_no_tag_of_the_owner_before(count: int) -> None:
    """What is to be adopted isn't ours before it has our tag, also if the program's tags have changed and are many."""
    life = Life(replace(COPY, explicit="db-dr", adopt=True))
    assert life.run("up") == []
    service = life.target.service
    service.held = [each for each in service.held if each.name != "db-dr"]
    service.clock.time += 7200
    theirs = {
        "snapcopy:owner": "shop/prod/web@ffffffffffffffff",
        **dict.fromkeys(("team", "a", "b", "c"), "theirs"),
    }
    life.target.plant(COPY.target_region, "db-dr", theirs)
    life.declared = replace(life.declared, tags={f"new-{number}": "1" for number in range(count)})
    assert life.run("up", Fault(kind="denied", operation="TagResource", times=50)) != []
    assert life.tags() == [theirs]
