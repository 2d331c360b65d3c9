"""What a service must be able to do; each room's adapter is one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

from .values import Record, Seen, Source, Spec, Started

if TYPE_CHECKING:
    from .waiting.listing import Listing


class Service(Protocol):
    """A service as the core uses it; every call may raise ``errors.ServiceError``."""

    kinds: Sequence[str]
    """The types of what it lists; each is listed by a call of its own."""

    def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
        """Return what has this name, or None only if the service says that nothing has."""

    def all(self, region: str, kind: str) -> list[Seen]:
        """List what the account has in a region, of one type."""

    def find(self, spec: Spec, listing: Listing) -> list[Seen]:
        """Return what carries the spec's key, failed ones too; eventually consistent."""

    def records(self, spec: Spec) -> list[Record]:
        """List what the service has recorded about the spec's name, newest first."""

    def describes(self, spec: Spec, record: Record) -> bool:
        """Whether a record of a copy from the same source can be of what the spec asks for, date included."""

    def check_source(self, spec: Spec, listing: Listing) -> Source:
        """Look at the source, in its own region, before anything is sent.

        Raises:
            SourceError: if it isn't there, isn't complete, or can't be read.
        """

    def create(self, spec: Spec, *, attempt: int) -> Started:
        """Send the request once."""

    def tag(self, seen: Seen, tags: Mapping[str, str]) -> None:
        """Set tags."""

    def untag(self, seen: Seen, keys: Sequence[str]) -> None:
        """Remove tags."""

    def delete(self, seen: Seen) -> None:
        """Ask for its deletion."""
