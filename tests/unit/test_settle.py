"""From what the user wrote to a settled request, and what has changed since."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from pulumi_snapcopy.core import state
from pulumi_snapcopy.core.rules.judgement import UNKNOWN
from pulumi_snapcopy.core.settle import Differences
from pulumi_snapcopy.core.settle import differences as differences_of
from pulumi_snapcopy.core.settle import settle as settle_as
from pulumi_snapcopy.core.state import Bag
from pulumi_snapcopy.core.values import Known, Phase, Seen
from pulumi_snapcopy.core.waiting.policy import DEFAULT_TIMEOUT
from pulumi_snapcopy.lightsail.family import CopiedSnapshots

from tests.harness.program import urn

FAMILY = CopiedSnapshots()
IDENTITY = "0123456789abcdef"
OURS = {"snapcopy": {"identity": IDENTITY}}
MANUAL = {"sourceSnapshotName": "db-1", "sourceRegion": "us-east-1", "targetRegion": "eu-west-1", **OURS}
DATED = {
    "sourceResourceName": "web-1", "restoreDate": "2026-11-20", "sourceRegion": "us-east-1",
    "targetRegion": "eu-west-1", **OURS,
}  # fmt: skip
LATEST = {
    **{key: value for key, value in DATED.items() if key != "restoreDate"},
    "useLatestRestorableAutoSnapshot": True,
}
KEY = "19527646"
DATED_NAME = f"web-1-2026-11-20-{KEY}"


class Latest:
    """Answers with a date, and counts who asked."""

    def __init__(self, date: str | None = "2026-11-20") -> None:
        self.date = date
        self.asked: list[tuple[str, str]] = []

    def __call__(self, region: str, resource: str) -> str | None:
        self.asked.append((region, resource))
        return self.date

    latest = __call__


class Never:
    """Fails the test that asks."""

    def latest(self, region: str, resource: str) -> str | None:
        raise AssertionError(f"asked for the latest of {resource} in {region}")


never = Never()


def settle(olds: dict[str, Any], news: dict[str, Any], *, latest: Any, name: str = "web") -> dict[str, Any]:
    """Settle the inputs of the declaration of this name."""
    return settle_as(FAMILY, urn(name), olds, news, ask=lambda region, call: call(latest))


def differences(olds: dict[str, Any], news: dict[str, Any]) -> Differences:
    """Compare."""
    return differences_of(FAMILY, olds, news)


def outputs(settled: dict[str, Any], state: str = "available", **found: Any) -> dict[str, Any]:
    """What the state holds of a copy that was made of settled inputs."""
    return {**settled, "state": state, "arn": "arn:1", **found}


def settled(news: dict[str, Any], date: str | None = "2026-11-20") -> dict[str, Any]:
    """Inputs of a new resource, settled."""
    return settle({}, news, latest=Latest(date))


def test_a_manual_source_is_settled_without_asking() -> None:
    """Only "latest" asks the service; nothing that wasn't given is filled in but the name."""
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
    assert newer["restoredDate"] == "2026-11-21" and newer["targetSnapshotName"] == f"web-1-2026-11-21-{KEY}"
    assert differences(outputs(first), newer).replaces == ["targetSnapshotName", "restoredDate"]
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
    """A date that changes replaces, and derives another name."""
    first = settled(DATED)
    again = settle(first, {**DATED, "restoreDate": "2026-11-19"}, latest=never)
    assert again["targetSnapshotName"] == f"web-1-2026-11-19-{KEY}"
    found = differences(outputs(first), again)
    assert found.replaces == ["targetSnapshotName", "restoreDate"] and not found.same_name


@pytest.mark.parametrize("news", [MANUAL, DATED, LATEST], ids=["manual", "dated", "latest"])
def test_a_renamed_declaration_copies_nothing_again(news: dict[str, Any]) -> None:
    """Once derived, the name stays when the owner changes; the owner's tag is brought in line."""
    first = settled(news)
    again = settle(first, news, latest=never, name="other")
    assert Bag.of(again).owner == f"shop/dev/other@{IDENTITY}" and Bag.of(again).key == Bag.of(first).key
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
    assert sorted(found.replaces) == sorted([replaced, "targetSnapshotName"]) and not found.same_name


def test_an_explicit_name_that_stays_is_deleted_first() -> None:
    """Two copies can't have one name in one region; in two they can."""
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
    """They need no new copy."""
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
        assert "targetSnapshotName" not in settled({**DATED, key: UNKNOWN})
    assert "targetSnapshotName" not in settled(LATEST, None)
    assert settled({**DATED, "tags": UNKNOWN})["targetSnapshotName"] == DATED_NAME


def test_while_the_identity_is_unknown_neither_owner_key_nor_name_is_settled() -> None:
    """In the preview of a stack's first `up` the identity isn't there yet."""
    found = settle({}, {**DATED, "snapcopy": {"identity": UNKNOWN}}, latest=never)
    bag = Bag.of(found)
    assert (bag.identity, bag.owner, bag.key) == (UNKNOWN, UNKNOWN, UNKNOWN)
    assert "targetSnapshotName" not in found


def test_a_key_that_covers_something_unknown_is_unknown() -> None:
    """The owner is known all the same."""
    bag = Bag.of(settle({}, {**DATED, "sourceRegion": UNKNOWN}, latest=never))
    assert bag.key is UNKNOWN and bag.owner == f"shop/dev/web@{IDENTITY}"


def test_another_identity_is_another_key() -> None:
    """A state whose identity was lost and drawn again doesn't go on under the earlier key."""
    first = settled(DATED)
    again = settle(first, {**DATED, "snapcopy": {"identity": "fedcba9876543210"}}, latest=never)
    assert Bag.of(again).key != Bag.of(first).key


# As a spec, and in the state


def test_inputs_are_read_as_a_spec() -> None:
    """Every input lands where the core reads it."""
    given = {
        **DATED, "targetSnapshotName": "mine", "tags": {"team": "shop"}, "adopt": True, "triggers": ["1"],
        "snapcopy": {**OURS["snapcopy"], "retain": True, "timeouts": {"create": "90m"}},
    }  # fmt: skip
    inputs = settled(given)
    bag = Bag.of(inputs)
    spec = FAMILY.spec(inputs, bag, timeout=bag.timeout("create"))
    assert (spec.resource, spec.owner, spec.key) == ("web", f"shop/dev/web@{IDENTITY}", bag.key)
    assert (spec.source_region, spec.region, spec.source, spec.name) == (
        "us-east-1", "eu-west-1", "us-east-1:web-1", "mine",
    )  # fmt: skip
    assert spec.all_tags == {
        "team": "shop", "snapcopy:owner": f"shop/dev/web@{IDENTITY}", "snapcopy:retain": "true",
        "snapcopy:source": "us-east-1:web-1:2026-11-20",
    }  # fmt: skip
    assert (spec.adopt, spec.retain, spec.timeout, spec.settled, spec.dated) == (
        True,
        True,
        5400.0,
        True,
        False,
    )
    assert spec.subject == 'CopiedSnapshot "web" (us-east-1 -> eu-west-1)'


def test_only_a_derived_name_of_a_date_is_dated() -> None:
    """Runs on other days make others under other names; under an explicit one, or of a manual source, they don't."""
    dated = {
        kind: FAMILY.spec(inputs, Bag.of(inputs)).dated
        for kind, inputs in {
            "derived": settled(DATED), "explicit": settled({**DATED, "targetSnapshotName": "mine"}), "manual": settled(MANUAL),
        }.items()
    }  # fmt: skip
    assert dated == {"derived": True, "explicit": False, "manual": False}


@pytest.mark.parametrize(
    ("timeouts", "verbs", "expected"),
    [
        ({}, ("create",), None),
        ({"create": "1h"}, ("create",), 3600),
        ({"create": "1h"}, ("delete",), None),
        ({"create": "1h"}, ("update", "create"), 3600),
        ({"create": "1h", "update": "2h"}, ("update", "create"), 7200),
    ],
)
def test_the_first_timeout_given_holds(
    timeouts: dict[str, str], verbs: tuple[str, ...], expected: float | None
) -> None:
    """An update goes on for as long as it, or else the create, may take; by default three hours."""
    bag = Bag(timeouts=timeouts)
    assert bag.timeout(*verbs) == expected
    spec = FAMILY.spec(settled(MANUAL), bag, timeout=bag.timeout(*verbs))
    assert spec.timeout == (expected or DEFAULT_TIMEOUT)


def test_bookkeeping_is_written_and_read_again() -> None:
    """Under one key of the state, without what has its default, and with nothing that isn't JSON."""
    bag = Bag(
        identity=IDENTITY, owner="o", key="k", previous_owner="p", predecessors=("b", "a"), partial=True
    )
    written = bag.written()
    assert written == {
        "identity": IDENTITY, "owner": "o", "key": "k", "previousOwner": "p", "predecessors": ["a", "b"], "partial": True,
    }  # fmt: skip
    assert Bag.of({"snapcopy": {**written, "of a later version": 1}}) == replace(bag, predecessors=("a", "b"))
    assert Bag().written() == {} and Bag.of({}) == Bag()


def test_what_the_state_holds_is_known_again() -> None:
    """The thing's ref, state and time; whose it is; and what it replaced."""
    inputs = settled(MANUAL)
    bag = replace(Bag.of(inputs), previous_owner="old", predecessors=("arn:0",))
    made = datetime(2026, 11, 20, 9, 5, 1, 999, tzinfo=timezone.utc)
    seen = Seen(
        name="db-1-copy", region="eu-west-1", kind="DiskSnapshot", ref="arn:1", state="completed", phase=Phase.DONE,
        created_at=made, outputs={"arn": "arn:1", "resourceType": "DiskSnapshot", "sizeInGb": 32},
    )  # fmt: skip
    spec = FAMILY.spec(inputs, bag)
    held = state.outputs(FAMILY, inputs, spec, Known(seen=seen, operation_id="op-1"), bag=bag)
    assert held == {
        **inputs, "targetSnapshotName": "db-1-copy", "arn": "arn:1", "state": "completed", "resourceType": "DiskSnapshot",
        "createdAt": "2026-11-20T09:05:01Z", "sizeInGb": 32, "operationId": "op-1", "snapcopy": bag.written(),
    }  # fmt: skip
    known = state.known(FAMILY, held, "eu-west-1/db-1-copy", predecessors=["arn:00"])
    assert known.seen is not None and known.in_state
    assert (known.ref, known.seen.id, known.seen.phase) == ("arn:1", "eu-west-1/db-1-copy", Phase.DONE)
    assert known.seen.created_at == made.replace(microsecond=0)
    assert (known.operation_id, known.owner, known.predecessors) == ("op-1", "old", {"arn:0", "arn:00"})


def test_outputs_of_another_thing_are_not_taken_from_the_state() -> None:
    """What was made again under the name has its own size and source."""
    inputs = settled(MANUAL)
    olds = outputs(inputs, sizeInGb=32)
    for ref, size in (("arn:1", 32), ("arn:2", None)):
        seen = Seen(name="x", region="eu-west-1", kind="DiskSnapshot", ref=ref, outputs={"arn": ref})
        spec = FAMILY.spec(inputs, Bag.of(inputs))
        held = state.outputs(FAMILY, inputs, spec, Known(seen=seen), bag=Bag.of(inputs), olds=olds)
        assert held.get("sizeInGb") == size
