"""Three copies from us-east-1 to eu-west-1: a manual snapshot, an automatic one by its date, and the latest one."""

import pulumi
from pulumi_snapcopy.lightsail import CopiedSnapshot

config = pulumi.Config()
regions = {
    "source_region": config.get("sourceRegion") or "us-east-1",
    "target_region": config.get("targetRegion") or "eu-west-1",
}

# A manual snapshot of an instance.
database = CopiedSnapshot(
    "db",
    source_snapshot_name=config.get("snapshot") or "db-before-upgrade",
    **regions,
)

# A disk's automatic snapshot of one date; the service keeps the latest seven.
disk = CopiedSnapshot(
    "data",
    source_resource_name=config.get("disk") or "data-1",
    restore_date=config.require("restoreDate"),
    tags={"team": "shop"},
    **regions,
)

# The latest automatic snapshot of an instance: settled as a date now, and copied once.
web = CopiedSnapshot(
    "web",
    source_resource_name=config.get("instance") or "web-1",
    use_latest_restorable_auto_snapshot=True,
    target_snapshot_name="web-1-dr",
    tags={"team": "shop"},
    **regions,
)

for copy, name in ((database, "db"), (disk, "data"), (web, "web")):
    pulumi.export(name, {"name": copy.target_snapshot_name, "state": copy.state, "sizeInGb": copy.size_in_gb})
pulumi.export("webIsOf", web.restored_date)
