"""Whose a copy is: renamed, retained, taken over, or named as its own source."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.harness import Fault, Kill

from .life import COPY, LATEST, Life


def test_a_name_may_be_given_to_another_declaration() -> None:
    """One is renamed and keeps its copy; another takes its name, and has a copy of another date: each keeps its own."""
    life = Life()
    dates = life.target.dates("web-1")
    web = replace(COPY, source="web-1", automatic="date", date=dates[-2])
    old = replace(web, name="web-old", alias="web")
    new = replace(web, date=dates[-1])
    for program in ([web], [old], [new, old], [old, new], [replace(new, date=dates[-3]), old]):
        for expected in (None, []):
            life.up(*program)
            assert expected is None or life.engine.operations == expected
        assert len(life.there()) == len(program) == len(life.engine.state)


def test_a_renamed_declaration_loses_no_copy_to_a_wrong_source() -> None:
    """Renamed and given a source that isn't there in one edit: the engine deletes under the name before."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run("up") == []
    (copy,) = life.there()
    right = replace(life.declared, name="shop", alias="web")
    life.declared = replace(right, source="bd-1")
    (error,) = life.run("up")
    assert "would have to go first, and stays" in error and life.there().keys() == {copy}
    life.declared = replace(right, source="data-2")
    assert life.run("up") == []
    assert len(life.there()) == 1 == len(life.engine.state) and copy not in life.there()
    assert "supersedes" not in life.engine.state[0].outputs


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


def test_a_snapshot_that_was_not_yet_taken_over_is_taken_over_after_a_refresh() -> None:
    """It bears its former owner's tag, and a run that was to change it failed: a refresh doesn't take that for done."""
    life = Life(replace(COPY, explicit="db-dr", adopt=True))
    life.target.plant(COPY.target_region, "db-dr", {"snapcopy:owner": "shop/prod/db"})
    assert "DENIED" in life.run("up", Fault(kind="denied", operation="TagResource"))[0]
    assert life.run("refresh") == []
    assert life.run("up") == []
    assert [each["snapcopy:owner"] for each in life.tags()] == ["shop/dev/web"]


@pytest.mark.parametrize("how", ["taken from the state", "tainted", "killed"])
def test_a_copy_that_names_itself_as_its_source_is_taken_over_and_never_deleted(how: str) -> None:
    """A copy of ours whose source is gone: what it was once copied from doesn't matter, and its tag goes on saying it."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run("up", Kill(call=5, done=True) if how == "killed" else None) in ([], ["cut off"])
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


def test_a_snapshot_that_another_stack_has_taken_over_is_not_taken_back_by_a_refresh() -> None:
    """Nothing in the program asks for it."""
    life = Life(replace(COPY, explicit="db-dr", adopt=True))
    life.target.plant(COPY.target_region, "db-dr", {})
    assert life.run("up") == []
    (held,) = (each for each in life.target.service.held if each.name == "db-dr")
    held.tags["snapcopy:owner"] = "shop/prod/db"
    assert life.run("refresh") == [] and life.run("up") == []
    assert life.tags()[0]["snapcopy:owner"] == "shop/prod/db"


def test_a_rename_that_was_cut_off_is_finished_after_a_refresh() -> None:
    """The tag couldn't be changed; once it is, a new declaration of the name before takes nothing away."""
    life = Life(LATEST)
    assert life.run("up") == []
    (copy,) = life.there()
    renamed = replace(LATEST, name="shop", alias="web")
    life.declared = renamed
    assert "DENIED" in life.run("up", Fault(kind="denied", operation="TagResource"))[0]
    assert life.run("refresh") == [] and life.run("up") == []
    assert life.tags()[0]["snapcopy:owner"] == "shop/dev/shop"
    life.target.next_day()
    life.up(LATEST, renamed)
    assert copy in life.there() and len(life.there()) == 2


def test_what_one_declaration_supersedes_is_no_leftover_of_another() -> None:
    """One is renamed and copied again, what it had being kept by a component; another takes its name."""
    life = Life(LATEST)
    life.keeps = True
    assert life.run("up") == []
    (copy,) = life.there()
    life.target.next_day()
    life.up(replace(LATEST, name="shop", alias="web", triggers=("again",)), LATEST)
    assert copy in life.there() and len(life.there()) == 3


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
    assert "snapcopy:source" not in held.tags and held.tags["snapcopy:owner"] == "shop/dev/web"
