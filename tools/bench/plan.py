"""What a bench measures, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tools.bench.commands import OURS, PEERS, RECOVERY
from tools.bench.measuring import POLICY_COPIES, PREVIEWED_COPIES, RECOVERY_SOURCES
from tools.bench.results import Results

SHORT = 60.0  # seconds: what is forecast to take longer runs once
SIMULATED_COPIES = 10_000
LONG_COPIES, LONG_SECONDS = 100, 120.0  # a copy that isn't as short as those beside the peers
LONGEST = 12 * 60.0  # what is forecast to take longer doesn't run
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
    """One thing to measure.

    Attributes:
        part: A peer, ``long-lightsail`` and so on, ``previews``, ``policy``, ``recovery-ours``, ``recovery-cli`` or ``simulation``.
        copies: How many.
        seconds: What a copy takes.
        repeat: For a peer, the how-manieth run of this it is; for previews, how many there are.
        forecast: Seconds.
    """

    part: str
    copies: int
    seconds: float
    repeat: int
    forecast: float

    def is_in(self, results: Results) -> bool:
        """Whether it is measured already; what failed is tried again."""
        if self.part == "simulation":
            return bool(results.simulation)
        kind, peer = KINDS.get(self.part, ("copies", self.part))
        found = results.find(kind, peer, self.copies)
        return sum(each.failure is None for each in found) >= self.repeat


def cells(copies: Sequence[int], seconds: float, repeat: int, parts: Sequence[str]) -> list[Cell]:
    """All cells: few copies first, and the peers in turn, so that a change of the machine's mood meets all."""
    planned = []
    for number in copies:
        for turn in range(1, repeat + 1):
            for key in (part for part in parts if part in PEERS):
                if PEERS[key].service != "lightsail" and number not in (1, max(copies)):
                    continue  # of the other services one copy and the most are enough
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
    """How often a peer is to run so many copies."""
    forecast = PEERS[key].forecast(copies, seconds)
    return 0 if forecast > LONGEST else 1 if forecast > SHORT else repeat
