"""A region with copies that drills restore."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from typing import Any, Final

import psutil
import pytest
from pulumi_snapcopy.core.waiting import clock
from pulumi_snapcopy.emulator import Emulator, Settings

from tests.harness.served import EmulatedClock

SOURCE: Final = "us-east-1"
TARGET: Final = "eu-west-1"
OWNER = "shop/dev/dr@0000000000000001"
ROUTE = ("--source-region", SOURCE, "--target-region", TARGET)


def day(ago: int) -> str:
    """A date, so many days ago."""
    return str(datetime.now(timezone.utc).date() - timedelta(days=ago))


@pytest.fixture
def region(on_emulator: Emulator, clean: pytest.MonkeyPatch) -> Iterator[Any]:
    """A client of the target region, which holds copies of an instance with a disk, and of a disk.

    Drills in this process wait in the emulator's time, which passes at once.
    """
    clean.setattr(clock, "SystemClock", lambda: EmulatedClock(on_emulator))
    on_emulator.settings = Settings(copy_seconds=0)
    on_emulator.seed(
        {
            SOURCE: {
                "disks": [{"name": "logs-1"}],
                "instances": [{"name": "app-1", "attachedDisks": ["logs-1"], "automaticSnapshots": 7}],
            }
        }
    )
    client = on_emulator.client(TARGET)
    for source, ago in (("app-1", 3), ("app-1", 1), ("data-1", 0)):
        name = f"{source}-{day(ago)}"
        client.copy_snapshot(
            sourceRegion=SOURCE, sourceResourceName=source, restoreDate=day(ago), targetSnapshotName=name
        )
        tags = {"snapcopy:owner": OWNER, "snapcopy:source": f"{SOURCE}:{source}:{day(ago)}"}
        client.tag_resource(resourceName=name, tags=[{"key": k, "value": v} for k, v in tags.items()])
    # Somebody else's, of a newer date, and one of another region's source.
    on_emulator.put_snapshot(TARGET, "theirs", from_name="app-1", tags={})
    on_emulator.put_snapshot(
        TARGET, "of-another", from_name="app-1",
        tags={"snapcopy:owner": OWNER, "snapcopy:source": f"us-west-2:app-1:{day(0)}"},
    )  # fmt: skip
    yield client


def there(client: Any) -> set[str]:
    """The names of all instances and disks of the target region."""
    return {each["name"] for each in client.get_instances()["instances"] + client.get_disks()["disks"]}


def sends(emulator: Emulator) -> list[dict[str, Any]]:
    """The parameters of each restore of an instance."""
    return [dict(each.parameters) for each in emulator.calls("CreateInstancesFromSnapshot")]


def has_ended(process: int) -> bool:
    """Whether a process ends within seconds; one that was killed may be a zombie until somebody asks for it."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        with suppress(psutil.NoSuchProcess):
            if psutil.Process(process).status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.05)
                continue
        return True
    return False
