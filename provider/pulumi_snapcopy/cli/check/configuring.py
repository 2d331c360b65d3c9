"""Which rules hold, how strictly, for which resources: the file that the policy pack takes.

Page: https://www.pulumi.com/docs/iac/using-pulumi/crossguard/configuration/
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from ...core.judging.judgement import Rule, StackRule
from ...core.judging.organisation_rules import config_faults
from ...core.rules import COPIES, ORGANISATION, REQUEST, STACK
from .reading import Unusable, load

LEVELS = ("advisory", "mandatory", "remediate", "disabled")
RULES: tuple[Rule | StackRule, ...] = (*REQUEST, *ORGANISATION, *STACK)

_TYPES: Mapping[str, Any] = {"type": "array", "items": {"type": "string"}, "minItems": 1}
_RESERVED = ("all", "environments")
"""The level of all policies, and what Pulumi Cloud takes settings from; neither is a rule."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rulebook:
    """How each rule is to be applied.

    Args:
        levels: enforcement levels, by rule.
        settings: what else is configured, by rule.
    """

    levels: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, file: str | None, regions: Collection[str]) -> Rulebook:
        """Read a config; without one, what the service would refuse is mandatory and all else advisory.

        Raises:
            Unusable: the file can't be read, or is no config.
        """
        levels = {rule.name: "mandatory" if rule in REQUEST else "advisory" for rule in RULES}
        config = {} if file is None else load(file)
        if not isinstance(config, dict):
            raise Unusable(
                'is no config. Write an object: {"rule-name": {"enforcementLevel": "mandatory", …}, …}.'
            )
        if "all" in config:
            settings, level = _settings("all", config["all"], {})
            levels = dict.fromkeys(levels, level) if level else levels
        configured = dict[str, Mapping[str, Any]]()
        for name, value in config.items():
            if name in _RESERVED:
                continue
            rule = next((rule for rule in RULES if rule.name == name), None)
            if rule is None:
                raise Unusable(f'has no rule to go with "{name}". {_instead(name, [*levels, "all"])}')
            settings, level = _settings(name, value, {"types": _TYPES, **rule.schema})
            configured[name] = settings
            levels[name] = level or levels[name]
        for fault in config_faults(configured, regions):
            raise Unusable(f"is wrong: {fault}")
        return cls(levels=levels, settings=configured)

    def judges(self, rule: str, resource_type: str) -> bool:
        """Whether a rule takes resources of a type for copies."""
        patterns = self.settings.get(rule, {}).get("types") or COPIES
        return any(fnmatchcase(resource_type, pattern) for pattern in patterns)

    def takes(self, resource_type: str) -> bool:
        """Whether any rule takes resources of a type for copies."""
        return any(self.judges(rule.name, resource_type) for rule in RULES)

    def holds(self, rule: str) -> bool:
        """Whether a rule is looked at."""
        return self.levels[rule] != "disabled"


def _settings(name: str, value: Any, schema: Mapping[str, Any]) -> tuple[dict[str, Any], str | None]:
    """A rule's settings, and its level if that is given."""
    if isinstance(value, str):
        value = {"enforcementLevel": value}
    if not isinstance(value, dict):
        raise Unusable(
            f'is wrong at "{name}": {_shown(value)} is neither an enforcement level nor an object.'
        )
    settings = {key: each for key, each in value.items() if key != "enforcementLevel"}
    level = value.get("enforcementLevel")
    if "enforcementLevel" in value and level not in LEVELS:
        raise Unusable(
            f'is wrong at "{name}": {_shown(level)} is no enforcement level. Write one of {_quoted(LEVELS)}.'
        )
    for key, each in settings.items():
        if key not in schema:
            known = ["enforcementLevel", *schema]
            raise Unusable(f'is wrong at "{name}": there is no setting "{key}". {_instead(key, known)}')
        if not _fits(schema[key], each):
            raise Unusable(f'is wrong at "{name}": "{key}" is {_shown(each)}. Write {_words(schema[key])}.')
    return settings, level


def _fits(schema: Mapping[str, Any], value: Any) -> bool:
    """Whether a value is as a schema says, for the few words of JSON schema that the rules use."""
    kind = schema["type"]
    if kind == "array":
        enough = isinstance(value, list) and len(value) >= schema.get("minItems", 0)
        return enough and all(_fits(schema["items"], each) for each in value)
    if kind == "object":
        return isinstance(value, dict) and all(
            _fits(schema["additionalProperties"], each) for each in value.values()
        )
    if kind == "number":
        number = isinstance(value, int | float) and not isinstance(value, bool)
        return number and bool(value > schema.get("exclusiveMinimum", float("-inf")))
    return isinstance(value, str)


def _words(schema: Mapping[str, Any]) -> str:
    return {
        "array": "a list of strings, of at least one",
        "object": "an object of strings",
        "number": f"a number above {schema.get('exclusiveMinimum')}",
    }.get(schema["type"], "a string")


def _instead(name: str, known: Collection[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f'Did you mean "{near[0]}"?' if near else f"There is {_quoted(known)}."


def _quoted(names: Collection[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
