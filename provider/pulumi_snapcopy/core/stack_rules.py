"""What an organisation may ask of a stack's copies as a whole."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone

from .judgement import Config, Context, Resource, Violation

_SOURCE_TYPE = re.compile(r"lightsail[:/](instance|disk)(:|$)", re.IGNORECASE)
"""Instances and disks of any provider: aws:lightsail/instance:Instance, aws-native:lightsail:Disk, …"""

_SNAPSHOT_TYPE = re.compile(r"lightsail[:/](instance|disk)snapshot", re.IGNORECASE)

_NAMES = ("name", "instanceName", "diskName")


def copies_cover_instances(
    copies: Sequence[Resource], resources: Sequence[Resource], context: Context, config: Config
) -> Iterator[tuple[str, Violation]]:
    """A source is covered by a copy that names it, or whose source comes from it or from a snapshot of it."""
    names, urns = set[str](), set[str]()
    for each in copies:
        names |= {
            value
            for key in ("sourceResourceName", "fromResourceName")
            if isinstance(value := each.inputs.get(key), str)
        }
        urns |= {
            urn for key in ("sourceResourceName", "sourceSnapshotName") for urn in each.depends.get(key, ())
        }
    for snapshot in (each for each in resources if _SNAPSHOT_TYPE.search(each.type)):
        copied = snapshot.urn in urns or _own_name(snapshot) in {
            each.inputs.get("sourceSnapshotName") for each in copies
        }
        if copied:
            names |= {
                value
                for key in ("instanceName", "diskName")
                if isinstance(value := snapshot.inputs.get(key), str)
            }
            urns |= {urn for key in ("instanceName", "diskName") for urn in snapshot.depends.get(key, ())}
    for source in (each for each in resources if _SOURCE_TYPE.search(each.type)):
        name = _own_name(source)
        if source.urn in urns or name in names:
            continue
        called = name or source.name
        yield (
            source.urn,
            Violation(
                property="sourceResourceName",
                message=f'"{called}" has no copy. Declare a CopiedSnapshot with source_resource_name="{called}", and '
                "automatic snapshots on it.",
            ),
        )


def recovery_point_objective(
    copies: Sequence[Resource], resources: Sequence[Resource], context: Context, config: Config
) -> Iterator[tuple[str, Violation]]:
    """Config: ``hours``. A copy that is about to be made is as new as its source; a date counts from its midnight."""
    hours = config.get("hours")
    if hours is None:
        return
    newest: dict[str, tuple[datetime, Resource]] = {}
    for each in copies:
        source, taken = (
            each.inputs.get("sourceResourceName") or each.inputs.get("fromResourceName"),
            _taken(each),
        )
        if isinstance(source, str) and taken and (source not in newest or taken > newest[source][0]):
            newest[source] = (taken, each)
    for source, (taken, copy) in sorted(newest.items()):
        age = context.now - taken
        if age > timedelta(hours=hours):
            yield (
                copy.urn,
                Violation(
                    property="restoreDate",
                    message=f'the newest copy of "{source}" is of {taken:%Y-%m-%d %H:%M} UTC, '
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


def _own_name(resource: Resource) -> str | None:
    return next((value for key in _NAMES if isinstance(value := resource.inputs.get(key), str)), None)
