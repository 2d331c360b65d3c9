"""What all copies into one region share."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import Service
from ..waiting import Watch
from ..watching.clock import Clock
from ..watching.listing import Listings
from ..watching.looking import Lookout
from ..watching.pauses import LONGEST_PAUSE
from .starting import Starts


@dataclass(frozen=True, slots=True)
class Region:
    """The one listing, watch and line of a region."""

    listings: Listings
    watch: Watch
    starts: Starts

    @classmethod
    def of(cls, service: Service, name: str, clock: Clock, *, longest_pause: float = LONGEST_PAUSE) -> Region:
        """Set up what copies into a region will share."""
        listings = Listings(service, name, clock)
        lookout = Lookout(service, name, clock, listings, longest_pause)
        return cls(listings, Watch(lookout, clock), Starts(clock))
