"""Which copies the declarations of this run have, so that no older entry of the state takes one away from them.

The state may hold a copy twice. Where a declaration was moved, edited and edited back, or replaced by its like
(``pulumi up --replace``), its copy is found and taken up, and then deleted under its older entry: at once, or in a later
run if this one is cut off.
"""

from __future__ import annotations


class Standing:
    """Who has what, by URN and id.

    The engine checks just what the program declares. It diffs more: what a refresh has read, and what depends on a
    resource that is deleted to be replaced.
    """

    def __init__(self) -> None:
        self._declared: set[str] = set()
        self._holders: dict[str, set[str]] = {}

    def declare(self, urn: str) -> None:
        """The program declares this resource; an empty name is nobody's."""
        self._declared |= {urn} - {""}

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
