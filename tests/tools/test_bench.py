"""`make bench`: that it measures, keeps and reports, and leaves nothing behind. How fast anything is isn't asserted."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import psutil
import pytest

from tools.bench import commands, markdown, measuring, plan, plot, processes, report, service
from tools.bench.results import Measurement, Results, Spread, Step
from tools.bench.simulation import simulate
from tools.paths import ROOT


def bench(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "tools.bench", *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def step(wall: float = 2.0, calls: int = 3) -> Step:
    return Step(wall=wall, cpu=1.0, memory=2**20, calls={"CopySnapshot": calls}, reads_waiting=0)


def measurement(peer: str = "ours", failure: str | None = None, wall: float = 2.0) -> Measurement:
    steps: dict[str, Step] = {} if failure else {verb: step(wall) for verb in measuring.VERBS}
    return Measurement(
        kind="copies", peer=peer, copies=1, seconds=1, at="2026-11-21T10:00:00", steps=steps, failure=failure
    )


@pytest.fixture(scope="module")
def served() -> Iterator[service.Service]:
    """One service for all tests that measure in this process: each measurement finds it fresh."""
    with service.running() as running:
        yield running


@pytest.mark.engine
def test_a_bench_measures_and_reports_a_row_for_each_peer(tmp_path: Path) -> None:
    """A small bench copies with the peers it is asked for, and its report and plot hold them."""
    running = bench(
        *("--copies", "1", "--seconds", "1", "--repeat", "1", "--only", "ours,threaded"),
        *("--into", str(tmp_path)),
    )
    said, _ = running.communicate(timeout=240)
    assert running.returncode == 0, said
    lines = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text().splitlines()]
    measured = {each["measurement"]["peer"]: each["measurement"] for each in lines if "measurement" in each}
    assert set(measured) == {"ours", "threaded"}
    for each in measured.values():
        assert each["failure"] is None
        assert each["steps"]["up"]["calls"]["CopySnapshot"] == 1
        assert "CopySnapshot" not in each["steps"]["again"]["calls"]
        assert each["steps"]["up"]["memory"] > 2**20
        assert each["steps"]["up"]["cpu"] > 0
    written = (tmp_path / "performance.md").read_text()
    assert "make bench BENCH_ARGS='--copies 1 --seconds 1 --repeat 1 --only ours,threaded'" in written
    assert "| **ours** |" in written and "| boto3, a thread a copy |" in written
    assert str(tmp_path) not in written and str(ROOT) not in written
    ElementTree.parse(tmp_path / "performance.svg")


def test_ctrl_c_leaves_no_process_behind(tmp_path: Path) -> None:
    """Ctrl-C ends the service and the peer that runs, and says so by the exit code."""
    running = bench("--copies", "1", "--seconds", "600", "--only", "sequential", "--into", str(tmp_path))
    try:
        started = peers_of(running)
        running.send_signal(signal.SIGINT)
        running.communicate(timeout=60)
    finally:
        running.kill()
    assert running.returncode == 130
    _, alive = psutil.wait_procs(started, timeout=30)
    assert not alive


def peers_of(running: subprocess.Popen[str]) -> list[psutil.Process]:
    """What a bench has started, as soon as the peer is among it."""
    for _ in every(0.05, 60):
        found = psutil.Process(running.pid).children(recursive=True)
        if any("sequential.py" in words(each) for each in found):
            return found
    raise AssertionError("the peer was never started")


def words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def every(pause: float, limit: float) -> Iterator[None]:
    deadline = time.monotonic() + limit
    while time.monotonic() < deadline:
        yield
        time.sleep(pause)


def test_what_the_service_is_asked_for_is_counted(tmp_path: Path, served: service.Service) -> None:
    """Each measurement finds the service fresh, and has its own calls only."""
    served.start_afresh(copies=2, copy_seconds=0)
    variables = commands.environment(tmp_path, served.environment("lightsail"), copies=2)
    commands.PEERS["threaded"].lay_out(tmp_path, variables)
    command = commands.PEERS["threaded"].command("up", 2)
    assert command is not None
    first = measuring.run_step(served, command, tmp_path, variables, limit=120, seconds=0)
    second = measuring.run_step(served, command, tmp_path, variables, limit=120, seconds=0)
    served.start_afresh(copies=1, copy_seconds=0)
    assert served.take_calls() == []
    assert first.calls == {"CopySnapshot": 2, "GetInstanceSnapshot": 4}
    assert second.calls == {"GetInstanceSnapshot": 4}


@pytest.mark.parametrize(
    "peer",
    [
        "ec2-loop",
        *(pytest.param(each, marks=pytest.mark.soak) for each in ("loop", "fcu-loop", "outscale-loop")),
    ],
)
def test_each_services_script_copies_once(peer: str, served: service.Service) -> None:
    """The plain SDK copies on each service, and finds its copies again in the second run."""
    measured = measuring.measure_copies(served, peer, 2, 0.1)
    assert measured.failure is None
    first, again = measured.steps["up"], measured.steps["again"]
    assert sum(first.calls.get(name, 0) for name in measuring.SENDS) == 2
    assert again.total == again.reads == 2


@pytest.mark.soak
def test_a_day_of_the_recovery_script_copies_one_and_deletes_one(served: service.Service) -> None:
    """It starts from what the region holds, and keeps as many copies as ours does."""
    measured = measuring.measure_recovery(served, "cli", 0.1, sources=1)
    assert measured.failure is None
    calls = measured.steps["up"].calls
    assert calls.pop("GetInstanceSnapshots") >= 2
    assert calls == {"GetAutoSnapshots": 1, "CopySnapshot": 1, "DeleteInstanceSnapshot": 1}


def test_reads_count_while_copies_are_made() -> None:
    """Reads count from the first copy that is asked for to the end of the last, and no other calls do."""
    calls = [
        {"operation": operation, "at": at}
        for operation, at in [
            ("GetRegions", 0.0),
            ("CopySnapshot", 1.0),
            ("GetInstanceSnapshots", 2.0),
            ("TagResource", 2.5),
            ("CopySnapshot", 3.0),
            ("GetInstanceSnapshots", 12.9),
            ("GetInstanceSnapshots", 13.1),
        ]
    ]
    assert measuring.count_reads_waiting(calls, 10) == 2
    assert measuring.count_reads_waiting(calls[:1], 10) == 0


def test_work_of_grandchildren_counts(tmp_path: Path) -> None:
    """The CPU of a process that another one started and waited for is in the figures."""
    work = f'"{sys.executable}" -c "sum(range(6_000_000))"; exit 0'
    usage = processes.measure(["sh", "-c", work], folder=tmp_path, environment=os.environ, limit=120)
    idle = processes.measure(["sh", "-c", "exit 0"], folder=tmp_path, environment=os.environ, limit=120)
    assert usage.cpu > idle.cpu + 0.02


def test_a_command_out_of_time_is_killed_with_all_it_started(tmp_path: Path) -> None:
    """A command that doesn't end is killed at its limit, also what it has left to itself."""
    script = "sleep 600 & echo $! >child; wait"
    with pytest.raises(processes.Failed, match="took longer than 5 s"):
        processes.measure(["sh", "-c", script], folder=tmp_path, environment=os.environ, limit=5)
    child = int((tmp_path / "child").read_text())
    with contextlib.suppress(psutil.NoSuchProcess):
        assert psutil.Process(child).status() == psutil.STATUS_ZOMBIE


def test_a_failure_says_what_the_command_said(tmp_path: Path) -> None:
    """The end of a failed command's output is in the reason, and so is a command that isn't there."""
    with pytest.raises(processes.Failed, match=r"ended with 3:\n  no luck"):
        processes.measure(
            ["sh", "-c", "echo no luck; exit 3"], folder=tmp_path, environment=os.environ, limit=60
        )
    with pytest.raises(processes.Failed, match="No such file"):
        processes.measure(["no-such-command"], folder=tmp_path, environment=os.environ, limit=60)


def test_a_failing_peer_is_a_row(tmp_path: Path) -> None:
    """A peer that fails has its reason in the table, and the others have their figures."""
    results = Results(tmp_path / "results.jsonl")
    results.add(measurement("ours"))
    results.add(measurement("terraform", failure="no terraform binary on PATH"))
    written, *_ = report.write(results, tmp_path)
    text = written.read_text()
    assert "failed: no terraform binary on PATH" in text
    assert "| **ours** | 2.0 | 2.00 | 3 |" in text


def test_each_bound_has_a_line_with_its_figures(tmp_path: Path) -> None:
    """Wall time, reads and previews are held against their bounds, a line each, by service."""
    results = Results(tmp_path / "results.jsonl")
    for kind, peer, copies, wall in [
        ("copies", "noop", 100, 2.0),
        ("copies", "ec2-ours", 100, 23.0),
        ("copies", "outscale-ours", 1, 21.0),
        ("long", "ec2-ours", 100, 125.0),
        ("previews", "ours", 500, 4.0),
        ("previews", "noop", 500, 3.5),
        ("recovery", "cli", 50, 200.0),
    ]:
        steps = {verb: step(wall) for verb in ("up", "preview")}
        at = "2026-11-21T10:00:00"
        seconds = 120 if kind == "long" else 20
        results.add(Measurement(kind=kind, peer=peer, copies=copies, seconds=seconds, at=at, steps=steps))
    text = report.write(results, tmp_path)[0].read_text()
    assert "23.0 s ≤ 1.03 \N{MULTIPLICATION SIGN} (20 s + 2.0 s) = 22.7 s. **Doesn't hold.**" in text
    assert "EC2: 100 copies of 120 s within" in text and "(120 s + 2.0 s) = 125.7 s. **Holds.**" in text
    assert "EC2: at most 0.5 reads a copy while 100 of 20 s wait in one region: 0.00. **Holds.**" in text
    assert "OUTSCALE, OAPI: one copy of 20 s costs at most 20 reads: 0. **Holds.**" in text
    assert "4.0 s ÷ 3.5 s = 1.14. **Holds.**" in text
    assert "| a script with the AWS CLI, 50 sources | 200.0 | 180.0 |" in text


def test_a_services_name_stands_for_all_its_rows() -> None:
    """`--only ec2` measures all ways on EC2, and the engine's own time."""
    planned = plan.cells([1, 10, 100], 20, 1, commands.of_service("ec2"))
    assert {(cell.part, cell.copies) for cell in planned if cell.part != "noop"} == {
        (part, copies) for part in ("ec2-ours", "ec2-loop", "ec2-terraform") for copies in (1, 100)
    }
    assert any(cell.part == "noop" for cell in planned)


def test_long_copies_are_measured_on_each_service() -> None:
    """`--only long-ec2` makes a hundred copies of two minutes there."""
    (cell,) = plan.cells([1, 10], 20, 3, ["long-ec2"])
    assert (cell.copies, cell.seconds, cell.repeat) == (100, 120, 1)


def test_what_takes_too_long_is_not_run(tmp_path: Path) -> None:
    """Long cells run once, those forecast to take more than a quarter of an hour not at all, and the report says so."""
    planned = plan.cells([100], 20, 3, list(commands.PEERS))
    runs = {key: sum(cell.part == key for cell in planned) for key in commands.PEERS}
    assert (runs["ours"], runs["stock"], runs["sequential"]) == (3, 1, 0)
    results = Results(tmp_path / "results.jsonl")
    results.add(
        Measurement(
            kind="copies", peer="ours", copies=100, seconds=20, at="2026-11-21T10:00:00", steps={"up": step()}
        )
    )
    assert "not run: about 33 minutes" in report.write(results, tmp_path)[0].read_text()


def test_a_bench_goes_on_where_it_ended(tmp_path: Path) -> None:
    """What is on disk is read again and needs no second measurement; a failure does."""
    path = tmp_path / "results.jsonl"
    Results(path).add(measurement("ours"))
    Results(path).add(measurement("threaded", failure="bad luck"))
    again = Results(path)
    missing = [
        (cell.part, cell.repeat)
        for cell in plan.cells([1], 1, 2, ["ours", "threaded"])
        if not cell.is_in(again)
    ]
    assert missing == [("threaded", 1), ("ours", 2), ("threaded", 2)]


def test_a_spread_is_the_median_and_the_range(tmp_path: Path) -> None:
    """Of several runs the report has the median, the least and the most."""
    results = Results(tmp_path / "results.jsonl")
    for wall in (5.0, 2.0, 3.0):
        results.add(measurement("ours", wall=wall))
    spread = results.spread("copies", "ours", 1, "up", lambda each: each.wall)
    assert spread == Spread(median=3.0, least=2.0, most=5.0)
    assert "| 3.0 (2.0-5.0) |" in report.write(results, tmp_path)[0].read_text()


def test_a_failure_names_the_error_and_no_folder_of_the_machine() -> None:
    """A row has the error of a long output, and nothing of where it happened."""
    said = "`/home/me/.venv/bin/pulumi up` ended with 1:\n  Traceback\n  ValueError: no /home/me/x/file.txt\n  Duration: 1s"
    assert markdown.reason(said) == "ValueError: no file.txt"
    assert (
        markdown.reason("`/home/me/bin/pulumi up` took longer than 3 s") == "`pulumi up` took longer than 3 s"
    )


def test_what_is_not_measured_is_not_reported(tmp_path: Path) -> None:
    """Without measurements there is no table and no plot."""
    (written,) = report.write(Results(tmp_path / "results.jsonl"), tmp_path)
    assert "Nothing is measured yet" in written.read_text()
    assert "##" not in written.read_text().partition("## What is unfair")[0]


def test_a_simulation_is_a_table(tmp_path: Path) -> None:
    """The figures of a simulation are kept, and reported."""
    results = Results(tmp_path / "results.jsonl")
    results.add_simulation(asdict(simulate(copies=40, regions=2)))
    text = report.write(Results(results.path), tmp_path)[0].read_text()
    assert "## Simulation: 40 copies over 2 regions" in text


def test_names_in_the_plot_stand_apart() -> None:
    """Lines that end at the same height have names that can be read."""
    heights = plot.apart([100.0, 101.0, 300.0, 99.0])
    ordered = sorted(heights)
    assert all(b - a >= plot.NAME_HEIGHT for a, b in itertools.pairwise(ordered))
    ElementTree.fromstring(plot.draw({"a": [(1, 1.0), (10, 2.0)], "b": []}, title="<t>", across="copies"))
