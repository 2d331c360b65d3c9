"""A replacement for `pulumi-language-python`, the CLI's plugin that runs Python programs and policy packs.

Pulumi's plugin is in every release, but isn't available as a Go module, so a CLI built by tools/go_build.py has none.
This one does what a program, a dynamic provider and a policy pack need, with the SDK's own stubs: the CLI starts it
with the CLI's address as the last argument, reads a port number from the first line of output, and calls what
https://github.com/pulumi/pulumi/blob/v3.259.0/proto/pulumi/language.proto describes.
"""

from __future__ import annotations

import json
import os
import platform
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent import futures
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import IO

import grpc
from google.protobuf import empty_pb2


def without_the_sdk() -> None:
    """Make the SDK's stubs importable without the SDK, which takes as long again; a command starts two hosts."""
    for name in ("pulumi", "pulumi.runtime"):
        spec = find_spec(name)
        package = ModuleType(name)
        package.__path__ = list(spec.submodule_search_locations or ()) if spec else []
        sys.modules[name] = package


if __name__ == "__main__":
    without_the_sdk()

from pulumi.runtime.proto import language_pb2 as messages  # noqa: E402
from pulumi.runtime.proto import language_pb2_grpc as services  # noqa: E402
from pulumi.runtime.proto import plugin_pb2  # noqa: E402

USER_WAS_TOLD = 32  # exit code of pulumi-language-python-exec if it has shown the error
MESSAGE_LIMIT = 400 << 20  # bytes; the engine's own limit
PATIENCE = 2.0  # seconds from SIGTERM to SIGKILL


class Children:
    """The processes started by this host, which end with the host and with the call that started them."""

    def __init__(self) -> None:
        self._running: set[subprocess.Popen[bytes]] = set()
        self._closed = False
        self._lock = threading.Lock()

    def start(
        self, command: list[str], *, context: grpc.ServicerContext, **options: object
    ) -> subprocess.Popen[bytes]:
        """Start a process, which gets SIGTERM if the call is cancelled (SIGINT would print tracebacks)."""
        with self._lock:
            if self._closed:
                raise RuntimeError("the language host is stopping")
            child: subprocess.Popen[bytes] = subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)  # type: ignore[call-overload]
            self._running.add(child)
        if not context.add_callback(lambda: self.end(child)):  # cancelled already
            self.end(child)
        return child

    def end(self, child: subprocess.Popen[bytes]) -> None:
        """End a process that is still running, by SIGTERM, then by SIGKILL."""
        with self._lock:
            self._running.discard(child)
        if child.poll() is None:
            child.terminate()
            try:
                child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                child.kill()

    def end_all(self) -> None:
        """End every process, and start no more."""
        with self._lock:
            self._closed = True
            left = list(self._running)
        for child in left:
            self.end(child)


class LanguageHost(services.LanguageRuntimeServicer):
    """The engine's calls for programs and packs in Python; all other calls return UNIMPLEMENTED."""

    def __init__(self, *, engine: str, children: Children) -> None:
        self._engine = engine
        self._children = children

    def Handshake(
        self, request: messages.LanguageHandshakeRequest, context: grpc.ServicerContext
    ) -> messages.LanguageHandshakeResponse:
        self._engine = request.engine_address or self._engine
        return messages.LanguageHandshakeResponse()

    def GetPluginInfo(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        return plugin_pb2.PluginInfo(version="1.0.0")

    def GetRequiredPackages(
        self, request: messages.GetRequiredPackagesRequest, context: grpc.ServicerContext
    ) -> messages.GetRequiredPackagesResponse:
        return messages.GetRequiredPackagesResponse()

    def GetRequiredPlugins(
        self, request: messages.GetRequiredPluginsRequest, context: grpc.ServicerContext
    ) -> messages.GetRequiredPluginsResponse:
        return messages.GetRequiredPluginsResponse()

    def GetProgramDependencies(
        self, request: messages.GetProgramDependenciesRequest, context: grpc.ServicerContext
    ) -> messages.GetProgramDependenciesResponse:
        return messages.GetProgramDependenciesResponse()

    def About(self, request: messages.AboutRequest, context: grpc.ServicerContext) -> messages.AboutResponse:
        try:
            return messages.AboutResponse(
                executable=python_for(request.info), version=platform.python_version()
            )
        except NoEnvironment as missing:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(missing))
            raise  # not reached: abort raises

    def Cancel(self, request: empty_pb2.Empty, context: grpc.ServicerContext) -> empty_pb2.Empty:
        return empty_pb2.Empty()

    def Run(self, request: messages.RunRequest, context: grpc.ServicerContext) -> messages.RunResponse:
        """Run a program to its end; the program shares this host's output, which the engine reads."""
        try:
            python = python_for(request.info)
        except NoEnvironment as missing:
            return messages.RunResponse(error=str(missing))
        environment = {
            **environment_for(request.info),
            "PULUMI_CONFIG": json.dumps(dict(request.config)),
            "PULUMI_CONFIG_SECRET_KEYS": json.dumps(list(request.configSecretKeys)),
        }
        command = [python, "-u", exec_script(), *exec_options(request, engine=self._engine)]
        child = self._children.start(command, context=context, cwd=request.pwd or None, env=environment)
        code = child.wait()
        self._children.end(child)
        if code == USER_WAS_TOLD:
            return messages.RunResponse(bail=True)
        return messages.RunResponse(error=f"Program exited with code {code}" if code else "")

    def RunPlugin(
        self, request: messages.RunPluginRequest, context: grpc.ServicerContext
    ) -> Iterator[messages.RunPluginResponse]:
        """Run a policy pack and forward its output as it comes; the first line is the pack's port."""
        if request.kind != "analyzer":
            context.abort(
                grpc.StatusCode.UNIMPLEMENTED, f"this language host runs no plugins of kind {request.kind!r}"
            )
        pack = request.info.program_directory
        try:
            python = python_for(request.info)
        except NoEnvironment as missing:
            context.abort(grpc.StatusCode.FAILED_PRECONDITION, str(missing))
        child = self._children.start(
            [python, "-u", "-m", "pulumi.policy", *request.args, pack],
            context=context,
            cwd=request.pwd or pack,
            env={**environment_for(request.info), **dict(pair.split("=", 1) for pair in request.env)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        yield from output_of(child)
        yield messages.RunPluginResponse(exitcode=child.wait())
        self._children.end(child)


def python_for(info: messages.ProgramInfo) -> str:
    """Return the Python of the project's environment; by default the Python that runs this host.

    Raises:
        NoEnvironment: if the environment doesn't exist.
    """
    folder = environment_folder(info)
    if folder is None:
        return sys.executable
    python = folder / "bin" / "python"
    if not python.exists():
        how = "uv sync" if "toolchain" in dict(info.options) else f"python3 -m venv {folder}"
        raise NoEnvironment(
            f"there is no Python in {folder}, which Pulumi's project file names. Run `{how}` first."
        )
    return str(python)


def environment_folder(info: messages.ProgramInfo) -> Path | None:
    """Return the folder of the project's environment, or None if no option asks for one.

    The option `virtualenv` names it, relative to the root. With `toolchain: uv` alone it is `.venv` beside the nearest
    uv.lock, else beside the nearest pyproject.toml, else in the root:
    https://www.pulumi.com/docs/iac/languages-sdks/python/
    """
    options, root = dict(info.options), Path(info.root_directory)
    if named := options.get("virtualenv"):
        return root / str(named)
    if options.get("toolchain") != "uv":
        return None
    upwards = [root, *root.resolve().parents]
    beside = (place for name in ("uv.lock", "pyproject.toml") for place in upwards if (place / name).exists())
    return next(beside, root) / ".venv"


class NoEnvironment(Exception):
    """The project's environment doesn't exist."""


def environment_for(info: messages.ProgramInfo) -> dict[str, str]:
    """Return this process's environment with the project's virtual environment activated."""
    folder = Path(python_for(info)).parent
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONHOME"}
    return {
        **kept,
        "VIRTUAL_ENV": str(folder.parent),
        "PATH": f"{folder}{os.pathsep}{kept.get('PATH', os.defpath)}",
    }


def exec_script() -> str:
    """Return the path of the SDK's script that connects a program to the engine, beside this Python or on PATH."""
    name = "pulumi-language-python-exec"
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name) or name


def exec_options(request: messages.RunRequest, *, engine: str) -> list[str]:
    """Return the arguments of the SDK's script, by its own option names."""
    told = {
        "monitor": request.monitor_address,
        "engine": engine,
        "project": request.project,
        "root_directory": request.info.root_directory,
        "stack": request.stack,
        "pwd": request.pwd,
        "dry_run": "true" if request.dryRun else "false",
        "parallel": str(request.parallel),
        "organization": request.organization,
    }
    options = [word for name, value in told.items() if value for word in (f"--{name}", value)]
    return [*options, request.info.entry_point, *request.args]


def output_of(child: subprocess.Popen[bytes]) -> Iterator[messages.RunPluginResponse]:
    """Yield a process's output on its two streams, in the order of arrival, until both are closed."""
    arrived: queue.Queue[messages.RunPluginResponse | None] = queue.Queue()

    def read(stream: IO[bytes], wrap: Callable[[bytes], messages.RunPluginResponse]) -> None:
        while chunk := os.read(stream.fileno(), 1 << 16):
            arrived.put(wrap(chunk))
        arrived.put(None)

    for stream, wrap in (
        (child.stdout, lambda chunk: messages.RunPluginResponse(stdout=chunk)),
        (child.stderr, lambda chunk: messages.RunPluginResponse(stderr=chunk)),
    ):
        threading.Thread(target=read, args=(stream, wrap), daemon=True).start()
    open_streams = 2
    while open_streams:
        message = arrived.get()
        if message is None:
            open_streams -= 1
        else:
            yield message


def main() -> None:
    """Serve until SIGINT or SIGTERM, or until the CLI that started this host is gone."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    parent = os.getppid()
    children = Children()
    limits = [
        ("grpc.max_receive_message_length", MESSAGE_LIMIT),
        ("grpc.max_send_message_length", MESSAGE_LIMIT),
    ]
    server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), options=limits)
    services.add_LanguageRuntimeServicer_to_server(
        LanguageHost(engine=sys.argv[-1], children=children), server
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(port, flush=True)
    while not stop.wait(1) and os.getppid() == parent:  # a killed CLI sends no signal
        pass
    children.end_all()
    server.stop(None)


if __name__ == "__main__":
    main()
