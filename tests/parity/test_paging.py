"""Lists come in pages, as botocore's paginators and the service's own tokens take them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import botocore.session
import pytest
from pulumi_snapcopy.emulator import Emulator

PAGINATED = {
    "GetInstanceSnapshots": "instanceSnapshots",
    "GetDiskSnapshots": "diskSnapshots",
    "GetInstances": "instances",
    "GetDisks": "disks",
    "GetOperations": "operations",
}


def fill(emulator: Emulator, count: int) -> None:
    """So many more of everything in a region that was empty."""
    names = range(count)
    emulator.seed(
        {
            "eu-west-1": {
                "instances": [{"name": f"instance-{n}"} for n in names],
                "disks": [{"name": f"disk-{n}"} for n in names],
                "instanceSnapshots": [{"name": f"instance-snapshot-{n}"} for n in names],
                "diskSnapshots": [{"name": f"disk-snapshot-{n}"} for n in names],
            }
        }
    )
    client = emulator.client("eu-west-1")
    for n in names:
        client.tag_resource(resourceName=f"disk-{n}", tags=[{"key": "number", "value": str(n)}])


@pytest.mark.parametrize("operation", PAGINATED)
def test_paginators_walk_all_pages(operation: str, emulator: Emulator) -> None:
    """botocore's paginators get everything once, oldest first, and no token with the last page."""
    fill(emulator, 7)
    emulator.settings = replace(emulator.settings, page_size=3)
    snake_case = botocore.session.get_session().get_paginator_model("lightsail")
    assert snake_case.get_paginator(operation)["output_token"] == "nextPageToken"

    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in operation).lstrip("_")
    client: Any = emulator.client("eu-west-1")
    pages = list(client.get_paginator(name).paginate())

    member = PAGINATED[operation]
    assert [len(page[member]) for page in pages] == [3, 3, 1]
    assert "nextPageToken" not in pages[-1]
    identities = [item.get("name") or item["resourceName"] for page in pages for item in page[member]]
    assert [int(identity.rpartition("-")[2]) for identity in identities] == list(range(7))


def test_pages_have_hundred_and_two_hundred_items(emulator: Emulator) -> None:
    """Unless set otherwise a page has 100 items, and 200 operations."""
    fill(emulator, 201)
    client = emulator.client("eu-west-1")

    assert len(client.get_disk_snapshots()["diskSnapshots"]) == 100
    assert len(client.get_operations()["operations"]) == 200


def test_last_full_page_has_no_token(emulator: Emulator) -> None:
    """A list that fills its page exactly has no next one."""
    fill(emulator, 3)
    emulator.settings = replace(emulator.settings, page_size=3)

    assert "nextPageToken" not in emulator.client("eu-west-1").get_disks()


def test_operations_of_a_resource_are_newest_first(emulator: Emulator) -> None:
    """GetOperationsForResource has no paginator, but tokens; it begins with the newest."""
    client = emulator.client("us-west-2")
    for key in ("first", "second", "third"):
        client.tag_resource(resourceName="Disk-1", tags=[{"key": key, "value": "x"}])
    made = [operation["id"] for operation in client.get_operations()["operations"]]
    emulator.settings = replace(emulator.settings, page_size=2)

    one = client.get_operations_for_resource(resourceName="Disk-1")
    two = client.get_operations_for_resource(resourceName="Disk-1", pageToken=one["nextPageToken"])

    assert [operation["id"] for operation in one["operations"] + two["operations"]] == made[::-1]
    assert "nextPageToken" not in two


@pytest.mark.parametrize("deleted", ["disk-0", "disk-2", "disk-3"])
def test_deleting_between_pages_hides_nothing_else(deleted: str, emulator: Emulator) -> None:
    """What is deleted while somebody walks the pages makes no other item disappear from them."""
    fill(emulator, 6)
    emulator.settings = replace(emulator.settings, page_size=3)
    client = emulator.client("eu-west-1")

    one = client.get_disks()
    client.delete_disk(diskName=deleted)
    two = client.get_disks(pageToken=one["nextPageToken"])

    seen = [disk["name"] for disk in one["disks"] + two["disks"]]
    expected = {f"disk-{n}" for n in range(6)} - ({"disk-3"} if deleted == "disk-3" else set())
    assert set(seen) == expected


def test_operations_outlive_their_resource(emulator: Emulator) -> None:
    """A deleted resource still has its operations; one that never was has none."""
    client = emulator.client("us-west-2")
    client.delete_disk(diskName="Disk-1")

    operations = client.get_operations_for_resource(resourceName="Disk-1")["operations"]
    assert [operation["operationType"] for operation in operations] == ["DeleteDisk"]
    with pytest.raises(client.exceptions.NotFoundException):
        client.get_operations_for_resource(resourceName="never-was")
    with pytest.raises(client.exceptions.NotFoundException):
        client.get_operation(operationId="never-was")
