"""The option ``--services`` of several commands."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from .access import Access

SERVICES = {
    "lightsail": ".access:LightsailAccess",
    "ec2": ".ec2_access:Ec2Access",
    "outscale": ".outscale_access:OutscaleAccess",
}
"""The class for access to each service; OUTSCALE's FCU uses EC2's."""


def parse_services(ctx: click.Context, param: click.Parameter, value: str) -> list[str]:
    """Return the services that an option names, each once."""
    names = list(dict.fromkeys(each.strip() for each in value.split(",")))
    if unknown := [each for each in names if each not in SERVICES]:
        fcu = (
            " FCU is ec2 here: the endpoint, or snapcopy:ec2Api, says which cloud is meant."
            if unknown[0] == "fcu"
            else ""
        )
        raise click.BadParameter(f"there is no service {unknown[0]!r}. Write {', '.join(SERVICES)}.{fcu}")
    return names


def option(meaning: str) -> Callable[[Any], Any]:
    """Return the option ``--services``, which passes the services as ``names``."""
    return click.option(
        "--services",
        "names",
        default="lightsail",
        show_default=True,
        metavar="SERVICE,…",
        callback=parse_services,
        help=f"{meaning}: {', '.join(SERVICES)}. OUTSCALE's FCU is ec2.",
    )


def access_of(name: str) -> type[Access]:
    """Return the class for access to a service."""
    module, _, kind = SERVICES[name].partition(":")
    found: type[Access] = getattr(import_module(module, __package__), kind)
    return found
