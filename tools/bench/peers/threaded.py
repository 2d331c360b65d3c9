"""A boto3 script with a thread for every copy, polling every 5 seconds; existing copies are kept."""

import os
import time
from concurrent.futures import ThreadPoolExecutor

import boto3
from botocore.config import Config

COPIES = int(os.environ["COPIES"])
client = boto3.client("lightsail", region_name="eu-west-1", config=Config(max_pool_connections=COPIES))


def copy(number: int) -> str:
    source, target = f"source-{number:03}", f"copy-{number:03}"
    try:
        client.get_instance_snapshot(instanceSnapshotName=target)
    except client.exceptions.NotFoundException:
        client.copy_snapshot(sourceRegion="us-east-1", sourceSnapshotName=source, targetSnapshotName=target)
    while True:
        state = client.get_instance_snapshot(instanceSnapshotName=target)["instanceSnapshot"]["state"]
        if state == "available":
            return target
        if state == "error":
            raise RuntimeError(f"copying {source} failed")
        time.sleep(5)


with ThreadPoolExecutor(COPIES) as pool:
    for done in pool.map(copy, range(COPIES)):
        print(done)
