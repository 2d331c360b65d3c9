"""An EC2 or FCU script that starts all copies one by one, then polls each; copies are recognized by description."""

import os
import time

import boto3

source_region, target_region = os.environ["SOURCE_REGION"], os.environ["TARGET_REGION"]
client = boto3.client("ec2", region_name=target_region)
pending = []

for number in range(int(os.environ["COPIES"])):
    name = f"copy-{number:03}"
    there = client.describe_snapshots(OwnerIds=["self"], Filters=[{"Name": "description", "Values": [name]}])
    if not there["Snapshots"]:
        copy = client.copy_snapshot(
            SourceRegion=source_region, SourceSnapshotId=f"snap-1{number:07x}", Description=name
        )
        pending.append(copy["SnapshotId"])

for target in pending:
    while True:
        state = client.describe_snapshots(SnapshotIds=[target])["Snapshots"][0]["State"]
        if state == "completed":
            break
        if state == "error":
            raise SystemExit(f"{target} failed")
        time.sleep(5)
