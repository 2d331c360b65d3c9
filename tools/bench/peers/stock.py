"""The usual way in Pulumi: a self-written dynamic provider that polls every 5 seconds."""

import os
import time
from typing import Any

import boto3
from pulumi import ResourceOptions
from pulumi.dynamic import CreateResult, Resource, ResourceProvider


class CopyProvider(ResourceProvider):
    def create(self, props: dict[str, Any]) -> CreateResult:
        client = boto3.client("lightsail", region_name="eu-west-1")
        client.copy_snapshot(
            sourceRegion="us-east-1", sourceSnapshotName=props["source"], targetSnapshotName=props["target"]
        )
        while True:
            snapshot = client.get_instance_snapshot(instanceSnapshotName=props["target"])["instanceSnapshot"]
            if snapshot["state"] == "available":
                return CreateResult(props["target"], {**props, "arn": snapshot["arn"]})
            if snapshot["state"] == "error":
                raise RuntimeError(f"copying {props['source']} failed")
            time.sleep(5)

    def delete(self, id: str, props: dict[str, Any]) -> None:
        boto3.client("lightsail", region_name="eu-west-1").delete_instance_snapshot(instanceSnapshotName=id)


class Copy(Resource):
    def __init__(self, name: str, source: str, target: str, opts: ResourceOptions | None = None) -> None:
        super().__init__(CopyProvider(), name, {"source": source, "target": target, "arn": None}, opts)


for number in range(int(os.environ["COPIES"])):
    Copy(f"copy-{number:03}", source=f"source-{number:03}", target=f"copy-{number:03}")
