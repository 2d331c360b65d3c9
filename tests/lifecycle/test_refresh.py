"""What a refresh between two runs must not forget, nor take for done."""

from __future__ import annotations

from dataclasses import replace

from tests.harness import Stop

from .life import COPY, FAILING, LATEST, Life


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
    assert len(life.engine.state[0].outputs["snapcopy"]["predecessors"]) == 1, (
        "the one that was still there when it was made"
    )


def test_a_latest_whose_date_is_gone_can_be_settled_again() -> None:
    """The copy has failed, and its date aged out before the next run: the message names what helps, and it does."""
    life = Life(LATEST)
    assert life.run("up", FAILING) != []
    for _ in range(8):
        life.target.next_day()
    (error,) = life.run("up")
    assert "run `pulumi refresh`, then `pulumi up`" in error
    assert life.run("refresh") == [] and life.run("up") == []
    assert len(life.there()) == 1


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
