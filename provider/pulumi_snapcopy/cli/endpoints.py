"""What the commands that call a service share: regions, a check of the endpoint, and sentences for errors."""

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

REAL = "the real service"
"""AWS's own endpoint in words."""

REACH_TIMEOUT = 3.0
"""Seconds for a connection. boto3's own timeouts and retries, meant for copies, last for minutes."""

NOT_ENABLED = ("UnrecognizedClientException", "InvalidClientTokenId", "OptInRequired", "AuthFailure")
"""Error codes of a region that the account hasn't enabled; all but the third also mean wrong credentials."""


class Undetermined(click.ClickException):
    """The answer to the command couldn't be determined."""

    exit_code = 2


class Unreachable(Transient):
    """Nothing listens at the endpoint, or the network has no route to it."""


def settle_region(given: str | None, login: Login | None = None, known: Regions | None = None) -> str:
    """Return the given region, or else the region that AWS tooling would use.

    Args:
        given: the region; None: the default.
        login: the login whose default region is used; default: the environment's.
        known: the service's regions; default: Lightsail's.

    Raises:
        click.ClickException: if no region is set, or the service doesn't have it.
        ServiceError: if the settings of AWS tooling can't be used.
    """
    from ..aws.login import Login as OwnLogin

    region = given or (login or OwnLogin()).default_region()
    if region is None:
        raise click.ClickException(
            "no region is set. Write --target-region, such as --target-region eu-west-1, or set AWS_DEFAULT_REGION."
        )
    refuse_unknown([region], known)
    return region


def refuse_unknown(regions: Sequence[str], known: Regions | None = None) -> None:
    """Refuse regions that the service (default: Lightsail) doesn't have, and name the nearest region."""
    from ..core.rules.regions import unknown_region
    from ..lightsail.regions import regions as lightsail_regions

    known = known or lightsail_regions()
    for region in regions:
        if region not in known.names:
            raise click.ClickException(unknown_region(region, known))


def described(url: str) -> str:
    """Return an endpoint in words, without a password in its address."""
    from ..aws.calls import without_secrets
    from ..aws.login import is_aws_endpoint

    if is_aws_endpoint(url):
        return REAL
    if (urlsplit(url).hostname or "").endswith(".outscale.com"):
        return f"{without_secrets(url)}, the real service"
    return f"{without_secrets(url)}, an emulator or other endpoint and not the real service"


def reach(url: str, *, setting: str = "AWS_ENDPOINT_URL_LIGHTSAIL") -> None:
    """Check that an endpoint accepts a connection.

    Args:
        url: the endpoint.
        setting: the environment variable that sets the endpoint.

    Raises:
        Unreachable: if nothing accepts the connection within `REACH_TIMEOUT`.
    """
    parts = urlsplit(url)
    host = parts.hostname or ""
    if parts.scheme in getproxies() and not proxy_bypass(host):
        return  # the proxy decides whether the endpoint can be reached
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
    """Return a sentence that says why a call failed and what to do.

    Args:
        error: the call's error.
        policy: the command that prints the permissions.
    """
    from ..aws.calls import without_secrets

    local = error.code == "Credentials"  # a local error: no call was sent, so the code isn't the service's
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
