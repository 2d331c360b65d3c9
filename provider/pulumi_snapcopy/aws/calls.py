"""Makes calls to AWS and raises their failures as errors of `core.errors`, whose messages quote no secret."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from botocore import exceptions as aws
from botocore.parsers import ResponseParserError

from ..core.errors import (
    AnswerLost,
    Denied,
    LoginFailed,
    NameInUse,
    NoSuchService,
    NotFound,
    Refused,
    ServiceError,
    Transient,
    is_broken_off,
)
from ..core.paging import read_pages
from . import advice
from .limits import limit_error

T = TypeVar("T")

THROTTLED = {
    "ThrottlingException", "Throttling", "TooManyRequestsException", "RequestLimitExceeded", "RequestThrottled",
}  # fmt: skip
"""Error codes of throttling: the service refuses the call before it does any work, whatever the HTTP status."""
PASSING = {
    "RequestTimeout", "ConcurrentTagAccess", "ServiceException", "AccountSetupInProgressException", "RegionSetupInProgressException",
}  # fmt: skip
DENIED = {"AccessDeniedException", "AccessDenied", "UnauthorizedOperation"}
BAD_CREDENTIALS = {
    **dict.fromkeys(("ExpiredToken", "ExpiredTokenException"), advice.RENEW),
    "RequestExpired": advice.SET_THE_CLOCK,
    "OptInRequired": advice.ENABLE,
    **dict.fromkeys(
        (
            "UnauthenticatedException", "UnrecognizedClientException", "InvalidClientTokenId", "AuthFailure",
            "SignatureDoesNotMatch", "InvalidSignatureException", "IncompleteSignature",
            "MissingAuthenticationToken", "MissingAuthenticationTokenException",
        ),
        advice.CORRECT,
    ),
}  # fmt: skip
"""Error codes about credentials, which any call may return, each with its advice."""
NOT_FOUND = {"NotFoundException", "DoesNotExist", "InvalidSnapshot.NotFound"}
UNKNOWN_HERE = {"UnknownOperationException", "UnknownOperation", "InvalidAction", "NotImplemented"}
"""Error codes of an endpoint that doesn't have the service or the operation."""

_NOT_AUTHORIZED = re.compile(r"not authorized to perform: ([a-z0-9-]+:[A-Za-z]+)")

HTML_RESPONSES_TO_BELIEVE = 3
Place = tuple[str, str]
"""A service, and the host and port that its calls go to."""
_answering: set[Place] = set()
"""The places that have returned a response of the service."""
_html_responses: Counter[Place] = Counter()
_HTML = re.compile(
    r"\s*(<\?xml[^>]*>\s*|<!--(?:(?!-->).)*-->\s*)*<(!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL
)
_SERVICES = {"lightsail": "Lightsail", "ec2": "EC2", "sts": "STS"}


def call(name: str, work: Callable[[], T]) -> T:
    """Make a call and return its response; raise a failure as an error of `core.errors`."""
    try:
        return work()
    except aws.ClientError as error:
        raise _service_error(error, name) from error
    except (aws.BotoCoreError, ResponseParserError, ValueError) as error:
        raise _local_error(error, name) from error


def make_client(service: str, make: Callable[[], Any]) -> Any:
    """Make and return a boto3 client; raise a failure as an error of `core.errors`, with no request sent yet.

    Args:
        service: boto3's name of the service.
        make: makes the client.
    """
    try:
        client = make()
        _check_endpoint(client.meta.endpoint_url)
        return client
    except ValueError as error:
        raise _unusable(service, error) from error
    except aws.BotoCoreError as error:
        raise _local_error(error, "") from error


def _check_endpoint(url: str) -> None:
    """Raise ValueError for an endpoint that boto3 accepts, but that no request can be sent to."""
    parts = urlsplit(url)
    try:
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # an invalid port
        usable = False
    if not usable:
        raise ValueError(f"Invalid endpoint: {url}")


def check_responses(client: Any, refuse_others: Callable[..., None]) -> None:
    """Have a client's responses checked, which botocore would otherwise read as, say, an empty list.

    Args:
        client: a boto3 client.
        refuse_others: raises ValueError for a response that isn't one of the service.
    """
    service: str = client.meta.service_model.service_name
    place = service, urlsplit(client.meta.endpoint_url).netloc

    def note_answer(http_response: Any, model: Any, **_: Any) -> None:
        refuse_others(http_response, model)
        if http_response.status_code < 500:  # above, it may be a proxy's
            _answering.add(place)

    client.meta.events.register(f"before-parse.{service}", partial(_refuse_html, place))
    client.meta.events.register(f"before-parse.{service}", _refuse_json_of_another_shape)
    client.meta.events.register(f"after-call.{service}", note_answer)


def refuse_non_json(http_response: Any, model: Any) -> None:
    """Raise ValueError for a response that isn't JSON."""
    try:
        json.loads(http_response.content or b"{}")
    except ValueError as error:
        raise ValueError("the answer is not JSON") from error


def refuse_other_xml(http_response: Any, model: Any) -> None:
    """Raise ValueError for XML that isn't the call's response."""
    content, status = http_response.content or b"", http_response.status_code
    if status < 300 and f"<{model.name}Response".encode() not in content[:1000]:
        raise ValueError(f"the answer is no {model.name}Response")


def _refuse_html(place: Place, *, operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """Raise an error for a page of HTML: AnswerLost, or NoSuchService if the endpoint isn't the service.

    One page may be a proxy's. An endpoint isn't the service if it has sent `HTML_RESPONSES_TO_BELIEVE` pages and nothing
    else. A page with a 5xx or 429 is a proxy's, and is left to botocore as an error without a body, which botocore can parse.
    """
    status, content = response_dict["status_code"], response_dict["body"] or b""
    if not _HTML.match(content[:1000].decode(errors="replace")):
        return
    if status >= 500 or status == 429:
        response_dict["body"] = b""
        return
    _html_responses[place] += 1
    call, message = f"{place[0]}:{operation_model.name}", f"the answer is a page of HTML (HTTP {status})"
    if place in _answering or _html_responses[place] < HTML_RESPONSES_TO_BELIEVE:
        raise AnswerLost(message, call=call)
    raise NoSuchService(_no_such_service(call, message), call=call)


def _refuse_json_of_another_shape(*, operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """Raise AnswerLost for JSON that isn't an object, in which botocore's parser would look for members."""
    try:
        parsed = json.loads(response_dict["body"] or b"{}")
    except ValueError:
        return
    if not isinstance(parsed, dict):
        name = f"{operation_model.service_model.service_name}:{operation_model.name}"
        raise AnswerLost(
            f"the answer is JSON, and no object (HTTP {response_dict['status_code']})", call=name
        )


def pages(
    name: str, read: Callable[..., Any], *, sent: str = "pageToken", answered: str = "nextPageToken"
) -> Iterator[Any]:
    """Return the pages of a list; botocore's paginators raise, or never end, at a page token that comes twice.

    Args:
        name: the call's name, as in an IAM policy.
        read: makes the call.
        sent: the page token's name in the request.
        answered: the page token's name in the response.
    """

    def page(token: str | None) -> Any:
        return call(name, partial(read, **{sent: token}) if token else read)

    return iter(read_pages(page, lambda page: page.get(answered)))


def member(answer: Any, name: str, call: str) -> Any:
    """Return a member of a call's response; a response without it is an error."""
    if name not in answer:
        raise AnswerLost(f"the answer holds no {name}", call=call)
    return answer[name]


def _service_error(error: aws.ClientError, call: str) -> ServiceError:
    details = error.response.get("Error", {})
    meta = error.response.get("ResponseMetadata", {})
    code, message = details.get("Code", ""), without_secrets(details.get("Message") or str(error))
    context = {"call": call, "code": code, "request_id": meta.get("RequestId", "")}
    lower = f"{code} {message}".lower()
    status = meta.get("HTTPStatusCode", 0)
    if "already in use" in lower:
        return NameInUse(message, **context)
    if code in NOT_FOUND:
        return NotFound(message, **context)
    if code in DENIED or (code == "AuthFailure" and "authorized" in lower):  # EC2's, for a KMS key
        # A call may need a second permission, such as ec2:CreateTags for the tags in it: the message names that one.
        if action := _NOT_AUTHORIZED.search(message):
            context["call"] = action[1]
        return Denied(message, **context)
    if code in BAD_CREDENTIALS:
        late = "ignature expired" in message or "ignature not yet" in message
        return LoginFailed(message, **context, advice=advice.SET_THE_CLOCK if late else BAD_CREDENTIALS[code])
    if code in THROTTLED or status == 429:
        return Transient(message, **context)
    if status == 501 or code in UNKNOWN_HERE:
        return NoSuchService(_no_such_service(call, f"{code}: {message}"), call=call)
    if status >= 500:
        # A 5xx doesn't say whether the work was done.
        return AnswerLost(message, **context)
    if kind := limit_error(code, message):
        return kind(message, **context)
    if code in PASSING:
        return Transient(message, **context)
    return Refused(message, **context)


def _no_such_service(call: str, reason: str) -> str:
    """Return the message that the endpoint doesn't have a service, with the setting that the endpoint comes from."""
    room = call.partition(":")[0]
    service = _SERVICES.get(room, room)
    if variable := _endpoint_variable(room):
        return f"{without_secrets(os.environ[variable])}, set by {variable}, has no {service}: {reason}"
    return f"the endpoint has no {service} (endpoint_url in the AWS profile, if it is set there): {reason}"


def _unusable(service: str, error: ValueError) -> ServiceError:
    """Return the error for a client that can't be made, with the setting to correct."""
    message = without_secrets(str(error))
    if not re.match(r"Invalid (endpoint|IPv6)", message):
        return Refused(message)
    setting = _endpoint_variable(service) or "endpoint_url in the AWS profile"
    return NoSuchService(
        f"{setting} can't be used: {message}",
        advice="write it as http://HOST:PORT or https://HOST, or unset it to use the real service",
    )


def _endpoint_variable(service: str) -> str | None:
    """Return the environment variable that sets a service's endpoint, or None."""
    variables = (f"AWS_ENDPOINT_URL_{service.upper()}", "AWS_ENDPOINT_URL")
    return next((each for each in variables if os.environ.get(each)), None)


def _local_error(error: Exception, call: str) -> ServiceError:
    message = " ".join(without_secrets(str(error)).split())
    no_credentials = (
        aws.NoCredentialsError, aws.PartialCredentialsError, aws.CredentialRetrievalError, aws.ProfileNotFound,
        aws.TokenRetrievalError, aws.SSOError,
    )  # fmt: skip
    if isinstance(error, no_credentials):
        return LoginFailed(message, call=call, code="Credentials", advice=advice.LOG_IN)
    if isinstance(error, (aws.EndpointConnectionError, aws.ConnectTimeoutError, aws.ProxyConnectionError)):
        return Transient(message, call=call)
    if isinstance(error, (aws.HTTPClientError, aws.ResponseStreamingError, ValueError)):
        return AnswerLost(message, call=call)
    if isinstance(error, aws.SSLError) and is_broken_off(message):
        return AnswerLost(message, call=call)
    if isinstance(error, ResponseParserError):
        return AnswerLost(message.partition(" Further retries")[0], call=call)  # the response itself follows
    return Refused(message, call=call)


def without_secrets(text: str) -> str:
    """Return a message without the secrets that AWS or a library may quote: key ids, tokens, passwords in URLs.

    Example:
        >>> without_secrets("can't connect to http://me:secret@host/")
        "can't connect to http://***@host/"
    """
    text = re.sub(r'(?<=://)[^/\s"]+(?=@)', "***", text)
    text = re.sub(r"\b(AKIA|ASIA)[A-Z0-9]{8,}", "***", text)
    # AWS explains a signature that doesn't match with the complete request, headers included.
    text = re.sub(r"\s*The Canonical String for this request.*", "", text, flags=re.DOTALL)
    text = re.sub(
        r"(x-amz-security-token|x-amz-signature|x-amz-credential)(\s*[:=]\s*)[^\s&]+",
        r"\1\2***",
        text,
        flags=re.IGNORECASE,
    )
    return re.sub(
        r"(Invalid header value) .*", r"\1 (the credentials hold a line break)", text, flags=re.DOTALL
    )
