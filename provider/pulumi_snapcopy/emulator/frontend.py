"""The front end of the emulated services: it records each call and applies the injected faults."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Protocol

from werkzeug.wrappers import Request, Response

from .calls import ApiRequest, Calls
from .empty_lists import without_items
from .faults import Fault, Faults, Injected
from .plans import PLAN, CopyPlan

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CONTROL = "/_snapcopy/"


_UNTRUE = {"error-after", "empty", "garbage", "no-items"}
"""Faults whose response doesn't report the result of the work that was done."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A response, and its outcome in the record of calls: ``ok`` or the error code."""

    response: Response
    outcome: str = "ok"


class Service(Protocol):
    """An emulated service with its own protocol."""

    def accepts(self, environ: WSGIEnvironment) -> bool:
        """Whether a request is for this service."""

    def read(self, environ: WSGIEnvironment, body: bytes) -> ApiRequest | Answer:
        """Return what a request asks for, or the error for a request without a signature."""

    def answer(self, request: ApiRequest, environ: WSGIEnvironment) -> Answer:
        """Carry out a request and return the response."""

    def refuse(self, code: str, message: str, status: int) -> Answer:
        """Return an error response for a fault."""

    def empty(self, request: ApiRequest) -> Response:
        """Return a success without members."""


class Dropped(ConnectionError):
    """Raised to close the connection without a response, normally or by a reset."""

    def __init__(self, outcome: str, *, reset: bool = False) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.reset = reset


class Frontend:
    """The WSGI application: the control API, the services with their faults, and the rest of moto."""

    def __init__(
        self,
        moto: WSGIApplication,
        control: WSGIApplication,
        services: Sequence[Service],
        faults: Faults,
        calls: Calls,
    ) -> None:
        self._moto = moto
        self._control = control
        self._services = services
        self._faults = faults
        self._calls = calls

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request, or raise `Dropped` to close the connection."""
        if environ["PATH_INFO"].startswith(CONTROL):
            return self._control(environ, start_response)
        for service in self._services:
            if service.accepts(environ):
                return self._serve(service, environ)(environ, start_response)
        return self._moto(environ, start_response)

    def _serve(self, service: Service, environ: WSGIEnvironment) -> Response:
        request = service.read(environ, _read_body(environ))
        if isinstance(request, Answer):
            return request.response
        number = self._calls.begin(request, environ.get("HTTP_USER_AGENT", ""))
        outcome = "ServiceException"
        try:
            hits = self._faults.hit(request)
            answer = self._with_faults(service, request, hits, environ)
            untrue = [hit.fault.kind for hit in hits if hit.fault.kind in _UNTRUE]
            outcome = untrue[-1] if untrue else answer.outcome
            return answer.response
        except Dropped as dropped:
            outcome = dropped.outcome
            raise
        finally:
            self._calls.end(number, outcome)

    def _with_faults(
        self, service: Service, request: ApiRequest, hits: list[Injected], environ: WSGIEnvironment
    ) -> Answer:
        for hit in hits:
            refusal = _before(service, hit)
            if refusal is not None:
                return refusal
        token = PLAN.set(_plan([hit.fault for hit in hits]))
        try:
            answer = service.answer(request, environ)
        finally:
            PLAN.reset(token)
        for hit in hits:
            answer = _after(service, request, hit, answer)
        return answer


def _before(service: Service, hit: Injected) -> Answer | None:
    fault = hit.fault
    if fault.kind == "error":
        return service.refuse(fault.code, fault.message, fault.status or 400)
    if fault.kind == "reset":
        raise Dropped("reset", reset=True)
    if fault.kind == "hang":
        hit.pause(fault.seconds)
        raise Dropped("hang")
    if fault.kind == "hold-before" and not hit.pause(fault.seconds):
        raise Dropped("dropped")
    return None


def _after(service: Service, request: ApiRequest, hit: Injected, answer: Answer) -> Answer:
    fault = hit.fault
    if fault.kind == "lost" or (fault.kind in ("hold-after", "slow") and not hit.pause(fault.seconds)):
        raise Dropped("lost")
    if fault.kind == "error-after":
        return service.refuse(fault.code, fault.message, fault.status or 400)
    if fault.kind == "empty":
        return Answer(service.empty(request))
    if fault.kind == "no-items" and answer.response.status_code == 200:
        return Answer(without_items(answer.response))
    if fault.kind == "garbage":
        html = "<html>This is neither JSON nor the service's XML.</html>"
        return Answer(Response(html, status=200, mimetype="text/html"))
    return answer


def _plan(faults: list[Fault]) -> CopyPlan:
    plan = CopyPlan()
    for fault in faults:
        if fault.kind == "fail-copy":
            plan = CopyPlan(seconds=fault.seconds, error=(fault.error_code, fault.error_details))
        elif fault.kind == "copy-seconds":
            plan = CopyPlan(seconds=fault.seconds, error=plan.error)
    return plan


def _read_body(environ: WSGIEnvironment) -> bytes:
    body = Request(environ).get_data()
    environ["wsgi.input"] = BytesIO(body)
    environ["CONTENT_LENGTH"] = str(len(body))
    return body
