"""Progress: lines in each resource's row, and once a minute a summary in the stack's."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from ._sdk import Engine
from .tally import EVERY, Tally

LEAST_PAUSE = 1.0
"""The least seconds between two passing lines of one resource; the pauses grow with time."""


@dataclass(slots=True)
class Row:
    """The row of one resource in the engine's display.

    In a log, such as a pipeline's, each line stays: there all resources together show one line a minute, and new stages.
    """

    engine: Engine | None
    tally: Tally
    urn: str
    _began: float = field(default_factory=time.monotonic)
    _shown: float = 0.0
    _stage: str = ""

    def show(self, text: str) -> None:
        """Show a line that the next one replaces; a line whose first word is new shows at once."""
        if self.engine is None:
            return
        if summary := self.tally.line():
            self.engine.log(_stack_of(self.urn), summary, passing=True)
        now, stage = time.monotonic(), text.split(" ", 1)[0]
        if stage == self._stage and now - self._shown < self._rest(self.engine):
            return
        self._shown, self._stage = now, stage
        self.engine.log(self.urn, text, passing=True)

    def warn(self, text: str) -> None:
        """Show a warning, which stays."""
        if self.engine is not None:
            self.engine.log(self.urn, text, warning=True)

    def log(self, text: str) -> None:
        """Show a line about the whole run in the stack's row, which stays."""
        if self.engine is not None:
            self.engine.log(_stack_of(self.urn), text)

    def _rest(self, engine: Engine) -> float:
        """Return the seconds until the next line of the same stage."""
        age = max(self._shown - self._began, LEAST_PAUSE)
        if engine.is_watched:
            return max(LEAST_PAUSE, 0.05 * age)
        return min(age, EVERY) * max(self.tally.in_progress, 1)


def _stack_of(urn: str) -> str:
    """Return the URN of the stack that a resource is in.

    Example:
        >>> _stack_of("urn:pulumi:dev::shop::pulumi-python:dynamic/x:CopiedSnapshot::db")
        'urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev'
    """
    stack, project, *_ = [*urn.removeprefix("urn:pulumi:").split("::"), ""]
    return f"urn:pulumi:{stack}::{project}::pulumi:pulumi:Stack::{project}-{stack}"
