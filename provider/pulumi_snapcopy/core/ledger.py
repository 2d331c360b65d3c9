"""The ledger: which resource has which object, as far as the engine has shown it to this process.

It keeps one resource from taking or deleting the object of another, or its own.

The state may have an object twice: where a resource was moved, edited and edited back, or replaced by the same request
(``pulumi up --replace``), the new entry takes it up, and then the engine deletes the older entry, in this run or a later one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .bookkeeping import Bookkeeping
from .values import Known, Seen


@dataclass(slots=True)
class Entry:
    """What a resource had before this run. The engine shows that in `check` and `diff`, not in `create` and `delete`.

    Args:
        region: the region in the state.
        ids: the resource ids of its objects whose ref isn't known.
        tags: the user's tags that the object has or may have.
        refs: the refs of its objects, also of replaced ones, which the engine deletes or keeps.
        key: the key in the state.
        earlier_keys: those of its earlier objects; see `values.Known`.
        deleted: the refs that this run has deleted; lists may go on showing them.
        ref: the ref in the state.
        is_another_request: whether the program asks for a replacement; set by `check`, corrected by `diff`.
        replacement: the inputs of its replacement, until that is being created.
    """

    region: str | None = None
    ids: set[str] = field(default_factory=set)
    tags: Mapping[str, str] = field(default_factory=dict)
    refs: set[str] = field(default_factory=set)
    key: str = ""
    earlier_keys: Mapping[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    ref: str | None = None
    is_another_request: bool = False
    replacement: dict[str, Any] | None = None

    def has(self, seen: Seen) -> bool:
        """Return whether the resource had this object before this run.

        The engine shows no ref of what it replaces without a diff (``pulumi up --replace``): then the key is all there is.
        """
        if self.refs or self.ids:
            return seen.id in self.ids or seen.ref in self.refs
        return self.is_another_request and bool(self.key) and seen.key == self.key


class Ledger:
    """Which resource has which object, by URN and id.

    The engine calls check only for what the program declares. It calls diff for more: after a refresh, and for dependents
    of a resource that is deleted before its replacement.
    """

    def __init__(self) -> None:
        self._declared: set[str] = set()
        self._asking: dict[str, str] = {}
        self._assigned: dict[str, str] = {}
        self._entries: dict[str, Entry] = {}
        self._urns: dict[str, str] = {}

    def declare(self, urn: str, id_: str | None) -> str | None:
        """Note that the program declares a resource, and which object it asks for, if that is known.

        Returns:
            The URN of another resource that asks for the same object, or None.
        """
        self._declared.add(urn)
        asking = self._asking.setdefault(id_, urn) if id_ else urn
        return asking if asking != urn else None

    def is_declared(self, urn: str) -> bool:
        """Return whether the program has declared a resource so far."""
        return urn in self._declared

    def replacements(self) -> dict[str, dict[str, Any]]:
        """Return the inputs of the replacements that aren't being created yet, by URN."""
        return {
            urn: each.replacement
            for urn, each in list(self._entries.items())
            if each.replacement is not None and each.is_another_request and (each.ids or each.refs)
        }

    def assign(self, urn: str, id_: str) -> None:
        """Note that a declared resource has this object, and no other."""
        if urn in self._declared:
            self._assigned[urn] = id_

    def unassign(self, urn: str) -> None:
        """Note that a resource's object is to be replaced."""
        self._assigned.pop(urn, None)

    def is_assigned(self, id_: str) -> bool:
        """Return whether a declared resource has this object."""
        return self.holder(id_) is not None

    def holder(self, id_: str) -> str | None:
        """Return the declared resource that has this object; None if there is none."""
        return next((urn for urn, assigned in list(self._assigned.items()) if assigned == id_), None)

    def other_asking(self, urn: str, id_: str) -> str | None:
        """Return another declared resource that asks for this object, or has it; None if there is none."""
        having = (each for each, assigned in list(self._assigned.items()) if assigned == id_ and each != urn)
        asking = self._asking.get(id_, urn)
        return asking if asking != urn else next(having, None)

    def is_replaced(self, urn: str, seen: Seen | None) -> bool:
        """Return whether a declared resource has another object in place of this one."""
        assigned = self._assigned.get(urn)
        return assigned is not None and seen is not None and assigned != seen.id

    def is_in_state(self, seen: Seen) -> bool:
        """Return whether a declared resource has this object, or had it before this run."""
        return self.is_assigned(seen.id) or any(each.has(seen) for each in list(self._entries.values()))

    def entry(self, urn: str) -> Entry:
        """Return the entry of a resource."""
        return self._entries.setdefault(urn, Entry())

    def remember(
        self, urn: str, id_: str, known: Known, bookkeeping: Bookkeeping, *, tags: Mapping[str, str]
    ) -> Entry:
        """Note that a resource had this object, perhaps under an older id, by which the engine will delete it.

        Args:
            urn: the resource.
            id_: the object's resource id.
            known: what the state knows of the object.
            bookkeeping: our bookkeeping in the state.
            tags: the user's tags in the state.
        """
        if urn in self._declared:
            self._urns[id_] = urn
        entry = self.entry(urn)
        entry.region = entry.region or id_.partition("/")[0]
        entry.tags, entry.ref = tags, known.ref
        if known.ref is None:
            entry.ids.add(id_)
        else:  # the ref distinguishes it from what an interrupted run has made again under its name
            entry.ids.discard(id_)
            entry.refs.add(known.ref)
        entry.refs |= known.predecessors
        entry.earlier_keys = bookkeeping.earlier_keys
        if isinstance(bookkeeping.key, str):
            entry.key = bookkeeping.key
        return entry

    def urn_of(self, id_: str, urn: str) -> str:
        """Return the URN of the declared resource that had this object, which may be renamed; by default the given one."""
        return self._urns.get(id_, urn)
