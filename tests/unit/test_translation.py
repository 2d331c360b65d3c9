"""Between Pulumi's property bags and ours."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from pulumi.runtime import rpc
from pulumi_snapcopy.core.fields import snake_case
from pulumi_snapcopy.core.model import Copy, Snapshot
from pulumi_snapcopy.core.rules.judgement import UNKNOWN
from pulumi_snapcopy.host.translation import copy_id, known, outputs, unknown_again
from pulumi_snapcopy.lightsail.fields import COPIED_SNAPSHOT

SNAPSHOT = Snapshot(
    name="db-1-copy", region="eu-west-1", resource_type="DiskSnapshot", state="completed", arn="arn:1", size_in_gb=32,
    created_at=datetime(2026, 11, 20, 9, 5, 1, 999, tzinfo=timezone.utc), from_resource_name="data-1",
)  # fmt: skip


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Write sourceSnapshotName alone.", "Write source_snapshot_name alone."),
        ("useLatestRestorableAutoSnapshot=True", "use_latest_restorable_auto_snapshot=True"),
        ("Leave restoreDate out", "Leave restore_date out"),
        ("adopt and trackLatest", "adopt and track_latest"),
        ("sourceSnapshotNames and mySourceRegion", "sourceSnapshotNames and mySourceRegion"),
    ],
)
def test_messages_spell_arguments_as_the_program_does(message: str, expected: str) -> None:
    """Whole names of arguments become snake_case; nothing else is touched."""
    assert COPIED_SNAPSHOT.pythonic(message) == expected
    assert snake_case("sizeInGb") == "size_in_gb"


def test_what_is_unknown_is_marked_and_comes_back() -> None:
    """The engine's marker, however deep, becomes ours and the engine's again."""
    wire: dict[str, Any] = {
        "sourceRegion": rpc.UNKNOWN, "tags": {"team": rpc.UNKNOWN, "cost": "7"}, "triggers": ["1", [rpc.UNKNOWN], {"a": None}],
        "adopt": False,
    }  # fmt: skip
    ours = known(wire)
    assert ours["sourceRegion"] is UNKNOWN and ours["tags"] == {"team": UNKNOWN, "cost": "7"}
    assert ours["triggers"] == ["1", [UNKNOWN], {"a": None}] and ours["adopt"] is False
    assert unknown_again(ours) == wire


def test_the_provider_and_what_is_not_given_are_left_out() -> None:
    """The core sees neither the serialized provider nor empty arguments."""
    assert known({"__provider": "abc", "tags": None, "sourceRegion": "us-east-1"}) == {
        "sourceRegion": "us-east-1"
    }


def test_outputs_are_the_inputs_and_what_the_service_says() -> None:
    """Every documented output is there, by the API's name; times are ISO 8601 in UTC."""
    found = outputs(
        {"sourceRegion": "us-east-1", "tags": {"a": "b"}}, Copy(snapshot=SNAPSHOT, operation_id="op-1")
    )
    assert found == {
        "sourceRegion": "us-east-1", "tags": {"a": "b"}, "arn": "arn:1", "state": "completed",
        "resourceType": "DiskSnapshot", "createdAt": "2026-11-20T09:05:01Z", "sizeInGb": 32,
        "fromResourceName": "data-1", "operationId": "op-1", "targetRegion": "eu-west-1",
        "targetSnapshotName": "db-1-copy",
    }  # fmt: skip
    assert copy_id(SNAPSHOT) == "eu-west-1/db-1-copy"


def test_outputs_hold_nothing_that_is_not_known_yet() -> None:
    """A half-made copy is told of as far as it is known; inputs stay."""
    half_made = Snapshot(name="copy", region="eu-west-1", resource_type="")
    found = outputs({"restoredDate": "2026-11-20"}, Copy(snapshot=half_made))
    assert found == {
        "restoredDate": "2026-11-20", "state": "pending", "targetRegion": "eu-west-1", "targetSnapshotName": "copy",
    }  # fmt: skip
