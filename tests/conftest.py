"""One seed for a whole run, and a report of what its long tests have done."""

from __future__ import annotations

import os
import random
from collections.abc import Generator

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault

SEED = "SNAPCOPY_SOAK_SEED"


def pytest_configure() -> None:
    """Settle the seed before there are workers: what one of them finds is repeated with the others' seed."""
    os.environ.setdefault(SEED, str(random.randrange(2**31)))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Count the faults of a test that has put some to work."""
    try:
        return (yield)
    finally:
        emulator = getattr(item, "funcargs", {}).get("emulator")
        if isinstance(emulator, Emulator):
            # They are numbered, also those that were cleared away since.
            number = emulator.inject(Fault(kind="slow", seconds=0.0)).number - 1
            if number:
                item.user_properties.append(("faults", number))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was tried: nothing that a passing test prints is shown."""
    reports = [
        report
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        if isinstance(report, pytest.TestReport) and report.when == "call" and report.user_properties
    ]
    if not reports:
        return
    terminalreporter.section("what was tried")
    for report in sorted(reports, key=lambda each: each.nodeid):
        said = "; ".join(f"{key}: {value}" for key, value in report.user_properties if key != "faults")
        if said:
            terminalreporter.write_line(
                f"{report.nodeid.rpartition('/')[2]}: {said} ({report.duration:.0f} s)"
            )
    sums: dict[str, int] = {}
    for key, value in (pair for report in reports for pair in report.user_properties):
        if isinstance(value, int):
            sums[key] = sums.get(key, 0) + value
    terminalreporter.write_line(
        "in all: " + ", ".join(f"{value} {key}" for key, value in sorted(sums.items()))
    )
    terminalreporter.write_line(f"to repeat it: {SEED}={os.environ[SEED]}")
