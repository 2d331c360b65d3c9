"""Requests as moto passes them on, and responses as Lightsail gives them: JSON 1.1."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from moto.core.common_types import TYPE_RESPONSE
from moto.core.responses import BaseResponse

from ..signature import scope_region
from .actions import perform
from .errors import LightsailError
from .shapes import is_modelled_error

CONTENT_TYPE = "application/x-amz-json-1.1"


class LightsailResponse(BaseResponse):
    """One request and its response."""

    use_raw_body = True

    def __init__(self) -> None:
        super().__init__(service_name="lightsail")

    def get_region_from_url(self, request: Any, full_url: str) -> str:
        """Return the region in the signature's scope; moto alone would use the address or the user agent."""
        signed = scope_region(request.headers.get("Authorization"))
        return signed or super().get_region_from_url(request, full_url)

    def call_action(self) -> TYPE_RESPONSE:
        """Carry out the request and return status, headers and body."""
        try:
            answer = perform(self._get_action(), self.region, self.current_account, _parameters(self.body))
            return 200, headers(), json.dumps(answer)
        except LightsailError as error:
            return error_response(error)


def headers() -> dict[str, Any]:
    """Return the headers that every response has."""
    return {"Content-Type": CONTENT_TYPE, "x-amzn-RequestId": str(uuid4())}


def error_response(error: LightsailError) -> TYPE_RESPONSE:
    """Return status, headers and body of an error response."""
    body = error.body(modelled=is_modelled_error(error.code))
    return error.status, {**headers(), "x-amzn-ErrorType": error.code}, body


def _parameters(body: bytes) -> dict[str, Any]:
    try:
        parameters = json.loads(body or b"{}")
    except ValueError:
        parameters = None
    if not isinstance(parameters, dict):
        raise LightsailError("SerializationException", "The request is no JSON object")
    return parameters
