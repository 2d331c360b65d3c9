"""What must be allowed on Lightsail, and with which login and at which endpoint it is asked.

Page: https://docs.aws.amazon.com/service-authorization/latest/reference/list_lightsail.html
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from ..core.errors import Denied

# boto3 is imported where it is used: printing the policy shall not wait for it.


def default_region() -> str | None:
    """The region AWS tooling would use.

    Raises:
        Denied: the profile that is asked for isn't there.
    """
    from botocore.exceptions import BotoCoreError

    from .lightsail import default_region as region

    try:
        return region()
    except BotoCoreError as error:
        raise Denied(str(error), code="Credentials") from error


def endpoint(region: str) -> str:
    """Where a region's calls go: the service's own address, or that of ``AWS_ENDPOINT_URL_LIGHTSAIL`` and its like.

    Raises:
        Denied: the profile that is asked for isn't there, or its settings can't be used.
    """
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        # Keys that nobody uses: without any, making a client looks for credentials, also over the network.
        client = boto3.session.Session().client(
            "lightsail", region_name=region, aws_access_key_id="none", aws_secret_access_key="none"
        )
    except (BotoCoreError, ValueError) as error:
        raise Denied(without_secrets(str(error)), code="Credentials") from error
    return str(client.meta.endpoint_url)


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
