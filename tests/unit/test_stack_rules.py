"""Rules about a whole stack of Lightsail's: what counts as covering an instance or disk, and as copied already."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

import pytest
from pulumi_snapcopy.core.rules.judgement import UNKNOWN, Context, Regions, Resource, StackRule
from pulumi_snapcopy.lightsail.rules import COPIED_SNAPSHOT_RULES
from pulumi_snapcopy.lightsail.rules.coverage import copies_cover_instances
from pulumi_snapcopy.lightsail.rules.dates import RESTORE_DATE_NOT_AGED_OUT

CONTEXT = Context(
    regions=lambda: Regions(service="Lightsail", names=frozenset()),
    now=datetime(2026, 11, 21, tzinfo=timezone.utc),
)
COPY = "pulumi-python:dynamic/lightsail:CopiedSnapshot"


def resource(
    type_: str, called: str, depends: Mapping[str, Sequence[str]] | None = None, **inputs: Any
) -> Resource:
    """A resource of a stack."""
    return Resource(
        urn=f"urn:pulumi:dev::shop::{type_}::{called}", type=type_, inputs=inputs, depends=depends or {}
    )


def uncovered(*resources: Resource) -> list[str]:
    """The names of the instances and disks that have no copy."""
    copies = [each for each in resources if each.type == COPY]
    found = copies_cover_instances(copies, resources, CONTEXT, {})
    return [urn.rpartition("::")[2] for urn, _ in found]


def test_a_snapshot_whose_name_is_not_known_is_not_taken_for_the_source_of_a_copy() -> None:
    """An instance whose snapshot nobody copies is uncovered, also where an automatic copy of another is declared."""
    db = resource("aws-native:lightsail:Instance", "db", instanceName="db-1")
    assert uncovered(
        db,
        resource(
            "aws-native:lightsail:InstanceSnapshot",
            "shot",
            {"instanceName": [db.urn]},
            instanceName="db-1",
            instanceSnapshotName=UNKNOWN,
        ),
        resource("aws-native:lightsail:Disk", "web", diskName="web-1"),
        resource(COPY, "copy", sourceResourceName="web-1"),
    ) == ["db"]


def test_the_copy_that_is_to_be_declared_breaks_no_rule() -> None:
    """The copy that the message of `copies-cover-instances` proposes breaks no rule."""
    web = resource("aws:lightsail/instance:Instance", "web", name="web-1")
    ((_, found),) = copies_cover_instances([], [web], CONTEXT, {})
    written = dict(re.findall(r"(\w+)=(\S+?)[., ]", f"{found.message} "))
    assert written == {"source_resource_name": '"web-1"', "use_latest_restorable_auto_snapshot": "True"}
    inputs = {
        "sourceResourceName": "web-1",
        "useLatestRestorableAutoSnapshot": True,
        "sourceRegion": "us-east-1",
    }
    assert [*COPIED_SNAPSHOT_RULES.violations(inputs, now=CONTEXT.now)] == []


def test_a_snapshot_is_known_by_its_own_name_not_its_instances() -> None:
    """An instance is covered by a copy of a snapshot that is declared of it."""
    instance = resource("aws-native:lightsail:Instance", "web", instanceName="web-1")
    shot = resource(
        "aws-native:lightsail:InstanceSnapshot",
        "shot",
        instanceName="web-1",
        instanceSnapshotName="web-1-shot",
    )
    assert uncovered(instance, shot, resource(COPY, "copy", sourceSnapshotName="web-1-shot")) == []
    assert uncovered(instance, shot, resource(COPY, "copy", sourceSnapshotName="web-1-other")) == ["web"]


def test_what_isnt_known_may_be_the_copied_one() -> None:
    """An unknown name, or a copy of an unknown source, accuses nobody; a stack without any copy covers nothing."""
    pet = ["urn:pulumi:dev::shop::random:index/randomPet:RandomPet::pet"]
    web = resource("aws:lightsail/instance:Instance", "web", {"name": pet}, name=UNKNOWN)
    lone = resource("aws:lightsail/instance:Instance", "lone", name="lone-1")
    assert uncovered(web, lone) == ["web", "lone"]
    other = resource(COPY, "other", sourceResourceName="db-1")
    assert uncovered(web, lone, other) == ["lone"]
    for key in ("sourceResourceName", "sourceSnapshotName"):
        assert uncovered(web, lone, resource(COPY, "copy", {key: pet}, **{key: UNKNOWN})) == []
    of_web = resource(COPY, "copy", {"sourceResourceName": [web.urn]}, sourceResourceName=UNKNOWN)
    assert uncovered(web, lone, of_web) == ["lone"], "its source is known to be the other's"


def test_an_instances_copies_cover_its_disks() -> None:
    """A disk that an attachment links to a covered instance is in the instance's snapshots; another disk isn't."""
    web = resource("aws:lightsail/instance:Instance", "web", name="web-1")
    bare = resource("aws:lightsail/instance:Instance", "bare", name="bare-1")
    logs, data = (resource("aws:lightsail/disk:Disk", each, name=f"{each}-1") for each in ("logs", "data"))
    kind = "aws:lightsail/disk_attachment:Disk_attachment"
    by_name = resource(kind, "a", diskName="logs-1", instanceName="web-1")
    by_output = resource(
        kind,
        "a",
        {"diskName": [logs.urn], "instanceName": [web.urn]},
        diskName=UNKNOWN,
        instanceName=UNKNOWN,
    )
    elsewhere = resource(kind, "b", diskName="data-1", instanceName="bare-1")
    for attached in (by_name, by_output):
        for copy in (
            resource(COPY, "copy", sourceResourceName="web-1"),
            resource(COPY, "copy", {"sourceResourceName": [web.urn]}, sourceResourceName=UNKNOWN),
        ):
            assert uncovered(web, bare, logs, data, attached, elsewhere, copy) == ["bare", "data"]


def test_an_old_copy_of_a_date_is_told_how_to_follow_the_latest() -> None:
    """track_latest alone would be refused beside the date."""
    rule = COPIED_SNAPSHOT_RULES.named("recovery-point-objective")
    assert isinstance(rule, StackRule)
    old = resource(COPY, "old", sourceResourceName="web-1", restoreDate="2026-11-18")
    ((_, found),) = rule.judge([old], [old], CONTEXT, {"hours": 48})
    assert "72 hours old; 48 are allowed" in found.message
    assert "track_latest=True" in found.message
    assert "use_latest_restorable_auto_snapshot=True instead of a date" in found.message


def test_the_age_that_is_told_exceeds_what_is_allowed() -> None:
    """Half an hour above 47 hours isn't told as 47 hours."""
    rule = COPIED_SNAPSHOT_RULES.named("recovery-point-objective")
    assert isinstance(rule, StackRule)
    old = resource(COPY, "old", fromResourceName="db-1", createdAt="2026-11-19T00:40:00Z")
    ((_, found),) = rule.judge([old], [old], CONTEXT, {"hours": 47})
    assert "48 hours old; 47 are allowed" in found.message


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ({}, True),
        ({"state": "pending", "restoredDate": "2026-11-01"}, True),
        ({"state": "error", "restoredDate": "2026-11-01"}, True),
        ({"state": UNKNOWN, "restoredDate": UNKNOWN}, True),
        ({"state": "available", "restoredDate": "2026-10-31"}, True),
        ({"state": "available", "restoredDate": "2026-11-01"}, False),
        ({"state": "completed", "restoredDate": "2026-11-01"}, False),
        ({"state": "completed"}, False),
    ],
    ids=str,
)
def test_only_a_copy_that_is_yet_to_be_made_needs_its_source(known: dict[str, Any], said: bool) -> None:
    """A date older than a week is spoken of, unless the copy of that date is complete."""
    copy = resource(COPY, "kept", restoreDate="2026-11-01", **known)
    found = [*RESTORE_DATE_NOT_AGED_OUT.judge([copy], [copy], CONTEXT, {})]
    assert [urn for urn, _ in found] == ([copy.urn] if said else [])


@pytest.mark.parametrize("date", ["2026-11-14", "2026-11-21", "soon", UNKNOWN, 7, None])
def test_dates_that_are_no_older_than_a_week_are_right(date: Any) -> None:
    """So are those that aren't known, and those that another rule speaks of."""
    copy = resource(COPY, "kept", restoreDate=date)
    assert [*RESTORE_DATE_NOT_AGED_OUT.judge([copy], [copy], CONTEXT, {})] == []
