"""Calls to AWS: what they end with becomes ours, and never quotes a secret."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar

from botocore import exceptions as aws
from botocore.parsers import ResponseParserError

from ..core.errors import (
    AnswerLost,
    Denied,
    NameInUse,
    NotFound,
    Refused,
    ServiceError,
    TooManyCopies,
    Transient,
)

T = TypeVar("T")

PASSING = {
    "ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "RequestTimeout",
    "ServiceException", "AccountSetupInProgressException", "RegionSetupInProgressException",
}  # fmt: skip
DENIED = {
    "AccessDeniedException", "AccessDenied", "UnauthenticatedException", "UnauthorizedOperation",
    "UnrecognizedClientException", "InvalidClientTokenId", "ExpiredToken", "ExpiredTokenException",
    "RequestExpired", "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature",
    "MissingAuthenticationToken", "MissingAuthenticationTokenException", "OptInRequired",
}  # fmt: skip


def call(name: str, work: Callable[[], T]) -> T:
    """Make a call, and raise one of our errors for what it ends with."""
    try:
        return work()
    except aws.ClientError as error:
        raise _service_error(error, name) from error
    except (aws.BotoCoreError, ResponseParserError, ValueError) as error:
        raise _local_error(error, name) from error


def refuse_garbage(http_response: Any, **_: Any) -> None:
    """botocore takes an answer that isn't JSON for one that says nothing, such as an empty list."""
    try:
        json.loads(http_response.content or b"{}")
    except ValueError as error:
        raise ValueError("the answer is not JSON") from error


def pages(name: str, read: Callable[..., Any]) -> Iterator[Any]:
    """Read page by page; a token that comes twice ends it, botocore's own paginators would raise or go on for ever."""
    token, used = None, set[str]()
    while True:
        page = call(name, partial(read, pageToken=token) if token else read)
        yield page
        token = page.get("nextPageToken")
        if not token or token in used:
            return
        used.add(token)


def member(answer: Any, name: str) -> Any:
    if name not in answer:
        raise AnswerLost(f"the answer holds no {name}")
    return answer[name]


def _service_error(error: aws.ClientError, call: str) -> ServiceError:
    told = error.response.get("Error", {})
    meta = error.response.get("ResponseMetadata", {})
    code, message = told.get("Code", ""), without_secrets(told.get("Message") or str(error))
    about = {"call": call, "code": code, "request_id": meta.get("RequestId", "")}
    lower = f"{code} {message}".lower()
    if "already in use" in lower:
        return NameInUse(message, **about)
    if code in {"NotFoundException", "DoesNotExist"}:
        return NotFound(message, **about)
    if code in DENIED:
        return Denied(message, **about)
    if meta.get("HTTPStatusCode", 0) >= 500:
        # A 5xx says nothing of whether the work was done.
        return AnswerLost(message, **about)
    if "limitexceeded" in lower or ("too many" in lower and "cop" in lower):
        return TooManyCopies(message, **about)
    if code in PASSING and meta.get("HTTPStatusCode", 0) < 500:
        return Transient(message, **about)
    return Refused(message, **about)


def _local_error(error: Exception, call: str) -> ServiceError:
    message = " ".join(without_secrets(str(error)).split())
    no_credentials = (
        aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError, aws.ProfileNotFound,
        aws.TokenRetrievalError, aws.SSOError,
    )  # fmt: skip
    if isinstance(error, no_credentials):
        return Denied(message, call=call, code="Credentials")
    if isinstance(error, (aws.EndpointConnectionError, aws.ConnectTimeoutError, aws.ProxyConnectionError)):
        return Transient(message, call=call)
    if isinstance(error, (aws.HTTPClientError, aws.ResponseStreamingError, ValueError)):
        return AnswerLost(message, call=call)
    if isinstance(error, ResponseParserError):
        return AnswerLost(message.partition(" Further retries")[0], call=call)  # the answer itself comes next
    return Refused(message, call=call)


def without_secrets(text: str) -> str:
    """Return a message without what AWS or a library may quote in it: key ids, tokens, passwords in addresses.

    Example:
        >>> without_secrets("can't connect to http://me:secret@host/")
        "can't connect to http://***@host/"
    """
    text = re.sub(r'(?<=://)[^/\s"]+(?=@)', "***", text)
    text = re.sub(r"\b(AKIA|ASIA)[A-Z0-9]{8,}", "***", text)
    # A signature that doesn't match is explained with the request as it was sent, headers and all.
    text = re.sub(r"\s*The Canonical String for this request.*", "", text, flags=re.DOTALL)
    text = re.sub(r"(x-amz-security-token)(\s*[:=]\s*)[^\s&]+", r"\1\2***", text, flags=re.IGNORECASE)
    return re.sub(
        r"(Invalid header value) .*", r"\1 (the credentials hold a line break)", text, flags=re.DOTALL
    )
