"""Durations as Pulumi writes them in ``CustomTimeouts``, and as people read them."""

from __future__ import annotations

import re

_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_PART = re.compile(r"(\d+(?:\.\d+)?)(ms|[smhd])")


class DurationError(ValueError):
    """Not a duration; the message says what to write."""


def seconds(text: object) -> float:
    """Read a duration.

    Raises:
        DurationError: it isn't one, or it is zero.

    Example:
        >>> seconds("1h30m")
        5400.0
    """
    parts = _PART.findall(text) if isinstance(text, str) else []
    total = sum(float(number) * _UNITS[unit] for number, unit in parts)
    if not parts or "".join(number + unit for number, unit in parts) != text or total == 0:
        raise DurationError(f"{text!r} is not a duration. Write one such as '90m' or '1h30m'.")
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
