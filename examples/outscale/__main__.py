"""A snapshot of a volume and a copy of it in one `pulumi up`, and a file from a bucket as a snapshot.

Credentials, region and endpoint are osc-sdk-python's own: OSC_ACCESS_KEY, OSC_SECRET_KEY, OSC_REGION, or a profile.
On the emulator: `snapcopy emulator --services outscale`.
"""

import pulumi
from pulumi_snapcopy.outscale import CopiedSnapshot, Snapshot

config = pulumi.Config()
region = config.get("region") or "eu-west-2"  # the account's own

taken = Snapshot(
    "data", volume_id=config.require("volumeId"), description="data, nightly", tags={"team": "shop"}
)

# The copy waits until the snapshot is complete: before that it would hold less.
copied = CopiedSnapshot("data-copy", source_snapshot_id=taken.snapshot_id, source_region_name=region)

pulumi.export("taken", taken.snapshot_id)
pulumi.export("copied", {"id": copied.snapshot_id, "state": copied.state, "sizeInGiB": copied.volume_size})

# pulumi config set --secret fileLocation 'https://oos.eu-west-2.outscale.com/bucket/disk.qcow2?…'
if location := config.get_secret("fileLocation"):
    imported = Snapshot("imported", file_location=location, snapshot_size=config.require_int("snapshotSize"))
    pulumi.export("imported", imported.snapshot_id)
