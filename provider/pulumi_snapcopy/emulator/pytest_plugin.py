"""A pytest plugin: the fixture ``emulator``, for tests of programs that copy snapshots.

It is there as soon as ``pulumi-snapcopy[emulator]`` is installed:

    @pytest.mark.snapcopy(services=("lightsail", "ec2"), copy_seconds=0.1)
    def test_the_copy_is_made(emulator):
        emulator.seed({"us-east-1": {"instanceSnapshots": [{"name": "db"}]}})
        ...  # boto3, the AWS CLI, osc-sdk-python and Pulumi programs talk to the emulator now
        assert emulator.calls("CopySnapshot")[0].outcome == "ok"

Without the mark it is Lightsail, whose copies take no time. The option ``--snapcopy-services`` names other
services for all tests that don't name theirs.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .server import Emulator

_FOREIGN = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL", "OSC_PROFILE")
_MARK = (
    "snapcopy(services=..., **settings): the services that the fixture `emulator` emulates, and its Settings"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--snapcopy-services``."""
    group = parser.getgroup("snapcopy", "emulated snapshot services")
    group.addoption(
        "--snapcopy-services",
        metavar="NAMES",
        default="lightsail",
        help="what the fixture `emulator` emulates: lightsail, ec2, fcu, outscale, with commas between them",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", _MARK)


@pytest.fixture
def emulator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator of snapshot services, which the test's environment points to."""
    from .server import Emulator
    from .settings import Settings

    mark = request.node.get_closest_marker("snapcopy")
    asked: dict[str, Any] = {"copy_seconds": 0.0, **(mark.kwargs if mark else {})}
    services = asked.pop("services", request.config.getoption("--snapcopy-services"))
    with Emulator(services=services, settings=Settings(**asked)) as running:
        for name in [each for each in os.environ if each in _FOREIGN or each.startswith("OSC_")]:
            monkeypatch.delenv(name)
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield running
