"""A second region that holds a copy of each source's latest automatic snapshot; `pulumi up` once a day renews them."""

import pulumi
from pulumi_snapcopy.lightsail import CopiedSnapshot

SOURCES = ["web-1", "web-2", "data-1"]  # instances and disks with automatic snapshots

copies = {
    source: CopiedSnapshot(
        source,
        source_resource_name=source,
        use_latest_restorable_auto_snapshot=True,
        track_latest=True,  # a newer automatic snapshot is copied first, the older copy goes then
        source_region="us-east-1",
        target_region="eu-west-1",
        tags={"purpose": "disaster-recovery"},
    )
    for source in SOURCES
}
pulumi.export("recoverTo", {source: copy.restored_date for source, copy in copies.items()})
