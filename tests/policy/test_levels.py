"""Levels and config: what stops a preview, what only advises, and what is refused as a config."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator

from tests.engine.conftest import Service, day
from tests.engine.stack import Stack

from .conftest import OTHERS, Judge

pytestmark = pytest.mark.engine

STAYS = (
    "CopiedSnapshot('db', source_snapshot_name='db-before-upgrade', source_region='us-east-1', "
    "target_region='us-east-1', target_snapshot_name='db-again')\n"
)


def test_the_level_of_a_rule_is_the_organisations_choice(judge: Judge, service: Service) -> None:
    """Of one copy that breaks four rules: a mandatory one ends `up` before the copy, an advisory one doesn't, a disabled
    one says nothing, and what can't be remediated is mandatory."""
    config = {
        "copy-leaves-region": "mandatory",
        "allowed-regions": {"enforcementLevel": "remediate", "regions": ["eu-west-1"]},
        "required-tags": {"tags": ["team"]},
        "restore-date-not-aged-out": {"enforcementLevel": "disabled"},
    }
    judged = judge(
        "CopiedSnapshot('db', source_resource_name='web-1', source_region='us-east-1', target_region='us-east-1',\n"
        f"    restore_date='{day(30)}')\n",
        config, command="up", ok=False,
    )  # fmt: skip
    assert {each.policy: each.level for each in judged.findings} == {
        "copy-leaves-region": "mandatory",
        "allowed-regions": "mandatory",
        "required-tags": "advisory",
    }
    assert service.effects() == []


def test_what_is_said_of_all_rules_gives_way_to_what_is_said_of_one(judge: Judge) -> None:
    """All are disabled but two; remediation adds the tag that it has a value for, and what is still missing is refused."""
    judged = judge(
        STAYS,
        {
            "all": "disabled",
            "copy-leaves-region": "remediate",
            "required-tags": {
                "enforcementLevel": "remediate",
                "tags": ["team", "cost"],
                "defaults": {"team": "shop"},
            },
        },
        ok=False,
    )
    assert {each.policy: each.level for each in judged.findings} == {
        "copy-leaves-region": "mandatory",
        "required-tags": "mandatory",
    }
    assert ("required-tags", "tags: missing required tag \"cost\". Add tags['cost'].") in judged.of("db")


def test_check_and_the_pack_speak_of_the_same_resource(judge: Judge, emulator: Emulator) -> None:
    """A wrong request is refused by `check` with the property and by the pack with the rule; then the preview ends."""
    judged = judge(
        f"{OTHERS}\nInstance('bare', name='bare-1')\n"
        "first = CopiedSnapshot('first', source_snapshot_name='-', source_region='us-esat-1', target_region='eu-west-1')\n"
        "CopiedSnapshot('second', source_snapshot_name='-', source_region='us-east-1', target_region='eu-west-1',\n"
        "    opts=ResourceOptions(depends_on=[first]))\n",
        ok=False,
    )
    assert [(policy, message.partition(".")[0]) for policy, message in sorted(judged.of("first"))] == [
        ("known-region", "source_region: Lightsail has no region 'us-esat-1' that boto3 1"),
        ("snapshot-name", "source_snapshot_name: '-' is not a name that Lightsail takes"),
    ]
    for said in ("property sourceSnapshotName value {-} has a problem: '-' is not a name that Lightsail takes",
                 "property sourceRegion value {us-esat-1} has a problem: Lightsail has no region 'us-esat-1'"):  # fmt: skip
        assert said in judged.output
    assert judged.resources == {"first"}
    assert emulator.calls() == []


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "type-and-bound": (
        {"required-tags": {"tags": "team"}, "recovery-point-objective": {"hours": 0}},
        "required-tags: tags: Invalid type. Expected: array, given: string? "
        "recovery-point-objective: hours: Must be greater than 0",
    ),
    "level": ({"required-tags": "strict"}, '"strict" is not a valid enforcement level'),
    "names": (
        {
            "all": {"enforcementLevel": "advisory", "types": ["*"]},
            "requird-tags": "mandatory",
            "recovery-point-objective": {"hour": 24},
            "allowed-regions": {"regions": ["eu-wst-1"]},
            "required-tags": {"tags": ["aws:x"], "defaults": {"team": "shop & co"}},
        },
        '"all" takes an enforcementLevel and nothing else; it has "types".? '
        'There is no rule "requird-tags". Did you mean "required-tags"? '
        'recovery-point-objective: there is no setting "hour". Did you mean "hours"? '
        "has no region 'eu-wst-1' that boto3 ? "
        'required-tags: "defaults" has "team", which "tags" doesn\'t require. Add it there, or leave it out. '
        "required-tags: the key 'aws:x' is reserved. Write a key that doesn't begin with 'aws:' or 'snapcopy:'.? "
        "required-tags: the value of tag 'team' has '&', which Lightsail refuses in tags.",
    ),
    "no-level": ({"requird-tags": {"tags": ["team"]}}, 'invalid enforcement level ""'),
}  # fmt: skip


REFUSED_BY_THE_ENGINE = {"level", "no-level"}
"""What the engine refuses by itself, before the pack is asked; `snapcopy check` has sentences of its own for them."""


@pytest.mark.parametrize(
    "name",
    [pytest.param(name, marks=[pytest.mark.soak] * (name in REFUSED_BY_THE_ENGINE)) for name in WRONG],
)
def test_a_wrong_config_is_refused_in_a_sentence(judge: Judge, emulator: Emulator, name: str) -> None:
    """Wrong types and bounds, unknown policies, settings and regions, and tags that the service wouldn't take."""
    config, said = WRONG[name]
    output = judge(STAYS, config, ok=False).output
    for sentence in said.split("? "):
        assert sentence in output
    assert emulator.calls() == []


def test_the_documentations_config_is_a_good_one(judge: Judge) -> None:
    """What docs/policy.md shows as a config is taken, and does what it says."""
    text = (Path(__file__).parents[2] / "docs" / "policy.md").read_text()
    judged = judge(STAYS, json.loads(text.partition("```json\n")[2].partition("```")[0]), ok=False)
    assert [(each.policy, each.level) for each in judged.findings] == [
        ("allowed-regions", "mandatory"),
        ("copy-leaves-region", "mandatory"),
    ]
    assert "[remediate]  required-tags  (1 resource)" in judged.output


TAGGED = """
first = CopiedSnapshot("first", source_snapshot_name="db-before-upgrade", source_region="us-east-1",
    target_region="eu-west-1", target_snapshot_name="first", tags={"team": pulumi.Output.secret("hunter2")})
CopiedSnapshot("second", source_snapshot_name="data-before-upgrade", source_region="us-east-1",
    target_region="eu-west-1", target_snapshot_name="second", tags={"after": first.state})
CopiedSnapshot("third", source_snapshot_name="data-before-upgrade", source_region="us-east-1",
    target_region="eu-west-1", target_snapshot_name="third", tags=first.tags.apply(lambda tags: {"cost": "9"}))
CopiedSnapshot("fourth", source_snapshot_name="data-before-upgrade", source_region="us-east-1",
    target_region="eu-west-1", target_snapshot_name="fourth")
"""
UNKNOWN_AT_PREVIEW = f"""
later = lambda value: first.state.apply(lambda _: value)
CopiedSnapshot("again", source_snapshot_name=first.arn.apply(lambda _: first.target_snapshot_name),
    source_region="eu-west-1", target_region="eu-central-1", tags={{"team": "shop", "of": first.arn}})
CopiedSnapshot("unknown", source_resource_name=later("web-1"), source_region=later("us-east-1"),
    restore_date=later("{day(0)}"), target_region=later("eu-west-1"), tags=later({{"team": "shop"}}),
    target_snapshot_name=later("web-copy"), use_latest_restorable_auto_snapshot=later(False), triggers=[later(1)],
    adopt=later(False))
CopiedSnapshot("latest", source_resource_name="data-1", source_region="us-east-1", target_region="eu-west-1",
    use_latest_restorable_auto_snapshot=later(True), tags=later({{"team": "shop"}}))
"""
REMEDIED = {
    "first": {"team": "hunter2", "cost": "7"},
    "second": {"team": "shop", "cost": "7", "after": "available"},
    "third": {"team": "shop", "cost": "9"},
    "fourth": {"team": "shop", "cost": "7"},
    "web-copy": {"team": "shop", "cost": "7"},
}
"""What the service holds of tags in the end, but for our own."""


def test_a_good_stack_passes_without_a_word_and_has_the_tags_that_remediation_adds(
    judge: Judge, stack: Stack, service: Service
) -> None:
    """What isn't known at preview is no reason to say anything, and neither is the result; missing tags that have a value
    are added before the copy is made, the given ones and secrets stay as they are, and then nothing changes any more."""
    config = {
        "all": "mandatory",
        "required-tags": {
            "enforcementLevel": "remediate",
            "tags": ["team", "cost"],
            "defaults": {"cost": "7", "team": "shop"},
        },
        "allowed-regions": {"regions": ["eu-west-1", "eu-central-1"]},
        "recovery-point-objective": {"hours": 48},
    }
    for command, copies in {"preview": 0, "up": 7}.items():
        judged = judge(TAGGED + UNKNOWN_AT_PREVIEW, config, command=command)
        assert judged.findings == [] and "✅ snapcopy@v" in judged.output, judged.output
        assert "❌" not in judged.output and "⚠️" not in judged.output
        assert "[remediate]  required-tags" in judged.output and "hunter2" not in judged.output
        assert service.copies_started() == copies
    for name, expected in REMEDIED.items():
        tags = service.tags(name)
        assert {key: value for key, value in tags.items() if not key.startswith("snapcopy:")} == expected
        assert tags["snapcopy:owner"] == f"shop/dev/{'unknown' if name == 'web-copy' else name}"
    assert "hunter2" not in json.dumps(stack.state())
    assert "9 unchanged" in judge(TAGGED + UNKNOWN_AT_PREVIEW, config).output
