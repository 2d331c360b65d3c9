"""``snapcopy emulator``: run the emulated services as a process until it is stopped."""

from __future__ import annotations

import errno
import math
import shlex
import signal
from threading import Event
from typing import Any

import click

from . import loopback
from .services import DEFAULT_SERVICES, SERVICES, checked, not_installed
from .settings import Settings

_TITLES = {"lightsail": "Lightsail", "ec2": "EC2", "fcu": "OUTSCALE's FCU", "outscale": "OUTSCALE's OAPI"}


class _Seconds(click.FloatRange):
    """A finite number of seconds; click alone would also accept nan and inf."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        seconds = float(super().convert(value, param, ctx))
        if not math.isfinite(seconds):
            self.fail(f"{value} is no number of seconds; write 0 or more, such as 10.", param, ctx)
        return seconds


_SECONDS = _Seconds(min=0)
_FILE = click.Path(dir_okay=False)
_PORT = click.IntRange(0, 65535)


def _refuse_host(context: click.Context, parameter: click.Parameter, host: str | None) -> None:
    if host not in (None, loopback.HOST):
        raise click.BadParameter(
            f"the emulator listens on {loopback.HOST} only, and no option changes that: anybody who reaches it can do "
            "everything, with any credentials.",
        )


def _services(context: click.Context, parameter: click.Parameter, given: str) -> tuple[str, ...]:
    try:
        return checked(SERVICES if given == "all" else given)
    except ValueError as error:
        raise click.BadParameter(f"{error}, or all") from error


@click.command("emulator")
@click.option(
    "--services",
    default=",".join(DEFAULT_SERVICES),
    show_default=True,
    callback=_services,
    metavar="NAMES",
    help=f"Which services, with commas between them: {', '.join(SERVICES)}; or all.",
)
@click.option("--host", hidden=True, expose_value=False, callback=_refuse_host)
@click.option("--port", type=_PORT, default=loopback.DEFAULT_PORT, show_default=True, help="On 127.0.0.1.")
@click.option("--state-file", type=_FILE, help="Keep the state in this file over restarts.")
@click.option(
    "--seed", "seeds", type=_FILE, multiple=True, help="JSON file of resources to start with; repeatable."
)
@click.option("--copy-seconds", type=_SECONDS, default=10.0, show_default=True, help="How long a copy takes.")
@click.option("--operation-lead-seconds", type=_SECONDS, default=0.0, help="How much sooner operations end.")
@click.option("--visibility-seconds", type=_SECONDS, default=0.0, help="How long new snapshots are hidden.")
@click.option(
    "--filter-seconds",
    type=_SECONDS,
    default=0.0,
    help="How long filters of EC2 and OUTSCALE miss new snapshots.",
)
@click.option("--max-copies", type=click.IntRange(min=1), help="Copies a region makes at a time.")
@click.option("--exports", is_flag=True, help="Only print the exports for the port, for eval.")
def emulator(
    services: tuple[str, ...],
    port: int,
    state_file: str | None,
    seeds: tuple[str, ...],
    copy_seconds: float,
    operation_lead_seconds: float,
    visibility_seconds: float,
    filter_seconds: float,
    max_copies: int | None,
    exports: bool,
) -> None:
    """Emulate Lightsail, EC2 and OUTSCALE on this machine, until Ctrl-C.

    In the shell that is to use it: eval "$(snapcopy emulator --exports)"
    """
    if exports:
        _print_exports(port, services)
        return
    settings = Settings(
        copy_seconds=copy_seconds,
        operation_lead_seconds=operation_lead_seconds,
        visibility_seconds=visibility_seconds,
        filter_seconds=filter_seconds,
        max_copies_in_progress=max_copies,
    )
    _serve(services, settings, state_file, port, seeds)


def _serve(
    services: tuple[str, ...],
    settings: Settings,
    state_file: str | None,
    port: int,
    seeds: tuple[str, ...],
) -> None:
    try:
        from .seeding import SeedError
        from .server import Emulator
        from .statefile import StateFileError
    except ModuleNotFoundError as error:
        raise click.ClickException(not_installed(error)) from error
    stopped = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        with Emulator(
            services=services, settings=settings, state_file=state_file, port=port, seeds=seeds
        ) as running:
            emulated = " and ".join(_TITLES[each] for each in services)
            verb = "is" if len(services) == 1 else "are"
            click.echo(f"{emulated} {verb} emulated on {running.url} until Ctrl-C. To use it:", err=True)
            _print_exports(int(running.url.rpartition(":")[2]), services)
            while not stopped.wait(0.5):  # on Windows, Ctrl-C doesn't interrupt a wait without a timeout
                pass
    except ModuleNotFoundError as error:
        raise click.ClickException(not_installed(error)) from error
    except (SeedError, StateFileError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(_cant_start(error, port)) from error


def _cant_start(error: OSError, port: int) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"port {port} of {loopback.HOST} is in use; stop what listens there, or give another --port"
    return f"the emulator can't start: {error}"


def _print_exports(port: int, services: tuple[str, ...]) -> None:
    variables = loopback.environment(port, services)
    for name, value in variables.items():
        click.echo(f"export {name}={shlex.quote(value)}")
    click.echo(f"unset {' '.join(name for name in loopback.LEFT_OUT if name not in variables)}")
    click.echo(f"# To go back to the real services: a new shell, or here: {loopback.undoing(services)}")
