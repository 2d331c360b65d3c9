"""Decides which cloud EC2's calls go to: AWS, or OUTSCALE through FCU, its EC2-compatible API.

Both clouds have regions called us-west-1, us-east-2 and eu-west-2, so a region's name doesn't identify the cloud.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from urllib.parse import urlsplit

from ..core.errors import ConfigError

AWS, FCU = "aws", "fcu"
SETTING = "ec2Api"
VARIABLE = "SNAPCOPY_EC2_API"
NO_ACCOUNT = "FCU has no call that tells the account; take allowedAccountIds away where FCU is used"

_HOST = re.compile(r"fcu\.([a-z0-9-]+)\.outscale\.com")


def cloud_of(name: str, value: object, endpoint: Callable[[], str | None]) -> str:
    """Return the cloud, `AWS` or `FCU`, from the setting, else from the endpoint's host.

    Args:
        name: where the setting was given, ``snapcopy:ec2Api`` or ``SNAPCOPY_EC2_API``.
        value: the setting's value, or None.
        endpoint: returns the configured endpoint, or None.

    Raises:
        ConfigError: if the value is neither ``aws`` nor ``fcu``.

    Example:
        >>> cloud_of("snapcopy:ec2Api", None, lambda: "https://fcu.eu-west-2.outscale.com")
        'fcu'
    """
    if value in (AWS, FCU):
        return str(value)
    if value is not None:
        raise ConfigError(f"{name} is {value!r}; write aws, or fcu for OUTSCALE.")
    return FCU if region_of_endpoint(endpoint()) else AWS


def region_of_endpoint(url: str | None) -> str | None:
    """Return the region of an FCU endpoint, or None for any other endpoint.

    Example:
        >>> region_of_endpoint("https://fcu.us-east-2.outscale.com"), region_of_endpoint("http://127.0.0.1:4597/fcu")
        ('us-east-2', None)
    """
    found = _HOST.fullmatch(urlsplit(url or "").hostname or "")
    return found[1] if found else None


def configured_endpoint(profile: str | None = None) -> str | None:
    """Return EC2's endpoint from AWS's settings on this machine (environment or profile), or None for AWS's own.

    Args:
        profile: the AWS profile; default: boto3's own choice.
    """
    if os.environ.get("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "").lower() == "true":
        return None
    for variable in ("AWS_ENDPOINT_URL_EC2", "AWS_ENDPOINT_URL"):
        if url := os.environ.get(variable):
            return url
    from botocore.configprovider import ConfiguredEndpointProvider
    from botocore.exceptions import BotoCoreError
    from botocore.session import Session

    try:
        session = Session(profile=profile)
        found = ConfiguredEndpointProvider(
            full_config=session.full_config, scoped_config=session.get_scoped_config(), client_name="ec2"
        ).provide()
    except BotoCoreError:
        return None  # making a client with this profile reports the error
    return str(found) if found else None


def require_endpoint(name: str, url: str | None, region: str = "REGION") -> None:
    """Raise ConfigError if FCU has no endpoint: its calls would go to AWS.

    Raises:
        ConfigError: if no endpoint is set.
    """
    if not url:
        raise ConfigError(
            f"{name} is fcu, and no endpoint is set, so calls would go to AWS. Set AWS_ENDPOINT_URL_EC2="
            f"https://fcu.{region}.outscale.com."
        )


def is_fcu(config: Mapping[str, object]) -> bool:
    """Whether EC2's calls go to FCU, by a stack's configuration (``snapcopy:ec2Api``, …) or else this environment.

    Example:
        >>> is_fcu({"snapcopy:ec2Api": "fcu"})
        True
    """
    name, value = f"snapcopy:{SETTING}", config.get(f"snapcopy:{SETTING}")
    if value is None:
        name, value = VARIABLE, os.environ.get(VARIABLE)
    try:
        return cloud_of(name, value, lambda: endpoint_of(config)) == FCU
    except ConfigError:
        return False  # the provider's own check reports the error


def endpoint_of(config: Mapping[str, object]) -> str | None:
    """Return EC2's endpoint from AWS's settings on this machine, with the profile of a stack's configuration."""
    profile = config.get("aws:profile")
    return configured_endpoint(str(profile) if profile else None)


def described_cloud(region: str, *, name: str, value: object, endpoint: str | None) -> str:
    """Return a description, without secrets, of where EC2's calls go.

    Args:
        region: the region of the copies.
        name: where the setting was given.
        value: the setting's value, or None.
        endpoint: the configured endpoint, or None.

    Raises:
        ConfigError: if the setting can't be used, or the cloud is OUTSCALE and no endpoint is set.
    """
    from ..aws.calls import without_secrets
    from ..outscale.regions import outscale_regions

    cloud = cloud_of(name, value, lambda: endpoint)
    why = f", as {name} says" if value is not None else ", by its endpoint's host" if cloud == FCU else ""
    at = f" at {without_secrets(endpoint)}" if endpoint else ""
    if cloud == FCU:
        require_endpoint(name, endpoint, region)
        return f"OUTSCALE's FCU{at}{why}"
    if not endpoint and region in outscale_regions().names:
        return (
            f"AWS{why}; OUTSCALE has a region {region}, too. If that is meant, set AWS_ENDPOINT_URL_EC2="
            f"https://fcu.{region}.outscale.com."
        )
    return f"AWS's API{at}{why}" if at else f"AWS{why}"
