"""The operations that a fault can name; a service's description is read only where a name asks for it."""

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
"""What starts a snapshot that a fault can fail or prolong."""


def refuse_unknown(service: str | None, operation: str, *, starting: bool) -> None:
    """Refuse what no call can be.

    Args:
        service: The service's name, or None for any.
        operation: The operation's name, or ``*``.
        starting: Whether it has to be one of `STARTING`.

    Raises:
        ValueError: There is no such service, or it has no such operation.
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
    """The API's names, of the installed version's description."""
    if service == "outscale":
        return frozenset(_oapi())
    from botocore.loaders import Loader

    model = Loader().load_service_model("lightsail" if service == "lightsail" else "ec2", "service-2")
    return frozenset(model["operations"])


def _oapi() -> Iterator[str]:
    if find_spec("osc_sdk_python") is not None:  # without it there is no OAPI to hit
        from .outscale.description import description

        yield from (path.removeprefix("/") for path in description()["paths"])


def _similar(operation: str, names: set[str]) -> list[str]:
    """Those that may be meant, also by a name in snake_case."""
    written = "".join(part[:1].upper() + part[1:] for part in operation.split("_"))
    return get_close_matches(written, sorted(names), n=3)
