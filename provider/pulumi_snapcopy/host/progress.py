"""Lines in the resource's own row, and once a minute one about all of them in the stack's."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from ._sdk import Engine
from .tally import EVERY, Tally

LEAST_PAUSE = 1.0
"""Seconds between two passing lines of one resource, at least; they come further apart as time goes on."""


@dataclass(slots=True)
class Row:
    """Shows what happens to a resource, in its own row.

    Where nobody watches the rows change, as in a pipeline's log, each line stays: then the rows of all resources
    together come to one line a minute, but for new stages.
    """

    engine: Engine | None
    tally: Tally
    urn: str
    _began: float = field(default_factory=time.monotonic)
    _shown: float = 0.0
    _stage: str = ""

    def show(self, text: str) -> None:
        """Show a line that the next one replaces; a new stage, its first word, shows at once."""
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
        """Show a line about the whole run, which stays, with the stack."""
        if self.engine is not None:
            self.engine.log(_stack_of(self.urn), text)

    def _rest(self, engine: Engine) -> float:
        """Seconds until the next line of a stage, by when the last was told."""
        age = max(self._shown - self._began, LEAST_PAUSE)
        if engine.is_watched:
            return max(LEAST_PAUSE, 0.05 * age)
        return min(age, EVERY) * max(self.tally.in_progress, 1)


def _stack_of(urn: str) -> str:
    """The URN of the stack that a resource is in; the engine's own row.

    Example:
        >>> _stack_of("urn:pulumi:dev::shop::pulumi-python:dynamic/x:CopiedSnapshot::db")
        'urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev'
    """
    stack, project, *_ = [*urn.removeprefix("urn:pulumi:").split("::"), ""]
    return f"urn:pulumi:{stack}::{project}::pulumi:pulumi:Stack::{project}-{stack}"
