"""Lines in the resource's own row, and once a minute one about all copies in the stack's."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from ._sdk import Engine, current_call
from .tally import EVERY, Tally

LEAST_PAUSE = 1.0
"""Seconds between two passing lines of one resource, at least; they come further apart as time goes on."""


@dataclass(slots=True)
class RowTeller:
    """Tells the engine what happens to the resource whose call this thread serves.

    Where nobody watches the rows change, as in a pipeline's log, each line stays: then the rows of all copies together
    come to one line a minute, but for new stages.
    """

    engine: Engine | None
    tally: Tally
    urn: str = ""
    _began: float = field(default_factory=time.monotonic)
    _told: float = 0.0
    _stage: str = ""

    def __post_init__(self) -> None:
        call = current_call()
        self.urn = call.urn if call else ""

    def progress(self, text: str) -> None:
        """A line that the next one replaces; a new stage, its first word, shows at once."""
        if self.engine is None:
            return
        if summary := self.tally.line():
            self.engine.log(_stack_of(self.urn), summary, passing=True)
        now, stage = time.monotonic(), text.split(" ", 1)[0]
        if stage == self._stage and now - self._told < self._rest(self.engine):
            return
        self._told, self._stage = now, stage
        self.engine.log(self.urn, text, passing=True)

    def warning(self, text: str) -> None:
        """A line that stays."""
        if self.engine is not None:
            self.engine.log(self.urn, text, warning=True)

    def _rest(self, engine: Engine) -> float:
        """Seconds until the next line of a stage, by when the last was told."""
        age = max(self._told - self._began, LEAST_PAUSE)
        if engine.is_watched:
            return max(LEAST_PAUSE, 0.05 * age)
        return min(age, EVERY) * max(self.tally.in_progress, 1)


def _stack_of(urn: str) -> str:
    """The URN of the stack that a resource is in; the engine's own row.

    Example:
        >>> _stack_of("urn:pulumi:dev::shop::pulumi-python:dynamic/lightsail:CopiedSnapshot::db")
        'urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev'
    """
    stack, project, *_ = [*urn.removeprefix("urn:pulumi:").split("::"), ""]
    return f"urn:pulumi:{stack}::{project}::pulumi:pulumi:Stack::{project}-{stack}"
