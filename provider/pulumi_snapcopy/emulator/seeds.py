"""The error and the checks that the seeds of all services share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class SeedError(ValueError):
    """A seed is wrong; the message names the place."""


def expect(value: Any, types: Any, where: str, what: str) -> None:
    """Refuse a value of another type; a boolean isn't a number."""
    if not isinstance(value, types) or (isinstance(value, bool) and types is not bool):
        raise SeedError(f"{where}: must be {what}")


def refuse_unknown(given: dict[str, Any], known: Iterable[str], where: str) -> None:
    """Refuse members that the seed's form doesn't have."""
    for key in given:
        if key not in known:
            raise SeedError(f"{where}.{key}: is not known here; known are {', '.join(known)}")
