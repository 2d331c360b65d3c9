"""An encrypted copy of an EBS snapshot in a second region, and a copy of that copy in a third."""

import pulumi
from pulumi_snapcopy.ec2 import CopiedSnapshot

config = pulumi.Config()

volume = CopiedSnapshot(
    "volume",
    source_snapshot_id=config.require("snapshotId"),
    source_region=config.get("sourceRegion") or "us-east-1",
    target_region=config.get("targetRegion") or "eu-west-1",
    description="for disaster recovery",
    encrypted=True,  # without kms_key_id under the target region's default key, whatever the source's
    kms_key_id=config.get("kmsKeyId"),
    tags={"team": "shop"},
)

further = CopiedSnapshot(
    "further",
    source_snapshot_id=volume.snapshot_id,
    source_region=volume.target_region,
    target_region="eu-central-1",
)

pulumi.export("copy", {"id": volume.snapshot_id, "state": volume.state, "sizeInGiB": volume.volume_size})
pulumi.export("furtherCopy", further.arn)
