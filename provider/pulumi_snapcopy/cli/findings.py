"""What ``snapcopy doctor`` finds: one line each."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Verdict(Enum):
    """How a check ended, and the colour of the word."""

    OK = ("ok", "green")
    PROBLEM = ("problem", "red")
    NOT_TRIED = ("skipped", "yellow")


@dataclass(frozen=True, slots=True)
class Finding:
    """A check's outcome; a problem's text says what to do."""

    verdict: Verdict
    subject: str
    text: str


def ok(subject: str, text: str) -> Finding:
    """Return a finding that nothing is wrong."""
    return Finding(Verdict.OK, subject, text)


def problem(subject: str, text: str) -> Finding:
    """Return a finding that something has to be done."""
    return Finding(Verdict.PROBLEM, subject, text)


def not_tried(subject: str, text: str) -> Finding:
    """Return a finding that something wasn't tested, and why."""
    return Finding(Verdict.NOT_TRIED, subject, text)
