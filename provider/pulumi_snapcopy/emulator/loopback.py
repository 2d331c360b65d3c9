"""Where the emulator listens, and the environment that sends AWS's and OUTSCALE's tools there."""

from __future__ import annotations

from collections.abc import Iterable

from .services import DEFAULT_SERVICES

HOST = "127.0.0.1"
DEFAULT_PORT = 4597
ACCESS_KEY_ID = "EMULATOR-NOT-A-KEY"
SECRET_ACCESS_KEY = "not-a-secret"
FCU_PATH = "/fcu"
OAPI_PATH = "/api/v1"
OUTSCALE_REGION = "eu-west-2"


def url(port: int) -> str:
    """The endpoint of the emulator on this port."""
    return f"http://{HOST}:{port}"


def environment(port: int, services: Iterable[str] = DEFAULT_SERVICES) -> dict[str, str]:
    """The variables that make boto3, the AWS CLI, osc-sdk-python and Pulumi programs use the emulator.

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
    }
    if "outscale" in services:
        variables |= {
            "OSC_ENDPOINT_API": base + OAPI_PATH,
            "OSC_ACCESS_KEY": ACCESS_KEY_ID,
            "OSC_SECRET_KEY": SECRET_ACCESS_KEY,
            "OSC_REGION": OUTSCALE_REGION,
        }
    return variables
