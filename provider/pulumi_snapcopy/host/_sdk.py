"""The only module that touches private parts of Pulumi's SDK: those of the dynamic provider's host.

Where a later SDK differs inside, each function falls back to what the SDK does by itself: four workers, errors with a
traceback, no progress, no early end of a wait. ``host_trouble`` says so in words. Only `alias_urns` fails then: without
the earlier names of a resource its copies would be taken for somebody else's.
"""

from __future__ import annotations

import importlib.util
import os
import socket
import sys
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from dataclasses import dataclass
from importlib.abc import InspectLoader
from types import CodeType, FrameType
from typing import Any, NoReturn

import grpc
from google.protobuf import any_pb2, struct_pb2
from pulumi.runtime import config as runtime_config
from pulumi.runtime import resource as runtime_resource
from pulumi.runtime.proto import (
    engine_pb2,
    engine_pb2_grpc,
    provider_pb2,
    provider_pb2_grpc,
    status_pb2,
)

PROVIDER_KEY = "__provider"
_CANCEL = "/pulumirpc.ResourceProvider/Cancel"
_VERBS = {"Check", "Diff", "Create", "Read", "Update", "Delete"}


class InternalsDiffer(Exception):
    """The SDK's host differs from the known ones."""


@dataclass(frozen=True, slots=True)
class GrpcCall:
    """The engine's call that this thread serves: the resource's URN, and the gRPC context to answer with."""

    urn: str
    context: Any


@dataclass(frozen=True, slots=True)
class Partial:
    """What the engine is to keep of a resource whose verb failed."""

    id: str
    properties: Mapping[str, Any]


def config_keys(config: Any) -> list[str]:
    """Return the keys of the stack's config; an empty list if the SDK keeps them elsewhere."""
    return list(getattr(config, "_props", {}))


def program_config_keys() -> list[str]:
    """Return the keys of the stack's config in a program; an empty list if the SDK keeps them elsewhere."""
    given: Any = getattr(runtime_config, "CONFIG", {})
    return [*(given.get() if isinstance(given, ContextVar) else given), *runtime_config.get_config_env()]


def alias_urns(name: str, type_: str, options: Any) -> list[Any]:
    """Return the URNs that a resource had before, by its aliases and its parent's, as outputs.

    Args:
        name: the resource's name.
        type_: its type.
        options: its options.
    """
    return list(runtime_resource.all_aliases(options.aliases, name, type_, options.parent))


def current_call() -> GrpcCall | None:
    """Return the engine's call that this thread serves, or None; the host passes neither URN nor gRPC context on."""
    frame: FrameType | None = sys._getframe(1)
    while frame is not None:
        if frame.f_code.co_name in _VERBS and {"request", "context"} <= set(frame.f_locals):
            return GrpcCall(
                urn=getattr(frame.f_locals["request"], "urn", ""), context=frame.f_locals["context"]
            )
        frame = frame.f_back
    return None


def current_urn() -> str:
    """Return the URN of the resource that the engine's call is about.

    Raises:
        InternalsDiffer: if this SDK doesn't show it.
    """
    call = current_call()
    if call is None or not call.urn:
        raise InternalsDiffer(
            "the engine's call can't be found in this Pulumi SDK; install a newer pulumi-snapcopy."
        )
    return call.urn


def fail(message: str, partial: Partial | None = None) -> NoReturn:
    """Fail the current call with a message of our own, without a traceback.

    Args:
        message: what the user reads.
        partial: what the engine keeps in its state; the next `up` updates it.
    """
    call = current_call()
    if call is None:
        raise RuntimeError(message)
    status = status_pb2.Status(code=grpc.StatusCode.UNKNOWN.value[0], message=message)
    if partial is not None:
        properties = struct_pb2.Struct()
        properties.update(dict(partial.properties))
        detail = provider_pb2.ErrorResourceInitFailed(id=partial.id, properties=properties, reasons=[message])
        packed = any_pb2.Any()
        packed.Pack(detail)
        status.details.append(packed)
    call.context.set_trailing_metadata((("grpc-status-details-bin", status.SerializeToString()),))
    call.context.abort(grpc.StatusCode.UNKNOWN, message)
    raise AssertionError("abort always raises")


def set_workers(workers: int) -> None:
    """Set how many calls the host serves at once; the SDK's default is four.

    Raises:
        InternalsDiffer: if the number stays at four.
    """
    pool: Any = getattr(getattr(_server(), "_state", None), "thread_pool", None)
    if not isinstance(getattr(pool, "_max_workers", None), int):
        raise InternalsDiffer("the host's thread pool can't be found")
    pool._max_workers = workers


def on_cancel(stop: Callable[[], None]) -> None:
    """Call a function when the user asks to stop; the host's own `Cancel` does nothing.

    Raises:
        InternalsDiffer: if the host's `Cancel` can't be found.
    """
    for generic in getattr(getattr(_server(), "_state", None), "generic_handlers", ()):
        handlers = getattr(generic, "_method_handlers", {})
        handler = handlers.get(_CANCEL)
        if handler is not None:
            serve = handler.unary_unary

            def cancel(request: Any, context: Any, serve: Callable[[Any, Any], Any] = serve) -> Any:
                stop()
                return serve(request, context)

            # A thread of its own: the pool's may all be busy with copies.
            cancel.experimental_thread_pool = ThreadPoolExecutor(1)  # type: ignore[attr-defined]
            handlers[_CANCEL] = handler._replace(unary_unary=cancel)
            return
    raise InternalsDiffer("the host's Cancel can't be found")


def _server() -> Any:
    """Return the gRPC server, a local of the host's `main`, which the main thread never leaves."""
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None:
        if frame.f_code.co_name == "main" and "server" in frame.f_locals:
            return frame.f_locals["server"]
        frame = frame.f_back
    raise InternalsDiffer("the host's server can't be found")


def host_trouble(workers: int) -> str | None:
    """Return why the host of this SDK would stay at four workers, or None; tried on a server of the same kind.

    Example:
        >>> host_trouble(256)
    """

    def main() -> None:
        server = grpc.server(ThreadPoolExecutor(4))
        servicer = provider_pb2_grpc.ResourceProviderServicer()
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(servicer, server)
        set_workers(workers)
        on_cancel(lambda: None)

    if "server" not in _locals_of_host_main():
        return "the host's server can't be found"
    try:
        main()
    except InternalsDiffer as difference:
        return str(difference)
    return None


def _locals_of_host_main() -> tuple[str, ...]:
    """Return the names of the locals of the host's `main`; its code is read, since importing it would start it."""
    spec = importlib.util.find_spec("pulumi.dynamic.__main__")
    if spec is None or not isinstance(spec.loader, InspectLoader):
        return ()
    code = spec.loader.get_code("pulumi.dynamic.__main__")
    inner = [each for each in (code.co_consts if code else ()) if isinstance(each, CodeType)]
    return next((each.co_varnames for each in inner if each.co_name == "main"), ())


class Engine:
    """The engine that started this host, at the address in its last argument."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.is_watched = _has_terminal() and not os.environ.get("CI")
        """Whether somebody watches the rows change; a guess, as the engine doesn't say how it displays them."""
        self._stub = engine_pb2_grpc.EngineStub(grpc.insecure_channel(address))

    @classmethod
    def of_this_host(cls) -> Engine | None:
        """Return the engine of this process, or None if the process isn't a host."""
        host, _, port = (sys.argv[-1] if len(sys.argv) > 1 else "").rpartition(":")
        return cls(f"{host}:{port}") if host and port.isdigit() else None

    def log(self, urn: str, message: str, *, passing: bool = False, warning: bool = False) -> None:
        """Show a line in a resource's row; a passing line is replaced by the next."""
        severity = engine_pb2.LogSeverity.WARNING if warning else engine_pb2.LogSeverity.INFO
        request = engine_pb2.LogRequest(severity=severity, message=message, urn=urn, ephemeral=passing)
        try:
            self._stub.Log(request, timeout=5)
        except grpc.RpcError:
            return  # a line that isn't shown changes nothing

    def end_with_it(self) -> None:
        """End this process soon after the engine is gone; otherwise the host of a killed run lives on."""
        threading.Thread(target=self._watch, name="engine-watch", daemon=True).start()

    def is_there(self) -> bool:
        """Return whether the engine can still be reached."""
        host, _, port = self.address.rpartition(":")
        try:
            socket.create_connection((host, int(port)), timeout=5).close()
        except OSError:
            return False
        return True

    def _watch(self) -> None:
        missed = 0
        while missed < 2:
            time.sleep(0.5)
            missed = 0 if self.is_there() else missed + 1
        os._exit(1)


def _has_terminal() -> bool:
    """Whether this process and the engine were started from a terminal."""
    try:
        os.close(os.open("/dev/tty", os.O_RDWR))
    except OSError:
        return False
    return True
