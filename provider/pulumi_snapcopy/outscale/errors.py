"""Converts OUTSCALE's refusals into errors of `core.errors`, by error code or HTTP status: their types vary.

Page: https://docs.outscale.com/en/userguide/Errors-Reference.html
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from ..core.errors import (
    AnswerLost,
    Denied,
    LimitReached,
    LoginFailed,
    NoSuchService,
    NotFound,
    Refused,
    ServiceError,
    TooManyCopies,
    Transient,
)

PROFILE = "OSC_PROFILE"
"""The setting that chooses the credentials."""

CORRECT = (
    "correct the credentials, which are wrong (OSC_PROFILE, or OSC_ACCESS_KEY and OSC_SECRET_KEY; a profile file wins over "
    "the environment)"
)
CONFIGURE = "correct the OUTSCALE credentials"

TOKEN_USED = "4091"
INVALID_STATE = "409"
NO_SUCH_SNAPSHOT = "5054"
TOO_MANY_SNAPSHOTS = "10026"
UNKNOWN_PARAMETER = "3001"
UNKNOWN_ACTION = "12000"
"""The error code of an endpoint that doesn't have the call."""
UNKNOWN_KEY = "4120"
"""The error code, without details, for an access key that the service doesn't know."""

_NOT_FOUND = {NO_SUCH_SNAPSHOT, "5064", "4104", "4105", "4061"}
"""Error codes for a snapshot or volume that doesn't exist, or whose id is malformed."""

_TOO_MANY_IN_PROGRESS = {"10008"}
_THROTTLED = {"6", "24", "25"}


def refusal(
    status: int, body: Any, *, call: str, html: bool = False, hidden: Sequence[str] = ()
) -> ServiceError:
    """Return the error of `core.errors` for an error response of the service.

    Args:
        status: the HTTP status.
        body: the response's JSON; anything else if the response had none.
        call: the API's name of the call.
        html: whether the response was a page of HTML, as from proxies and other servers.
        hidden: the secrets that no message may quote.

    Example:
        >>> body = {"Errors": [{"Code": "5054", "Type": "InvalidResource", "Details": "No such snapshot."}]}
        >>> refusal(400, body, call="DeleteSnapshot")
        NotFound('No such snapshot.')
    """
    listed = body.get("Errors") if isinstance(body, Mapping) else None
    errors = [each for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    codes = [str(each.get("Code", "")) for each in errors]
    details = "; ".join(dict.fromkeys(str(each.get("Details") or each.get("Type") or "") for each in errors))
    context = body.get("ResponseContext") if isinstance(body, Mapping) else None
    message = without_secrets(details or f"the service answers HTTP {status} and says no more", hidden)
    kind = _kind(status, codes, html=html)
    if UNKNOWN_KEY in codes and not any(each.get("Details") for each in errors):
        kind = LoginFailed
    if kind is NoSuchService:
        message = f"there is no OUTSCALE API at the endpoint: HTTP {status}"
    return kind(
        message,
        call=f"api:{call}",
        code=codes[0] if codes else "",
        request_id=str(context.get("RequestId") or "") if isinstance(context, Mapping) else "",
        advice=CORRECT if kind is LoginFailed else "",
    )


def _kind(status: int, codes: Sequence[str], *, html: bool) -> type[ServiceError]:
    found = set(filter(None, codes))
    if found & _THROTTLED or status == 429:
        return Transient
    if status == 401:
        return LoginFailed
    if status == 403:
        return Denied
    if status == 501 or (status < 500 and (html or (status in (400, 404, 405) and not found))):
        return NoSuchService
    if status >= 500:
        return AnswerLost  # it doesn't say whether the work was done
    if found & _TOO_MANY_IN_PROGRESS:
        return TooManyCopies
    if TOO_MANY_SNAPSHOTS in found:
        return LimitReached
    return NotFound if found & _NOT_FOUND else Refused


def without_secrets(text: str, hidden: Sequence[str] = ()) -> str:
    """Return a message without the secrets that a service or library may quote: keys, passwords, URL signatures.

    Example:
        >>> without_secrets("can't read https://me:secret@oos/bucket/key?Signature=abc, sorry")
        "can't read https://***@oos/bucket/key?***, sorry"
    """
    for each in hidden:
        if len(each) >= 4:
            text = text.replace(each, "***")
    text = re.sub(r"(?<=://)[^/\s\"]+(?=@)", "***", text)
    return " ".join(re.sub(r"(https?://[^\s?\"'<>]+)\?[^\s\"'<>,]*", r"\1?***", text).split())
