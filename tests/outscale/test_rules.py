"""What is refused at preview, over all combinations, known and unknown."""

from __future__ import annotations

from datetime import datetime, timezone
from itertools import product
from typing import Any

import pytest
from pulumi_snapcopy.core.rules.judgement import UNKNOWN, Violation
from pulumi_snapcopy.core.rules.rulebook import Rulebook
from pulumi_snapcopy.families import CATALOGUE
from pulumi_snapcopy.outscale.rules import COPIED_SNAPSHOT_RULES, SNAPSHOT_RULES

NOW = datetime(2026, 11, 27, tzinfo=timezone.utc)
REGION = "eu-west-2"
URL = "https://oos.eu-west-2.outscale.com/bucket/key?Signature=MARKEDSECRET"
KNOWN: dict[str, Any] = {
    "volumeId": "vol-12345678",
    "sourceSnapshotId": "snap-12345678",
    "sourceRegionName": REGION,
    "fileLocation": URL,
    "snapshotSize": 2**30,
}
ALLOWED = [{"volumeId"}, {"sourceSnapshotId", "sourceRegionName"}, {"fileLocation", "snapshotSize"}]


def violations(book: Rulebook, **inputs: Any) -> list[Violation]:
    """What the rules say of these inputs."""
    given = {"regionName": REGION, **inputs}
    return list(book.violations({key: value for key, value in given.items() if value is not None}, now=NOW))


@pytest.mark.parametrize("given", list(product([None, "known", "unknown"], repeat=len(KNOWN))))
def test_one_snapshot_mode(given: tuple[str | None, ...]) -> None:
    """Exactly one mode with exactly what belongs to it passes, whether its values are known or not."""
    inputs = {
        name: UNKNOWN if how == "unknown" else KNOWN[name]
        for name, how in zip(KNOWN, given, strict=True)
        if how is not None
    }
    found = violations(SNAPSHOT_RULES, **inputs)
    assert (found == []) is (set(inputs) in ALLOWED)
    assert all(each.property != "fileLocation" and "MARKEDSECRET" not in each.message for each in found)


def test_modes_that_are_mixed_or_incomplete_are_told_what_to_write() -> None:
    """Two modes exclude each other; a file needs the size of its snapshot."""
    mixed = violations(SNAPSHOT_RULES, volumeId=KNOWN["volumeId"], fileLocation=KNOWN["fileLocation"])
    assert any("exclude each other" in each.message for each in mixed)
    (found,) = violations(SNAPSHOT_RULES, fileLocation=KNOWN["fileLocation"])
    assert found.property == "snapshotSize" and "is required with" in found.message


@pytest.mark.parametrize(
    ("property_", "value"),
    [("sourceSnapshotId", ""), ("sourceSnapshotId", "vol-12345678"), ("sourceSnapshotId", "snap 1"),
     ("adoptSnapshotId", ""), ("adoptSnapshotId", "db-before-upgrade"), ("volumeId", ""), ("volumeId", "snap-12345678"),
     ("volumeId", "vol-ü")],
)  # fmt: skip
def test_what_is_no_id_is_refused_at_preview(property_: str, value: str) -> None:
    """The message quotes it, and shows an id of that kind."""
    copied = {"sourceSnapshotId": "snap-12345678", "sourceRegionName": REGION}
    inputs = {property_: value} if property_ == "volumeId" else {**copied, property_: value}
    (found,) = violations(SNAPSHOT_RULES, **inputs)
    assert (
        found.property == property_ and repr(value) in found.message and "Write one such as " in found.message
    )


def test_the_source_itself_cant_be_adopted_as_its_copy() -> None:
    """It would be deleted with the resource."""
    same = dict.fromkeys(("sourceSnapshotId", "adoptSnapshotId"), "snap-12345678")
    (found,) = violations(COPIED_SNAPSHOT_RULES, sourceRegionName=REGION, **same)
    assert found.property == "adoptSnapshotId" and "is the source itself" in found.message


def test_a_region_that_outscale_doesnt_have_isnt_proposed_as_the_accounts() -> None:
    """Setting OSC_REGION to it would not help."""
    (found,) = violations(
        COPIED_SNAPSHOT_RULES, sourceSnapshotId="snap-12345678", sourceRegionName="eu-west-9"
    )
    assert found.message.endswith("OUTSCALE copies within it alone. Write eu-west-2.")


@pytest.mark.parametrize("missing", ["sourceSnapshotId", "sourceRegionName"])
def test_a_copy_names_its_source_and_its_region(missing: str) -> None:
    """Both are required; the message says what to write, as a Python program spells it."""
    inputs = {key: KNOWN[key] for key in ("sourceSnapshotId", "sourceRegionName") if key != missing}
    (found,) = violations(COPIED_SNAPSHOT_RULES, **inputs)
    assert found.property == missing and "_" in found.message and "Write" in found.message


@pytest.mark.parametrize(
    ("region", "own", "refused"),
    [
        (REGION, REGION, False),
        ("us-east-2", REGION, True),
        (UNKNOWN, REGION, False),
        ("us-east-2", None, False),
        ("us-east-2", UNKNOWN, False),
    ],
)
@pytest.mark.parametrize("book", [COPIED_SNAPSHOT_RULES, SNAPSHOT_RULES])
def test_the_source_region_is_the_accounts_own(book: Rulebook, region: Any, own: Any, refused: bool) -> None:
    """Another one is refused where both are known; the message says both ways out."""
    found = violations(book, sourceSnapshotId="snap-12345678", sourceRegionName=region, regionName=own)
    assert bool(found) is refused
    if refused:
        assert "OSC_REGION=us-east-2" in found[0].message and found[0].property == "sourceRegionName"


@pytest.mark.parametrize(
    "value", [7, ["MARKEDSECRET"], {"url": "MARKEDSECRET"}, "MARKEDSECRET", "ftp://MARKEDSECRET"]
)
def test_what_is_no_url_is_refused_without_being_quoted(value: Any) -> None:
    """The engine would print the property's value, so the failure names none."""
    found = violations(SNAPSHOT_RULES, fileLocation=value, snapshotSize=1)
    assert [each.property for each in found] == [""]
    assert "MARKEDSECRET" not in found[0].message and "file_location" in found[0].message


@pytest.mark.parametrize("size", [0, -1, 1.5, "10", True])
def test_the_size_is_a_whole_number_of_bytes(size: Any) -> None:
    """Anything else is refused by name."""
    found = violations(SNAPSHOT_RULES, fileLocation=URL, snapshotSize=size)
    assert {each.property for each in found} == {"snapshotSize"}


def test_the_engines_numbers_are_floats() -> None:
    """A whole one is as good."""
    assert violations(SNAPSHOT_RULES, fileLocation=URL, snapshotSize=float(2**40)) == []


@pytest.mark.parametrize("name", ["snapshot-id", "description-length"])
def test_the_policy_pack_judges_ids_and_descriptions_as_on_ec2(name: str) -> None:
    """One policy of that name is for all three types."""
    assert [token.rpartition("/")[2] for token in CATALOGUE.tokens(name)] == [
        "ec2:CopiedSnapshot",
        "outscale:CopiedSnapshot",
        "outscale:Snapshot",
    ]


def test_descriptions_have_255_characters_at_most() -> None:
    """One more is refused."""
    assert violations(SNAPSHOT_RULES, volumeId="vol-1", description="d" * 255) == []
    (found,) = violations(SNAPSHOT_RULES, volumeId="vol-1", description="d" * 256)
    assert found.property == "description" and "255" in found.message


@pytest.mark.parametrize(
    ("tags", "refused"),
    [
        ({"k" * 255: "v" * 255}, False),
        ({"k": ""}, False),
        ({"any & every": "ünïcode/\\*"}, False),
        ({"k" * 256: ""}, True),
        ({"": "v"}, True),
        ({"k": "v" * 256}, True),
        ({"snapcopy:mine": "v"}, True),
        ({f"k{n}": "" for n in range(48)}, True),
    ],
)
def test_tags_are_ones_that_the_service_takes(tags: dict[str, str], refused: bool) -> None:
    """Keys of 1 to 255 characters, values of at most 255, 50 in all."""
    assert bool(violations(SNAPSHOT_RULES, volumeId="vol-1", tags=tags)) is refused


def test_the_rules_are_in_the_catalogue() -> None:
    """`check`, the pack and the command read the same lists."""
    names = {each.name for each in CATALOGUE.rules}
    assert {"one-snapshot-mode", "source-region-is-own", "tag-characters", "required-tags"} <= names
    tokens = ["pulumi-python:dynamic/outscale:CopiedSnapshot", "pulumi-python:dynamic/outscale:Snapshot"]
    assert {*tokens} <= {*CATALOGUE.tokens("source-region-is-own")}
    assert CATALOGUE.tokens("one-snapshot-mode") == tokens[1:]
