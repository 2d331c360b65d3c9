"""What all runs share that work in one region."""

from __future__ import annotations

from dataclasses import dataclass

from .clock import Clock
from .listing import Listing, Reads
from .policy import LONGEST_PAUSE
from .queue import Queue
from .watch import Poller, Watch


@dataclass(frozen=True, slots=True)
class Region:
    """The one listing, watch and queue of a region."""

    listing: Listing
    watch: Watch
    queue: Queue

    @classmethod
    def of(cls, service: Reads, name: str, clock: Clock, *, longest_pause: float = LONGEST_PAUSE) -> Region:
        """Return the shared parts for a region."""
        listing = Listing(service, name, clock)
        return cls(listing, Watch(Poller(listing, longest_pause), clock), Queue(clock))
