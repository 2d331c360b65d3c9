"""Reading sources: many at once in one call, and no single read believed that one isn't there."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError
from pulumi_snapcopy.ec2.service import Ec2
from pulumi_snapcopy.ec2.sources import Raw, SourceReader

from tests.harness.scripted import FakeClock

SOURCE = {"SnapshotId": "snap-1", "State": "completed"}


def _sources(*, by_filter: list[dict[str, Any]], by_id: Raw | None, asked: list[str]) -> SourceReader:
    def read(region: str, id_: str) -> Raw | None:
        asked.append(id_)
        return by_id

    return SourceReader(lambda region, **given: by_filter, read, FakeClock())


def test_a_source_that_the_filter_does_not_show_yet_is_read_by_its_id() -> None:
    """The filter may lag behind a copy that completed a moment ago, for longer than two reads of it take."""
    asked: list[str] = []
    sources = _sources(by_filter=[], by_id=SOURCE, asked=asked)
    assert sources.get("us-east-1", "snap-1") == SOURCE
    assert asked == ["snap-1"]


def test_a_source_that_the_filter_shows_is_not_read_again() -> None:
    """One call serves all that ask at the same time."""
    asked: list[str] = []
    sources = _sources(by_filter=[SOURCE], by_id=None, asked=asked)
    assert sources.get("us-east-1", "snap-1") == SOURCE
    assert asked == []


def test_a_source_that_neither_filter_nor_id_shows_is_not_there() -> None:
    """It isn't asked for a third time."""
    asked: list[str] = []
    sources = _sources(by_filter=[], by_id=None, asked=asked)
    assert sources.get("us-east-1", "snap-1") is None
    assert asked == ["snap-1"]


@pytest.mark.parametrize("code", ["InvalidSnapshotID.Malformed", "InvalidParameterValue"])
def test_an_id_that_ec2_finds_malformed_is_of_no_source(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """Some ids of the right shape are malformed to EC2: what there is instead says more than its refusal."""

    class Client:
        def describe_snapshots(self, **given: Any) -> Any:
            if "SnapshotIds" in given:
                raise ClientError({"Error": {"Code": code, "Message": "Invalid id"}}, "DescribeSnapshots")
            return {"Snapshots": []}

    service = Ec2(clock=FakeClock())
    monkeypatch.setattr(service._clients, "of", lambda region, **given: Client())
    assert service._sources.get("us-east-1", "snap-1") is None
