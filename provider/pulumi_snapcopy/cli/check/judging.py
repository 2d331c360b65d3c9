"""Judge a stack by the rules, and say what is broken where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from ...core.rules.judgement import Context, Rule, StackRule, Violation
from ...core.rules.rulebook import Rulebook
from ...families import CATALOGUE
from .configuring import RULES, Enforcement
from .placing import Checkout, Place
from .reading import Declared, Stack

REFUSED = Rule(
    name="refused-by-provider",
    description="The resource's own provider takes the request.",
    severity="high",
    fix="Write what the message says.",
    page=CATALOGUE.request[0].page,
    judge=lambda inputs, context, config: (),
)
"""What stands for the rules of a resource that its provider refused: the preview tells of it in words alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """A rule that a resource of a file breaks."""

    file: str
    urn: str
    rule: Rule | StackRule
    level: str
    violation: Violation
    place: Place | None

    @property
    def mandatory(self) -> bool:
        """Whether it is more than advice; what was to be remedied and is still wrong is."""
        return self.level != "advisory"


def judge(stack: Stack, enforcement: Enforcement, checkout: Checkout, *, now: datetime) -> list[Broken]:
    """Return everything that is broken, resource by resource in the file's order, then rule by rule.

    Rules about a whole stack are left alone where the file doesn't hold the whole stack.
    """
    places = {each.resource.urn: each.place for each in stack.resources}
    found = [
        Broken(file=stack.file, urn=urn, rule=rule, level=enforcement.levels[rule.name], violation=violation,
               place=places.get(urn))
        for urn, rule, violation in (*_of_each(stack, enforcement, now), *_of_the_stack(stack, enforcement, now))
    ]  # fmt: skip
    order = {urn: number for number, urn in enumerate(places)}
    names = [rule.name for rule in RULES]
    found.sort(key=lambda each: (order.get(each.urn, len(order)), names.index(each.rule.name)))
    refused = [
        Broken(file=stack.file, urn=each.urn, rule=REFUSED, level="mandatory", place=checkout.search(each.urn),
               violation=Violation(property=each.property, message=each.message))
        for each in stack.refusals
        if enforcement.takes(each.type)
    ]  # fmt: skip
    return refused + found


def copies(stack: Stack, enforcement: Enforcement) -> list[Declared]:
    """Return the resources that at least one rule judges."""
    return [each for each in stack.resources if not each.external and enforcement.takes(each.resource.type)]


def _of_each(
    stack: Stack, enforcement: Enforcement, now: datetime
) -> Iterator[tuple[str, Rule | StackRule, Violation]]:
    for each in copies(stack, enforcement):
        urn, kind = each.resource.urn, each.resource.type
        for name in (rule.name for rule in (*CATALOGUE.request, *CATALOGUE.organisation)):
            book = enforcement.book(name, kind, stack.config) if enforcement.holds(name) else None
            rule = book.named(name) if book else None
            if book and isinstance(rule, Rule):
                spell = book.spelling(kind, snake_case=each.snake_case)
                for found in rule.judge(each.inputs, _context(book, now), enforcement.of_rule(name)):
                    yield urn, rule, Violation(property=found.property, message=spell(found.message))


def _of_the_stack(
    stack: Stack, enforcement: Enforcement, now: datetime
) -> Iterator[tuple[str, Rule | StackRule, Violation]]:
    resources = [each.resource for each in stack.resources]
    rules = [rule for rule in CATALOGUE.stack if stack.dependencies or not rule.by_dependencies]
    for name in (rule.name for rule in rules if stack.complete and enforcement.holds(rule.name)):
        for book, judged in CATALOGUE.shared_out(
            name, resources, enforcement.of_rule(name), stack=stack.config
        ):
            rule = book.named(name)
            if isinstance(rule, StackRule):
                for urn, found in rule.judge(
                    judged, resources, _context(book, now), enforcement.of_rule(name)
                ):
                    yield urn, rule, found


def _context(book: Rulebook, now: datetime) -> Context:
    return Context(regions=book.regions, now=now)
