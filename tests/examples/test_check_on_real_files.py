"""`snapcopy check` on what the real CLI exports and previews."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import pytest
from click.testing import CliRunner
from pulumi_snapcopy.cli import main

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


@pytest.fixture(autouse=True)
def in_the_projects_folder(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands are run there."""
    monkeypatch.chdir(stack.folder)


def file_of(
    stack: Stack, name: str, *arguments: str, code: int = 0, variables: dict[str, str] | None = None
) -> None:
    """Keep what a command of the CLI prints on standard output."""
    ended = subprocess.run(
        [BIN / "pulumi", *arguments, "--non-interactive"],
        cwd=stack.folder, env={**stack.environment, **(variables or {})}, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert ended.returncode == code, ended.stdout + ended.stderr
    (stack.folder / name).write_text(ended.stdout)


def check(stack: Stack, *arguments: str) -> tuple[int, list[dict[str, Any]], str]:
    """Run the command in the project's folder: exit code, what is broken, and everything printed."""
    (stack.folder / "config.json").write_text(json.dumps(CONFIG))
    ended = CliRunner(catch_exceptions=False).invoke(
        main, ["check", "--config", "config.json", "--format", "json", *arguments]
    )
    return ended.exit_code, json.loads(ended.stdout or "[]"), ended.output


def brief(found: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Resource, rule and line."""
    return [
        (each["urn"].rpartition("::")[2], each["rule"], f"{each['path']}:{each['line']}") for each in found
    ]


STREAMED = {"PULUMI_ENABLE_STREAMING_JSON_PREVIEW": "true"}
EXPERIMENTAL = {"PULUMI_DEBUG_COMMANDS": "true", "PULUMI_EXPERIMENTAL": "true"}
PREVIEW = ("preview", "--json", "--show-sames")


def test_whatever_the_cli_writes_is_judged_alike(stack: Stack) -> None:
    """Before and after `up`, and when nothing changes: the same violations at the program's lines, no secret, no unknown.

    Previews, one that saves its plan, streamed events, an event log, exported states, and the backend's checkpoint.
    """
    file_of(stack, "empty.json", "stack", "export")
    (stack.folder / "my_copies").mkdir()
    (stack.folder / "my_copies" / "kept.py").write_text(LIBRARY)
    stack.program(PROGRAM)
    also = ("--event-log", str(stack.folder / "log.json"), "--save-plan", str(stack.folder / "plan.saved"))
    file_of(stack, "first.json", *PREVIEW, *also, variables=EXPERIMENTAL)
    file_of(stack, "streamed.json", *PREVIEW, variables=STREAMED)
    file_of(stack, "up.txt", "up", "--yes", "--skip-preview")
    file_of(stack, "state.json", "stack", "export")
    file_of(stack, "open.json", "stack", "export", "--show-secrets")
    file_of(stack, "same.json", *PREVIEW)
    file_of(stack, "hidden.json", "preview", "--json")
    assert "hush-hush" in (stack.folder / "open.json").read_text()
    lines = {
        ("first", "required-tags"): "__main__.py:13",
        ("plain", "required-tags"): "__main__.py:6",
        ("within", "copy-leaves-region"): "my_copies/kept.py:8",
    }
    with_lines = ("first.json", "state.json", "open.json", "same.json")
    for name in (*with_lines, "streamed.json", "log.json", str(stack.checkpoint)):
        code, found, printed = check(stack, name)
        assert sorted(each[:2] for each in brief(found)) == list(lines), f"{name}: {printed}"
        assert code == 1
        assert "3 resources judged; violations: 2 mandatory, 1 advisory." in printed
        assert "hush-hush" not in printed
        if name in with_lines:
            assert {each[:2]: each[2] for each in brief(found)} == lines

    code, found, printed = check(stack, "hidden.json")
    assert (code, found) == (0, [])
    assert "--show-sames" in printed
    code, found, printed = check(stack, "plan.saved")
    assert (code, found) == (2, []) and "is a saved plan" in printed
    code, found, printed = check(stack, "up.txt")
    assert (code, found) == (2, []) and "Error: up.txt is not JSON (line 1, column 1" in printed
    code, found, printed = check(stack, "empty.json")
    assert (code, found) == (0, []) and "the stack has no resources" in printed

    what_takes_a_copys_place_is_judged_and_what_goes_is_not(stack)


def what_takes_a_copys_place_is_judged_and_what_goes_is_not(stack: Stack) -> None:
    """Of three copies one is to be replaced, and two are to be deleted."""
    stack.copied("plain", target_region="us-east-1", target_snapshot_name="db-again", tags={"team": "shop"})
    file_of(stack, "replaced.json", *PREVIEW)
    code, found, printed = check(stack, "replaced.json")
    assert (code, brief(found)) == (0, [("plain", "copy-leaves-region", "__main__.py:5")]), printed
    assert "1 resource judged" in printed
    assert check(stack, "replaced.json", "--fail-on", "advisory")[0] == 1


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


@pytest.mark.soak
def test_streamed_previews_that_failed_are_told_apart(stack: Stack) -> None:
    """As they are where nothing is streamed; tests/cli/test_check_forms.py has the events."""
    stack.copied("db", target_region="eu-west-9", tags={"team": "shop"})
    file_of(stack, "refused.json", "preview", "--json", code=1, variables=STREAMED)
    code, found, printed = check(stack, "refused.json")
    assert (code, brief(found)) == (1, [("db", "refused-by-provider", "__main__.py:5")]), printed
    stack.program("raise ValueError('no such thing')\n")
    file_of(stack, "failed.json", "preview", "--json", code=1, variables=STREAMED)
    code, found, printed = check(stack, "failed.json")
    assert (code, found) == (2, []) and "no such thing" in printed
