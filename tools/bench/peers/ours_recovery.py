"""Our recovery region for all sources."""

import os

from pulumi_snapcopy.lightsail import DisasterRecoveryRegion, Retention

DisasterRecoveryRegion(
    "dr",
    source_region="us-east-1",
    target_region="eu-west-1",
    protect=[f"source-{number:03}" for number in range(int(os.environ["COPIES"]))],
    keep=Retention(daily=int(os.environ["KEPT"])),
)
