"""`snapcopy check` on states and previews written by hand: what is judged, what is said, which code it ends with."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pulumi_snapcopy.cli import main
from pulumi_snapcopy.cli.check.configuring import RULES, Rulebook
from pulumi_snapcopy.core.rules import COPIES, ORGANISATION, REQUEST, STACK

GOOD = {"sourceSnapshotName": "db-before-upgrade", "sourceRegion": "us-east-1", "targetRegion": "eu-west-1"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc:def"}
INSTANCE = "aws:lightsail/instance:Instance"

Check = Callable[..., Result]


@pytest.fixture
def check(clean: pytest.MonkeyPatch, tmp_path: Path) -> Check:
    """Runs the command in an empty project; a dict or list among the arguments becomes a file of JSON."""
    clean.chdir(tmp_path)
    (tmp_path / "Pulumi.yaml").write_text("name: shop\nruntime: python\n")

    def run(*arguments: Any, stdin: str | None = None) -> Result:
        written: list[str] = []
        for number, argument in enumerate(arguments):
            if isinstance(argument, dict | list):
                Path(f"{number}.json").write_text(json.dumps(argument))
                argument = f"{number}.json"
            written.append(str(argument))
        return CliRunner(catch_exceptions=False).invoke(main, ["check", *written], input=stdin)

    return run


def declared(name: str = "db", *, kind: str = COPIES[0], inputs: Any = None, **more: Any) -> dict[str, Any]:
    """A resource as states and previews have it."""
    urn = f"urn:pulumi:dev::shop::{kind}::{name}"
    return {"urn": urn, "type": kind, "custom": True, "inputs": inputs or {}, **more}


def state(*resources: dict[str, Any]) -> dict[str, Any]:
    """An exported state."""
    return {"version": 3, "deployment": {"manifest": {}, "resources": list(resources)}}


def preview(*resources: dict[str, Any], op: str = "create", **more: Any) -> dict[str, Any]:
    """A preview of which all steps are of one kind."""
    steps = [{"op": op, "urn": each["urn"], "newState": each} for each in resources]
    return {"steps": steps, "duration": 1, "changeSummary": {op: len(steps)}, **more}


def copied(name: str = "db", **inputs: Any) -> dict[str, Any]:
    """A copy, good but for what is given; None leaves an input out."""
    given = {key: value for key, value in {**GOOD, **inputs}.items() if value is not None}
    return declared(name, inputs=given)


def broken(result: Result) -> list[tuple[str, str, str]]:
    """The violations of a run in JSON: (resource, rule, property)."""
    return [
        (each["urn"].rpartition("::")[2], each["rule"], each["property"])
        for each in json.loads(result.stdout)
    ]


# What is judged


@pytest.mark.parametrize("form", [state, preview])
def test_good_copies_pass(check: Check, form: Callable[..., Any]) -> None:
    """A good copy breaks nothing, in a state as in a preview."""
    result = check(form(copied()))
    assert (result.exit_code, result.stdout) == (0, "1 copy judged; violations: none.\n")


VIOLATIONS = {
    "manual-or-automatic-source": ({"sourceSnapshotName": None}, "sourceSnapshotName"),
    "date-or-latest": ({"useLatestRestorableAutoSnapshot": True}, "useLatestRestorableAutoSnapshot"),
    "restore-date-format": (
        {"sourceSnapshotName": None, "sourceResourceName": "web-1", "restoreDate": "2026-02-30"}, "restoreDate",
    ),
    "snapshot-name": ({"targetSnapshotName": "-x"}, "targetSnapshotName"),
    "known-region": ({"targetRegion": "eu-west-9"}, "targetRegion"),
    "copy-leaves-region": ({"targetRegion": "us-east-1"}, "targetRegion"),
    "required-tags": ({"tags": {"owner": "me"}}, "tags"),
    "allowed-regions": ({"targetRegion": "sa-east-1"}, "targetRegion"),
    "restore-date-not-aged-out": (
        {"sourceSnapshotName": None, "sourceResourceName": "web-1", "restoreDate": "2020-01-01"}, "restoreDate",
    ),
}  # fmt: skip
SETTINGS = {
    "required-tags": {"tags": ["team"]},
    "allowed-regions": {"regions": ["eu-west-1", "us-east-1"]},
}


@pytest.mark.parametrize("form", [state, preview])
@pytest.mark.parametrize("rule", VIOLATIONS)
def test_each_rule_about_a_copy_is_applied(check: Check, rule: str, form: Callable[..., Any]) -> None:
    """Each rule is found broken alone, with its property, and at its own level decides the exit code."""
    inputs, key = VIOLATIONS[rule]
    only = {rule: SETTINGS[rule]} if rule in SETTINGS else {}
    result = check(form(copied(**inputs)), "--config", only, "--format", "json")
    assert broken(result) == [("db", rule, key)]
    mandatory = rule in {each.name for each in REQUEST}
    assert result.exit_code == int(mandatory)
    assert json.loads(result.stdout)[0]["level"] == ("mandatory" if mandatory else "advisory")


def test_every_rule_about_a_copy_is_in_the_table_above() -> None:
    """A new rule has to be tried here too."""
    assert {*VIOLATIONS} == {rule.name for rule in (*REQUEST, *ORGANISATION)}


def test_instances_without_a_copy_are_named(check: Check) -> None:
    """The rule about a whole stack speaks of the instance that lacks a copy, and of none that has one."""
    covered = copied(
        "web", sourceSnapshotName=None, sourceResourceName="web-1", useLatestRestorableAutoSnapshot=True
    )
    instances = [declared(name, kind=INSTANCE, inputs={"name": name}) for name in ("web-1", "lone-1")]
    result = check(state(covered, *instances), "--format", "json")
    assert broken(result) == [("lone-1", "copies-cover-instances", "sourceResourceName")]
    assert result.exit_code == 0


def test_old_copies_miss_the_objective(check: Check) -> None:
    """A copy's age is read from the outputs."""
    old = f"{datetime.now(timezone.utc) - timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
    made = copied() | {"outputs": {**GOOD, "createdAt": old, "fromResourceName": "db-1"}}
    config = {"recovery-point-objective": {"enforcementLevel": "mandatory", "hours": 24}}
    result = check(state(made), "--config", config)
    assert result.exit_code == 1
    assert "recovery-point-objective (mandatory): restoreDate: " in result.stdout
    assert check(state(made), "--config", {"recovery-point-objective": {"hours": 96}}).exit_code == 0


def test_all_that_is_wrong_is_named_in_the_files_order(check: Check) -> None:
    """One line a violation: by resource as in the file, then by rule; the mode's arguments as Python spells them."""
    first = copied("zeta", sourceSnapshotName=None, targetRegion="eu-west-9", targetSnapshotName="-")
    result = check(state(first, copied("alpha", sourceRegion="nowhere")))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [" ".join(line.split()[:5]) for line in lines[:-1]] == [
        "0.json: zeta: manual-or-automatic-source (mandatory): sourceSnapshotName:",
        "0.json: zeta: snapshot-name (mandatory): targetSnapshotName:",
        "0.json: zeta: known-region (mandatory): targetRegion:",
        "0.json: alpha: known-region (mandatory): sourceRegion:",
    ]
    assert "Write source_snapshot_name" in lines[0]
    assert lines[-1] == "2 copies judged; violations: 4 mandatory, 0 advisory."


@pytest.mark.parametrize("mark", ["delete", "pendingReplacement"])
def test_what_is_to_go_is_not_judged(check: Check, mark: str) -> None:
    """A resource that waits for its deletion, or for its replacement, is none of the stack's any more."""
    assert check(state(copied(targetRegion="x") | {mark: True})).exit_code == 0


@pytest.mark.parametrize(
    ("op", "code"),
    [("create", 1), ("update", 1), ("replace", 1), ("create-replacement", 1), ("same", 1), ("delete", 0), ("delete-replaced", 0)],
)  # fmt: skip
def test_a_previews_new_states_are_judged(check: Check, op: str, code: int) -> None:
    """What will be there is judged, what will go isn't."""
    assert check(preview(copied(targetRegion="x"), op=op)).exit_code == code


def test_a_resource_of_several_steps_is_judged_once(check: Check) -> None:
    """A preview that refreshes has a step for what was read and one for what will be; the last one counts."""
    steps = preview(copied(targetRegion="x"), copied(targetRegion="y"))
    result = check(steps, "--format", "json")
    assert [each["message"].partition(".")[0] for each in json.loads(result.stdout)] == [
        "Lightsail has no region 'y'"
    ]


def test_what_is_read_is_no_copy_to_judge(check: Check) -> None:
    """A resource that the stack only reads was asked for by nobody here."""
    result = check(state(copied(targetRegion="x") | {"external": True}))
    assert (result.exit_code, result.stdout) == (0, "0 copies judged; violations: none.\n")


def test_other_tools_resources_are_judged_by_their_type(check: Check) -> None:
    """`types` names them by patterns, in either spelling, with tags as the API has them; ours then stay out."""
    kind = "acme:lightsail/copySnapshot:CopySnapshot"
    inputs = {
        "source_snapshot_name": "x-1",
        "source_region": "us-east-9",
        "target_region": "eu-west-1",
        "tags": [{"key": "team", "value": "shop"}],
    }
    other = declared("theirs", kind=kind, inputs=inputs)
    config = {
        "known-region": {"types": ["acme:*CopySnapshot"]},
        "required-tags": {"types": ["acme:*", *COPIES], "tags": ["team"]},
    }
    result = check(
        state(other, copied("ours", sourceRegion="us-east-9")), "--config", config, "--format", "json"
    )
    assert broken(result) == [
        ("theirs", "known-region", "sourceRegion"), ("ours", "required-tags", "tags")
    ]  # fmt: skip
    assert check(state(other)).exit_code == 0


# What isn't known, and what is secret


@pytest.mark.parametrize(
    "key", ["sourceSnapshotName", "sourceRegion", "targetRegion", "targetSnapshotName", "tags"]
)
@pytest.mark.parametrize("value", [UNKNOWN, "[secret]", SECRET], ids=["unknown", "previewed", "exported"])
def test_unknowns_and_secrets_are_given_and_not_judged(check: Check, key: str, value: Any) -> None:
    """Whatever isn't known, or not to be known, breaks nothing."""
    config = {
        "all": "mandatory",
        "allowed-regions": {"regions": ["eu-west-1"]},
        "required-tags": {"tags": ["team"]},
    }
    tags = {} if key == "tags" else {"tags": {"team": value}}
    result = check(preview(copied(**{**tags, key: value})), "--config", config)
    assert (result.exit_code, result.stdout) == (0, "1 copy judged; violations: none.\n")


@pytest.mark.parametrize("form", ["text", "json", "sarif", "github"])
def test_secrets_are_not_printed(check: Check, form: str) -> None:
    """Neither a state's plaintext nor what a refusal tells of a secret is shown."""
    plain = {**SECRET, "plaintext": '"hush-hush"'}
    shown = state(copied(targetRegion=plain, sourceRegion="x", tags={"key": plain}))
    refused = refusal(
        "property targetRegion value {&{{hush-hush}}} has a problem: Lightsail has no region 'hush-hush'."
    )
    result = check(shown, refused, "--format", form)
    assert result.exit_code == 1
    assert "hush" not in result.output
    assert "known-region" in result.stdout and "refused-by-provider" in result.stdout


# Previews that ended early


def refusal(said: str, *, urn: str = "", **more: Any) -> dict[str, Any]:
    """A preview that ended at a provider's refusal, as the engine words it."""
    diagnostic = {
        "urn": urn or f"urn:pulumi:dev::shop::x:y:Outer${COPIES[0]}::db",
        "message": f"error: {COPIES[0]} resource 'db': {said}\n",
        "severity": "error",
    }
    return {"steps": [], "diagnostics": [diagnostic], "duration": 1, "changeSummary": {}, **more}


def test_what_the_provider_refused_is_a_violation(check: Check) -> None:
    """The copy isn't among the steps; what the diagnostics say of it counts."""
    result = check(
        refusal("property targetRegion value {eu-west-9} has a problem: Lightsail has no region 'eu-west-9'.")
    )
    assert result.exit_code == 1
    assert result.stdout.splitlines() == [
        "0.json: db: refused-by-provider (mandatory): targetRegion: Lightsail has no region 'eu-west-9'.",
        "1 copy judged; violations: 1 mandatory, 0 advisory.",
    ]
    assert "there may be more" in result.stderr


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
    assert (result.exit_code, result.stdout) == (0, "0 copies judged; violations: none.\n")
    assert "what is unchanged (3)" in result.stderr and "--show-sames" in result.stderr
    assert "copies-cover-instances" in check(preview(lone)).stdout


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
    assert "the stack has no copies" in result.stderr


BROKEN = {
    "": "is empty",
    " \n": "is empty",
    "{": "is not JSON (line 1, column 2",
    "Previewing update (dev):\n{}": "is not JSON (line 1, column 1",
    "[" * 100_000: "is not JSON",
    "[]": "neither a state nor a preview",
    "null": "neither a state nor a preview",
    '{"deployment": null}': "neither a state nor a preview",
    '{"deployment": {"resources": {}}}': "deployment.resources is no list",
    '{"deployment": {"resources": [5]}}': "deployment.resources[0] is no object",
    '{"deployment": {"resources": [{"type": "x"}]}}': "deployment.resources[0] has no urn",
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
    assert (result.exit_code, result.stdout) == (2, "0 copies judged; violations: none.\n")
    assert result.stderr.startswith("Error: x.json ")
    assert BROKEN[text] in result.stderr
    assert "Expected what `pulumi stack export` or `pulumi preview --json` prints." in result.stderr


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
    """A missing file, a folder and something that isn't text."""
    Path("utf16.json").write_bytes(json.dumps(state()).encode("utf-16"))
    for name, why in (
        ("none.json", "can't be read: No such file"),
        (".", "can't be read"),
        ("utf16.json", "is not UTF-8"),
    ):
        result = check(name)
        assert result.exit_code == 2
        assert f"Error: {name} {why}" in result.stderr


def test_a_byte_order_mark_is_no_harm(check: Check) -> None:
    """Some shells write one."""
    Path("bom.json").write_bytes(b"\xef\xbb\xbf" + json.dumps(state(copied())).encode())
    assert check("bom.json").exit_code == 0


def test_all_files_are_judged_and_the_worst_code_wins(check: Check) -> None:
    """One bad file doesn't hide what is wrong in the others."""
    bad, good, unusable = state(copied(targetRegion="x")), state(copied()), {}
    assert check(good, good).exit_code == 0
    assert check(good, bad, good).exit_code == 1
    result = check(unusable, bad, good)
    assert result.exit_code == 2
    assert "1.json: db: known-region" in result.stdout
    assert result.stdout.endswith("2 copies judged; violations: 1 mandatory, 0 advisory.\n")


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


# The config


def test_levels_decide_the_exit_code(check: Check) -> None:
    """Disabled rules are silent, advisory ones don't fail, remedied ones that still stand do; "all" comes first."""
    wrong = state(copied(targetRegion="us-east-1", targetSnapshotName="-"))
    for config, code, rules in [
        ({}, 1, ["snapshot-name", "copy-leaves-region"]),
        ({"snapshot-name": "advisory"}, 0, ["snapshot-name", "copy-leaves-region"]),
        ({"snapshot-name": {"enforcementLevel": "disabled"}}, 0, ["copy-leaves-region"]),
        ({"all": "disabled"}, 0, []),
        ({"copy-leaves-region": {"enforcementLevel": "mandatory"}, "all": {"enforcementLevel": "disabled"}}, 1, ["copy-leaves-region"]),
        ({"copy-leaves-region": "remediate", "snapshot-name": "disabled"}, 1, ["copy-leaves-region"]),
        ({"environments": ["prod"]}, 1, ["snapshot-name", "copy-leaves-region"]),
    ]:  # fmt: skip
        result = check(wrong, "--config", config, "--format", "json")
        assert ([rule for _, rule, _ in broken(result)], result.exit_code) == (rules, code), config


WRONG = [
    ([], "is no config"),
    ({"requird-tags": "mandatory"}, 'has no rule to go with "requird-tags". Did you mean "required-tags"?'),
    ({"zzz": "mandatory"}, 'There is "manual-or-automatic-source", '),
    ({"required-tags": 5}, 'is wrong at "required-tags": 5 is neither an enforcement level nor an object.'),
    ({"required-tags": "strict"}, '"strict" is no enforcement level. Write one of "advisory", "mandatory"'),
    ({"required-tags": {"enforcementLevel": None}}, "null is no enforcement level"),
    ({"all": {"types": ["x"]}}, 'is wrong at "all": there is no setting "types"'),
    ({"required-tags": {"tag": ["team"]}}, 'there is no setting "tag". Did you mean "tags"?'),
    ({"required-tags": {"tags": "team"}}, '"tags" is "team". Write a list of strings, of at least one.'),
    ({"required-tags": {"tags": []}}, '"tags" is []. Write a list of strings'),
    ({"required-tags": {"tags": [1]}}, '"tags" is [1]. Write a list of strings'),
    ({"required-tags": {"defaults": {"team": 1}}}, "Write an object of strings."),
    ({"recovery-point-objective": {"hours": "9"}}, '"hours" is "9". Write a number above 0.'),
    ({"recovery-point-objective": {"hours": 0}}, '"hours" is 0. Write a number above 0.'),
    ({"recovery-point-objective": {"hours": True}}, '"hours" is true. Write a number above 0.'),
    ({"known-region": {"types": "x"}}, '"types" is "x". Write a list of strings'),
]  # fmt: skip


@pytest.mark.parametrize(("config", "said"), WRONG, ids=lambda value: str(value)[:40])
def test_a_wrong_config_is_refused_with_a_sentence(check: Check, config: Any, said: str) -> None:
    """Code 2, nothing is judged, and the sentence says what to write."""
    result = check(state(copied(targetRegion="x")), "--config", config)
    assert (result.exit_code, result.stdout) == (2, "")
    assert f"2.json {said}" in result.stderr or said in result.stderr


def test_a_config_that_cannot_be_read_is_refused(check: Check) -> None:
    """Missing, empty, or not JSON."""
    Path("empty.json").write_text("")
    Path("bad.json").write_text("{")
    for name, why in (
        ("none.json", "can't be read"),
        ("empty.json", "is empty"),
        ("bad.json", "is not JSON"),
    ):
        result = check(state(copied()), "--config", name)
        assert result.exit_code == 2
        assert f"{name} {why}" in result.stderr


def test_the_config_is_that_of_the_policy_pack() -> None:
    """Same rules, same defaults, same settings, same types: a file that one takes the other takes too."""
    policy = pytest.importorskip("pulumi_snapcopy.policy.policies")
    pack = {each.name: each for each in policy.policies()}
    assert [*pack] == [rule.name for rule in RULES]
    levels = Rulebook.of(None, frozenset()).levels
    assert {name: each.enforcement_level.value for name, each in pack.items()} == levels
    for rule in RULES:
        schema = pack[rule.name].config_schema.properties
        assert {*schema} == {"types", *rule.schema}
    assert {rule.name for rule in STACK} <= {*pack}


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
        r"0.json: a\n:error b\x1b[2J (lib/my copies.py:12): known-region (mandatory): targetRegion: "
    )
    assert len(lines) == 2


def test_json_tells_everything(check: Check) -> None:
    """An array of objects on stdout alone; the rest goes to stderr."""
    result = check(state(copied(targetRegion="x") | PLACED), "--format", "json")
    (found,) = json.loads(result.stdout)
    assert found == {
        "file": "0.json",
        "urn": f"urn:pulumi:dev::shop::{COPIES[0]}::db",
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
    assert "1 copy judged" in result.stderr
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
        "::error file=a%2Cb%3Ac/50%25.py,line=3,title=snapshot-name::x%0D%0A100%25: targetSnapshotName: '-' is"
    )
    assert second.startswith("::warning file=a%2Cb%3Ac/50%25.py,line=3,title=copy-leaves-region::x%0D%0A")
    assert third.startswith("::error title=known-region::y: targetRegion: ")
    assert last == "2 copies judged; violations: 2 mandatory, 1 advisory."


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
    assert "Lightsail has no region 'eu-west-9'. Did you mean eu-west-" in ended.stdout
    assert snapcopy("check", "none.json").returncode == 2
