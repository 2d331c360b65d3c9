"""What a plan says: gaps, doubts, and the refusal with its numbers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from pulumi_snapcopy.recovery.evidence import (
    Copy,
    CopyState,
    Evidence,
    Presence,
    SourceSnapshot,
    SourceSnapshotState,
    Unreadable,
)
from pulumi_snapcopy.recovery.plan import Plan
from pulumi_snapcopy.recovery.planning import plan_source
from pulumi_snapcopy.recovery.retention import Retention

TODAY = date(2026, 11, 20)
WEEK = Retention(daily=7)


def day(back: int) -> date:
    """A day before today."""
    return TODAY - timedelta(days=back)


def copies(*back: int, region: str = "eu-west-1", state: CopyState = CopyState.COMPLETE) -> tuple[Copy, ...]:
    """Copies of days before today."""
    return tuple(
        Copy(date=day(each), name=f"dr-web-1-{day(each)}", region=region, state=state) for each in back
    )


def offers(*back: int, state: SourceSnapshotState = SourceSnapshotState.READY) -> tuple[SourceSnapshot, ...]:
    """Snapshots of days before today at the source."""
    return tuple(SourceSnapshot(date=day(each), state=state) for each in back)


def evidence(
    held: tuple[Copy, ...] = (), offered: tuple[SourceSnapshot, ...] = (), **changed: Any
) -> Evidence:
    """Evidence that is all there and agrees, unless it is changed."""
    whole = Evidence(
        source="web-1",
        source_region="us-east-1",
        presence=Presence.SEEN,
        source_snapshots=offered,
        listed=held,
        recorded=held,
    )
    return replace(whole, **changed)


def plan(seen: Evidence, retention: Retention = WEEK, **options: Any) -> Plan:
    """The plan for eu-west-1."""
    return plan_source(seen, **{"retention": retention, "target_region": "eu-west-1", **options})


@pytest.mark.parametrize(
    ("changed", "doubt"),
    [
        ({"presence": Presence.GONE}, "web-1 doesn't exist in us-east-1 any more; remove it from protect if its copies may go"),
        ({"presence": Unreadable("AccessDeniedException: no")}, "the sources in us-east-1 can't be listed: AccessDeniedException: no"),
        ({"source_snapshots": Unreadable("timed out")}, "its snapshots in us-east-1 can't be listed: timed out"),
        ({"source_snapshots": ()}, "it has copies, but no automatic snapshot in us-east-1; check that they are still enabled"),
        ({"listed": Unreadable("timed out")}, "its copies can't be listed: timed out"),
        ({"listed": ()}, 'the service lists none of the 9 copies known, and not "dr-web-1-2026-11-11", "dr-web-1-2026-11-12",'
                         ' "dr-web-1-2026-11-13" and 6 more, in eu-west-1; run `pulumi refresh` if that is right'),
    ],
)  # fmt: skip
def test_doubts_name_what_is_missing(changed: dict[str, Any], doubt: str) -> None:
    """Each is a warning of the preview; nothing is pruned, and everything stays declared."""
    found = plan(evidence(copies(*range(1, 10)), offers(0, 1, 2), **changed), max_prune=1)
    assert found.doubts == (doubt,)
    nothing = "copied or pruned" if changed.get("source_snapshots") else "pruned"
    assert found.warnings == (f"web-1: nothing is {nothing} in this run: {doubt}.",)
    assert found.prune == ()
    assert set(found.dates) >= {day(each) for each in range(1, 10)}
    assert found.refusal is None


def test_what_isnt_listed_goes_only_if_nothing_keeps_it() -> None:
    """An interrupted run may have deleted it; the others go only if the retention drops them without it, too."""
    dropped = plan(evidence(copies(*range(1, 9)), offers(0), listed=copies(*range(1, 8))), max_prune=1)
    assert [each.copy.date for each in dropped.prune] == [day(7), day(8)] and dropped.warnings == ()
    wanted = plan(evidence(copies(*range(1, 9)), offers(0), listed=copies(1, *range(3, 9))), max_prune=1)
    assert [each.copy.date for each in wanted.prune] == [day(8)]
    assert wanted.warnings == (
        'web-1: the service doesn\'t list "dr-web-1-2026-11-18" in eu-west-1; if that is right, run `pulumi refresh`,'
        " then `pulumi up` again.",
    )


def test_a_pending_copy_that_isnt_listed_is_resumed_and_not_asked_about() -> None:
    """An interrupted run may not have tagged it, so that no list shows whose it is; there is nothing to refresh."""
    known = (*copies(0, state=CopyState.PENDING), *copies(*range(1, 8)))
    found = plan(evidence(known, offers(0), listed=copies(*range(1, 8))), max_prune=1)
    assert day(0) in found.dates and found.warnings == ()
    assert [each.copy.date for each in found.prune] == [day(7)], "it is made before anything goes"


def test_new_copies_are_still_made_in_doubt() -> None:
    """A list of copies that can't be read stops the pruning, not the copying."""
    found = plan(evidence(copies(*range(1, 8)), offers(0, 1), listed=Unreadable("timed out")))
    assert found.dates == tuple(day(each) for each in range(8)) and found.prune == ()
    assert [each.date for each in found.hold if each.name is None] == [TODAY]


def test_the_limit_is_refused_with_numbers_and_a_way() -> None:
    """Said are how many of how many, why, what is allowed, and what to run once."""
    found = plan(evidence(copies(*range(17)), offers(0)))
    assert str(found.refusal) == (
        "planning the copies of web-1: this run would delete 10 of 17 copies (no rule of the retention keeps it);"
        " max_prune=0.3 allows 6\n"
        "  State: nothing was copied or deleted; the newest that would go is of 2026-11-13, the oldest of 2026-11-04.\n"
        "  Next:  if they may go, run `pulumi up` once with max_prune=0.53, then set it back to 0.3; if not, undo the"
        " change that asks for it."
    )


def test_a_source_that_is_no_longer_protected_is_pruned_within_the_limit() -> None:
    """All of its copies go, and the limit holds."""
    seen = evidence(copies(1, 2, 3), presence=Presence.GONE, source_snapshots=Unreadable("not asked"))
    found = plan(seen, protected=False)
    assert found.hold == ()
    assert {each.reason for each in found.prune} == {"web-1 is no longer protected"}
    assert found.refusal is not None
    assert plan(seen, protected=False, max_prune=0.67).refusal is None
    assert plan(evidence(copies(1)), protected=False).refusal is None


def test_the_last_copies_of_a_source_that_left_protect_are_named_before_they_go() -> None:
    """The limit lets one copy go whatever it is, as on an ordinary day; a failed copy holds no data."""
    seen = evidence((*copies(1), *copies(2, state=CopyState.FAILED)))
    (warning,) = plan(seen, protected=False, max_prune=0).warnings
    assert warning == (
        'web-1 is no longer protected: this run deletes its last copy, "dr-web-1-2026-11-19"; to keep it, put it back'
        " into protect."
    )
    (warning,) = plan(evidence(copies(1, 2), is_named=False), protected=False, max_prune=1).warnings
    assert warning == (
        'web-1 is no longer protected: this run deletes its last 2 copies, "dr-web-1-2026-11-19",'
        ' "dr-web-1-2026-11-18"; to keep them, give it the tags of protect again.'
    )
    assert plan(evidence(copies(1, state=CopyState.FAILED)), protected=False).warnings == ()


def test_copies_in_another_region_are_pruned_within_the_limit() -> None:
    """With another target region what can be had is copied there; the old ones count."""
    found = plan(evidence(copies(*range(9), region="eu-west-2"), offers(0, 1, 2)))
    assert [(each.date, each.region, each.name) for each in found.hold] == [
        (day(each), "eu-west-1", None) for each in range(3)
    ]
    assert {each.reason for each in found.prune} == {"the target region is eu-west-1"}
    assert len(found.prune) == 9
    assert found.refusal is not None


def test_another_target_region_names_the_days_that_it_wont_have() -> None:
    """The source has them no more; what the retention drops in any case isn't named."""
    seen = evidence(copies(*range(9), region="eu-west-2"), offers(0, 1, 2))
    days = "eu-west-1 won't have a copy of 2026-11-15, 2026-11-16, 2026-11-17 and 1 earlier"
    refused = plan(seen).refusal
    assert refused is not None and refused.state.endswith(f"the oldest of {day(8)}; {days}.")
    (warning,) = plan(seen, max_prune=1).warnings
    assert days in warning and "declare another DisasterRecoveryRegion for eu-west-1" in warning
    assert plan(evidence(copies(0, 1, region="eu-west-2"), offers(0, 1)), max_prune=1).warnings == ()


def test_in_doubt_copies_in_another_region_stay_and_their_dates_are_not_made_here() -> None:
    """One date has one resource: declaring it here would replace the one there."""
    seen = evidence(copies(0, 1, region="eu-west-2"), offers(0, 1, 2), listed=Unreadable("timed out"))
    found = plan(seen)
    assert [(each.date, each.region) for each in found.hold] == [
        (day(0), "eu-west-2"), (day(1), "eu-west-2"), (day(2), "eu-west-1"),
    ]  # fmt: skip
    assert found.prune == ()


def test_in_doubt_a_date_that_an_interrupted_run_copied_here_stays_where_the_state_has_it() -> None:
    """Declared in both regions, it would be one resource twice, and the run would fail."""
    there = copies(0, 1, region="eu-west-2")
    found = plan(evidence((*there, *copies(0)), offers(0, 1), recorded=there, presence=Presence.GONE))
    assert [(each.date, each.region) for each in found.hold] == [(day(0), "eu-west-2"), (day(1), "eu-west-2")]


def test_copies_in_another_region_that_the_state_lacks_are_only_said() -> None:
    """No run of this stack can delete them, so they are neither planned nor counted."""
    found = plan(evidence(copies(0), offers(0), listed=(*copies(0), *copies(1, region="eu-west-2"))))
    assert found.dates == (TODAY,)
    assert found.prune == ()
    assert found.warnings == (
        f"web-1: not needed, and not pruned, as the stack's state doesn't have it: \"dr-web-1-{day(1)}\".",
    )


def test_the_newest_in_another_region_goes_only_for_one_that_is_as_new() -> None:
    """Snapshots that failed at the source leave nothing to copy to the new region."""
    held = copies(1, 2, region="eu-west-2")
    found = plan(evidence(held, (*offers(0, 1, state=SourceSnapshotState.FAILED), *offers(2))), max_prune=1)
    doubt = f'"dr-web-1-{day(1)}" in eu-west-2 is newer than what can be held in eu-west-1; wait for the source\'s next snapshot'
    assert found.doubts == (doubt,)
    assert found.prune == ()
    assert len(plan(evidence(held, offers(1)), max_prune=1).prune) == 2


def test_what_is_not_in_the_state_is_taken_over_before_it_is_pruned() -> None:
    """An orphan of ours can be deleted only by a run that has it in its state."""
    held = copies(*range(9))
    found = plan(evidence(held, offers(0), recorded=held[:7]))
    assert day(8) in found.dates and found.prune == ()
    assert len(plan(evidence(held, offers(0))).prune) == 2


def test_a_failed_copy_counts_as_none() -> None:
    """Made again if the source still has that day; else it goes, outside the limit, and its day is a gap."""
    held = (*copies(0, 2, 3, 5), *copies(1, 4, state=CopyState.FAILED))
    found = plan(evidence(held, offers(0, 1)), max_prune=0)
    assert found.dates == (day(0), day(1), day(2), day(3), day(5))
    assert [(each.copy.date, each.reason) for each in found.prune] == [
        (day(4), "it failed, and the source no longer has a snapshot of that day")
    ]
    assert found.refusal is None
    assert found.gaps == (day(4),)


def test_a_failed_copy_of_a_source_that_is_gone_goes() -> None:
    """It can't be made again, and holds no data; what the service doesn't show as failed stays."""
    held = (*copies(0, 2), *copies(1, state=CopyState.FAILED))
    found = plan(evidence(held, presence=Presence.GONE))
    assert [each.copy.date for each in found.prune] == [day(1)]
    assert found.dates == (day(0), day(2)) and found.newest == day(0)
    unlisted = plan(evidence(held, presence=Presence.GONE, listed=copies(0, 2)))
    assert unlisted.prune == () and day(1) in unlisted.dates


@pytest.mark.parametrize(
    "dark",
    [
        {"presence": Unreadable("no answer"), "source_snapshots": Unreadable("no answer")},
        {"source_snapshots": Unreadable("not authorized")},
        {"source_snapshots": ()},
    ],
    ids=["no sources", "no snapshots told", "no snapshots there"],
)
def test_a_failed_copy_that_this_run_cant_make_again_goes_in_doubt(dark: dict[str, Any]) -> None:
    """Declared, it would be asked for again: a run would wait for a source that is down, or fail each day for one that has nothing."""
    found = plan(evidence((*copies(1, 2), *copies(0, state=CopyState.FAILED)), **dark))
    assert [each.copy.date for each in found.prune] == [day(0)]
    assert found.dates == (day(1), day(2)) and found.refusal is None
    assert any("failed, and can't be copied again in this run" in each for each in found.warnings)
    again = plan(evidence(copies(1, 2), **dark))
    assert (again.dates, again.prune) == (found.dates, ())


def test_a_failed_copy_that_the_retention_drops_goes_for_that() -> None:
    """Its day can still be had, and isn't wanted."""
    held = (*copies(0, 1), *copies(2, state=CopyState.FAILED))
    found = plan(evidence(held, offers(0, 1, 2)), Retention(daily=2))
    assert [each.reason for each in found.prune] == ["no rule of the retention keeps it"]


def test_a_gap_is_a_day_without_a_copy() -> None:
    """Aged out, in progress, never taken, failed; none before the first copy."""
    offered = (
        *offers(0, 3),
        *offers(1, state=SourceSnapshotState.FAILED),
        *offers(4, state=SourceSnapshotState.PENDING),
    )
    found = plan(evidence(copies(6), offered))
    assert found.gaps == (day(5), day(4), day(2), day(1))
    assert plan(evidence((), offers(0, 3)), Retention(weekly=2)).gaps == ()


def test_two_copies_of_one_date_are_said() -> None:
    """One is declared, the one in the state; the other is named, and neither pruned nor counted."""
    other = Copy(date=TODAY, name="another-name", region="eu-west-1")
    found = plan(evidence(copies(0), offers(0), listed=(*copies(0), other)))
    assert [each.name for each in found.hold] == [f"dr-web-1-{TODAY}"]
    assert found.prune == ()
    assert found.warnings == (
        "web-1: not needed, and not pruned, as the stack's state doesn't have it: \"another-name\".",
    )


def test_an_unreadable_state_is_refused() -> None:
    """What isn't declared is deleted, and nobody knows what would not be."""
    found = plan(evidence(copies(0, 1), offers(0), recorded=Unreadable("locked")))
    assert str(found.refusal) == (
        "planning the copies of web-1: the copies in the stack's state can't be read: locked\n"
        "  State: nothing was copied or deleted.\n"
        "  Next:  fix the problem named above, then run `pulumi up` again."
    )


@pytest.mark.parametrize("value", [-0.1, 1.1, True, "0.3", None, float("nan")], ids=str)
def test_a_wrong_share_is_refused(value: Any) -> None:
    """max_prune is a share."""
    with pytest.raises(ValueError, match=r"max_prune must be a number from 0 to 1, such as 0\.3, not "):
        plan(evidence(), max_prune=value)


def test_nothing_known_is_an_empty_plan() -> None:
    """A source without snapshots and copies has nothing to hold; whether that is an error isn't for the plan to say."""
    found = plan(evidence())
    assert (found.hold, found.prune, found.gaps, found.doubts, found.newest) == ((), (), (), (), None)
