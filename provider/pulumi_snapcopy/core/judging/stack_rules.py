"""What an organisation may ask of a stack's copies as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from .judgement import Config, Context, Resource, Violation

_SOURCE_TYPE = re.compile(r"lightsail[:/](instance|disk)(:|$)", re.IGNORECASE)
"""Instances and disks of any provider: aws:lightsail/instance:Instance, aws-native:lightsail:Disk, …"""

_SNAPSHOT_TYPE = re.compile(r"lightsail[:/](instance|disk)snapshot", re.IGNORECASE)

_NAMES = ("name", "instanceName", "diskName")
_SNAPSHOT_NAMES = ("name", "instanceSnapshotName", "diskSnapshotName")
_TAKEN_OF = ("instanceName", "diskName")


def copies_cover_instances(
    copies: Sequence[Resource], resources: Sequence[Resource], context: Context, config: Config
) -> Iterator[tuple[str, Violation]]:
    """A source is covered by a copy that names it, or whose source comes from it or from a snapshot of it."""
    copied = _Origins()
    copied.add(copies, ("sourceResourceName", "fromResourceName"))
    snapshots = _Origins()
    snapshots.add(copies, ("sourceSnapshotName",))
    copied.urns |= snapshots.urns
    taken = [each for each in resources if _SNAPSHOT_TYPE.search(each.type)]
    copied.add([each for each in taken if snapshots.hold(each, _SNAPSHOT_NAMES)], _TAKEN_OF)
    for source in (each for each in resources if _SOURCE_TYPE.search(each.type)):
        if copied.hold(source, _NAMES):
            continue
        called = _first(source, _NAMES) or source.name
        yield (
            source.urn,
            Violation(
                property="sourceResourceName",
                message=f'"{called}" has no copy. Declare a CopiedSnapshot with source_resource_name="{called}", and '
                "automatic snapshots on it.",
            ),
        )


@dataclass(slots=True)
class _Origins:
    """What something comes from, as far as it is known: names, or the resources that the names come from."""

    names: set[str] = field(default_factory=set)
    urns: set[str] = field(default_factory=set)

    def add(self, resources: Iterable[Resource], keys: Sequence[str]) -> None:
        for each in resources:
            for key in keys:
                self.urns.update(each.depends.get(key, ()))
                if isinstance(name := each.inputs.get(key), str):
                    self.names.add(name)

    def hold(self, resource: Resource, keys: Sequence[str]) -> bool:
        return resource.urn in self.urns or _first(resource, keys) in self.names


def recovery_point_objective(
    copies: Sequence[Resource], resources: Sequence[Resource], context: Context, config: Config
) -> Iterator[tuple[str, Violation]]:
    """Config: ``hours``. A copy that is about to be made is as new as its source; a date counts from its midnight."""
    hours = config.get("hours")
    if hours is None:
        return
    newest: dict[tuple[str, str], tuple[datetime, Resource]] = {}
    for each in copies:
        name = each.inputs.get("sourceResourceName") or each.inputs.get("fromResourceName")
        taken = _taken(each)
        if isinstance(name, str) and taken:
            source = (str(each.inputs.get("sourceRegion")), name)
            if source not in newest or taken > newest[source][0]:
                newest[source] = (taken, each)
    for (_, name), (taken, copy) in sorted(newest.items(), key=lambda each: each[0]):
        age = context.now - taken
        if age > timedelta(hours=hours):
            yield (
                copy.urn,
                Violation(
                    property="restoreDate",
                    message=f'the newest copy of "{name}" is of {taken:%Y-%m-%d %H:%M} UTC, '
                    f"{age.total_seconds() / 3600:.0f} hours old; {hours:g} are allowed. Copy a newer snapshot, or "
                    "write track_latest=True.",
                ),
            )


def _taken(copy: Resource) -> datetime | None:
    """When what was copied was taken, at the earliest; for a manual snapshot, when it was copied."""
    text = next(
        (
            value
            for key in ("restoreDate", "restoredDate", "createdAt")
            if isinstance(value := copy.inputs.get(key), str)
        ),
        None,
    )
    try:
        taken = datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None
    except ValueError:
        return None
    return taken if taken is None or taken.tzinfo else taken.replace(tzinfo=timezone.utc)


def _first(resource: Resource, keys: Sequence[str]) -> str | None:
    return next((value for key in keys if isinstance(value := resource.inputs.get(key), str)), None)
