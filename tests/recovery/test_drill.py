"""Drills: their JSON, their exit code, and a file that remembers them whatever was torn."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_snapcopy.recovery.drill import DrillResult, History, append_drill, exit_code, load_history, parse

GOOD = DrillResult(
    source="web-1",
    target_region="eu-west-1",
    snapshot_name="dr-web-1-2026-11-20",
    date=date(2026, 11, 20),
    restored_as="snapcopy-drill-1c9e",
    started_at=datetime(2026, 11, 20, 6, tzinfo=timezone.utc),
    recovery_seconds=312.04,
    data_age_seconds=6480,
    max_age=timedelta(hours=26),
    cost=0.01,
)
FAILED = replace(GOOD, recovery_seconds=None, error="the bundle doesn't exist in eu-west-1")
UNTOLD = replace(
    GOOD, recovery_seconds=None, snapshot_name=None, date=None, error="timed out", is_unknown=True
)


def written(*drills: DrillResult) -> str:
    """What a file holds after these drills."""
    return "".join(json.dumps(each.as_json()) + "\n" for each in drills)


def test_the_json_has_the_documented_keys() -> None:
    """And those that the file needs to remember it by."""
    assert GOOD.as_json() == {
        "source": "web-1",
        "targetRegion": "eu-west-1",
        "snapshotName": "dr-web-1-2026-11-20",
        "date": "2026-11-20",
        "restoredAs": "snapcopy-drill-1c9e",
        "recoverySeconds": 312.0,
        "dataAgeSeconds": 6480,
        "objectiveMet": True,
        "startedAt": "2026-11-20T06:00:00+00:00",
        "maxAgeSeconds": 93600,
        "error": None,
        "unknown": False,
        "estimatedCost": 0.01,
    }


@pytest.mark.parametrize(
    ("drills", "code"),
    [
        ([GOOD], 0),
        ([replace(GOOD, max_age=None)], 0),
        ([replace(GOOD, max_age=timedelta(hours=1))], 1),
        ([FAILED], 1),
        ([replace(GOOD, snapshot_name=None, recovery_seconds=None, data_age_seconds=None)], 1),
        ([UNTOLD], 2),
        ([GOOD, UNTOLD], 2),
        ([UNTOLD, FAILED], 1),
        ([], 2),
    ],
)
def test_the_exit_code(drills: list[DrillResult], code: int) -> None:
    """0 restored from data young enough; 1 not restored, no copy or too old; 2 it couldn't be determined."""
    assert exit_code(drills) == code


def test_what_was_remembered_is_recalled_newest_first(tmp_path: Path) -> None:
    """Each drill is a line; the file is made when it is missing, and nothing is recalled before."""
    path = tmp_path / "drills.jsonl"
    assert load_history(path) == History()
    later = replace(FAILED, started_at=GOOD.started_at + timedelta(days=7))
    for each in (GOOD, later, UNTOLD):
        append_drill(path, each)
    assert load_history(path).drills == (later, UNTOLD, replace(GOOD, recovery_seconds=312.0))
    assert load_history(path, limit=1).drills == (later,)
    assert path.read_text().count("\n") == 3


def test_a_torn_line_costs_no_other_drill(tmp_path: Path) -> None:
    """The next drill begins a line of its own, wherever the last write was interrupted."""
    for cut in (1, 2, 40, len(written(GOOD)) - 2, len(written(GOOD)) - 1):
        path = tmp_path / f"{cut}.jsonl"
        path.write_text(written(FAILED) + written(GOOD)[:cut])
        append_drill(path, UNTOLD)
        found = load_history(path).drills
        assert UNTOLD in found
        assert FAILED in found


@given(cut=st.integers(0, len(written(GOOD)) - 2))
def test_a_torn_last_line_is_no_error(cut: int) -> None:
    """It is left out without a word, since an interrupted drill has no result."""
    assert parse(written(FAILED) + written(GOOD)[:cut]) == History(drills=(FAILED,))


@pytest.mark.parametrize(
    "line",
    ["nonsense", "[]", "null", "{}", '{"source": 1}', "[" * 100_000, written(GOOD).replace("312.0", '"312"').strip(),
     written(GOOD).replace("2026-11-20T06:00:00+00:00", "2026-11-20T06:00:00").strip()],
    ids=["text", "list", "null", "empty", "wrong", "deep", "number", "zone"],
)  # fmt: skip
def test_other_lines_are_counted(line: str) -> None:
    """What isn't a drill is left out, and its number said; of drills of one second the last line is the newest."""
    assert parse(f"{written(FAILED)}{line}\n\n{written(UNTOLD)}") == History(
        drills=(UNTOLD, FAILED), unreadable_lines=(2,)
    )


@given(st.binary(max_size=200))
def test_any_file_can_be_read(content: bytes) -> None:
    """Whatever it holds, recalling it ends without an error."""
    assert parse(content.decode("utf-8", errors="replace")).drills == ()
