"""What calls end with: an error code, a client that can't be made, a connection that TLS breaks off, an expired token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError, SSLError
from pulumi_snapcopy.aws.calls import call, member, pages, without_secrets
from pulumi_snapcopy.aws.clients import Clients
from pulumi_snapcopy.aws.login import Login
from pulumi_snapcopy.core import errors
from pulumi_snapcopy.core.paging import RESTARTS

EXPIRED = ClientError(
    {"Error": {"Code": "InvalidNextToken", "Message": "The token has expired"}}, "DescribeSnapshots"
)


@pytest.mark.parametrize("url", ["localhost:4597", "http://127.0.0.1:port", "ftp://localhost", "http://[::1"])
@pytest.mark.parametrize("variable", ["AWS_ENDPOINT_URL_LIGHTSAIL", "AWS_ENDPOINT_URL"])
def test_an_address_that_is_none_isnt_retried(
    url: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing was sent, and nothing passes: the setting is named, wherever the client is made."""
    monkeypatch.delenv("AWS_ENDPOINT_URL_LIGHTSAIL", raising=False)
    monkeypatch.setenv(variable, url)
    clients: Clients[object] = Clients("lightsail", None, connections=1, prepare=lambda client: None)
    asks: tuple[Callable[[], object], ...] = (
        lambda: clients.of("eu-west-1"),
        lambda: Login().endpoints(["eu-west-1"], "lightsail"),
        lambda: Login().account("eu-west-1", service="lightsail"),
    )
    for ask in asks:
        with pytest.raises(errors.NoSuchService) as caught:
            ask()
        assert f"{variable} can't be used: Invalid " in str(caught.value)
        assert "http://HOST:PORT" in caught.value.advice


@pytest.mark.parametrize(
    ("setting", "region"), [(("AWS_MAX_ATTEMPTS", "many"), "eu-west-1"), (("AWS_REGION", ""), "eu west 1")]
)
def test_what_else_a_client_cant_be_made_with_isnt_retried(
    setting: tuple[str, str], region: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """botocore says it; no endpoint is accused."""
    monkeypatch.setenv(*setting)
    with pytest.raises(errors.Refused):
        Login().endpoints([region], "lightsail")


def test_a_profile_of_the_stack_that_isnt_there_is_told_where_it_was_written() -> None:
    """It wins over AWS_PROFILE: setting that would not help."""
    clients: Clients[object] = Clients(
        "lightsail", Login(profile="nobody"), connections=1, prepare=lambda client: None
    )
    asks: tuple[Callable[[], object], ...] = (
        lambda: clients.of("eu-west-1"),
        Login(profile="nobody").credentials,
    )
    for ask in asks:
        with pytest.raises(errors.LoginFailed, match=r"profile \(nobody\) could not be found") as caught:
            ask()
        assert caught.value.advice.startswith("correct aws:profile in the stack's configuration")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get issuer", errors.Refused),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", errors.Refused),
        ("[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC] decryption failed or bad record mac", errors.AnswerLost),
        ("[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol", errors.AnswerLost),
    ],
)
def test_what_tls_breaks_off_may_have_arrived(said: str, expected: type[errors.ServiceError]) -> None:
    """A handshake that fails has sent no request; an answer that can't be read is one that was lost."""

    def work() -> None:
        raise SSLError(endpoint_url="https://lightsail.eu-west-1.amazonaws.com", error=OSError(said))

    with pytest.raises(expected) as caught:
        call("lightsail:CopySnapshot", work)
    assert isinstance(caught.value, errors.Transient) is (expected is errors.AnswerLost)


@pytest.mark.parametrize(("expires", "calls"), [(0, 2), (RESTARTS, 2 * (RESTARTS + 1))])
def test_a_list_whose_token_has_expired_is_begun_again(expires: int, calls: int) -> None:
    """The first page was answered, so what is refused later is the token; but not for ever."""
    asked: list[str] = []

    def read(**given: str) -> dict[str, str]:
        asked.append(given.get("NextToken", ""))
        if not given:
            return {"page": "first", "NextToken": "a"}
        if asked.count("a") > expires:
            return {"page": "last"}
        raise EXPIRED

    tokens = {"sent": "NextToken", "answered": "NextToken"}
    found = pages("ec2:DescribeSnapshots", read, **tokens)
    assert [each["page"] for each in found] == ["first", "last"] and len(asked) == calls


@pytest.mark.parametrize(("first", "calls"), [("first", 2 * (RESTARTS + 1)), ("", 1)])
def test_a_list_that_is_always_refused_ends_with_the_services_words(first: str, calls: int) -> None:
    """A first page at once."""
    asked: list[str] = []

    def read(**given: str) -> dict[str, str]:
        asked.append(given.get("NextToken", ""))
        if given or not first:
            raise EXPIRED
        return {"page": first, "NextToken": "a"}

    with pytest.raises(errors.Refused, match="InvalidNextToken: The token has expired"):
        list(pages("ec2:DescribeSnapshots", read, sent="NextToken", answered="NextToken"))
    assert len(asked) == calls


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


def test_a_presigned_url_in_a_message_is_masked() -> None:
    """Its signature and credential are what makes it one."""
    text = "Bad https://ec2/?X-Amz-Credential=AKIAEXAMPLE%2Fx&X-Amz-Signature=abc123&x=1"
    assert without_secrets(text) == "Bad https://ec2/?X-Amz-Credential=***&X-Amz-Signature=***&x=1"


def test_a_response_without_what_it_is_read_for_is_an_error_that_names_the_call() -> None:
    """It isn't taken for an empty one."""
    with pytest.raises(errors.AnswerLost, match="the answer holds no Snapshots") as caught:
        member({"ResponseMetadata": {}}, "Snapshots", "ec2:DescribeSnapshots")
    assert caught.value.call == "ec2:DescribeSnapshots"
