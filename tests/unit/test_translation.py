"""Between Pulumi's property bags and ours."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi.runtime import rpc
from pulumi_snapcopy.core.fields import snake_case
from pulumi_snapcopy.core.rules.judgement import UNKNOWN
from pulumi_snapcopy.host.translation import known, unknown_again
from pulumi_snapcopy.lightsail.fields import COPIED_SNAPSHOT


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
    """The engine's marker of unknown values becomes ours, at any depth, and the engine's again on the way back."""
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
