"""An emulator, and the resources of Lightsail driven on it without Pulumi."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from pulumi_snapcopy.core.family import Family
from pulumi_snapcopy.core.service import Service
from pulumi_snapcopy.emulator import Backstage, Emulator, Settings

from .driving import Driven

REGION = "us-east-1"
SOURCES = {
    REGION: {
        "disks": [{"name": "data-1", "sizeInGb": 64}, {"name": "logs-1", "sizeInGb": 8}],
        "instances": [{"name": "web-1", "sizeInGb": 60, "attachedDisks": ["logs-1"]}],
        "relationalDatabases": [{"name": "orders"}],
    }
}

Drive = Callable[..., Driven]


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator with an instance, its disk, another disk and a database; boto3 finds it by itself."""
    with Emulator(settings=Settings(copy_seconds=0)) as running:
        running.seed(SOURCES)
        for key, value in running.environment.items():
            monkeypatch.setenv(key, value)
        yield running


@pytest.fixture
def drive(emulator: Emulator) -> Drive:
    """Make a stack of one type of resource."""

    def make(family: Family, service: Service) -> Driven:
        return Driven(family, service)

    return make


@pytest.fixture
def backstage() -> Iterator[Backstage]:
    """The emulated service, without a server."""
    backstage = Backstage()
    before = backstage.settings
    yield backstage
    backstage.empty()
    backstage.settings = before
