"""Durations as programs write them in ``CustomTimeouts``, and as people read them."""

from __future__ import annotations

import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_LONGEST = 290 * 365 * 86400.0
"""About what Pulumi's engine can count."""
_PART = re.compile(r"\s*(\d+(?:\.\d+)?)(ms|[smhd])\s*", re.ASCII)


class DurationError(ValueError):
    """Not a duration; the message says what to write."""


def seconds(given: object) -> float:
    """Return the seconds of a duration: text such as ``"1h 30m"``, or a number of seconds.

    Raises:
        DurationError: if it isn't a duration above zero, to the millisecond, or one that no clock can add up.

    Example:
        >>> seconds("1h30m"), seconds("1h 30m"), seconds(90)
        (5400.0, 5400.0, 90.0)
    """
    if isinstance(given, str):
        parts = [*_PART.finditer(given)]
        whole = "".join(part[0] for part in parts) == given
        total = sum(float(part[1]) * _UNITS[part[2]] for part in parts) if whole else 0.0
    else:
        total = float(given) if isinstance(given, int | float) and not isinstance(given, bool) else 0.0
    if not 0 < round(total, 3) <= _LONGEST:
        raise DurationError(
            f"{given!r} is not a duration. Write one such as '90m' or '1h 30m', or a number of seconds above 0."
        )
    return total


def spoken(duration: float) -> str:
    """Write a duration in one or two units.

    Example:
        >>> spoken(5), spoken(75), spoken(5400), spoken(9000)
        ('5 s', '1 min 15 s', '90 min', '2 h 30 min')
    """
    whole = round(duration)
    if whole < 60:
        return f"{whole} s"
    if whole < 600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 else "")
    minutes = round(duration / 60)
    if minutes < 120:
        return f"{minutes} min"
    return f"{minutes // 60} h" + (f" {minutes % 60} min" if minutes % 60 else "")
