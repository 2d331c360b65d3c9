"""The measurements, one line of JSON each, on disk as soon as they are made."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any


def is_read(operation: str) -> bool:
    """Whether a call only reads."""
    return operation.startswith(("Get", "Describe", "Read"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The usage of one command, as in `Usage`, and the number of its calls by operation.

    `reads_waiting` are the reads between the first CopySnapshot and the end of the last copy.
    """

    wall: float
    cpu: float
    memory: int
    calls: dict[str, int]
    reads_waiting: int

    @property
    def total(self) -> int:
        """The number of all calls."""
        return sum(self.calls.values())

    @property
    def reads(self) -> int:
        """The number of calls that only read."""
        return sum(number for name, number in self.calls.items() if is_read(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One run of one peer, or the reason for its failure.

    Attributes:
        kind: The group of measurements: ``copies``, ``long``, ``previews``, ``policy`` or ``recovery``.
        peer: The peer's key, or the variant's name for ``policy``.
        copies: The number of copies.
        seconds: How long a copy takes.
        at: When the run began, UTC, ISO 8601.
        steps: The commands' usage, by verb.
        failure: Why the run failed; None if it succeeded.
    """

    kind: str
    peer: str
    copies: int
    seconds: float
    at: str
    steps: dict[str, Step] = field(default_factory=dict)
    failure: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spread:
    """The median, least and most of several measurements."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread | None:
        """Return the spread of values, or None if there are no values."""
        listed = list(values)
        return cls(median=median(listed), least=min(listed), most=max(listed)) if listed else None


class Results:
    """All measurements of a bench, kept in a file.

    Args:
        path: The file; its measurements are loaded.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.measurements: list[Measurement] = []
        self.machines: list[dict[str, str]] = []
        self.simulation: list[dict[str, float]] = []
        for line in path.read_text().splitlines() if path.exists() else ():
            self._take(json.loads(line))

    def add(self, measurement: Measurement) -> None:
        """Save a measurement."""
        self._write({"measurement": asdict(measurement)})

    def add_simulation(self, figures: dict[str, float]) -> None:
        """Save the figures of a simulation."""
        self._write({"simulation": figures})

    def add_machine(self, machine: dict[str, str]) -> None:
        """Save the description of the machine of the measurements that follow."""
        self._write({"machine": machine})

    def find(self, kind: str, peer: str, copies: int) -> list[Measurement]:
        """Return the runs of one cell of a table, including failed ones."""
        return [
            each for each in self.measurements if (each.kind, each.peer, each.copies) == (kind, peer, copies)
        ]

    def spread(
        self, kind: str, peer: str, copies: int, verb: str, value: Callable[[Step], float]
    ) -> Spread | None:
        """Return the spread of `value` of a verb's step over all runs of one cell, or None without runs."""
        runs = [each for each in self.find(kind, peer, copies) if each.failure is None]
        return Spread.of(value(run.steps[verb]) for run in runs if verb in run.steps)

    def seconds(self, kind: str = "copies") -> float | None:
        """Return how long a copy takes, or None if no copies have been measured yet."""
        return next((each.seconds for each in self.measurements if each.kind == kind), None)

    def copies(self, kind: str, peers: Collection[str] | None = None) -> list[int]:
        """Return the numbers of copies that have measurements of these peers, or of any peer."""
        return sorted(
            {
                each.copies
                for each in self.measurements
                if each.kind == kind and (peers is None or each.peer in peers)
            }
        )

    def _write(self, line: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a") as file:
            file.write(json.dumps(line) + "\n")
        self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        if "machine" in line:
            self.machines.append(line["machine"])
        elif "simulation" in line:
            self.simulation.append(line["simulation"])
        else:
            data = line["measurement"]
            steps = {verb: Step(**step) for verb, step in data["steps"].items()}
            self.measurements.append(Measurement(**{**data, "steps": steps}))
