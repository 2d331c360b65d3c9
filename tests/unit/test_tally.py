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
    """The line about all copies counts those done, failed and in progress, and names the slowest."""
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
    """The line about all copies comes a minute after the first copy began, then once a minute."""
    time = Time()
    tally = Tally(now=time)
    with tally.counting("web"), tally.counting("db"):
        lines = []
        for _ in range(240):
            time.seconds += 1
            lines += [time.seconds for _ in range(3) if tally.line()]
        assert lines == [1060, 1120, 1180, 1240]


def test_of_a_single_copy_and_of_none_there_is_no_line() -> None:
    """For a single copy, or none, there is no line about all copies."""
    time = Time()
    tally = Tally(now=time)
    with tally.counting("db"):
        time.seconds += 300
        assert tally.line() is None
    time.seconds += 300
    assert tally.line() is None
