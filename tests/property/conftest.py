"""Hypothesis's profile is loaded before any property is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import profiles

profiles.load()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests here are tried with more examples in `make soak`."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.property)
