"""Seeds: what they put into the account, and what is said of wrong ones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from pulumi_snapcopy.emulator import Backstage, SeedError

REGION = "us-east-1"


@pytest.fixture
def backstage() -> Iterator[Backstage]:
    """An empty account."""
    with mock_aws():
        yield Backstage()


def client() -> Any:
    """A client of the region that is seeded."""
    return boto3.client("lightsail", region_name=REGION)


def dates(resource: str) -> list[str]:
    """The dates of a resource's automatic snapshots, newest first."""
    found = client().get_auto_snapshots(resourceName=resource)["autoSnapshots"]
    return [details["date"] for details in found]


def test_number_of_automatic_snapshots_ends_today(backstage: Backstage) -> None:
    """A number N of automatic snapshots means the last N days, today included, in UTC; none is of the future."""
    before = datetime.now(timezone.utc).date()
    backstage.seed({REGION: {"instances": [{"name": "web-1", "automaticSnapshots": 3}]}})
    after = datetime.now(timezone.utc).date()

    assert dates("web-1") in [
        [(today - timedelta(days=days)).isoformat() for days in range(3)] for today in (before, after)
    ]
    found = client().get_auto_snapshots(resourceName="web-1")["autoSnapshots"]
    assert all(details["createdAt"] <= datetime.now(timezone.utc) for details in found)


def test_everything_a_seed_can_say(backstage: Backstage) -> None:
    """Instances, disks and snapshots come out as they were described, with defaults for what wasn't."""
    backstage.seed(
        {
            REGION: {
                "instanceSnapshots": [{"name": "db-before", "fromInstanceName": "db-1", "tags": {"a": "b"}}],
                "instances": [
                    {"name": "db-1", "blueprintId": "lamp_8", "bundleId": "large_3_0", "sizeInGb": 99},
                    {"name": "plain"},
                ],
                "disks": [{"name": "data-1", "automaticSnapshots": ["2026-11-20", "2026-11-18"]}],
                "diskSnapshots": [{"name": "full", "fromDiskName": "gone", "sizeInGb": 5, "state": "error"}],
            }
        }
    )

    snapshot = client().get_instance_snapshot(instanceSnapshotName="db-before")["instanceSnapshot"]
    assert (snapshot["fromBlueprintId"], snapshot["fromBundleId"]) == ("lamp_8", "large_3_0")
    assert (snapshot["sizeInGb"], snapshot["tags"]) == (99, [{"key": "a", "value": "b"}])
    assert client().get_instance(instanceName="plain")["instance"]["bundleId"] == "small_3_0"
    assert dates("data-1") == ["2026-11-20", "2026-11-18"]
    full = client().get_disk_snapshot(diskSnapshotName="full")["diskSnapshot"]
    assert (full["fromDiskName"], full["sizeInGb"], full["state"]) == ("gone", 5, "error")


def test_seeding_again_changes_nothing(backstage: Backstage, tmp_path: Path) -> None:
    """What is there already is left as it is; a file says the same as a dict."""
    seed: dict[str, Any] = {REGION: {"disks": [{"name": "data-1", "sizeInGb": 64}]}}
    backstage.seed(seed)
    first = client().get_disks()["disks"]
    seed[REGION]["disks"][0]["sizeInGb"] = 128
    seed[REGION]["disks"].append({"name": "data-2"})
    file = tmp_path / "seed.json"
    file.write_text(json.dumps(seed), encoding="utf-8")
    backstage.seed(file)

    again = client().get_disks()["disks"]
    assert (again[0], [disk["name"] for disk in again]) == (first[0], ["data-1", "data-2"])


WRONG: list[tuple[Any, str]] = [
    ([], "the seed: must be an object of regions"),
    ({"mars-1": {}}, "mars-1: is not one of Lightsail's regions, us-east-1,"),
    ({REGION: []}, "us-east-1: must be an object"),
    ({REGION: {"buckets": []}}, "us-east-1.buckets: is not known here; known are disks, instances,"),
    ({REGION: {"disks": {}}}, "us-east-1.disks: must be a list"),
    ({REGION: {"disks": ["data-1"]}}, "us-east-1.disks[0]: must be an object"),
    ({REGION: {"disks": [{}]}}, "us-east-1.disks[0]: has no name"),
    ({REGION: {"disks": [{"name": "ok"}, {"name": "-"}]}}, "us-east-1.disks[1].name: - is not a valid"),
    ({REGION: {"disks": [{"name": "ok", "size": 1}]}}, "us-east-1.disks[0].size: is not known here"),
    ({REGION: {"disks": [{"name": "ok", "sizeInGb": "8"}]}}, "us-east-1.disks[0].sizeInGb: must be"),
    ({REGION: {"disks": [{"name": "ok", "sizeInGb": 0}]}}, "us-east-1.disks[0].sizeInGb: is 0"),
    ({REGION: {"disks": [{"name": "ok", "tags": {"a": 1}}]}}, "us-east-1.disks[0].tags: must have strings"),
    ({REGION: {"disks": [{"name": "ok", "automaticSnapshots": True}]}}, "automaticSnapshots: must be"),
    (
        {REGION: {"disks": [{"name": "ok", "automaticSnapshots": -1}]}},
        "automaticSnapshots: is -1; write 0 to 7",
    ),
    (
        {REGION: {"disks": [{"name": "ok", "automaticSnapshots": 8}]}},
        "automaticSnapshots: is 8; write 0 to 7",
    ),
    (
        {REGION: {"disks": [{"name": "ok", "automaticSnapshots": ["2026-11-20", "2026-13-01"]}]}},
        "us-east-1.disks[0].automaticSnapshots[1]: '2026-13-01' is not a date; write YYYY-MM-DD",
    ),
    (
        {
            REGION: {
                "disks": [{"name": "ok", "automaticSnapshots": [{"date": "2026-11-20", "status": "So so"}]}]
            }
        },
        "us-east-1.disks[0].automaticSnapshots[0].status: is not one of Success,",
    ),
    (
        {REGION: {"instanceSnapshots": [{"name": "ok", "state": "completed"}]}},
        "us-east-1.instanceSnapshots[0].state: is 'completed', not one of pending, error, available",
    ),
    (
        {REGION: {"instances": [{"name": "same"}], "disks": [{"name": "same"}]}},
        "us-east-1.disks[0].name: same is already one of the region's instances",
    ),
]


@pytest.mark.parametrize(("seed", "said"), WRONG, ids=[said for _, said in WRONG])
def test_wrong_seed_is_refused_with_its_place(seed: Any, said: str, backstage: Backstage) -> None:
    """A wrong seed is refused with a sentence that names the place, and nothing of it is put in."""
    good = {"us-east-2": {"disks": [{"name": "good"}]}}
    with pytest.raises(SeedError) as caught:
        backstage.seed({**good, **seed} if isinstance(seed, dict) else seed)

    assert said in str(caught.value)
    assert boto3.client("lightsail", region_name="us-east-2").get_disks()["disks"] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, r"seed\.json can't be read"),
        ("{", r"seed\.json can't be read"),
        ('{"mars-1": {}}', r"seed\.json: mars-1: is not"),
    ],
)
def test_seed_file_that_is_wrong_is_named(
    text: str | None, said: str, tmp_path: Path, backstage: Backstage
) -> None:
    """A seed file that is missing, no JSON, or wrong is named: there can be several."""
    file = tmp_path / "seed.json"
    if text is not None:
        file.write_text(text, encoding="utf-8")

    with pytest.raises(SeedError, match=said):
        backstage.seed(str(file))


def test_backstage_says_what_isnt_there(backstage: Backstage) -> None:
    """What happens behind the service's back must happen to something that is there, in a way that there is."""
    backstage.seed({REGION: {"disks": [{"name": "data-1", "automaticSnapshots": ["2026-11-20"]}]}})

    with pytest.raises(KeyError, match="has no InstanceSnapshot or DiskSnapshot data-1"):
        backstage.set_state(REGION, "data-1", "error")
    with pytest.raises(KeyError, match="no automatic snapshot of 2026-11-19"):
        backstage.age_out(REGION, "data-1", "2026-11-19")
    with pytest.raises(ValueError, match="no kind of snapshot 'Snapshot'"):
        backstage.put_snapshot(REGION, "theirs", "Snapshot")
    with pytest.raises(ValueError, match="no InstanceSnapshot has the state 'completed'"):
        backstage.put_snapshot(REGION, "theirs", state="completed")
