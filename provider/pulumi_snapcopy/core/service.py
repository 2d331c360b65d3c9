"""The interface between the core and a service's SDK; each service's package implements it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from .values import Record, Seen, Source, Spec, Started
from .waiting.listing import Listing, Reads


class Service(Reads, Protocol):
    """The calls that the core makes to a service; each may raise ``errors.ServiceError``."""

    def find(self, spec: Spec, listing: Listing) -> list[Seen]:
        """Return the objects that have the spec's name or carry its key, also failed ones; eventually consistent."""

    def records(self, spec: Spec) -> list[Record]:
        """Return the service's records about the spec's name, newest first; none where it has none."""
        return []

    def describes(self, spec: Spec, record: Record) -> bool:
        """Return whether a record of a copy from the same source can be of the spec's request, date included."""
        return True

    def check_source(self, spec: Spec, listing: Listing) -> Source:
        """Return the source, read in its own region before anything is sent.

        Raises:
            SourceError: if it isn't there, isn't complete, or can't be read.
        """

    def create(self, spec: Spec, *, earlier: Collection[str] = ()) -> Started:
        """Send the request once.

        Args:
            spec: the object that the program asks for.
            earlier: the refs of the resource's earlier objects; a repeated request may be answered with one of them.
        """

    def tag(self, seen: Seen, tags: Mapping[str, str]) -> None:
        """Set tags on an object; others stay."""

    def untag(self, seen: Seen, keys: Sequence[str]) -> None:
        """Remove tags from an object."""

    def delete(self, seen: Seen) -> None:
        """Request the deletion of an object."""
