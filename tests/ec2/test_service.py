"""EC2's adapter against the emulator, and what calls end with."""

from __future__ import annotations

import os
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from botocore.exceptions import ClientError
from pulumi_snapcopy.aws.calls import HTML_RESPONSES_TO_BELIEVE, call, without_secrets
from pulumi_snapcopy.core import errors
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.values import Phase, Seen
from pulumi_snapcopy.core.waiting.clock import SystemClock
from pulumi_snapcopy.core.waiting.listing import Listing
from pulumi_snapcopy.ec2.family import CopiedSnapshots
from pulumi_snapcopy.ec2.service import Ec2
from pulumi_snapcopy.emulator import Emulator, Fault
from pulumi_snapcopy.lightsail.service import Lightsail

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


@pytest.mark.parametrize(
    ("code", "status", "message", "kind"),
    [
        ("ResourceLimitExceeded", 400, "Too many snapshot copies in progress. The limit is 20 …", errors.TooManyCopies),
        ("LimitExceeded", 400, "You cannot copy more than 5 snapshots at a time.", errors.TooManyCopies),
        ("InvalidInputException", 400, "You cannot copy more than 5 snapshots", errors.TooManyCopies),
        ("LimitExceededException", 400, "You have reached the maximum number of manual snapshots.", errors.QuotaReached),
        ("LimitExceededException", 400, "The maximum number of snapshot copies is reached.", errors.LimitReached),
        ("LimitExceeded", 400, "", errors.LimitReached),
        ("InvalidInputException", 400, "You have reached your limit.", errors.LimitReached),
        ("SnapshotLimitExceeded", 400, "You have reached your quota.", errors.QuotaReached),
        ("TagLimitExceeded", 400, "More than the maximum number of tags (50).", errors.Refused),
        ("RequestLimitExceeded", 503, "Request limit exceeded.", errors.Transient),
        ("ThrottlingException", 400, "Rate exceeded", errors.Transient),
        ("InternalError", 500, "…", errors.AnswerLost),
        ("InternalFailure", 501, "API for service 'lightsail' not yet implemented", errors.NoSuchService),
        ("UnknownOperationException", 400, "", errors.NoSuchService),
        ("InvalidAction", 400, "The action CopySnapshot is not valid", errors.NoSuchService),
        ("UnrecognizedClientException", 400, "", errors.LoginFailed),
        ("AuthFailure", 403, "Not authorized to use key x", errors.Denied),
        ("AuthFailure", 401, "AWS was not able to validate the provided access credentials", errors.LoginFailed),
        ("UnauthorizedOperation", 403, "You are not authorized", errors.Denied),
        ("OptInRequired", 403, "", errors.LoginFailed),
        ("InvalidSnapshot.NotFound", 400, "", errors.NotFound),
        ("InvalidSnapshot.InUse", 400, "The snapshot is currently in use by ami-1", errors.Refused),
    ],
)  # fmt: skip
def test_what_a_call_ends_with(code: str, status: int, message: str, kind: type[Exception]) -> None:
    """Each code and its words decide whether waiting helps."""
    answer: Any = {
        "Error": {"Code": code, "Message": message}, "ResponseMetadata": {"HTTPStatusCode": status}
    }  # fmt: skip

    def fail() -> None:
        raise ClientError(answer, "CopySnapshot")

    with pytest.raises(errors.ServiceError) as caught:
        call("ec2:CopySnapshot", fail)
    assert type(caught.value) is kind


def test_a_denied_part_of_a_call_is_named() -> None:
    """CopySnapshot with tags needs ec2:CreateTags, too: that is what to allow."""
    answer: Any = {
        "Error": {
            "Code": "UnauthorizedOperation",
            "Message": "You are not authorized to perform this operation. User: arn:aws:iam::123456789012:user/x is "
            "not authorized to perform: ec2:CreateTags on resource: arn:aws:ec2:eu-west-1::snapshot/*",
        }
    }

    def fail() -> None:
        raise ClientError(answer, "CopySnapshot")

    with pytest.raises(errors.Denied) as caught:
        call("ec2:CopySnapshot", fail)
    assert caught.value.call == "ec2:CreateTags"


class _Page(BaseHTTPRequestHandler):
    """Answers everything with a page."""

    status, body = 200, b"<!DOCTYPE html><html><body>Welcome</body></html>"

    def do_POST(self) -> None:
        body = self.body
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def page(aws: Emulator, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A server that isn't AWS, at which both endpoints point."""
    with HTTPServer(("127.0.0.1", 0), _Page) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("AWS_ENDPOINT_URL_EC2", url)
        monkeypatch.setenv("AWS_ENDPOINT_URL_LIGHTSAIL", url)
        yield url
        server.shutdown()


NO_XML = b'<!DOCTYPE html PUBLIC "-//W3C//DTD HTML 4.01//EN"><html><head><hr>No'
XHTML = (
    b'<?xml version="1.0"?>\n<!-- a server\'s -->\n<html xmlns="http://www.w3.org/1999/xhtml"><body/></html>'
)


@pytest.mark.parametrize("service", [Ec2, Lightsail])
@pytest.mark.parametrize(
    ("status", "body"), [(200, _Page.body), (404, NO_XML), (404, XHTML), (403, b"<html>")]
)
def test_a_page_of_html_is_no_service(
    service: Any, status: int, body: bytes, aws: Emulator, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One page may be a proxy's; the third says so, with the endpoint and the setting that it comes from.

    What another endpoint or another service has answered says nothing of this one.
    """
    other = Lightsail if service is Ec2 else Ec2
    with monkeypatch.context() as elsewhere:
        elsewhere.setenv(f"AWS_ENDPOINT_URL_{other.__name__.upper()}", aws.url)
        other().all(TARGET, other.kinds[0])
    monkeypatch.setattr(_Page, "status", status)
    monkeypatch.setattr(_Page, "body", body)
    kind = service.kinds[0]
    for _ in range(HTML_RESPONSES_TO_BELIEVE - 1):
        with pytest.raises(errors.AnswerLost):
            service().all(TARGET, kind)
    with pytest.raises(errors.NoSuchService) as caught:
        service().all(TARGET, kind)
    assert f"{page}, set by AWS_ENDPOINT_URL_{service.__name__.upper()}, has no" in str(caught.value)


def test_a_proxys_pages_end_no_run_whose_endpoint_has_answered(aws: Emulator) -> None:
    """However often they come in between: what was sent may have been done."""
    before = Ec2().all(TARGET, "Snapshot")
    aws.inject(Fault(kind="garbage", times=HTML_RESPONSES_TO_BELIEVE + 1))
    for _ in range(HTML_RESPONSES_TO_BELIEVE + 1):
        with pytest.raises(errors.AnswerLost, match="a page of HTML"):
            Ec2().all(TARGET, "Snapshot")
    assert Ec2().all(TARGET, "Snapshot") == before


@pytest.mark.parametrize("status", [502, 503])
@pytest.mark.parametrize("service", [Ec2, Lightsail])
def test_a_proxys_page_of_an_error_says_nothing_of_the_service(
    service: Any, status: int, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However often it comes, and though it is no XML: what was sent may have been done."""
    kind = service.kinds[0]
    with monkeypatch.context() as failing:
        failing.setattr(_Page, "status", status)
        failing.setattr(_Page, "body", NO_XML)
        for _ in range(HTML_RESPONSES_TO_BELIEVE + 1):
            with pytest.raises(errors.AnswerLost):
                service().all(TARGET, kind)
    for expected in (errors.AnswerLost, errors.AnswerLost, errors.NoSuchService):
        with pytest.raises(expected):
            service().all(TARGET, kind)


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


def test_a_presigned_url_in_a_message_is_masked() -> None:
    """Its signature and credential are what makes it one."""
    text = "Bad https://ec2/?X-Amz-Credential=AKIAEXAMPLE%2Fx&X-Amz-Signature=abc123&x=1"
    assert without_secrets(text) == "Bad https://ec2/?X-Amz-Credential=***&X-Amz-Signature=***&x=1"


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
