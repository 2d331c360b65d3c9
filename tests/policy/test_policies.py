"""The policies one by one, given what the SDK gives them: proxies that raise where something isn't known."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations
from typing import Any

import pytest
from pulumi_policy import (
    EnforcementLevel,
    Policy,
    PolicyCustomTimeouts,
    PolicyResource,
    PolicyResourceOptions,
    ResourceValidationArgs,
    ResourceValidationPolicy,
    StackValidationArgs,
    StackValidationPolicy,
)
from pulumi_policy.deserialize import deserialize_properties, serialize_properties
from pulumi_policy.proxy import UNKNOWN_OBJECT_VALUE, UNKNOWN_STRING_VALUE, unknown_checking_proxy
from pulumi_snapcopy.core.rules.judgement import UNKNOWN
from pulumi_snapcopy.families import CATALOGUE
from pulumi_snapcopy.policy import policies
from pulumi_snapcopy.policy.reading import inputs

from .conftest import OURS

POLICIES = {each.name: each for each in policies()}
OPTIONS = PolicyResourceOptions(False, [], None, [], PolicyCustomTimeouts(0, 0, 0), [])
CONFIG = {"tags": ["team", "cost"], "defaults": {"cost": "7"}, "regions": ["eu-west-1"], "hours": 24.0}
WRONG: dict[str, Any] = {
    "sourceSnapshotName": "-",
    "sourceResourceName": "-",
    "restoreDate": "soon",
    "useLatestRestorableAutoSnapshot": True,
    "sourceRegion": "mars",
    "targetRegion": "mars",
    "targetSnapshotName": "-",
    "tags": {"shop": "1"},
}


def validation(props: Any, config: dict[str, Any] | None = None, type_: str = OURS) -> ResourceValidationArgs:
    """A resource as a policy is given it."""
    return ResourceValidationArgs(
        type_, props, f"urn:pulumi:dev::shop::{type_}::db", "db", OPTIONS, None, config or CONFIG
    )


def found(
    props: dict[str, Any], config: dict[str, Any] | None = None, type_: str = OURS
) -> list[tuple[str, str]]:
    """What every policy of one resource finds."""
    said: list[tuple[str, str]] = []
    for policy in POLICIES.values():
        if isinstance(policy, ResourceValidationPolicy):
            args = validation(unknown_checking_proxy(props), config, type_)

            def report(message: str, urn: str | None = None, *, name: str = policy.name) -> None:
                said.append((name, message))

            policy.validate(args, report)
    return said


def subsets(keys: Any) -> Iterator[tuple[str, ...]]:
    """Every choice of some of the keys."""
    return chain.from_iterable(combinations(keys, count) for count in range(len(keys) + 1))


def test_the_policies_are_the_rules() -> None:
    """Each rule about requests, organisations and stacks is one policy, with all that is known of it."""
    rules = {rule.name: rule for rule in CATALOGUE.rules}
    assert list(POLICIES) == list(rules)
    for name, policy in POLICIES.items():
        rule = rules[name]
        assert (policy.description, policy.url, policy.remediation_steps) == (
            rule.description,
            rule.page,
            rule.fix,
        )
        assert policy.severity is not None and policy.severity.value == rule.severity
        assert policy.config_schema is not None
        assert set(policy.config_schema.properties) == {"types", *rule.schema}
        mandatory = rule in CATALOGUE.request
        assert (
            policy.enforcement_level is EnforcementLevel.MANDATORY
            if mandatory
            else policy.enforcement_level is EnforcementLevel.ADVISORY
        )


def test_no_policy_ever_fails_on_what_isnt_known() -> None:
    """Whatever is unknown, no policy raises, and none speaks of what is unknown."""
    for unknown in subsets(WRONG):
        said = found({**WRONG, **dict.fromkeys(unknown, UNKNOWN_STRING_VALUE)})
        for key in set(unknown) - {"sourceSnapshotName", "sourceResourceName", "restoreDate"}:
            assert not any(message.startswith(f"{key}:") for _, message in said)


def test_parts_of_tags_that_arent_known_count_as_given() -> None:
    """An unknown value is a value; unknown tags may hold anything."""
    good = {"sourceSnapshotName": "db", "sourceRegion": "us-east-1", "targetRegion": "eu-west-1"}
    for tags in (
        {"team": UNKNOWN_STRING_VALUE, "cost": "7"},
        UNKNOWN_OBJECT_VALUE,
        [{"key": "team", "value": UNKNOWN_STRING_VALUE}, {"key": "cost", "value": "7"}],
    ):
        assert found({**good, "tags": tags}) == []
    assert found({**good, "tags": {"team": UNKNOWN_STRING_VALUE}}) == [
        ("required-tags", "tags: missing required tag \"cost\". Add tags['cost'].")
    ]


def test_without_config_our_own_copies_alone_are_judged() -> None:
    """Patterns of types choose others, and then only those."""
    assert found(WRONG, {})
    assert found(WRONG, {}, "theirs:index:CopySnapshot") == []
    assert found(WRONG, {"types": ["nothing:*", "theirs:*:CopySnapshot"]}, "theirs:index:CopySnapshot")
    assert found(WRONG, {"types": ["theirs:*"]}) == []


def test_properties_are_read_in_either_spelling() -> None:
    """snake_case is read as camelCase, which counts where both are there; nothing is no value, tags keep their keys."""
    given = {
        "source_snapshot_name": "db",
        "source_region": None,
        "restore_date": UNKNOWN_STRING_VALUE,
        "targetRegion": "eu-west-1",
        "target_region": "eu-west-2",
        "tags": {"cost_center": "7", "of": UNKNOWN_STRING_VALUE},
        "triggers": [1.0, UNKNOWN_STRING_VALUE, {"a": None}],
    }
    read = inputs(unknown_checking_proxy(given))
    assert {key: value for key, value in read.items() if "_" not in key} == {
        "sourceSnapshotName": "db",
        "restoreDate": UNKNOWN,
        "targetRegion": "eu-west-1",
        "tags": {"cost_center": "7", "of": UNKNOWN},
        "triggers": [1.0, UNKNOWN, {"a": None}],
    }


SECRET = {"4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270"}


@pytest.mark.parametrize(
    ("tags", "remediated"),
    [
        ({}, {"cost": "7"}),
        ({"team": "shop", "cost": ""}, {"team": "shop", "cost": "7"}),
        ({"team": {**SECRET, "value": "hunter2"}}, {"team": {**SECRET, "value": "hunter2"}, "cost": "7"}),
        ({**SECRET, "value": {"team": "a"}}, {**SECRET, "value": {"team": "a", "cost": "7"}}),
        ({"team": UNKNOWN_STRING_VALUE}, {"team": UNKNOWN_STRING_VALUE, "cost": "7"}),
        (None, {"cost": "7"}),
        ({"cost": UNKNOWN_STRING_VALUE}, "untouched"),
        ({"cost": "9"}, "untouched"),
        (UNKNOWN_OBJECT_VALUE, "untouched"),
        ([], [{"key": "cost", "value": "7"}]),
        ([{"key": "team", "value": "shop"}], [{"key": "team", "value": "shop"}, {"key": "cost", "value": "7"}]),
        ([{"key": "cost", "value": ""}], [{"key": "cost", "value": "7"}]),
        ([{**SECRET, "value": {"key": "team", "value": "shop"}}],
         [{**SECRET, "value": {"key": "team", "value": "shop"}}, {"key": "cost", "value": "7"}]),
        ({**SECRET, "value": []}, {**SECRET, "value": [{"key": "cost", "value": "7"}]}),
        ([{"key": "cost", "value": "9"}], "untouched"),
        ([{"key": UNKNOWN_STRING_VALUE, "value": "9"}], "untouched"),
        (["team"], "untouched"),
    ],
)  # fmt: skip
def test_remediation_adds_tags_and_touches_nothing_else(tags: Any, remediated: Any) -> None:
    """Missing tags that have a value are added; the provider, unknowns and secrets stay as they are."""
    given = {"tags": tags, "__provider": "bytes", "sourceRegion": UNKNOWN_STRING_VALUE, "size": 3.0}
    props = unknown_checking_proxy(deserialize_properties(given, True))
    policy = POLICIES["required-tags"]
    assert isinstance(policy, ResourceValidationPolicy)
    result: Any = policy.remediate(validation(props))
    if remediated == "untouched":
        assert result is None
    else:
        assert serialize_properties(result) == {**given, "tags": remediated}


def test_remediation_leaves_other_types_alone() -> None:
    """What isn't judged isn't changed either."""
    policy = POLICIES["required-tags"]
    assert isinstance(policy, ResourceValidationPolicy)
    props = unknown_checking_proxy(deserialize_properties({"tags": {}}, True))
    assert policy.remediate(validation(props, type_="aws:ec2/instance:Instance")) is None
    assert policy.remediate(validation(props, {**CONFIG, "types": ["aws:*"]})) is None


def stack_resource(type_: str, called: str, depends: Any = (), /, **props: Any) -> PolicyResource:
    """A resource of a stack as a policy is given it."""
    urn = f"urn:pulumi:dev::shop::{type_}::{called}"
    return PolicyResource(
        type_, unknown_checking_proxy(props), urn, called, OPTIONS, None, None, [], dict(depends)
    )


def of_stack(policy: Policy, *resources: PolicyResource) -> list[tuple[str, str]]:
    """What a policy says of a stack: the resources' names, and the messages."""
    assert isinstance(policy, StackValidationPolicy)
    said: list[tuple[str, str]] = []

    def report(message: str, urn: str | None = None) -> None:
        said.append((str(urn).rpartition("::")[2], message))

    policy.validate(StackValidationArgs(list(resources), CONFIG), report)
    return said


def test_one_unknown_ends_no_stack_policy() -> None:
    """A stack full of unknowns is judged by what is known of it, in the order of its resources."""
    web = stack_resource("aws:lightsail/instance:Instance", "web", name=UNKNOWN_STRING_VALUE)
    resources = [
        stack_resource("aws:lightsail/disk:Disk", "data", name="data-1"),
        web,
        stack_resource("aws:lightsail/instance:Instance", "bare", name="bare-1"),
        stack_resource("aws:s3/bucket:Bucket", "other", bucket=UNKNOWN_STRING_VALUE),
        stack_resource(OURS, "of-web", {"sourceResourceName": [web]}, sourceResourceName=UNKNOWN_STRING_VALUE),
        stack_resource(OURS, "of-data", sourceResourceName="data-1", restoreDate=UNKNOWN_STRING_VALUE,
                       createdAt=UNKNOWN_STRING_VALUE),
        stack_resource(OURS, "old", sourceResourceName="db-1", restoredDate="2026-01-02", sourceRegion="us-east-1"),
        stack_resource(OURS, "older", sourceResourceName="db-1", restoredDate="2026-01-01", sourceRegion="us-east-1"),
        stack_resource(OURS, "elsewhere", sourceResourceName="db-1", createdAt="2026-01-03T04:05:06Z", sourceRegion="us-west-2"),
    ]  # fmt: skip
    assert [name for name, _ in of_stack(POLICIES["copies-cover-instances"], *resources)] == ["bare"]
    said = of_stack(POLICIES["recovery-point-objective"], *resources)
    assert [name for name, _ in said] == ["old", "elsewhere"]
    assert said[0][1].startswith('restore_date: the newest copy of "db-1" is of 2026-01-02 00:00 UTC, ')
    assert said[1][1].startswith('restore_date: the newest copy of "db-1" is of 2026-01-03 04:05 UTC, ')
    assert of_stack(POLICIES["recovery-point-objective"], *reversed(resources)) == said
