"""The result of a drill, and the history file that keeps results."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillResult:
    """The result of one drill: what was restored, how long it took, and how old the data was.

    Args:
        source: the name of the instance or disk.
        target_region: the region of the restored resource.
        snapshot_name: the name of the copy that was restored; None if there was no copy.
        date: the day (UTC) of the copy's data; None if there was no copy.
        restored_as: the temporary name of the restored resource; None if nothing was restored.
        started_at: when the drill began, with a time zone.
        recovery_seconds: from the request until the restored resource was usable and the check had passed; None if the
            drill failed.
        data_age_seconds: the age of the data when the drill began; None if there was no copy.
        max_age: the objective; None for no objective.
        error: why the restore or the check failed; None if they succeeded.
        is_unknown: whether the copies couldn't even be read, so that nothing was restored.
        cost: the most that the restored resources cost, in US dollars; None if unknown.
    """

    source: str
    target_region: str
    started_at: datetime
    snapshot_name: str | None = None
    date: date | None = None
    restored_as: str | None = None
    recovery_seconds: float | None = None
    data_age_seconds: float | None = None
    max_age: timedelta | None = None
    error: str | None = None
    is_unknown: bool = False
    cost: float | None = None

    @property
    def objective_met(self) -> bool | None:
        """Whether the source was restored from young enough data (of any age without max_age), or None if unknown."""
        if self.is_unknown:
            return None
        if self.error is not None or self.recovery_seconds is None or self.data_age_seconds is None:
            return False
        return self.max_age is None or self.data_age_seconds <= self.max_age.total_seconds()

    def as_json(self) -> dict[str, Any]:
        """Return the result in the form of `snapcopy drill --format json` and of the history file."""
        return {
            "source": self.source,
            "targetRegion": self.target_region,
            "snapshotName": self.snapshot_name,
            "date": self.date.isoformat() if self.date else None,
            "restoredAs": self.restored_as,
            "recoverySeconds": _rounded(self.recovery_seconds),
            "dataAgeSeconds": _rounded(self.data_age_seconds),
            "objectiveMet": self.objective_met,
            "startedAt": self.started_at.astimezone(timezone.utc).isoformat(timespec="seconds"),
            "maxAgeSeconds": _rounded(self.max_age.total_seconds()) if self.max_age is not None else None,
            "error": self.error,
            "unknown": self.is_unknown,
            "estimatedCost": self.cost,
        }


def exit_code(results: list[DrillResult]) -> int:
    """Return 0 if every drill met its objective, 1 if one didn't, 2 if a result is unknown or there is none.

    Example:
        >>> exit_code([])
        2
    """
    met = [each.objective_met for each in results]
    if False in met:
        return 1
    return 2 if not met or None in met else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """The content of a history file: its drills, newest first, and the numbers of its lines that aren't drills."""

    drills: tuple[DrillResult, ...] = ()
    unreadable_lines: tuple[int, ...] = ()


def append_drill(path: Path, result: DrillResult) -> None:
    """Append a drill to the history file, which is created if missing; a torn last line is kept as it is.

    Raises:
        OSError: if the file can't be written.
    """
    line = json.dumps(result.as_json(), ensure_ascii=False)
    with open(path, "a+b") as file:
        file.seek(0, os.SEEK_END)
        is_torn = False
        if file.tell():
            file.seek(-1, os.SEEK_END)
            is_torn = file.read(1) != b"\n"
        file.write(f"{chr(10) * is_torn}{line}\n".encode())
        file.flush()
        os.fsync(file.fileno())


def load_history(path: Path, *, limit: int | None = None) -> History:
    """Return the content of the history file; empty if the file doesn't exist.

    Raises:
        OSError: if the file can't be read.
    """
    try:
        text = path.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return History()
    return parse(text, limit=limit)


def parse(text: str, *, limit: int | None = None) -> History:
    """Return the drills of JSON lines, newest first, at most ``limit``; a torn last line isn't reported."""
    found: list[DrillResult] = []
    unreadable: list[int] = []
    *whole, last = text.split("\n")
    for number, line in enumerate([*whole, last], 1):
        result = _drill(line)
        if result is not None:
            found.append(result)
        elif line.strip() and number <= len(whole):
            unreadable.append(number)
    # Of two drills of the same second, the later line is the newer.
    newest_first = sorted(reversed(found), key=lambda each: each.started_at, reverse=True)
    return History(drills=tuple(newest_first[:limit]), unreadable_lines=tuple(unreadable))


def _drill(line: str) -> DrillResult | None:
    """Return the drill that a line describes, or None if the line isn't a complete drill."""
    try:
        read = json.loads(line)
        seconds = read["maxAgeSeconds"]
        return DrillResult(
            source=_text(read["source"]),
            target_region=_text(read["targetRegion"]),
            snapshot_name=_optional(read["snapshotName"]),
            date=date.fromisoformat(read["date"]) if read["date"] else None,
            restored_as=_optional(read["restoredAs"]),
            started_at=_moment(read["startedAt"]),
            recovery_seconds=_number(read["recoverySeconds"]),
            data_age_seconds=_number(read["dataAgeSeconds"]),
            max_age=timedelta(seconds=seconds) if seconds is not None else None,
            error=_optional(read["error"]),
            is_unknown=read["unknown"] is True,
            cost=_number(read["estimatedCost"]),
        )
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _optional(value: object) -> str | None:
    return None if value is None else _text(value)


def _number(value: object) -> float | None:
    if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
        raise TypeError(value)
    return value


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(_text(value))
    if moment.tzinfo is None:
        raise ValueError(value)
    return moment


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 1)
