"""What has changed since the last request."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_snapcopy.core.rules.judgement import UNKNOWN

from .settling import (
    DATED,
    KEY,
    LATEST,
    MANUAL,
    OURS,
    differences,
    never,
    outputs,
    settle,
    settled,
)


def test_latest_settled_as_a_date_is_that_date() -> None:
    """A change from "latest" to the date that it was settled as, or back, is no difference."""
    latest, dated = settled(LATEST), settled(DATED)
    for olds, news in ((latest, DATED), (dated, LATEST)):
        found = differences(outputs(olds), settle(olds, news, latest=never))
        assert (found.replaces, found.update) == ([], False)


def test_another_date_is_another_copy() -> None:
    """A date that changes replaces, and derives another name."""
    first = settled(DATED)
    again = settle(first, {**DATED, "restoreDate": "2026-11-19"}, latest=never)
    assert again["targetSnapshotName"] == f"web-1-2026-11-19-{KEY}"
    found = differences(outputs(first), again)
    assert found.replaces == ["targetSnapshotName", "restoreDate"] and not found.same_name


@pytest.mark.parametrize(
    "empty",
    [
        {"triggers": []},
        {"tags": {}},
        {"tags": None},
        {"snapcopy": {**OURS["snapcopy"], "timeouts": {}}},
        {"snapcopy": {**OURS["snapcopy"], "retain": False}},
    ],
    ids=str,
)
def test_nothing_and_empty_are_the_same(empty: dict[str, Any]) -> None:
    """An empty list or mapping doesn't differ from an argument that isn't given."""
    first = settled(MANUAL)
    found = differences(outputs(first), settle(first, {**MANUAL, **empty}, latest=never))
    assert (found.replaces, found.update) == ([], False)


@pytest.mark.parametrize(
    ("change", "replaced"),
    [
        ({"sourceSnapshotName": "db-2"}, "sourceSnapshotName"),
        ({"sourceRegion": "us-east-2"}, "sourceRegion"),
        ({"targetRegion": "eu-west-2"}, "targetRegion"),
        ({"triggers": ["1"]}, "triggers"),
    ],
)
def test_what_makes_it_another_copy_replaces(change: dict[str, Any], replaced: str) -> None:
    """A replacement names its cause and, its name being derived, stands before the old copy goes."""
    first = settled(MANUAL)
    found = differences(outputs(first), settle(first, {**MANUAL, **change}, latest=never))
    assert sorted(found.replaces) == sorted([replaced, "targetSnapshotName"]) and not found.same_name


def test_an_explicit_name_that_stays_is_deleted_first() -> None:
    """An explicit name that stays in one region is deleted before it is made again; in another region it isn't."""
    named = {**MANUAL, "targetSnapshotName": "mine"}
    state = outputs(settled(named))
    assert differences(state, settled({**named, "triggers": ["1"]})).same_name
    assert not differences(state, settled({**named, "targetRegion": "eu-west-2"})).same_name
    assert not differences(state, settled({**named, "targetSnapshotName": "other"})).same_name


@pytest.mark.parametrize(
    "change",
    [
        {"tags": {"team": "shop"}},
        {"snapcopy": {**OURS["snapcopy"], "timeouts": {"create": "1h"}}},
        {"snapcopy": {**OURS["snapcopy"], "retain": True}},
    ],
    ids=str,
)
def test_tags_timeouts_and_retention_are_changed_in_place(change: dict[str, Any]) -> None:
    """Changed tags, timeouts and retention are an update, and need no new copy."""
    first = settled(MANUAL)
    found = differences(outputs(first), settle(first, {**MANUAL, **change}, latest=never))
    assert (found.replaces, found.update, found.partial) == ([], True, False)


@pytest.mark.parametrize("state", ["pending", "error", "unknown", "", None])
def test_a_partial_copy_is_resumed(state: str | None) -> None:
    """Whatever isn't done asks for an update, and the same goes for what was never seen."""
    first = settled(MANUAL)
    found = differences({**outputs(first), "state": state}, first)
    assert (found.replaces, found.update, found.partial) == ([], True, True)


# What isn't known yet


@pytest.mark.parametrize(
    "key", ["sourceSnapshotName", "sourceRegion", "targetRegion", "triggers", "targetSnapshotName"]
)
def test_what_is_unknown_differs_from_everything(key: str) -> None:
    """An input that isn't known yet may ask for another copy, and preview says so."""
    first = settled(MANUAL)
    found = differences(outputs(first), settle(first, {**MANUAL, key: UNKNOWN}, latest=never))
    assert key in found.replaces and not (found.same_name and key in ("targetRegion", "targetSnapshotName"))


def test_unknown_tags_are_an_update() -> None:
    """Tags that aren't known yet are changed in place, and the name is kept."""
    first = settled(MANUAL)
    again = settle(first, {**MANUAL, "tags": {"team": UNKNOWN}}, latest=never)
    assert again["targetSnapshotName"] == first["targetSnapshotName"]
    found = differences(outputs(first), again)
    assert (found.replaces, found.update) == ([], True)


def test_an_unknown_date_replaces() -> None:
    """A date that isn't known yet may be another."""
    first = settled(DATED)
    found = differences(outputs(first), settle(first, {**DATED, "restoreDate": UNKNOWN}, latest=never))
    assert found.replaces == ["targetSnapshotName", "restoreDate"]


def test_a_bookkeeping_that_is_unknown_as_a_whole_is_no_other_request() -> None:
    """Unknown bookkeeping asks for no replacement: the engine shows it so when it asks about the end of the stack's identity."""
    first = settled(MANUAL)
    found = differences(outputs(first), {**first, "snapcopy": UNKNOWN})
    assert (found.replaces, found.update) == ([], True)
