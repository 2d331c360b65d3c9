"""What stands in front of moto: records each Lightsail call, and does to it what the faults say."""

from __future__ import annotations

import json
from collections.abc import Iterable
from io import BytesIO
from typing import TYPE_CHECKING, Any

from werkzeug.wrappers import Request, Response

from .calls import Calls
from .copying import PLAN, CopyPlan
from .errors import LightsailError
from .faults import Fault, Faults, Injected
from .responses import error_response, scope_region
from .shapes import service_model

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTROL = "/_snapcopy/"


_UNTRUE = {"error-after", "empty", "garbage"}
"""Faults whose answer says nothing of the work, which is done."""


class Dropped(ConnectionError):
    """The connection is to be closed without an answer; by a reset, or in good order."""

    def __init__(self, outcome: str, *, reset: bool = False) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.reset = reset


class Front:
    """The WSGI application: control, Lightsail with its faults, and the rest of moto."""

    def __init__(self, moto: WSGIApplication, control: WSGIApplication, faults: Faults, calls: Calls) -> None:
        self._moto = moto
        self._control = control
        self._faults = faults
        self._calls = calls
        self._prefix = f"{service_model().metadata['targetPrefix']}."

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or raise `Dropped`."""
        if environ["PATH_INFO"].startswith(CONTROL):
            return self._control(environ, start_response)
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        if not target.startswith(self._prefix):
            return self._moto(environ, start_response)
        return self._lightsail(target.removeprefix(self._prefix), environ)(environ, start_response)

    def _lightsail(self, operation: str, environ: WSGIEnvironment) -> Response:
        body = _read_body(environ)
        region = scope_region(environ.get("HTTP_AUTHORIZATION"))
        if region is None:
            return _refuse(LightsailError("UnauthenticatedException", "The request has no signature"))
        parameters = _parameters(body)
        number = self._calls.begin(operation, region, parameters, environ.get("HTTP_USER_AGENT", ""))
        outcome = "ServiceException"
        try:
            hits = self._faults.hit(operation, region, parameters)
            response = self._with_faults(hits, environ)
            untrue = [hit.fault.kind for hit in hits if hit.fault.kind in _UNTRUE]
            outcome = untrue[-1] if untrue else response.headers.get("x-amzn-ErrorType", "ok")
            return response
        except Dropped as dropped:
            outcome = dropped.outcome
            raise
        finally:
            self._calls.end(number, outcome)

    def _with_faults(self, hits: list[Injected], environ: WSGIEnvironment) -> Response:
        for hit in hits:
            refusal = _before(hit)
            if refusal is not None:
                return refusal
        token = PLAN.set(_plan([hit.fault for hit in hits]))
        try:
            response = Response.from_app(self._moto, environ, buffered=True)
        finally:
            PLAN.reset(token)
        for hit in hits:
            response = _after(hit, response)
        return response


def _before(hit: Injected) -> Response | None:
    fault = hit.fault
    if fault.kind == "error":
        return _refuse(LightsailError(fault.code, fault.message, status=fault.status))
    if fault.kind == "reset":
        raise Dropped("reset", reset=True)
    if fault.kind == "hang":
        hit.pause(fault.seconds)
        raise Dropped("hang")
    if fault.kind == "hold-before" and not hit.pause(fault.seconds):
        raise Dropped("dropped")
    return None


def _after(hit: Injected, response: Response) -> Response:
    fault = hit.fault
    if fault.kind == "lost" or (fault.kind in ("hold-after", "slow") and not hit.pause(fault.seconds)):
        raise Dropped("lost")
    if fault.kind == "error-after":
        return _refuse(LightsailError(fault.code, fault.message, status=fault.status))
    if fault.kind == "empty":
        return Response("{}", status=200, mimetype="application/x-amz-json-1.1")
    if fault.kind == "garbage":
        return Response("<html>This is not JSON.</html>", status=200, mimetype="text/html")
    return response


def _plan(faults: list[Fault]) -> CopyPlan:
    plan = CopyPlan()
    for fault in faults:
        if fault.kind == "fail-copy":
            plan = CopyPlan(seconds=fault.seconds, error=(fault.error_code, fault.error_details))
        elif fault.kind == "copy-seconds":
            plan = CopyPlan(seconds=fault.seconds, error=plan.error)
    return plan


def _refuse(error: LightsailError) -> Response:
    status, headers, body = error_response(error)
    return Response(body, status=status, headers=headers)


def _read_body(environ: WSGIEnvironment) -> bytes:
    body = Request(environ).get_data()
    environ["wsgi.input"] = BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    return body


def _parameters(body: bytes) -> dict[str, Any]:
    try:
        parameters = json.loads(body or b"{}")
    except ValueError:
        return {}
    return parameters if isinstance(parameters, dict) else {}
