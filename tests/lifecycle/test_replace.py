"""A copy that another one takes the place of, for the declaration's reason or for Pulumi's own."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.harness import Fault, Kill, Stop, scripted

from .life import COPY, FAILING, LATEST, Life


def test_a_replacement_that_fails_twice_leaves_the_copy_that_it_replaces() -> None:
    """What a partial replacement is to replace goes when the new copy stands, however many runs that takes."""
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
    assert (
        error.startswith("replacing CopiedSnapshot")
        and "would have to be deleted first, and was kept" in error
    )
    assert life.there().keys() == {copy}
    life.declared = right
    assert life.run("up") == [] and life.there().keys() == {copy}


def test_a_wrong_source_after_a_killed_run_costs_no_copy() -> None:
    """What the killed run has made isn't what is asked for now: it goes when there is something to copy instead."""
    life = Life(replace(COPY, source="web-1", automatic="date", explicit="web-dr"))
    dates = life.target.dates("web-1")
    life.declared = replace(life.declared, date=dates[-2])
    assert life.run("up", Kill(at="TagResource", done=True)) == ["interrupted"]
    (copy,) = life.there()
    assert copy and life.tags()[0]["snapcopy:source"].endswith(dates[-2])
    life.target.service.clock.time += 600
    life.declared = replace(life.declared, date="2026-10-01")
    assert "no automatic snapshot of 2026-10-01" in life.run("up")[0]
    assert life.there().keys() == {copy} and life.engine.state == []
    life.declared = replace(life.declared, date=dates[-1])
    assert life.run("up") == []
    assert len(life.there()) == 1 and copy not in life.there()


def test_what_is_copied_again_and_again_remembers_no_more_than_is_there() -> None:
    """Each trigger copies again: the state names the one copy that was still there."""
    life = Life()
    for trigger in "abcdef":
        life.declared = replace(life.declared, triggers=(trigger,))
        assert life.run("up") == []
    assert len(life.engine.state[0].outputs["snapcopy"]["predecessors"]) == 1 == len(life.there())


def test_lists_that_are_denied_cost_no_copy_of_a_manual_snapshot() -> None:
    """The copy goes, being replaced under its own name; reading one at a time is enough for the new one."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run() == []
    life.target.service.faults_of["GetSnapshots"] = [scripted.Fault.DENIED] * 1000
    life.declared = replace(life.declared, triggers=("again",))
    assert life.run() == []
    assert life.target.copies_started() == 2 and len(life.there()) == 1


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
    life.target.service.faults_of["UntagResource"] = [scripted.Fault.DENIED]
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
    assert life.target.copies_started() == 2 and "UntagResource" not in [
        call for _, call in life.target.service.calls
    ]


def test_a_copy_that_somebody_has_taken_over_keeps_its_name_when_its_source_is_edited() -> None:
    """Its owner tag is another's now: it isn't deleted before the replacement, which is refused at once, and says whose it is."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run("up") == []
    (held,) = [each for each in life.target.service.held if each.name == "db-dr"]
    held.tags["snapcopy:owner"] = "other/prod/x@00000000000000ff"
    life.declared = replace(life.declared, source="data-2")
    began = life.target.service.clock.now()
    (error,) = life.run("up")
    assert "belongs to other/prod/x" in error and "was not changed" in error
    assert life.target.service.clock.now() - began < 60
    assert life.there().keys() == {held.arn} and life.target.copies_started() == 1


def test_a_refused_copy_says_that_the_earlier_one_was_deleted_for_it() -> None:
    """A copy under one explicit name goes before its replacement is asked for; the error says what is true then."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run("up") == []
    life.declared = replace(life.declared, triggers=("again",))
    (error,) = life.run("up", Fault(kind="denied", operation="CopySnapshot"))
    assert "State: nothing was copied; the earlier copy was deleted before, to be replaced." in error
    assert life.there() == {} and life.run("up") == []
