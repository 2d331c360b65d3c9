"""What Pulumi replaces for a reason of its own, such as `replace_on_changes`."""

from __future__ import annotations

from dataclasses import replace

from tests.harness import Stop, scripted

from .life import COPY, LATEST, Life


def test_what_pulumi_replaces_for_its_own_reason_costs_no_copy_that_the_engine_keeps() -> None:
    """A component hands down `retain_on_delete`, and an option finds the reason: what the state held is no leftover."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    life.keeps = True
    for date in life.target.dates("web-1")[-3:]:
        life.declared = replace(life.declared, date=date)
        assert life.run() == []
    kept = life.there().keys()
    life.engine.state[0].forced = True
    life.declared = replace(life.declared, tags={"team": "web"})
    assert life.run() == [] and life.there().keys() == kept and len(kept) == 3


def test_what_pulumi_replaces_for_its_own_reason_stays_until_the_new_copy_stands() -> None:
    """An option finds the reason on the next day, and the run is stopped, and so is the one after it."""
    life = Life(LATEST, copy_seconds=300)
    assert life.run() == []
    (first,) = life.there()
    life.target.next_day()
    life.engine.state[0].forced = True
    assert "stopped, as asked" in life.run("up", Stop())[0]
    assert "stopped, as asked" in life.run("up", Stop(), after=30)[0]
    assert first in life.there() and len(life.there()) == 2
    assert life.run() == []
    assert len(life.there()) == 1 and first not in life.there()


def test_a_tag_goes_also_where_pulumi_replaces_for_its_own_reason() -> None:
    """The like is found and stays; the tag that isn't asked for any more doesn't."""
    life = Life(replace(COPY, tags={"team": "shop", "cost": "7"}))
    assert life.run() == []
    life.engine.state[0].forced = True
    life.declared = COPY
    assert life.run() == []
    assert life.target.copies_started() == 1
    assert [each.keys() for each in life.tags()] == [{"team", "snapcopy:owner", "snapcopy:source"}]


def test_a_tag_that_could_not_be_taken_away_then_goes_later() -> None:
    """The like is found and stays; UntagResource is denied, and a refresh comes between."""
    life = Life(replace(COPY, tags={"team": "shop", "cost": "7"}))
    assert life.run() == []
    life.engine.state[0].forced = True
    life.declared = COPY
    life.target.service.faults_of["untag"] = [scripted.Fault.DENIED]
    assert "DENIED" in life.run()[0]
    assert life.run("refresh") == [] and life.run() == []
    assert [each.keys() for each in life.tags()] == [{"team", "snapcopy:owner", "snapcopy:source"}]
    assert life.run() == [] and life.engine.operations == []


def test_no_tag_is_taken_from_a_copy_that_has_just_been_made() -> None:
    """The latest is another date by then: the new copy never had the tag that isn't asked for any more."""
    life = Life(replace(LATEST, tags={"team": "shop", "cost": "7"}))
    assert life.run() == []
    life.target.next_day()
    life.engine.state[0].forced = True
    life.declared = LATEST
    assert life.run() == []
    assert life.target.copies_started() == 2 and "untag" not in [
        call for _, call in life.target.service.calls
    ]
