"""`snapcopy check`: the files it reads, whole and broken, and previews that ended early."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from .conftest import Check
from .states import GOOD, INSTANCE, broken, copied, declared, preview, refusal, state

# Files


def test_a_stack_without_resources_says_so(check: Check) -> None:
    """An empty stack, whose export has no resources at all, is good."""
    for empty in ({"version": 3, "deployment": {"manifest": {}}}, state(), preview()):
        result = check(empty)
        assert result.exit_code == 0
        assert "the stack has no resources" in result.stderr


def test_a_stack_without_copies_says_so(check: Check) -> None:
    """Nothing to judge is said, not passed over."""
    result = check(state(declared("stack", kind="pulumi:pulumi:Stack")))
    assert result.exit_code == 0
    assert "the stack has no resources that a rule judges" in result.stderr


BROKEN = {
    "": "is empty",
    " \n": "is empty",
    "{": "is not JSON (line 1, column 2",
    "Previewing update (dev):\n  {}": "is not JSON (line 1, column 1",
    '{"steps": [\n{"op": "create"}': "neither a state nor a preview",
    '{"manifest": {}, "resourcePlans": {}}': "is a saved plan",
    '{"checkpoint": {"latest": {"resources": 5}}}': "checkpoint.latest.resources is no list",
    "[" * 100_000: "is not JSON",
    "[]": "neither a state nor a preview",
    "null": "neither a state nor a preview",
    '{"deployment": null}': "neither a state nor a preview",
    '{"deployment": {"resources": {}}}': "deployment.resources is no list",
    '{"deployment": {"resources": [5]}}': "the state's resources[0] is no object",
    '{"deployment": {"resources": [{"type": "x"}]}}': "the state's resources[0] has no urn",
    '{"deployment": {"resources": [{"type": "x", "urn": "y", "inputs": []}]}}': "the inputs of y are no object",
    '{"steps": 5}': "steps is no list",
    '{"steps": [{"op": "create", "newState": 5}]}': "newState[0] is no object",
    '{"steps": [], "diagnostics": 5}': "diagnostics is no list",
}


@pytest.mark.parametrize("text", BROKEN, ids=lambda text: text[:40])
def test_broken_files_are_refused_with_a_sentence(check: Check, text: str) -> None:
    """Code 2, and what was expected instead; never a traceback."""
    Path("x.json").write_text(text)
    result = check("x.json")
    said = "0 resources judged; violations: none; 1 file couldn't be judged.\n"
    assert (result.exit_code, result.stdout) == (2, said)
    assert result.stderr.startswith("Error: x.json ")
    assert BROKEN[text] in result.stderr
    assert (
        "with `pulumi preview --json --show-sames > FILE`, or with `pulumi stack export > FILE`."
        in result.stderr
    )


@pytest.mark.parametrize("value", [5, [], ["x"], {"a": 1}, True, 1.5, "", "x" * 10_000, None])
@pytest.mark.parametrize(
    "key", [*GOOD, "sourceResourceName", "restoreDate", "tags", "triggers", "createdAt", "name"]
)
def test_values_of_any_type_are_judged_without_a_traceback(check: Check, key: str, value: Any) -> None:
    """A state may hold anything, of which the rules judge what they understand."""
    snapshot = declared("shot", kind="aws-native:lightsail:InstanceSnapshot", inputs={**GOOD, key: value})
    both = state(copied(**{key: value}), snapshot, declared("i", kind=INSTANCE, inputs={key: value}))
    both["deployment"]["resources"][0]["outputs"] = {key: value}
    config = {"recovery-point-objective": {"hours": 1}, "allowed-regions": {"regions": ["eu-west-1"]}}
    assert check(both, "--config", config).exit_code in (0, 1)


def test_a_preview_that_never_began_is_unusable(check: Check) -> None:
    """The engine prints an empty object then, and says why on standard error."""
    result = check({})
    assert result.exit_code == 2
    assert (
        "0.json is an empty object, which is what a preview prints that failed before it began."
        in result.stderr
    )


def test_files_that_cannot_be_read_are_refused(check: Check) -> None:
    """A missing file, a folder and something that isn't text, or is truncated."""
    Path("picture.png").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    Path("cut.json.gz").write_bytes(gzip.compress(json.dumps(state(copied())).encode())[:40])
    for name, why in (
        ("none.json", "can't be read: No such file"),
        (".", "can't be read"),
        ("picture.png", "is not text in UTF-8 or UTF-16"),
        ("cut.json.gz", "is compressed, and broken"),
    ):
        result = check(name)
        assert result.exit_code == 2
        assert f"Error: {name} {why}" in result.stderr


def test_all_files_are_judged_and_the_worst_code_wins(check: Check) -> None:
    """One bad file doesn't hide what is wrong in the others."""
    bad, good = state(copied(targetRegion="x")), state(copied())
    unusable: dict[str, Any] = {}
    assert check(good, good).exit_code == 0
    assert check(good, bad, good).exit_code == 1
    result = check(unusable, bad, good)
    assert result.exit_code == 2
    assert "1.json: db: known-region" in result.stdout
    assert result.stdout.endswith(
        "2 resources judged; violations: 1 mandatory, 0 advisory; 1 file couldn't be judged.\n"
    )


def test_standard_input_is_judged(check: Check) -> None:
    """`-` is standard input, and nothing on it is an empty file."""
    result = check("-", stdin=json.dumps(state(copied(targetRegion="x"))))
    assert result.exit_code == 1
    assert result.stdout.startswith("stdin: db: known-region")
    empty = check("-", stdin="")
    assert empty.exit_code == 2 and "Error: stdin is empty" in empty.stderr


def test_no_file_is_a_usage_error(check: Check) -> None:
    """Nothing to judge isn't good."""
    assert check().exit_code == 2


# Previews that ended early


def test_what_the_provider_refused_is_a_violation(check: Check) -> None:
    """The copy isn't among the steps; what the diagnostics say of it counts."""
    result = check(
        refusal("property targetRegion value {eu-west-9} has a problem: Lightsail has no region 'eu-west-9'.")
    )
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "0.json: db: refused-by-provider (mandatory): target_region: Lightsail has no region 'eu-west-9'.",
        "1 resource judged; violations: 1 mandatory, 0 advisory.",
    ]
    assert "there may be more" in result.stderr


def test_a_value_that_isnt_known_is_refused_like_any_other(check: Check) -> None:
    """A date that is another resource's output beside "latest": the engine words it without braces around the value."""
    said = "property restoreDate value output<string>{} has a problem: restore_date and x exclude each other."
    result = check(refusal(said))
    assert result.exit_code == 1
    assert "db: refused-by-provider (mandatory): restore_date and x exclude each other." in result.stdout


def test_a_refused_resource_may_have_any_name(check: Check) -> None:
    """Also one with the mark that stands between the parts of a URN."""
    Path("__main__.py").write_text("CopiedSnapshot('db::prod')\n")
    result = check(refusal("property x value {y} has a problem: z", urn=f"{copied()['urn']}::prod"))
    assert (result.exit_code, result.stdout.partition(" (mandatory)")[0]) == (
        1, "0.json: db::prod (__main__.py:1): refused-by-provider",
    )  # fmt: skip


def test_a_refusal_is_shown_where_the_program_declares_the_copy(check: Check) -> None:
    """No state has its line; the one call that could be it does."""
    Path("__main__.py").write_text(
        "x = 1\nCopiedSnapshot(\n    'other')\nlightsail.CopiedSnapshot('db', a=1)\n"
    )
    Path(".venv").mkdir()
    Path(".venv/library.py").write_text("CopiedSnapshot('db')\n")
    Path("broken.py").write_text("def (\n")
    result = check(refusal("property x value {y} has a problem: z"))
    assert result.stdout.startswith("0.json: db (__main__.py:4): refused-by-provider")


def test_a_refusal_that_two_calls_could_have_declared_has_no_line(check: Check) -> None:
    """A guess isn't shown."""
    Path("__main__.py").write_text("CopiedSnapshot('db')\nCopiedSnapshot('db')\n")
    result = check(refusal("property x value {y} has a problem: z"), "--format", "json")
    (found,) = json.loads(result.stdout)
    assert (found["path"], found["line"]) == (None, None)


def test_outside_a_project_nothing_is_searched(check: Check) -> None:
    """Without Pulumi.yaml the folder may be anything, a home with thousands of programs."""
    Path("Pulumi.yaml").unlink()
    Path("__main__.py").write_text("CopiedSnapshot('db')\n")
    (found,) = json.loads(check(refusal("property x value {y} has a problem: z"), "--format", "json").stdout)
    assert found["path"] is None


def test_a_failed_program_leaves_the_preview_unjudged(check: Check) -> None:
    """Code 2: what isn't there can't be good."""
    failed = "error: Program failed with an unhandled exception:\nTraceback\n  here\nException: boom\n\n"
    result = check(preview(diagnostics=[{"message": failed, "severity": "error"}]))
    assert result.exit_code == 2
    assert "0.json: the preview failed, so it isn't all there:" in result.stderr
    assert "Exception: boom" in result.stderr


def test_another_providers_refusal_leaves_the_preview_unjudged(check: Check) -> None:
    """It isn't about a copy, and the preview ended there."""
    other = refusal(
        "property size value {9} has a problem: no.", urn=f"urn:pulumi:dev::shop::{INSTANCE}::web"
    )
    result = check(other)
    assert result.exit_code == 2
    assert broken(check(other, "--format", "json")) == []


def test_a_preview_that_another_policy_refused_says_so(check: Check) -> None:
    """The preview doesn't tell which; that it failed shall not be overlooked."""
    failed = {"message": "error: preview failed\n", "severity": "error"}
    result = check(preview(copied(), diagnostics=[failed]))
    assert result.exit_code == 0
    assert "by a policy that isn't judged here" in result.stderr
    assert "isn't judged here" not in check(preview(copied(targetRegion="x"), diagnostics=[failed])).stderr


def test_a_preview_without_its_sames_is_judged_in_part(check: Check) -> None:
    """A stack of which a part is hidden isn't accused of lacking it."""
    lone = declared("lone-1", kind=INSTANCE, inputs={"name": "lone-1"})
    hidden = preview(lone) | {"changeSummary": {"create": 1, "same": 3}}
    result = check(hidden)
    assert (result.exit_code, result.stdout) == (0, "0 resources judged; violations: none.\n")
    assert "what is unchanged (3)" in result.stderr and "--show-sames" in result.stderr
    assert "copies-cover-instances" in check(preview(lone)).stdout
