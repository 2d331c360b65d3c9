"""The rules of one type of resource, and the catalogue of all types; `check`, the pack and ``snapcopy check`` read them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fnmatch import fnmatchcase
from typing import Any, TypeVar

from ..fields import Fields
from .judgement import Config, Context, Inputs, Regions, Resource, Rule, StackRule, Violation

TYPES = "types"
"""The setting that every rule has: patterns of the types that it judges."""

_NOTHING: Config = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """The rules of one type of resource.

    Args:
        token: the type token, as in URNs.
        noun: what messages call such a resource, which is also the name of its class.
        fields: its arguments and outputs.
        regions: finds the service's regions; called when a rule is applied, never at import.
        arguments: what `check` alone refuses: what only our own arguments can get wrong.
        request: what the service would refuse; mandatory in the pack, too.
        organisation: what an organisation may ask of one resource; advisory until configured.
        stack: what an organisation may ask of a whole stack; advisory until configured.
        other_types: patterns of other tools' types that this book judges where a rule is configured for them.
        by_stack: finds the book that holds in a stack, where the stack's configuration (``namespace:key``) decides that.

    Example:
        >>> from pulumi_snapcopy.families import RULEBOOKS
        >>> [each.noun for each in RULEBOOKS][:1]
        ['CopiedSnapshot']
    """

    token: str
    noun: str
    fields: Fields
    regions: Callable[[], Regions]
    arguments: tuple[Rule, ...] = ()
    request: tuple[Rule, ...] = ()
    organisation: tuple[Rule, ...] = ()
    stack: tuple[StackRule, ...] = ()
    other_types: tuple[str, ...] = ()
    by_stack: Callable[[Config], Rulebook] | None = None

    def in_stack(self, config: Config) -> Rulebook:
        """Return the book that applies to a stack of this configuration."""
        return self.by_stack(config) if self.by_stack else self

    def violations(self, inputs: Inputs, *, now: datetime) -> Iterator[Violation]:
        """Yield the violations of the request's own rules, with arguments in Python's spelling.

        Args:
            inputs: camelCase, without what isn't given, ``UNKNOWN`` for what isn't known yet.
            now: the time in UTC.
        """
        context = Context(regions=self.regions, now=now)
        for rule in (*self.arguments, *self.request):
            for found in rule.judge(inputs, context, {}):
                yield Violation(property=found.property, message=self.fields.pythonic(found.message))

    def spelling(self, resource_type: str, *, snake_case: bool) -> Callable[[str], str]:
        """Return a function that spells a message's fields as the resource's program does.

        Args:
            resource_type: its type; programs spell ours as in Python, whatever the state has.
            snake_case: whether its properties are spelled as in Python.
        """
        return self.fields.pythonic if snake_case or resource_type == self.token else str

    @property
    def configurable(self) -> tuple[Rule | StackRule, ...]:
        """The rules of the policy pack."""
        return (*self.request, *self.organisation, *self.stack)

    def named(self, name: str) -> Rule | StackRule | None:
        """Return the policy pack's rule of a name."""
        return next((rule for rule in self.configurable if rule.name == name), None)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The rules of several books, by name. Rules of the same name are one policy for all services."""

    books: Sequence[Rulebook]

    @property
    def request(self) -> tuple[Rule, ...]:
        """Rules about what a service would refuse: the first of each name."""
        return _first_of_each_name(rule for book in self.books for rule in book.request)

    @property
    def organisation(self) -> tuple[Rule, ...]:
        """Rules that an organisation may set for one resource: the first of each name."""
        return _first_of_each_name(rule for book in self.books for rule in book.organisation)

    @property
    def stack(self) -> tuple[StackRule, ...]:
        """Rules that an organisation may set for a whole stack: the first of each name."""
        return _first_of_each_name(rule for book in self.books for rule in book.stack)

    @property
    def rules(self) -> tuple[Rule | StackRule, ...]:
        """All rules, in the order in which they are shown."""
        return (*self.request, *self.organisation, *self.stack)

    def with_rule(self, name: str) -> list[Rulebook]:
        """Return the books with a rule of a name."""
        return [book for book in self.books if book.named(name)]

    def tokens(self, name: str) -> list[str]:
        """Return the type tokens that a rule judges by default."""
        rules = ((book.token, book.named(name)) for book in self.books)
        return [token for token, rule in rules if rule and not rule.opt_in]

    def book(self, resource_type: str) -> Rulebook | None:
        """Return the book for a type token: its own, or that of the most specific pattern for other tools' types."""
        for book in self.books:
            if book.token == resource_type:
                return book
        fitting = [
            (len(pattern), book)
            for book in self.books
            for pattern in book.other_types
            if fnmatchcase(resource_type, pattern)
        ]
        return max(fitting, key=lambda each: each[0])[1] if fitting else None

    def judging(
        self, name: str, resource_type: str, config: Config, *, stack: Config = _NOTHING
    ) -> Rulebook | None:
        """Return the book whose rule of a name judges a type, or None if the rule isn't configured for the type.

        Args:
            name: the rule's.
            resource_type: the type.
            config: the rule's.
            stack: the configuration of the resource's stack, as far as it is known.
        """
        book = self._judging(name, resource_type, config)
        book = book.in_stack(stack) if book else None
        return book if book and book.named(name) else None

    def shared_out(
        self, name: str, resources: Sequence[Resource], config: Config, *, stack: Config = _NOTHING
    ) -> Iterator[tuple[Rulebook, list[Resource]]]:
        """Yield the books with a stack-wide rule of a name, each with the resources that it judges."""
        judging = [(self._judging(name, each.type, config), each) for each in resources]
        for book in self.with_rule(name):
            yield book.in_stack(stack), [each for by, each in judging if by is book]

    def _judging(self, name: str, resource_type: str, config: Config) -> Rulebook | None:
        patterns = config.get(TYPES) or self.tokens(name)
        if not any(fnmatchcase(resource_type, pattern) for pattern in patterns):
            return None
        book = self.book(resource_type)
        return book if book and book.named(name) else None

    def schema(self, rule: Rule | StackRule) -> dict[str, Mapping[str, Any]]:
        """Return the configuration of a rule as JSON schema properties."""
        types = {
            "type": "array",
            "items": {"type": "string"},
            "minItems": 1,
            "default": self.tokens(rule.name),
            "description": "The types of resources to judge, as patterns: * stands for anything.",
        }
        return {TYPES: types, **rule.schema}

    def configured(self, name: str, config: Config) -> list[Rulebook]:
        """Return the books by which a rule of a name judges the types that it is configured for.

        A pattern that fits none of this package's types is taken for a type of other tools.
        """
        books, found = self.with_rule(name), list[Rulebook | None]()
        for pattern in config.get(TYPES) or self.tokens(name):
            ours = [book for book in books if fnmatchcase(book.token, pattern)]
            found += ours or [self.book(pattern)]
        return [book for book in books if book in found]

    def regions(self, name: str, config: Config) -> Regions:
        """Return the regions of all services whose resources a rule is configured for."""
        found = [book.regions() for book in self.configured(name, config)]
        return Regions(
            service=" or ".join(dict.fromkeys(each.service for each in found)),
            names=frozenset().union(*(each.names for each in found)),
            known_to=" or ".join(dict.fromkeys(filter(None, (each.known_to for each in found)))),
            upgrade=next((each.upgrade for each in found if each.upgrade), ""),
        )


_AnyRule = TypeVar("_AnyRule", Rule, StackRule)


def _first_of_each_name(rules: Iterable[_AnyRule]) -> tuple[_AnyRule, ...]:
    found: dict[str, _AnyRule] = {}
    for rule in rules:
        found.setdefault(rule.name, rule)
    return tuple(found.values())
