"""What a rule is: its context, its violations, and the rule itself.

A rule reads inputs as they are in the state: camelCase, a missing key for what wasn't given, ``UNKNOWN`` for what
was given and isn't known yet. What isn't known is never judged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from .. import keys
from ..fields import snake_case

Inputs = Mapping[str, Any]
Config = Mapping[str, Any]
Severity = Literal["low", "medium", "high", "critical"]
Schema = Mapping[str, Mapping[str, Any]]


class _Unknown:
    """The value of an input that is given and not known yet."""

    def __repr__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = _Unknown()


@dataclass(frozen=True, slots=True, kw_only=True)
class Regions:
    """The regions of a service that are known offline.

    Args:
        service: the service's name in messages.
        names: its regions.
        known_to: what they are known from, with its version, such as ``boto3 1.42.0``.
        upgrade: the command that fetches a newer list; empty where there is none.
    """

    service: str
    names: frozenset[str]
    known_to: str = ""
    upgrade: str = ""

    @property
    def hint(self) -> str:
        """A sentence for users of a region newer than the list, or an empty string."""
        return f" For a region that is newer, run `{self.upgrade}`." if self.upgrade else ""

    @property
    def where(self) -> str:
        """The end of the sentence "has no region …": which list says so."""
        return f" that {self.known_to} knows" if self.known_to else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """What rules are judged by beside the inputs: the service's regions, loaded when needed, and the time (UTC)."""

    regions: Callable[[], Regions]
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

    def sentence(self) -> str:
        """Return the message, beginning with the property's name."""
        named = self.message.startswith((self.property, snake_case(self.property)))  # or there is no property
        return self.message if named else f"{self.property}: {self.message}"


@dataclass(frozen=True, slots=True, kw_only=True)
class _About:
    """The description of a rule: name, severity, configuration.

    Args:
        name: kebab-case.
        description: what holds when it is kept.
        severity: how bad it is when it isn't.
        fix: what to do when it isn't.
        page: where it comes from.
        schema: its config as JSON schema properties.
        faults: finds what is wrong with the values of its config, in (config, regions).
        opt_in: whether it judges the resources of its book only where its ``types`` name them.
    """

    name: str
    description: str
    severity: Severity
    fix: str
    page: str
    schema: Schema = field(default_factory=dict)
    faults: Callable[[Config, Callable[[], Regions]], Iterable[str]] | None = None
    opt_in: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(_About):
    """A rule about one resource.

    Args:
        judge: finds what breaks it in (inputs, context, config).
        tags_to_add: finds the tags that make (inputs, config) keep it.
    """

    judge: Callable[[Inputs, Context, Config], Iterable[Violation]]
    tags_to_add: Callable[[Inputs, Config], Mapping[str, str]] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """A resource of a stack, as the rules see it.

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
        return keys.name(self.urn)


@dataclass(frozen=True, slots=True, kw_only=True)
class StackRule(_About):
    """A rule about a whole stack.

    Args:
        judge: finds (urn, violation) in (the resources to judge, all resources, context, config).
        by_dependencies: whether it would accuse wrongly where it isn't known what a property comes from.
    """

    judge: Callable[
        [Sequence[Resource], Sequence[Resource], Context, Config], Iterable[tuple[str, Violation]]
    ]
    by_dependencies: bool = False


def known(inputs: Inputs, keys: Iterable[str], kind: type) -> Iterator[tuple[str, Any]]:
    """Yield the known values of one type; ``value-types`` reports values of other types."""
    for key in keys:
        if isinstance(value := inputs.get(key), kind):
            yield key, value
