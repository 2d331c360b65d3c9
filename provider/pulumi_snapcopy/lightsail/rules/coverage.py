"""The rule that each instance and disk is covered by a copy."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from ...core.rules.judgement import UNKNOWN, Config, Context, Resource, StackRule, Violation
from ...core.rules.objective import first
from . import pages

_SOURCE_TYPE = re.compile(r"lightsail[:/](instance|disk)(:|$)", re.IGNORECASE)
"""Instances and disks of any provider: aws:lightsail/instance:Instance, aws-native:lightsail:Disk, …"""

_SNAPSHOT_TYPE = re.compile(r"lightsail[:/](instance|disk)snapshot", re.IGNORECASE)

_ATTACHMENT_TYPE = re.compile(r"lightsail[:/]disk_?attachment", re.IGNORECASE)

_NAMES = ("name", "instanceName", "diskName")
_SNAPSHOT_NAMES = ("name", "instanceSnapshotName", "diskSnapshotName")
_TAKEN_OF = ("instanceName", "diskName")


def copies_cover_instances(
    copies: Sequence[Resource], resources: Sequence[Resource], context: Context, config: Config
) -> Iterator[tuple[str, Violation]]:
    """Yield a violation for each instance and disk that no copy covers.

    A copy covers the instance or disk that it names, or whose output or snapshot its source is. An instance's copies
    cover the disks attached to it. A source that isn't known yet may be any source: then no violation is yielded.
    """
    sources = [each for each in resources if _SOURCE_TYPE.search(each.type)]
    copied = _copied(copies, sources, resources)
    for source in () if copied.has_unknown else sources:
        called = first(source, _NAMES)
        if copied.contains(source, _NAMES) or (called is None and copies):
            continue
        called = called or source.name
        yield (
            source.urn,
            Violation(
                property="",
                message=f'"{called}" has no copy. Turn on its automatic snapshots, and declare a CopiedSnapshot with '
                f'source_resource_name="{called}" and use_latest_restorable_auto_snapshot=True.',
            ),
        )


def _copied(
    copies: Sequence[Resource], sources: Sequence[Resource], resources: Sequence[Resource]
) -> _Origins:
    """Return the names and resources that the copies are made from."""
    taken = [each for each in resources if _SNAPSHOT_TYPE.search(each.type)]
    here = {each.urn for each in (*sources, *taken)}
    copied, snapshots = _Origins(here), _Origins(here)
    copied.add(copies, ("sourceResourceName",))
    copied.names |= {name for each in copies if (name := first(each, ("fromResourceName",)))}
    snapshots.add(copies, ("sourceSnapshotName",))
    copied.urns |= snapshots.urns
    copied.add([each for each in taken if snapshots.contains(each, _SNAPSHOT_NAMES)], _TAKEN_OF)
    covered = [each for each in sources if copied.contains(each, _NAMES)]
    copied.urns.update(each.urn for each in covered)
    copied.names.update(name for each in covered if (name := first(each, _NAMES)))
    attached = [each for each in resources if _ATTACHMENT_TYPE.search(each.type)]
    copied.add([each for each in attached if copied.contains_named(each, ("instanceName",))], ("diskName",))
    copied.has_unknown |= snapshots.has_unknown
    return copied


@dataclass(slots=True)
class _Origins:
    """A set of sources: their names, or the resources that unknown names come from.

    Args:
        here: the URNs of the resources that an unknown name may come from.
        has_unknown: whether there is a source whose name and resource are both unknown.
    """

    here: set[str]
    names: set[str] = field(default_factory=set)
    urns: set[str] = field(default_factory=set)
    has_unknown: bool = False

    def add(self, resources: Iterable[Resource], keys: Sequence[str]) -> None:
        for each in resources:
            for key in keys:
                depends, name = each.depends.get(key, ()), each.inputs.get(key)
                self.urns.update(depends)
                if isinstance(name, str):
                    self.names.add(name)
                elif name is UNKNOWN:
                    self.has_unknown |= self.here.isdisjoint(depends)

    def contains(self, resource: Resource, keys: Sequence[str]) -> bool:
        """Whether a resource is among the sources."""
        return resource.urn in self.urns or first(resource, keys) in self.names

    def contains_named(self, resource: Resource, keys: Sequence[str]) -> bool:
        """Whether a resource's properties name a resource among the sources."""
        named = {urn for key in keys for urn in resource.depends.get(key, ())}
        return not self.urns.isdisjoint(named) or first(resource, keys) in self.names


COPIES_COVER_INSTANCES = StackRule(
    name="copies-cover-instances", severity="medium", page=pages.COPYING, judge=copies_cover_instances,
    by_dependencies=True,
    description="Each Lightsail instance and disk that the stack declares has a copy.",
    fix="Declare a CopiedSnapshot of it.",
)  # fmt: skip
