"""One listing for all that ask at the same time."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field

from .clock import Clock
from .errors import Denied
from .model import SNAPSHOT_TYPES, Service, Snapshot

MOMENT = 0.2
"""Seconds in which those that look for a snapshot gather; nothing beside what a copy takes."""


@dataclass(slots=True)
class _Group:
    """Those that look for a snapshot in the same moment; they are given a listing, or none if there is but one."""

    listed: Future[list[Snapshot] | None] = field(default_factory=Future)
    size: int = 0
    must_list: bool = False


@dataclass(slots=True)
class Listings:
    """Finds and lists a region's snapshots: by listing them where several ask, by reading one where one does."""

    service: Service
    region: str
    clock: Clock
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listed: dict[str, tuple[float, list[Snapshot]]] = field(default_factory=dict)
    _gathering: threading.Lock = field(default_factory=threading.Lock)
    _group: _Group | None = None

    def snapshots(self, resource_type: str) -> list[Snapshot]:
        """The region's snapshots of a type, as they are now: from a listing that began after this was asked."""
        asked = self.clock.now()
        with self._lock:
            began, listed = self._listed.get(resource_type, (-1.0, []))
            if began <= asked:
                began, listed = self.clock.now(), self.service.snapshots(self.region, resource_type)
                self._listed[resource_type] = (began, listed)
            return listed

    def all(self) -> list[Snapshot]:
        """The region's snapshots of all types."""
        return self._gather(must_list=True) or []

    def find(self, name: str) -> Snapshot | None:
        """The snapshot that bears a name; ``None`` only if the service says that there is none."""
        try:
            listed = self._gather(must_list=False)
        except Denied:
            listed = None  # then reading may be allowed
        if listed is None:
            return self.service.snapshot(self.region, name)
        return next((each for each in listed if each.name == name), None)

    def _gather(self, *, must_list: bool) -> list[Snapshot] | None:
        with self._gathering:
            first = self._group is None
            group = self._group = self._group or _Group()
            group.size += 1
            group.must_list = group.must_list or must_list
        if first:
            self._ask(group)
        return group.listed.result()

    def _ask(self, group: _Group) -> None:
        try:
            try:
                self.clock.sleep(MOMENT)
            finally:
                with self._gathering:
                    self._group = None
            several = group.must_list or group.size > 1
            listed = [each for kind in SNAPSHOT_TYPES for each in self.snapshots(kind)] if several else None
        except BaseException as error:
            group.listed.set_exception(error)
        else:
            group.listed.set_result(listed)
