"""What the declarations of this run have, ask for, and had: so that none takes a copy away from another, or from itself.

The state may hold a copy twice. Where a declaration was moved, edited and edited back, or replaced by its like
(``pulumi up --replace``), its copy is found and taken up, and then deleted under its older entry: at once, or in a later
run if this one is cut off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field


@dataclass(slots=True)
class Former:
    """What a declaration had before the copy that replaces it; the engine says that in `diff`, and not in `create`."""

    region: str | None = None
    names: set[str] = field(default_factory=set)
    """Its copies there, which are the engine's to delete or to keep."""


class Standing:
    """Who has what, by URN and id.

    The engine checks just what the program declares. It diffs more: what a refresh has read, and what depends on a
    resource that is deleted to be replaced.
    """

    def __init__(self) -> None:
        self._declared: set[str] = set()
        self._asking: dict[str, str] = {}
        self._holders: dict[str, set[str]] = {}
        self._formers: dict[str, Former] = {}

    def declare(self, urn: str, copies: str | None) -> str | None:
        """The program declares this resource; an empty name is nobody's.

        Args:
            urn: the resource.
            copies: what it asks for, of whatever date, if that is settled.

        Returns:
            The resource that asks for the very same, if there is one.
        """
        if not urn:
            return None
        self._declared.add(urn)
        other = self._asking.setdefault(copies, urn) if copies else urn
        return other if other != urn else None

    def has(self, urn: str, id_: str, *, still: bool = True) -> None:
        """A declaration has this copy, or ``still`` has it no longer."""
        holders = self._holders.setdefault(id_, set())
        if still and urn in self._declared:
            holders.add(urn)
        else:
            holders.discard(urn)

    def is_wanted(self, id_: str) -> bool:
        """Whether a declaration has this copy."""
        return bool(self._holders.get(id_))

    def replaces(self, urn: str, region: str | None, names: Iterable[str]) -> None:
        """What a declaration has is to be replaced."""
        former = self._formers.setdefault(urn, Former())
        former.region = region
        former.names.update(names)

    def former(self, urn: str) -> Former:
        """What a declaration had, if it is being replaced."""
        return self._formers.get(urn, Former())
