"""What a client that can't be made, a connection that TLS breaks off, and a token that expires end with."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, SSLError
from pulumi_snapcopy.aws.calls import RESTARTS, call, pages
from pulumi_snapcopy.aws.clients import Clients
from pulumi_snapcopy.aws.login import Login
from pulumi_snapcopy.core.errors import (
    AnswerLost,
    LoginFailed,
    NoSuchService,
    Refused,
    ServiceError,
    Transient,
)

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
    for ask in (
        lambda: clients.of("eu-west-1"),
        lambda: Login().endpoints(["eu-west-1"], "lightsail"),
        lambda: Login().account("eu-west-1", service="lightsail"),
    ):
        with pytest.raises(NoSuchService) as caught:
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
    with pytest.raises(Refused):
        Login().endpoints([region], "lightsail")


def test_a_profile_of_the_stack_that_isnt_there_is_told_where_it_was_written() -> None:
    """It wins over AWS_PROFILE: setting that would not help."""
    clients: Clients[object] = Clients(
        "lightsail", Login(profile="nobody"), connections=1, prepare=lambda client: None
    )
    for ask in (lambda: clients.of("eu-west-1"), Login(profile="nobody").credentials):
        with pytest.raises(LoginFailed, match=r"profile \(nobody\) could not be found") as caught:
            ask()
        assert caught.value.advice.startswith("correct aws:profile in the stack's configuration")


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get issuer", Refused),
        ("[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)", Refused),
        ("[SSL: DECRYPTION_FAILED_OR_BAD_RECORD_MAC] decryption failed or bad record mac", AnswerLost),
        ("[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol", AnswerLost),
    ],
)
def test_what_tls_breaks_off_may_have_arrived(said: str, expected: type[ServiceError]) -> None:
    """A handshake that fails has sent no request; an answer that can't be read is one that was lost."""

    def work() -> None:
        raise SSLError(endpoint_url="https://lightsail.eu-west-1.amazonaws.com", error=said)

    with pytest.raises(expected) as caught:
        call("lightsail:CopySnapshot", work)
    assert isinstance(caught.value, Transient) is (expected is AnswerLost)


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

    with pytest.raises(Refused, match="InvalidNextToken: The token has expired"):
        list(pages("ec2:DescribeSnapshots", read, sent="NextToken", answered="NextToken"))
    assert len(asked) == calls
