"""The example for pull requests: its script through the real CLI, its workflow by its promises."""

from __future__ import annotations

import json
import os
import re
import shutil
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from pulumi_snapcopy.emulator import Emulator

from tests.engine.stack import BIN, Stack

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "examples" / "pull-request"
WORKFLOW = yaml.safe_load((EXAMPLE / "workflow.yml").read_text())
STEPS = {
    step.get("id") or step.get("name"): step for job in WORKFLOW["jobs"].values() for step in job["steps"]
}


# The script


@pytest.fixture
def project(stack: Stack) -> Stack:
    """A stack beside whose program the example's script and config are."""
    for name in ("check.sh", "policy-config.json"):
        shutil.copy(EXAMPLE / name, stack.folder)
    return stack


def script(project: Stack, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the script in the project's folder."""
    return subprocess.run(
        ["sh", "check.sh", *arguments],
        cwd=project.folder, env=project.environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip


@pytest.mark.engine
def test_the_script_tells_good_programs_from_bad_ones(project: Stack, emulator: Emulator) -> None:
    """0 for a good program; 1 for one that breaks the organisation's rules, or is refused; nothing is ever made."""
    project.copied("db", tags={"team": "shop"})
    good = script(project)
    assert (good.returncode, good.stdout) == (0, "1 resource judged; violations: none.\n"), good.stderr

    project.copied("db", target_region="sa-east-1")
    wanted = script(project, "github")
    assert wanted.returncode == 1, wanted.stderr
    assert [line.partition("::db")[0] for line in wanted.stdout.splitlines()[:-1]] == [
        "::error file=__main__.py,line=5,title=required-tags",
        "::error file=__main__.py,line=5,title=allowed-regions",
    ]

    project.environment["PULUMI_ENABLE_STREAMING_JSON_PREVIEW"] = (
        "true"  # streamed events would have no lines
    )
    project.copied("db", target_region="eu-west-9")
    refused = script(project, "github", "policy-config.json")
    assert refused.returncode == 1, refused.stderr
    assert refused.stdout.startswith(
        "::error file=__main__.py,line=5,title=refused-by-provider::db: target_region: "
    )

    assert not [call for call in emulator.calls() if not call.operation.startswith("Get")]


@pytest.mark.engine
def test_the_script_ends_with_2_where_nothing_can_be_judged(project: Stack) -> None:
    """A program that fails, and a config that the pack refuses."""
    project.program("raise ValueError('no such thing')\n")
    failed = script(project)
    assert failed.returncode == 2
    assert "no such thing" in failed.stderr

    project.copied("db", tags={"team": "shop"})
    (project.folder / "wrong.json").write_text('{"required-tag": "mandatory"}')
    wrong = script(project, "text", "wrong.json")
    assert wrong.returncode == 2
    assert "required-tags" in wrong.stderr


@pytest.mark.engine
def test_what_the_pack_remedies_is_not_broken_and_a_preview_that_fails_otherwise_is_not_good(
    project: Stack, tmp_path: Path
) -> None:
    """Tags that the pack adds are there in the preview; where the rules find nothing, the preview's own verdict holds."""
    project.copied("db")
    config = {
        "required-tags": {"enforcementLevel": "remediate", "tags": ["team"], "defaults": {"team": "shop"}}
    }
    (project.folder / "policy-config.json").write_text(json.dumps(config))
    commands = tmp_path / "commands"
    commands.mkdir()
    pulumi = commands / "pulumi"
    pulumi.write_text(f'#!/bin/sh\n"{BIN}/pulumi" "$@" || exit 7\nexit 1\n')
    pulumi.chmod(0o755)
    project.environment["PATH"] = f"{commands}{os.pathsep}{project.environment['PATH']}"
    ended = script(project)
    assert ended.stdout == "1 resource judged; violations: none.\n", ended.stderr
    assert ended.returncode == 2
    assert "the preview failed, and not by these rules" in ended.stderr


@pytest.mark.soak
@pytest.mark.engine
def test_what_the_pack_cannot_remedy_is_broken(project: Stack) -> None:
    """Tags that the pack has no value for are missed; tests/policy/test_levels.py tells it of the pack."""
    project.copied("db")
    config = {"required-tags": {"enforcementLevel": "remediate", "tags": ["team"]}}
    (project.folder / "policy-config.json").write_text(json.dumps(config))
    wrong = script(project)
    assert wrong.returncode == 1, wrong.stderr
    assert 'required-tags (remediate): tags: missing required tag "team"' in wrong.stdout


@pytest.mark.soak
@pytest.mark.engine
def test_a_region_that_isnt_one_in_the_config_ends_the_script_with_2(project: Stack) -> None:
    """The pack refuses it; tests/policy/test_levels.py has the sentence."""
    project.copied("db", tags={"team": "shop"})
    (project.folder / "unknown.json").write_text('{"allowed-regions": {"regions": ["eu-west-9"]}}')
    unknown = script(project, "text", "unknown.json")
    assert unknown.returncode == 2
    assert "has no region 'eu-west-9' that boto3" in unknown.stderr


# The workflow


def test_the_workflow_may_do_no_more_than_it_must() -> None:
    """Nothing by default; the job that runs the pull request's program reads, the other one comments."""
    assert [*WORKFLOW[True]] == ["pull_request"]  # YAML 1.1 reads `on` as True
    assert WORKFLOW["permissions"] == {}
    permissions = {name: job["permissions"] for name, job in WORKFLOW["jobs"].items()}
    assert permissions == {
        "preview": {"contents": "read", "id-token": "write"},
        "comment": {"pull-requests": "write"},
    }
    assert not [step for step in WORKFLOW["jobs"]["comment"]["steps"] if "uses" in step]
    checkout = next(
        step for step in WORKFLOW["jobs"]["preview"]["steps"] if "checkout" in step.get("uses", "")
    )
    assert checkout["with"] == {"persist-credentials": False}


def test_a_forks_program_is_not_run() -> None:
    """The job that checks out and runs the program is for the repository's own branches."""
    condition = WORKFLOW["jobs"]["preview"]["if"]
    assert condition == "github.event.pull_request.head.repo.full_name == github.repository"


def test_no_script_of_the_workflow_has_foreign_text_in_it() -> None:
    """What a pull request brings reaches scripts as variables, never as their text."""
    scripts = [step["run"] for step in STEPS.values() if "run" in step]
    scripts += [step["run"] for job in WORKFLOW["jobs"].values() for step in job["steps"] if "run" in step]
    assert len(scripts) >= 4
    assert not [each for each in scripts if "${{" in each]


def test_actions_are_pinned_by_commit() -> None:
    """Each by its whole hash, with the version beside it."""
    used = re.findall(r"uses: (.*)", (EXAMPLE / "workflow.yml").read_text())
    assert len(used) == 4
    for each in used:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", each)


def test_the_workflow_runs_the_script() -> None:
    """So that what the tests above show of the script holds for it."""
    assert STEPS["Preview and check"]["run"] == "sh check.sh github policy-config.json"
    assert (EXAMPLE / "check.sh").exists()


@pytest.fixture
def commenting(tmp_path: Path) -> Any:
    """Runs the scripts of the workflow's last steps; `gh` is a stand-in that keeps comments in a file."""
    gh = tmp_path / "gh"
    gh.write_text(GH)
    gh.chmod(gh.stat().st_mode | stat.S_IXUSR)
    environment = {"PATH": f"{tmp_path}{os.pathsep}{BIN}{os.pathsep}{os.environ['PATH']}"}

    def run(step: str, **variables: str) -> None:
        subprocess.run(
            ["bash", "-e", "-c", STEPS[step]["run"]], cwd=tmp_path, env={**environment, **variables},
            check=True, timeout=60, capture_output=True,
        )  # fmt: skip

    return run


GH = """\
#!/usr/bin/env python3
import json, pathlib, sys
comments = pathlib.Path("comments.json")
kept = json.loads(comments.read_text()) if comments.exists() else []
where = next(each for each in sys.argv if each.startswith("repos/shop/shop/issues/"))
if "--jq" in sys.argv:
    assert where.endswith("/7/comments")
    marker = sys.argv[sys.argv.index("--jq") + 1].split('startswith("')[1].split('"')[0]
    print("".join(f"{number}\\n" for number, body in enumerate(kept) if body.startswith(marker)), end="")
else:
    body = pathlib.Path("comment.md").read_text()
    assert "body=@comment.md" in sys.argv
    if "PATCH" in sys.argv:
        kept[int(where.rpartition("/")[2])] = body
    else:
        kept.append(body)
    comments.write_text(json.dumps(kept))
"""


def test_the_report_becomes_one_comment(commenting: Any, tmp_path: Path) -> None:
    """The report is handed on as an output of several lines; the comment is made once and then kept up to date."""
    shutil.copy(EXAMPLE / "policy-config.json", tmp_path)
    copy = {"urn": "urn:pulumi:dev::shop::pulumi-python:dynamic/lightsail:CopiedSnapshot::$(touch x)`~~~~~~\n~~~~~~",
            "type": "pulumi-python:dynamic/lightsail:CopiedSnapshot", "inputs": {"sourceRegion": "x"}}  # fmt: skip
    (tmp_path / "preview.json").write_text(json.dumps({"version": 3, "deployment": {"resources": [copy]}}))
    (tmp_path / "comments.json").write_text('["hello"]')
    output = tmp_path / "output"
    commenting("report", GITHUB_OUTPUT=str(output))
    name, end, report = re.fullmatch(r"(\w+)<<(\w{32})\n(.*)\n\2\n", output.read_text(), re.S).groups()[0:3]  # type: ignore[union-attr]
    assert name == "report" and end not in report
    assert "known-region (mandatory): source_region" in report
    about = {"GITHUB_REPOSITORY": "shop/shop", "PULL_REQUEST": "7", "GH_TOKEN": "none"}
    commenting("Comment", REPORT=report, **about)
    commenting("Comment", REPORT="all is well", **about)
    first, second = json.loads((tmp_path / "comments.json").read_text())
    assert first == "hello"
    assert second == "<!-- snapcopy check -->\n### Snapshot copies\n~~~~~~text\nall is well\n~~~~~~\n"
    assert not (tmp_path / "x").exists()
    assert not [line for line in report.splitlines() if line.startswith("~~~")]
