"""SDKs that many processes of the provider share in one of ours: making them costs more than all that is asked of them.

A service that is called through them can be killed at any call, whatever SDK makes it; see `Wire`.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import boto3
import botocore.endpoint
import pytest
from botocore.client import BaseClient
from osc_sdk_python.outscale_gateway import BaseAPI
from pulumi_snapcopy.aws.login import Login
from pulumi_snapcopy.outscale.sdk import Connection

from .scripted import Killed
from .target import Kill, means


class _Session:
    """A session that makes each client once."""

    def __init__(self) -> None:
        self._session = boto3.session.Session()
        self._clients: dict[object, Any] = {}

    def client(self, service: str, *, region_name: str, config: Any) -> Any:
        """Return the client of a region, an endpoint, and so many attempts."""
        endpoint = os.environ.get(f"AWS_ENDPOINT_URL_{service.upper()}")
        key = (service, region_name, endpoint, str(config.retries))
        if key not in self._clients:
            self._clients[key] = self._session.client(service, region_name=region_name, config=config)  # type: ignore[call-overload]
            _register_once(self._clients[key])
        return self._clients[key]


def _register_once(client: Any) -> None:
    """Let each process register its handlers of a client's events as if it were the first."""
    register, known = client.meta.events.register, set[tuple[str, object]]()

    def once(event: str, handler: object) -> None:
        if (event, handler) not in known:
            known.add((event, handler))
            register(event, handler)

    client.meta.events.register = once


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared(Login):
    """A login whose session is the same each time."""

    made: list[_Session] = field(default_factory=list)

    def session(self) -> boto3.session.Session:
        """Return the one session."""
        if not self.made:
            self.made.append(_Session())
        return cast("boto3.session.Session", self.made[0])


LOGIN = _Shared()
_convert: Callable[[Any, str], dict[str, Any]] = BaseAPI._convert


@cache
def _description(path: str) -> SimpleNamespace:
    made = SimpleNamespace()
    made.structure = _convert(made, path)
    return made


def _read_once(gateway: Any, path: str) -> dict[str, Any]:
    """Read the description of OAPI for the first Gateway only: it is a file of a megabyte of YAML."""
    found = _description(path)
    gateway.api_version, gateway.endpoint_api_version = found.api_version, found.endpoint_api_version
    structure: dict[str, Any] = found.structure
    return structure


@cache
def _gateway() -> Connection:
    made = Connection(rate=1e6)
    _ = made.region  # which makes it
    return made


def connection() -> Connection:
    """Return the one connection of osc-sdk-python, at the endpoint that the environment names now."""
    made = _gateway()
    made._made().call.update_profile()
    return made


@dataclass(slots=True)
class Wire:
    """The calls that this process makes of its SDKs.

    Attributes:
        calls: their names in the API, while `watching`.
        kill: the call at which the process is killed.
    """

    calls: list[str] = field(default_factory=list)
    kill: Kill | None = None
    _watched: bool = False

    @contextmanager
    def watching(self, kill: Kill | None) -> Iterator[None]:
        """Note the calls that are made now, as one process of the provider makes them."""
        self.calls, self.kill, self._watched = [], kill, True
        try:
            yield
        finally:
            self.kill, self._watched = None, False

    def _call(self, name: str, work: Callable[[], Any]) -> Any:
        if not self._watched:
            return work()
        self.calls.append(name)
        killed = self._killed_at(name)
        if killed is not None and not killed.done:
            raise Killed
        try:
            return work()
        finally:
            if killed is not None:
                raise Killed

    def _killed_at(self, name: str) -> Kill | None:
        """The kill whose turn has come, if it is this call's."""
        kill = self.kill
        if kill is None or not means(kill.at, name):
            return None
        self.kill = replace(kill, skip=kill.skip - 1)
        return kill if kill.skip == 0 else None


def tapped(patch: pytest.MonkeyPatch) -> Wire:
    """Return the wire of all SDKs, whose own pauses between tries take no time from now on."""
    wire = Wire()
    of_boto, of_osc = BaseClient._make_api_call, Connection.call  # type: ignore[attr-defined]

    def boto(client: Any, name: str, parameters: Any) -> Any:
        return wire._call(name, lambda: of_boto(client, name, parameters))

    def osc(connection: Any, name: str, **parameters: Any) -> Any:
        return wire._call(name, lambda: of_osc(connection, name, **parameters))

    patch.setattr(BaseClient, "_make_api_call", boto)
    patch.setattr(Connection, "call", osc)
    patch.setattr(BaseAPI, "_convert", _read_once)
    patch.setattr(
        botocore.endpoint, "time", SimpleNamespace(sleep=lambda seconds: None, time=time.time), raising=False
    )
    return wire
