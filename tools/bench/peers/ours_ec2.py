"""Our provider on EC2 or FCU: the program declares copies, the provider waits."""

import os

from pulumi_snapcopy.ec2 import CopiedSnapshot

for number in range(int(os.environ["COPIES"])):
    CopiedSnapshot(
        f"copy-{number:03}",
        source_snapshot_id=f"snap-1{number:07x}",
        source_region=os.environ["SOURCE_REGION"],
        target_region=os.environ["TARGET_REGION"],
    )
