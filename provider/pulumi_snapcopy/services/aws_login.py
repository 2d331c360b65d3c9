"""With which login, and at which endpoint, AWS is asked: boto3's own settings, told without secrets."""

from __future__ import annotations

import os
from collections.abc import Iterable
from functools import partial
from typing import Literal
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

from ..core.errors import Denied
from .aws import call, member


def default_region() -> str | None:
    """The region AWS tooling would use: AWS_REGION, AWS_DEFAULT_REGION, or the profile's.

    Raises:
        ServiceError: the AWS settings of this machine can't be used, such as a profile that isn't there.
    """
    return call("", lambda: os.environ.get("AWS_REGION") or boto3.session.Session().region_name)


def endpoints(regions: Iterable[str], service: Literal["lightsail", "sts"] = "lightsail") -> dict[str, str]:
    """Where regions' calls go: the service's own addresses, or that of ``AWS_ENDPOINT_URL_LIGHTSAIL`` and its like.

    Raises:
        ServiceError: the AWS settings of this machine can't be used.
    """

    def find() -> dict[str, str]:
        # Keys that nobody uses: without any, making a client looks for credentials, also over the network.
        make = partial(
            boto3.session.Session().client,
            service,
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )
        return {region: make(region_name=region).meta.endpoint_url for region in regions}

    return call("", find)


def credentials() -> str:
    """Where the credentials come from, by boto3's name of the method: ``env``, ``sso``, ``shared-credentials-file``, …

    A profile is named with it. An expired login shows here.

    Raises:
        Denied: there are none, or they can't be had.
    """

    def find() -> str:
        session = boto3.session.Session()
        found = session.get_credentials()
        if found is None:
            raise Denied("there are no credentials", code="Credentials")
        found.get_frozen_credentials()
        return found.method if found.method == "env" else f"{found.method}, profile {session.profile_name}"

    return call("", find)


def account(region: str) -> str:
    """The number of the account that the credentials belong to, as STS says; it needs no permission.

    STS is asked where boto3 would ask it, but never on AWS while Lightsail is somewhere else: an emulator answers for
    all services at its one address, and its made-up keys are nothing to send to AWS.

    Raises:
        ServiceError: STS says no, or can't be reached.
    """
    config = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})
    lightsail, sts = (endpoints((region,), service)[region] for service in ("lightsail", "sts"))
    elsewhere = is_the_real_service(sts) and not is_the_real_service(lightsail)

    def ask() -> str:
        client = boto3.session.Session().client(
            "sts", region_name=region, config=config, endpoint_url=lightsail if elsewhere else None
        )
        return str(member(client.get_caller_identity(), "Account"))

    return call("sts:GetCallerIdentity", ask)


def is_the_real_service(url: str) -> bool:
    """Whether an endpoint is AWS's own.

    Example:
        >>> is_the_real_service("https://lightsail.eu-west-1.amazonaws.com")
        True
    """
    return (urlsplit(url).hostname or "").endswith((".amazonaws.com", ".api.aws"))
