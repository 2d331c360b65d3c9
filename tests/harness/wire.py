"""The engine's side of the wire: the messages of the provider's protocol, and the engine that a host logs to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import Any, TypeVar

import grpc
from google.protobuf import empty_pb2, json_format, struct_pb2
from pulumi.runtime.proto import engine_pb2, engine_pb2_grpc, provider_pb2, provider_pb2_grpc, status_pb2

from .target import Difference, HostDied, Made, Properties, VerbFailed

T = TypeVar("T")
Watch = Callable[[Any], None]
DETAILS = "grpc-status-details-bin"
_POLL = 0.002
"""Seconds between two looks at a call that may be about to be interrupted."""


def struct(properties: Properties) -> struct_pb2.Struct:
    """Properties as the wire has them."""
    packed = struct_pb2.Struct()
    packed.update(properties)
    return packed


def properties(packed: struct_pb2.Struct) -> Properties:
    """Properties as the engine has them."""
    return dict(json_format.MessageToDict(packed))


def failure(message: str, details: bytes | None) -> VerbFailed:
    """The error of a verb, with what it keeps of the resource."""
    if details is None:
        return VerbFailed(message)
    status = status_pb2.Status.FromString(details)
    for packed in status.details:
        kept = provider_pb2.ErrorResourceInitFailed()
        if packed.Unpack(kept):
            return VerbFailed(status.message, Made(id=kept.id, outputs=properties(kept.properties)))
    return VerbFailed(status.message)


class Host:
    """A provider's process, called over gRPC; `tests.harness.target.Provider`.

    Args:
        port: where it listens.
        watch: is handed every call in flight, again and again until it ends; it may kill the process.
        warnings: where the engine that it logs to keeps its warnings.
    """

    def __init__(self, port: int, watch: Watch | None = None, *, warnings: Sequence[str] = ()) -> None:
        self.warnings = warnings
        self._channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self._stub = provider_pb2_grpc.ResourceProviderStub(self._channel)
        self._watch = watch
        self._call(self._stub.Configure, provider_pb2.ConfigureRequest(acceptSecrets=True))

    def close(self) -> None:
        """Hang up."""
        self._channel.close()

    def cancel(self) -> None:
        """Ask it to stop, as Ctrl-C does."""
        self._stub.Cancel(empty_pb2.Empty())

    def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[str]]:
        """See `Provider`."""
        request = provider_pb2.CheckRequest(urn=urn, olds=struct(olds), news=struct(news))
        answer = self._call(self._stub.Check, request)
        return properties(answer.inputs), [f"{each.property}: {each.reason}" for each in answer.failures]

    def diff(self, urn: str, id_: str, olds: Properties, news: Properties) -> Difference:
        """See `Provider`."""
        request = provider_pb2.DiffRequest(urn=urn, id=id_, olds=struct(olds), news=struct(news))
        answer = self._call(self._stub.Diff, request)
        kinds = provider_pb2.DiffResponse
        changes = {kinds.DIFF_SOME: True, kinds.DIFF_NONE: False}.get(answer.changes)
        return Difference(
            changes=changes,
            replaces=tuple(answer.replaces),
            delete_before_replace=answer.deleteBeforeReplace,
        )

    def create(self, urn: str, news: Properties) -> Made:
        """See `Provider`."""
        answer = self._call(self._stub.Create, provider_pb2.CreateRequest(urn=urn, properties=struct(news)))
        return Made(id=answer.id, outputs=properties(answer.properties))

    def read(self, urn: str, id_: str, inputs: Properties, outputs: Properties) -> Made | None:
        """See `Provider`."""
        request = provider_pb2.ReadRequest(urn=urn, id=id_, inputs=struct(inputs), properties=struct(outputs))
        answer = self._call(self._stub.Read, request)
        if not answer.id:
            return None
        drifted = properties(answer.inputs) if answer.HasField("inputs") else None
        return Made(id=answer.id, outputs=properties(answer.properties), inputs=drifted)

    def update(self, urn: str, id_: str, olds: Properties, news: Properties) -> Properties:
        """See `Provider`."""
        request = provider_pb2.UpdateRequest(urn=urn, id=id_, olds=struct(olds), news=struct(news))
        return properties(self._call(self._stub.Update, request).properties)

    def delete(self, urn: str, id_: str, outputs: Properties) -> None:
        """See `Provider`."""
        self._call(self._stub.Delete, provider_pb2.DeleteRequest(urn=urn, id=id_, properties=struct(outputs)))

    def _call(self, verb: Any, request: Any) -> Any:
        try:
            if self._watch is None:
                return verb(request)
            under_way = verb.future(request)
            while True:
                self._watch(self)
                try:
                    return under_way.result(timeout=_POLL)
                except grpc.FutureTimeoutError:
                    continue
        except grpc.RpcError as error:
            if error.code() in (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED):
                raise HostDied(error.details()) from None
            trailers = {key: value for key, value in error.trailing_metadata() or ()}
            raise failure(error.details() or "", trailers.get(DETAILS)) from None


class EngineServer:
    """What a host believes to be the engine: takes its log, and shows by being there that it isn't alone."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.warnings: list[str] = []
        self._server = grpc.server(ThreadPoolExecutor(2))
        lines, warnings = self.lines, self.warnings

        class Servicer(engine_pb2_grpc.EngineServicer):
            def Log(self, request: Any, context: Any) -> Any:
                lines.append(request.message)
                if request.severity == engine_pb2.WARNING:
                    warnings.append(request.message)
                return empty_pb2.Empty()

        engine_pb2_grpc.add_EngineServicer_to_server(Servicer(), self._server)
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"

    def __enter__(self) -> EngineServer:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.stop(0).wait()
