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
    from ..core.rules.judgement import Regions

REACH_TIMEOUT = 3.0
"""Seconds for a connection. boto3's own patience, meant for copies, lasts for minutes."""

NOT_ENABLED = ("UnrecognizedClientException", "InvalidClientTokenId", "OptInRequired", "AuthFailure")
"""What a region says to an account that hasn't enabled it; all but the third also to credentials that are wrong."""


class Undetermined(click.ClickException):
    """What was asked for couldn't be determined."""

    exit_code = 2


class Unreachable(Transient):
    """Nothing listens at the endpoint, or the network doesn't lead there."""


def settle_region(given: str | None, login: Login | None = None, known: Regions | None = None) -> str:
    """Return the given region, or else the one AWS tooling would use.

    Args:
        given: the region, if one is given.
        login: whose default counts; default: the environment's.
        known: the service's regions; default: Lightsail's.

    Raises:
        click.ClickException: there is none, or the service doesn't have it.
        ServiceError: AWS tooling's settings can't be used.
    """
    from ..aws.login import Login as OwnLogin

    region = given or (login or OwnLogin()).default_region()
    if region is None:
        raise click.ClickException(
            "no region is set. Write one, such as eu-west-1, or set AWS_DEFAULT_REGION."
        )
    refuse_unknown([region], known)
    return region


def refuse_unknown(regions: Sequence[str], known: Regions | None = None) -> None:
    """Refuse regions that the service doesn't have, and name the nearest; default: Lightsail."""
    from ..core.rules.regions import unknown_region
    from ..lightsail.regions import regions as lightsail_regions

    known = known or lightsail_regions()
    for region in regions:
        if region not in known.names:
            raise click.ClickException(unknown_region(region, known))


def described(url: str) -> str:
    """Return an endpoint in words; a password in its address is left out."""
    from ..aws.calls import without_secrets
    from ..aws.login import is_the_real_service

    if is_the_real_service(url):
        return "the real service"
    if (urlsplit(url).hostname or "").endswith(".outscale.com"):
        return f"{without_secrets(url)}, the real service"
    return f"{without_secrets(url)}, an emulator or other endpoint and not the real service"


def reach(url: str, *, setting: str = "AWS_ENDPOINT_URL_LIGHTSAIL") -> None:
    """Connect to an endpoint, and leave.

    Args:
        url: the endpoint's.
        setting: the variable that would set it.

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
        raise Unreachable(
            f"{without_secrets(url)} doesn't answer: {reason}",
            advice=f"check the network, and {setting} if it is set; `snapcopy emulator` starts an emulator",
        ) from error


def sentence(error: ServiceError, *, policy: str = "snapcopy iam-policy") -> str:
    """Return what a call ended with, and what to do.

    Args:
        error: it.
        policy: the command that prints the permissions.
    """
    from ..aws.calls import without_secrets

    local = error.code == "Credentials"  # then it is no code of the service's, and nothing was called
    said = error.message if local else str(error)
    called = f" ({error.call})" if error.call and not local else ""
    return f"{without_secrets(said).rstrip('.')}{called}. {_next(error, policy)}"


def _next(error: ServiceError, policy: str) -> str:
    if error.advice:
        return f"{error.advice[0].upper()}{error.advice[1:]}."
    if isinstance(error, Denied):
        return f"Allow {error.call or 'the call'}; `{policy}` prints all that is needed."
    if isinstance(error, Transient):
        return "Try again."
    return "Fix the problem named above."
