"""What commands that ask the service share: regions, whether there is an answer to be had, and sentences for a no."""

from __future__ import annotations

import socket
from collections.abc import Sequence
from datetime import datetime, timezone
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import click

from ..core.errors import Denied, ServiceError, Transient
from ..core.rules import RULES, Context

REACH_TIMEOUT = 3.0
"""Seconds for a connection. boto3's own patience, meant for copies, lasts for minutes."""

RENEW = ("Expired", "Token", "Credentials", "Unauthenticated", "Signature")


class Unreachable(Transient):
    """Nothing listens at the endpoint, or the network doesn't lead there."""


def settle_region(given: str | None) -> str:
    """The given region, or else the one AWS tooling would use.

    Raises:
        click.ClickException: there is none, or Lightsail doesn't have it.
    """
    from ..services.lightsail_permissions import default_region

    try:
        region = given or default_region()
    except ServiceError as error:
        raise click.ClickException(sentence(error)) from None
    if region is None:
        raise click.ClickException("no region is set. Write one, such as eu-west-1, or set AWS_REGION.")
    refuse_unknown([region])
    return region


def refuse_unknown(regions: Sequence[str]) -> None:
    """Refuse regions that Lightsail doesn't have, in the words of the rule that copies are judged by."""
    from ..services.lightsail import regions as all_regions

    context = Context(regions=all_regions(), today=datetime.now(timezone.utc).date())
    rule = next(rule for rule in RULES if rule.name == "known-region")
    for region in regions:
        for violation in rule.judge({"sourceRegion": region}, context):
            raise click.ClickException(violation.message)


def described(url: str) -> str:
    """An endpoint in words; a password in its address is left out."""
    from ..services.lightsail_permissions import is_the_real_service, without_secrets

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
        from ..services.lightsail_permissions import without_secrets

        raise Unreachable(f"{without_secrets(url)} doesn't answer: {error}") from error


def sentence(error: ServiceError) -> str:
    """What a call ended with, and what to do."""
    from ..services.lightsail_permissions import without_secrets

    called = f" ({error.call})" if error.call and error.code != "Credentials" else ""
    return f"{without_secrets(str(error)).rstrip('.')}{called}. {_next(error)}"


def _next(error: ServiceError) -> str:
    if isinstance(error, Unreachable):
        return (
            "Check the network and AWS_ENDPOINT_URL_LIGHTSAIL; `snapcopy emulator` starts an emulator here."
        )
    if isinstance(error, Denied) and any(word in error.code for word in RENEW):
        return "Set AWS_PROFILE, or log in with `aws configure` or `aws sso login`."
    if isinstance(error, Denied):
        return f"Allow {error.call or 'the call'}; `snapcopy iam-policy` prints all that is needed."
    if isinstance(error, Transient):
        return "Try again."
    return "Mend what the service's reason names."
