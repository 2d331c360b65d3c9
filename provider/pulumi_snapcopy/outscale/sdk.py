"""The only module that uses osc-sdk-python: its profile, its one Gateway, and the results and errors of its calls.

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
from urllib.parse import quote, quote_plus, unquote, unquote_plus

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
"""Seconds; the SDK sets no timeouts."""

_SHORTEST_SECRET = 6
"""Characters; shorter values in a URL's query aren't part of a signature."""

_IN_A_PROFILE = set(vars(Profile())) | {"email"}
_IN_ENDPOINTS = set(vars(Endpoint()))


def profile() -> Any:
    """Return the keys, region and endpoint that the SDK chooses: the profile's, else the environment's.

    Raises:
        LoginFailed: if the profile file can't be read or is invalid; the SDK would ignore it silently.
    """
    _check_file()
    try:
        return Profile.from_standard_configuration(None, None)
    except Exception as error:
        raise _unusable(_path(), f"it can't be used ({type(error).__name__})") from None


def region() -> str:
    """Return the region that the SDK is configured for: the profile's, OSC_REGION, or eu-west-2.

    Raises:
        LoginFailed: if the profile file can't be used.
    """
    return str(profile().region)


def described_credentials(found: Any) -> str:
    """Return a description of a profile's credentials: keys, or login and password.

    Raises:
        LoginFailed: if the profile has neither keys nor a login, or a key has a character that no key has.
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
    """Return a description of where keys, region and endpoint come from.

    Raises:
        LoginFailed: if the profile file can't be used.
    """
    _check_file()
    path, name = _path(), os.environ.get("OSC_PROFILE") or "default"
    try:
        found = json.loads(Path(path).read_text(encoding="utf-8")).get(name)
    except OSError:
        found = None
    if found:  # an empty profile, such as the emulator's, sets nothing
        return f"profile {name} of {_shown(path)}; it wins over the environment (OSC_…)"
    return f"the environment (OSC_ACCESS_KEY, OSC_SECRET_KEY, OSC_REGION, …); a profile {name} in {_shown(path)} would win over it"


@dataclass(slots=True)
class Connection:
    """A connection with one Gateway, made when it is first needed: a Gateway reads the complete API description.

    Args:
        workers: how many calls may be in progress at once.
        rate: calls per second.
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
        """The region that the Gateway calls."""
        return str(self._made().region())

    def call(self, action: str, *, clock: Clock, **parameters: Any) -> dict[str, Any]:
        """Make a call, once, and return its response.

        Args:
            action: the API's name of the call.
            clock: sleeps while the rate limit requires it.
            parameters: the call's parameters, by the API's names.

        Raises:
            ServiceError: if the call fails, for any reason; the message quotes no secret.
        """
        gateway = self._made()
        self._limiter.wait(clock)
        hidden = (*self._hidden, *_of_a_url(str(parameters.get("FileLocation") or "")))
        try:
            answer = getattr(gateway, action)(**parameters)
        except NotImplementedError as error:  # the SDK refuses the call itself
            raise Refused(without_secrets(str(error), hidden), call=f"api:{action}") from None
        except requests.RequestException as error:
            raise _error(error, action, hidden) from None
        except (AttributeError, LookupError):  # the SDK looks for members in whatever JSON it gets
            raise AnswerLost("the answer is not one of OUTSCALE's API", call=f"api:{action}") from None
        except (ValueError, TypeError, OSError) as error:  # which may quote the complete signed header
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
        described_credentials(found)
        agent = f"pulumi-snapcopy/{__version__} osc-sdk-python"
        gateway = Gateway(user_agent=agent, max_retries=0)  # the core retries, within its deadline
        gateway.call.limiter = None  # replaced by self._limiter, which threads can share
        session = gateway.call.session
        for scheme in ("https://", "http://"):
            session.mount(scheme, _Timed(pool_maxsize=self.workers))
        return gateway, secrets


def _of_a_url(location: str) -> tuple[str, ...]:
    """Return what no message may quote of a pre-signed URL: all of it, its user and password, its query and its values.

    Each is spelled in all the ways in which a message may quote it, and the values as the URL has them, the longest first.
    """
    query = location.partition("?")[2]
    found = re.search(r"://([^/?#]*)@", location)
    user = found[1] if found else ""
    password = user.partition(":")[2]
    raw = [each.partition("=")[2] for each in query.split("&")]
    values = [each for value in raw for each in (value, unquote_plus(value)) if len(each) >= _SHORTEST_SECRET]
    secrets = (location, query, *values, *(each for one in (user, password) for each in (one, unquote(one))))
    spelled = [spell(each) for each in secrets for spell in (str, quote, quote_plus, partial(quote, safe=""))]
    return tuple(sorted({*spelled, *map(quote, spelled)}, key=len, reverse=True))


class _Timed(HTTPAdapter):
    """Sends requests with timeouts, which the SDK doesn't set."""

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
    """Raise LoginFailed for a profile file that the SDK would ignore, even if the environment has complete keys."""
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
    """Return what is wrong with a profile, without quoting its values, or None."""
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
