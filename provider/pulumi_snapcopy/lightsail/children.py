"""Which copies are a recovery region's children: told from the state by URN, from the service by owner tag."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from ..core.keys import owner, place, same_owner
from ..core.values import OWNER_TAG, SOURCE_TAG, Phase, Seen
from ..recovery.evidence import Copy, CopyState
from .family import phase

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
"""What a taken snapshot's derived name has behind its source's."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Child:
    """A copy of a recovery region's.

    Args:
        source: the instance or disk.
        source_region: where that is.
        copy: the copy.
        snapshot: the manual snapshot that it is a copy of; None for an automatic one.
    """

    source: str
    source_region: str
    copy: Copy
    snapshot: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A manual snapshot that the component took of a source without automatic ones.

    Args:
        source: the instance or disk.
        kind: InstanceSnapshot or DiskSnapshot.
        date: the day (UTC) that it was taken for.
    """

    source: str
    kind: str
    date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Children:
    """The children of one component.

    Args:
        name: the component's name in the program.
        urn: the component's URN.
    """

    name: str
    urn: str

    def child(self, source: str, day: date) -> str:
        """Return a child's name in the program.

        Example:
            >>> Children(name="dr", urn="").child("web-1", date(2026, 11, 20))
            'dr-web-1-2026-11-20'
        """
        return f"{self.name}-{source}-{day}"

    def urn_of(self, source: str, day: date, kind: str = _COPY) -> str:
        """Return a child's URN; of a copy, or of what takes a snapshot of the source.

        Example:
            >>> Children(name="dr", urn="urn:pulumi:dev::shop::my:Region::dr").urn_of("web-1", date(2026, 11, 20))
            'urn:pulumi:dev::shop::my:Region$pulumi-python:dynamic/lightsail:CopiedSnapshot::dr-web-1-2026-11-20'
        """
        return f"{self.urn.removesuffix(f'::{self.name}')}${_MODULE}{kind}::{self.child(source, day)}"

    def recorded(self, entries: Mapping[str, Mapping[str, Any]]) -> tuple[Child, ...]:
        """Return the children in the state."""
        found = (
            self._recorded(urn, outputs) for urn, outputs in entries.items() if f"${_MODULE}{_COPY}::" in urn
        )
        return tuple(each for each in found if each)

    def listed(self, snapshots: Iterable[Seen], identity: str) -> tuple[Child, ...]:
        """Return the children among a service's snapshots, by the owner tag of this component in the stack of this identity."""
        found = (self._listed(each, identity) for each in snapshots if OWNER_TAG in each.tags)
        return tuple(each for each in found if each)

    def taken_in_state(self, entries: Mapping[str, Mapping[str, Any]]) -> frozenset[Taken]:
        """Return the manual snapshots in the state."""
        found = (
            (Taken(source=str(outputs.get(argument) or ""), kind=kind, date=day), urn)
            for urn, outputs in entries.items()
            for kind, argument in _TAKEN.items()
            if f"${_MODULE}{kind}::" in urn and (day := _day(urn))
        )
        return frozenset(
            each for each, urn in found if place(self.urn_of(each.source, each.date, each.kind)) == place(urn)
        )

    def taken_in(self, snapshots: Iterable[Seen], identity: str) -> frozenset[Taken]:
        """Return the manual snapshots among a service's, by owner tag."""
        found = (
            (Taken(source=str(each.outputs.get("fromResourceName") or ""), kind=each.kind, date=day), tag)
            for each in snapshots
            if (tag := each.tags.get(OWNER_TAG)) and (day := _day(tag.rpartition("@")[0]))
        )
        return frozenset(
            each
            for each, tag in found
            if same_owner(tag, owner(self.urn_of(each.source, each.date, each.kind), identity))
        )

    def _recorded(self, urn: str, outputs: Mapping[str, Any]) -> Child | None:
        source = (
            outputs.get("sourceResourceName")
            or outputs.get("fromResourceName")
            or _TAKEN_NAME.sub("", outputs.get("sourceSnapshotName") or "")
        )
        day = _day(outputs.get("restoreDate") or urn)
        if not source or day is None or place(self.urn_of(source, day)) != place(urn):
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

    def _listed(self, seen: Seen, identity: str) -> Child | None:
        tag, origin = seen.tags[OWNER_TAG], seen.tags.get(SOURCE_TAG, "").split(":")
        region, name = (*origin, "", "")[:2]
        automatic = len(origin) == 3
        source = seen.outputs.get("fromResourceName") or (name if automatic else _TAKEN_NAME.sub("", name))
        day = _day(origin[-1] if automatic else tag.rpartition("@")[0])
        if not source or day is None or not same_owner(tag, owner(self.urn_of(source, day), identity)):
            return None
        copy = Copy(date=day, name=seen.name, region=seen.region, state=_STATES[seen.phase])
        return Child(source=source, source_region=region, copy=copy, snapshot=None if automatic else name)


def _day(text: str) -> date | None:
    """Return the date that a text ends in."""
    found = _DATE.search(text)
    try:
        return date.fromisoformat(found[0]) if found else None
    except ValueError:
        return None
