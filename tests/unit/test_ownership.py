"""Whose a snapshot is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from pulumi_snapcopy.core.copying.ownership import (
    Claim,
    claim,
    has_derived_name,
    proves,
    records_the_half_made,
    serves,
)
from pulumi_snapcopy.core.model import OWNER_TAG, SOURCE_TAG, CopyRequest, Operation, Snapshot

REQUEST = CopyRequest(
    resource="web", owner="shop/dev/web", source_region="us-east-1", target_region="eu-west-1",
    source_resource_name="web-1", restore_date="2026-11-20", target_snapshot_name="mine", timeout=3600,
)  # fmt: skip
DERIVED = "web-1-2026-11-20-29ad5a23"
NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
RECORD = Operation(id="1", type="CopySnapshot", status="Started", details="us-east-1:web-1", created_at=NOW)


def snapshot(*, name: str = "mine", arn: str | None = "arn:1", owner: str | None = None) -> Snapshot:
    """What bears the name."""
    tags = {"team": "shop"} | ({OWNER_TAG: owner} if owner is not None else {})
    return Snapshot(name=name, region="eu-west-1", resource_type="InstanceSnapshot", arn=arn, tags=tags)


@pytest.mark.parametrize(
    ("name", "owner", "known_arn", "former_owner", "expected"),
    [
        # The tag decides where there is one.
        ("mine", "shop/dev/web", None, None, Claim.OURS),
        ("mine", "shop/dev/web", "arn:2", None, Claim.OURS),
        ("mine", "shop/old/web", None, "shop/old/web", Claim.OURS),
        ("mine", "shop/old/web", None, None, Claim.FOREIGN),
        ("mine", "shop/dev/web2", "arn:1", None, Claim.FOREIGN),
        ("mine", "SHOP/dev/web", None, None, Claim.FOREIGN),
        ("mine", "", None, None, Claim.FOREIGN),
        (DERIVED, "shop/prod/web", None, None, Claim.FOREIGN),
        # Then the ARN that the state holds.
        ("mine", None, "arn:1", None, Claim.OURS),
        ("mine", None, "arn:2", None, Claim.UNPROVEN),
        (DERIVED, None, "arn:2", None, Claim.UNPROVEN),
        # Then the hex; an explicit name proves nothing.
        (DERIVED, None, None, None, Claim.OURS),
        ("web-1-2026-11-19-29ad5a23", None, None, None, Claim.OURS),
        ("web-1-2026-11-20-00000000", None, None, None, Claim.UNPROVEN),
        ("mine", None, None, None, Claim.UNPROVEN),
        ("mine", None, None, "shop/old/web", Claim.UNPROVEN),
    ],
)
def test_the_tag_then_the_arn_then_the_hex_say_whose_it_is(
    name: str, owner: str | None, known_arn: str | None, former_owner: str | None, expected: Claim
) -> None:
    """The owner tag, else the ARN in the state, else the hex of a derived name; else nothing is proven."""
    request = replace(REQUEST, known_arn=known_arn, former_owner=former_owner)
    assert claim(request, snapshot(name=name, owner=owner)) is expected


def test_an_arn_that_is_not_shown_proves_nothing() -> None:
    """A snapshot without an ARN isn't the one whose ARN the state holds."""
    assert claim(replace(REQUEST, known_arn="arn:1"), snapshot(arn=None)) is Claim.UNPROVEN


@pytest.mark.parametrize(
    ("changes", "age", "expected"),
    [
        ({}, 60, True),
        ({}, 3599, True),
        ({}, 3601, False),
        ({"type": "CreateInstanceSnapshot"}, 60, False),
        ({"details": "us-east-2:web-1"}, 60, False),
        ({"details": "us-east-1:web-2"}, 60, False),
        ({"details": ""}, 60, False),
        ({"status": "Failed"}, 60, True),
    ],
)
def test_the_services_record_proves_a_run_that_was_cut_off(
    changes: dict[str, str], age: float, expected: bool
) -> None:
    """A copy of the same source and region, younger than the time-out."""
    record = replace(RECORD, **changes)  # type: ignore[arg-type]
    assert proves(REQUEST, record, snapshot(), now=NOW.timestamp() + age) is expected


def test_a_record_proves_nothing_of_what_was_made_after_it() -> None:
    """A snapshot younger than the record has taken the name since; a little apart is one event."""
    for later, expected in ((-600, True), (-1, True), (5, True), (600, False)):
        made = replace(snapshot(), created_at=NOW + timedelta(seconds=later))
        assert proves(REQUEST, RECORD, made, now=NOW.timestamp() + 700) is expected


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({"known_operation_id": "1"}, False),
        ({"known_operation_id": "0"}, True),
        ({"known_operation_id": "1", "half_made": True}, True),
        ({}, False),
        ({"known_created_at": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"}, False),
        ({"known_created_at": f"{NOW - timedelta(hours=2):%Y-%m-%dT%H:%M:%SZ}"}, True),
        ({"known_operation_id": "1", "known_created_at": "2026-11-01T00:00:00Z"}, False),
    ],
)
def test_the_record_of_the_finished_copy_proves_nothing_of_another_under_its_name(
    known: dict[str, object], expected: bool
) -> None:
    """Only a newer record than the state's copy shows that a cut-off run has made the copy again."""
    request = replace(REQUEST, **{"known_arn": "arn:0", "half_made": False, **known})  # type: ignore[arg-type]
    assert proves(request, RECORD, snapshot(), now=NOW.timestamp() + 60) is expected


@pytest.mark.parametrize(
    ("changes", "made", "expected"),
    [
        ({}, 5, True),
        ({}, 600, False),
        ({"known_operation_id": "0"}, 5, False),
        ({"known_operation_id": None}, 5, False),
        ({"known_arn": "arn:0"}, 5, False),
        ({"half_made": False}, 5, False),
    ],
    ids=["its own", "a younger one", "another operation", "no operation", "seen before", "finished"],
)
def test_the_record_of_a_half_made_copy_that_was_never_seen_proves_it(
    changes: dict[str, object], made: float, expected: bool
) -> None:
    """However old the record is: its operation is the state's, and the snapshot isn't younger than it."""
    request = replace(REQUEST, **{"half_made": True, "known_operation_id": "1", **changes})  # type: ignore[arg-type]
    found = replace(snapshot(), created_at=NOW + timedelta(seconds=made))
    assert records_the_half_made(request, RECORD, found) is expected


def test_a_copy_serves_the_request_whose_source_it_is_tagged_with() -> None:
    """Source, region and date are compared; a copy whose tags were cut off is given the benefit of the doubt."""
    tagged = replace(snapshot(), tags={SOURCE_TAG: "us-east-1:web-1:2026-11-20"})
    assert serves(REQUEST, tagged) and serves(REQUEST, snapshot())
    for change in (
        {"restore_date": "2026-11-21"},
        {"source_region": "us-east-2"},
        {"source_resource_name": "web-2"},
    ):
        assert not serves(replace(REQUEST, **change), tagged)  # type: ignore[arg-type]


@pytest.mark.parametrize("date", ["2026-11-20", None])
def test_the_source_of_a_copy_always_fits_a_tag(date: str | None) -> None:
    """Long names are cut to 256 characters, their date kept."""
    request = replace(REQUEST, source_resource_name="x" * 255, restore_date=date)
    assert len(request.all_tags[SOURCE_TAG]) == 256
    assert request.all_tags[SOURCE_TAG].endswith(f":{date}")


def test_a_derived_name_is_known_for_any_date_but_for_this_declaration_alone() -> None:
    """The hex covers the declaration."""
    assert has_derived_name(REQUEST, DERIVED)
    assert has_derived_name(REQUEST, "web-1-manual-29ad5a23")
    assert not has_derived_name(replace(REQUEST, owner="shop/prod/web"), DERIVED)
    assert not has_derived_name(REQUEST, "mine")
