"""The rules as policies of Pulumi."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyConfigSchema,
    PolicyPack,
    ReportViolation,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    Severity,
    StackValidationArgs,
    StackValidationPolicy,
)

from ..core.rules.bags import is_snake_case
from ..core.rules.configuration import faults
from ..core.rules.judgement import Context, Rule, StackRule
from ..core.rules.rulebook import Rulebook
from ..families import CATALOGUE
from . import _sdk, reading

NAME = "snapcopy"

_stack_config: dict[str, str] = {}
"""The configuration of the stack that the engine checks by this process."""


def policies() -> list[Policy]:
    """Return every policy of the pack: what a service would refuse is mandatory, the organisation's rules are advisory.

    In any pack that contains them, messages show no value that the engine marks as secret.
    """
    _sdk.guard(lambda config: _stack_config.update(config))
    return [
        *(_of_a_resource(rule, EnforcementLevel.MANDATORY) for rule in CATALOGUE.request),
        *(_of_a_resource(rule, EnforcementLevel.ADVISORY) for rule in CATALOGUE.organisation),
        *(_of_a_stack(rule) for rule in CATALOGUE.stack),
    ]


def serve(policies: Sequence[Policy]) -> None:
    """Serve a pack to the engine until the engine ends the process."""
    own = {each.name for each in policies} - {rule.name for rule in CATALOGUE.rules}

    def wrong(config: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
        return faults({name: each for name, each in config.items() if name not in own}, CATALOGUE)

    _sdk.refuse(wrong)
    PolicyPack(name=NAME, policies=list(policies))


def _of_a_resource(first: Rule, level: EnforcementLevel) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        config = args.get_config()
        if not (book := CATALOGUE.judging(first.name, args.resource_type, config, stack=_stack_config)):
            return
        spell = book.spelling(args.resource_type, snake_case=is_snake_case(args.props))
        for found in _rule(book, first).judge(reading.inputs(args.props), _context(book), config):
            report(spell(found.sentence()), None)

    return ResourceValidationPolicy(
        validate=validate,
        enforcement_level=level,
        remediate=_remediation(first) if first.tags_to_add else None,
        **_about(first),
    )


def _of_a_stack(first: StackRule) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        config = args.get_config()
        resources = sorted((reading.resource(each) for each in args.resources), key=lambda each: each.urn)
        for book, judged in CATALOGUE.shared_out(first.name, resources, config, stack=_stack_config):
            rule = book.named(first.name)
            assert isinstance(rule, StackRule), "a name is that of one kind of rule"
            types = {each.urn: each.type for each in judged}
            for urn, found in rule.judge(judged, resources, _context(book), config):
                spell = book.spelling(types.get(urn, book.token), snake_case=False)
                report(spell(found.sentence()), urn)

    return StackValidationPolicy(
        validate=validate, enforcement_level=EnforcementLevel.ADVISORY, **_about(first)
    )


def _remediation(first: Rule) -> Any:
    """Return a function that adds the missing tags for which a rule has values; all other properties stay unchanged."""

    def remediate(args: ResourceValidationArgs) -> Any:
        config = args.get_config()
        if not (book := CATALOGUE.judging(first.name, args.resource_type, config, stack=_stack_config)):
            return None
        add = _rule(book, first).tags_to_add
        missing = add(reading.inputs(args.props), config) if add else {}
        if not missing:
            return None
        _add_tags(args.props, missing)
        return args.props

    return remediate


def _add_tags(props: Any, missing: Mapping[str, str]) -> None:
    """Add tags to a resource's properties, whose tags are missing, a mapping, or a list of keys and values."""
    tags: Any = props.get("tags")
    if tags is None:
        props["tags"] = dict(missing)
        return
    for key, value in missing.items():
        if isinstance(tags, Mapping):
            props["tags"][key] = value
        elif empty := [each for each in tags if each["key"] == key]:
            empty[-1]["value"] = value
        else:
            _sdk.append(tags, {"key": key, "value": value})


def _rule(book: Rulebook, first: Rule) -> Rule:
    """Return the rulebook's own rule of the same name."""
    rule = book.named(first.name)
    assert isinstance(rule, Rule), "a name is that of one kind of rule"
    return rule


def _about(rule: Rule | StackRule) -> dict[str, Any]:
    properties = {key: dict(schema) for key, schema in CATALOGUE.schema(rule).items()}
    return {
        "name": rule.name,
        "description": rule.description,
        "severity": Severity(rule.severity),
        "url": rule.page,
        "remediation_steps": rule.fix,
        "config_schema": PolicyConfigSchema(properties=properties),
    }


def _context(book: Rulebook) -> Context:
    return Context(regions=book.regions, now=datetime.now(timezone.utc))
