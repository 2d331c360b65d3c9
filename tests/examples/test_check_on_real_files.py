"""`snapcopy check` on what the real CLI exports and previews."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.engine.stack import BIN, Stack

pytestmark = pytest.mark.engine

LIBRARY = """\
import pulumi
from pulumi_snapcopy.lightsail import CopiedSnapshot


class Kept(pulumi.ComponentResource):
    def __init__(self, name, **arguments):
        super().__init__("shop:index:Kept", name)
        CopiedSnapshot(name, source_region="us-east-1", opts=pulumi.ResourceOptions(parent=self), **arguments)
"""
PROGRAM = """\
from my_copies.kept import Kept
CopiedSnapshot(
    "plain",
    source_snapshot_name="db-before-upgrade",
    source_region="us-east-1",
    target_region="eu-west-1",
    tags={"key": pulumi.Output.secret("hush-hush")},
)
first = CopiedSnapshot("first", source_snapshot_name="data-before-upgrade", source_region="us-east-1", target_region="eu-west-1")
Kept("within", source_snapshot_name=pulumi.Output.secret("db-before-upgrade"), target_region="us-east-1",
     target_snapshot_name="db-again", tags={"team": first.arn})
"""
CONFIG = {"required-tags": {"tags": ["team"], "enforcementLevel": "mandatory"}}


def file_of(stack: Stack, name: str, *arguments: str, code: int = 0, **variables: str) -> None:
    """Keep what a command of the CLI prints on standard output."""
    ended = subprocess.run(
        [BIN / "pulumi", *arguments, "--non-interactive"],
        cwd=stack.folder, env={**stack.environment, **variables}, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert ended.returncode == code, ended.stdout + ended.stderr
    (stack.folder / name).write_text(ended.stdout)


def check(stack: Stack, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    """Run the program in the project's folder: exit code, what is broken, and everything printed."""
    (stack.folder / "config.json").write_text(json.dumps(CONFIG))
    ended = subprocess.run(
        [BIN / "snapcopy", "check", "--config", "config.json", "--format", "json", *arguments],
        cwd=stack.folder, capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    return ended.returncode, json.loads(ended.stdout or "[]"), ended.stdout + ended.stderr


def brief(found: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Resource, rule and line."""
    return [
        (each["urn"].rpartition("::")[2], each["rule"], f"{each['path']}:{each['line']}") for each in found
    ]


def test_previews_and_states_are_judged_alike(stack: Stack) -> None:
    """Before and after `up`, and when nothing changes: the same violations at the program's lines, no secret, no unknown."""
    (stack.folder / "my_copies").mkdir()
    (stack.folder / "my_copies" / "kept.py").write_text(LIBRARY)
    stack.program(PROGRAM)
    file_of(stack, "first.json", "preview", "--json", "--show-sames")
    stack.up()
    file_of(stack, "state.json", "stack", "export")
    file_of(stack, "open.json", "stack", "export", "--show-secrets")
    file_of(stack, "same.json", "preview", "--json", "--show-sames")
    file_of(stack, "hidden.json", "preview", "--json")
    assert "hush-hush" in (stack.folder / "open.json").read_text()
    for name in ("first.json", "state.json", "open.json", "same.json"):
        code, found, printed = check(stack, name)
        assert sorted(brief(found)) == [
            ("first", "required-tags", "__main__.py:13"),
            ("plain", "required-tags", "__main__.py:6"),
            ("within", "copy-leaves-region", "my_copies/kept.py:8"),
        ], printed
        assert code == 1
        assert "3 copies judged; violations: 2 mandatory, 1 advisory." in printed
        assert "hush-hush" not in printed
    code, found, printed = check(stack, "hidden.json")
    assert (code, found) == (0, [])
    assert "--show-sames" in printed


def test_replacements_and_deletions_in_a_preview(stack: Stack) -> None:
    """What takes a copy's place is judged, what goes isn't."""
    stack.copied("db", tags={"team": "shop"})
    stack.up()
    stack.copied("db", target_region="us-east-1", target_snapshot_name="db-again", tags={"team": "shop"})
    file_of(stack, "replaced.json", "preview", "--json", "--show-sames")
    code, found, printed = check(stack, "replaced.json")
    assert (code, brief(found)) == (0, [("db", "copy-leaves-region", "__main__.py:5")]), printed
    stack.program("")
    file_of(stack, "gone.json", "preview", "--json", "--show-sames")
    code, found, printed = check(stack, "gone.json")
    assert (code, found) == (0, [])
    assert "the stack has no copies" in printed
    stack.destroy()
    file_of(stack, "empty.json", "stack", "export")
    code, found, printed = check(stack, "empty.json")
    assert (code, found) == (0, [])
    assert "the stack has no resources" in printed


def test_what_the_provider_refuses_is_shown_at_its_line(stack: Stack) -> None:
    """A refused copy isn't in the preview at all; it is found in the diagnostics, and its line in the program."""
    stack.program(
        'CopiedSnapshot(\n    "db", source_snapshot_name="-", source_region="us-east-1",\n'
        '    restore_date=pulumi.Output.secret("2026-02-30"), target_region="eu-west-9")\n'
    )
    file_of(stack, "preview.json", "preview", "--json", "--show-sames", code=1)
    code, found, printed = check(stack, "preview.json")
    assert code == 1
    assert brief(found) == [("db", "refused-by-provider", "__main__.py:5")] * 4, printed
    assert {each["property"] for each in found} == {"restoreDate", "sourceSnapshotName", "targetRegion"}
    assert "Did you mean eu-west-" in printed
    assert "2026-02-30" not in printed


def test_a_program_that_fails_makes_no_good_preview(stack: Stack) -> None:
    """Code 2, with the program's own last word."""
    stack.program("raise ValueError('no such thing')\n")
    file_of(stack, "preview.json", "preview", "--json", code=1)
    code, found, printed = check(stack, "preview.json")
    assert (code, found) == (2, [])
    assert "ValueError: no such thing" in printed


STREAMED = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}


def test_what_the_cli_writes_in_other_ways_is_judged_alike(stack: Stack) -> None:
    """Streamed events, an event log, a preview that saves its plan, and the checkpoint that the backend keeps."""
    stack.copied("db", target_region="us-east-1", target_snapshot_name="db-again", tags={"team": "shop"})
    file_of(stack, "streamed.json", "preview", "--json", **STREAMED)
    file_of(
        stack,
        "log.txt",
        "preview",
        "--event-log",
        str(stack.folder / "log.json"),
        PULUMI_DEBUG_COMMANDS="true",
    )
    plan = ("preview", "--json", "--save-plan", str(stack.folder / "plan.saved"))
    file_of(stack, "plan.json", *plan, PULUMI_EXPERIMENTAL="true")
    stack.up()
    file_of(stack, "same.json", "preview", "--json", **STREAMED)
    backend = Path(stack.environment["PULUMI_BACKEND_URL"].removeprefix("file://"))
    (checkpoint,) = backend.glob(".pulumi/stacks/**/dev.json")
    for name in ("streamed.json", "log.json", "plan.json", "same.json", str(checkpoint)):
        code, found, printed = check(stack, name, "--fail-on", "advisory")
        assert [(each["urn"].rpartition("::")[2], each["rule"]) for each in found] == [
            ("db", "copy-leaves-region")
        ], printed
        assert code == 1, printed
        assert check(stack, name)[0] == 0
    code, found, printed = check(stack, "plan.saved")
    assert (code, found) == (2, []) and "is a saved plan" in printed


def test_streamed_previews_that_failed_are_told_apart(stack: Stack) -> None:
    """A copy that the provider refused is a violation; a program that failed leaves nothing to judge."""
    stack.copied("db", target_region="eu-west-9", tags={"team": "shop"})
    file_of(stack, "refused.json", "preview", "--json", code=1, **STREAMED)
    code, found, printed = check(stack, "refused.json")
    assert (code, brief(found)) == (1, [("db", "refused-by-provider", "__main__.py:5")]), printed
    stack.program("raise ValueError('no such thing')\n")
    file_of(stack, "failed.json", "preview", "--json", code=1, **STREAMED)
    code, found, printed = check(stack, "failed.json")
    assert (code, found) == (2, []) and "no such thing" in printed


def test_what_the_cli_prints_without_json_is_refused(stack: Stack, tmp_path: Path) -> None:
    """The likeliest wrong file: a preview for people."""
    stack.copied("db")
    file_of(stack, "preview.txt", "preview")
    code, _, printed = check(stack, "preview.txt")
    assert code == 2
    assert "Error: preview.txt is not JSON (line 1, column 1" in printed
