"""One emulator of all services for the tests of a file, and a stack on it for each row."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness.row import Row
from tests.harness.served import Life, Running, running
from tests.harness.services import ALIKE, ROWS


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    """The emulator."""
    with running() as made:
        yield made


MATRIX = pytest.mark.parametrize(
    "row",
    [pytest.param(each, marks=pytest.mark.soak) if each in ALIKE else each for each in ROWS],
    ids=str,
)
"""For tests that multiply the rows: every day one row an adapter and service, the others in `make soak`."""


@pytest.fixture(params=ROWS, ids=str)
def row(request: pytest.FixtureRequest) -> Row:
    """One type of resource on one service."""
    made: Row = request.param
    return made


@pytest.fixture
def life(row: Row, served: Running) -> Life:
    """A stack that has nothing yet, on a service that has only sources."""
    served.reset(row)
    return Life(row, served)
