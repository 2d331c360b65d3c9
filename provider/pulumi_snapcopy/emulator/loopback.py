"""The emulator's address, and the environment that makes the tools of AWS and OUTSCALE use it."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from .services import DEFAULT_SERVICES

HOST = "127.0.0.1"
DEFAULT_PORT = 4597
ACCESS_KEY_ID = "EMULATOR-NOT-A-KEY"
SECRET_ACCESS_KEY = "not-a-secret"
FCU_PATH = "/fcu"
OAPI_PATH = "/api/v1"
OUTSCALE_REGION = "eu-west-2"
OUTSCALE_PROFILES = str(Path(__file__).with_name("outscale") / "profiles.json")
"""A profiles file whose default profile is empty: without it, the user's own profile would override the variables."""

LEFT_OUT = (
    "AWS_DEFAULT_PROFILE",
    "AWS_ENDPOINT_URL",
    "AWS_PROFILE",
    "AWS_SECURITY_TOKEN",
    "AWS_SESSION_TOKEN",
    "OSC_LOGIN",
    "OSC_PASSWORD",
    "SNAPCOPY_EC2_API",
)
"""Variables that would override the emulator's: another login, session, endpoint for all services, or EC2 API."""


def url(port: int) -> str:
    """Return the endpoint of the emulator on this port."""
    return f"http://{HOST}:{port}"


def environment(port: int, services: Iterable[str] = DEFAULT_SERVICES) -> dict[str, str]:
    """Return the variables that make boto3, the AWS CLI, osc-sdk-python and Pulumi programs use the emulator.

    With ``fcu`` and without ``ec2``, EC2's endpoint is FCU's.
    """
    services, base = set(services), url(port)
    variables = {}
    if "lightsail" in services:
        variables["AWS_ENDPOINT_URL_LIGHTSAIL"] = base
    if "ec2" in services:
        variables |= {f"AWS_ENDPOINT_URL_{each}": base for each in ("EC2", "KMS", "STS")}
    elif "fcu" in services:
        variables |= {"AWS_ENDPOINT_URL_EC2": base + FCU_PATH, "SNAPCOPY_EC2_API": "fcu"}
    region = OUTSCALE_REGION if not services & {"lightsail", "ec2"} else "us-east-1"
    variables |= {
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": region,
        "AWS_REGION": region,
        "AWS_EC2_METADATA_DISABLED": "true",
        # Set explicitly, as ~/.aws/config can set it too.
        "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "false",
    }
    if "outscale" in services:
        variables |= {
            "OSC_ENDPOINT_API": base + OAPI_PATH,
            "OSC_ACCESS_KEY": ACCESS_KEY_ID,
            "OSC_SECRET_KEY": SECRET_ACCESS_KEY,
            "OSC_REGION": OUTSCALE_REGION,
            "OSC_CONFIG_FILE": OUTSCALE_PROFILES,
            "OSC_PROFILE": "default",
        }
    return variables | _past_the_proxy()


def undoing(services: Iterable[str] = DEFAULT_SERVICES) -> str:
    """Return the shell command that unsets the variables, except NO_PROXY: a local address never needs a proxy."""
    names = [name for name in environment(DEFAULT_PORT, services) if name not in _past_the_proxy()]
    return f"unset {' '.join(names)}"


def _past_the_proxy() -> dict[str, str]:
    """Return NO_PROXY in both spellings, as tools differ, with the user's own hosts and the emulator's."""
    upper, lower = (os.environ.get(name, "") for name in ("NO_PROXY", "no_proxy"))
    return {"NO_PROXY": _with_host(upper or lower), "no_proxy": _with_host(lower or upper)}


def _with_host(hosts: str) -> str:
    if hosts.strip() == "*" or HOST in (each.strip() for each in hosts.split(",")):
        return hosts
    return f"{hosts},{HOST}" if hosts else HOST
