"""What a plan keeps and prunes of a source that was deleted and made again under its name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pulumi_snapcopy.recovery.evidence import Copy, CopyState, Presence
from pulumi_snapcopy.recovery.retention import Retention

from .test_planning import copies, day, evidence, offers, plan


def of(source: str | None, held: tuple[Copy, ...]) -> tuple[Copy, ...]:
    """Copies of a source."""
    return tuple(replace(each, source_ref=source and f"arn:{source}") for each in held)


def test_a_failed_copy_of_a_day_of_which_a_replaced_source_has_one_is_pruned() -> None:
    """The old source's copy isn't in the state; the failed one holds no data, and can't be made again."""
    old, new = of("old", copies(5, 6)), of("new", copies(1, 2))
    failed = Copy(date=day(5), name="failed-one", region="eu-west-1", state=CopyState.FAILED)
    seen = evidence(
        (*new, *old, failed), offers(0, 1, 2), recorded=(*new, *copies(6), failed), source_ref="arn:new"
    )
    found = plan(seen, Retention(daily=7))
    assert [each.copy.name for each in found.prune] == ["failed-one"]
    assert "failed-one" not in {each.name for each in found.hold}


def test_copies_of_a_replaced_source_stay_beside_the_retention_of_the_present_one() -> None:
    """The new source's copies are pruned as if it were alone; what is left of the old one is named, until it is deleted by hand."""
    old, new = of("old", copies(*range(6, 16))), of("new", copies(*range(1, 6)))
    seen = evidence((*new, *old), offers(*range(7)), recorded=copies(*range(1, 16)), source_ref="arn:new")
    found = plan(seen, Retention(daily=4))
    assert found.dates == tuple(day(each) for each in (0, 1, 2, 3, *range(6, 16)))
    assert [each.copy.date for each in found.prune] == [day(4), day(5)]
    assert found.doubts == () and found.refusal is None
    assert found.warnings == (
        "web-1 in us-east-1 isn't the one that was copied until 2026-11-14, which doesn't exist any more; its copies"
        ' aren\'t pruned: "dr-web-1-2026-11-05", "dr-web-1-2026-11-06", "dr-web-1-2026-11-07" and 7 more; if they may go,'
        " delete them by hand, then run `pulumi refresh`.",
    )
    let_go = plan(evidence(new, offers(0, 1, 2), source_ref="arn:new"), Retention(daily=4))
    assert [each.copy.date for each in let_go.prune] == [day(4), day(5)] and not let_go.warnings


def test_the_oldest_of_a_replaced_source_fills_no_rule_of_the_present_one() -> None:
    """A rule that isn't full keeps the oldest copy: of the present source. Gaps begin with its first copy, too."""
    held = (*of("new", copies(2, 3, 4, 5)), *of("old", copies(7, 8)))
    seen = evidence(held, offers(0), source_ref="arn:new")
    assert plan(seen, Retention(daily=2, monthly=6), max_prune=1).dates == tuple(map(day, (0, 2, 5, 7, 8)))
    assert plan(seen, Retention(daily=9)).gaps == (day(1),)


def test_the_limit_counts_the_copies_of_the_present_source() -> None:
    """However many copies there are of the old one."""
    held = (*of("new", copies(*range(10))), *of("old", copies(*range(10, 60))))
    found = plan(evidence(held, offers(0), source_ref="arn:new"), Retention(daily=5))
    assert found.refusal is not None and "would delete 5 of 10 copies" in found.refusal.cause


def test_only_what_is_newer_than_a_copy_of_the_present_source_is_its_own_without_an_arn() -> None:
    """What the service doesn't list, or lists without an ARN, may be of the old source else, and stays."""
    old, new = of("old", copies(9)), of("new", copies(6))
    unknown, unlisted = copies(1, 2, 3, 4, 7), copies(5, 8)
    seen = evidence(
        (*unknown, *new, *old), offers(0), recorded=(*unknown, *unlisted, *new, *old), source_ref="arn:new"
    )
    found = plan(seen, Retention(daily=4), max_prune=1)
    assert [each.copy.date for each in found.prune] == [day(4), day(5), day(6)]
    assert found.dates == tuple(day(each) for each in (0, 1, 2, 3, 7, 8, 9))
    of_the_old, not_listed = found.warnings
    assert "copied until 2026-11-13" in of_the_old
    assert '"dr-web-1-2026-11-11", "dr-web-1-2026-11-13"; if they may go' in of_the_old
    assert (
        'doesn\'t list "dr-web-1-2026-11-12" in eu-west-1; if that is right, run `pulumi refresh`'
        in not_listed
    )


def test_copies_of_two_sources_stay_while_a_third_one_of_the_name_has_none() -> None:
    """What stayed for one source made again isn't pruned for another."""
    held = (*of("second", copies(*range(1, 4))), *of("first", copies(*range(4, 7))))
    seen = evidence(held, offers(0), source_ref="arn:third")
    found = plan(seen, Retention(last=1), max_prune=1)
    assert found.dates == tuple(day(each) for each in range(7)) and found.prune == ()
    assert f"until {day(1)}, which" in found.warnings[0] and "and 3 more" in found.warnings[0]
    (gone,) = plan(replace(seen, presence=Presence.GONE, source_ref=None)).warnings
    assert "doesn't exist in us-east-1 any more" in gone


def test_a_day_that_has_a_copy_of_the_replaced_source_isnt_copied_again() -> None:
    """One date has one resource: declaring it of the present source would replace the copy."""
    held = (*of("new", copies(0)), *of("old", copies(1, 2)))
    found = plan(evidence(held, offers(0, 1), source_ref="arn:new"))
    assert [(each.date, each.name) for each in found.hold] == [
        (day(each), f"dr-web-1-{day(each)}") for each in range(3)
    ]


def test_copies_of_a_replaced_source_stay_in_a_former_target_region() -> None:
    """Those of the present one go once the new region has one as new; what isn't in the state is named, and left."""
    there = (
        *of("new", copies(1, 2, region="eu-west-2")),
        *of("old", copies(3, 4, region="eu-west-2")),
    )
    orphan = of("old", copies(5, region="eu-west-2"))
    found = plan(
        evidence((*there, *orphan), offers(0, 1, 3), recorded=there, source_ref="arn:new"), max_prune=1
    )
    assert [(each.date, each.region) for each in found.hold] == [
        (day(0), "eu-west-1"), (day(1), "eu-west-1"), (day(3), "eu-west-2"), (day(4), "eu-west-2"),
    ]  # fmt: skip
    assert [each.copy.date for each in found.prune] == [day(1), day(2)]
    assert any(
        "as the stack's state doesn't have it" in each and str(day(5)) in each for each in found.warnings
    )


def test_a_replaced_source_that_is_no_longer_protected_is_pruned() -> None:
    """All copies of the name go, within the limit."""
    held = (*of("new", copies(1, 2)), *of("old", copies(3, 4)))
    found = plan(evidence(held, source_ref="arn:new"), protected=False, max_prune=1)
    assert len(found.prune) == 4 and found.hold == ()


@pytest.mark.parametrize(
    ("of_copy", "of_source", "state"),
    [
        (None, "arn:new", CopyState.COMPLETE),
        ("arn:old", None, CopyState.COMPLETE),
        ("arn:new", "arn:new", CopyState.COMPLETE),
        ("arn:old", "arn:new", CopyState.FAILED),
        ("arn:old", "arn:new", CopyState.COMPLETE),
    ],
)
def test_a_source_is_replaced_only_by_what_is_known(
    of_copy: str | None, of_source: str | None, state: CopyState
) -> None:
    """An ARN that the service doesn't say tells nothing, nor do copies none of which has the source's; a failed copy holds no data."""
    held = tuple(replace(each, source_ref=of_copy) for each in copies(3, state=state)) + copies(1, 2)
    found = plan(evidence(held, offers(0, 1, 2), source_ref=of_source), Retention(daily=3))
    assert found.doubts == () and [each.copy.date for each in found.prune] == [day(3)]
