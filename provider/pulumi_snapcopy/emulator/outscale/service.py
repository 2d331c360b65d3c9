"""OAPI as a service of the emulator: JSON posted to ``/api/v1/ACTION`` or ``/api/latest/ACTION``."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from werkzeug.wrappers import Response

from ..blocks import OUTSCALE, Region
from ..calls import ApiRequest
from ..frontend import Answer
from ..loopback import OUTSCALE_REGION
from ..shared import SHARED, changing
from ..signature import scope_region
from . import creating, reading, snapshots, tagging
from .description import check_request, has_action, regions
from .errors import OapiError

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

Action = Callable[[Region, dict[str, Any]], dict[str, Any]]


def _delete_snapshot(region: Region, request: dict[str, Any]) -> dict[str, Any]:
    snapshots.delete(region, snapshots.find_own(region, request["SnapshotId"]))
    return {}


READING: dict[str, Action] = {
    "ReadAccounts": reading.read_accounts,
    "ReadQuotas": reading.read_quotas,
    "ReadRegions": reading.read_regions,
    "ReadSnapshots": reading.read_snapshots,
    "ReadSubregions": reading.read_subregions,
    "ReadTags": reading.read_tags,
    "ReadVolumes": reading.read_volumes,
}
CHANGING: dict[str, Action] = {
    "CreateSnapshot": creating.create_snapshot,
    "CreateTags": tagging.create_tags,
    "CreateVolume": creating.create_volume,
    "DeleteSnapshot": _delete_snapshot,
    "DeleteTags": tagging.delete_tags,
}
ACTIONS = sorted({*READING, *CHANGING})

_PATH = re.compile("/+api/(?:v1|latest)/(.*)")
"""The path of an action. osc-cli asks for ``//api/latest/ACTION``."""


class OapiService:
    """The service that answers requests under OAPI's path; a signature is required but not verified."""

    def accepts(self, environ: WSGIEnvironment) -> bool:
        """Whether the request's path is OAPI's."""
        return _PATH.match(environ["PATH_INFO"]) is not None

    def read(self, environ: WSGIEnvironment, body: bytes) -> ApiRequest | Answer:
        """Return the action and its request, or the error for a request without a signature."""
        authorization = environ.get("HTTP_AUTHORIZATION")
        if not authorization:
            return self.refuse("1", "The request has no signature.", 401)
        action = _PATH.sub(r"\1", environ["PATH_INFO"])
        request = _request(body) or {}
        location = request.get("FileLocation")
        if isinstance(location, str):  # its query is a credential, which the record of calls must not hold
            request = {**request, "FileLocation": location.partition("?")[0]}
        region = scope_region(authorization) or OUTSCALE_REGION  # a login by password has no scope
        return ApiRequest(service="outscale", operation=action, region=region, parameters=request)

    def answer(self, request: ApiRequest, environ: WSGIEnvironment) -> Answer:
        """Answer a request; a change is in the state file on return."""
        try:
            body = _perform(request, _request(environ["wsgi.input"].getvalue()))
        except OapiError as error:
            return _refusal(error)
        return Answer(_json({**body, "ResponseContext": {"RequestId": str(uuid4())}}))

    def refuse(self, code: str, message: str, status: int) -> Answer:
        """Return an error in OAPI's form."""
        return _refusal(OapiError(code, message, status=status))

    def empty(self, request: ApiRequest) -> Response:
        """Return a success without members."""
        return _json({})


def _perform(request: ApiRequest, parameters: dict[str, Any] | None) -> dict[str, Any]:
    action = request.operation
    if action not in ACTIONS:
        raise _unknown(action)
    if parameters is None:
        raise OapiError(4110, "The request is not a JSON object.")
    check_request(action, parameters)
    if request.region not in regions():
        raise OapiError(5043, f"The Region {request.region} does not exist.")
    if parameters.pop("DryRun", False):
        return {}
    held: AbstractContextManager[Any] = SHARED.lock if action in READING else changing()
    with held:
        return {**READING, **CHANGING}[action](OUTSCALE.region(request.region), parameters)


def _unknown(action: str) -> OapiError:
    if has_action(action):
        message = f"{action} is not emulated; emulated are {', '.join(ACTIONS)}."
        return OapiError("OperationNotEmulated", message)
    return OapiError("UnknownAction", f"The API has no action {action}.", status=404)


def _refusal(error: OapiError) -> Answer:
    return Answer(_json(error.body(), error.status), error.code)


def _json(body: dict[str, Any], status: int = 200) -> Response:
    return Response(json.dumps(body), status=status, mimetype="application/json")


def _request(body: bytes) -> dict[str, Any] | None:
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        return None
    return request if isinstance(request, dict) else None
