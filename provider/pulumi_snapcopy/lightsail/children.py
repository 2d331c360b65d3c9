"""Identifies the copies of a recovery region: in the state by URN, at the service by owner tag."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from ..core import keys
from ..core.keys import owner, same_owner
from ..core.values import OWNER_TAG, Phase
from ..recovery.evidence import Copy, CopyState
from .shapes import SnapshotSeen, phase
from .source_tag import SourceTag, last_date

_MODULE = "pulumi-python:dynamic/lightsail:"
_COPY = "CopiedSnapshot"
_TAKEN = {"InstanceSnapshot": "instanceName", "DiskSnapshot": "diskName"}
"""The resources that take snapshots, and the argument that names the source."""

_STATES = {
    Phase.DONE: CopyState.COMPLETE,
    Phase.PENDING: CopyState.PENDING,
    Phase.FAILED: CopyState.FAILED,
}
_TAKEN_NAME = re.compile(r"-manual-[0-9a-f]{8}$")
"""The end of a taken snapshot's derived name, after the source's name."""

_HASHED = re.compile(r"-[0-9a-f]{8}@[0-9a-f]{16}$")
"""The end of an owner tag that had to be shortened or rewritten: it may hold no day, and its hash is over the day too."""

_DAYS_TRIED = 60
"""How many days before its creation a snapshot of ours can be of, if nothing else tells the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A copy that belongs to a recovery region.

    Args:
        source: the instance or disk.
        source_region: the region of the source.
        copy: the copy.
        snapshot: the manual snapshot that was copied; None for an automatic snapshot.
    """

    source: str
    source_region: str
    copy: Copy
    snapshot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A manual snapshot that the component took of a source without automatic snapshots.

    Args:
        source: the instance or disk.
        kind: InstanceSnapshot or DiskSnapshot.
        date: the day (UTC) that the snapshot was taken for.
    """

    source: str
    kind: str
    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """The child resources of one `DisasterRecoveryRegion`.

    Args:
        name: the component's name in the program.
        urn: the component's URN.
        aliases: the URNs that it had before, as its options tell.
    """

    name: str
    urn: str
    aliases: tuple[str, ...] = ()

    def child(self, source: str, day: date) -> str:
        """Return a child resource's name in the program.

        Example:
            >>> Children(name="dr", urn="").child("web-1", date(2026, 11, 20))
            'dr-web-1-2026-11-20'
        """
        return f"{self.name}-{source}-{day}"

    def urn_of(self, source: str, day: date, kind: str = _COPY) -> str:
        """Return the URN of a child resource: a copy, or by ``kind`` a taken snapshot.

        Example:
            >>> Children(name="dr", urn="urn:pulumi:dev::shop::my:Region::dr").urn_of("web-1", date(2026, 11, 20))
            'urn:pulumi:dev::shop::my:Region$pulumi-python:dynamic/lightsail:CopiedSnapshot::dr-web-1-2026-11-20'
        """
        return f"{self.urn.removesuffix(f'::{self.name}')}${_MODULE}{kind}::{self.child(source, day)}"

    def urns_of(self, source: str, day: date, kind: str = _COPY) -> list[str]:
        """Return a child's URN, and those that it had under the component's aliases.

        Example:
            >>> Children(name="dr", urn="u::p::T::dr", aliases=("u::p::T::old",)).urns_of("web-1", date(2026, 11, 20))[1]
            'u::p::T$pulumi-python:dynamic/lightsail:CopiedSnapshot::old-web-1-2026-11-20'
        """
        before = [Children(name=keys.name(urn), urn=urn) for urn in self.aliases]
        return [each.urn_of(source, day, kind) for each in (self, *before)]

    def recorded(self, entries: Mapping[str, Mapping[str, Any]]) -> tuple[Child, ...]:
        """Return the component's copies in the state."""
        found = (
            self._recorded(urn, outputs) for urn, outputs in entries.items() if f"${_MODULE}{_COPY}::" in urn
        )
        return tuple(each for each in found if each)

    def listed(
        self, snapshots: Iterable[SnapshotSeen], identity: str, *, recorded: Iterable[Child] = ()
    ) -> tuple[Child, ...]:
        """Return the children among a service's snapshots, by the owner tag of this component in the stack of this identity.

        Args:
            snapshots: the service's.
            identity: the stack's.
            recorded: the children in the state; their tags may be of the component's aliases.
        """
        days = {each.copy.name: each.copy.date for each in recorded}
        found = (
            self._listed(each, identity, recorded=days.get(each.name))
            for each in snapshots
            if OWNER_TAG in each.tags
        )
        return tuple(each for each in found if each)

    def taken_in_state(self, entries: Mapping[str, Mapping[str, Any]]) -> frozenset[Taken]:
        """Return the component's taken snapshots in the state."""
        found = (
            (Taken(source=str(outputs.get(argument) or ""), kind=kind, date=day), urn)
            for urn, outputs in entries.items()
            for kind, argument in _TAKEN.items()
            if f"${_MODULE}{kind}::" in urn and (day := last_date(urn))
        )
        return frozenset(
            each for each, urn in found if _is_one(urn, self.urns_of(each.source, each.date, each.kind))
        )

    def taken_in(
        self, snapshots: Iterable[SnapshotSeen], identity: str, *, recorded: Iterable[Taken] = ()
    ) -> frozenset[Taken]:
        """Return the component's taken snapshots among a service's, by the owner tag with the stack's identity.

        Args:
            snapshots: the service's.
            identity: the stack's.
            recorded: the taken snapshots in the state.
        """
        days: dict[str, list[date]] = {}
        for taken in recorded:
            days.setdefault(taken.source, []).append(taken.date)
        found = (
            Taken(source=source, kind=each.kind, date=day)
            for each in snapshots
            for source in [str(each.outputs.get("fromResourceName") or "")]
            for day in _possible_days(each, recorded=days.get(source, ()))
            if _is_owner(each, self.urns_of(source, day, each.kind), identity)
        )
        return frozenset(found)

    def _recorded(self, urn: str, outputs: Mapping[str, Any]) -> Child | None:
        source = (
            outputs.get("sourceResourceName")
            or outputs.get("fromResourceName")
            or _TAKEN_NAME.sub("", outputs.get("sourceSnapshotName") or "")
        )
        day = last_date(outputs.get("restoreDate") or urn)
        if not source or day is None or not _is_one(urn, self.urns_of(source, day)):
            return None
        copy = Copy(
            date=day,
            name=outputs.get("targetSnapshotName") or "",
            region=outputs.get("targetRegion") or "",
            state=_STATES[phase(outputs.get("state") or "pending")],
        )
        region = outputs.get("sourceRegion") or ""
        return Child(
            source=source, source_region=region, copy=copy, snapshot=outputs.get("sourceSnapshotName")
        )

    def _listed(self, seen: SnapshotSeen, identity: str, *, recorded: date | None) -> Child | None:
        """Return a child by its owner tag, or None; ``recorded``: its day in the state, if it is there."""
        origin = SourceTag.of(seen)
        source = seen.outputs.get("fromResourceName") or (
            origin.name if origin.date else _TAKEN_NAME.sub("", origin.name)
        )
        if not origin.is_of_copy or not source:
            return None

        def is_of(day: date) -> bool:
            urns = self.urns_of(source, day) if recorded else [self.urn_of(source, day)]
            return _is_owner(seen, urns, identity)

        known = [recorded] if recorded else []
        days = [origin.day] if origin.day else _possible_days(seen, recorded=known)
        day = next(filter(is_of, days), None)
        if day is None:
            return None
        copy = Copy(
            date=day,
            name=seen.name,
            region=seen.region,
            state=_STATES[seen.phase],
            source_ref=seen.from_arn,
        )
        snapshot = None if origin.date else origin.name
        return Child(source=source, source_region=origin.region, copy=copy, snapshot=snapshot)


def _is_one(urn: str, urns: Iterable[str]) -> bool:
    """Whether a URN is one of these, in whatever stack and project."""
    return keys.place(urn) in {keys.place(each) for each in urns}


def _is_owner(seen: SnapshotSeen, urns: Iterable[str], identity: str) -> bool:
    """Whether a snapshot's owner tag names a resource of one of these URNs in the stack of this identity."""
    return any(same_owner(seen.tags[OWNER_TAG], owner(urn, identity)) for urn in urns)


def _possible_days(seen: SnapshotSeen, *, recorded: Iterable[date]) -> Iterator[date]:
    """Yield the days that a snapshot's owner tag can be of: the one it ends with, else every likely one."""
    tag = seen.tags.get(OWNER_TAG, "")
    if day := last_date(tag.rpartition("@")[0]):
        yield day
    elif _HASHED.search(tag):
        yield from recorded
        if seen.created_at:
            tomorrow = seen.created_at.date() + timedelta(days=1)  # this machine's clock may be ahead
            yield from (tomorrow - timedelta(days=number) for number in range(_DAYS_TRIED + 2))
