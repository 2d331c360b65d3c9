"""Pulumi's own options of a resource, and dates, as its constructor takes them; the CLI prints a RunError without traceback."""

from __future__ import annotations

import asyncio
from datetime import date, datetime
from typing import Any

import pulumi
import pytest
from pulumi_snapcopy.host.resource import _plain
from pulumi_snapcopy.lightsail import CopiedSnapshot

IMPORT = pulumi.ResourceOptions(import_="eu-west-1/db-dr")
TIMEOUTS: Any = pulumi.ResourceOptions(custom_timeouts="90m")  # type: ignore[arg-type]
TIME: Any = datetime(2026, 11, 20, 3)


def test_dates_inside_of_lists_and_mappings_are_texts() -> None:
    """Triggers may be any values; a time has a form of its own there. What isn't known yet is turned when it is."""
    day = date(2026, 11, 20)
    assert _plain([day, {"at": TIME, "of": (day, None, 7)}], "triggers") == [
        "2026-11-20", {"at": "2026-11-20T03:00:00", "of": ["2026-11-20", None, 7]},
    ]  # fmt: skip

    async def later() -> Any:
        (text,) = _plain([pulumi.Output.from_input(day)], "triggers")
        return await text.future()

    assert asyncio.run(later()) == "2026-11-20"


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
