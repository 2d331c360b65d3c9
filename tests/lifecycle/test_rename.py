"""A declaration that is renamed, or whose name is given to another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.harness import Fault, Kill

from .life import COPY, LATEST, Life


def test_a_copy_whose_renaming_was_interrupted_is_deleted_after_the_next_up() -> None:
    """Its tag has the new name and the state the old one: `destroy` leaves it to that name, `up` settles it."""
    life = Life()
    assert life.run("up") == []
    life.declared = replace(COPY, name="shop", alias="web")
    life.engine.dies_after = 0
    assert life.run("up") == ["interrupted"]
    life.engine.dies_after = None
    assert life.run("up") == []
    assert life.run("destroy") == []
    assert life.tags() == []


@pytest.mark.parametrize("then", ["up", "destroy"])
def test_a_copy_whose_renaming_was_refused_is_still_known(then: str) -> None:
    """The new name couldn't be tagged: the next run tags it, and `destroy` deletes the copy."""
    life = Life()
    assert life.run("up") == []
    life.declared = replace(COPY, name="shop", alias="web")
    assert "DENIED" in life.run("up", Fault(kind="denied", operation="TagResource"))[0]
    assert life.run(then) == []
    assert [each["snapcopy:owner"] for each in life.tags()] == (
        ["shop/dev/shop@0000000000000001"] if then == "up" else []
    )


def test_a_renaming_that_was_interrupted_and_undone_leaves_the_copy_to_its_declaration() -> None:
    """Its tag has the other name: `refresh` says so, `up` corrects it, and `destroy` deletes the copy."""
    life = Life()
    assert life.run("up") == []
    life.declared = replace(COPY, name="shop", alias="web")
    assert life.run("up", Kill(at="TagResource", done=True)) == ["interrupted"]
    life.declared = COPY
    assert life.run("up") == []
    assert life.run("refresh") == []
    (said,) = life.engine.state[0].init_errors
    assert "snapcopy:owner=shop/dev/shop@0000000000000001" in said and "run `pulumi up` to correct it" in said
    assert life.run("up") == []
    assert [each["snapcopy:owner"] for each in life.tags()] == ["shop/dev/web@0000000000000001"]
    assert life.run("destroy") == [] and life.tags() == []


def test_a_copy_whose_renaming_was_interrupted_and_undone_can_be_destroyed() -> None:
    """The state has the copy, and nobody has adopted it since, whatever resource of this stack its tag names."""
    life = Life()
    assert life.run("up") == []
    life.declared = replace(COPY, name="shop", alias="web")
    assert life.run("up", Kill(at="TagResource", done=True)) == ["interrupted"]
    assert life.run("destroy") == [] and life.tags() == []


def test_a_name_may_be_given_to_another_declaration() -> None:
    """One is renamed and keeps its copy; another takes its name, and has a copy of another date: each keeps its own."""
    life = Life()
    dates = life.target.dates("web-1")
    web = replace(COPY, source="web-1", automatic="date", date=dates[-2])
    old = replace(web, name="web-old", alias="web")
    new = replace(web, date=dates[-1])
    for program in ([web], [old], [new, old], [old, new], [replace(new, date=dates[-3]), old]):
        life.up(*program)
        life.up(*program)
        assert life.engine.operations == []
        assert len(life.there()) == len(program) == len(life.engine.state)


def test_an_explicit_name_is_handed_on_in_two_runs() -> None:
    """In one run the other's copy still has it: that run refuses and says so, and what it says works."""
    life = Life()
    first, second = (replace(COPY, name=name, explicit=f"{name}-dr") for name in ("web", "shop"))
    third = replace(second, explicit="shop-dr-2")
    life.up(first, second)
    provider = life.target.start(None)
    takes = replace(first, explicit="shop-dr")
    (error,) = life.engine.up(provider, {each.name: each.goal() for each in (takes, third)})
    life.target.stop()
    assert "belongs to shop/dev/shop@" in error
    assert "keep this resource as it was for one `pulumi up`, in which the other gives the name up." in error
    life.up(first, third)
    life.up(takes, third)
    assert {each.name for each in life.there().values()} == {"shop-dr", "shop-dr-2"}


def test_a_renamed_declaration_loses_no_copy_to_a_wrong_source() -> None:
    """Renamed and given a source that isn't there in one edit: the engine deletes under the name before."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run("up") == []
    (copy,) = life.there()
    right = replace(life.declared, name="shop", alias="web")
    life.declared = replace(right, source="bd-1")
    (error,) = life.run("up")
    assert "would have to be deleted first, and was kept" in error and life.there().keys() == {copy}
    life.declared = replace(right, source="data-2")
    assert life.run("up") == []
    assert len(life.there()) == 1 == len(life.engine.state) and copy not in life.there()
    assert "predecessors" not in life.engine.state[0].outputs["snapcopy"]


def test_an_interrupted_rename_is_finished_after_a_refresh() -> None:
    """The tag couldn't be changed; once it is, a new declaration of the name before takes nothing away."""
    life = Life(LATEST)
    assert life.run("up") == []
    (copy,) = life.there()
    renamed = replace(LATEST, name="shop", alias="web")
    life.declared = renamed
    assert "DENIED" in life.run("up", Fault(kind="denied", operation="TagResource"))[0]
    assert life.run("refresh") == [] and life.run("up") == []
    assert life.tags()[0]["snapcopy:owner"] == "shop/dev/shop@0000000000000001"
    life.target.next_day()
    life.up(LATEST, renamed)
    assert copy in life.there() and len(life.there()) == 2


def test_a_predecessor_of_one_declaration_is_no_orphan_of_another() -> None:
    """One is renamed and copied again, what it had being kept by a component; another takes its name."""
    life = Life(LATEST)
    life.keeps = True
    assert life.run("up") == []
    (copy,) = life.there()
    life.target.next_day()
    life.up(replace(LATEST, name="shop", alias="web", triggers=("again",)), LATEST)
    assert copy in life.there() and len(life.there()) == 3
