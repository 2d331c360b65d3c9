"""The findings of ``snapcopy doctor``, one line each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Outcome(Enum):
    """The result of a check: its word and colour."""

    OK = ("ok", "green")
    PROBLEM = ("problem", "red")
    SKIPPED = ("skipped", "yellow")


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check; a problem's text says what to do."""

    outcome: Outcome
    subject: str
    text: str


def ok(subject: str, text: str) -> Finding:
    """Return the finding of a check without a problem."""
    return Finding(Outcome.OK, subject, text)


def problem(subject: str, text: str) -> Finding:
    """Return the finding of a check that found a problem."""
    return Finding(Outcome.PROBLEM, subject, text)


def skipped(subject: str, text: str) -> Finding:
    """Return the finding of a check that was skipped, and why."""
    return Finding(Outcome.SKIPPED, subject, text)
