"""A boto3 script that starts all copies one by one, then polls each until it is complete; existing copies are kept."""

import os
import time

import boto3

client = boto3.client("lightsail", region_name="eu-west-1")
pending = []

for number in range(int(os.environ["COPIES"])):
    source, target = f"source-{number:03}", f"copy-{number:03}"
    try:
        client.get_instance_snapshot(instanceSnapshotName=target)
    except client.exceptions.NotFoundException:
        client.copy_snapshot(sourceRegion="us-east-1", sourceSnapshotName=source, targetSnapshotName=target)
        pending.append(target)

for target in pending:
    while True:
        state = client.get_instance_snapshot(instanceSnapshotName=target)["instanceSnapshot"]["state"]
        if state == "available":
            break
        if state == "error":
            raise SystemExit(f"{target} failed")
        time.sleep(5)
