"""With which login, and at which endpoint, AWS is asked: the stack's settings, else boto3's own; told without secrets."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config
from botocore.exceptions import ProfileNotFound

from ..core.errors import LoginFailed
from . import advice
from .calls import call, made, member


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """Whose credentials are used, and the region where none is given.

    Args:
        profile: the stack's ``aws:profile``; default: boto3's own choice.
        region: the stack's ``aws:region``; default: likewise.
    """

    profile: str | None = None
    region: str | None = None

    def session(self) -> boto3.session.Session:
        """Return a session of boto3's; it isn't safe to be shared by threads.

        Raises:
            LoginFailed: if the stack's profile isn't there.
        """
        try:
            return boto3.session.Session(profile_name=self.profile)
        except ProfileNotFound as error:
            if self.profile is None:
                raise
            raise LoginFailed(str(error), code="Credentials", advice=advice.THE_STACKS_PROFILE) from error

    def default_region(self) -> str | None:
        """Return the region that the stack or AWS tooling would use: the stack's, AWS_REGION, or the profile's.

        Raises:
            ServiceError: if the AWS settings of this machine can't be used, such as a profile that isn't there.
        """
        if self.region:
            return self.region
        return call("", lambda: os.environ.get("AWS_REGION") or self.session().region_name)

    def endpoints(self, regions: Iterable[str], service: str) -> dict[str, str]:
        """Return where regions' calls go: the service's own addresses, or that of ``AWS_ENDPOINT_URL`` and its like.

        Raises:
            ServiceError: if the AWS settings of this machine can't be used.
        """
        # Keys that nobody uses: without any, making a client looks for credentials, also over the network.
        client: Any = call("", self.session).client
        make = partial(client, service, aws_access_key_id="none", aws_secret_access_key="none")
        return {
            region: made(service, partial(make, region_name=region)).meta.endpoint_url for region in regions
        }

    def credentials(self) -> str:
        """Return where the credentials come from, by boto3's name of the method: ``env``, ``sso``, …

        A profile is named with it. An expired login shows here.

        Raises:
            LoginFailed: if there are none, or they can't be used.
        """

        def find() -> str:
            session = self.session()
            found = session.get_credentials()
            if found is None:
                raise LoginFailed("there are no credentials", code="Credentials", advice=advice.LOG_IN)
            found.get_frozen_credentials()
            return (
                found.method if found.method == "env" else f"{found.method}, profile {session.profile_name}"
            )

        return call("", find)

    def account(self, region: str, *, service: str) -> str:
        """Return the number of the account that the credentials belong to, as STS says; it needs no permission.

        STS is asked where boto3 would ask it, but never on AWS while the service is somewhere else: an emulator answers
        for all services at its one address, and its made-up keys are nothing to send to AWS.

        Raises:
            ServiceError: if STS refuses, or can't be reached.
        """
        config = Config(
            connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2}
        )
        own, sts = (self.endpoints((region,), each)[region] for each in (service, "sts"))
        elsewhere = is_the_real_service(sts) and not is_the_real_service(own)

        def ask() -> str:
            client = self.session().client(
                "sts", region_name=region, config=config, endpoint_url=own if elsewhere else None
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
