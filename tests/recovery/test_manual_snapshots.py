"""Sources without automatic snapshots: manual ones are taken and copied, and what isn't copied yet is never lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from typing import Any

import pytest
from pulumi_snapcopy.core.errors import NotFound, Refused, ServiceError
from pulumi_snapcopy.core.keys import owner
from pulumi_snapcopy.core.values import OWNER_TAG, SOURCE_TAG, Phase
from pulumi_snapcopy.lightsail.children import Children, Taken
from pulumi_snapcopy.lightsail.recovering import Request
from pulumi_snapcopy.lightsail.shapes import SnapshotSeen
from pulumi_snapcopy.recovery.retention import Retention

from .region import CHILDREN, LAST, SOURCE, TARGET, Region, Service, disk, instance

TOMORROW = LAST + timedelta(days=1)
REQUEST = Request(
    source_region=SOURCE,
    target_region=TARGET,
    protect="all",
    keep=Retention(daily=3),
    max_age=None,
    max_prune=0.3,
    when_missing="snapshot",
)

REWRITTEN = Children(name="dr-ü", urn=CHILDREN.urn.replace("::dr", "::dr-ü"))
SHORTENED = Children(
    name="dr", urn=CHILDREN.urn.replace("snapcopy:", f"my:{'a' * 50}$my:{'b' * 50}$my:{'c' * 50}$snapcopy:")
)
"""Regions whose children's owner tags don't end with a day."""


@pytest.fixture
def region(service: Service) -> Region:
    return Region(service=service, request=REQUEST)


def taken(region: Region, source: str) -> list[date]:
    """The days whose manual snapshots of a source tomorrow's run declares; it must not be refused."""
    decision = region.decide(TOMORROW)
    assert not decision.refusals
    return [each.date for each in decision.take if each.source == source]


def planned(region: Region, source: str) -> tuple[date, ...]:
    """The days of which tomorrow's run holds copies of a source."""
    return next(each.dates for each in region.decide(TOMORROW).plans if each.source == source)


def at_night(day: date) -> datetime:
    """The last minute of a day."""
    return datetime.combine(day, time(23, 59), timezone.utc)


def has_taken(region: Region, source: str, day: date = LAST) -> None:
    """Have a day's snapshot of an instance in the state."""
    urn = CHILDREN.urn_of(source, day, "InstanceSnapshot")
    region.entries[urn] = {"instanceName": source, "state": "available"}


def has_copy(region: Region, source: str, day: date = LAST) -> None:
    """Have a complete copy of a day's snapshot of an instance, in the state and at the service."""
    urn, name, snapshot = CHILDREN.urn_of(source, day), f"{source}-copy-{day}", f"{source}-manual-{day}"
    region.entries[urn] = {
        "fromResourceName": source, "sourceSnapshotName": snapshot, "sourceRegion": SOURCE,
        "targetSnapshotName": name, "targetRegion": TARGET, "state": "available",
    }  # fmt: skip
    region.service.held[name] = SnapshotSeen(
        name=name, region=TARGET, kind="InstanceSnapshot", phase=Phase.DONE, outputs={"fromResourceName": source},
        tags={OWNER_TAG: owner(urn, region.identity), SOURCE_TAG: f"{SOURCE}:{snapshot}"},
    )  # fmt: skip


def test_a_source_without_automatic_snapshots_is_taken_of(region: Region, service: Service) -> None:
    """Today's manual snapshot is taken and copied; an older one goes once it is copied, and never in doubt."""
    service.sources |= {"win-1": instance("win-1", is_windows=True), "new-1": disk("new-1")}
    decision = region.decide(LAST)
    assert not decision.refusals
    assert [(each.source, each.kind, each.date) for each in decision.take] == [
        ("new-1", "DiskSnapshot", LAST),
        ("win-1", "InstanceSnapshot", LAST),
    ]
    assert [each.dates for each in decision.plans if each.source == "win-1"] == [(LAST,)]

    region.entries = {
        CHILDREN.urn_of("new-1", LAST, "DiskSnapshot"): {"diskName": "new-1", "state": "completed"},
        CHILDREN.urn_of("new-1", LAST): {
            "fromResourceName": "new-1", "sourceSnapshotName": "new-1-manual-1", "sourceRegion": SOURCE,
            "targetSnapshotName": "copy-1", "targetRegion": TARGET, "state": "completed",
        },
    }  # fmt: skip
    service.held["copy-1"] = SnapshotSeen(
        name="copy-1", region=TARGET, kind="DiskSnapshot", phase=Phase.DONE, outputs={"fromResourceName": "new-1"},
        tags={OWNER_TAG: owner(CHILDREN.urn_of("new-1", LAST), region.identity), SOURCE_TAG: f"{SOURCE}:new-1-manual-1"},
    )  # fmt: skip
    of_the_disk = [each.date for each in region.decide(TOMORROW).take if each.source == "new-1"]
    assert of_the_disk == [TOMORROW]
    assert [each.dates for each in region.decide(TOMORROW).plans if each.source == "new-1"] == [
        (TOMORROW, LAST)
    ]
    service.refused = {"held"}
    in_doubt = [each.date for each in region.decide(TOMORROW).take if each.source == "new-1"]
    assert in_doubt == [LAST, TOMORROW]


@pytest.mark.parametrize(("when_missing", "others"), [("snapshot", [TOMORROW]), ("fail", [LAST])])
def test_what_isnt_copied_and_may_be_of_a_source_that_was_made_again_stays(
    region: Region, service: Service, when_missing: Any, others: list[date]
) -> None:
    """Only a manual snapshot that is newer than a copy of the present source is surely of that one, and goes once a newer one is copied."""
    service.sources["new-1"] = instance("new-1")
    region.request = replace(REQUEST, keep=Retention(last=1), when_missing=when_missing, max_prune=1)
    old, between, new, newer = (LAST - timedelta(days=back) for back in (5, 4, 3, 2))
    for day, arn in ((old, "arn:old"), (new, "arn:new-1"), (LAST, "arn:new-1")):
        has_copy(region, "new-1", day)
        name = f"new-1-copy-{day}"
        service.held[name] = replace(service.held[name], from_arn=arn)
    for day in (between, newer, LAST):
        has_taken(region, "new-1", day)
    assert taken(region, "new-1") == [between, *others]


@pytest.mark.parametrize(
    "children", [CHILDREN, REWRITTEN, SHORTENED], ids=["plain", "rewritten", "shortened"]
)
@pytest.mark.parametrize("in_state", [True, False], ids=["in the state", "found by its tag"])
def test_a_manual_snapshot_and_its_copy_are_known_whatever_the_owner_tag_has_room_for(
    region: Region, service: Service, children: Children, in_state: bool
) -> None:
    """The hash in a tag that was shortened or rewritten tells the day: what is copied goes, and the copy is held."""
    service.sources["new-1"] = disk("new-1")
    region.children = children
    copy, snapshot = children.urn_of("new-1", LAST), children.urn_of("new-1", LAST, "DiskSnapshot")
    for region_name, urn, seen_name, origin in (
        (SOURCE, snapshot, "new-1-manual-0123abcd", "disk/new-1"),
        (TARGET, copy, "copy-1", "new-1-manual-0123abcd"),
    ):
        service.held[seen_name] = SnapshotSeen(
            name=seen_name, region=region_name, kind="DiskSnapshot", phase=Phase.DONE, created_at=at_night(LAST),
            outputs={"fromResourceName": "new-1"},
            tags={OWNER_TAG: owner(urn, region.identity), SOURCE_TAG: f"{SOURCE}:{origin}"},
        )  # fmt: skip
    if in_state:
        region.entries = {
            snapshot: {"diskName": "new-1", "state": "completed"},
            copy: {
                "fromResourceName": "new-1", "sourceSnapshotName": "new-1-manual-0123abcd", "sourceRegion": SOURCE,
                "targetSnapshotName": "copy-1", "targetRegion": TARGET, "state": "completed",
            },
        }  # fmt: skip
    assert taken(region, "new-1") == [TOMORROW]
    assert planned(region, "new-1") == (TOMORROW, LAST)
    del service.held["copy-1"]
    assert taken(region, "new-1") == [LAST, TOMORROW]


@pytest.mark.parametrize(
    "children", [CHILDREN, REWRITTEN, SHORTENED], ids=["plain", "rewritten", "shortened"]
)
@pytest.mark.parametrize("days_old", [-1, 0, 20])
def test_a_manual_snapshot_of_another_component_or_stack_is_no_child(
    children: Children, days_old: int
) -> None:
    """Not even of the same day; what is ours is found, also days after the day it is of."""
    other = replace(children, name="dr-ö", urn=children.urn.replace(f"::{children.name}", "::dr-ö"))
    tags = [
        owner(children.urn_of("new-1", LAST, "DiskSnapshot"), "0123456789abcdef"),
        owner(children.urn_of("new-1", LAST, "DiskSnapshot"), "fedcba9876543210"),
        owner(other.urn_of("new-1", LAST, "DiskSnapshot"), "0123456789abcdef"),
    ]
    snapshots = [
        SnapshotSeen(
            name=tag, region=SOURCE, kind="DiskSnapshot", outputs={"fromResourceName": "new-1"},
            created_at=at_night(LAST + timedelta(days=days_old)), tags={OWNER_TAG: tag},
        )
        for tag in tags
    ]  # fmt: skip
    ours = Taken(source="new-1", kind="DiskSnapshot", date=LAST)
    assert [children.taken_in([each], "0123456789abcdef") for each in snapshots] == [{ours}, set(), set()]


@pytest.mark.parametrize("error", [Refused, NotFound])
def test_a_service_that_refuses_to_list_what_windows_doesnt_have_is_taken_of_all_the_same(
    region: Region, service: Service, monkeypatch: pytest.MonkeyPatch, error: type[ServiceError]
) -> None:
    """That refusal isn't an unreadable list; of another instance it is one."""

    def refuses(region: str, resource: str) -> Any:
        raise error("not supported for this resource", code="InvalidInputException")

    service.sources = {"win-1": instance("win-1", is_windows=True), "web-1": instance("web-1")}
    monkeypatch.setattr(service, "auto_snapshots", refuses)
    assert taken(region, "win-1") == [TOMORROW] and planned(region, "win-1") == (TOMORROW,)
    assert taken(region, "web-1") == []
    region.request = replace(REQUEST, protect=("win-1",), when_missing="fail")
    assert "win-1 runs Windows, which has no automatic snapshots" in str(region.decide(TOMORROW).refusals)


def test_a_pending_copy_of_a_manual_snapshot_is_known_by_its_sources_name(region: Region) -> None:
    """Before the service has said what it is of, neither the state nor the service names the instance or disk."""
    urn = CHILDREN.urn_of("new-1", LAST)
    pending = {"sourceSnapshotName": "new-1-manual-0123abcd", "sourceRegion": SOURCE, "targetRegion": TARGET}
    (recorded,) = CHILDREN.recorded({urn: pending})
    tags = {OWNER_TAG: owner(urn, region.identity), SOURCE_TAG: f"{SOURCE}:new-1-manual-0123abcd"}
    (listed,) = CHILDREN.listed(
        [SnapshotSeen(name="copy", region=TARGET, kind="DiskSnapshot", tags=tags)], region.identity
    )
    for each in (recorded, listed):
        assert (each.source, each.snapshot, each.copy.date) == ("new-1", "new-1-manual-0123abcd", LAST)


def test_what_was_taken_stays_while_the_sources_cant_be_listed(region: Region, service: Service) -> None:
    """Also where nothing of it was ever copied, and no name in protect says that it is wanted."""
    region.up(LAST)
    service.sources["win-1"] = instance("win-1", is_windows=True)
    has_taken(region, "win-1")
    service.refused = {"instances"}
    assert taken(region, "win-1") == [LAST]
    assert LAST in planned(region, "win-1")


@pytest.mark.parametrize("protect", ["all", ("data-1", "web-1", "win-1")])
def test_what_was_taken_of_a_source_that_is_gone_is_copied_and_stays(protect: object, region: Region) -> None:
    """It is the last that there is of it; the preview says that the source is gone."""
    region.up(LAST)
    region.request = replace(REQUEST, protect=protect)  # type: ignore[arg-type]
    has_taken(region, "win-1")
    assert taken(region, "win-1") == [LAST]
    assert planned(region, "win-1") == (LAST,)
    assert any("win-1 doesn't exist" in each for each in region.decide(TOMORROW).warnings)


@pytest.mark.parametrize(
    ("is_windows", "said"),
    [(False, "web-2: its automatic snapshots are disabled"), (True, "web-2 runs Windows")],
)
def test_what_was_taken_is_copied_when_nothing_more_is_taken(
    region: Region, service: Service, is_windows: bool, said: str
) -> None:
    """The program goes back to when_missing="fail": the last one is copied, and the preview says that none will follow."""
    region.up(LAST)
    service.sources["web-2"] = instance("web-2", is_windows=is_windows, automatic_snapshots=False)
    has_taken(region, "web-2")
    region.request = replace(REQUEST, when_missing="fail")
    assert taken(region, "web-2") == [LAST] and planned(region, "web-2") == (LAST,)
    later = region.decide(LAST + timedelta(days=2))
    assert not later.refusals and any(each.startswith(said) for each in later.warnings)


@pytest.mark.parametrize("is_windows", [False, True])
def test_what_was_taken_and_copied_stays_until_there_is_an_automatic_snapshot(
    region: Region, service: Service, is_windows: bool
) -> None:
    """With when_missing="fail" again, the newest is all that the source has; the same run's preview says what to do."""
    service.sources["web-2"] = instance("web-2", is_windows=is_windows, automatic_snapshots=False)
    for day in (LAST - timedelta(days=1), LAST):
        has_taken(region, "web-2", day)
        has_copy(region, "web-2", day)
    region.request = replace(REQUEST, when_missing="fail")
    assert taken(region, "web-2") == [LAST]
    assert planned(region, "web-2") == (LAST, LAST - timedelta(days=1))
    (said,) = [each for each in region.decide(LAST).warnings if each.startswith("web-2")]
    assert f"its last one is of {LAST}" in said and 'when_missing="snapshot"' in said

    service.sources["web-2"] = instance("web-2", automatic_snapshots=True)
    assert taken(region, "web-2") == [LAST]
    assert not any(each.startswith("web-2") for each in region.decide(LAST).warnings)
    service.automatic["web-2"] = [TOMORROW]
    assert taken(region, "web-2") == []


def test_in_another_target_region_what_was_taken_is_copied_again(region: Region, service: Service) -> None:
    """A copy in the old region doesn't count as one in the new region."""
    service.sources["win-1"] = instance("win-1", is_windows=True)
    has_taken(region, "win-1")
    has_copy(region, "win-1")
    assert taken(region, "win-1") == [TOMORROW]
    region.request = replace(REQUEST, target_region="eu-central-1", max_prune=1)
    assert taken(region, "win-1") == [LAST, TOMORROW]


def test_what_was_taken_goes_with_automatic_snapshots_unless_it_is_still_to_be_copied(region: Region) -> None:
    """An interrupted run can leave one whose copy the retention has dropped since: it is never copied again."""
    region.up(LAST)
    region.entries |= {
        CHILDREN.urn_of("web-1", day, "InstanceSnapshot"): {"instanceName": "web-1", "state": "available"}
        for day in (LAST - timedelta(days=5), TOMORROW)
    }
    assert planned(region, "web-1")[0] == TOMORROW
    assert taken(region, "web-1") == [TOMORROW]


def test_automatic_snapshots_that_were_disabled_count_as_none(region: Region, service: Service) -> None:
    """The service keeps the old ones: a manual one is taken, or the preview says what to do; a day's delay is no stop."""
    service.sources["web-1"] = instance("web-1", automatic_snapshots=False)
    later = LAST + timedelta(days=2)
    assert [each.source for each in region.decide(TOMORROW).take] == []
    assert [(each.source, each.date) for each in region.decide(later).take] == [("web-1", later)]
    dates = next(each.dates for each in region.decide(later).plans if each.source == "web-1")
    assert dates == (later, LAST, LAST - timedelta(days=1))
    region.request = replace(REQUEST, when_missing="fail")
    (said,) = [each for each in region.decide(later).warnings if each.startswith("web-1: its automatic")]
    assert f"are disabled, and its last one is of {LAST}" in said and "--resource-name web-1" in said
    assert not any("are disabled" in each for each in region.decide(TOMORROW).warnings)
