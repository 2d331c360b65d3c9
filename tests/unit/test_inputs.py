"""From what the user wrote to a settled request, and what has changed since."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_snapcopy.core.inputs import derived_name, differences, request, settle
from pulumi_snapcopy.core.model import DEFAULT_TIMEOUT
from pulumi_snapcopy.core.rules.judgement import UNKNOWN

MANUAL = {
    "sourceSnapshotName": "db-1", "sourceRegion": "us-east-1", "targetRegion": "eu-west-1", "owner": "shop/dev/db",
}  # fmt: skip
DATED = {
    "sourceResourceName": "web-1", "restoreDate": "2026-11-20", "sourceRegion": "us-east-1",
    "targetRegion": "eu-west-1", "owner": "shop/dev/web",
}  # fmt: skip
LATEST = {
    **{key: value for key, value in DATED.items() if key != "restoreDate"},
    "useLatestRestorableAutoSnapshot": True,
}
DATED_NAME = "web-1-2026-11-20-29ad5a23"


class Latest:
    """Answers with a date, and counts who asked."""

    def __init__(self, date: str | None = "2026-11-20") -> None:
        self.date = date
        self.asked: list[tuple[str, str]] = []

    def __call__(self, region: str, resource: str) -> str | None:
        self.asked.append((region, resource))
        return self.date


def never(region: str, resource: str) -> str | None:
    """Fails the test that asks."""
    raise AssertionError(f"asked for the latest of {resource} in {region}")


def outputs(settled: dict[str, Any], state: str = "available", **found: Any) -> dict[str, Any]:
    """What the state holds of a copy that was made of settled inputs."""
    return {**settled, "state": state, "arn": "arn:1", **found}


def settled(news: dict[str, Any], date: str | None = "2026-11-20") -> dict[str, Any]:
    """Inputs of a new resource, settled."""
    return settle({}, news, latest=Latest(date))


def test_a_manual_source_is_settled_without_asking() -> None:
    """Only "latest" asks the service; nothing that wasn't given is filled in but the name."""
    found = settle({}, {**MANUAL, "tags": None}, latest=never)
    assert found == {**MANUAL, "targetSnapshotName": found["targetSnapshotName"]}
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
    """Another copy is of what is the latest then."""
    first = settled(LATEST)
    again = settle(first, {**LATEST, **change}, latest=Latest("2026-11-21"))
    assert again["restoredDate"] == "2026-11-21"
    assert again["targetSnapshotName"] != first["targetSnapshotName"]


def test_latest_that_cannot_be_settled_is_left_to_create() -> None:
    """Without a date there is no name either, and no difference once create has settled it."""
    first = settled(LATEST, None)
    assert "restoredDate" not in first and "targetSnapshotName" not in first
    state = outputs(first, restoredDate="2026-11-20", targetSnapshotName=DATED_NAME)
    again = settle(first, LATEST, latest=never)
    found = differences(state, again)
    assert (found.replaces, found.update) == ([], False)


def test_track_latest_asks_every_time() -> None:
    """Each newer automatic snapshot is another copy; the same one isn't, and neither is none."""
    tracking = {**LATEST, "trackLatest": True}
    first = settled(tracking)
    newer = settle(first, tracking, latest=Latest("2026-11-21"))
    assert (
        newer["restoredDate"] == "2026-11-21" and newer["targetSnapshotName"] == "web-1-2026-11-21-29ad5a23"
    )
    assert differences(outputs(first), newer).replaces == ["restoredDate", "targetSnapshotName"]
    assert settle(first, tracking, latest=Latest("2026-11-20")) == first
    assert settle(first, tracking, latest=Latest(None)) == first


def test_track_latest_never_goes_back() -> None:
    """Where the newest automatic snapshot was deleted, the copy that was made of it is kept, not replaced by an older."""
    tracking = {**LATEST, "trackLatest": True}
    first = settled(tracking)
    again = settle(first, tracking, latest=Latest("2026-11-19"))
    assert differences(outputs(first), again).replaces == []


def test_latest_settled_as_a_date_is_that_date() -> None:
    """From "latest" to its date and back nothing changes."""
    latest, dated = settled(LATEST), settled(DATED)
    for olds, news in ((latest, DATED), (dated, LATEST)):
        found = differences(outputs(olds), settle(olds, news, latest=never))
        assert (found.replaces, found.update) == ([], False)


def test_another_date_is_another_copy() -> None:
    """A date that changes replaces, and derives the name anew."""
    first = settled(DATED)
    again = settle(first, {**DATED, "restoreDate": "2026-11-19"}, latest=never)
    assert again["targetSnapshotName"] == "web-1-2026-11-19-29ad5a23"
    found = differences(outputs(first), again)
    assert found.replaces == ["restoreDate", "targetSnapshotName"] and not found.same_name


@pytest.mark.parametrize("news", [MANUAL, DATED, LATEST], ids=["manual", "dated", "latest"])
def test_a_renamed_declaration_copies_nothing_again(news: dict[str, Any]) -> None:
    """Once derived, the name stays when the owner changes; the owner's tag is brought in line."""
    first = settled(news)
    again = settle(first, {**news, "owner": "shop/prod/other"}, latest=never)
    assert again["targetSnapshotName"] == first["targetSnapshotName"]
    found = differences(outputs(first), again)
    assert (found.replaces, found.update) == ([], True)


@pytest.mark.parametrize("news", [MANUAL, DATED, LATEST], ids=["manual", "dated", "latest"])
def test_settling_again_changes_nothing(news: dict[str, Any]) -> None:
    """A second check of the same program settles the same, and finds no difference."""
    first = settled(news)
    assert settle(first, news, latest=never) == first
    found = differences(outputs(first), first)
    assert (found.replaces, found.update, found.unfinished) == ([], False, False)


@pytest.mark.parametrize(
    "empty",
    [{"triggers": []}, {"tags": {}}, {"tags": None}, {"customTimeouts": {}}, {"retainOnDelete": False}],
    ids=str,
)
def test_nothing_and_empty_are_the_same(empty: dict[str, Any]) -> None:
    """An empty list or mapping is as good as none."""
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
    assert found.replaces == [replaced, "targetSnapshotName"] and not found.same_name


def test_an_explicit_name_that_stays_is_deleted_first() -> None:
    """Two copies can't bear one name in one region; in two they can."""
    named = {**MANUAL, "targetSnapshotName": "mine"}
    state = outputs(settled(named))
    assert differences(state, settled({**named, "triggers": ["1"]})).same_name
    assert not differences(state, settled({**named, "targetRegion": "eu-west-2"})).same_name
    assert not differences(state, settled({**named, "targetSnapshotName": "other"})).same_name


@pytest.mark.parametrize(
    "change",
    [{"tags": {"team": "shop"}}, {"customTimeouts": {"create": "1h"}}, {"retainOnDelete": True}],
    ids=str,
)
def test_tags_timeouts_and_retention_are_changed_in_place(change: dict[str, Any]) -> None:
    """They need no new copy."""
    first = settled(MANUAL)
    found = differences(outputs(first), settle(first, {**MANUAL, **change}, latest=never))
    assert (found.replaces, found.update, found.unfinished) == ([], True, False)


@pytest.mark.parametrize("state", ["pending", "error", "unknown", "", None])
def test_an_unfinished_copy_is_gone_on_with(state: str | None) -> None:
    """Whatever isn't done asks for an update, and the same goes for what was never seen."""
    first = settled(MANUAL)
    found = differences({**outputs(first), "state": state}, first)
    assert (found.replaces, found.update, found.unfinished) == ([], True, True)


# What isn't known yet


@pytest.mark.parametrize(
    "key", ["sourceResourceName", "sourceRegion", "targetRegion", "triggers", "targetSnapshotName", "tags"]
)
@pytest.mark.parametrize("inside", [False, True])
@pytest.mark.parametrize("olds", [False, True])
def test_nobody_is_asked_while_an_input_is_unknown(key: str, inside: bool, olds: bool) -> None:
    """No network while anything isn't known; where the date was settled it is settled still."""
    mark: Any = (
        {"tags": {"team": UNKNOWN}, "triggers": [{"a": [UNKNOWN]}]}.get(key, UNKNOWN) if inside else UNKNOWN
    )
    first = settled(LATEST) if olds else {}
    found = settle(first, {**LATEST, key: mark}, latest=never)
    if key == "tags" and olds:
        assert (found["restoredDate"], found["targetSnapshotName"]) == ("2026-11-20", DATED_NAME)
    else:
        assert "restoredDate" not in found
        assert found.get("targetSnapshotName") is (UNKNOWN if key == "targetSnapshotName" else None)


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
    assert found.replaces == ["restoreDate"]


def test_no_name_is_derived_of_what_is_unknown() -> None:
    """A name is made of known things only."""
    for key in ("sourceResourceName", "restoreDate", "sourceRegion", "targetRegion", "triggers"):
        assert derived_name({**DATED, key: UNKNOWN}) is None
    assert derived_name(LATEST) is None
    assert derived_name({**DATED, "tags": UNKNOWN}) == DATED_NAME


# As a request


def test_inputs_are_read_as_a_request() -> None:
    """Every input lands where the life cycle reads it."""
    found = request(
        {**DATED, "targetSnapshotName": "mine", "tags": {"team": "shop"}, "adopt": True, "retainOnDelete": True,
         "triggers": ["1"], "customTimeouts": {"create": "90m"}},
        olds={"arn": "arn:1", "owner": "shop/dev/old"}, supersedes=["old"],
    )  # fmt: skip
    assert (found.resource, found.owner, found.source, found.name) == ("web", "shop/dev/web", "web-1", "mine")
    assert (found.source_region, found.target_region, found.restore_date) == (
        "us-east-1",
        "eu-west-1",
        "2026-11-20",
    )
    assert found.all_tags == {
        "team": "shop", "snapcopy:owner": "shop/dev/web", "snapcopy:source": "us-east-1:web-1:2026-11-20",
        "snapcopy:retain": "true",
    }  # fmt: skip
    assert (found.adopt, found.timeout, found.triggers) == (True, 5400.0, ["1"])
    assert (found.known_arn, found.former_owner, found.supersedes) == ("arn:1", "shop/dev/old", {"old"})
    assert found.subject == 'CopiedSnapshot "web" (us-east-1 -> eu-west-1)'


def test_a_nested_declaration_is_called_by_its_path() -> None:
    """A child of a component is named with its parent."""
    assert request({**MANUAL, "owner": "shop/dev/fleet/db"}).resource == "fleet/db"


@pytest.mark.parametrize(
    ("timeouts", "verbs", "expected"),
    [
        (None, ("create",), DEFAULT_TIMEOUT),
        ({"create": "1h"}, ("create",), 3600),
        ({"create": "1h"}, ("delete",), DEFAULT_TIMEOUT),
        ({"create": "1h"}, ("update", "create"), 3600),
        ({"create": "1h", "update": "2h"}, ("update", "create"), 7200),
    ],
)
def test_the_first_timeout_given_holds(
    timeouts: dict[str, str] | None, verbs: tuple[str, ...], expected: float
) -> None:
    """An update goes on for as long as it, or else the create, may take."""
    assert request({**MANUAL, "customTimeouts": timeouts}, timeout=verbs).timeout == expected


def test_a_request_without_a_name_has_none() -> None:
    """A name that isn't settled can't be used by mistake."""
    with pytest.raises(ValueError, match="isn't settled"):
        _ = request(LATEST).name
