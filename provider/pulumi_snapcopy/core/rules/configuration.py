"""Validation of the rules' configuration, for the policy pack and ``snapcopy check`` alike."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from .judgement import Regions
from .rulebook import Catalogue
from .suggest import did_you_mean, listed

EVERY = "all"
"""Pulumi's own name for the level of all policies at once."""

ENVIRONMENTS = "environments"
"""What Pulumi Cloud takes settings from; no rule."""

LEVEL = "enforcementLevel"
LEVELS = ("advisory", "mandatory", "remediate", "disabled")

Settings = Mapping[str, Any]


def faults(config: Mapping[str, Settings], catalogue: Catalogue) -> Iterator[str]:
    """Yield a sentence for each fault in the rules' settings; `level` reads the levels.

    Args:
        config: the settings, by rule.
        catalogue: the rules.
    """
    rules = {rule.name: rule for rule in catalogue.rules}
    for name, settings in config.items():
        given = {key: value for key, value in settings.items() if key != LEVEL}
        if name == EVERY:
            if given:
                yield f'"{EVERY}" takes an {LEVEL} and nothing else; it has {", ".join(listed([*given]))}.'
        elif name not in rules:
            yield f'There is no rule "{name}". {did_you_mean(name, [*rules, EVERY], quote=chr(34))}'
        else:
            wrong = [*_misfits(name, given, catalogue.schema(rules[name]))]
            yield from wrong
            if not wrong:
                yield from _values(name, given, catalogue)


def level(name: str, value: Any) -> tuple[Settings, str | None]:
    """Return a rule's settings, and its level or None.

    Raises:
        ValueError: if it is neither a level nor an object, or the level isn't one; the message says what to write.
    """
    if isinstance(value, str):
        value = {LEVEL: value}
    if not isinstance(value, dict):
        raise ValueError(f"{name}: {_shown(value)} is neither an enforcement level nor an object.")
    chosen = value.get(LEVEL)
    if LEVEL in value and chosen not in LEVELS:
        names = ", ".join(listed(LEVELS))
        raise ValueError(f"{name}: {_shown(chosen)} is no enforcement level. Write one of {names}.")
    return {key: each for key, each in value.items() if key != LEVEL}, chosen


def _misfits(name: str, settings: Settings, schema: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    for key, value in settings.items():
        if key not in schema:
            meant = did_you_mean(key, [LEVEL, *schema], quote='"')
            yield f'{name}: there is no setting "{key}". {meant}'
        elif not _fits(schema[key], value):
            yield f'{name}: "{key}" is {_shown(value)}. Write {_words(schema[key])}.'


def _values(name: str, settings: Settings, catalogue: Catalogue) -> Iterator[str]:
    """Yield the faults that the rules of a name find in their settings, each once for all services."""

    def regions() -> Regions:
        return catalogue.regions(name, settings)

    found: dict[str, None] = {}
    for book in catalogue.configured(name, settings):
        rule = book.named(name)
        if rule and rule.faults:
            found |= dict.fromkeys(f"{name}: {each}" for each in rule.faults(settings, regions))
    yield from found


def _fits(schema: Mapping[str, Any], value: Any) -> bool:
    """Return whether a value fits a schema, in the subset of JSON schema that the rules use."""
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
    return isinstance(value, str) and len(value) >= schema.get("minLength", 0)


def _words(schema: Mapping[str, Any]) -> str:
    return {
        "array": "a list of strings, of at least one",
        "object": "an object of strings that aren't empty",
        "number": f"a number above {schema.get('exclusiveMinimum')}",
    }.get(schema["type"], "a string")


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
