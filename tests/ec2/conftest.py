"""The emulated EC2 and FCU, to which this process's environment points."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pulumi_snapcopy.emulator import Emulator, Settings

from tests.services.conftest import served

__all__ = ["served"]


def _running(clean: pytest.MonkeyPatch, *services: str) -> Iterator[Emulator]:
    with Emulator(services=services, settings=Settings(copy_seconds=60)) as emulator:
        for name in [each for each in os.environ if each.startswith(("AWS_", "SNAPCOPY_"))]:
            clean.delenv(name)
        for name, value in {**emulator.environment, "AWS_CONFIG_FILE": os.devnull}.items():
            clean.setenv(name, value)
        yield emulator


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """EC2 on AWS; a copy takes a minute."""
    yield from _running(monkeypatch, "ec2")


@pytest.fixture
def fcu(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """FCU; a copy takes a minute."""
    yield from _running(monkeypatch, "fcu")
