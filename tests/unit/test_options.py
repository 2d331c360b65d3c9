"""Pulumi's own options of a resource, and dates, as its constructor takes them; the CLI prints a RunError without traceback."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pulumi
import pytest
from pulumi_snapcopy.lightsail import CopiedSnapshot

IMPORT = pulumi.ResourceOptions(import_="eu-west-1/db-dr")
TIMEOUTS: Any = pulumi.ResourceOptions(custom_timeouts="90m")  # type: ignore[arg-type]
TIME: Any = datetime(2026, 11, 20, 3)


@pytest.mark.parametrize(
    ("arguments", "why", "instead"),
    [
        (
            {"opts": IMPORT},
            "dynamic resources can't be imported",
            "leave import_ out and write adopt=True and its name.",
        ),
        (
            {"opts": TIMEOUTS},
            "custom_timeouts must be CustomTimeouts or a mapping",
            'Write custom_timeouts={"create": "90m"}.',
        ),
        ({"restore_date": TIME}, "restore_date is a date", "Write datetime.date(2026, 11, 20)."),
    ],
)
def test_what_cannot_be_taken_is_refused_with_what_to_write_instead(
    arguments: dict[str, Any], why: str, instead: str
) -> None:
    """At once, in the program, with the resource's name."""
    with pytest.raises(pulumi.RunError) as refused:
        CopiedSnapshot("db", source_region="us-east-1", target_region="eu-west-1", **arguments)
    told = str(refused.value)
    assert told.startswith('CopiedSnapshot "db"') and why in told and instead in told
