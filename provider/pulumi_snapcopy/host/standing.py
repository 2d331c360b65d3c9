"""What the declarations of this run ask for, have, and had: so that none takes a copy away from another, or from itself.

The state may hold a copy twice. Where a declaration was moved, edited and edited back, or replaced by its like
(``pulumi up --replace``), its copy is found and taken up, and then deleted under its older entry: at once, or in a later
run if this one is cut off.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Former:
    """What a declaration had before this run: the engine says so in `check` and `diff`, not in `create` and `delete`."""

    region: str | None = None
    ids: set[str] = field(default_factory=set)
    arns: set[str] = field(default_factory=set)
    """Its copies, also those that the last one had replaced: the engine's to delete, or to keep."""
    successor: dict[str, Any] | None = None
    """The inputs of what is to replace it, until that is being created."""


class Standing:
    """Who has what, by URN and id.

    The engine checks just what the program declares. It diffs more: what a refresh has read, and what depends on a
    resource that is deleted to be replaced.
    """

    def __init__(self) -> None:
        self._declared: set[str] = set()
        self._asking: dict[str, str] = {}
        self._held: dict[str, str] = {}
        self._formers: dict[str, Former] = {}

    def declare(self, urn: str, asked: Iterable[str]) -> str | None:
        """The program declares this resource; an empty name is nobody's.

        Args:
            urn: the resource.
            asked: what nobody else may ask for.

        Returns:
            The resource that asks for it, too, if there is one.
        """
        if not urn:
            return None
        self._declared.add(urn)
        asking = {self._asking.setdefault(each, urn) for each in asked}
        return next(iter(asking - {urn}), None)

    def is_declared(self, urn: str) -> bool:
        """Whether the program declares this resource, as far as it has run."""
        return urn in self._declared

    def has(self, urn: str, id_: str, *, still: bool = True) -> None:
        """A declaration has this copy and no other, or ``still`` has none."""
        if still and urn in self._declared:
            self._held[urn] = id_
        else:
            self._held.pop(urn, None)

    def is_wanted(self, id_: str) -> bool:
        """Whether a declaration has this copy."""
        return id_ in list(self._held.values())

    def is_in_the_state(self, id_: str) -> bool:
        """Whether a declaration has this copy, or had it before this run."""
        return self.is_wanted(id_) or any(id_ in each.ids for each in list(self._formers.values()))

    def former(self, urn: str) -> Former:
        """What a declaration had; an empty name has had nothing."""
        return self._formers.setdefault(urn, Former()) if urn else Former()
