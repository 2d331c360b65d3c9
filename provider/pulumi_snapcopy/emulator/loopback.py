"""Where the emulator listens, and the environment that sends AWS tools there."""

from __future__ import annotations

HOST = "127.0.0.1"
DEFAULT_PORT = 4597
ACCESS_KEY_ID = "EMULATOR-NOT-A-KEY"
SECRET_ACCESS_KEY = "not-a-secret"


def url(port: int) -> str:
    """The endpoint of the emulator on this port."""
    return f"http://{HOST}:{port}"


def environment(port: int) -> dict[str, str]:
    """The variables that make boto3, the AWS CLI and Pulumi programs use the emulator on this port."""
    return {
        "AWS_ENDPOINT_URL_LIGHTSAIL": url(port),
        "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_REGION": "us-east-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
