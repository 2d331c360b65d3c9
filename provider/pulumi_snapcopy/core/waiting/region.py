"""What all runs share that work in one region."""

from __future__ import annotations

from dataclasses import dataclass

from ..service import Service
from .clock import Clock
from .listing import Listing
from .policy import LONGEST_PAUSE
from .polling import Poller
from .queue import Queue
from .watch import Watch


@dataclass(frozen=True, slots=True)
class Region:
    """The one listing, watch and queue of a region."""

    listing: Listing
    watch: Watch
    queue: Queue

    @classmethod
    def of(cls, service: Service, name: str, clock: Clock, *, longest_pause: float = LONGEST_PAUSE) -> Region:
        """Return the shared parts for a region."""
        listing = Listing(service, name, clock)
        return cls(listing, Watch(Poller(listing, longest_pause), clock), Queue(clock))
