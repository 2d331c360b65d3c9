"""What counts as covering an instance or disk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from pulumi_snapcopy.core.judging.judgement import UNKNOWN, Context, Resource
from pulumi_snapcopy.core.judging.stack_rules import copies_cover_instances

CONTEXT = Context(regions=frozenset(), now=datetime(2026, 11, 21, tzinfo=timezone.utc))
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
    db = resource("aws-native:lightsail:Instance", "db", instanceName=UNKNOWN)
    assert uncovered(
        db,
        resource(
            "aws-native:lightsail:InstanceSnapshot", "shot", {"instanceName": [db.urn]}, instanceName=UNKNOWN
        ),
        resource("aws-native:lightsail:Disk", "web", diskName="web-1"),
        resource(COPY, "copy", sourceResourceName="web-1"),
    ) == ["db"]


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
