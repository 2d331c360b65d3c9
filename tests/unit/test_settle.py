"""From what the user wrote to a settled request."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.rules.judgement import UNKNOWN

from .settling import (
    DATED,
    DATED_NAME,
    IDENTITY,
    KEY,
    LATEST,
    MANUAL,
    Latest,
    differences,
    never,
    outputs,
    settle,
    settled,
)


def test_a_manual_source_is_settled_without_asking() -> None:
    """A manual source is settled without a call to the service, and only the derived name is added."""
    found = settle({}, {**MANUAL, "tags": None}, latest=never)
    assert found == {
        **MANUAL,
        "snapcopy": found["snapcopy"],
        "targetSnapshotName": found["targetSnapshotName"],
    }
    assert found["targetSnapshotName"].startswith("db-1-manual-")
    assert settle({}, DATED, latest=never)["targetSnapshotName"] == DATED_NAME


def test_an_explicit_name_is_taken_as_it_is() -> None:
    """Nothing is derived where a name is given."""
    assert settled({**MANUAL, "targetSnapshotName": "mine"})["targetSnapshotName"] == "mine"


def test_latest_is_settled_once() -> None:
    """The first check asks for the date; later ones keep it, whatever there is by then."""
    latest = Latest()
    first = settle({}, LATEST, latest=latest)
    assert first["restoredDate"] == "2026-11-20" and first["targetSnapshotName"] == DATED_NAME
    assert latest.asked == [("us-east-1", "web-1")]
    assert settle(first, LATEST, latest=never) == first
    assert settle(first, {**LATEST, "tags": {"team": "shop"}}, latest=never) == {
        **first,
        "tags": {"team": "shop"},
    }


@pytest.mark.parametrize(
    "change",
    [
        {"sourceResourceName": "web-2"},
        {"sourceRegion": "us-east-2"},
        {"targetRegion": "eu-west-2"},
        {"triggers": ["1"]},
        {"targetSnapshotName": "mine"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_latest_is_settled_again_when_the_request_changes(change: dict[str, Any]) -> None:
    """A changed request settles "latest" again, as the date that is the latest then."""
    first = settled(LATEST)
    again = settle(first, {**LATEST, **change}, latest=Latest("2026-11-21"))
    assert again["restoredDate"] == "2026-11-21"
    assert again["targetSnapshotName"] != first["targetSnapshotName"]


def test_latest_that_cannot_be_settled_is_left_to_create() -> None:
    """While "latest" can't be settled, date and name stay open; that create settles them later is no difference."""
    first = settled(LATEST, None)
    assert "restoredDate" not in first and "targetSnapshotName" not in first
    state = outputs(first, restoredDate="2026-11-20", targetSnapshotName=DATED_NAME)
    again = settle(first, LATEST, latest=never)
    found = differences(state, again)
    assert (found.replaces, found.update) == ([], False)


def test_track_latest_asks_every_time() -> None:
    """`track_latest` asks in each check: a newer automatic snapshot is another copy, the same one or none isn't."""
    tracking = {**LATEST, "trackLatest": True}
    first = settled(tracking)
    newer = settle(first, tracking, latest=Latest("2026-11-21"))
    assert newer["restoredDate"] == "2026-11-21" and newer["targetSnapshotName"] == f"web-1-2026-11-21-{KEY}"
    assert differences(outputs(first), newer).replaces == ["targetSnapshotName", "restoredDate"]
    assert settle(first, tracking, latest=Latest("2026-11-20")) == first
    assert settle(first, tracking, latest=Latest(None)) == first


def test_track_latest_never_goes_back() -> None:
    """When the newest automatic snapshot is deleted, its copy is kept, and not replaced by an older one."""
    tracking = {**LATEST, "trackLatest": True}
    first = settled(tracking)
    again = settle(first, tracking, latest=Latest("2026-11-19"))
    assert differences(outputs(first), again).replaces == []


@pytest.mark.parametrize("news", [MANUAL, DATED, LATEST], ids=["manual", "dated", "latest"])
def test_a_renamed_declaration_copies_nothing_again(news: dict[str, Any]) -> None:
    """Once derived, the name stays when the owner changes; the owner's tag is brought in line."""
    first = settled(news)
    again = settle(first, news, latest=never, name="other")
    assert (
        Bookkeeping.of(again).owner == f"shop/dev/other@{IDENTITY}"
        and Bookkeeping.of(again).key == Bookkeeping.of(first).key
    )
    assert again["targetSnapshotName"] == first["targetSnapshotName"]
    found = differences(outputs(first), again)
    assert (found.replaces, found.update) == ([], True)


@pytest.mark.parametrize("news", [MANUAL, DATED, LATEST], ids=["manual", "dated", "latest"])
def test_settling_again_changes_nothing(news: dict[str, Any]) -> None:
    """A second check of the same program settles the same, and finds no difference."""
    first = settled(news)
    assert settle(first, news, latest=never) == first
    found = differences(outputs(first), first)
    assert (found.replaces, found.update, found.partial) == ([], False, False)


@pytest.mark.parametrize(
    "key", ["sourceResourceName", "sourceRegion", "targetRegion", "triggers", "targetSnapshotName", "tags"]
)
@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("olds", [False, True])
def test_nobody_is_asked_while_an_input_is_unknown(key: str, inside: bool, olds: bool) -> None:
    """While an input is unknown the service isn't asked; a date that was settled stays."""
    mark: Any = (
        {"tags": {"team": UNKNOWN}, "triggers": [{"a": [UNKNOWN]}]}.get(key, UNKNOWN) if inside else UNKNOWN
    )
    first = settled(LATEST) if olds else {}
    found = settle(first, {**LATEST, key: mark}, latest=never)
    if key == "tags" and olds:
        assert (found["restoredDate"], found["targetSnapshotName"]) == ("2026-11-20", DATED_NAME)
    else:
        assert "restoredDate" not in found
        assert found.get("targetSnapshotName") is (None if key == "tags" else UNKNOWN)


def test_no_name_is_derived_of_what_is_unknown() -> None:
    """A name is made of known things only; until then it is unknown, which a saved plan allows to become a name."""
    for key in ("sourceResourceName", "restoreDate", "sourceRegion", "targetRegion", "triggers"):
        assert settled({**DATED, key: UNKNOWN})["targetSnapshotName"] is UNKNOWN
    assert "targetSnapshotName" not in settled(LATEST, None)
    assert settled({**DATED, "tags": UNKNOWN})["targetSnapshotName"] == DATED_NAME


def test_while_the_identity_is_unknown_neither_owner_key_nor_name_is_settled() -> None:
    """In the preview of a stack's first `up` owner, key and name stay unknown, as the identity doesn't exist yet."""
    found = settle({}, {**DATED, "snapcopy": {"identity": UNKNOWN}}, latest=never)
    bookkeeping = Bookkeeping.of(found)
    assert (bookkeeping.identity, bookkeeping.owner, bookkeeping.key) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert found["targetSnapshotName"] is UNKNOWN


def test_a_key_that_covers_something_unknown_is_unknown() -> None:
    """A key over an unknown input is unknown, while the owner is settled."""
    bookkeeping = Bookkeeping.of(settle({}, {**DATED, "sourceRegion": UNKNOWN}, latest=never))
    assert bookkeeping.key is UNKNOWN and bookkeeping.owner == f"shop/dev/web@{IDENTITY}"


def test_another_identity_is_another_key() -> None:
    """A state whose identity was lost and drawn again doesn't go on under the earlier key."""
    first = settled(DATED)
    again = settle(first, {**DATED, "snapcopy": {"identity": "fedcba9876543210"}}, latest=never)
    assert Bookkeeping.of(again).key != Bookkeeping.of(first).key


# As a spec, and in the state
