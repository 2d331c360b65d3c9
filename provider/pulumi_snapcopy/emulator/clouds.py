"""Control of EC2's and OUTSCALE's snapshots past their APIs: foreign snapshots, and states set at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from .blocks import CLOUDS, PENDING, STATES, Snapshot
from .blockseeds import put_snapshot
from .shared import changing, now


class BlockBackstage:
    """Control of the snapshots of one cloud, ``ec2`` or ``outscale``.

    Example:
        >>> from pulumi_snapcopy.emulator import Emulator
        >>> with Emulator(services=("ec2",)) as emulator:
        ...     source = emulator.ec2.put_snapshot("us-east-1", size=100, tags={"team": "shop"})
        ...     found = emulator.ec2_client("us-east-1").describe_snapshots(SnapshotIds=[source])
        >>> found["Snapshots"][0]["VolumeSize"]
        100
    """

    def __init__(self, service: str) -> None:
        self._service = service

    def put_snapshot(
        self,
        region: str,
        snapshot_id: str | None = None,
        *,
        size: int = 8,
        description: str = "",
        tags: Mapping[str, str] | None = None,
        state: str = "completed",
        **members: Any,
    ) -> str:
        """Create a snapshot in a region as if somebody else had made it, and return its id.

        Args:
            region: The region's name.
            snapshot_id: The snapshot's id; None: a new id.
            size: The size in GiB.
            description: The snapshot's description.
            tags: The snapshot's tags.
            state: ``completed``, ``error`` or ``pending``; the state is permanent.
            members: Other members of a snapshot in a seed, such as ``owner`` and ``kmsKeyId``.
        """
        item = {"id": snapshot_id or CLOUDS[self._service].new_id("snap"), "size": size, **members}
        item |= {"description": description, "tags": dict(tags or {}), "state": _checked(state)}
        with changing():
            return put_snapshot(self._service, region, item)

    def set_state(self, region: str, snapshot_id: str, state: str, *, message: str | None = None) -> None:
        """Put a snapshot into a state permanently: ``pending``, ``completed`` or ``error`` with a message.

        Raises:
            KeyError: if the region has no such snapshot.
            ValueError: if there is no such state.
        """
        with changing():
            place = CLOUDS[self._service].region(region)
            done_at = None if _checked(state) == PENDING else now()
            final = "completed" if state == PENDING else state
            place.put(replace(place.snapshots[snapshot_id], final=final, done_at=done_at, message=message))

    def use(self, region: str, snapshot_id: str, image_id: str) -> None:
        """Mark a snapshot as used by an image of OUTSCALE, so that the snapshot can't be deleted."""
        with changing():
            place = CLOUDS[self._service].region(region)
            place.put(replace(place.snapshots[snapshot_id], used_by=[image_id]))

    def snapshots(self, region: str) -> list[Snapshot]:
        """Return all snapshots of a region, hidden ones too, in the order they were created."""
        held = list(CLOUDS[self._service].region(region).snapshots.values())
        return sorted(held, key=lambda each: each.number)


def _checked(state: str) -> str:
    if state not in STATES:
        raise ValueError(f"no snapshot has the state {state!r}; write one of {', '.join(STATES)}")
    return state
