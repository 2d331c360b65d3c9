"""The only place that touches osc-sdk-python: its profile, its one Gateway, and what its calls end with.

Page: https://github.com/outscale/osc-sdk-python
"""

from __future__ import annotations

import json
import os
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus

import requests
from osc_sdk_python import Gateway
from osc_sdk_python.credentials import STD_PATH, Endpoint, Profile
from requests.adapters import HTTPAdapter
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, NewConnectionError

from .. import __version__
from ..core.errors import (
    AnswerLost,
    LoginFailed,
    NoSuchService,
    Refused,
    ServiceError,
    Transient,
    is_broken_off,
)
from ..core.waiting.clock import Clock
from .errors import CONFIGURE, refusal, without_secrets
from .limiter import Limiter

CALLS_A_SECOND = 5.0
"""The SDK's own limit."""

CONNECT_TIMEOUT, READ_TIMEOUT = 10.0, 60.0
"""Seconds; the SDK has none."""

_SHORTEST_SECRET = 6
"""Characters; shorter values of a URL sign nothing."""

_IN_A_PROFILE = set(vars(Profile())) | {"email"}
_IN_ENDPOINTS = set(vars(Endpoint()))


def profile() -> Any:
    """Return the SDK's own choice of keys, region and endpoint: the profile's, else the environment's.

    Raises:
        LoginFailed: if the file of profiles can't be read or isn't one; the SDK would ignore it without a word.
    """
    _check_file()
    try:
        return Profile.from_standard_configuration(None, None)
    except Exception as error:
        raise _unusable(_path(), f"it can't be used ({type(error).__name__})") from None


def region() -> str:
    """Return the region that the SDK is configured for: the profile's, OSC_REGION, or eu-west-2.

    Raises:
        LoginFailed: if the file of profiles can't be used.
    """
    return str(profile().region)


def required(found: Any) -> str:
    """Return by what a profile logs in.

    Raises:
        LoginFailed: if it has neither keys nor a login.
    """
    if found.login and found.password:
        return "login and password, which win over keys"
    for name in ("access_key", "secret_key"):
        if (key := getattr(found, name)) and not re.fullmatch(r"[!-~]+", str(key)):
            raise LoginFailed(
                f"the {name} has a space, a line break or another character that no key has: correct OSC_{name.upper()}, or "
                f"the profile in {_shown(_path())}",
                code="Credentials",
                advice=CONFIGURE,
            )
    if found.access_key and found.secret_key:
        return "access key and secret key"
    raise LoginFailed(
        "there are no credentials: set OSC_ACCESS_KEY and OSC_SECRET_KEY, or write access_key and secret_key "
        f"into the profile in {_shown(_path())}",
        code="Credentials",
        advice=CONFIGURE,
    )


def described_login() -> str:
    """Return in words where keys, region and endpoint come from.

    Raises:
        LoginFailed: if the file of profiles can't be used.
    """
    _check_file()
    path, name = _path(), os.environ.get("OSC_PROFILE") or "default"
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8")).get(name)
    except OSError:
        found = None
    if found:  # an empty profile, such as the emulator's, says nothing
        return f"profile {name} of {_shown(path)}; it wins over the environment (OSC_…)"
    return f"the environment (OSC_ACCESS_KEY, OSC_SECRET_KEY, OSC_REGION, …); a profile {name} in {_shown(path)} would win over it"


@dataclass(slots=True)
class Connection:
    """The one Gateway of this process, made when it is first needed: it reads the description of the whole API.

    Args:
        workers: how many calls may be in progress at once.
        rate: calls a second.
    """

    workers: int = 10
    rate: float = CALLS_A_SECOND
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _gateway: Any = field(default=None, repr=False)
    _hidden: tuple[str, ...] = field(default=(), repr=False)
    _limiter: Limiter = field(init=False)

    def __post_init__(self) -> None:
        self._limiter = Limiter(self.rate)

    @property
    def region(self) -> str:
        """The region that the Gateway is for."""
        return str(self._made().region())

    def call(self, action: str, *, clock: Clock, **parameters: Any) -> dict[str, Any]:
        """Make a call, once, and return its answer.

        Args:
            action: the API's name of the call.
            clock: lets time pass while the pace of calls asks for it.
            parameters: by the API's names.

        Raises:
            ServiceError: one of ours, for whatever it ends with; its message quotes no secret.
        """
        gateway = self._made()
        self._limiter.wait(clock)
        hidden = (*self._hidden, *_of_a_url(str(parameters.get("FileLocation") or "")))
        try:
            answer = getattr(gateway, action)(**parameters)
        except NotImplementedError as error:  # what the SDK refuses by itself
            raise Refused(without_secrets(str(error), hidden), call=f"api:{action}") from None
        except requests.RequestException as error:
            raise _error(error, action, hidden) from None
        except (ValueError, TypeError, OSError) as error:  # which may quote the whole header that is signed
            raise Refused(
                f"the request can't be sent ({type(error).__name__}): correct the keys, the endpoint and the files that the "
                "OUTSCALE profile or the environment (OSC_…) name",
                call=f"api:{action}",
            ) from None
        if not isinstance(answer, dict):
            raise AnswerLost("the answer is no JSON object", call=f"api:{action}")
        return answer

    def _made(self) -> Any:
        with self._lock:
            if self._gateway is None:
                self._gateway, self._hidden = self._make()
            return self._gateway

    def _make(self) -> tuple[Any, tuple[str, ...]]:
        found = profile()
        secrets = tuple(str(each) for each in (found.secret_key, found.password, found.access_key) if each)
        required(found)
        agent = f"pulumi-snapcopy/{__version__} osc-sdk-python"
        gateway = Gateway(user_agent=agent, max_retries=0)  # the core retries, within its deadline
        gateway.call.limiter = None  # ours, which threads can share
        session = gateway.call.session
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Timed(pool_maxsize=self.workers))
        return gateway, secrets


def _of_a_url(location: str) -> tuple[str, ...]:
    """What of a pre-signed URL no message may quote: it, its query, and each of its values, as it may be spelled."""
    query = location.partition("?")[2]
    values = [each for _, each in parse_qsl(query) if len(each) >= _SHORTEST_SECRET]
    spelled = [spell(each) for each in values for spell in (str, quote, quote_plus, partial(quote, safe=""))]
    return (location, query, *sorted({*spelled, *map(quote, spelled)}, key=len, reverse=True))


class _Timed(HTTPAdapter):
    """Sends with timeouts, which the SDK doesn't set."""

    def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs["timeout"] = kwargs.get("timeout") or (CONNECT_TIMEOUT, READ_TIMEOUT)
        return super().send(request, *args, **kwargs)


def _error(error: requests.RequestException, action: str, hidden: tuple[str, ...]) -> ServiceError:
    call, answer = f"api:{action}", error.response
    if isinstance(error, requests.HTTPError) and answer is not None:
        html = "html" in (answer.headers.get("content-type") or "")
        return refusal(answer.status_code, _json(answer), call=action, html=html, hidden=hidden)
    message = without_secrets(str(error), hidden)
    if isinstance(error, requests.JSONDecodeError):
        return AnswerLost("the answer is not JSON", call=call)
    if isinstance(error, requests.exceptions.SSLError) and not is_broken_off(message):
        return Refused(message, call=call)
    if isinstance(error, requests.exceptions.ProxyError | requests.ConnectTimeout) or _was_not_sent(error):
        return Transient(message, call=call)
    if isinstance(error, ValueError):  # no URL, no scheme, no host
        return NoSuchService(f"the endpoint can't be used: {message}", call=call)
    return AnswerLost(message, call=call)


def _was_not_sent(error: requests.RequestException) -> bool:
    cause = error.args[0] if error.args else None
    reason = cause.reason if isinstance(cause, MaxRetryError) else cause
    return isinstance(reason, NewConnectionError | ConnectTimeoutError)


def _json(answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _path() -> str:
    return os.environ.get("OSC_CONFIG_FILE") or STD_PATH


def _check_file() -> None:
    """Refuse a file of profiles that the SDK would ignore, also beside complete keys in the environment."""
    path, name = _path(), os.environ.get("OSC_PROFILE") or "default"
    required = path != STD_PATH or name != "default"
    try:
        config = json.loads(Path(path).read_text(encoding="utf-8"))
    except FileNotFoundError:
        if required:
            named = "OSC_CONFIG_FILE" if path != STD_PATH else "OSC_PROFILE"
            raise _unusable(path, "there is no such file", f"write it, or unset {named}") from None
        return
    except OSError as error:
        raise _unusable(path, error.strerror or type(error).__name__) from None
    except ValueError as error:
        where = f", line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        raise _unusable(path, f"it is not JSON{where}") from None
    if not isinstance(config, dict):
        raise _unusable(path, "it is not an object of profiles")
    if name in config:
        if fault := _fault(config[name]):
            raise _unusable(path, f'the profile "{name}" {fault}')
    elif required:
        there = ", ".join(f'"{each}"' for each in sorted(config))
        has = f"; it has {there}" if there else ""
        raise _unusable(path, f'it has no profile "{name}"{has}', "add it, or set OSC_PROFILE to another")


def _fault(found: Any) -> str | None:
    """What is wrong with a profile; its values are never quoted."""
    if not isinstance(found, Mapping):
        return "is not an object"
    endpoints = found.get("endpoints", {})
    if not isinstance(endpoints, Mapping):
        return "has endpoints that are not an object"
    if fault := next((key for key, value in endpoints.items() if not isinstance(value, str)), None):
        return f'has an endpoint "{fault}" that is not a string'
    for key in found:
        if key not in _IN_A_PROFILE:
            return f'has the unknown key "{key}"'
    for key in endpoints:
        if key not in _IN_ENDPOINTS:
            return f'has the unknown endpoint "{key}"'
    for key in ("access_key", "secret_key", "login", "password", "region", "protocol"):
        if found.get(key) is not None and not isinstance(found[key], str):
            return f'has a "{key}" that is not a string'
    return None


def _unusable(path: str, why: str, then: str = "correct it, or move it away") -> LoginFailed:
    return LoginFailed(
        f"the OUTSCALE profile file {_shown(path)} can't be used: {why}. {then[0].upper()}{then[1:]}",
        code="Credentials",
        advice=CONFIGURE,
    )


def _shown(path: str) -> str:
    home = os.path.expanduser("~")
    return f"~{path.removeprefix(home)}" if path.startswith(f"{home}{os.sep}") else path
