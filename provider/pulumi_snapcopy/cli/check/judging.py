"""Check a stack by the rules, and return the violations and their places."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from ...core.rules.judgement import Context, Inputs, Rule, StackRule, Violation
from ...core.rules.rulebook import Rulebook
from ...families import CATALOGUE
from .configuring import RULES, Enforcement
from .placing import Checkout, Place
from .reading import Declared, RefusedRequest, Stack

REFUSED = Rule(
    name="refused-by-provider",
    description="The resource's own provider takes the request.",
    severity="high",
    fix="Write what the message says.",
    page=CATALOGUE.request[0].page,
    judge=lambda inputs, context, config: (),
)
"""The rule of a resource that its provider refused, of which the preview holds only the message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundViolation:
    """A violation of a rule by a resource of a file; ``text`` is its message with fields spelled as in the program."""

    file: str
    urn: str
    rule: Rule | StackRule
    level: str
    violation: Violation
    text: str
    place: Place | None

    @property
    def mandatory(self) -> bool:
        """Whether the violation is more than advice; a violation left by a remediation is mandatory too."""
        return self.level != "advisory"


def judge(
    stack: Stack, enforcement: Enforcement, checkout: Checkout, *, now: datetime
) -> list[FoundViolation]:
    """Return all violations, resource by resource as the program declares them, else as in the file, then rule by rule.

    Rules about a complete stack are skipped if the file doesn't hold the complete stack.
    """
    places = {each.resource.urn: each.place for each in stack.resources}
    found = [
        FoundViolation(file=stack.file, urn=urn, rule=rule, level=enforcement.levels[rule.name], violation=violation,
               text=spell(violation.sentence()), place=places.get(urn))
        for urn, rule, violation, spell in (*_of_each(stack, enforcement, now), *_of_the_stack(stack, enforcement, now))
    ]  # fmt: skip
    placed = sorted(
        places.items(), key=lambda each: (not each[1], (each[1].path, each[1].line) if each[1] else ("", 0))
    )
    order = {urn: number for number, (urn, _) in enumerate(placed)}
    names = [rule.name for rule in RULES]
    found.sort(key=lambda each: (order.get(each.urn, len(order)), names.index(each.rule.name)))
    refused = [_refused(stack, each, checkout) for each in stack.refusals if enforcement.takes(each.type)]
    return refused + found


def _refused(stack: Stack, refusal: RefusedRequest, checkout: Checkout) -> FoundViolation:
    found = Violation(property=refusal.property, message=refusal.message)
    book = CATALOGUE.book(refusal.type)
    spell = book.spelling(refusal.type, snake_case=False) if book else str
    return FoundViolation(
        file=stack.file, urn=refusal.urn, rule=REFUSED, level="mandatory", violation=found,
        text=spell(found.sentence()), place=checkout.search(refusal.urn),
    )  # fmt: skip


def judged_resources(stack: Stack, enforcement: Enforcement) -> list[Declared]:
    """Return the resources that at least one rule checks."""
    return [each for each in stack.resources if not each.external and enforcement.takes(each.resource.type)]


def with_secrets(stack: Stack, enforcement: Enforcement) -> list[str]:
    """Return the judged resources that have secret values, each with the names of their properties.

    Example:
        >>> with_secrets(Stack(file="state.json", resources=()), Enforcement())
        []
    """
    found = list[str]()
    for each in judged_resources(stack, enforcement):
        kind = each.resource.type
        book = CATALOGUE.book(kind)
        spell = book.spelling(kind, snake_case=each.snake_case) if book else str
        if each.secrets:
            found.append(f"{each.resource.name} ({', '.join(map(spell, each.secrets))})")
    return found


_Judged = tuple[str, Rule | StackRule, Violation, Callable[[str], str]]
"""The resource, the rule, the violation, and the function that spells fields as the program does."""


def _of_each(stack: Stack, enforcement: Enforcement, now: datetime) -> Iterator[_Judged]:
    for each in judged_resources(stack, enforcement):
        urn, kind = each.resource.urn, each.resource.type
        inputs = _remedied(each, enforcement, stack)
        for name in (rule.name for rule in (*CATALOGUE.request, *CATALOGUE.organisation)):
            book = enforcement.book(name, kind, stack.config) if enforcement.holds(name) else None
            rule = book.named(name) if book else None
            if book and isinstance(rule, Rule):
                spell = book.spelling(kind, snake_case=each.snake_case)
                for found in rule.judge(inputs, _context(book, now), enforcement.of_rule(name)):
                    said = Violation(property=found.property, message=spell(found.message))
                    yield urn, rule, said, spell


def _remedied(each: Declared, enforcement: Enforcement, stack: Stack) -> Inputs:
    """Return the inputs as the policy pack judges them: with the tags that remediations add."""
    inputs = each.inputs
    for name in (rule.name for rule in CATALOGUE.organisation if enforcement.remedies(rule.name)):
        book = enforcement.book(name, each.resource.type, stack.config)
        rule = book.named(name) if book else None
        add = rule.tags_to_add if isinstance(rule, Rule) else None
        if add and (missing := add(inputs, enforcement.of_rule(name))):
            inputs = {**inputs, "tags": {**(inputs.get("tags") or {}), **missing}}
    return inputs


def _of_the_stack(stack: Stack, enforcement: Enforcement, now: datetime) -> Iterator[_Judged]:
    resources = [each.resource for each in stack.resources]
    rules = [rule for rule in CATALOGUE.stack if stack.dependencies or not rule.by_dependencies]
    for name in (rule.name for rule in rules if stack.complete and enforcement.holds(rule.name)):
        for book, judged in CATALOGUE.shared_out(
            name, resources, enforcement.of_rule(name), stack=stack.config
        ):
            rule, copies = book.named(name), {each.urn: each.type for each in judged}
            if isinstance(rule, StackRule):
                for urn, found in rule.judge(
                    judged, resources, _context(book, now), enforcement.of_rule(name)
                ):
                    spell = (
                        book.spelling(copies[urn], snake_case=False)
                        if urn in copies
                        else book.fields.pythonic
                    )
                    yield urn, rule, found, spell


def _context(book: Rulebook, now: datetime) -> Context:
    return Context(regions=book.regions, now=now)
