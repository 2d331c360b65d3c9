"""An osc-sdk-python script that starts all copies one by one, then polls each; copies are recognized by description."""

import os
import time

from osc_sdk_python import Gateway

gateway = Gateway(limiter_max_requests=int(os.environ["SNAPCOPY_REQUESTS_PER_SECOND"]))
pending = []

for number in range(int(os.environ["COPIES"])):
    name, source = f"copy-{number:03}", f"snap-1{number:07x}"
    if not gateway.ReadSnapshots(Filters={"Descriptions": [name]})["Snapshots"]:
        made = gateway.CreateSnapshot(
            SourceSnapshotId=source, SourceRegionName=os.environ["SOURCE_REGION"], Description=name
        )
        pending.append(made["Snapshot"]["SnapshotId"])

for target in pending:
    while True:
        state = gateway.ReadSnapshots(Filters={"SnapshotIds": [target]})["Snapshots"][0]["State"]
        if state == "completed":
            break
        if state == "error":
            raise SystemExit(f"{target} failed")
        time.sleep(5)
