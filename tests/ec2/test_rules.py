"""What is refused at preview, and which cloud is meant."""

from __future__ import annotations

import os
from collections import Counter
from datetime import datetime, timezone
from typing import Any

import pytest
from pulumi_snapcopy.core.errors import ConfigError
from pulumi_snapcopy.core.rules.judgement import UNKNOWN, Context
from pulumi_snapcopy.ec2.cloud import cloud_of, configured_endpoint, described_cloud
from pulumi_snapcopy.ec2.mark import description_with_key, key_in
from pulumi_snapcopy.ec2.provider import _family
from pulumi_snapcopy.ec2.regions import partitions
from pulumi_snapcopy.ec2.rules import AWS_RULES, COPIED_SNAPSHOT_RULES, FCU_RULES
from pulumi_snapcopy.ec2.rules.encryption import COPIES_ENCRYPTED
from pulumi_snapcopy.host.settings import Settings

NOW = datetime(2026, 11, 27, tzinfo=timezone.utc)
RIGHT: dict[str, Any] = {
    "sourceSnapshotId": "snap-0123456789abcdef0", "sourceRegion": "us-east-1", "targetRegion": "eu-west-1",
}  # fmt: skip
ON_FCU = {
    **RIGHT,
    "sourceSnapshotId": "snap-0123abcd",
    "sourceRegion": "eu-west-2",
    "targetRegion": "eu-west-2",
}


_BY_PARTITION = Counter(partitions().values())
ALONE = [region for region, partition in partitions().items() if _BY_PARTITION[partition] == 1]
"""Regions that are the only one of their partition."""

PROFILE = (
    "[profile osc]\nservices = s\n[services s]\nec2 =\n  endpoint_url = https://fcu.eu-west-2.outscale.com\n"
)


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The environment says nothing of endpoints."""
    for name in [each for each in os.environ if each.startswith(("AWS_", "SNAPCOPY_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    return monkeypatch


def violated(book: Any, right: dict[str, Any], **change: Any) -> list[str]:
    """The properties of what is wrong."""
    inputs = {key: value for key, value in {**right, **change}.items() if value is not None}
    return [each.property for each in book.violations(inputs, now=NOW)]


@pytest.mark.parametrize(
    ("change", "properties"),
    [
        ({}, []),
        ({"sourceSnapshotId": None}, ["sourceSnapshotId"]),
        ({"sourceSnapshotId": "vol-0123456789abcdef0"}, ["sourceSnapshotId"]),
        ({"sourceSnapshotId": "snap-00000000000000000"}, ["sourceSnapshotId"]),
        ({"sourceSnapshotId": "SNAP-0123456789ABCDEF0"}, ["sourceSnapshotId"]),
        ({"sourceSnapshotId": UNKNOWN, "targetRegion": UNKNOWN, "encrypted": UNKNOWN, "kmsKeyId": "k"}, []),
        ({"sourceSnapshotId": 7}, ["sourceSnapshotId"]),
        ({"adoptSnapshotId": "snap-0123456789abcdef0"}, ["adoptSnapshotId"]),
        ({"sourceRegion": None}, ["sourceRegion"]),
        ({"targetRegion": "eu-wst-1"}, ["targetRegion"]),
        ({"targetRegion": "us-east-1"}, []),
        ({"targetRegion": "us-gov-west-1"}, ["targetRegion"]),
        ({"targetRegion": "cn-north-1"}, ["targetRegion"]),
        ({"sourceRegion": "cn-north-1", "targetRegion": "cn-northwest-1"}, []),
        ({"sourceRegion": UNKNOWN, "targetRegion": "us-gov-west-1"}, []),
        *(({"sourceRegion": alone}, ["targetRegion"]) for alone in ALONE),
        ({"description": "d" * 256}, ["description"]),
        ({"completionDurationMinutes": 60.0}, []),
        ({"completionDurationMinutes": 14}, ["completionDurationMinutes"]),
        ({"completionDurationMinutes": 20}, ["completionDurationMinutes"]),
        ({"completionDurationMinutes": 2895}, ["completionDurationMinutes"]),
        ({"kmsKeyId": "alias/dr"}, ["kmsKeyId"]),
        ({"kmsKeyId": "alias/dr", "encrypted": True}, []),
        ({"kmsKeyId": UNKNOWN, "encrypted": False}, []),
        ({"kmsKeyId": UNKNOWN}, []),
        ({"kmsKeyId": "", "encrypted": True}, ["kmsKeyId"]),
        ({"kmsKeyId": "arn:aws:kms:eu-west-1:123456789012:key/k", "encrypted": True}, []),
        ({"kmsKeyId": "arn:aws:kms:us-east-1:123456789012:alias/dr", "encrypted": True}, ["kmsKeyId"]),
        ({"kmsKeyId": "arn:aws:kms:us-east-1:1:key/k", "encrypted": True, "targetRegion": UNKNOWN}, []),
        ({"tags": {"any & all (of it)": "#"}}, []),
        ({"tags": {"k" * 128: ""}}, ["tags"]),
        ({"tags": {"aws:x": ""}}, ["tags"]),
        ({"tags": {str(number): "" for number in range(47)}}, ["tags"]),
    ],
)
def test_requests_on_aws(change: dict[str, Any], properties: list[str]) -> None:
    """On AWS each wrong argument is named, and unknown values aren't judged."""
    assert violated(AWS_RULES, RIGHT, **change) == properties


@pytest.mark.parametrize(
    ("change", "properties"),
    [
        ({}, []),
        ({"tags": {"team": "t" * 255}}, []),
        ({"tags": {"team": "t" * 256}}, ["tags"]),
        ({"encrypted": False}, []),
        ({"encrypted": True, "kmsKeyId": "alias/dr"}, ["encrypted", "kmsKeyId"]),
        ({"completionDurationMinutes": 60}, ["completionDurationMinutes"]),
        ({"targetRegion": "us-east-2"}, ["targetRegion"]),
        ({"targetRegion": UNKNOWN}, []),
        ({"sourceRegion": "eu-west-1", "targetRegion": "eu-west-1"}, ["sourceRegion", "targetRegion"]),
    ],
)
def test_requests_on_fcu(change: dict[str, Any], properties: list[str]) -> None:
    """On FCU the arguments and regions that only AWS has are refused."""
    assert violated(FCU_RULES, ON_FCU, **change) == properties


@pytest.mark.parametrize("source", ["us-east-1", "eu-west-2"])
def test_no_message_tells_a_region_that_another_refuses(source: str, bare: pytest.MonkeyPatch) -> None:
    """On FCU a region that only AWS has is refused, and never named as what to write."""
    bare.setenv("AWS_ENDPOINT_URL_EC2", "https://fcu.us-east-2.outscale.com")
    inputs = {**ON_FCU, "sourceRegion": source, "targetRegion": "eu-west-1"}
    said = [each.message for each in COPIED_SNAPSHOT_RULES.in_stack({}).violations(inputs, now=NOW)]
    assert any("OUTSCALE has no region 'eu-west-1'" in each for each in said)
    (within,) = [each for each in said if "copies within a region" in each]
    (endpoint,) = [each for each in said if "isn't the region of the endpoint" in each]
    known = source == "eu-west-2"
    assert (f"Write {source} as target_region" in within) is known
    assert ("Write one region of OUTSCALE as source_region and target_region" in within) is not known
    assert (f"or set AWS_ENDPOINT_URL_EC2 to https://fcu.{source}.outscale.com" in endpoint) is known


def test_another_region_than_the_endpoints_is_refused(bare: pytest.MonkeyPatch) -> None:
    """On FCU another region than the endpoint's is refused: an account belongs to one region."""
    bare.setenv("AWS_ENDPOINT_URL_EC2", "https://fcu.us-east-2.outscale.com")
    assert violated(COPIED_SNAPSHOT_RULES.in_stack({}), ON_FCU) == ["sourceRegion"]
    bare.setenv("AWS_ENDPOINT_URL_EC2", "https://fcu.eu-west-2.outscale.com")
    assert violated(COPIED_SNAPSHOT_RULES.in_stack({}), ON_FCU) == []


@pytest.mark.parametrize(
    ("config", "environment", "fcu"),
    [
        ({}, {}, False),
        ({}, {"SNAPCOPY_EC2_API": "fcu"}, True),
        ({"snapcopy:ec2Api": "fcu"}, {}, True),
        ({"snapcopy:ec2Api": "aws"}, {"SNAPCOPY_EC2_API": "fcu"}, False),
        ({"snapcopy:ec2Api": "gcp"}, {}, False),
        ({"aws:profile": "osc"}, {}, True),
    ],
)
def test_readers_of_the_rules_see_the_cloud_that_the_stack_means(
    config: dict[str, str], environment: dict[str, str], fcu: bool, bare: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    """The cloud is that of the stack's configuration, else of the environment; a wrong setting is left to the provider to refuse."""
    (tmp_path / "config").write_text(PROFILE)
    bare.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    for name, value in environment.items():
        bare.setenv(name, value)
    book = COPIED_SNAPSHOT_RULES.in_stack(config)
    assert ("encrypted" in violated(book, ON_FCU, encrypted=True)) is fcu


def test_copies_are_encrypted_where_the_organisation_asks_for_it() -> None:
    """The rule `copies-encrypted` wants `encrypted=True`, and doesn't judge what isn't known yet."""

    def judged(**inputs: Any) -> list[str]:
        return [each.property for each in COPIES_ENCRYPTED.judge(inputs, None, {})]  # type: ignore[arg-type]

    assert judged() == ["encrypted"] and judged(encrypted=False) == ["encrypted"]
    assert judged(encrypted=True) == [] and judged(encrypted=UNKNOWN) == []


def test_a_copy_out_of_its_partition_is_told_a_region_inside() -> None:
    """A copy to a region of another partition is refused, with a region of its own."""
    inputs = {**RIGHT, "sourceRegion": "us-gov-west-1"}
    (found,) = AWS_RULES.violations(inputs, now=NOW)
    assert found.message == (
        "eu-west-1 is in the partition aws, and us-gov-west-1 in aws-us-gov: EC2 copies within a partition alone. Write a "
        "region of aws-us-gov, such as us-gov-east-1."
    )


@pytest.mark.parametrize(
    ("source", "suggested"),
    [("eu-west-1", "us-east-1"), ("us-east-1", "us-west-2"), ("af-south-1", "us-east-1")],
)
def test_the_region_inside_is_one_that_every_account_can_use(source: str, suggested: str) -> None:
    """Not the first by name, which an account has to enable, and not the source's own."""
    inputs = {**RIGHT, "sourceRegion": source, "targetRegion": "us-gov-west-1"}
    (found,) = AWS_RULES.violations(inputs, now=NOW)
    assert found.message.endswith(f"Write a region of aws, such as {suggested}.")


@pytest.mark.parametrize(
    ("value", "near"),
    [(-1, 15), (20, 15), (29.0, 30), (2881, 2880), (float("inf"), 2880), (float("nan"), 15)],
)
def test_a_wrong_duration_is_told_the_nearest_right_one(value: float, near: int) -> None:
    """Also one that is no number of minutes, which another tool's resource may have."""
    found = [
        each.message
        for each in AWS_RULES.violations({**RIGHT, "completionDurationMinutes": value}, now=NOW)
        if "steps of 15" in each.message
    ]
    assert len(found) == 1 and found[0].endswith(f"such as {near}.")


def test_no_organisation_asks_for_what_fcu_refuses() -> None:
    """FCU has neither encryption nor copies to other regions, so no rule tells its users to write them."""
    book = COPIED_SNAPSHOT_RULES.in_stack({"snapcopy:ec2Api": "fcu"})
    context = Context(regions=book.regions, now=NOW)
    assert [found for rule in book.organisation for found in rule.judge(ON_FCU, context, {})] == []


def test_which_cloud_is_meant(bare: pytest.MonkeyPatch) -> None:
    """The setting decides which cloud is meant, else the endpoint's host; any other value is refused."""
    assert cloud_of("x", None, configured_endpoint) == "aws"
    bare.setenv("AWS_ENDPOINT_URL", "https://fcu.eu-west-2.outscale.com")
    assert cloud_of("x", None, configured_endpoint) == "fcu"
    assert cloud_of("x", "aws", configured_endpoint) == "aws"
    with pytest.raises(ConfigError, match="x is 'gcp'; write aws, or fcu for OUTSCALE"):
        cloud_of("x", "gcp", configured_endpoint)


def test_a_profiles_endpoint_counts(bare: pytest.MonkeyPatch, tmp_path: Any) -> None:
    """An endpoint in a profile's section of services counts, as in the AWS CLI."""
    path = tmp_path / "config"
    path.write_text(PROFILE)
    bare.setenv("AWS_CONFIG_FILE", str(path))
    assert configured_endpoint() is None
    assert configured_endpoint("osc") == "https://fcu.eu-west-2.outscale.com"


def test_fcu_without_an_endpoint_is_refused(bare: pytest.MonkeyPatch) -> None:
    """FCU without an endpoint is refused: OUTSCALE's ids are nothing to send to AWS."""
    config = {"snapcopy:ec2Api": "fcu"}
    with pytest.raises(ConfigError, match="snapcopy:ec2Api is fcu, and no endpoint is set"):
        _family(Settings.read(config.get))
    bare.setenv("AWS_ENDPOINT_URL_EC2", "http://127.0.0.1:1/fcu")
    assert _family(Settings.read(config.get)).words.provider == "OUTSCALE"


def test_a_forgotten_endpoint_is_said() -> None:
    """The message names the forgotten endpoint also in a region that both clouds have."""

    def described(region: str, value: str | None = None, endpoint: str | None = None) -> str:
        return described_cloud(region, name="snapcopy:ec2Api", value=value, endpoint=endpoint)

    assert described("eu-west-1") == "AWS"
    assert "OUTSCALE has a region eu-west-2, too" in described("eu-west-2")
    url = "https://fcu.eu-west-2.outscale.com"
    assert described("eu-west-2", endpoint=url) == f"OUTSCALE's FCU at {url}, by its endpoint's host"


@pytest.mark.parametrize("text", ["", "nightly", "d" * 255, "x [snapcopy 00]", "ends [", "é" * 255])
def test_the_key_survives_any_description(text: str) -> None:
    """The key stands at the end of any description, within 255 characters."""
    whole = description_with_key(text, "0f" * 16)
    assert len(whole) <= 255 and key_in(whole) == "0f" * 16
    assert key_in(whole + " (copied)") == ""
