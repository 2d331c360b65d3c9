"""What commands that ask the service share: regions, whether the endpoint answers, and sentences for errors."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import click

from ..core.errors import Denied, ServiceError, Transient

if TYPE_CHECKING:
    from ..aws.login import Login

REACH_TIMEOUT = 3.0
"""Seconds for a connection. boto3's own patience, meant for copies, lasts for minutes."""

NOT_ENABLED = ("UnrecognizedClientException", "InvalidClientTokenId", "OptInRequired", "AuthFailure")
"""What a region says to an account that hasn't enabled it; all but the third also to credentials that are wrong."""


class Unreachable(Transient):
    """Nothing listens at the endpoint, or the network doesn't lead there."""


def settle_region(given: str | None, login: Login | None = None) -> str:
    """Return the given region, or else the one AWS tooling would use.

    Raises:
        click.ClickException: there is none, or Lightsail doesn't have it.
        ServiceError: AWS tooling's settings can't be used.
    """
    from ..aws.login import Login as OwnLogin

    region = given or (login or OwnLogin()).default_region()
    if region is None:
        raise click.ClickException(
            "no region is set. Write one, such as eu-west-1, or set AWS_DEFAULT_REGION."
        )
    refuse_unknown([region])
    return region


def refuse_unknown(regions: Sequence[str]) -> None:
    """Refuse regions that Lightsail doesn't have, and name the nearest."""
    from ..core.rules.regions import unknown_region
    from ..lightsail.regions import regions as lightsail_regions

    known = lightsail_regions()
    for region in regions:
        if region not in known.names:
            raise click.ClickException(unknown_region(region, known))


def described(url: str) -> str:
    """Return an endpoint in words; a password in its address is left out."""
    from ..aws.calls import without_secrets
    from ..aws.login import is_the_real_service

    if is_the_real_service(url):
        return "the real service"
    return f"{without_secrets(url)}, an emulator or other endpoint and not the real service"


def reach(url: str) -> None:
    """Connect to an endpoint, and leave.

    Raises:
        Unreachable: nobody answers within `REACH_TIMEOUT`.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme in getproxies() and not proxy_bypass(host):
        return  # then it is for the proxy to say
    try:
        port = parts.port or (443 if parts.scheme == "https" else 80)
        socket.create_connection((host, port), timeout=REACH_TIMEOUT).close()
    except (OSError, ValueError) as error:
        from ..aws.calls import without_secrets

        reason = getattr(error, "strerror", None) or error
        raise Unreachable(f"{without_secrets(url)} doesn't answer: {reason}") from error


def sentence(error: ServiceError) -> str:
    """Return what a call ended with, and what to do."""
    from ..aws.calls import without_secrets

    local = error.code == "Credentials"  # then it is no code of the service's, and nothing was called
    said = error.message if local else str(error)
    called = f" ({error.call})" if error.call and not local else ""
    return f"{without_secrets(said).rstrip('.')}{called}. {_next(error)}"


def _next(error: ServiceError) -> str:
    if isinstance(error, Unreachable):
        return "Check the network, and the endpoint's setting if it is set; `snapcopy emulator` starts an emulator."
    if error.advice:
        return f"{error.advice[0].upper()}{error.advice[1:]}."
    if isinstance(error, Denied):
        return f"Allow {error.call or 'the call'}; `snapcopy iam-policy` prints all that is needed."
    if isinstance(error, Transient):
        return "Try again."
    return "Fix the problem named above."
