"""What a rule is, what it knows, and what it says.

A rule reads inputs as they stand in the state: camelCase, a missing key for what wasn't given, ``UNKNOWN`` for what
was given and isn't known yet. What isn't known is never judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

Inputs = Mapping[str, Any]
Config = Mapping[str, Any]
Severity = Literal["low", "medium", "high", "critical"]


class _Unknown:
    """The one value of what is given and not known yet."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What the rules know of the world: the service's regions, and what time it is (UTC)."""

    regions: frozenset[str]
    now: datetime

    @property
    def today(self) -> str:
        """The date, YYYY-MM-DD."""
        return f"{self.now:%Y-%m-%d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """A broken rule: the property, what is wrong, and what to write instead."""

    property: str
    message: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A rule about one copy.

    Args:
        name: kebab-case.
        description: what holds when it is kept.
        severity: how bad it is when it isn't.
        fix: what to do when it isn't.
        page: where it comes from.
        judge: finds what breaks it in (inputs, context, config).
        schema: its config as JSON schema properties.
    """

    name: str
    description: str
    severity: Severity
    fix: str
    page: str
    judge: Callable[[Inputs, Context, Config], Iterable[Violation]]
    schema: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource of a stack, as far as rules look at it.

    Args:
        urn: its URN.
        type: its type token.
        inputs: what was given, and what is known of its outputs.
        depends: for a property, the URNs of the resources that its value comes from.
    """

    urn: str
    type: str
    inputs: Inputs
    depends: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """Its name in the program."""
        return self.urn.rpartition("::")[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRule:
    """A rule about a whole stack: as `Rule`, but it finds (urn, violation) in (copies, all resources, …)."""

    name: str
    description: str
    severity: Severity
    fix: str
    page: str
    judge: Callable[
        [Sequence[Resource], Sequence[Resource], Context, Config], Iterable[tuple[str, Violation]]
    ]
    schema: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)


def known(inputs: Inputs, keys: Iterable[str], kind: type) -> Iterator[tuple[str, Any]]:
    """The given, known values of one type; ``value-types`` speaks of those of another."""
    for key in keys:
        if isinstance(value := inputs.get(key), kind):
            yield key, value
