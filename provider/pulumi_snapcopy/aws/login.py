"""The credentials, region and endpoints of calls to AWS: the stack's, else boto3's; described without secrets."""

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
from .calls import call, check_responses, make_client, member, refuse_other_xml


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """The credentials to use, and the default region.

    Args:
        profile: the stack's ``aws:profile``; default: boto3's own choice.
        region: the stack's ``aws:region``; default: ``AWS_REGION``, else boto3's own choice.
    """

    profile: str | None = None
    region: str | None = None

    def session(self) -> boto3.session.Session:
        """Return a new boto3 session, which threads can't share.

        Raises:
            LoginFailed: if the stack's profile doesn't exist.
        """
        try:
            return boto3.session.Session(profile_name=self.profile)
        except ProfileNotFound as error:
            if self.profile is None:
                raise
            raise LoginFailed(str(error), code="Credentials", advice=advice.THE_STACKS_PROFILE) from error

    def default_region(self) -> str | None:
        """Return the default region: the stack's, else AWS_REGION, else boto3's own choice, or None.

        Raises:
            ServiceError: if the AWS settings of this machine can't be used, such as a profile that doesn't exist.
        """
        if self.region:
            return self.region
        return call("", lambda: os.environ.get("AWS_REGION") or self.session().region_name)

    def endpoints(self, regions: Iterable[str], service: str) -> dict[str, str]:
        """Return a service's endpoint in each region: AWS's own, or that of a setting such as ``AWS_ENDPOINT_URL``.

        Raises:
            ServiceError: if the AWS settings of this machine can't be used.
        """
        # Dummy keys: without keys, making a client looks for credentials, also over the network.
        client: Any = call("", self.session).client
        make = partial(client, service, aws_access_key_id="none", aws_secret_access_key="none")
        return {
            region: make_client(service, partial(make, region_name=region)).meta.endpoint_url
            for region in regions
        }

    def credentials(self) -> str:
        """Return where the credentials come from, by boto3's name of the method: ``env``, ``sso``, …

        For every method but ``env`` the profile's name is added.

        Raises:
            LoginFailed: if there are no credentials, or they can't be used, as after an expired login.
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
        """Return the number of the account that the credentials belong to, from STS; the call needs no permission.

        The call goes to the endpoint that boto3 chooses for STS. If that is AWS's and the service's endpoint isn't, the
        call goes to the service's endpoint: an emulator serves all services there, and its dummy keys don't go to AWS.

        Raises:
            ServiceError: if STS refuses the call or can't be reached.
        """
        config = Config(
            connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2}
        )
        own, sts = (self.endpoints((region,), each)[region] for each in (service, "sts"))
        elsewhere = is_aws_endpoint(sts) and not is_aws_endpoint(own)
        name = "sts:GetCallerIdentity"

        def ask() -> str:
            client = self.session().client(
                "sts", region_name=region, config=config, endpoint_url=own if elsewhere else None
            )
            check_responses(client, refuse_other_xml)
            return str(member(client.get_caller_identity(), "Account", name))

        return call(name, ask)


def is_aws_endpoint(url: str) -> bool:
    """Whether an endpoint's URL is AWS's own.

    Example:
        >>> is_aws_endpoint("https://lightsail.eu-west-1.amazonaws.com")
        True
    """
    return (urlsplit(url).hostname or "").endswith((".amazonaws.com", ".api.aws"))
