"""What the declarations of this run ask for, have, and had: so that none takes a copy away from another, or from itself.

The state may hold a copy twice. Where a declaration was moved, edited and edited back, or replaced by its like
(``pulumi up --replace``), its copy is found and taken up, and then deleted under its older entry: at once, or in a later
run if this one is cut off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.model import Snapshot
from .translation import copy_id


@dataclass(slots=True)
class Former:
    """What a declaration had before this run: the engine says so in `check` and `diff`, not in `create` and `delete`."""

    region: str | None = None
    ids: set[str] = field(default_factory=set)
    """Of its copy, where the ARN isn't known."""
    tags: Mapping[str, str] = field(default_factory=dict)
    """The user's, that its copy has or may have."""
    arns: set[str] = field(default_factory=set)
    """Its copies, also those that the last one had replaced: the engine's to delete, or to keep."""
    deleted: set[str] = field(default_factory=set)
    """Those that have been deleted in this run; lists may go on showing them."""
    arn: str | None = None
    """The copy that the state holds."""
    is_another_request: bool = False
    """Whether another copy is asked for now; `check` says so, and `diff`, where there is one, knows better."""
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
        self._urns: dict[str, str] = {}

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

    def hold(self, urn: str, id_: str) -> None:
        """A declaration has this copy, and no other."""
        if urn in self._declared:
            self._held[urn] = id_

    def release(self, urn: str) -> None:
        """What a declaration had is to be replaced."""
        self._held.pop(urn, None)

    def is_held(self, id_: str) -> bool:
        """Whether a declaration has this copy."""
        return id_ in list(self._held.values())

    def is_in_the_state(self, copy: Snapshot) -> bool:
        """Whether a declaration has this copy, or had it before this run."""
        id_ = copy_id(copy)
        formers = list(self._formers.values())
        return self.is_held(id_) or any(id_ in each.ids or copy.arn in each.arns for each in formers)

    def former(self, urn: str) -> Former:
        """What a declaration had; an empty name has had nothing."""
        return self._formers.setdefault(urn, Former()) if urn else Former()

    def remember(self, urn: str, id_: str, outputs: Mapping[str, Any]) -> Former:
        """A declaration had this copy, perhaps under another name, by which the engine will delete it.

        Args:
            urn: the declaration.
            id_: the copy's id.
            outputs: what the state holds of it.
        """
        if urn in self._declared:
            self._urns[id_] = urn
        former = self.former(urn)
        former.region = former.region or outputs.get("targetRegion")
        former.tags = outputs.get("tags") or {}
        former.arn = outputs.get("arn")
        if former.arn is None:
            former.ids.add(id_)
        else:  # by which it is told from what a cut-off run has made anew under its name
            former.ids.discard(id_)
        former.arns.update(filter(None, [former.arn, *outputs.get("supersedes", ())]))
        return former

    def former_of(self, id_: str, urn: str) -> Former:
        """What the declaration had that had this copy; by default the one of this name."""
        return self.former(self._urns.get(id_, urn))
