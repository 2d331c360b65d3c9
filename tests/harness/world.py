"""All that a state machine knows: a program, the engine's state, the target, and whose is what."""

from __future__ import annotations

from collections.abc import Mapping

from .counts import Counts
from .engine import Engine
from .program import Declaration
from .target import Seen, Target


class World:
    """A stack on a target, and others beside it."""

    def __init__(self, target: Target, counts: Counts) -> None:
        self.target = target
        self.counts = counts
        self.engine = Engine()
        self.program: dict[str, Declaration] = {}
        self.earlier: dict[str, Declaration] = {}
        """What a declaration was before it was edited last, by name; nothing once others have changed a copy."""
        self.foreign: dict[tuple[str, str], Seen] = {}
        """What isn't the stack's, as it was when last it changed hands."""
        self.offered: dict[tuple[str, str], str | None] = {}
        """What of it the stack may take over: to be adopted, or retained before, and then by which declaration."""
        self.let_go: dict[tuple[str, str], Seen] = {}
        """Replaced copies that the role wasn't allowed to delete: they were named, and stay."""
        self.came_with: dict[str, Mapping[str, str]] = {}
        """The tags that snapshots which were taken over had before, by ARN."""
        self.drifted = False
        """Whether somebody has changed a copy since the state was last refreshed."""
