"""`snapcopy check`: the line of the program that is shown, and the formats it prints."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from pulumi_snapcopy.cli.check.configuring import RULES

from .conftest import Check
from .states import OURS, copied, state

# Formats


PLACED = {
    "sourcePosition": "project:///.venv/lib/python3.11/site-packages/pulumi_snapcopy/lightsail/copied_snapshot.py#85",
    "stackTrace": [
        {"sourcePosition": "project:///.venv/lib/python3.11/site-packages/pulumi_snapcopy/lightsail/copied_snapshot.py#85"},
        {},
        {"sourcePosition": "project:///lib/my%20copies.py#12,5"},
        {"sourcePosition": "project:///__main__.py#7"},
    ],
}  # fmt: skip


def test_the_line_is_the_programs_and_relative_to_the_repository(check: Check, tmp_path: Path) -> None:
    """The first line that isn't a library's, seen from the repository's root, wherever in the project it runs."""
    (tmp_path / ".git").mkdir()
    project = tmp_path / "infra" / "prod"
    (project / "deep").mkdir(parents=True)
    (project / "Pulumi.yaml").write_text("")
    os.chdir(project / "deep")
    result = check(state(copied(targetRegion="x") | PLACED), "--format", "json")
    (found,) = json.loads(result.stdout)
    assert (found["path"], found["line"]) == ("infra/prod/lib/my copies.py", 12)


@pytest.mark.parametrize(
    ("position", "path"),
    [
        ("project:///../shared/x.py#3", "shared/x.py"),
        ("project:///../../elsewhere/x.py#3", None),
        ("project:///.venv/bin/pulumi-language-python-exec#188", None),
        ("project:///node_modules/x/index.js#3", None),
        ("project:///x.py", None),
        ("file:///x.py#3", None),
        ("", None),
    ],
)
def test_lines_outside_the_program_are_not_shown(
    check: Check, tmp_path: Path, position: str, path: str | None
) -> None:
    """Neither another repository's nor a library's; without a line it is no place."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "infra").mkdir()
    (tmp_path / "infra" / "Pulumi.yaml").write_text("")
    os.chdir(tmp_path / "infra")
    result = check(state(copied(targetRegion="x") | {"sourcePosition": position}), "--format", "json")
    assert json.loads(result.stdout)[0]["path"] == path


def test_text_has_the_line_and_stays_on_one(check: Check) -> None:
    """Line breaks and terminal codes in names don't reach the terminal."""
    result = check(state(copied("a\n:error b\x1b[2J", targetRegion="x") | PLACED))
    lines = result.stdout.splitlines()
    assert lines[0].startswith(
        r"0.json: a\n:error b\x1b[2J (lib/my copies.py:12): known-region (mandatory): target_region: "
    )
    assert len(lines) == 2


def test_json_tells_everything(check: Check) -> None:
    """An array of objects on stdout alone; the rest goes to stderr."""
    result = check(state(copied(targetRegion="x") | PLACED), "--format", "json")
    (found,) = json.loads(result.stdout)
    assert found == {
        "file": "0.json",
        "urn": f"urn:pulumi:dev::shop::{OURS}::db",
        "rule": "known-region",
        "level": "mandatory",
        "severity": "high",
        "property": "targetRegion",
        "message": found["message"],
        "page": "https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_CopySnapshot.html",
        "path": "lib/my copies.py",
        "line": 12,
    }
    assert "Lightsail has no region 'x'" in found["message"]
    assert "1 resource judged" in result.stderr
    assert check(state(copied()), "--format", "json").stdout == "[]\n"


def test_github_gets_a_command_a_violation(check: Check) -> None:
    """Errors and warnings with file and line, escaped so that nothing of theirs can be another command."""
    Path("a,b:c").mkdir()
    placed = {"sourcePosition": "project:///a,b:c/50%25.py#3"}
    result = check(
        state(copied("x\r\n100%", targetRegion="us-east-1", targetSnapshotName="-") | placed, copied("y", targetRegion="x")),
        "--format", "github",
    )  # fmt: skip
    first, second, third, last = result.stdout.split("\n")[:4]
    assert first.startswith(
        "::error file=a%2Cb%3Ac/50%25.py,line=3,title=snapshot-name::x%0D%0A100%25: target_snapshot_name: '-' is"
    )
    assert second.startswith("::warning file=a%2Cb%3Ac/50%25.py,line=3,title=copy-leaves-region::x%0D%0A")
    assert third.startswith("::error title=known-region::y: target_region: ")
    assert last == "2 resources judged; violations: 2 mandatory, 1 advisory."


SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "additionalProperties": False,
    "properties": {
        "$schema": {"type": "string", "pattern": "^https://.*sarif-schema-2.1.0.json$"},
        "version": {"const": "2.1.0"},
        "runs": {"type": "array", "minItems": 1, "maxItems": 1, "items": {
            "type": "object",
            "required": ["tool", "results"],
            "additionalProperties": False,
            "properties": {
                "tool": {"type": "object", "required": ["driver"], "properties": {"driver": {
                    "type": "object",
                    "required": ["name", "rules"],
                    "properties": {"semanticVersion": {"type": "string", "pattern": r"^\d+\.\d+\.\d+"}, "rules": {
                        "type": "array", "uniqueItems": True, "items": {
                            "type": "object",
                            "required": ["id", "helpUri"],
                            "additionalProperties": False,
                            "properties": {
                                "id": {"type": "string"},
                                "helpUri": {"type": "string", "pattern": "^https://"},
                                "shortDescription": {"$ref": "#/definitions/message"},
                                "help": {"$ref": "#/definitions/message"},
                            }}}}}}},
                "results": {"type": "array", "items": {
                    "type": "object",
                    "required": ["message", "ruleId", "locations"],
                    "additionalProperties": False,
                    "properties": {
                        "ruleId": {"type": "string"},
                        "ruleIndex": {"type": "integer", "minimum": 0},
                        "level": {"enum": ["none", "note", "warning", "error"]},
                        "message": {"$ref": "#/definitions/message"},
                        "locations": {"type": "array", "minItems": 1, "items": {
                            "type": "object",
                            "required": ["physicalLocation"],
                            "properties": {
                                "logicalLocations": {"type": "array", "uniqueItems": True},
                                "physicalLocation": {
                                    "type": "object",
                                    "required": ["artifactLocation"],
                                    "additionalProperties": False,
                                    "properties": {
                                        "artifactLocation": {"type": "object", "properties": {
                                            "uri": {"type": "string", "pattern": "^[^ ]+$"}}},
                                        "region": {"type": "object", "properties": {
                                            "startLine": {"type": "integer", "minimum": 1}}},
                                    }}}}}}}}}}},
    },
    "definitions": {"message": {"type": "object", "required": ["text"], "properties": {"text": {"type": "string", "minLength": 1}}}},
}  # fmt: skip
"""What GitHub and others need of the official schema."""


def test_sarif_has_rules_levels_and_lines(check: Check) -> None:
    """SARIF 2.1.0: each result points to its rule and to the program's line, or else to the file that was judged."""
    jsonschema = pytest.importorskip("jsonschema")
    wrong = copied("web", targetRegion="us-east-1", targetSnapshotName="-") | PLACED
    result = check(state(wrong, copied("y", targetRegion="x")), "--format", "sarif")
    assert result.exit_code == 1
    log = json.loads(result.stdout)
    jsonschema.validate(log, SARIF)
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert {rule["id"] for rule in rules} >= {rule.name for rule in RULES}
    got = [
        (
            each["ruleId"],
            rules[each["ruleIndex"]]["id"],
            each["level"],
            each["locations"][0]["physicalLocation"],
        )
        for each in run["results"]
    ]
    line = {
        "artifactLocation": {"uri": "lib/my%20copies.py", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 12},
    }
    assert got == [
        ("snapshot-name", "snapshot-name", "error", line),
        ("copy-leaves-region", "copy-leaves-region", "warning", line),
        ("known-region", "known-region", "error", {"artifactLocation": {"uri": "0.json"}}),
    ]
    jsonschema.validate(json.loads(check(state(), "--format", "sarif").stdout), SARIF)


# The program


def test_the_program_needs_neither_engine_nor_credentials_nor_network(
    snapcopy: Callable[..., subprocess.CompletedProcess[str]],
    check: Check,
    clean: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """As a program, with an empty PATH and a proxy that leads nowhere, it ends with the same codes."""
    (tmp_path / "bad.json").write_text(json.dumps(state(copied(targetRegion="eu-west-9"))))
    clean.setenv("PATH", "")
    clean.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    ended = snapcopy("check", "bad.json")
    assert ended.returncode == 1, ended.stderr
    assert "Lightsail has no region 'eu-west-9' that boto3 " in ended.stdout
    assert "Did you mean eu-west-" in ended.stdout
    assert snapcopy("check", "none.json").returncode == 2
