"""EC2's adapter against the emulator."""

from __future__ import annotations

import os

import pytest
from botocore.exceptions import ClientError
from pulumi_snapcopy.core import errors
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.values import Phase, Seen
from pulumi_snapcopy.core.waiting.clock import SystemClock
from pulumi_snapcopy.core.waiting.listing import Listing
from pulumi_snapcopy.ec2.family import CopiedSnapshots
from pulumi_snapcopy.ec2.service import Ec2
from pulumi_snapcopy.emulator import Emulator, Fault

TARGET = "eu-west-1"
KEY = "0123456789abcdef" * 2


def test_one_is_read_by_its_id_and_what_is_gone_is_none(aws: Emulator) -> None:
    """Only the account's own; a missing id is no error."""
    mine = aws.ec2.put_snapshot(TARGET, size=20, tags={"a": "b"})
    theirs = aws.ec2.put_snapshot(TARGET, owner="111122223333", public=True)
    service = Ec2()
    found = service.get(TARGET, mine)
    assert found is not None
    assert (found.ref, found.size, found.phase, found.tags) == (mine, 20, Phase.DONE, {"a": "b"})
    assert found.outputs["arn"] == f"arn:aws:ec2:eu-west-1::snapshot/{mine}"
    assert service.get(TARGET, theirs) is None and service.get(TARGET, "snap-0123456789abcdef0") is None


@pytest.mark.usefixtures("amazons_images")
def test_lists_are_of_ours_page_by_page(aws: Emulator) -> None:
    """Those with the owner tag, however many pages it takes, and no public ones of other accounts."""
    for number in range(12):
        aws.ec2.put_snapshot(TARGET, tags={"snapcopy:owner": f"a/b/{number}"})
    aws.ec2.put_snapshot(TARGET)
    aws.settings = type(aws.settings)(page_size=5)
    assert len(Ec2().all(TARGET, "Snapshot")) == 12
    assert len(aws.calls("DescribeSnapshots")) == 3


def test_a_copy_is_looked_for_without_a_filter(aws: Emulator) -> None:
    """A filter may show a new copy later than a list, and a request that is sent meanwhile would make a second one."""
    clock, service = SystemClock(), Ec2()
    mine = aws.ec2.put_snapshot(TARGET, tags={"snapcopy:key": KEY})
    aws.ec2.put_snapshot(TARGET, tags={"snapcopy:key": "1" * 32})
    spec = CopiedSnapshots().spec({"targetRegion": TARGET}, Bookkeeping(key=KEY))
    found = service.find(spec, Listing(service, TARGET, clock))
    assert [each.name for each in found] == [mine]
    (asked,) = aws.calls("DescribeSnapshots")
    assert "Filters" not in asked.parameters


def test_a_pending_copys_message_is_no_failure(aws: Emulator) -> None:
    """A fresh copy says "Metadata not updated", and neither size nor encryption are known."""
    source = aws.ec2.put_snapshot("us-east-1")
    made = aws.ec2_client(TARGET).copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source)
    found = Ec2().get(TARGET, made["SnapshotId"])
    assert found is not None
    assert (found.phase, found.message, found.size) == (Phase.PENDING, "", None)
    assert found.outputs["encrypted"] is None


def test_a_copy_is_sent_once_and_without_a_presigned_url(aws: Emulator) -> None:
    """A 500 isn't repeated by botocore, as that would make a second copy."""
    source = aws.ec2.put_snapshot("us-east-1")
    aws.inject(Fault(kind="error", operation="CopySnapshot", code="InternalError", times=None))
    client = Ec2()._clients.of(TARGET, retries=False)
    sent: list[object] = []
    client.meta.events.register(
        "before-send.ec2.CopySnapshot", lambda request, **_: sent.append(request.body)
    )
    with pytest.raises(ClientError):
        client.copy_snapshot(SourceRegion="us-east-1", SourceSnapshotId=source)
    (body,) = sent
    assert len(aws.calls("CopySnapshot")) == 1 and "PresignedUrl" not in str(body)


@pytest.mark.parametrize("echoed", [True, False])
def test_a_copy_counts_as_tagged_if_the_answer_has_its_tags(aws: Emulator, echoed: bool) -> None:
    """An FCU behind a host name of its own, with `ec2Api` unset, takes the request and leaves the tags out."""
    source, service = aws.ec2.put_snapshot("us-east-1"), Ec2()
    if not echoed:
        aws.inject(Fault(kind="no-items", operation="CopySnapshot"))
    asked = {"targetRegion": TARGET, "sourceRegion": "us-east-1", "sourceSnapshotId": source}
    spec = CopiedSnapshots().spec(asked, Bookkeeping(key=KEY))
    assert service.create(spec).tagged is echoed


def test_deleting_an_image_snapshot_says_what_uses_it(aws: Emulator) -> None:
    """The service's words, as a refusal."""
    mine = aws.ec2.put_snapshot(TARGET)
    image = aws.ec2_client(TARGET).register_image(
        Name="image", RootDeviceName="/dev/sda1",
        BlockDeviceMappings=[{"DeviceName": "/dev/sda1", "Ebs": {"SnapshotId": mine}}],
    )["ImageId"]  # fmt: skip
    with pytest.raises(errors.Refused, match=f"in use by {image}"):
        Ec2().delete(Seen(name=mine, region=TARGET, kind="Snapshot"))


def test_the_account_is_never_asked_of_sts_on_fcu(fcu: Emulator) -> None:
    """OUTSCALE's keys are nothing to send to AWS."""
    from pulumi_snapcopy.ec2 import provider
    from pulumi_snapcopy.host.settings import Settings

    assert os.environ["SNAPCOPY_EC2_API"] == "fcu"
    with pytest.raises(errors.Refused, match="no call that tells the account"):
        provider._account(Settings(), "eu-west-2")
    assert fcu.calls() == []
