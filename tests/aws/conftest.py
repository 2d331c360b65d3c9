"""Emulated Lightsail and EC2, to which this process's environment points."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from pulumi_snapcopy.emulator import Emulator


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """Both services on one endpoint."""
    with Emulator(services=("lightsail", "ec2")) as emulator:
        for name in [each for each in os.environ if each.startswith(("AWS_", "SNAPCOPY_"))]:
            monkeypatch.delenv(name)
        for name, value in {**emulator.environment, "AWS_CONFIG_FILE": os.devnull}.items():
            monkeypatch.setenv(name, value)
        yield emulator
