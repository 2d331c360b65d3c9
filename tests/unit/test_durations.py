"""Durations, read and spoken."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_snapcopy.core.durations import DurationError, seconds, spoken


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("90m", 5400),
        ("1h30m", 5400),
        ("1.5h", 5400),
        ("45s", 45),
        ("500ms", 0.5),
        ("1h0m0s", 3600),
        ("2d", 172800),
        ("1h 30m", 5400),
        (" 90m ", 5400),
        (90, 90),
        (0.5, 0.5),
        ("1ms", 0.001),
    ],
)
def test_durations_are_read_as_programs_write_them(given: object, expected: float) -> None:
    """A duration is numbers with units, also with spaces between them; a number alone is seconds."""
    assert seconds(given) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0s",
        "0h0m",
        "0.4ms",
        0.0004,
        "90",
        "m",
        "-1h",
        "1y",
        "1h30",
        "h1",
        "1,5h",
        0,
        -1,
        float("inf"),
        float("nan"),
        None,
        True,
        [],
        {},
    ],
)
def test_what_is_no_duration_is_told_how_to_write_one(text: object) -> None:
    """Anything but a duration is refused with an example of one."""
    with pytest.raises(DurationError, match="Write one such as '90m' or '1h 30m'"):
        seconds(text)


@given(
    st.lists(
        st.tuples(st.integers(0, 10**4), st.sampled_from(["ms", "s", "m", "h", "d"])), min_size=1, max_size=9
    )
)
def test_a_duration_is_the_sum_of_its_parts(parts: list[tuple[int, str]]) -> None:
    """Every sequence of parts is its parts' sum, if it isn't nothing."""
    units = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86400}
    text = "".join(f"{number}{unit}" for number, unit in parts)
    total = sum(number * units[unit] for number, unit in parts)
    if total:
        assert seconds(text) == pytest.approx(total)
    else:
        with pytest.raises(DurationError):
            seconds(text)


@pytest.mark.parametrize(
    ("duration", "expected"),
    [(0, "0 s"), (59.4, "59 s"), (59.6, "1 min"), (75, "1 min 15 s"), (600, "10 min"), (7140, "119 min"), (7199, "2 h"),
     (7200, "2 h"), (9000, "2 h 30 min"), (86400, "24 h")],
)  # fmt: skip
def test_durations_are_spoken_in_one_or_two_units(duration: float, expected: str) -> None:
    """A duration is shown in seconds, minutes or hours, as people say it."""
    assert spoken(duration) == expected


@given(st.floats(0, 1e7))
def test_what_is_spoken_is_the_nearest_that_can_be_said(duration: float) -> None:
    """A shown duration is rounded to seconds up to ten minutes, and to minutes beyond."""
    units = {"s": 1, "min": 60, "h": 3600}
    words = spoken(duration).split()
    said = sum(int(number) * units[unit] for number, unit in zip(words[::2], words[1::2], strict=True))
    assert abs(said - duration) <= (0.5 if duration < 599 else 30.5)
