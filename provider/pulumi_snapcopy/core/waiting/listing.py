"""Listing a region, once for all callers that ask at the same time."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Protocol

from ..errors import Denied
from ..values import Seen
from .batch import SingleFlight
from .clock import Clock
from .policy import RECENT


class Reads(Protocol):
    """The reading calls of a service that finding and listing need; each may raise ``errors.ServiceError``."""

    kinds: Sequence[str]
    """The types of objects that it lists, each by its own call."""

    def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
        """Return the object of this name, or None only if the service says that there is none."""

    def all(self, region: str, kind: str) -> list[Seen]:
        """Return all objects of one type that the account has in a region."""


@dataclass(slots=True)
class Listing:
    """Finds and lists the objects of a region.

    Args:
        service: the service.
        region: the region.
        clock: the time.
    """

    service: Reads
    region: str
    clock: Clock
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _listed: dict[str, tuple[float, list[Seen]]] = field(default_factory=dict)
    _all: SingleFlight[list[Seen]] = field(init=False)
    _few: SingleFlight[int] = field(init=False)
    _asked: float = -RECENT
    """When a name was last asked for."""

    def __post_init__(self) -> None:
        self._all = SingleFlight(self.clock, lambda _: self._list_all())
        self._few = SingleFlight(self.clock, self._number_of_late)

    def of(self, kind: str) -> list[Seen]:
        """Return the region's objects of one type, from a list that began no earlier than this call."""
        asked = self.clock.now()
        with self._locks.setdefault(kind, threading.Lock()):
            began, listed = self._listed.get(kind, (-1.0, []))
            if began <= asked:
                began, listed = self.clock.now(), self.service.all(self.region, kind)
                self._listed[kind] = (began, listed)
            return listed

    def all(self) -> list[Seen]:
        """Return the region's objects of all types."""
        return self._all.get()

    def recent(self) -> list[Seen] | None:
        """Return what lists of the last `RECENT` seconds have shown, which may be out of date; None if there is no such list."""
        oldest = self.clock.now() - RECENT
        lists = [self._listed.get(kind, (float("-inf"), [])) for kind in self.service.kinds]
        if any(began < oldest for began, _ in lists):
            return None
        return [each for _, listed in lists for each in listed]

    def find(self, name: str) -> Seen | None:
        """Return the object of a name, or None if the service says that there is none.

        A single caller reads just that object. Where several ask within seconds, the region is listed once, and only what the
        list doesn't show is read.
        """
        found = self.find_listed(name) if self._few.get() > 1 else None
        return found or self.service.get(self.region, name)

    def find_listed(self, name: str) -> Seen | None:
        """Return the object of a name from a list of the region; None if that doesn't show it, or listing isn't allowed."""
        with suppress(Denied):  # reading may be allowed
            return next((each for each in self.all() if each.name == name), None)
        return None

    def _number_of_late(self, asking: int) -> int:
        """Return how many have asked within the last seconds, counting all earlier ones as one."""
        before, self._asked = self._asked, self.clock.now()
        return asking + (self._asked - before < RECENT)

    def _list_all(self) -> list[Seen]:
        return [each for kind in self.service.kinds for each in self.of(kind)]
