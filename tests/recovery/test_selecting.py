"""Which sources are protected: by name, by tag, all of them; and what an empty list of sources doesn't decide."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_snapcopy.recovery.evidence import Presence, Unreadable
from pulumi_snapcopy.recovery.manual import plan_manual
from pulumi_snapcopy.recovery.selecting import Source, protect_from, select

SOURCES = (
    Source(name="data-1", tags={"backup": "yes"}),
    Source(name="web-1", tags={"backup": "yes", "team": "shop"}),
    Source(name="web-2"),
)
TODAY = date(2026, 11, 20)


def chosen(
    protect: object, sources: tuple[Source, ...] | Unreadable = SOURCES, *with_copies: str
) -> dict[str, str]:
    """Each source and what is known of it; in brackets if it isn't protected."""
    found = select(protect_from(protect), sources=sources, with_copies=with_copies)
    words = {
        each.name: each.presence.value if isinstance(each.presence, Presence) else "unreadable"
        for each in found
    }
    return {each.name: words[each.name] if each.protected else f"({words[each.name]})" for each in found}


@pytest.mark.parametrize(
    ("protect", "expected"),
    [
        (["web-1", "nope"], {"nope": "gone", "web-1": "seen"}),
        ("all", {"data-1": "seen", "web-1": "seen", "web-2": "seen"}),
        ({"backup": "yes"}, {"data-1": "seen", "web-1": "seen"}),
        ({"backup": "yes", "team": "shop"}, {"web-1": "seen"}),
    ],
    ids=str,
)
def test_sources_are_chosen_by_name_tag_or_all(protect: object, expected: dict[str, str]) -> None:
    """A name that isn't listed is gone; all tags must match."""
    assert chosen(protect) == expected


def test_taking_a_source_out_of_protect_is_a_decision_and_an_empty_list_is_none() -> None:
    """What is listed without the tag is no longer protected; what isn't listed at all is gone."""
    assert chosen(["web-1"], SOURCES, "web-2") == {"web-1": "seen", "web-2": "(seen)"}
    assert chosen({"backup": "yes"}, SOURCES, "web-2")["web-2"] == "(seen)"
    assert chosen({"backup": "yes"}, (), "web-1") == {"web-1": "gone"}
    assert chosen("all", (), "web-1") == {"web-1": "gone"}
    assert chosen(["web-1"], (), "web-1", "web-2") == {"web-1": "gone", "web-2": "(gone)"}


def test_an_unreadable_list_of_sources_protects_all_that_have_copies() -> None:
    """Only names that were taken out are known not to be protected."""
    broken = Unreadable("timed out")
    assert chosen({"backup": "yes"}, broken, "web-1") == {"web-1": "unreadable"}
    assert chosen(["web-1"], broken, "web-2") == {"web-1": "unreadable", "web-2": "(unreadable)"}


@pytest.mark.parametrize("value", [None, "web-1", [], [""], [1], {}, {"a": 1}, ["web-1", None]], ids=str)
def test_another_protect_is_refused(value: Any) -> None:
    """The message shows the three ways."""
    with pytest.raises(ValueError, match=r"protect must be a list of names, .*, a tag, .*, or .all., not "):
        protect_from(value)


BACK = st.sets(st.integers(0, 9).map(lambda back: TODAY - timedelta(days=back)))


@given(taken=BACK, copied=BACK, wanted=BACK, may_prune=st.booleans())
def test_the_newest_manual_snapshot_stays_and_none_goes_before_a_copy_stands(
    taken: set[date], copied: set[date], wanted: set[date], may_prune: bool
) -> None:
    """One is taken a day; what goes has a copy, or isn't wanted and is older than one that has."""
    days = plan_manual(taken, copied=copied, wanted=wanted, today=TODAY, may_prune=may_prune)
    assert TODAY in days and set(days) <= taken | {TODAY}
    assert may_prune or taken <= set(days)
    for each in taken - set(days):
        assert each in copied or (each not in wanted and max(copied) > each)
    assert plan_manual(days, copied=copied, wanted=wanted, today=TODAY, may_prune=may_prune) == days
