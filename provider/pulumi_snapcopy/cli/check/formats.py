"""Violations as text, JSON, SARIF and annotations of GitHub."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ... import __version__
from ...core.keys import name
from .configuring import RULES
from .judging import REFUSED, FoundViolation

_SARIF_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def as_text(found: Sequence[FoundViolation]) -> str:
    """Return a line for each violation: file, resource, rule and message."""
    return "\n".join(
        _one_line(
            f"{each.file}: {_name(each)}{f' ({each.place})' if each.place else ''}: "
            f"{each.rule.name} ({each.level}): {each.text}"
        )
        for each in found
    )


def as_json(found: Sequence[FoundViolation]) -> str:
    """Return a JSON array of violations; ``path`` and ``line`` are null if the program's line is unknown."""
    return json.dumps(
        [
            {
                "file": each.file,
                "urn": each.urn,
                "rule": each.rule.name,
                "level": each.level,
                "severity": each.rule.severity,
                "property": each.violation.property,
                "message": each.violation.message,
                "page": each.rule.page,
                "path": each.place.path if each.place else None,
                "line": each.place.line if each.place else None,
            }
            for each in found
        ],
        indent=2,
    )


def as_sarif(found: Sequence[FoundViolation]) -> str:
    """Return SARIF 2.1.0; a violation without a line is located in the checked file, as GitHub requires a location.

    Page: https://docs.github.com/en/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning
    """
    rules = (*RULES, REFUSED)
    index = {rule.name: number for number, rule in enumerate(rules)}
    driver = {
        "name": "snapcopy check",
        "semanticVersion": __version__,
        "rules": [
            {
                "id": rule.name,
                "shortDescription": {"text": rule.description},
                "help": {"text": rule.fix},
                "helpUri": rule.page,
            }
            for rule in rules
        ],
    }
    results = [
        {
            "ruleId": each.rule.name,
            "ruleIndex": index[each.rule.name],
            "level": _level(each),
            "message": {"text": f"{_name(each)}: {each.text}"},
            "locations": [
                {
                    "physicalLocation": _location(each),
                    "logicalLocations": [{"fullyQualifiedName": each.urn, "kind": "resource"}],
                }
            ],
        }
        for each in found
    ]
    runs = [{"tool": {"driver": driver}, "results": results}]
    return json.dumps({"$schema": _SARIF_SCHEMA, "version": "2.1.0", "runs": runs}, indent=2)


def as_github(found: Sequence[FoundViolation]) -> str:
    """Return a workflow command for each violation, which GitHub shows at the program's line.

    Page: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
    """
    return "\n".join(_annotation(each) for each in found)


FORMATS: Mapping[str, Callable[[Sequence[FoundViolation]], str]] = {
    "text": as_text,
    "json": as_json,
    "sarif": as_sarif,
    "github": as_github,
}


def _annotation(each: FoundViolation) -> str:
    properties = {"title": each.rule.name}
    if each.place:
        properties = {"file": each.place.path, "line": str(each.place.line), **properties}
    written = ",".join(f"{key}={_escaped(value, ':,')}" for key, value in properties.items())
    return f"::{_level(each)} {written}::{_escaped(f'{_name(each)}: {each.text}')}"


def _escaped(text: str, further: str = "") -> str:
    for character in ("%", "\r", "\n", *further):
        text = text.replace(character, f"%{ord(character):02X}")
    return text


def _level(each: FoundViolation) -> str:
    return "error" if each.mandatory else "warning"


def _location(each: FoundViolation) -> dict[str, Any]:
    if each.place:
        uri = {"uri": quote(each.place.path), "uriBaseId": "%SRCROOT%"}
        return {"artifactLocation": uri, "region": {"startLine": each.place.line}}
    path = Path(each.file)
    return {"artifactLocation": {"uri": path.as_uri() if path.is_absolute() else quote(path.as_posix())}}


def _name(each: FoundViolation) -> str:
    return name(each.urn)


def _one_line(text: str) -> str:
    """Return a text without line breaks and terminal codes, which the name of a resource may contain."""
    return _CONTROL.sub(lambda character: repr(character[0])[1:-1], text)
