"""What a run that was killed leaves, and the next one finds."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from tests.harness import Fault, Kill

from .life import COPY, FAILING, LATEST, Life


def test_a_failed_copy_that_a_killed_run_made_again_is_resumed() -> None:
    """`up` resumes the copy of the killed run."""
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


def test_a_copy_that_is_made_again_under_its_own_name_does_not_replace_itself() -> None:
    """Retained from now on, copied again under one name, failed, made again and killed: the next run takes it up."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run("up") == []
    life.declared = replace(life.declared, retain=True, triggers=("again",))
    assert life.run("up", FAILING) != []
    for at in ("Delete", "CopySnapshot", "TagResource", "Get"):
        life.run("up", Kill(at=at, done=True, skip=at == "Get"))
    assert life.run("up") == []
    assert len(life.there()) == 1


def test_a_copy_that_a_later_run_has_found_knows_its_operation() -> None:
    """The run that started it was killed: the next one reads its operation from the service's record."""
    life = Life()
    assert life.run("up", Kill(at="TagResource", done=True)) == ["interrupted"]
    assert life.run("up") == []
    (record,) = (each for _, _, each in life.target.service.recorded if each.source)
    assert life.engine.state[0].outputs["operationId"] == record.id


def test_an_orphan_whose_deletion_was_interrupted_after_it_was_marked_is_removed() -> None:
    """Yesterday's copy was never tagged; the run that was to delete it has set the owner alone, which a role may need to."""
    life = Life(replace(LATEST, automatic="track"))
    assert life.run("up", Kill(at="CopySnapshot", done=True)) == ["interrupted"]
    (orphan,) = life.there().values()
    life.target.next_day()
    assert life.run("up", Kill(at="TagResource", done=True, skip=1)) == ["interrupted"]
    assert life.there()[orphan.arn].tags.keys() == {"snapcopy:owner"}
    assert life.run("up") == []
    assert (
        [each.arn for each in life.there().values()] == [life.engine.state[0].outputs["arn"]] != [orphan.arn]
    )


@pytest.mark.parametrize(
    "trouble", [Fault(kind="denied", operation="CopySnapshot"), FAILING], ids=["refused", "failed late"]
)
@pytest.mark.parametrize("left_by", ["a killed run", "pulumi state delete"])
def test_the_copy_of_an_earlier_run_stays_until_that_of_a_newer_date_is_complete(
    trouble: Fault, left_by: str
) -> None:
    """Its date may be gone from the source by then, so that it can't be made again."""
    life = Life(LATEST)
    if left_by == "a killed run":
        assert life.run("up", Kill(at="TagResource", done=True)) == ["interrupted"]
    else:
        assert life.run("up") == []
    life.engine.state.clear()
    (first,) = life.there().values()
    life.target.next_day()
    assert life.run("up", trouble) != []
    assert life.there()[first.arn].state == "available"
    assert f'made the copy "{first.name}" in eu-west-1, which goes when' in "".join(life.log_lines)
    assert life.run("up") == []
    assert (
        [each.arn for each in life.there().values()] == [life.engine.state[0].outputs["arn"]] != [first.arn]
    )


def test_the_orphan_of_an_interrupted_run_is_removed_where_a_copy_had_that_name_before() -> None:
    """One date, another, the first again and killed, a third: the state has held a copy of that name, and not this one."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    first, second, third = life.target.dates("web-1")[-3:]
    for date in (first, second):
        life.declared = replace(life.declared, date=date)
        assert life.run("up") == []
    life.declared = replace(life.declared, date=first)
    assert life.run("up", Kill(at="TagResource", done=True)) == ["interrupted"]
    assert life.target.copies_started() == 3
    life.declared = replace(life.declared, date=third)
    assert life.run("up") == []
    assert len(life.there()) == 1
    assert life.run("destroy") == [] and life.there() == {}


@pytest.mark.parametrize("source", ["db-1", "data-1-manual-3f9c2a1b", "db-1-restored-3f9c2a1b"])
def test_a_copy_of_what_has_a_derived_name_itself_is_found_by_its_key(source: str) -> None:
    """Killed between CopySnapshot and the tag; hours later only the key in the copy's own name proves that it is ours."""
    life = Life(replace(COPY, source=source))
    if source != COPY.source:
        life.target.service.plant(source, COPY.source_region, kind="DiskSnapshot")
    assert life.run("up", Kill(at="CopySnapshot", done=True)) == ["interrupted"]
    life.target.service.clock.time += 4 * 3600
    assert life.run("up") == []
    assert life.target.copies_started() == 1 and len(life.tags()) == 1


def test_a_role_that_may_not_delete_copies_beside_what_an_interrupted_run_made() -> None:
    """Yesterday's "latest" stays and is named, today's is made; a run that may delete does, and then nothing is left to do."""
    life = Life(replace(LATEST, automatic="track"))
    assert life.run("up", Kill(at="TagResource", done=True)) == ["interrupted"]
    (orphan,) = life.there().values()
    life.target.next_day()
    denied = Fault(kind="denied", operation="Delete")
    assert life.run("up", denied) == []
    assert any(f'kept "{orphan.name}"' in each and "isn't allowed" in each for each in life.warnings)
    assert len(life.there()) == 2
    assert life.run("up", denied) == [] and life.warnings and len(life.there()) == 2
    for operations in (["update web"], []):
        assert (life.run("up") == [] and life.warnings == []) or operations
        assert len(life.there()) == 1 and life.engine.operations == operations


def test_a_copy_that_fails_before_it_shows_is_not_forgotten() -> None:
    """The service's record tells of it first: it is waited for, kept in the state, and goes with its declaration."""
    life = Life(shown_after=8.0, copy_seconds=1.0)
    (error,) = life.run("up", FAILING)
    assert "the copy failed" in error and len(life.there()) == 1 and len(life.engine.state) == 1
    assert life.run("destroy") == [] and life.there() == {}


@pytest.mark.parametrize(
    ("timeouts", "ago"),
    [({}, 0.0), ({"create": "1s"}, 0.0), ({}, 4.0), ({}, 250.0)],
    ids=["time enough", "one second left", "our clock 4 s ahead", "our clock minutes ahead"],
)
def test_what_another_stack_has_just_started_is_left_to_it(timeouts: dict[str, str], ago: float) -> None:
    """It has our explicit name, is a copy of the same source, and is tagged by its own run three seconds later."""
    life = Life(replace(COPY, explicit="db-dr", timeouts=timeouts))
    service, tags = life.target.service, {"snapcopy:owner": "other/prod/x@00000000000000ff"}
    theirs = service.plant("db-dr", COPY.target_region, ago=ago, origin="us-east-1:db-1")
    service.meanwhile.append((service.clock.now() + 3.0, lambda: theirs.tags.update(tags)))
    assert life.run("up") != []
    service.clock.sleep(3.0)
    assert life.run("up") != [] and life.run("destroy") == []
    assert theirs.tags == tags and theirs.deleted == math.inf


def test_an_update_that_fails_says_what_the_state_has() -> None:
    """Its copy was accepted and isn't visible yet; the next run's time is over before it is."""
    life = Life(replace(COPY, timeouts={"create": "1s"}), shown_after=20.0)
    assert "timed out after 1 s" in life.run("up")[0]
    (error,) = life.run("up")
    assert (
        'nothing was copied in this run; the copy "db-1-manual-' in error
        and "stays in the stack's state" in error
    )


def test_after_the_deletion_of_a_failed_copy_nobody_says_that_nothing_was_sent() -> None:
    """The source has gone meanwhile, so no copy replaces the failed one."""
    life = Life()
    assert life.run("up", FAILING) != []
    life.target.service.held = [each for each in life.target.service.held if each.name != COPY.source]
    (error,) = life.run("up")
    assert life.there() == {}
    assert "nothing was copied" in error and "nothing was sent" not in error
