"""Checks a source before a request is sent: EC2 accepts sources that it can't copy, and fails minutes later."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from ..core.errors import ServiceError, SourceError, SourcePending
from ..core.rules.suggest import existing_sentence
from ..core.values import Phase, Source, Spec
from ..core.waiting.batch import Gathered
from ..core.waiting.clock import Clock
from .family import phase
from .shapes import KIND

_MOST_IDS = 200
"""How many values a filter accepts."""

Raw = Mapping[str, Any]


@dataclass(slots=True)
class SourceReader:
    """Reads source snapshots, with one call for all callers at the same time.

    Args:
        list_raw: lists a region's snapshots by filters.
        read: returns a region's snapshot by its id, of any owner, or None if it doesn't exist.
        clock: the time.
    """

    list_raw: Callable[..., list[dict[str, Any]]]
    read: Callable[[str, str], Raw | None]
    clock: Clock
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _asked: dict[str, Gathered[Raw]] = field(default_factory=dict)

    def get(self, region: str, id_: str) -> Raw | None:
        """Return a snapshot that the account can read (its own, shared or public), or None if it doesn't exist.

        A snapshot that the filter doesn't show yet, such as a copy that this program has just made, is read by its id.
        """
        with self._lock:
            asked = self._asked.setdefault(
                region, Gathered(self.clock, lambda ids: self._by_ids(region, ids))
            )
        return asked.get(id_) or self.read(region, id_)

    def own(self, region: str) -> list[str]:
        """List the ids of the account's own snapshots."""
        return [each["SnapshotId"] for each in self.list_raw(region, OwnerIds=["self"])]

    def _by_ids(self, region: str, ids: list[str]) -> dict[str, Raw]:
        """Return the existing snapshots by id, from a filter: a call with ids would fail if one doesn't exist."""
        found: dict[str, Raw] = {}
        for first in range(0, len(ids), _MOST_IDS):
            wanted = [{"Name": "snapshot-id", "Values": ids[first : first + _MOST_IDS]}]
            found |= {each["SnapshotId"]: each for each in self.list_raw(region, filters=wanted)}
        return found


def check_source(sources: SourceReader, spec: Spec, *, cloud_name: str) -> Source:
    """Return the source of a copy, or raise an error if it can't be copied.

    Args:
        sources: reads the source.
        spec: the copy that the program asks for.
        cloud_name: the cloud's name in messages.

    Raises:
        SourceError: if the source doesn't exist, failed, or is archived.
        SourcePending: if the source isn't complete yet.
    """
    id_, region = spec.arguments.get("sourceSnapshotId") or "", spec.source_region
    found = sources.get(region, id_)
    if found is None:
        raise SourceError(
            f'there is no snapshot "{id_}" in {region} of {cloud_name} that this account can read',
            _existing_sentence(sources, spec, id_),
            "write the id of an existing one as source_snapshot_id, or another source_region; one of another account "
            "has to be shared with this one.",
        )
    state = found.get("State") or "pending"
    if phase(state) is Phase.PENDING and state not in ("recoverable", "recovering"):
        progress = f" {found['Progress']}" if found.get("Progress") else ""
        raise SourcePending(f'the source "{id_}" in {region} is {state}{progress}')
    if phase(state) is not Phase.DONE:
        why = f": {found['StateMessage']}" if found.get("StateMessage") else ""
        raise SourceError(
            f'the source "{id_}" in {region} can\'t be copied',
            f"its state is {state}{why}.",
            "write the id of a completed snapshot as source_snapshot_id.",
        )
    if found.get("StorageTier") == "archive":
        raise SourceError(
            f'the source "{id_}" in {region} is archived',
            "an archived snapshot can't be copied.",
            f"run `aws ec2 restore-snapshot-tier --snapshot-id {id_} --temporary-restore-days 3 --region {region}`, "
            "and `pulumi up` once it is restored.",
        )
    return Source(kind=KIND)


def _existing_sentence(sources: SourceReader, spec: Spec, wanted: str) -> str:
    """Return a sentence about the region of the copy, if the source is there, or else about the existing snapshots."""
    region = spec.source_region
    with suppress(ServiceError):
        if spec.region != region and sources.get(spec.region, wanted):
            return f'"{wanted}" is in {spec.region}, not in {region}.'
    return existing_sentence(f"this account in {region}", "snapshots", lambda: sources.own(region), wanted)
