"""Signals that end a command: what it has made is removed before.

A connection that has gone takes the reader of the output along, so a line that nobody reads ends nothing either.
"""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import click

from . import endpoints

ENDING = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))
"""The signals that end a command as Ctrl-C does; SIGHUP comes when its terminal or connection has gone."""


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Make `ENDING` end a command as Ctrl-C does, so that it removes what it has made."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    try:
        with _handled(ENDING, stop):
            yield
    except KeyboardInterrupt:
        raise endpoints.Undetermined("stopped, as asked.") from None


@contextmanager
def put_off() -> Iterator[None]:
    """Delay the first Ctrl-C or signal of `ENDING` to the end of the block; the second one interrupts at once."""
    asked: list[int] = []

    def note(number: int, _: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)
        say("Stopping when what was restored is removed; Ctrl-C again stops at once.")

    with _handled((signal.SIGINT, *ENDING), note):
        yield
    if asked:
        raise KeyboardInterrupt


@contextmanager
def _handled(signals: tuple[signal.Signals, ...], handler: Callable[[int, object], None]) -> Iterator[None]:
    """Handle these signals within the block; those that are ignored, as by nohup, stay ignored."""
    before = {each: signal.getsignal(each) for each in signals}
    heeded = {each: was for each, was in before.items() if was is not signal.SIG_IGN}
    for each in heeded:
        signal.signal(each, handler)
    try:
        yield
    finally:
        for each, was in heeded.items():
            signal.signal(each, was)


def say(text: str) -> None:
    """Print a line to standard error; if nobody reads it any more, the command goes on and removes what it has made."""
    with suppress(OSError):
        click.echo(text, err=True)
