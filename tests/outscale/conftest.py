"""The emulator, and the SDK's one connection to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Settings
from pulumi_snapcopy.outscale.sdk import Connection

from .life import SEED, Life


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One emulator for all tests of a module, in whose environment the SDK finds it."""
    with (
        Emulator(services=("outscale",), settings=Settings(copy_seconds=60, snapshot_seconds=60)) as emulator,
        pytest.MonkeyPatch.context() as patch,
    ):
        for name, value in emulator.environment.items():
            patch.setenv(name, value)
        yield emulator


@pytest.fixture(scope="module")
def connection(running: Emulator) -> Connection:
    """The SDK's own Gateway; building it takes seconds."""
    return Connection(rate=10_000)


@pytest.fixture
def emulator(running: Emulator) -> Emulator:
    """The emulator with nothing but the seed."""
    running.reset()
    running.seed(SEED)
    return running


@pytest.fixture
def life(emulator: Emulator, connection: Connection) -> Callable[..., Life]:
    """Begin a life with these inputs."""

    def begin(inputs: dict[str, Any], **how: Any) -> Life:
        return Life(emulator, connection, inputs, **how)

    return begin
