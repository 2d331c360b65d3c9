"""The adapter of Lightsail that restores instances and disks from snapshots.

Pages: https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CreateInstancesFromSnapshot.html and
https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CreateDiskFromSnapshot.html
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..aws.calls import call, member, pages
from ..aws.clients import Clients
from ..core.errors import NotFound, Refused, SourceError, Transient
from ..core.keys import same_owner
from ..core.values import KEY_TAG, OWNER_TAG, Phase, Seen, Source, Spec, Started
from ..core.waiting.clock import Clock
from ..core.waiting.listing import Listing
from ..core.waiting.policy import CREATION_GRACE
from . import attached_disks, preflight
from .adapter import Adapter, SnapshotAdapter
from .attached_disks import disk_mapping
from .preflight import Bundle
from .restoring_family import PARTLY_DELETED, phase
from .shapes import created_at, key_of, pairs, snapshot_seen, started, tags_of

if TYPE_CHECKING:
    from types_boto3_lightsail.client import LightsailClient

DETACHING = 120.0
"""Seconds that a disk may take to be detached from a deleted instance."""

_PAUSE = 2.0
_SNAPSHOTS = {"Instance": "InstanceSnapshot", "Disk": "DiskSnapshot"}
_ARGUMENTS = {"Instance": "instanceSnapshotName", "Disk": "diskSnapshotName"}


class RestoringLightsail(Adapter):
    """The adapter of Lightsail for restored instances, or for restored disks.

    Args:
        kind: Instance or Disk.
        clients: those of `connect`, which adapters may share; default: its own.
        clock: the time.
    """

    def __init__(
        self, kind: str, clients: Clients[LightsailClient] | None = None, *, clock: Clock | None = None
    ) -> None:
        super().__init__(clients, clock=clock)
        self.kinds = (kind,)
        self._snapshots = SnapshotAdapter(self._clients, clock=clock)

    # Reads

    def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
        """Return the instance or disk with this name, or a partly deleted instance, or None."""
        raw = self._raw(region, name, self.kinds[0])
        if raw is not None:
            return _seen(raw, region, self.kinds[0])
        wanted = attached_disks.source_of(region, name)
        left = self._left(region)
        return next((each for each in left if attached_disks.source_of(region, each.name) == wanted), None)

    def all(self, region: str, kind: str) -> list[Seen]:
        """Return a region's instances, with those that are partly deleted, or its disks, read page by page."""
        found = [_seen(each, region, kind) for each in self.listed(region, f"{kind.lower()}s")]
        there = {each.ref for each in found}
        return found + [each for each in self._left(region) if each.ref not in there]

    # Checks

    def check_source(self, spec: Spec, listing: Listing) -> Source:
        """Check the snapshot, the zone, the bundle or size, and the names of a restore.

        Raises:
            SourceError: if the restore can't succeed; the error names the values that fit.
        """
        given, region, kind = spec.arguments, spec.region, self.kinds[0]
        snapshot = self.snapshot(region, kind, given.get(_ARGUMENTS[kind]) or "")
        preflight.check_zone(given["availabilityZone"], self.zones(region), region=region)
        size = float(snapshot.get("sizeInGb") or 0)
        if kind == "Disk":
            preflight.check_size(float(given["sizeInGb"]), snapshot["name"], size)
        else:
            preflight.check_bundle(
                given["bundleId"], self.bundles(region), region=region, size=size,
                source_bundle=snapshot.get("fromBundleId") or "",
            )  # fmt: skip
        self._check_names(spec, [disk["newDiskName"] for disk in disk_mapping(spec.name, snapshot)])
        return Source(kind=kind)

    def snapshot(self, region: str, kind: str, name: str) -> dict[str, Any]:
        """Return the snapshot to restore an instance or disk from, as the API describes it.

        Raises:
            SourceError: if the snapshot doesn't exist or isn't complete.
        """
        wanted = _SNAPSHOTS[kind]
        argument = "instance_snapshot_name" if kind == "Instance" else "disk_snapshot_name"
        client = self._clients.of(region)
        try:
            answer: Any
            if kind == "Instance":
                answer = call(
                    "lightsail:GetInstanceSnapshot",
                    lambda: client.get_instance_snapshot(instanceSnapshotName=name),
                )
            else:
                answer = call(
                    "lightsail:GetDiskSnapshot", lambda: client.get_disk_snapshot(diskSnapshotName=name)
                )
        except NotFound:
            raise preflight.no_snapshot(
                wanted, name, argument, region,
                lambda: [each.name for each in self._snapshots.all(region, wanted)],
            ) from None  # fmt: skip
        found: dict[str, Any] = dict(member(answer, wanted[0].lower() + wanted[1:], f"lightsail:Get{wanted}"))
        seen = snapshot_seen(found, region, wanted)
        if seen.phase is not Phase.DONE:
            raise SourceError(
                f'the snapshot "{name}" in {region} is not complete', f"its state is {seen.state}.",
                "run `pulumi up` again when it is complete." if seen.phase is Phase.PENDING
                else f"write another one as {argument}; this one failed and can't be restored.",
            )  # fmt: skip
        return found

    def zones(self, region: str) -> list[str]:
        """Return the availability zones of a region."""
        client = self._clients.of(region)
        answer: Any = call("lightsail:GetRegions", lambda: client.get_regions(includeAvailabilityZones=True))
        found = [
            each for each in member(answer, "regions", "lightsail:GetRegions") if each.get("name") == region
        ]
        return [zone["zoneName"] for each in found for zone in each.get("availabilityZones") or []]

    def bundles(self, region: str) -> list[Bundle]:
        """Return the bundles of a region, including those that new instances can't use."""
        client = self._clients.of(region)
        listed: Iterator[Any] = pages(
            "lightsail:GetBundles", lambda **page: client.get_bundles(includeInactive=True, **page)
        )
        return [
            Bundle(
                id=each["bundleId"],
                active=each.get("isActive", True),
                disk=each.get("diskSizeInGb") or 0,
                memory=each.get("ramSizeInGb") or 0,
                platforms=tuple(each.get("supportedPlatforms") or ()),
                price=each.get("price"),
                ipv4=each.get("publicIpv4AddressCount") != 0,
            )
            for page in listed
            for each in member(page, "bundles", "lightsail:GetBundles")
        ]

    def _check_names(self, spec: Spec, disks: Sequence[str]) -> None:
        """Raise SourceError if a name of the restore is taken: names are unique in a region across all types."""
        for name in disks:
            found = self._raw(spec.region, name, "Disk")
            if found is not None and not _goes_with_ours(found, spec):
                may_be_left = not found.get("attachedTo") and OWNER_TAG not in tags_of(found)
                left = f'; or, if an instance that was deleted by hand has left "{name}", delete it, then run `pulumi up` again'
                raise _taken(
                    spec, name, "Disk", "the name of a disk that comes along", left if may_be_left else ""
                )
        for kind in {"Instance", "Disk"} - {self.kinds[0]}:
            if self._raw(spec.region, spec.name, kind) is not None:
                raise _taken(spec, spec.name, kind, "the name")
        snapshot = self._snapshots.get(spec.region, spec.name)
        if snapshot is not None:
            raise _taken(spec, spec.name, snapshot.kind, "the name")

    # Changes

    def create(self, spec: Spec, *, earlier: Collection[str] = ()) -> Started:
        """Start the restore, with its tags, with one request that botocore doesn't retry."""
        tags = {**spec.all_tags, KEY_TAG: spec.key}
        action, answer = self.send(spec.region, spec.name, spec.arguments, tags)
        return started(answer, spec, action, tagged=True)

    def send(
        self, region: str, name: str, given: Mapping[str, Any], tags: Mapping[str, str]
    ) -> tuple[str, Any]:
        """Send the restore request once, and return the name of the call and its response.

        Args:
            region: the region of the snapshot and of the restored instance or disk.
            name: the name of the restored instance or disk.
            given: the API's other arguments.
            tags: the tags to set in the call.
        """
        client = self._clients.of(region, retries=False)
        if self.kinds[0] == "Disk":
            action = "lightsail:CreateDiskFromSnapshot"
            answer: Any = call(
                action,
                lambda: client.create_disk_from_snapshot(
                    diskName=name,
                    diskSnapshotName=given["diskSnapshotName"],
                    availabilityZone=given["availabilityZone"],
                    sizeInGb=int(given["sizeInGb"]),
                    tags=pairs(tags),
                ),
            )
            return action, answer
        action = "lightsail:CreateInstancesFromSnapshot"
        asked = {key: given[key] for key in ("userData", "keyPairName", "ipAddressType") if given.get(key)}
        snapshot = self.snapshot(region, "Instance", given["instanceSnapshotName"])
        mapping = disk_mapping(name, snapshot)
        if mapping:
            asked["attachedDiskMapping"] = {name: mapping}
        answer = call(
            action,
            lambda: client.create_instances_from_snapshot(
                instanceNames=[name],
                instanceSnapshotName=given["instanceSnapshotName"],
                availabilityZone=given["availabilityZone"],
                bundleId=given["bundleId"],
                tags=pairs({**tags, **attached_disks.disks_tag(mapping)}),
                **asked,
            ),
        )
        return action, answer

    def delete(self, seen: Seen) -> None:
        """Request the deletion of a disk, or of an instance and the disks restored with it, which are tagged first.

        Raises:
            Refused: if an instance is pending: its disks may not be visible yet.
        """
        client, name = self._clients.of(seen.region), seen.name
        if seen.kind == "Disk":
            call("lightsail:DeleteDisk", lambda: client.delete_disk(diskName=name))
            return
        if seen.state == PARTLY_DELETED:
            disks = seen.outputs["attachedDisks"]
        elif seen.phase is Phase.PENDING:
            raise Refused("its disks may not show yet", call="lightsail:DeleteInstance", code=seen.state)
        else:
            disks = self.disks_restored_with(seen)
            for disk in attached_disks.released(seen, self.listed(seen.region, "disks")):
                if disk not in disks:
                    self.untag(
                        Seen(name=disk, region=seen.region, kind="Disk"), list(attached_disks.marks(seen))
                    )
            for disk in disks:
                self.tag(Seen(name=disk, region=seen.region, kind="Disk"), attached_disks.marks(seen))
            self.delete_instance(seen.region, name)
        for disk in disks:
            self.delete_free_disk(seen.region, disk)

    def delete_instance(self, region: str, name: str) -> None:
        """Request the deletion of an instance, without the disks restored with it."""
        client = self._clients.of(region)
        call(
            "lightsail:DeleteInstance",
            lambda: client.delete_instance(instanceName=name, forceDeleteAddOns=True),
        )

    def disks_restored_with(self, instance: Seen) -> list[str]:
        """Return the names of the disks restored with an instance; wait for those of a new instance, as lists lag."""
        until = self._clock.now() + CREATION_GRACE
        while True:
            now = self._clock.now()
            found = attached_disks.restored_with(instance, self.listed(instance.region, "disks"), now=now)
            all_there = len(found) >= len(attached_disks.expected(instance))
            if all_there or now >= until or not attached_disks.is_young(instance, now=now):
                return found
            self._clock.sleep(_PAUSE)

    def delete_free_disk(self, region: str, name: str) -> None:
        """Delete a disk as soon as it is detached from a deleted instance; a missing disk is no error."""
        client, until = self._clients.of(region), self._clock.now() + DETACHING
        while True:
            try:
                call("lightsail:DeleteDisk", lambda: client.delete_disk(diskName=name))
            except NotFound:
                return
            except (Refused, Transient):
                if self._clock.now() > until:
                    raise
                self._clock.sleep(_PAUSE)
            else:
                return

    # Helpers

    def _raw(self, region: str, name: str, kind: str) -> Any:
        client = self._clients.of(region)
        try:
            if kind == "Instance":
                answer: Any = call("lightsail:GetInstance", lambda: client.get_instance(instanceName=name))
            else:
                answer = call("lightsail:GetDisk", lambda: client.get_disk(diskName=name))
        except NotFound:
            return None
        return member(answer, kind.lower(), f"lightsail:Get{kind}")

    def _left(self, region: str) -> list[Seen]:
        """Return the instances whose interrupted deletion has left disks."""
        if self.kinds[0] != "Instance":
            return []
        return attached_disks.left_of_instances(region, self.listed(region, "disks"))


def _seen(raw: Any, region: str, kind: str) -> Seen:
    state = (raw.get("state") or {}).get("name") if kind == "Instance" else raw.get("state")
    name, disks = raw.get("name", ""), (raw.get("hardware") or {}).get("disks") or []
    about: dict[str, Any] = {"sizeInGb": raw.get("sizeInGb")}
    if kind == "Instance":
        attached = sorted(each["name"] for each in disks if not each.get("isSystemDisk") and each.get("name"))
        about = {"publicIpAddress": raw.get("publicIpAddress"), "attachedDisks": attached}
    return Seen(
        name=name,
        region=region,
        kind=kind,
        ref=raw.get("arn"),
        key=key_of(name),
        state=state or "pending",
        phase=phase(state or "pending"),
        created_at=created_at(raw),
        size=raw.get("sizeInGb"),
        tags=tags_of(raw),
        outputs={"arn": raw.get("arn"), "resourceType": kind, **about},
    )


def _goes_with_ours(disk: Any, spec: Spec) -> bool:
    """Whether a disk is deleted with our instance of the same name, so that the disk's name becomes free."""
    if disk.get("attachedTo") == spec.name:
        return True
    left = attached_disks.left_of_instances(spec.region, [disk])
    return any(same_owner(each.tags.get(OWNER_TAG, ""), spec.owner) for each in left)


def _taken(spec: Spec, name: str, kind: str, what: str, otherwise: str = "") -> SourceError:
    return SourceError(
        f'{what}, "{name}", is taken in {spec.region}', f"a {kind} has it; names are shared by all types.",
        f"{spec.words.rename}{otherwise}.",
    )  # fmt: skip
