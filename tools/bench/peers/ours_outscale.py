"""Our provider on OUTSCALE: the program declares copies, the provider waits."""

import os

from pulumi_snapcopy.outscale import CopiedSnapshot

for number in range(int(os.environ["COPIES"])):
    CopiedSnapshot(
        f"copy-{number:03}",
        source_snapshot_id=f"snap-1{number:07x}",
        source_region_name=os.environ["SOURCE_REGION"],
    )
