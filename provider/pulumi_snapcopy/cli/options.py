"""Callbacks of options that several commands share."""

from __future__ import annotations

import math

import click

from ..core.durations import DurationError, seconds


def duration(ctx: click.Context, param: click.Parameter, value: str | None) -> float | None:
    """Return an option's duration in seconds."""
    if value is None:
        return None
    try:
        return seconds(value)
    except DurationError:
        raise click.BadParameter(
            f"{value!r} is not a duration. Write one such as 30h, 30d or 1h30m."
        ) from None


def not_empty(ctx: click.Context, param: click.Parameter, values: tuple[str, ...]) -> tuple[str, ...]:
    """Refuse empty names and tag keys, such as those of an unset shell variable."""
    for value in values:
        if not value.partition("=")[0].strip():
            raise click.BadParameter(f"{value!r} names no source. Write the name of an instance or disk.")
    return values


def finite(ctx: click.Context, param: click.Parameter, value: float) -> float:
    """Refuse numbers that JSON can't represent."""
    if not math.isfinite(value):
        raise click.BadParameter(f"{value} is no amount. Write a number of 0 or more.")
    return value
