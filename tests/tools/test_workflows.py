"""The repository's own workflows and issue forms, and the checker that reads them."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.tools.conftest import Program
from tools import workflow_checker
from tools.paths import ROOT

WORKFLOWS = [
    *sorted((ROOT / ".github" / "workflows").glob("*.yml")),
    *sorted(ROOT.glob("examples/*/workflow*.yml")),
]
FORMS = ROOT / ".github" / "ISSUE_TEMPLATE"


def named(path: Path) -> str:
    """A file's path, for the test's name."""
    return str(path.relative_to(ROOT))


def read(path: Path) -> dict[Any, Any]:
    """A file's content."""
    return dict(yaml.safe_load(path.read_text()))


@pytest.mark.parametrize("path", WORKFLOWS, ids=named)
def test_actionlint_finds_nothing(path: Path) -> None:
    """actionlint, from PATH or as `make test` builds it, accepts each workflow."""
    if (actionlint := workflow_checker.find()) is None:
        pytest.skip(
            "actionlint isn't on PATH, and couldn't be built: python -m tools.workflow_checker says why"
        )
    done = subprocess.run(
        [actionlint, "-shellcheck=", "-pyflakes=", str(path)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", WORKFLOWS, ids=named)
def test_actions_are_pinned_by_commit(path: Path) -> None:
    """Each by its whole hash, with the version beside it."""
    for used in re.findall(r"uses: (?!\./)(.*)", path.read_text()):
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", used), used


def test_every_supported_python_is_tested() -> None:
    """CI's Python versions are those of the classifiers, and start with the oldest that may be installed."""
    project = (ROOT / "pyproject.toml").read_text()
    classifiers = re.findall(r'"Programming Language :: Python :: (3\.\d+)"', project)
    assert (
        read(ROOT / ".github/workflows/test.yml")["jobs"]["test"]["strategy"]["matrix"]["python"]
        == classifiers
    )
    assert f'requires-python = ">={classifiers[0]}"' in project


def test_only_the_publishing_job_is_trusted() -> None:
    """It may get the index's token, runs nothing of the repository, and publishes what the other jobs have tried."""
    release = read(ROOT / ".github/workflows/release.yml")
    assert release[True] == {"push": {"tags": ["v*"]}}  # YAML 1.1 reads `on` as True
    assert release["permissions"] == {}
    build, publish = release["jobs"]["build"], release["jobs"]["publish"]
    assert (build["permissions"], publish["permissions"]) == ({"contents": "read"}, {"id-token": "write"})
    assert publish["needs"] == ["test", "build"]
    assert [step.get("uses", "").partition("@")[0] for step in publish["steps"]] == [
        "actions/download-artifact",
        "pypa/gh-action-pypi-publish",
    ]
    assert "secrets." not in (ROOT / ".github/workflows/release.yml").read_text()


def test_a_release_is_tested_as_every_change_is() -> None:
    """On each supported Python, by the same workflow, which may read the repository."""
    release, test = (read(ROOT / f".github/workflows/{name}.yml") for name in ("release", "test"))
    assert "workflow_call" in test[True]
    assert release["jobs"]["test"] == {
        "uses": "./.github/workflows/test.yml",
        "permissions": test["permissions"],
    }


@pytest.mark.parametrize(("tag", "code"), [("v{}", 0), ("{}", 1), ("v9.9.9", 1)])
def test_a_tag_of_another_version_is_refused(tag: str, code: int) -> None:
    """The release's own script compares the tag with the package's version, and says what to do."""
    from pulumi_snapcopy import __version__

    steps = read(ROOT / ".github/workflows/release.yml")["jobs"]["build"]["steps"]
    (script,) = (step["run"] for step in steps if step.get("name") == "The tag has the package's version")
    done = subprocess.run(
        ["bash", "-e", "-c", script], cwd=ROOT, env={**os.environ, "GITHUB_REF_NAME": tag.format(__version__)},
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stdout + done.stderr
    assert (f"tag v{__version__}" in done.stdout) is bool(code)


@pytest.mark.parametrize("form", ["bug.yml", "feature.yml"])
def test_issue_forms_are_ones_that_the_site_takes(form: str) -> None:
    """Name, description and fields; ids are unique, and each field has a label."""
    content = read(FORMS / form)
    assert content["name"] and content["description"]
    fields = [each for each in content["body"] if each["type"] != "markdown"]
    assert {each["type"] for each in fields} <= {"textarea", "input", "dropdown", "checkboxes"}
    assert len({each["id"] for each in fields}) == len(fields)
    assert all(each["attributes"]["label"] for each in fields)
    assert any(each.get("validations", {}).get("required") for each in fields)


def test_the_checker_is_built_into_the_cache_once(
    tmp_path: Path,
    cache: Path,
    program: Program,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Where Go is at hand it is built and kept; the second time nothing is done and nothing said."""
    program(
        tmp_path / "bin" / "go",
        'echo "$@" >>"$0.calls"; while [ "$1" != -o ]; do shift; done; echo made >"$2"',
    )
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    workflow_checker.ensure()
    assert workflow_checker.find() == str(workflow_checker.built())
    assert workflow_checker.built().is_relative_to(cache)
    assert "building" in capsys.readouterr().out
    workflow_checker.ensure()
    assert capsys.readouterr().out == ""
    assert len((tmp_path / "bin" / "go.calls").read_text().splitlines()) == 1


@pytest.mark.parametrize(
    ("go", "says"),
    [(None, "no Go to build it with"), ("echo module lookup disabled >&2; exit 1", "module lookup disabled")],
)
def test_no_checker_is_no_failure(
    tmp_path: Path, cache: Path, program: Program, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str], go: str | None, says: str,
) -> None:  # fmt: skip
    """Without Go, or where no module proxy answers, the reason is said and the tests are skipped."""
    (tmp_path / "bin").mkdir()
    if go:
        program(tmp_path / "bin" / "go", go)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    workflow_checker.ensure()
    printed = capsys.readouterr().out
    assert says in printed and "the tests of the workflows are skipped" in printed
    assert workflow_checker.find() is None
