"""The emulator, and the SDK's one connection to it."""

from __future__ import annotations

import pytest
from pulumi_snapcopy.emulator import Emulator
from pulumi_snapcopy.outscale.sdk import Connection

from tests.harness import clients
from tests.harness.served import Running
from tests.harness.services import OUTSCALE_COPY
from tests.services.conftest import served

__all__ = ["served"]


@pytest.fixture
def emulator(served: Running) -> Emulator:
    """The emulator with nothing but sources."""
    served.reset(OUTSCALE_COPY)
    return served.emulator


@pytest.fixture
def connection(emulator: Emulator) -> Connection:
    """The SDK's own Gateway; building it takes seconds."""
    return clients.connection()
