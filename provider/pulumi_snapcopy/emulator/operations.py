"""The operations that a fault can name; a service's API description is read only if a name requires it."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from functools import cache
from importlib.util import find_spec

from .services import SERVICES

STARTING = {
    "lightsail": ("CopySnapshot",),
    "ec2": ("CopySnapshot", "CreateSnapshot"),
    "fcu": ("CopySnapshot", "CreateSnapshot"),
    "outscale": ("CreateSnapshot",),
}
"""Operations that start a snapshot which a fault can fail or prolong."""


def refuse_unknown(service: str | None, operation: str, *, starting: bool) -> None:
    """Refuse a fault whose service or operation doesn't exist.

    Args:
        service: The service's name, or None for any.
        operation: The operation's name, or ``*``.
        starting: Whether the operation must be one of `STARTING`.

    Raises:
        ValueError: if there is no such service, or it has no such operation.
    """
    if service is not None and service not in SERVICES:
        raise ValueError(
            f"there is no service {service!r}; write one of {', '.join(SERVICES)}, or None for any"
        )
    services = SERVICES if service is None else (service,)
    names = list(dict.fromkeys(name for each in services for name in STARTING[each]))
    if operation == "*" or operation in names:
        return
    if not starting:
        if any(operation in _operations(each) for each in services):
            return
        names = _similar(operation, {name for each in services for name in _operations(each)}) or names
    none = f"{service or 'no service'} has {'no ' if service else ''}operation {operation!r}"
    raise ValueError(
        f"{none}{' that starts a copy' if starting else ''}; write {' or '.join(names)}, or * for any"
    )


@cache
def _operations(service: str) -> frozenset[str]:
    """Return the names of a service's operations, in the installed API description."""
    if service == "outscale":
        return frozenset(_oapi())
    from botocore.loaders import Loader

    model = Loader().load_service_model("lightsail" if service == "lightsail" else "ec2", "service-2")
    return frozenset(model["operations"])


def _oapi() -> Iterator[str]:
    if find_spec("osc_sdk_python") is not None:  # without OUTSCALE's description no OAPI can be emulated
        from .outscale.description import description

        yield from (path.removeprefix("/") for path in description()["paths"])


def _similar(operation: str, names: set[str]) -> list[str]:
    """Return the names most similar to this operation, which may also be in snake_case."""
    written = "".join(part[:1].upper() + part[1:] for part in operation.split("_"))
    return get_close_matches(written, sorted(names), n=3)
