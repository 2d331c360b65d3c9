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
    """A source that completed a moment ago is read by its id while the filter lags."""
    asked: list[str] = []
    sources = _sources(by_filter=[], by_id=SOURCE, asked=asked)
    assert sources.get("us-east-1", "snap-1") == SOURCE
    assert asked == ["snap-1"]


def test_a_source_that_the_filter_shows_is_not_read_again() -> None:
    """A source that the filter shows isn't read by its id, so that one call serves all that ask at the same time."""
    asked: list[str] = []
    sources = _sources(by_filter=[SOURCE], by_id=None, asked=asked)
    assert sources.get("us-east-1", "snap-1") == SOURCE
    assert asked == []


def test_a_source_that_neither_filter_nor_id_shows_is_not_there() -> None:
    """A source that neither filter nor id shows is missing, and isn't asked for a third time."""
    asked: list[str] = []
    sources = _sources(by_filter=[], by_id=None, asked=asked)
    assert sources.get("us-east-1", "snap-1") is None
    assert asked == ["snap-1"]


@pytest.mark.parametrize("code", ["InvalidSnapshotID.Malformed", "InvalidParameterValue"])
def test_an_id_that_ec2_finds_malformed_is_of_no_source(monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """An id that EC2 finds malformed is a missing source, and not an error with EC2's refusal."""

    class Client:
        def describe_snapshots(self, **given: Any) -> Any:
            if "SnapshotIds" in given:
                raise ClientError({"Error": {"Code": code, "Message": "Invalid id"}}, "DescribeSnapshots")
            return {"Snapshots": []}

    service = Ec2(clock=FakeClock())
    monkeypatch.setattr(service._clients, "of", lambda region, **given: Client())
    assert service._sources.get("us-east-1", "snap-1") is None
