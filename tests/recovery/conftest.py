"""What tests of a recovery region share; and Hypothesis's profile, which is loaded before any property is read."""

from __future__ import annotations

import pytest

from tests.property import profiles

from .region import FIRST, Service, days, disk, instance

profiles.load()


@pytest.fixture
def service() -> Service:
    """An instance and a disk with seven automatic snapshots each."""
    made = Service(sources={"web-1": instance("web-1", disks=("logs-1",)), "data-1": disk("data-1")})
    for each in days(FIRST, 7):
        made.dawn(each)
    return made
