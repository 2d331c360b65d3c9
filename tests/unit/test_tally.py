"""How the copies of a run stand, in one line."""

from __future__ import annotations

from contextlib import ExitStack, suppress

from pulumi_snapcopy.core.errors import CopyError
from pulumi_snapcopy.host.tally import Tally


class Time:
    """Time that is set."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def test_the_line_counts_and_names_the_slowest() -> None:
    """Done, failed and in progress of all so far, and the one that has been at it the longest."""
    time = Time()
    tally = Tally(now=time)
    with ExitStack() as running:
        running.enter_context(tally.counting("web-17"))
        for _ in range(6):
            with tally.counting("quick"):
                time.seconds += 10
        with suppress(CopyError), tally.counting("wrong"):
            raise CopyError("copying", "wrong", "no", state="", next_step="")
        running.enter_context(tally.counting("web-18"))
        time.seconds += 23 * 60
        assert tally.line() == "6 of 9 done, 1 failed, 2 in progress, slowest web-17 24 min"


def test_the_line_comes_once_a_minute() -> None:
    """A minute after the first copy began, and then a minute after the last line; the first that asks gets it."""
    time = Time()
    tally = Tally(now=time)
    with tally.counting("web"), tally.counting("db"):
        lines = []
        for _ in range(240):
            time.seconds += 1
            lines += [time.seconds for _ in range(3) if tally.line()]
        assert lines == [1060, 1120, 1180, 1240]


def test_of_a_single_copy_and_of_none_there_is_no_line() -> None:
    """A single copy's row says it all."""
    time = Time()
    tally = Tally(now=time)
    with tally.counting("db"):
        time.seconds += 300
        assert tally.line() is None
    time.seconds += 300
    assert tally.line() is None
