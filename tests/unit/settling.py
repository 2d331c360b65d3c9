"""What the tests of settling, of differences and of the state share: requests, and what is asked for the latest."""

from __future__ import annotations

from typing import Any

from pulumi_snapcopy.core.settle import Differences
from pulumi_snapcopy.core.settle import differences as differences_of
from pulumi_snapcopy.core.settle import settle as settle_as
from pulumi_snapcopy.lightsail.family import CopiedSnapshots

from tests.harness.program import urn

FAMILY = CopiedSnapshots()
IDENTITY = "0123456789abcdef"
OURS = {"snapcopy": {"identity": IDENTITY}}
MANUAL = {"sourceSnapshotName": "db-1", "sourceRegion": "us-east-1", "targetRegion": "eu-west-1", **OURS}
DATED = {
    "sourceResourceName": "web-1", "restoreDate": "2026-11-20", "sourceRegion": "us-east-1",
    "targetRegion": "eu-west-1", **OURS,
}  # fmt: skip
LATEST = {
    **{key: value for key, value in DATED.items() if key != "restoreDate"},
    "useLatestRestorableAutoSnapshot": True,
}
KEY = "19527646"
DATED_NAME = f"web-1-2026-11-20-{KEY}"


class Latest:
    """Answers with a date, and counts who asked."""

    def __init__(self, date: str | None = "2026-11-20") -> None:
        self.date = date
        self.asked: list[tuple[str, str]] = []

    def __call__(self, region: str, resource: str) -> str | None:
        self.asked.append((region, resource))
        return self.date

    latest = __call__


class Never:
    """Fails the test that asks."""

    def latest(self, region: str, resource: str) -> str | None:
        raise AssertionError(f"asked for the latest of {resource} in {region}")


never = Never()


def settle(olds: dict[str, Any], news: dict[str, Any], *, latest: Any, name: str = "web") -> dict[str, Any]:
    """Settle the inputs of the declaration of this name."""
    return settle_as(FAMILY, urn(name), olds, news, ask=lambda region, call: call(latest))


def differences(olds: dict[str, Any], news: dict[str, Any]) -> Differences:
    """Compare."""
    return differences_of(FAMILY, olds, news)


def outputs(settled: dict[str, Any], state: str = "available", **found: Any) -> dict[str, Any]:
    """What the state holds of a copy that was made of settled inputs."""
    return {**settled, "state": state, "arn": "arn:1", **found}


def settled(news: dict[str, Any], date: str | None = "2026-11-20") -> dict[str, Any]:
    """Inputs of a new resource, settled."""
    return settle({}, news, latest=Latest(date))
