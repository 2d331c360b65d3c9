"""The plan of a bench: what is measured, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.bench.commands import OURS, PEERS, RECOVERY
from tools.bench.measuring import POLICY_COPIES, PREVIEWED_COPIES, RECOVERY_SOURCES
from tools.bench.results import Results

SHORT = 60.0  # seconds: a peer with a longer forecast runs once
SIMULATED_COPIES = 10_000
LONG_COPIES, LONG_SECONDS = 100, 120.0  # a longer copy than those of the comparison
LONGEST = 12 * 60.0  # seconds: a peer with a longer forecast doesn't run
COMMANDS_OF_AN_ENGINE = 20.0  # seconds of a cell besides the first run, roughly

LONG = {f"long-{service}": key for service, key in OURS.items()}

KINDS = {
    "previews": ("previews", "ours"),
    "policy": ("policy", "with"),
    **{part: ("long", key) for part, key in LONG.items()},
    **{f"recovery-{key}": ("recovery", key) for key in RECOVERY},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One measurement to make.

    Attributes:
        part: A peer, ``long-lightsail`` and so on, ``previews``, ``policy``, ``recovery-ours``, ``recovery-cli`` or ``simulation``.
        copies: The number of copies.
        seconds: How long a copy takes.
        repeat: For a peer, the number of this run, from 1; for previews, how many there are.
        forecast: The seconds that the measurement takes.
    """

    part: str
    copies: int
    seconds: float
    repeat: int
    forecast: float

    def is_in(self, results: Results) -> bool:
        """Whether the results have this measurement; failed ones are repeated."""
        if self.part == "simulation":
            return bool(results.simulation)
        kind, peer = KINDS.get(self.part, ("copies", self.part))
        found = results.find(kind, peer, self.copies)
        return sum(each.failure is None for each in found) >= self.repeat


def cells(copies: Sequence[int], seconds: float, repeat: int, parts: Sequence[str]) -> list[Cell]:
    """Return all cells: few copies first, and the peers in turn, so that a change in the machine's load affects all."""
    planned = []
    for number in copies:
        for turn in range(1, repeat + 1):
            for key in (part for part in parts if part in PEERS):
                if PEERS[key].service != "lightsail" and number not in (1, max(copies)):
                    continue  # for other services, one copy and the largest number are enough
                runs = runs_of(key, number, seconds, repeat)
                if turn <= runs:
                    forecast = PEERS[key].forecast(number, seconds) + COMMANDS_OF_AN_ENGINE
                    planned.append(
                        Cell(part=key, copies=number, seconds=seconds, repeat=turn, forecast=forecast)
                    )
    for part, key in LONG.items():
        if part in parts:
            forecast = PEERS[key].forecast(LONG_COPIES, LONG_SECONDS) + COMMANDS_OF_AN_ENGINE
            planned.append(
                Cell(part=part, copies=LONG_COPIES, seconds=LONG_SECONDS, repeat=1, forecast=forecast)
            )
    for part, number in (("previews", PREVIEWED_COPIES), ("policy", POLICY_COPIES)):
        if part in parts:
            forecast = 60 + 20.0 * repeat
            planned.append(Cell(part=part, copies=number, seconds=0, repeat=repeat, forecast=forecast))
    for key, peer in RECOVERY.items():
        if (part := f"recovery-{key}") in parts:
            forecast = 120 + peer.forecast(RECOVERY_SOURCES, seconds)
            planned.append(
                Cell(part=part, copies=RECOVERY_SOURCES, seconds=seconds, repeat=1, forecast=forecast)
            )
    if "simulation" in parts:
        planned.append(Cell(part="simulation", copies=SIMULATED_COPIES, seconds=0, repeat=1, forecast=60))
    return planned


def runs_of(key: str, copies: int, seconds: float, repeat: int) -> int:
    """Return how often a peer runs with this number of copies."""
    forecast = PEERS[key].forecast(copies, seconds)
    return 0 if forecast > LONGEST else 1 if forecast > SHORT else repeat
