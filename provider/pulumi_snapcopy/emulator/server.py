"""The emulator as a server on 127.0.0.1, in the process that starts it."""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from threading import Lock, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from moto.core.base_backend import BackendDict
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import BaseWSGIServer, make_server

from . import loopback
from .backstage import Backstage
from .calls import Call, Calls
from .control import Control
from .faults import Fault, Faults, Injected
from .frontend import Dropped, Frontend
from .loading import services_of
from .services import DEFAULT_SERVICES, checked
from .settings import Settings
from .shared import SHARED
from .statefile import StateFile

if TYPE_CHECKING:
    from types_boto3_ec2.client import EC2Client
    from types_boto3_lightsail.client import LightsailClient

_BACKLOG = 512
_SHUTDOWN_CHECK = 0.02  # seconds
_RUNNING = Lock()
_MAKING_CLIENT = Lock()
_DIRECT = Config(proxies={})  # bypasses the user's proxy


@cache
def _session() -> boto3.session.Session:
    """Return the session that the process shares: it caches the services' models, which take long to read."""
    return boto3.session.Session(
        aws_access_key_id=loopback.ACCESS_KEY_ID, aws_secret_access_key=loopback.SECRET_ACCESS_KEY
    )


class Emulator(Backstage):
    """The emulated services, and the rest of moto, on a port of 127.0.0.1; a process can run one emulator at a time.

    Args:
        services: The services to emulate, of ``lightsail``, ``ec2``, ``fcu`` and ``outscale`` (OAPI).
        settings: The settings at the start, which `reset` restores.
        state_file: The file that keeps the state over restarts; None: in memory, and empty at the start.
        port: The port to listen on; 0: a free port.
        seeds: Seeds that are created before the first call is answered; see `seed`.

    Raises:
        OSError: if the port is in use.
        ModuleNotFoundError: if OUTSCALE is asked for without the extra ``outscale``.
        RuntimeError: if another emulator is running in this process.
        SeedError: if a seed is wrong.
        StateFileError: if the state file can't be used or written, or is another running emulator's.
        ValueError: if there is no such service.

    Example:
        >>> with Emulator(settings=Settings(copy_seconds=0)) as emulator:
        ...     emulator.seed({"us-east-1": {"instanceSnapshots": [{"name": "db"}]}})
        ...     answer = emulator.client("eu-west-1").copy_snapshot(
        ...         sourceRegion="us-east-1", sourceSnapshotName="db", targetSnapshotName="db-copy")
        >>> answer["operations"][0]["status"]
        'Started'
    """

    def __init__(
        self,
        *,
        services: Iterable[str] = DEFAULT_SERVICES,
        settings: Settings | None = None,
        state_file: str | os.PathLike[str] | None = None,
        port: int = 0,
        seeds: Sequence[Mapping[str, Any] | str | os.PathLike[str]] = (),
    ) -> None:
        self.services = checked(services)
        self._settings_at_start = settings or Settings()
        self._state_file = state_file
        self._port = port
        self._seeds = seeds
        self._calls = Calls()
        self._server: BaseWSGIServer | None = None
        self._thread: Thread | None = None
        self.faults = Faults()

    def __enter__(self) -> Emulator:
        if not _RUNNING.acquire(blocking=False):
            raise RuntimeError("another Emulator is running in this process; end it first")
        try:
            self._start()
        except BaseException:
            self._release()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None and self._thread is not None
        self._server.shutdown()
        self._thread.join()
        self.faults.clear()
        self._calls.close()
        self._release()

    @property
    def url(self) -> str:
        """The emulator's endpoint, such as ``http://127.0.0.1:4597``."""
        return loopback.url(self._port)

    @property
    def fcu_url(self) -> str:
        """FCU's endpoint."""
        return self.url + loopback.FCU_PATH

    @property
    def oapi_url(self) -> str:
        """OAPI's endpoint, as in ``OSC_ENDPOINT_API``."""
        return self.url + loopback.OAPI_PATH

    @property
    def environment(self) -> dict[str, str]:
        """The variables that make boto3, the AWS CLI, osc-sdk-python and Pulumi programs use this emulator.

        The credentials are dummies. NO_PROXY has this process's value and the emulator's address.
        """
        return loopback.environment(self._port, self.services)

    def client(self, region: str = "us-east-1", *, config: Config | None = None) -> LightsailClient:
        """Return a boto3 client of a region of Lightsail."""
        with _MAKING_CLIENT:
            return _session().client(
                "lightsail", region_name=region, endpoint_url=self.url, config=_direct(config)
            )

    def ec2_client(
        self, region: str = "us-east-1", *, fcu: bool = False, config: Config | None = None
    ) -> EC2Client:
        """Return a boto3 client of a region of EC2, or of FCU."""
        url = self.fcu_url if fcu else self.url
        with _MAKING_CLIENT:
            return _session().client("ec2", region_name=region, endpoint_url=url, config=_direct(config))

    def inject(self, fault: Fault) -> Injected:
        """Inject a fault."""
        return self.faults.inject(fault)

    def calls(self, operation: str | None = None, *, service: str | None = None) -> list[Call]:
        """Return the calls in the order they came, or those of one operation or service."""
        return self._calls.all(operation, service)

    def clear_calls(self) -> None:
        """Remove all calls from the record."""
        self._calls.clear()

    def reset(self) -> None:
        """Restore the first settings, and remove all faults, calls, and resources of any of moto's services."""
        self.faults.clear()
        self._clear()
        self.settings = self._settings_at_start
        self.clear_calls()

    def _clear(self) -> None:
        """Remove the resources of all of moto's services."""
        self.empty()  # first: moto takes a second to reset an EC2 that has resources
        BackendDict.reset()

    def _release(self) -> None:
        """Leave the state that all emulators of a process share as it was."""
        if SHARED.keeper is not None:
            SHARED.keeper.close()
        SHARED.keeper = None
        SHARED.settings = Settings()
        SHARED.ahead = 0.0
        _RUNNING.release()

    def _start(self) -> None:
        # Werkzeug would end the process if the port were in use, so the socket is made here.
        with socket.create_server((loopback.HOST, self._port), backlog=_BACKLOG) as listener:
            self._clear()
            if self._state_file is not None:
                SHARED.keeper = StateFile.load(self._state_file)
            SHARED.settings = self._settings_at_start
            for seed in self._seeds:
                self.seed(seed)
            self._calls.open()
            moto = DomainDispatcherApplication(create_backend_app)
            control = Control(backstage=self, faults=self.faults, calls=self._calls, reset=self.reset)
            services = services_of(self.services, moto)
            frontend = Frontend(moto, control, services, self.faults, self._calls)
            self._port = listener.getsockname()[1]
            self._server = make_server(
                loopback.HOST,
                self._port,
                frontend,
                threaded=True,
                request_handler=_Handler,
                fd=listener.fileno(),
            )
        self._thread = Thread(target=self._server.serve_forever, args=(_SHUTDOWN_CHECK,), daemon=True)
        self._thread.start()


def _direct(config: Config | None) -> Config:
    return _DIRECT.merge(config) if config else _DIRECT


class _Handler(MotoRequestHandler):
    """Log errors only, and close connections the way a fault asks for."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        if type == "error":
            super().log(type, message, *args)

    def connection_dropped(self, error: BaseException, environ: dict[str, Any] | None = None) -> None:
        self.close_connection = True
        if isinstance(error, Dropped) and error.reset:
            # Closing a socket that doesn't linger sends a reset, once nothing reads from the socket any more.
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.rfile.close()
            self.connection.close()
