"""``snapcopy emulator``: the emulated Lightsail as a process that runs until it is stopped."""

from __future__ import annotations

import errno
import shlex
import signal
from threading import Event

import click

from . import loopback
from .settings import Settings

_SECONDS = click.FloatRange(min=0)
_FILE = click.Path(dir_okay=False)
_PORT = click.IntRange(0, 65535)


def _refuse_host(context: click.Context, parameter: click.Parameter, host: str | None) -> None:
    if host not in (None, loopback.HOST):
        raise click.BadParameter(
            f"the emulator listens on {loopback.HOST} only, and no option changes that: whoever reaches it may do "
            "everything, with any credentials.",
        )


@click.command("emulator")
@click.option("--host", hidden=True, expose_value=False, callback=_refuse_host)
@click.option("--port", type=_PORT, default=loopback.DEFAULT_PORT, show_default=True, help="On 127.0.0.1.")
@click.option("--state-file", type=_FILE, help="Keep the state in this file over restarts.")
@click.option("--seed", "seeds", type=_FILE, multiple=True, help="JSON file of what is there; repeatable.")
@click.option("--copy-seconds", type=_SECONDS, default=10.0, show_default=True, help="How long a copy takes.")
@click.option("--operation-lead-seconds", type=_SECONDS, default=0.0, help="How much sooner operations end.")
@click.option("--visibility-seconds", type=_SECONDS, default=0.0, help="How long new snapshots are hidden.")
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
    try:
        from .seeding import SeedError
        from .server import Emulator
        from .statefile import StateFileError
    except ModuleNotFoundError as error:
        missing = (error.name or "moto").partition(".")[0]
        message = f"the emulator needs {missing}: pip install 'pulumi-snapcopy[emulator]'"
        raise click.ClickException(message) from error
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        with Emulator(settings=settings, state_file=state_file, port=port, seeds=seeds) as running:
            click.echo(f"Lightsail is emulated on {running.url} until Ctrl-C. To use it:", err=True)
            _print_exports(int(running.url.rpartition(":")[2]))
            stopped.wait()
    except (SeedError, StateFileError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(_cant_start(error, port)) from error


def _cant_start(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {loopback.HOST} is in use; stop what listens there, or give another --port"
    return f"the emulator can't start: {error}"


def _print_exports(port: int) -> None:
    for name, value in loopback.environment(port).items():
        click.echo(f"export {name}={shlex.quote(value)}")
