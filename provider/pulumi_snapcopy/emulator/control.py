"""The emulator's control API over HTTP, for tests in other processes; described in the package's docstring."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from .. import __version__
from .backstage import Backstage
from .calls import Calls
from .faults import Fault, Faults, Injected

if TYPE_CHECKING:
    from collections.abc import Iterable

    from _typeshed.wsgi import StartResponse, WSGIEnvironment


_ROUTES = Map(
    [
        Rule("/_snapcopy/health", methods=["GET"], endpoint="health"),
        Rule("/_snapcopy/settings", methods=["GET"], endpoint="settings"),
        Rule("/_snapcopy/settings", methods=["PATCH"], endpoint="set_settings"),
        Rule("/_snapcopy/faults", methods=["GET"], endpoint="faults"),
        Rule("/_snapcopy/faults", methods=["POST"], endpoint="inject"),
        Rule("/_snapcopy/faults/<int:number>", methods=["GET"], endpoint="fault"),
        Rule("/_snapcopy/faults/<int:number>", methods=["DELETE"], endpoint="release"),
        Rule("/_snapcopy/faults/<int:number>/release", methods=["POST"], endpoint="release"),
        Rule("/_snapcopy/calls", methods=["GET"], endpoint="calls"),
        Rule("/_snapcopy/calls", methods=["DELETE"], endpoint="clear_calls"),
        Rule("/_snapcopy/seed", methods=["POST"], endpoint="seed"),
        Rule("/_snapcopy/finish-copies", methods=["POST"], endpoint="finish_copies"),
        Rule("/_snapcopy/reset", methods=["POST"], endpoint="reset"),
    ]
)


class Control:
    """The WSGI application under ``/_snapcopy/``.

    Args:
        backstage: The control of the emulated services.
        faults: The injected faults.
        calls: The record of calls.
        reset: Restores the initial state of the emulator.
    """

    def __init__(
        self, *, backstage: Backstage, faults: Faults, calls: Calls, reset: Callable[[], None]
    ) -> None:
        self._backstage = backstage
        self._all_faults = faults
        self._record = calls
        self._back_to_the_start = reset

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; errors are reported as ``{"error": …}``."""
        request = Request(environ)
        try:
            endpoint, arguments = _ROUTES.bind_to_environ(environ).match()
            answer: Callable[..., object] = getattr(self, f"_{endpoint}")
            response = _json(answer(request, **arguments))
        except HTTPException as error:
            response = _json({"error": error.description}, error.code or 400)
        except (ValueError, TypeError, TimeoutError) as error:
            response = _json({"error": str(error)}, 408 if isinstance(error, TimeoutError) else 400)
        return response(environ, start_response)

    def _health(self, request: Request) -> object:
        return {"status": "ok", "version": __version__, "pid": os.getpid()}

    def _settings(self, request: Request) -> object:
        return asdict(self._backstage.settings)

    def _set_settings(self, request: Request) -> object:
        self._backstage.settings = replace(self._backstage.settings, **_object(request))
        return asdict(self._backstage.settings)

    def _faults(self, request: Request) -> object:
        return {"faults": [_fault(injected) for injected in self._all_faults.all()]}

    def _inject(self, request: Request) -> object:
        return _fault(self._all_faults.inject(Fault(**_object(request))))

    def _fault(self, request: Request, number: int) -> object:
        injected = self._injected(number)
        wait = request.args.get("wait", type=float)
        if wait is not None:
            injected.wait_reached(wait, hits=request.args.get("hits", 1, type=int))
        return _fault(injected)

    def _release(self, request: Request, number: int) -> object:
        injected = self._injected(number)
        injected.release()
        return _fault(injected)

    def _calls(self, request: Request) -> object:
        return {"calls": [asdict(call) for call in self._record.all(*_wanted(request))]}

    def _clear_calls(self, request: Request) -> object:
        self._record.clear()
        return {}

    def _seed(self, request: Request) -> object:
        self._backstage.seed(_object(request))
        return {}

    def _finish_copies(self, request: Request) -> object:
        self._backstage.finish_copies()
        return {}

    def _reset(self, request: Request) -> object:
        self._back_to_the_start()
        return {}

    def _injected(self, number: int) -> Injected:
        for injected in self._all_faults.all():
            if injected.number == number:
                return injected
        raise NotFound(f"there is no fault {number}")


def _fault(injected: Injected) -> dict[str, Any]:
    return {"id": injected.number, "hits": injected.hits, **asdict(injected.fault)}


def _wanted(request: Request) -> tuple[str | None, str | None]:
    return request.args.get("operation"), request.args.get("service")


def _object(request: Request) -> dict[str, Any]:
    data = json.loads(request.get_data() or b"{}")
    if not isinstance(data, dict):
        raise ValueError("the request must be a JSON object")
    return data


def _json(data: object, status: int = 200) -> Response:
    return Response(json.dumps(data), status=status, mimetype="application/json")
