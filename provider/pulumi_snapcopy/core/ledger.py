"""The ledger: what the engine has shown this process, so that no resource takes a thing away from another, or from itself.

The state may have a thing twice. Where a resource was moved, edited and edited back, or replaced by the same again
(``pulumi up --replace``), its thing is found and taken up, and then deleted under its older state entry: at once, or in a
later run if this one is interrupted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .values import Seen


@dataclass(slots=True)
class Entry:
    """What a resource had before this run: the engine shows it in `check` and `diff`, not in `create` and `delete`.

    Args:
        region: where it stood.
        ids: of its thing, where the ref isn't known.
        tags: the user's, that it has or may have.
        refs: its things, also those that were replaced before: the engine's to delete, or to keep.
        key: that of the one in the state.
        replaced: those of what was replaced a short time ago, and when; see `state.Bag`.
        deleted: those that this run has deleted; lists may go on showing them.
        ref: the one that the state has.
        is_another_request: whether another one is asked for now; `check` says so, and `diff`, where there is one,
            knows better.
        replacement: the inputs of what is to replace it, until that is being created.
    """

    region: str | None = None
    ids: set[str] = field(default_factory=set)
    tags: Mapping[str, str] = field(default_factory=dict)
    refs: set[str] = field(default_factory=set)
    key: str = ""
    replaced: Mapping[str, str] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)
    ref: str | None = None
    is_another_request: bool = False
    replacement: dict[str, Any] | None = None


class Ledger:
    """Who has what, by URN and id.

    The engine checks just what the program declares. It diffs more: what a refresh has read, and what depends on a
    resource that is deleted to be replaced.
    """

    def __init__(self) -> None:
        self._declared: set[str] = set()
        self._asking: dict[str, str] = {}
        self._assigned: dict[str, str] = {}
        self._entries: dict[str, Entry] = {}
        self._urns: dict[str, str] = {}

    def declare(self, urn: str, id_: str | None) -> str | None:
        """Note that the program declares this resource, and what it asks for, as far as that is known.

        Returns:
            The resource that asks for the same, if there is one.
        """
        self._declared.add(urn)
        asking = self._asking.setdefault(id_, urn) if id_ else urn
        return asking if asking != urn else None

    def is_declared(self, urn: str) -> bool:
        """Whether the program has declared this resource so far."""
        return urn in self._declared

    def replacements(self) -> dict[str, dict[str, Any]]:
        """Return the inputs of what is to be made in place of something else, and isn't being made yet, by URN."""
        return {
            urn: each.replacement
            for urn, each in list(self._entries.items())
            if each.replacement is not None and each.is_another_request and (each.ids or each.refs)
        }

    def assign(self, urn: str, id_: str) -> None:
        """Note that a declared resource has this thing, and no other."""
        if urn in self._declared:
            self._assigned[urn] = id_

    def unassign(self, urn: str) -> None:
        """Note that what a resource had is to be replaced."""
        self._assigned.pop(urn, None)

    def is_assigned(self, id_: str) -> bool:
        """Whether a declared resource has this thing."""
        return id_ in list(self._assigned.values())

    def is_replaced(self, urn: str, seen: Seen | None) -> bool:
        """Whether a declared resource has another thing in place of this one."""
        assigned = self._assigned.get(urn)
        return assigned is not None and seen is not None and assigned != seen.id

    def is_in_state(self, seen: Seen) -> bool:
        """Whether a declared resource has this thing, or had it before this run."""
        entries = list(self._entries.values())
        return self.is_assigned(seen.id) or any(
            seen.id in each.ids or seen.ref in each.refs for each in entries
        )

    def entry(self, urn: str) -> Entry:
        """Return what a resource had."""
        return self._entries.setdefault(urn, Entry())

    def remember(
        self, urn: str, id_: str, outputs: Mapping[str, Any], *, region: str, ref: str | None
    ) -> Entry:
        """Note that a resource had this thing, perhaps under another name, by which the engine will delete it.

        Args:
            urn: the resource.
            id_: the thing's id.
            outputs: what the state has of it.
            region: where it is.
            ref: its ref, as far as the state has it.
        """
        if urn in self._declared:
            self._urns[id_] = urn
        entry = self.entry(urn)
        entry.region = entry.region or region
        entry.tags = outputs.get("tags") or {}
        entry.ref = ref
        if ref is None:
            entry.ids.add(id_)
        else:  # by which it is told from what an interrupted run has made again under its name
            entry.ids.discard(id_)
            entry.refs.add(ref)
        return entry

    def entry_of(self, id_: str, urn: str) -> Entry:
        """Return what the resource had that had this thing; by default the one of this name."""
        return self.entry(self._urns.get(id_, urn))
