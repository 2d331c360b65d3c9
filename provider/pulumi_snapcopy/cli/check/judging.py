"""Judge a stack by the rules, and say what is broken where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ...core.judging.judgement import Context, Rule, StackRule, Violation
from ...core.judging.spelling import pythonic
from ...core.rules import COPIES, ORGANISATION, REQUEST, STACK
from .configuring import RULES, Rulebook
from .placing import Checkout, Place
from .reading import Declared, Stack

REFUSED = Rule(
    name="refused-by-provider",
    description="The resource's own provider takes the request.",
    severity="high",
    fix="Write what the message says.",
    page=REQUEST[0].page,
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
        """Whether it fails the check; what was to be remedied and still stands does."""
        return self.level != "advisory"


def judge(stack: Stack, book: Rulebook, context: Context, checkout: Checkout) -> list[Broken]:
    """Everything that is broken, resource by resource in the file's order, then rule by rule.

    Rules about a whole stack are left alone where the file doesn't hold the whole stack.
    """
    places = {each.resource.urn: each.place for each in stack.resources}
    found = [
        Broken(file=stack.file, urn=urn, rule=rule, level=book.levels[rule.name], violation=violation,
               place=places.get(urn))
        for urn, rule, violation in (*_of_copies(stack, book, context), *_of_the_stack(stack, book, context))
    ]  # fmt: skip
    order = {urn: number for number, urn in enumerate(places)}
    found.sort(key=lambda each: (order.get(each.urn, len(order)), RULES.index(each.rule)))
    refused = [
        Broken(file=stack.file, urn=each.urn, rule=REFUSED, level="mandatory", place=checkout.search(each.urn),
               violation=Violation(property=each.property, message=each.message))
        for each in stack.refusals
        if book.takes(each.type)
    ]  # fmt: skip
    return refused + found


def copies(stack: Stack, book: Rulebook) -> list[Declared]:
    """The resources that at least one rule takes for copies."""
    return [each for each in stack.resources if not each.external and book.takes(each.resource.type)]


def _of_copies(
    stack: Stack, book: Rulebook, context: Context
) -> Iterator[tuple[str, Rule | StackRule, Violation]]:
    for each in copies(stack, book):
        urn, kind = each.resource.urn, each.resource.type
        python = kind in COPIES or each.snake_case
        for rule in (*REQUEST, *ORGANISATION):
            if not book.holds(rule.name) or not book.judges(rule.name, kind):
                continue
            for found in rule.judge(each.inputs, context, book.settings.get(rule.name, {})):
                message = pythonic(found.message) if python else found.message
                yield urn, rule, Violation(property=found.property, message=message)


def _of_the_stack(
    stack: Stack, book: Rulebook, context: Context
) -> Iterator[tuple[str, Rule | StackRule, Violation]]:
    resources = [each.resource for each in stack.resources]
    for rule in STACK if stack.complete else ():
        if book.holds(rule.name):
            taken = [each for each in resources if book.judges(rule.name, each.type)]
            for urn, found in rule.judge(taken, resources, context, book.settings.get(rule.name, {})):
                yield urn, rule, found
