"""A region that holds restorable copies of each source, rolled by a retention; `pulumi up` once a day keeps it."""

from datetime import timedelta

import pulumi
from pulumi_snapcopy.lightsail import DisasterRecoveryRegion, Retention

config = pulumi.Config()
dr = DisasterRecoveryRegion(
    "dr",
    source_region="us-east-1",
    target_region="eu-west-1",
    protect=["web-1", "web-2", "data-1"],  # instances and disks with automatic snapshots
    keep=Retention(daily=7, weekly=4, monthly=6),
    max_age=timedelta(hours=30),
    max_prune=config.get_float("maxPrune") or 0.3,
    tags={"purpose": "disaster-recovery"},
)
pulumi.export("recoverTo", dr.newest)
pulumi.export("copies", dr.copies)
pulumi.export("gaps", dr.gaps)
pulumi.export("includes", dr.includes)
