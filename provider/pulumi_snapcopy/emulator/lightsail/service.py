"""Lightsail as a service of the emulator: JSON 1.1, answered by moto with our backend."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Response

from ..calls import ApiRequest
from ..frontend import Answer
from ..signature import scope_region
from .errors import LightsailError
from .responses import CONTENT_TYPE, error_response
from .shapes import service_model

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


class LightsailService:
    """The service that answers requests with Lightsail's target header.

    Args:
        moto: The application that answers the requests.
    """

    def __init__(self, moto: WSGIApplication) -> None:
        self._moto = moto
        self._prefix = f"{service_model().metadata['targetPrefix']}."

    def accepts(self, environ: WSGIEnvironment) -> bool:
        """Whether the request's target is an operation of Lightsail."""
        return bool(environ.get("HTTP_X_AMZ_TARGET", "").startswith(self._prefix))

    def read(self, environ: WSGIEnvironment, body: bytes) -> ApiRequest | Answer:
        """Return the operation and its members; a body that isn't JSON is left for moto to refuse."""
        region = scope_region(environ.get("HTTP_AUTHORIZATION"))
        if region is None:
            return self.refuse("UnauthenticatedException", "The request has no signature", 400)
        operation = environ["HTTP_X_AMZ_TARGET"].removeprefix(self._prefix)
        return ApiRequest(
            service="lightsail", operation=operation, region=region, parameters=_parameters(body)
        )

    def answer(self, request: ApiRequest, environ: WSGIEnvironment) -> Answer:
        """Answer a request by moto, which calls our backend."""
        response = Response.from_app(self._moto, environ, buffered=True)
        return Answer(response, response.headers.get("x-amzn-ErrorType", "ok"))

    def refuse(self, code: str, message: str, status: int) -> Answer:
        """Return an error in Lightsail's form."""
        status, headers, body = error_response(LightsailError(code, message, status=status))
        return Answer(Response(body, status=status, headers=headers), code)

    def empty(self, request: ApiRequest) -> Response:
        """Return a success without members."""
        return Response("{}", status=200, mimetype=CONTENT_TYPE)


def _parameters(body: bytes) -> dict[str, Any]:
    try:
        parameters = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parameters if isinstance(parameters, dict) else {}
