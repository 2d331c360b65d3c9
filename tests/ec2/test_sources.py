"""Reading sources: many at once in one call, and no single read believed that one isn't there."""

from __future__ import annotations

from typing import Any

from pulumi_snapcopy.ec2.sources import Sources

from tests.harness.scripted import FakeClock


def test_a_source_that_one_read_misses_is_read_again() -> None:
    """A filter may not show yet what was made seconds ago."""
    answers: list[list[dict[str, Any]]] = [[], [{"SnapshotId": "snap-1", "State": "completed"}]]
    sources = Sources(lambda region, **given: answers.pop(0), FakeClock())
    assert sources.get("us-east-1", "snap-1") == {"SnapshotId": "snap-1", "State": "completed"}
    assert answers == []


def test_a_source_that_two_reads_miss_is_not_there() -> None:
    """It isn't asked for a third time."""
    answers: list[list[dict[str, Any]]] = [[], []]
    sources = Sources(lambda region, **given: answers.pop(0), FakeClock())
    assert sources.get("us-east-1", "snap-1") is None and answers == []
