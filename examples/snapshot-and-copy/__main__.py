"""A snapshot of a disk before a release, and its copy in another region: take, then copy, in one `pulumi up`."""

import pulumi
from pulumi_snapcopy.lightsail import CopiedSnapshot, DiskSnapshot, InstanceSnapshot

config = pulumi.Config()
source = config.get("sourceRegion") or "us-east-1"
target = config.get("targetRegion") or "eu-west-1"
release = config.get("release") or "1"

# What is written to the disk at this moment. Pause or unmount it first, if applications cache what they write.
disk = DiskSnapshot(
    "data",
    disk_name=config.get("disk") or "data-1",
    region=source,
    tags={"release": release},
    triggers=[release],  # a new release takes a new one, then deletes the old one
)

# An instance, with the disks that are attached to it.
instance = InstanceSnapshot(
    "web",
    instance_name=config.get("instance") or "web-1",
    region=source,
    tags={"release": release},
    triggers=[release],
)

for name, snapshot in (("data-dr", disk.disk_snapshot_name), ("web-dr", instance.instance_snapshot_name)):
    copy = CopiedSnapshot(
        name,
        source_snapshot_name=snapshot,
        source_region=source,
        target_region=target,
        tags={"release": release},
    )
    pulumi.export(name, {"name": copy.target_snapshot_name, "state": copy.state})
