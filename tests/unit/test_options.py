"""Pulumi's own options of a resource, and dates, as its constructor takes them; the CLI prints a RunError without traceback."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal
from pathlib import Path
from typing import Any

import pulumi
import pytest
from pulumi_snapcopy.core.fields import Change, Field, Type
from pulumi_snapcopy.host.resource import _engine_timeouts, _plain, timeouts
from pulumi_snapcopy.lightsail import CopiedSnapshot, DisasterRecoveryRegion, RestoredInstance, Retention

IMPORT = pulumi.ResourceOptions(import_="eu-west-1/db-dr")
TIMEOUTS: Any = pulumi.ResourceOptions(custom_timeouts="90m")  # type: ignore[arg-type]
TIME: Any = datetime(2026, 11, 20, 3)
ROUTE: Any = {"source_region": "us-east-1", "target_region": "eu-west-1"}
TRIGGERS = Field(name="triggers", type=Type.LIST, meaning="", change=Change.REPLACE)


def timed(**given: Any) -> pulumi.ResourceOptions:
    """Options with these timeouts."""
    return pulumi.ResourceOptions(custom_timeouts=given)  # type: ignore[arg-type]


def test_dates_inside_of_lists_and_mappings_are_texts() -> None:
    """Dates within lists and mappings become ISO text, also within values that aren't known yet."""
    day = date(2026, 11, 20)
    assert _plain([day, {"at": TIME, "of": (day, None, 7)}], TRIGGERS, "noun") == [
        "2026-11-20", {"at": "2026-11-20T03:00:00", "of": ["2026-11-20", None, 7]},
    ]  # fmt: skip

    async def later() -> Any:
        (text,) = _plain([pulumi.Output.from_input(day)], TRIGGERS, "noun")
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
        (
            {"restore_date": TIME.replace(tzinfo=timezone(timedelta(hours=9)))},
            "restore_date is a date",
            "Write datetime.date(2026, 11, 19).",  # dates of automatic snapshots are in UTC
        ),
        (
            {"source_snapshot_name": TIME},
            "source_snapshot_name must be a string",
            "it is datetime.datetime(2026",
        ),
        ({"restore_date": time(3)}, "restore_date must be a date, YYYY-MM-DD", "it is datetime.time(3, 0)"),
        ({"source_snapshot_name": b"db"}, "source_snapshot_name must be a string", "it is b'db'."),
        (
            {"source_snapshot_name": Path("db")},
            "source_snapshot_name must be a string",
            "it is PosixPath('db').",
        ),
        ({"triggers": {1}}, "triggers must be a list", "it is {1}."),
        ({"triggers": [{1}]}, "triggers: a value of type set can't be kept", "Write strings, numbers, "),
        ({"triggers": [Decimal(1)]}, "can't be kept in the state", "Write strings, numbers, "),
        (
            {"triggers": [float("nan")]},
            "triggers: nan can't be kept in the state",
            "Write strings, numbers, ",
        ),
        (
            {"triggers": [{"file": pulumi.FileAsset("x")}]},
            "an asset can't be kept",
            "Write a hash of its content",
        ),
        ({"tags": {1: "a"}}, "tags: the key 1 is no string", "Write '1'."),
        (
            {"opts": timed(create="5 hours")},
            "custom_timeouts: create: '5 hours' is not a duration",
            "Write one such",
        ),
        ({"opts": timed(create="")}, "create: '' is not a duration", "Write one such"),
        ({"opts": timed(create=0)}, "create: 0 is not a duration", "or a number of seconds above 0."),
        ({"opts": timed(creat="1h")}, "'creat' has no timeout", "Did you mean create?"),
        ({"opts": "protect"}, "opts must be pulumi.ResourceOptions(…)", "it is 'protect'."),
    ],
)
def test_what_cannot_be_taken_is_refused_with_what_to_write_instead(
    arguments: dict[str, Any], why: str, instead: str
) -> None:
    """An argument or option that can't be used is refused in the program, with the resource's name and what to write."""
    with pytest.raises(pulumi.RunError) as refused:
        CopiedSnapshot("db", **{**ROUTE, **arguments})
    told = str(refused.value)
    assert told.startswith('CopiedSnapshot "db"') and why in told and instead in told


def test_a_timeout_that_is_an_output_is_refused() -> None:
    """A timeout has to be known before the program runs."""

    async def declare() -> None:
        CopiedSnapshot("db", **ROUTE, opts=timed(create=pulumi.Output.from_input("1h")))

    with pytest.raises(pulumi.RunError, match=r"is not a duration\. Write one such"):
        asyncio.run(declare())


def test_a_secret_of_a_wrong_type_is_refused_without_being_quoted() -> None:
    """A secret argument of a wrong type is refused without its value, which the SDK's own error would show."""
    with pytest.raises(pulumi.RunError) as refused:
        RestoredInstance(
            "web",
            instance_snapshot_name="web-dr",
            availability_zone="eu-west-1a",
            bundle_id="small_3_0",
            user_data=b"password",  # type: ignore[arg-type]
        )
    assert str(refused.value) == 'RestoredInstance "web": user_data must be a string; it is of type bytes.'


@pytest.mark.parametrize(
    ("given", "kept", "engine"),
    [
        ("90m", "90m", "5400.000s"), ("1h 30m", "1h 30m", "5400.000s"), ("2d", "2d", "172800.000s"),
        (90, 90, "90.000s"), (0.5, 0.5, "0.500s"), (timedelta(hours=1), 3600.0, "3600.000s"),
    ],
)  # fmt: skip
def test_timeouts_are_durations_of_any_form_and_the_engine_gets_one_that_it_reads(
    given: Any, kept: Any, engine: str
) -> None:
    """Timeouts may be numbers, texts with spaces, or days; the engine gets durations in its own form."""
    wait = timeouts({"create": given, "delete": None}, "noun")
    assert wait == {"create": kept}
    assert _engine_timeouts(wait).create == engine


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"target_region": "EU-WEST-1"}, "target_region: Lightsail has no region 'EU-WEST-1'"),
        ({"source_region": "us-east-9"}, "source_region: Lightsail has no region 'us-east-9'"),
        ({"max_age": timedelta(0)}, "max_age must be a timedelta above zero"),
        (
            {"max_age": "30h"},
            "max_age must be a timedelta above zero, such as timedelta(hours=26), not '30h'.",
        ),
        (
            {"opts": {"protect": True}},
            "opts must be pulumi.ResourceOptions(…); it is {'protect': True}.",
        ),
    ],
)
def test_a_recovery_region_refuses_a_wrong_argument_before_it_asks_the_service(
    arguments: dict[str, Any], said: str
) -> None:
    """A DisasterRecoveryRegion with a wrong argument is refused before the service is asked: an unknown region has no endpoint."""
    with pytest.raises(pulumi.RunError) as refused:
        DisasterRecoveryRegion("dr", protect="all", keep=Retention(daily=7), **{**ROUTE, **arguments})
    assert str(refused.value).startswith('DisasterRecoveryRegion "dr": ') and said in str(refused.value)


@pytest.mark.parametrize(
    ("counts", "said"),
    [
        ({}, "Retention: at least one of last, daily, weekly, monthly, yearly must be more than 0"),
        ({"daily": "7"}, "Retention: daily must be a whole number of 0 or more, not '7'."),
        ({"weekly": -1}, "Retention: weekly must be a whole number of 0 or more, not -1."),
    ],
)
def test_a_retention_that_keeps_nothing_is_refused_in_the_program(counts: dict[str, Any], said: str) -> None:
    """Like the recovery region's own refusals: the program that writes it ends with the sentence alone."""
    with pytest.raises(pulumi.RunError) as refused:
        Retention(**counts)
    assert str(refused.value).startswith(said)
