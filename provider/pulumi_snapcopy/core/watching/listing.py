"""What a region has, asked for once for all that want to know at the same time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from ..errors import Denied
from ..model import SNAPSHOT_TYPES, AutomaticSnapshot, Service, Snapshot
from .clock import Clock
from .gathering import Gathering


@dataclass(slots=True)
class Listings:
    """Finds and lists a region's snapshots: by listing them where several ask, by reading one where one does."""

    service: Service
    region: str
    clock: Clock
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _listed: dict[str, tuple[float, list[Snapshot]]] = field(default_factory=dict)
    _all: Gathering[list[Snapshot] | None] = field(init=False)
    _automatic: dict[str, Gathering[list[AutomaticSnapshot]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._all = Gathering(self.clock, lambda size: self._list_all() if size > 1 else None)

    def snapshots(self, resource_type: str) -> list[Snapshot]:
        """The region's snapshots of a type, as they are now: from a listing that began after this was asked."""
        asked = self.clock.now()
        with self._locks.setdefault(resource_type, threading.Lock()):
            began, listed = self._listed.get(resource_type, (-1.0, []))
            if began <= asked:
                began, listed = self.clock.now(), self.service.snapshots(self.region, resource_type)
                self._listed[resource_type] = (began, listed)
            return listed

    def all(self) -> list[Snapshot]:
        """The region's snapshots of all types."""
        return self._all.join(counting=2) or []

    def find(self, name: str) -> Snapshot | None:
        """The snapshot that bears a name; ``None`` only if the service says that there is none."""
        try:
            listed = self._all.join()
        except Denied:
            listed = None  # then reading may be allowed
        if listed is None:
            return self.service.snapshot(self.region, name)
        return next((each for each in listed if each.name == name), None)

    def automatic(self, resource: str) -> list[AutomaticSnapshot]:
        """A resource's automatic snapshots; ``NotFound`` if there is no such resource."""
        gathering = Gathering(
            self.clock, lambda size: self.service.automatic_snapshots(self.region, resource)
        )
        return self._automatic.setdefault(resource, gathering).join()

    def resource_names(self) -> list[str]:
        """The names of the resources that can have automatic snapshots."""
        return self.service.resource_names(self.region)

    def _list_all(self) -> list[Snapshot]:
        return [each for kind in SNAPSHOT_TYPES for each in self.snapshots(kind)]
