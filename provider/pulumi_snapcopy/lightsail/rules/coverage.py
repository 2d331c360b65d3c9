"""What counts as covering an instance or disk with a copy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ...core.rules.judgement import Config, Context, Resource, StackRule, Violation
from ...core.rules.objective import first
from . import pages

_SOURCE_TYPE = re.compile(r"lightsail[:/](instance|disk)(:|$)", re.IGNORECASE)
"""Instances and disks of any provider: aws:lightsail/instance:Instance, aws-native:lightsail:Disk, …"""

_SNAPSHOT_TYPE = re.compile(r"lightsail[:/](instance|disk)snapshot", re.IGNORECASE)

_NAMES = ("name", "instanceName", "diskName")
_SNAPSHOT_NAMES = ("name", "instanceSnapshotName", "diskSnapshotName")
_TAKEN_OF = ("instanceName", "diskName")


def copies_cover_instances(
    copies: Sequence[Resource], resources: Sequence[Resource], context: Context, config: Config
) -> Iterator[tuple[str, Violation]]:
    """Yield the sources without a copy that names them, or whose source comes from them or from a snapshot of them."""
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
        called = first(source, _NAMES) or source.name
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
        return resource.urn in self.urns or first(resource, keys) in self.names


COPIES_COVER_INSTANCES = StackRule(
    name="copies-cover-instances", severity="medium", page=pages.COPYING, judge=copies_cover_instances,
    by_dependencies=True,
    description="Each Lightsail instance and disk that the stack declares has a copy.",
    fix="Declare a CopiedSnapshot of it.",
)  # fmt: skip
