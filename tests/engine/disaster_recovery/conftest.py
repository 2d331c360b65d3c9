"""The emulator with the sources of a recovery region."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Settings

from .region import SOURCE, nth


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    week = [nth(number) for number in range(7)]
    seed: dict[str, Any] = {
        "instances": [
            {
                "name": "web-1",
                "automaticSnapshots": week,
                "attachedDisks": ["logs-1"],
                "tags": {"backup": "yes"},
            },
            {"name": "win-1", "blueprintId": "windows_server_2022", "bundleId": "small_win_3_0"},
            {"name": "new-1"},
        ],
        "disks": [{"name": "data-1", "automaticSnapshots": week}, {"name": "logs-1"}],
        "relationalDatabases": [{"name": "orders"}],
    }
    with Emulator(settings=Settings(copy_seconds=0.1)) as running:
        running.seed({SOURCE: seed})
        yield running
