"""The example for a recovery region: its daily workflow by its promises, its settings by the pack's rules."""

from __future__ import annotations

import json
import re
from pathlib import Path

import yaml
from pulumi_snapcopy.families import CATALOGUE

EXAMPLE = Path(__file__).parents[2] / "examples" / "disaster-recovery"
TEXT = (EXAMPLE / "workflow.yml").read_text()
JOB = yaml.safe_load(TEXT)["jobs"]["copy"]
SCRIPTS = "\n".join(step.get("run", "") for step in JOB["steps"])


def test_the_workflow_may_do_no_more_than_it_must() -> None:
    """It reads the repository and asks for a role, nothing else; every action is pinned to a commit."""
    assert yaml.safe_load(TEXT)["permissions"] == {}
    assert JOB["permissions"] == {"contents": "read", "id-token": "write"}
    used = re.findall(r"uses: (.*)", TEXT)
    assert used and all(re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v[\d.]+", each) for each in used)


def test_no_script_has_foreign_text_in_it() -> None:
    """Inputs of the person who starts it reach scripts as variables alone."""
    assert "${{" not in SCRIPTS


def test_the_session_outlives_the_job() -> None:
    """Else the state couldn't be written after long copies."""
    (role,) = [step["with"] for step in JOB["steps"] if "role-to-assume" in step.get("with", {})]
    assert int(role["role-duration-seconds"]) > JOB["timeout-minutes"] * 60 > 3 * 3600


def test_the_run_refreshes_judges_and_reports() -> None:
    """Even a failed run is reported; what the report says decides the job too."""
    assert SCRIPTS.index("pulumi refresh --yes") < SCRIPTS.index("pulumi up --yes")
    assert "up --yes --refresh" not in SCRIPTS, "the program would see the state from before"
    assert "--policy-pack-config policy-config.json" in SCRIPTS
    (report,) = [step for step in JOB["steps"] if step.get("name") == "Report"]
    assert report["if"] == "${{ !cancelled() }}"
    assert "GITHUB_STEP_SUMMARY" in report["run"] and 'exit "$code"' in report["run"]


def test_the_rules_are_the_packs() -> None:
    """Each name in the settings is a rule; the objective warns, as refusing a run would make no copy younger."""
    config = json.loads((EXAMPLE / "policy-config.json").read_text())
    assert set(config) <= {rule.name for rule in CATALOGUE.rules}
    assert config["recovery-point-objective"]["enforcementLevel"] == "advisory"
