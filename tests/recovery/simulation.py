"""A source, its copies and its days, played without a service: what plans decide is carried out on two sets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from pulumi_snapcopy.recovery.evidence import (
    Copy,
    CopyState,
    Evidence,
    Presence,
    SourceSnapshot,
    SourceSnapshotState,
    Unreadable,
)
from pulumi_snapcopy.recovery.plan import Plan
from pulumi_snapcopy.recovery.planning import plan_source
from pulumi_snapcopy.recovery.retention import Retention

FIRST = date(2026, 1, 5)
Event = Literal[
    "",  # an ordinary day
    "no run",
    "no snapshot",
    "failed snapshot",
    "gone",
    "sources unreadable",
    "offers unreadable",
    "offers empty",
    "held unreadable",
    "held empty",
]
DARK: frozenset[str] = frozenset(
    {"gone", "sources unreadable", "offers unreadable", "offers empty", "held unreadable", "held empty"}
)
BROKEN = Unreadable("AccessDeniedException: denied")


@dataclass
class World:
    """One source with seven daily snapshots at most, its copies, and a stack's state that agrees with them."""

    retention: Retention
    today: date = FIRST - timedelta(days=1)
    offers: dict[date, SourceSnapshotState] = field(default_factory=dict)
    copies: dict[date, Copy] = field(default_factory=dict)

    def evidence(self, event: str = "") -> Evidence:
        """What a run sees on a day of such an event."""
        offers = tuple(SourceSnapshot(date=day, state=state) for day, state in self.offers.items())
        copies = tuple(self.copies.values())
        return Evidence(
            source="web-1",
            source_region="us-east-1",
            presence=BROKEN
            if event == "sources unreadable"
            else Presence.GONE
            if event == "gone"
            else Presence.SEEN,
            source_snapshots=BROKEN
            if event == "offers unreadable"
            else ()
            if event in ("offers empty", "gone")
            else offers,
            listed=BROKEN if event == "held unreadable" else () if event == "held empty" else copies,
            recorded=copies,
        )

    def plan(self, event: str = "", *, max_prune: float = 1.0) -> Plan:
        """What a run decides on a day of such an event."""
        return plan_source(
            self.evidence(event), retention=self.retention, target_region="eu-west-1", max_prune=max_prune
        )

    def apply(self, plan: Plan) -> None:
        """Carry a plan out, as the engine does: new copies first, then what isn't declared any more."""
        for each in plan.hold:
            self.copies[each.date] = Copy(
                date=each.date, name=f"dr-web-1-{each.date}", region=each.region, state=CopyState.COMPLETE
            )
        for old in plan.prune:
            del self.copies[old.copy.date]
        assert set(self.copies) == set(plan.dates)

    def dawn(self, event: str = "") -> None:
        """Let a day begin: the source takes its snapshot and drops what is older than its seven."""
        self.today += timedelta(days=1)
        if event == "failed snapshot":
            self.offers[self.today] = SourceSnapshotState.FAILED
        elif event != "no snapshot":
            self.offers[self.today] = SourceSnapshotState.READY
        ready = sorted(day for day, state in self.offers.items() if state is SourceSnapshotState.READY)
        self.offers = {
            day: state
            for day, state in self.offers.items()
            if day in ready[-7:] or day >= (ready or [day])[-1]
        }


def simulate(
    retention: Retention, *, days: int, events: Mapping[int, Event]
) -> list[tuple[World, Plan | None]]:
    """Play days, the first being 0, and return the world after each with the plan of its run; None where none ran."""
    world, played = World(retention=retention), []
    for number in range(days):
        event = events.get(number, "")
        world.dawn(event)
        plan = None if event == "no run" else world.plan(event)
        if plan:
            world.apply(plan)
        played.append(
            (
                World(
                    retention=retention,
                    today=world.today,
                    offers=dict(world.offers),
                    copies=dict(world.copies),
                ),
                plan,
            )
        )
    return played
