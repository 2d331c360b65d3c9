"""One listing for all that ask at the same time."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from .clock import Clock
from .model import Service, Snapshot


@dataclass(slots=True)
class Listings:
    """Lists a region's snapshots."""

    service: Service
    region: str
    clock: Clock
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _listed: dict[str, tuple[float, list[Snapshot]]] = field(default_factory=dict)

    def snapshots(self, resource_type: str) -> list[Snapshot]:
        """The region's snapshots of a type, as they are now: from a listing that began after this was asked."""
        asked = self.clock.now()
        with self._lock:
            began, listed = self._listed.get(resource_type, (-1.0, []))
            if began <= asked:
                began, listed = self.clock.now(), self.service.snapshots(self.region, resource_type)
                self._listed[resource_type] = (began, listed)
            return listed
