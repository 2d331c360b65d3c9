"""boto3 clients: one per region, shared by all threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from typing import Any, Generic, TypeVar

import boto3
from botocore.config import Config

from .. import __version__
from .calls import make_client
from .login import Login

CONNECT_TIMEOUT = 10
READ_TIMEOUT = 20

C = TypeVar("C")


class Clients(Generic[C]):
    """The boto3 clients of a service, each made when it is first needed.

    Args:
        service: boto3's name of the service.
        login: whose credentials are used; default: boto3's own choice.
        connections: how many calls may be in progress at once, for each region.
        prepare: registers a new client's handlers.
    """

    def __init__(
        self, service: str, login: Login | None, *, connections: int, prepare: Callable[[Any], None]
    ) -> None:
        self._service = service
        self._login = login or Login()
        self._connections = connections
        self._prepare = prepare
        self._lock = threading.Lock()
        self._session: boto3.session.Session | None = None
        self._made: dict[tuple[str, bool], C] = {}

    def of(self, region: str, *, retries: bool = True) -> C:
        """Return the client of a region; ``retries=False`` is for calls that aren't safe to repeat.

        Raises:
            ServiceError: if the AWS settings of this machine can't be used.
        """
        with self._lock:
            client = self._made.get((region, retries))
            if client is None:
                client = self._made[region, retries] = make_client(
                    self._service, partial(self._make, region, 3 if retries else 1)
                )
            return client

    def _make(self, region: str, attempts: int) -> C:
        config = Config(
            retries={"mode": "standard", "total_max_attempts": attempts},
            connect_timeout=CONNECT_TIMEOUT,
            read_timeout=READ_TIMEOUT,
            tcp_keepalive=True,
            max_pool_connections=self._connections,
            user_agent_extra=f"pulumi-snapcopy/{__version__}",
        )
        self._session = self._session or self._login.session()
        make: Any = self._session.client  # its type stubs accept only a literal service name
        client: C = make(self._service, region_name=region, config=config)
        self._prepare(client)
        return client
