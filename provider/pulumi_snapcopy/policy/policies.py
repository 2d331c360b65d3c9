"""The rules as Pulumi's policies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timezone
from fnmatch import fnmatchcase
from functools import cache
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

from ..core.judging.judgement import Context, Rule, StackRule
from ..core.judging.organisation_rules import missing_tags
from ..core.judging.spelling import pythonic
from ..core.rules import COPIES, ORGANISATION, REQUEST, STACK
from . import _sdk, configuration, reading

NAME = "snapcopy"
TYPES = {
    "type": "array",
    "items": {"type": "string"},
    "minItems": 1,
    "default": list(COPIES),
    "description": "The types of resources to judge, as patterns: * stands for anything.",
}


def policies() -> list[Policy]:
    """Every policy of the pack: what the service would refuse is mandatory, the organisation's rules are advisory."""
    return [
        *(_of_a_copy(rule, EnforcementLevel.MANDATORY) for rule in REQUEST),
        *(_of_a_copy(rule, EnforcementLevel.ADVISORY) for rule in ORGANISATION),
        *(_of_a_stack(rule) for rule in STACK),
    ]


def serve(policies: Sequence[Policy]) -> None:
    """Serve a pack to the engine, until the engine ends it."""
    schemas = {each.name: each.config_schema.properties if each.config_schema else {} for each in policies}
    _sdk.guard(lambda config: configuration.faults(config, schemas, _regions()))
    PolicyPack(name=NAME, policies=list(policies))


def _of_a_copy(rule: Rule, level: EnforcementLevel) -> Policy:
    def validate(args: ResourceValidationArgs, report: ReportViolation) -> None:
        if not _is_judged(args.resource_type, args.get_config()):
            return
        python = args.resource_type in COPIES or any("_" in key.strip("_") for key in args.props)
        for found in rule.judge(reading.inputs(args.props), _context(), args.get_config()):
            named = found.message.startswith(found.property)
            message = found.message if named else f"{found.property}: {found.message}"
            report(pythonic(message) if python else message, None)

    return ResourceValidationPolicy(
        validate=validate,
        enforcement_level=level,
        remediate=_add_tags if rule.name == "required-tags" else None,
        **_about(rule),
    )


def _of_a_stack(rule: StackRule) -> Policy:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        resources = sorted((reading.resource(each) for each in args.resources), key=lambda each: each.urn)
        copies = [each for each in resources if _is_judged(each.type, args.get_config())]
        for urn, found in rule.judge(copies, resources, _context(), args.get_config()):
            report(found.message, urn)

    return StackValidationPolicy(
        validate=validate, enforcement_level=EnforcementLevel.ADVISORY, **_about(rule)
    )


def _add_tags(args: ResourceValidationArgs) -> Any:
    """Add the required tags that are missing and have a default; all else stays as it is, secrets and provider too."""
    if not _is_judged(args.resource_type, args.get_config()):
        return None
    given = reading.plain(args.props)
    missing = missing_tags(given, args.get_config())
    if not missing:
        return None
    props: Any = args.props
    if given.get("tags") is None:
        props["tags"] = missing
    else:
        for key, value in missing.items():
            props["tags"][key] = value
    return args.props


def _about(rule: Rule | StackRule) -> dict[str, Any]:
    return {
        "name": rule.name,
        "description": rule.description,
        "severity": Severity(rule.severity),
        "url": rule.page,
        "remediation_steps": rule.fix,
        "config_schema": PolicyConfigSchema(
            properties={"types": TYPES, **{key: dict(schema) for key, schema in rule.schema.items()}}
        ),
    }


def _is_judged(resource_type: str, config: Mapping[str, Any]) -> bool:
    patterns: Iterable[str] = config.get("types") or COPIES
    return any(fnmatchcase(resource_type, pattern) for pattern in patterns)


def _context() -> Context:
    return Context(regions=_regions(), now=datetime.now(timezone.utc))


@cache
def _regions() -> frozenset[str]:
    from ..services.lightsail import regions

    return regions()
