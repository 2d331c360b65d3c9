"""A pytest plugin: the fixture ``emulator``, for tests of programs that copy snapshots.

The fixture is available once ``pulumi-snapcopy[emulator]`` is installed:

    @pytest.mark.snapcopy(services=("lightsail", "ec2"), copy_seconds=0.1)
    def test_the_copy_is_made(emulator):
        emulator.seed({"us-east-1": {"instanceSnapshots": [{"name": "db"}]}})
        ...  # boto3, the AWS CLI, osc-sdk-python and Pulumi programs talk to the emulator now
        assert emulator.calls("CopySnapshot")[0].outcome == "ok"

Without the mark, the fixture emulates Lightsail, and copies take no time. The option ``--snapcopy-services`` names
the services for tests that don't name theirs. Marks of a test, its class and its module add up; the closest wins.

The test's environment has no variables ``AWS_…``, ``OSC_…`` or ``SNAPCOPY_…`` but those of the emulator, and no
profile; a test sets any others itself.
"""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from . import loopback
from .services import checked, not_installed

if TYPE_CHECKING:
    from .server import Emulator

_MARK = (
    "snapcopy(services=..., **settings): the services that the fixture `emulator` emulates, and its Settings"
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option ``--snapcopy-services``."""
    group = parser.getgroup("snapcopy", "emulated snapshot services")
    group.addoption(
        "--snapcopy-services",
        metavar="NAMES",
        default="lightsail",
        help="what the fixture `emulator` emulates: lightsail, ec2, fcu, outscale, with commas between them",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Register the mark ``snapcopy``."""
    config.addinivalue_line("markers", _MARK)


@pytest.fixture
def emulator(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator of snapshot services, which the test's environment points to."""
    asked = _asked(request)
    with ExitStack() as held:
        try:
            from .server import Emulator
            from .settings import Settings

            services = checked(asked.pop("services"))
            _refuse_unknown(asked, (each.name for each in dataclasses.fields(Settings)))
            running = held.enter_context(Emulator(services=services, settings=Settings(**asked)))
        except ModuleNotFoundError as error:
            raise pytest.fail.Exception(not_installed(error), pytrace=False) from None
        except ValueError as error:
            text = f"the mark snapcopy, or --snapcopy-services, can't be used: {error}"
            raise pytest.fail.Exception(text, pytrace=False) from None
        _lead_to(running, monkeypatch)
        yield running


def _asked(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the services and settings that the test's marks ask for; the closest mark wins."""
    asked: dict[str, Any] = {
        "services": request.config.getoption("--snapcopy-services"),
        "copy_seconds": 0.0,
    }
    for mark in reversed(list(request.node.iter_markers("snapcopy"))):
        if mark.args:
            given = ", ".join(map(repr, mark.args))
            pytest.fail(
                f"the mark snapcopy({given}) doesn't name what it gives; write it with names, such as "
                'snapcopy(services=("lightsail", "ec2"), copy_seconds=1)',
                pytrace=False,
            )
        asked |= mark.kwargs
    return asked


def _refuse_unknown(asked: Iterable[str], known: Iterable[str]) -> None:
    names = sorted(known)
    for each in asked:
        if each not in names:
            raise ValueError(f"there is no setting {each!r}; write one of {', '.join(names)}")


def _lead_to(running: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the environment use the emulator and no other endpoint, login or profile."""
    import boto3

    for name in [each for each in os.environ if each.startswith(("AWS_", "OSC_", "SNAPCOPY_"))]:
        monkeypatch.delenv(name)
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("OSC_CONFIG_FILE", loopback.OUTSCALE_PROFILES)
    # boto3.client() keeps a session with the keys of its first call.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
