"""What was measured, a line of JSON each, on disk as soon as it is known."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median
from typing import Any


def is_read(operation: str) -> bool:
    """Whether a call only asks."""
    return operation.startswith(("Get", "Describe", "Read"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One command: its `Usage`, and the calls it made, by operation.

    `reads_waiting` are the reads between the first CopySnapshot and the end of the last copy.
    """

    wall: float
    cpu: float
    memory: int
    calls: dict[str, int]
    reads_waiting: int

    @property
    def total(self) -> int:
        """All its calls."""
        return sum(self.calls.values())

    @property
    def reads(self) -> int:
        """Those that only ask."""
        return sum(number for name, number in self.calls.items() if is_read(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One run of one peer, or why there is none.

    Attributes:
        kind: What it is part of: ``copies``, ``long``, ``previews``, ``policy`` or ``recovery``.
        peer: Who.
        copies: How many.
        seconds: What a copy takes.
        at: When it began, UTC, ISO 8601.
        steps: The commands, by verb.
        failure: Why it came to nothing.
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
    """Several measurements of one thing."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread | None:
        """None if there are no values."""
        listed = list(values)
        return cls(median=median(listed), least=min(listed), most=max(listed)) if listed else None


class Results:
    """All measurements of a bench, in a file.

    Args:
        path: The file; what it holds is taken up.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.measurements: list[Measurement] = []
        self.machines: list[dict[str, str]] = []
        self.simulation: list[dict[str, float]] = []
        for line in path.read_text().splitlines() if path.exists() else ():
            self._take(json.loads(line))

    def add(self, measurement: Measurement) -> None:
        """Keeps a measurement."""
        self._write({"measurement": asdict(measurement)})

    def add_simulation(self, figures: dict[str, float]) -> None:
        """Keeps the figures of a simulation."""
        self._write({"simulation": figures})

    def add_machine(self, machine: dict[str, str]) -> None:
        """Keeps the description of where the following measurements are made."""
        self._write({"machine": machine})

    def find(self, kind: str, peer: str, copies: int) -> list[Measurement]:
        """The runs of one cell of a table, and its failures."""
        return [
            each for each in self.measurements if (each.kind, each.peer, each.copies) == (kind, peer, copies)
        ]

    def spread(
        self, kind: str, peer: str, copies: int, verb: str, value: Callable[[Step], float]
    ) -> Spread | None:
        """The median of what `value` takes from a verb's step, over all runs of one cell."""
        runs = [each for each in self.find(kind, peer, copies) if each.failure is None]
        return Spread.of(value(run.steps[verb]) for run in runs if verb in run.steps)

    def seconds(self, kind: str = "copies") -> float | None:
        """What a copy takes; None if no copies are measured yet."""
        return next((each.seconds for each in self.measurements if each.kind == kind), None)

    def copies(self, kind: str, peers: Collection[str] | None = None) -> list[int]:
        """The numbers of copies that there are measurements for, of these peers."""
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
