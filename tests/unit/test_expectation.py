"""How much longer a copy will take."""

from __future__ import annotations

import pytest
from pulumi_snapcopy.core.values import Seen
from pulumi_snapcopy.core.waiting.expectation import Expectation


def copy(size: int | None = 40, progress: str | None = None, kind: str = "InstanceSnapshot") -> Seen:
    """A copy in progress."""
    return Seen(name="db", region="eu-west-1", kind=kind, size=size, progress=progress)


def test_without_anything_to_go_by_nothing_is_expected() -> None:
    """The first copies, of which the service says no percent, have no expected rest."""
    assert Expectation().remaining(copy(), 600) is None


def test_a_copy_is_expected_to_take_what_those_of_its_size_took() -> None:
    """The middle of what similar copies took, less what this one has taken; one that is late is below zero."""
    expectation = Expectation()
    for seconds in (500, 600, 3000):
        expectation.ended(copy(40), seconds)
    assert expectation.remaining(copy(40), 450) == 150
    assert expectation.remaining(copy(50), 450) == 150
    assert expectation.remaining(copy(40), 700) == -100


@pytest.mark.parametrize("other", [copy(400), copy(4), copy(None), copy(40, kind="DiskSnapshot")])
def test_copies_of_another_size_or_kind_say_nothing(other: Seen) -> None:
    """A small copy's time isn't a large one's, nor an instance's a disk's."""
    expectation = Expectation()
    expectation.ended(copy(40), 600)
    assert expectation.remaining(other, 60) is None


def test_without_a_size_progress_says_more_than_what_copies_of_any_size_took() -> None:
    """Where the service shows no size of what is in progress, other copies count until there is a percent."""
    expectation = Expectation()
    expectation.ended(copy(None), 600)
    assert expectation.remaining(copy(None, "0%"), 450) == 150
    assert expectation.remaining(copy(None, "50%"), 450) == 450


def test_a_change_of_pace_is_followed() -> None:
    """What the last copies took counts, not what the first of hundreds did."""
    expectation = Expectation()
    for seconds in [60.0] * 500 + [600.0] * 25:
        expectation.ended(copy(), seconds)
    assert expectation.remaining(copy(), 0) == 600


@pytest.mark.parametrize(
    ("progress", "rest"),
    [
        ("40%", 900),
        ("40", 900),
        ("100%", 0),
        ("0%", None),
        ("4%", None),
        ("soon", None),
        ("", None),
        ("140%", None),
    ],
)
def test_the_services_percent_is_taken_where_no_copy_has_ended(progress: str, rest: float | None) -> None:
    """From 5 percent on it is taken at its word; what is no percent is no word."""
    assert Expectation().remaining(copy(progress=progress), 600) == rest


def test_what_similar_copies_took_counts_more_than_a_percent() -> None:
    """The service's percent jumps, the times of finished copies are facts."""
    expectation = Expectation()
    expectation.ended(copy(), 700)
    assert (
        expectation.remaining(copy(progress="1%"), 600)
        == expectation.remaining(copy(progress="90%"), 600)
        == 100
    )
