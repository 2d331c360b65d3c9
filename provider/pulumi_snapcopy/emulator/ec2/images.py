"""Connect our snapshots to the rest of moto's EC2: volumes, images, and the snapshots of Amazon's images."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from moto.ec2.models import ec2_backends
from moto.ec2.models.elastic_block_store import Snapshot as MotoSnapshot
from moto.ec2.models.elastic_block_store import Volume

from ..blocks import EC2, Snapshot, everywhere
from ..shared import now

_MotoVolume: Any = Volume  # moto's types call it abstract
_MIRRORED_VOLUME = "vol-ffffffff"


def volume(region: str, account: str, volume_id: str) -> Any:
    """Return moto's volume of this id, or None."""
    return ec2_backends[account][region].volumes.get(volume_id)


def put_volume(
    region: str,
    account: str,
    volume_id: str,
    size: int,
    *,
    encrypted: bool = False,
    kms_key_id: str | None = None,
    tags: dict[str, str] | None = None,
) -> None:
    """Create a volume in moto under a given id."""
    backend = ec2_backends[account][region]
    zone = backend.get_zone_by_name(f"{region}a")
    backend.volumes[volume_id] = _MotoVolume(
        backend, volume_id, size, zone, encrypted=encrypted, kms_key_id=kms_key_id
    )
    backend.volumes[volume_id].add_tags(tags or {})


def mirror(region: str, account: str, snapshot_id: str) -> None:
    """Create a stand-in for a complete snapshot in moto, so that moto can create a volume from it."""
    backend = ec2_backends[account][region]
    found = EC2.region(region).shown(snapshot_id)
    if found is None:
        return
    if found.state(now()) != "completed" or not found.readable_by(account):
        backend.snapshots.pop(snapshot_id, None)
        return
    stand_in = _MotoVolume(backend, _MIRRORED_VOLUME, found.size, None)
    backend.snapshots[snapshot_id] = MotoSnapshot(
        backend, snapshot_id, stand_in, found.description, encrypted=found.encrypted
    )


def unmirror(region: str, account: str, snapshot_id: str) -> None:
    """Remove the stand-in for a deleted snapshot from moto."""
    ec2_backends[account][region].snapshots.pop(snapshot_id, None)


def note_image(region: str, snapshot_ids: list[str], image_id: str) -> None:
    """Record that an image uses these snapshots."""
    place = EC2.region(region)
    for each in snapshot_ids:
        found = place.shown(each)
        if found is not None:
            place.put(replace(found, used_by=[*found.used_by, image_id]))


def image_in_use(region: str, account: str, snapshot: Snapshot) -> str | None:
    """Return an image that uses the snapshot and hasn't been deregistered, or None."""
    images = ec2_backends[account][region].amis if snapshot.used_by else {}
    return next((each for each in snapshot.used_by if each in images), None)


def public_snapshots(region: str, account: str) -> list[Snapshot]:
    """Return the snapshots of Amazon's images, which a list without owners includes."""
    ours = EC2.region(region).snapshots
    return [
        Snapshot(
            id=each.id,
            owner=str(each.owner_id),
            size=each.volume.size,
            volume_id=each.volume.id,
            description=each.description or "",
            created_at=each.start_time.timestamp(),
            done_at=0.0,
            public=True,
            number=number,
        )
        for number, each in enumerate(list(ec2_backends[account][region].snapshots.values()), start=1)
        if each.id not in ours and each.from_ami
    ]


def dump_volumes(account: str) -> dict[str, list[dict[str, Any]]]:
    """Return moto's volumes as JSON data, of the regions that have snapshots or volumes of ours."""
    kept: dict[str, list[dict[str, Any]]] = {}
    for name, region in everywhere():
        if name == "ec2":
            volumes = ec2_backends[account][region.name].volumes.values()
            kept[region.name] = [
                {
                    "volume_id": each.id,
                    "size": each.size,
                    "encrypted": bool(each.encrypted),
                    "kms_key_id": each.kms_key_id,
                    "tags": {tag["key"]: tag["value"] for tag in each.get_tags()},
                }
                for each in list(volumes)
            ]
    return kept


def load_volumes(account: str, kept: dict[str, list[dict[str, Any]]]) -> None:
    """Load what `dump_volumes` returned."""
    for region, volumes in kept.items():
        for each in volumes:
            put_volume(region, account, **each)
