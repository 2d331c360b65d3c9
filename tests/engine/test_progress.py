"""What is shown while copies are made: to somebody who watches, and in a log."""

from __future__ import annotations

import itertools
import json
import re
import subprocess
import sys

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Settings

from .conftest import day
from .stack import BIN, Stack

IN_A_TERMINAL = "import os, pty, sys; os.environ.pop('CI', None); sys.exit(pty.spawn(sys.argv[1:]) >> 8)"


def copies(names: list[str], **options: str) -> str:
    """A program of copies of yesterday's snapshot of web-1; options are of all but the first."""
    later = ", ".join(f"{key}={value}" for key, value in options.items())
    return "".join(
        f'{name} = CopiedSnapshot("{name}", source_resource_name="web-1", restore_date="{day(1)}",'
        f' source_region="us-east-1", target_region="eu-west-1"{", " + later if later and number else ""})\n'
        for number, name in enumerate(names)
    )


def up_in_a_terminal(stack: Stack) -> str:
    """Run `pulumi up` where it draws its rows; what it has drawn."""
    done = subprocess.run(
        [sys.executable, "-c", IN_A_TERMINAL, BIN / "pulumi", "up", "--yes", "--skip-preview"],
        cwd=stack.folder,
        env={**stack.environment, "TERM": "xterm", "COLUMNS": "200"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_somebody_who_watches_sees_each_second_and_how_long_it_will_take(
    stack: Stack, emulator: Emulator
) -> None:
    """In a terminal the row has state and time so far, and the time to go once a copy of that size has ended."""
    emulator.settings = Settings(copy_seconds=5)
    stack.program(copies(["first", "second"], opts="ResourceOptions(depends_on=[first])"))
    drawn = up_in_a_terminal(stack)
    first, second = (
        set(re.findall(rf"{name} [^\n]*?pending, (\d+) s", drawn)) for name in ("first", "second")
    )
    assert len(first) >= 3 and len(second) >= 3, drawn
    assert re.search(r"second [^\n]*pending, [123] s, about [2345] s left", drawn), drawn
    assert not re.search(r"first [^\n]*left", drawn)


def test_a_log_gets_a_line_for_each_stage(stack: Stack, emulator: Emulator) -> None:
    """In a log ten copies of some seconds write a line now and then, and not every second.

    A single one, which comes after them, goes on telling, ever more rarely: after about one second, two, four.
    """
    emulator.settings = Settings(copy_seconds=5)
    names = [f"copy_{number}" for number in range(10)]
    stack.program(copies(names))
    stack.program_more(
        copies(["only"]).replace(")\n", f", opts=ResourceOptions(depends_on=[{', '.join(names)}]))\n")
    )
    output = stack.up("--parallel", "16").output
    rows = [line for line in output.splitlines() if "creating" in line and re.search(r"\) \w", line)]
    of_the_ten = [row for row in rows if "copy_" in row]
    stages = [re.sub(r".*?\(\d+s\) (\w+).*", r"\1", row) for row in of_the_ten]
    assert 10 <= stages.count("pending") < 25, output  # each second: about fifty
    assert set(stages) <= {"looking", "starting", "pending", "available"}, output

    told = [int(seconds) for seconds in re.findall(r"only creating .*pending, (\d+) s", output)]
    gaps = [later - earlier for earlier, later in itertools.pairwise(told)]
    assert 2 <= len(told) <= 5, told
    assert all(later >= earlier - 1 for earlier, later in itertools.pairwise(gaps)), told


def test_json_output_stays_json(stack: Stack, emulator: Emulator) -> None:
    """The JSON output of `up` can be parsed whatever is reported on the way."""
    emulator.settings = Settings(copy_seconds=3)
    stack.program(copies(["first", "second"]))
    events = [
        json.loads(line) for line in stack.run("up", "--yes", "--skip-preview", "--json").output.splitlines()
    ]
    summary = next(event["summaryEvent"] for event in events if "summaryEvent" in event)
    assert summary["resourceChanges"] == {"create": 4}  # the stack, its identity, two copies


@pytest.mark.soak
def test_once_a_minute_a_line_says_how_all_copies_stand(stack: Stack, emulator: Emulator) -> None:
    """The stack's row counts twenty copies once a minute, and names the slowest."""
    emulator.settings = Settings(copy_seconds=20)
    emulator.inject(Fault(kind="copy-seconds", operation="CopySnapshot", seconds=150))
    stack.program(copies([f"copy_{number}" for number in range(20)]))
    output = stack.up("--parallel", "32").output
    lines = re.findall(r"pulumi:pulumi:Stack shop-dev .*?(\d+ of \d+ done.*)", output)
    stands = [re.sub(r"copy_\d+ (\d min).*", r"NAME \1", line) for line in lines]
    assert stands == [f"19 of 20 done, 1 in progress, slowest NAME {minutes} min" for minutes in (1, 2)], (
        output
    )
