"""What a whole run shares: one seed, what is costly to load, and a report of what its long tests have done."""

from __future__ import annotations

import os
import random
from collections.abc import Generator
from functools import cache

import botocore.session
import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Injected

pytest.register_assert_rewrite("tests.harness")

SEED = "SNAPCOPY_SOAK_SEED"
IMAGES = "MOTO_EC2_LOAD_DEFAULT_AMIS"

# Each session of boto3's would parse the same files of a megabyte again; a loader keeps what it has read.
botocore.session.create_loader = cache(botocore.session.create_loader)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Settle the seed before there are workers: what one of them finds is repeated with the others' seed.

    Processes that tests start have these settings, too.
    """
    os.environ.setdefault(SEED, str(random.randrange(2**31)))
    os.environ[IMAGES] = "false"
    if config.option.hypothesis_seed is None:  # the everyday profile takes none
        config.option.hypothesis_seed = os.environ[SEED]


@pytest.fixture
def amazons_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets the emulated EC2 have Amazon's images, and with them public snapshots: a second for each region and reset."""
    monkeypatch.delenv(IMAGES)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    """Count the calls to the service that a fault has met; what only holds a process, to kill it, is none."""
    injected: list[Injected] = []
    inject = Emulator.inject

    def remembered(emulator: Emulator, fault: Fault) -> Injected:
        injected.append(inject(emulator, fault))
        return injected[-1]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Emulator, "inject", remembered)
        try:
            return (yield)
        finally:
            if faults := sum(each.hits for each in injected if not each.fault.kind.startswith("hold")):
                item.user_properties.append(("faults", faults))


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
