"""``snapcopy emulator``: the emulated Lightsail as a process that runs until it is stopped."""

from __future__ import annotations

import errno
import shlex
import signal
from threading import Event
from typing import Any

import click

from . import loopback
from .settings import Settings

_SECONDS = click.FloatRange(min=0)


@click.command("emulator")
@click.option("--port", default=loopback.DEFAULT_PORT, show_default=True, help="Port on 127.0.0.1.")
@click.option("--state-file", type=click.Path(dir_okay=False), help="Keep the state in this file over restarts.")
@click.option("--seed", "seeds", type=click.Path(dir_okay=False), multiple=True, help="JSON file of what is there.")
@click.option("--copy-seconds", type=_SECONDS, default=10.0, show_default=True, help="How long a copy takes.")
@click.option("--operation-lead-seconds", type=_SECONDS, default=0.0, help="How much earlier its operation ends.")
@click.option("--visibility-seconds", type=_SECONDS, default=0.0, help="How long a new snapshot can't be seen.")
@click.option("--max-copies", type=click.IntRange(min=1), help="Copies a region makes at a time.")
@click.option("--exports", is_flag=True, help="Only print the exports for the port, for eval.")
def emulator(
    port: int,
    state_file: str | None,
    seeds: tuple[str, ...],
    copy_seconds: float,
    operation_lead_seconds: float,
    visibility_seconds: float,
    max_copies: int | None,
    exports: bool,
) -> None:
    """Emulate Lightsail on this machine, until Ctrl-C.

    In the shell that is to use it: eval "$(snapcopy emulator --exports)"
    """
    if exports:
        _print_exports(port)
        return
    settings = Settings(
        copy_seconds=copy_seconds,
        operation_lead_seconds=operation_lead_seconds,
        visibility_seconds=visibility_seconds,
        max_copies_in_progress=max_copies,
    )
    _serve(settings, state_file, port, seeds)


def _serve(settings: Settings, state_file: str | None, port: int, seeds: tuple[str, ...]) -> None:
    server_class = _emulator_class()
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        with server_class(settings=settings, state_file=state_file, port=port) as running:
            for seed in seeds:
                running.seed(seed)
            click.echo(f"Lightsail is emulated on {running.url} until Ctrl-C. To use it:", err=True)
            _print_exports(int(running.url.rpartition(":")[2]))
            stopped.wait()
    except ValueError as error:  # a seed or a state file that can't be used, each with a sentence
        raise click.ClickException(str(error)) from error
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        message = f"port {port} of {loopback.HOST} is in use; stop what listens there, or choose another with --port"
        raise click.ClickException(message) from error


def _emulator_class() -> Any:
    try:
        from .server import Emulator
    except ModuleNotFoundError as error:
        message = f"the emulator needs {error.name}: pip install 'pulumi-snapcopy[emulator]'"
        raise click.ClickException(message) from error
    return Emulator


def _print_exports(port: int) -> None:
    for name, value in loopback.environment(port).items():
        click.echo(f"export {name}={shlex.quote(value)}")
