"""EC2's CopySnapshot: what it refuses at once, what it accepts and fails later, and what a copy turns out to be."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from pulumi_snapcopy.emulator import Emulator, Fault, Settings, loopback

SOURCE, TARGET = "us-east-1", "eu-west-1"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    """EC2, whose copies take an hour unless the test ends them."""
    with Emulator(services=("ec2",), settings=Settings(copy_seconds=3600)) as running:
        yield running


@pytest.fixture
def source(emulator: Emulator) -> str:
    """A snapshot of 100 GiB in the source's region."""
    return emulator.ec2.put_snapshot(SOURCE, size=100, description="nightly", tags={"team": "shop"})


@pytest.fixture
def ec2(emulator: Emulator) -> Any:
    """A client of the target's region."""
    return emulator.ec2_client(TARGET)


def shown(client: Any, snapshot_id: str) -> dict[str, Any]:
    """What is shown of a snapshot."""
    return dict(client.describe_snapshots(SnapshotIds=[snapshot_id])["Snapshots"][0])


def kms(emulator: Emulator, region: str) -> Any:
    """A client of moto's KMS in the same process."""
    return boto3.client(
        "kms",
        region_name=region,
        endpoint_url=emulator.url,
        aws_access_key_id=loopback.ACCESS_KEY_ID,
        aws_secret_access_key=loopback.SECRET_ACCESS_KEY,
    )


def refusal(client: Any, **request: Any) -> tuple[str, str, int]:
    """The code, message and HTTP status that a copy is refused with."""
    with pytest.raises(ClientError) as caught:
        client.copy_snapshot(**request)
    response = caught.value.response
    error = response["Error"]
    return error["Code"], error["Message"], response["ResponseMetadata"]["HTTPStatusCode"]


def test_life_of_a_copy(emulator: Emulator, ec2: Any, source: str) -> None:
    """A fresh copy knows nothing of its size; a complete one does, and inherits neither description nor tags."""
    tags = [{"Key": "snapcopy:key", "Value": "0f0f"}]
    answer = ec2.copy_snapshot(
        SourceRegion=SOURCE,
        SourceSnapshotId=source,
        TagSpecifications=[{"ResourceType": "snapshot", "Tags": tags}],
    )
    fresh = shown(ec2, answer["SnapshotId"])
    emulator.finish_copies()
    done = shown(ec2, answer["SnapshotId"])

    assert answer["Tags"] == tags
    assert (fresh["State"], fresh["Progress"], fresh["VolumeSize"]) == ("pending", "0%", 0)
    assert (fresh["VolumeId"], fresh["Encrypted"]) == ("vol-ffffffff", False)
    assert (fresh["StateMessage"], fresh["Tags"]) == ("Metadata not updated", tags)
    assert (done["State"], done["Progress"], done["VolumeSize"]) == ("completed", "100%", 100)
    assert (done["Description"], done["Tags"]) == ("", tags)
    assert "StateMessage" not in done
    assert done["CompletionTime"] - done["StartTime"] < timedelta(minutes=1)
    assert done["FullSnapshotSizeInBytes"] == 100 * 2**30


def test_the_same_request_twice_makes_two(ec2: Any, source: str) -> None:
    """CopySnapshot has no token: each call makes a snapshot."""
    request = {"SourceRegion": SOURCE, "SourceSnapshotId": source}
    ids = {ec2.copy_snapshot(**request)["SnapshotId"] for _ in range(2)}

    assert len(ids) == 2


TAG = {"Key": "team", "Value": "shop"}
REFUSED: list[tuple[str, dict[str, Any], str, str]] = [
    ("malformed id", {"SourceSnapshotId": "snap-1"}, "InvalidParameterValue", "snapshotId is invalid"),
    ("zeroes", {"SourceSnapshotId": "snap-" + "0" * 17}, "InvalidParameterValue", "snapshotId is invalid"),
    ("upper case", {"SourceSnapshotId": "snap-0123456789ABCDEF0"}, "InvalidParameterValue", "is invalid"),
    ("empty id", {"SourceSnapshotId": ""}, "InvalidParameterValue", "is invalid"),
    ("region", {"SourceRegion": "mars-1"}, "InvalidRegion", "mars-1 is not a valid region name."),
    (
        "duration of 10",
        {"CompletionDurationMinutes": 10},
        "InvalidParameterValue",
        "'10' is not a valid value",
    ),
    (
        "duration of 20",
        {"CompletionDurationMinutes": 20},
        "InvalidParameterValue",
        "'20' is not a valid value",
    ),
    ("duration of 3000", {"CompletionDurationMinutes": 3000}, "InvalidParameterValue", "completion duration"),
    ("key without encryption", {"KmsKeyId": "alias/dr"}, "InvalidParameterDependency", "Encrypted"),
    (
        "unknown key",
        {"KmsKeyId": "alias/dr", "Encrypted": True},
        "InvalidParameterValue",
        "alias/dr is invalid",
    ),
    (
        "resource type",
        {"TagSpecifications": [{"ResourceType": "volume", "Tags": [TAG]}]},
        "InvalidParameterValue",
        "'volume' is not a valid taggable resource type",
    ),
    (
        "a key twice",
        {"TagSpecifications": [{"ResourceType": "snapshot", "Tags": [TAG, TAG]}]},
        "InvalidParameterValue",
        "Duplicate tag key 'team'",
    ),
    (
        "aws:",
        {"TagSpecifications": [{"ResourceType": "snapshot", "Tags": [{"Key": "aws:x", "Value": ""}]}]},
        "InvalidTagKey.Malformed",
        "reserved",
    ),
    (
        "51 tags",
        {"TagSpecifications": [{"ResourceType": "snapshot", "Tags": [{"Key": f"k{n}"} for n in range(51)]}]},
        "TagLimitExceeded",
        "50",
    ),
    ("outpost", {"DestinationAvailabilityZone": "eu-west-1-lz-1a"}, "UnsupportedOperation", "not emulated"),
]


@pytest.mark.parametrize(
    ("change", "code", "said"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_refused_at_once(
    change: dict[str, Any], code: str, said: str, emulator: Emulator, ec2: Any, source: str
) -> None:
    """What the service refuses at once is a 400 with its code, and nothing is made."""
    request = {"SourceRegion": SOURCE, "SourceSnapshotId": source, **change}
    got, message, status = refusal(ec2, **request)

    assert (got, status) == (code, 400)
    assert said in message
    assert emulator.ec2.snapshots(TARGET) == []
    assert emulator.calls("CopySnapshot", service="ec2")[0].outcome == code


def test_disabled_key_is_refused_at_once(emulator: Emulator, ec2: Any, source: str) -> None:
    """A key of the destination that is disabled is refused by CopySnapshot itself."""
    key = kms(emulator, TARGET).create_key()["KeyMetadata"]["KeyId"]
    kms(emulator, TARGET).disable_key(KeyId=key)
    code, message, _ = refusal(
        ec2, SourceRegion=SOURCE, SourceSnapshotId=source, Encrypted=True, KmsKeyId=key
    )

    assert (code, message) == ("InvalidParameterValue", f"The specified keyId {key} is disabled")


def test_twenty_copies_into_a_region(emulator: Emulator, ec2: Any, source: str) -> None:
    """The twenty-first copy into a region waits for one of the twenty; other regions have their own count."""
    request = {"SourceRegion": SOURCE, "SourceSnapshotId": source}
    for _ in range(20):
        ec2.copy_snapshot(**request)
    code, message, _ = refusal(ec2, **request)
    emulator.ec2_client("eu-west-2").copy_snapshot(SourceRegion=SOURCE, SourceSnapshotId=source)
    emulator.finish_copies()

    assert code == "ResourceLimitExceeded"
    assert message == "Too many snapshot copies in progress. The limit is 20 for this destination region."
    assert ec2.copy_snapshot(**request)["SnapshotId"]


@pytest.mark.parametrize(
    ("what", "message", "size"),
    [
        ("gone", "Source snapshot is not found", 0),
        ("another region's", "Source snapshot is not found", 0),
        ("not shared", "Source snapshot is not found", 0),
        ("pending", "Source snapshot is not complete", 0),
        ("under a disabled key", "Given key ID is not accessible", 100),
    ],
)
def test_accepted_and_failed_later(what: str, message: str, size: int, emulator: Emulator, ec2: Any) -> None:
    """A source that can't be copied is accepted; the copy is pending, and then in error with a StateMessage."""
    put = emulator.ec2.put_snapshot
    if what == "gone":
        source = "snap-0123456789abcdef0"
    elif what == "another region's":
        source = put("us-west-2", size=100)
    elif what == "not shared":
        source = put(SOURCE, size=100, owner="210987654321")
    elif what == "pending":
        source = put(SOURCE, size=100, state="pending")
    else:
        key = kms(emulator, SOURCE).create_key()["KeyMetadata"]
        kms(emulator, SOURCE).disable_key(KeyId=key["KeyId"])
        source = put(SOURCE, size=100, kmsKeyId=key["Arn"])
    copied = ec2.copy_snapshot(SourceRegion=SOURCE, SourceSnapshotId=source)["SnapshotId"]
    fresh = shown(ec2, copied)
    emulator.finish_copies()
    failed = shown(ec2, copied)

    assert (fresh["State"], fresh["StateMessage"]) == ("pending", "Metadata not updated")
    assert (failed["State"], failed["StateMessage"], failed["VolumeSize"]) == ("error", message, size)
    ec2.delete_snapshot(SnapshotId=copied)


@pytest.mark.parametrize("members", [{"public": True}, {"sharedWith": ["123456789012"]}])
def test_shared_and_public_sources_are_copied(members: Any, emulator: Emulator, ec2: Any) -> None:
    """What another account shares, with us or with everybody, can be copied."""
    source = emulator.ec2.put_snapshot(SOURCE, owner="210987654321", **members)
    copied = ec2.copy_snapshot(SourceRegion=SOURCE, SourceSnapshotId=source)["SnapshotId"]
    emulator.finish_copies()

    assert shown(ec2, copied)["State"] == "completed"


def test_dry_run_proves_permissions_only(emulator: Emulator, ec2: Any) -> None:
    """DryRun doesn't look for the source, but refuses an id that can't be one."""
    request = {"SourceRegion": SOURCE, "SourceSnapshotId": "snap-0123456789abcdef0", "DryRun": True}

    assert refusal(ec2, **request)[0] == "DryRunOperation"
    assert refusal(ec2, **{**request, "SourceSnapshotId": "snap-1"})[0] == "InvalidParameterValue"
    assert emulator.ec2.snapshots(TARGET) == []


def test_destination_has_to_be_the_endpoints_region(ec2: Any, source: str) -> None:
    """A DestinationRegion other than the one called is an InvalidParameterValue."""
    request = {"SourceRegion": SOURCE, "SourceSnapshotId": source}
    ec2.meta.events.unregister("before-call.ec2.CopySnapshot")
    body = {"DestinationRegion": "us-west-2", "PresignedUrl": ""}

    assert refusal(ec2, **request, **body)[0] == "InvalidParameterValue"


def test_presigned_url_is_not_recorded(emulator: Emulator, ec2: Any, source: str) -> None:
    """The URL that boto3 adds is a credential, and isn't in the record of calls; one for another copy is refused."""
    ec2.copy_snapshot(SourceRegion=SOURCE, SourceSnapshotId=source)
    url = "https://ec2.us-east-1.amazonaws.com/?SourceSnapshotId=snap-0123456789abcdef0"

    recorded = json.dumps(dict(emulator.calls("CopySnapshot")[0].parameters))
    assert "Signature" not in recorded
    assert (
        refusal(ec2, SourceRegion=SOURCE, SourceSnapshotId=source, PresignedUrl=url)[0]
        == "InvalidParameterValue"
    )


@pytest.mark.parametrize(
    ("source_key", "request_key", "default", "ends"),
    [
        (False, False, False, None),
        (False, True, False, "own"),
        (False, False, True, "default"),
        (True, False, False, "default"),
        (True, True, False, "own"),
    ],
)
def test_what_a_copy_is_encrypted_under(
    source_key: bool, request_key: bool, default: bool, ends: str | None, emulator: Emulator, ec2: Any
) -> None:
    """An encrypted source, the request, or the region's setting encrypt; without a key it is the region's default."""
    source = emulator.ec2.put_snapshot(SOURCE, encrypted=source_key)
    own = kms(emulator, TARGET).create_key()["KeyMetadata"]["Arn"]
    if default:
        ec2.enable_ebs_encryption_by_default()
    asked = {"Encrypted": True, "KmsKeyId": own} if request_key else {}
    copied = ec2.copy_snapshot(SourceRegion=SOURCE, SourceSnapshotId=source, **asked)["SnapshotId"]
    emulator.finish_copies()
    done = shown(ec2, copied)

    aliases = kms(emulator, TARGET).list_aliases()["Aliases"]
    managed = {each["AliasName"]: each.get("TargetKeyId", "") for each in aliases}.get("alias/aws/ebs", "")
    assert done["Encrypted"] is (ends is not None)
    if ends == "own":
        assert done["KmsKeyId"] == own
    elif ends == "default":
        assert done["KmsKeyId"].endswith(managed) and managed


def test_faults_of_a_copy(emulator: Emulator, ec2: Any, source: str) -> None:
    """Faults can fail a copy with a StateMessage, refuse it in EC2's own form, and lose the answer of one that is made."""
    request = {"SourceRegion": SOURCE, "SourceSnapshotId": source}
    emulator.inject(Fault(kind="fail-copy", operation="CopySnapshot", seconds=0, error_details="Given key"))
    failed = shown(ec2, ec2.copy_snapshot(**request)["SnapshotId"])
    emulator.inject(Fault(kind="error", service="ec2", code="UnauthorizedOperation"))
    denied = refusal(ec2, **request)
    emulator.inject(Fault(kind="lost", operation="CopySnapshot", resource=source))
    ec2.copy_snapshot(**request)

    assert (failed["State"], failed["StateMessage"]) == ("error", "Given key")
    assert denied[0::2] == ("UnauthorizedOperation", 403)
    assert [call.outcome for call in emulator.calls("CopySnapshot")] == [
        "ok",
        "UnauthorizedOperation",
        "lost",
        "ok",
    ]
    assert len(emulator.ec2.snapshots(TARGET)) == 3
