"""`snapcopy check`: what is judged, by which rules, and which code it ends with."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pulumi_snapcopy.cli.check.configuring import RULES, Enforcement
from pulumi_snapcopy.families import CATALOGUE
from pulumi_snapcopy.lightsail.rules import COPIED_SNAPSHOT_RULES as COPIES

from .conftest import Check
from .states import GOOD, INSTANCE, OURS, broken, copied, declared, preview, refusal, state

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", "ciphertext": "v1:abc:def"}

# What is judged


@pytest.mark.parametrize("form", [state, preview])
def test_good_copies_pass(check: Check, form: Callable[..., Any]) -> None:
    """A good copy breaks nothing, in a state as in a preview."""
    result = check(form(copied()))
    assert (result.exit_code, result.stdout) == (0, "1 resource judged; violations: none.\n")


VIOLATIONS: dict[str, tuple[dict[str, Any], str]] = {
    "manual-or-automatic-source": ({"sourceSnapshotName": None}, "sourceSnapshotName"),
    "date-or-latest": ({"useLatestRestorableAutoSnapshot": True}, "useLatestRestorableAutoSnapshot"),
    "restore-date-format": (
        {"sourceSnapshotName": None, "sourceResourceName": "web-1", "restoreDate": "2026-02-30"}, "restoreDate",
    ),
    "snapshot-name": ({"targetSnapshotName": "-x"}, "targetSnapshotName"),
    "known-region": ({"targetRegion": "eu-west-9"}, "targetRegion"),
    "tag-characters": ({"tags": {"Backup (nightly)": "yes"}}, "tags"),
    "copy-leaves-region": ({"targetRegion": "us-east-1"}, "targetRegion"),
    "required-tags": ({"tags": {"owner": "me"}}, "tags"),
    "allowed-regions": ({"targetRegion": "sa-east-1"}, "targetRegion"),
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
    mandatory = rule in {each.name for each in CATALOGUE.request}
    assert result.exit_code == int(mandatory)
    assert json.loads(result.stdout)[0]["level"] == ("mandatory" if mandatory else "advisory")


def test_every_rule_about_a_copy_is_in_the_table_above() -> None:
    """A new rule has to be tried here too; those of other services stand in their own folders."""
    assert {*VIOLATIONS} == {rule.name for rule in (*COPIES.request, *COPIES.organisation)}


def test_instances_without_a_copy_are_named(check: Check) -> None:
    """The rule about a whole stack speaks of the instance that has no copy, and of none that has one."""
    covered = copied(
        "web", sourceSnapshotName=None, sourceResourceName="web-1", useLatestRestorableAutoSnapshot=True
    )
    instances = [declared(name, kind=INSTANCE, inputs={"name": name}) for name in ("web-1", "lone-1")]
    result = check(state(covered, *instances), "--format", "json")
    assert broken(result) == [("lone-1", "copies-cover-instances", "")]
    assert result.exit_code == 0
    assert 'lone-1: copies-cover-instances (advisory): "lone-1" has no copy.' in check("0.json").stdout


def test_old_copies_miss_the_objective(check: Check) -> None:
    """A copy's age is read from the outputs."""
    old = f"{datetime.now(timezone.utc) - timedelta(days=3):%Y-%m-%dT%H:%M:%SZ}"
    made = copied() | {"outputs": {**GOOD, "createdAt": old, "fromResourceName": "db-1"}}
    config = {"recovery-point-objective": {"enforcementLevel": "mandatory", "hours": 24}}
    result = check(state(made), "--config", config)
    assert result.exit_code == 1
    assert "recovery-point-objective (mandatory): restore_date: " in result.stdout
    for hours in (96, 1e300):
        assert check(state(made), "--config", {"recovery-point-objective": {"hours": hours}}).exit_code == 0


@pytest.mark.parametrize("form", [state, preview])
def test_a_date_that_has_aged_out_is_spoken_of_until_its_copy_is_made(
    check: Check, form: Callable[..., Any]
) -> None:
    """An old copy that is kept on purpose is complete in the state: nothing is left to say of it."""
    old = copied(sourceSnapshotName=None, sourceResourceName="web-1", restoreDate="2020-01-01")
    assert broken(check(form(old), "--format", "json")) == [
        ("db", "restore-date-not-aged-out", "restoreDate")
    ]
    outputs = {**old["inputs"], "state": "available", "restoredDate": "2020-01-01"}
    assert broken(check(form(old | {"outputs": outputs}), "--format", "json")) == []
    pending = {**outputs, "state": "pending"}
    assert broken(check(form(old | {"outputs": pending}), "--format", "json")) != []


def test_all_that_is_wrong_is_named_in_the_files_order(check: Check) -> None:
    """One line a violation: by resource as in the file, then by rule; the mode's arguments as Python spells them."""
    first = copied("zeta", sourceSnapshotName=None, targetRegion="eu-west-9", targetSnapshotName="-")
    result = check(state(first, copied("alpha", sourceRegion="nowhere")))
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    assert [" ".join(line.split()[:5]) for line in lines[:-1]] == [
        "0.json: zeta: manual-or-automatic-source (mandatory): source_snapshot_name",
        "0.json: zeta: snapshot-name (mandatory): target_snapshot_name:",
        "0.json: zeta: known-region (mandatory): target_region:",
        "0.json: alpha: known-region (mandatory): source_region:",
    ]
    assert "Write source_snapshot_name (a manual snapshot)" in lines[0]
    assert lines[-1] == "2 resources judged; violations: 4 mandatory, 0 advisory."


def test_violations_are_listed_in_the_programs_order(check: Check) -> None:
    """A preview has its steps in the order in which the engine came to them; lines that aren't known come last."""
    lines = {"third": 30, "first": 4, "unplaced": None, "second": 12}
    given = [
        copied(name, targetRegion="x")
        | ({"sourcePosition": f"project:///__main__.py#{line}"} if line else {})
        for name, line in lines.items()
    ]
    found = [name for name, _, _ in broken(check(preview(*given), "--format", "json"))]
    assert found == ["first", "second", "third", "unplaced"]


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
    assert [each["message"].partition(" that ")[0] for each in json.loads(result.stdout)] == [
        "Lightsail has no region 'y'"
    ]


def test_what_is_read_is_no_copy_to_judge(check: Check) -> None:
    """A resource that the stack only reads was asked for by nobody here."""
    result = check(state(copied(targetRegion="x") | {"external": True}))
    assert (result.exit_code, result.stdout) == (0, "0 resources judged; violations: none.\n")


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
        "required-tags": {"types": ["acme:*", OURS], "tags": ["team"]},
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
    assert (result.exit_code, result.stdout) == (0, "1 resource judged; violations: none.\n")


def test_resources_with_secret_values_are_named_as_not_judged_by_them(check: Check) -> None:
    """The policy pack may refuse what passes here; unknown values are judged by neither."""
    resources = (
        copied("a", sourceRegion="[secret]", tags={"team": SECRET}),
        copied("b", targetRegion=UNKNOWN),
    )
    failed = {"message": "error: preview failed\n", "severity": "error"}
    result = check(preview(*resources, diagnostics=[failed]))
    assert result.exit_code == 0
    assert (
        "1 resource has secret values, which the file doesn't show: the policy pack alone judges them: "
        "a (source_region, tags).\n"
    ) in result.stderr
    assert "failed all the same, by a policy or a secret value that isn't judged here." in result.stderr
    assert "secret" not in check(state(copied())).stderr


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


# The exit code


@pytest.mark.parametrize(
    ("inputs", "codes"),
    [({}, (0, 0)), ({"targetRegion": "us-east-1"}, (0, 1)), ({"targetRegion": "x"}, (1, 1))],
)
def test_what_makes_the_check_fail_is_chosen(
    check: Check, inputs: dict[str, str], codes: tuple[int, int]
) -> None:
    """Mandatory rules do by default; with `--fail-on advisory` any rule that isn't disabled."""
    file = state(copied(**inputs))
    assert tuple(check(file, "--fail-on", level).exit_code for level in ("mandatory", "advisory")) == codes
    assert check(file).exit_code == codes[0]
    assert check(file, "--fail-on", "advisory", "--config", {"all": "disabled"}).exit_code == 0


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


@pytest.mark.parametrize(
    "tags", [None, {"team": ""}, {"team": "shop"}, [{"key": "x", "value": "y"}], UNKNOWN], ids=str
)
def test_what_a_remediation_adds_is_not_missing(check: Check, tags: Any) -> None:
    """The policy pack passes such a preview; a tag without a default is missing still."""
    rule = {"enforcementLevel": "remediate", "tags": ["team"], "defaults": {"team": "unknown"}}
    file = preview(copied(tags=tags))
    assert check(file, "--config", {"required-tags": rule}).exit_code == 0
    two = check(file, "--config", {"required-tags": {**rule, "tags": ["team", "cost"]}}, "--format", "json")
    assert broken(two) == ([] if tags is UNKNOWN else [("db", "required-tags", "tags")])
    assert '"team"' not in two.stdout


def test_a_tag_that_ec2_alone_takes_is_required_of_ec2s_copies(check: Check) -> None:
    """Lightsail refuses it, and isn't asked where its copies aren't judged."""
    tag = {"tags": ["Cost & Center", "Cost & Center"]}
    ec2 = "pulumi-python:dynamic/ec2:CopiedSnapshot"
    result = check(
        state(declared("vol", kind=ec2)), "--config", {"required-tags": {"types": ["*/ec2:*"], **tag}}
    )
    assert "tags: missing required tag \"Cost & Center\". Add tags['Cost & Center']." in result.stdout
    assert check(state(copied()), "--config", {"required-tags": tag}).exit_code == 2


WRONG = [
    ([], "is no config"),
    ({"requird-tags": "mandatory"}, 'is wrong: There is no rule "requird-tags". Did you mean "required-tags"?'),
    ({"zzz": "mandatory"}, 'There is no rule "zzz". There is "all", "allowed-regions", '),
    ({"required-tags": 5}, 'is wrong: required-tags: 5 is neither an enforcement level nor an object.'),
    ({"required-tags": "strict"}, '"strict" is no enforcement level. Write one of "advisory", "mandatory"'),
    ({"required-tags": {"enforcementLevel": None}}, "null is no enforcement level"),
    ({"all": {"types": ["x"]}}, 'is wrong: "all" takes an enforcementLevel and nothing else; it has "types".'),
    ({"required-tags": {"tag": ["team"]}}, 'there is no setting "tag". Did you mean "tags"?'),
    ({"required-tags": {"tags": "team"}}, '"tags" is "team". Write a list of strings, of at least one.'),
    ({"required-tags": {"tags": []}}, '"tags" is []. Write a list of strings'),
    ({"required-tags": {"tags": [1]}}, '"tags" is [1]. Write a list of strings'),
    ({"required-tags": {"defaults": {"team": 1}}}, "Write an object of strings that aren't empty."),
    ({"recovery-point-objective": {"hours": "9"}}, '"hours" is "9". Write a number above 0.'),
    ({"recovery-point-objective": {"hours": 0}}, '"hours" is 0. Write a number above 0.'),
    ({"recovery-point-objective": {"hours": True}}, '"hours" is true. Write a number above 0.'),
    ({"required-tags": {"tags": ["a"], "defaults": {"a": "b&c"}}}, "required-tags: the value of tag 'a' has '&', which"),
    ({"required-tags": {"tags": ["a*"]}}, "required-tags: the key 'a*' has '*', which Lightsail refuses in tags."),
    ({"allowed-regions": {"regions": ["eu-wst-1"]}}, "has no region 'eu-wst-1' that boto3"),
    ({"zz": "mandatory", "required-tags": {"tag": 1}}, 'there is no setting "tag"'),
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
    levels = Enforcement.of(None).levels
    assert {name: each.enforcement_level.value for name, each in pack.items()} == levels
    for rule in RULES:
        schema = pack[rule.name].config_schema.properties
        assert {*schema} == {"types", *rule.schema}
    assert {rule.name for rule in CATALOGUE.stack} <= {*pack}
