"""Our provider on Lightsail: the program declares copies, the provider waits."""

import os

from pulumi_snapcopy.lightsail import CopiedSnapshot

for number in range(int(os.environ["COPIES"])):
    CopiedSnapshot(
        f"copy-{number:03}",
        source_snapshot_name=f"source-{number:03}",
        target_snapshot_name=f"copy-{number:03}",
        source_region="us-east-1",
        target_region="eu-west-1",
    )
