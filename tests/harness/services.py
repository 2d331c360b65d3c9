"""The services under test, a row each: how a resource of theirs is asked for, and how they are looked at from behind.

A test that holds for all of them takes a row as its parameter. A new service is one row more.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from pulumi_snapcopy.core.family import Family
from pulumi_snapcopy.core.service import Service
from pulumi_snapcopy.core.values import KEY_TAG
from pulumi_snapcopy.core.waiting.clock import Clock
from pulumi_snapcopy.ec2.family import CopiedSnapshots as Ec2Copies
from pulumi_snapcopy.ec2.family import FcuCopiedSnapshots
from pulumi_snapcopy.ec2.mark import key_in
from pulumi_snapcopy.ec2.service import Ec2
from pulumi_snapcopy.emulator import Emulator
from pulumi_snapcopy.emulator.blocks import CLOUDS
from pulumi_snapcopy.emulator.lightsail.models import all_backends
from pulumi_snapcopy.emulator.shared import now
from pulumi_snapcopy.lightsail.adapter import connect
from pulumi_snapcopy.lightsail.family import CopiedSnapshots as LightsailCopies
from pulumi_snapcopy.lightsail.restoring_family import RestoredDisks, RestoredInstances
from pulumi_snapcopy.lightsail.restoring_service import RestoringLightsail
from pulumi_snapcopy.lightsail.service import Lightsail
from pulumi_snapcopy.lightsail.taking_family import DiskSnapshots, InstanceSnapshots
from pulumi_snapcopy.lightsail.taking_service import TakingLightsail
from pulumi_snapcopy.outscale.family import CopiedSnapshots as OutscaleCopies
from pulumi_snapcopy.outscale.family import Snapshots as OutscaleSnapshots
from pulumi_snapcopy.outscale.service import Outscale

from .clients import LOGIN, connection
from .row import OUTSCALE, Codes, Row
from .target import Properties, Seen

HERE, THERE = "us-east-1", "eu-west-1"
FIRST, SECOND = "snap-0a1b2c3d", "snap-4e5f6071"
FIRST_OF_EC2, SECOND_OF_EC2 = "snap-0a1b2c3d4e5f60718", "snap-0f1e2d3c4b5a69788"
NAMESAKES = {"snapcopy:owner": "shop/dev/vol@fedcba9876543210", "snapcopy:source": f"{HERE}:other"}
"""The tags of what another stack of the same name has made."""
_ZONE = {"region": HERE, "availabilityZone": f"{HERE}b"}


# Lightsail


def _of_lightsail(*kinds: str) -> list[Seen]:
    at, found = now(), []
    for _, region, backend in all_backends():
        for each in list(backend.resources.values()):
            if each.kind not in kinds or (each.gone_at is not None and each.gone_at <= at):
                continue
            described = each.describe(at)
            state = described["state"]
            found.append(
                Seen(
                    name=each.name,
                    region=region,
                    arn=each.members["arn"],
                    kind=each.kind,
                    state=state["name"] if isinstance(state, dict) else str(state),
                    tags={tag["key"]: tag["value"] for tag in each.members["tags"]},
                )
            )
    return found


def _sources_of_lightsail(emulator: Emulator) -> None:
    emulator.seed(
        {
            HERE: {
                "instances": [
                    {"name": "web-1", "sizeInGb": 60, "attachedDisks": ["logs-1"]},
                    {"name": "web-2", "sizeInGb": 60},
                ],
                "disks": [
                    {"name": "logs-1", "sizeInGb": 8},
                    {"name": "data-1", "sizeInGb": 64},
                    {"name": "data-2", "sizeInGb": 64},
                    {"name": "data-full-restored-01234567", "sizeInGb": 64, "tags": NAMESAKES},
                ],
                "instanceSnapshots": [{"name": "db-1"}, {"name": "db-2"}],
            }
        }
    )
    for region in (HERE, THERE):
        emulator.put_snapshot(region, "web-1-manual-01234567", tags=NAMESAKES)
    # A snapshot of an instance with a disk can't be seeded.
    client = emulator.client(HERE)
    client.create_instance_snapshot(instanceName="web-1", instanceSnapshotName="web-full")
    client.create_disk_snapshot(diskName="data-1", diskSnapshotName="data-full")
    emulator.finish_copies()


_SNAPSHOTS = partial(_of_lightsail, "InstanceSnapshot", "DiskSnapshot")
_MACHINES = partial(_of_lightsail, "Instance", "Disk")


def _lightsail(name: str, family: Family, service: Callable[[Clock], Service], **more: Any) -> Row:
    return Row(
        name=name, emulated="lightsail", family=family, service=service, prepare=_sources_of_lightsail,
        tag="TagResource", untag="UntagResource",
        codes=Codes(throttled="ThrottlingException", failing="ServiceException", denied="AccessDeniedException"),
        **{"things": _SNAPSHOTS, **more},
    )  # fmt: skip


LIGHTSAIL_COPY = _lightsail(
    "lightsail-copy",
    LightsailCopies(),
    lambda clock: Lightsail(connect(LOGIN), clock=clock),
    request={"sourceSnapshotName": "db-1", "sourceRegion": HERE, "targetRegion": THERE},
    edit={"sourceSnapshotName": "db-2"},
    create="CopySnapshot",
    delete="DeleteInstanceSnapshot",
)
INSTANCE_SNAPSHOT = _lightsail(
    "lightsail-instance-snapshot",
    InstanceSnapshots(),
    lambda clock: TakingLightsail("InstanceSnapshot", connect(LOGIN), clock=clock),
    request={"instanceName": "web-1", "region": HERE},
    edit={"instanceName": "web-2"},
    create="CreateInstanceSnapshot",
    delete="DeleteInstanceSnapshot",
    tags_in_call=True,
    fails=False,
)
DISK_SNAPSHOT = _lightsail(
    "lightsail-disk-snapshot",
    DiskSnapshots(),
    lambda clock: TakingLightsail("DiskSnapshot", connect(LOGIN), clock=clock),
    request={"diskName": "data-1", "region": HERE},
    edit={"diskName": "data-2"},
    create="CreateDiskSnapshot",
    delete="DeleteDiskSnapshot",
    tags_in_call=True,
    fails=False,
)
RESTORED_INSTANCE = _lightsail(
    "lightsail-restored-instance",
    RestoredInstances(),
    lambda clock: RestoringLightsail("Instance", connect(LOGIN), clock=clock),
    request={"instanceSnapshotName": "web-full", "bundleId": "small_3_0", **_ZONE},
    edit={"bundleId": "medium_3_0"},
    create="CreateInstancesFromSnapshot",
    delete="DeleteInstance",
    things=_MACHINES,
    along=1,
    tags_in_call=True,
    fails=False,
)
RESTORED_DISK = _lightsail(
    "lightsail-restored-disk",
    RestoredDisks(),
    lambda clock: RestoringLightsail("Disk", connect(LOGIN), clock=clock),
    request={"diskSnapshotName": "data-full", "sizeInGb": 64, **_ZONE},
    edit={"sizeInGb": 128},
    create="CreateDiskFromSnapshot",
    delete="DeleteDisk",
    things=_MACHINES,
    tags_in_call=True,
    fails=False,
)

# EC2 and OUTSCALE


def _of_cloud(cloud: str) -> list[Seen]:
    at = now()
    return [
        Seen(
            name=each.id,
            region=region.name,
            arn=each.id,
            kind="Snapshot",
            state=each.state(at),
            tags=dict(each.tags),
            key=each.tags.get(KEY_TAG) or key_in(each.description) or (each.token or "").rpartition("-")[0],
        )
        for region in list(CLOUDS[cloud].regions.values())
        for each in sorted(region.snapshots.values(), key=lambda each: each.number)
        if each.gone_at is None or each.gone_at > at
    ]


def _sources_of_ec2(emulator: Emulator) -> None:
    for each in (FIRST_OF_EC2, SECOND_OF_EC2):
        emulator.ec2.put_snapshot(HERE, each, size=10, description="nightly")
    emulator.ec2.put_snapshot(THERE, tags={**NAMESAKES, "snapcopy:key": "0" * 32})


def _sources_of_outscale(emulator: Emulator) -> None:
    volumes = [{"id": each.replace("snap", "vol"), "size": 10} for each in (FIRST, SECOND)]
    snapshots = [{"id": each, "size": 10, "description": "nightly"} for each in (FIRST, SECOND)]
    emulator.seed({"outscale": {OUTSCALE: {"volumes": volumes, "snapshots": snapshots}}})
    emulator.outscale.put_snapshot(OUTSCALE, tags=NAMESAKES, description=f"x [snapcopy {'0' * 32}]")


_EC2 = Codes(throttled="RequestLimitExceeded", failing="InternalError", denied="UnauthorizedOperation")
_OAPI = Codes(throttled="6", failing="InternalError", denied="4120")

EC2_COPY = Row(
    name="ec2-copy",
    emulated="ec2",
    family=Ec2Copies(),
    service=lambda clock: Ec2(clock=clock, login=LOGIN),
    request={"sourceSnapshotId": FIRST_OF_EC2, "sourceRegion": HERE, "targetRegion": THERE},
    edit={"sourceSnapshotId": SECOND_OF_EC2},
    create="CopySnapshot",
    tag="CreateTags",
    untag="DeleteTags",
    delete="DeleteSnapshot",
    codes=_EC2,
    prepare=_sources_of_ec2,
    things=partial(_of_cloud, "ec2"),
    tags_in_call=True,
)
FCU_COPY = Row(
    name="fcu-copy",
    emulated="fcu",
    family=FcuCopiedSnapshots(),
    service=lambda clock: Ec2(clock=clock, login=LOGIN, fcu=True),
    request={"sourceSnapshotId": FIRST, "sourceRegion": OUTSCALE, "targetRegion": OUTSCALE},
    edit={"sourceSnapshotId": SECOND},
    create="CopySnapshot",
    tag="CreateTags",
    untag="DeleteTags",
    delete="DeleteSnapshot",
    codes=_EC2,
    prepare=_sources_of_outscale,
    things=partial(_of_cloud, "outscale"),
)


def _oapi(name: str, family: Family, request: Properties, edit: Properties) -> Row:
    return Row(
        name=name,
        emulated="outscale",
        family=family,
        service=lambda clock: Outscale(connection, clock=clock),
        request=request,
        edit=edit,
        create="CreateSnapshot",
        tag="CreateTags",
        untag="DeleteTags",
        delete="DeleteSnapshot",
        codes=_OAPI,
        prepare=_sources_of_outscale,
        things=partial(_of_cloud, "outscale"),
    )


OUTSCALE_COPY = _oapi(
    "outscale-copy",
    OutscaleCopies(),
    {"sourceSnapshotId": FIRST, "sourceRegionName": OUTSCALE},
    {"sourceSnapshotId": SECOND},
)
OUTSCALE_SNAPSHOT = _oapi(
    "outscale-snapshot",
    OutscaleSnapshots(),
    {"volumeId": FIRST.replace("snap", "vol")},
    {"volumeId": SECOND.replace("snap", "vol")},
)

ROWS = (
    LIGHTSAIL_COPY, INSTANCE_SNAPSHOT, DISK_SNAPSHOT, RESTORED_INSTANCE, RESTORED_DISK,
    EC2_COPY, FCU_COPY, OUTSCALE_COPY, OUTSCALE_SNAPSHOT,
)  # fmt: skip
BY_NAME = {each.name: each for each in ROWS}
ALIKE = (INSTANCE_SNAPSHOT, DISK_SNAPSHOT, RESTORED_DISK, OUTSCALE_SNAPSHOT)
"""Rows whose calls go the way of another row's, through the same adapter: long matrices take them in `make soak`."""
