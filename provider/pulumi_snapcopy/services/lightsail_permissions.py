"""What must be allowed on Lightsail, and with which login and at which endpoint it is asked.

Page: https://docs.aws.amazon.com/service-authorization/latest/reference/list_lightsail.html
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar
from urllib.parse import urlsplit

from ..core.errors import Denied, Refused

T = TypeVar("T")

# boto3 is imported where it is used: printing the policy shall not wait for it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Permission:
    """An action that must be allowed.

    Args:
        action: its name in an IAM policy; it is that of the API's operation.
        regions: where it is called: in the ``source`` region, the ``target`` region, or both.
        without: what breaks if it isn't allowed.
    """

    action: str
    regions: tuple[str, ...]
    without: str

    @property
    def reads(self) -> bool:
        """Whether it only reads, and so can be tried."""
        return self.action.startswith("lightsail:Get")


_SOURCE, _TARGET, _BOTH = ("source",), ("target",), ("source", "target")

PERMISSIONS = (
    Permission(action="lightsail:CopySnapshot", regions=_TARGET, without="nothing can be copied"),
    Permission(action="lightsail:DeleteDiskSnapshot", regions=_TARGET,
               without="copies of disks can be neither deleted nor replaced"),
    Permission(action="lightsail:DeleteInstanceSnapshot", regions=_TARGET,
               without="copies of instances can be neither deleted nor replaced"),
    Permission(action="lightsail:GetAutoSnapshots", regions=_SOURCE, without="no automatic snapshot can be copied"),
    Permission(action="lightsail:GetDiskSnapshot", regions=_BOTH,
               without="nothing can be copied: a name may be that of either type, so both are looked at"),
    Permission(action="lightsail:GetDiskSnapshots", regions=_BOTH,
               without="no automatic snapshot of disks can be copied: what a cut-off run left behind isn't found"),
    Permission(action="lightsail:GetDisks", regions=_SOURCE,
               without="a message about a wrong source can't name the right ones"),
    Permission(action="lightsail:GetInstanceSnapshot", regions=_BOTH,
               without="nothing can be copied: a name may be that of either type, so both are looked at"),
    Permission(action="lightsail:GetInstanceSnapshots", regions=_BOTH,
               without="no automatic snapshot of instances can be copied: what a cut-off run left behind isn't found"),
    Permission(action="lightsail:GetInstances", regions=_SOURCE,
               without="a message about a wrong source can't name the right ones"),
    Permission(action="lightsail:GetOperationsForResource", regions=_TARGET,
               without="a copy whose run was cut off isn't known again, and a failed one has no reason"),
    Permission(action="lightsail:TagResource", regions=_TARGET,
               without="copies can't be marked as ours, and none is ever complete"),
    Permission(action="lightsail:UntagResource", regions=_TARGET, without="tags can't be taken away from copies"),
)  # fmt: skip
"""All that copies need, once; what `services.lightsail` calls, and no more."""


def policy(permissions: Sequence[Permission] = PERMISSIONS) -> dict[str, Any]:
    """The IAM policy that allows them, and nothing else.

    CopySnapshot and all reads can't be limited to resources. Tagging could be, to the ARNs of snapshots, but a copy is
    tagged before it is certain that the service knows its name.
    """
    statement = {
        "Sid": "CopySnapshots",
        "Effect": "Allow",
        "Action": [permission.action for permission in permissions],
        "Resource": "*",
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


def regions() -> frozenset[str]:
    """The regions of Lightsail.

    Raises:
        ServiceError: the AWS settings of this machine can't be used, such as a profile that isn't there.
    """
    from .lightsail import regions

    return _ask("", regions)


def default_region() -> str | None:
    """The region AWS tooling would use.

    Raises:
        ServiceError: the AWS settings of this machine can't be used.
    """
    from .lightsail import default_region

    return _ask("", default_region)


def endpoints(regions: Iterable[str]) -> dict[str, str]:
    """Where regions' calls go: the service's own addresses, or that of ``AWS_ENDPOINT_URL_LIGHTSAIL`` and its like.

    Raises:
        ServiceError: the AWS settings of this machine can't be used.
    """
    import boto3

    def find() -> dict[str, str]:
        # Keys that nobody uses: without any, making a client looks for credentials, also over the network.
        make = partial(
            boto3.session.Session().client,
            "lightsail",
            aws_access_key_id="none",
            aws_secret_access_key="none",
        )
        return {region: make(region_name=region).meta.endpoint_url for region in regions}

    return _ask("", find)


def credentials() -> str:
    """Where the credentials come from, by boto3's name of the method: ``env``, ``sso``, ``shared-credentials-file``, …

    A profile is named with it. An expired login shows here.

    Raises:
        Denied: there are none, or they can't be had.
    """
    import boto3

    def find() -> str:
        session = boto3.session.Session()
        found = session.get_credentials()
        if found is None:
            raise Denied("there are no credentials", code="Credentials")
        found.get_frozen_credentials()
        return found.method if found.method == "env" else f"{found.method}, profile {session.profile_name}"

    return _ask("", find)


def account(region: str) -> str:
    """The number of the account that the credentials belong to, as STS says; it needs no permission.

    Raises:
        ServiceError: STS says no, or can't be reached.
    """
    import boto3
    from botocore.config import Config

    config = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})

    def ask() -> str:
        client = boto3.session.Session().client("sts", region_name=region, config=config)
        return str(client.get_caller_identity()["Account"])

    return _ask("sts:GetCallerIdentity", ask)


def _ask(name: str, call: Callable[[], T]) -> T:
    """Ask boto3, whose errors become ours; settings that aren't well-formed come out as ValueError."""
    from .lightsail import _call

    def checked() -> T:
        try:
            return call()
        except ValueError as error:
            raise Refused(str(error), call=name) from error

    answer: T = _call(name, checked)
    return answer


def is_the_real_service(url: str) -> bool:
    """Whether an endpoint is AWS's own.

    Example:
        >>> is_the_real_service("https://lightsail.eu-west-1.amazonaws.com")
        True
    """
    return (urlsplit(url).hostname or "").endswith((".amazonaws.com", ".api.aws"))


def without_secrets(text: str) -> str:
    """A message without what a library may quote in it: key ids, tokens, passwords in addresses.

    Example:
        >>> without_secrets("can't connect to http://me:secret@host/")
        "can't connect to http://***@host/"
    """
    text = re.sub(r"(?<=://)[^/@\s]+(?=@)", "***", text)
    text = re.sub(r"\b(AKIA|ASIA)[A-Z0-9]{8,}", "***", text)
    return re.sub(
        r"(Invalid header value) .*", r"\1 (the credentials hold a line break)", text, flags=re.DOTALL
    )
