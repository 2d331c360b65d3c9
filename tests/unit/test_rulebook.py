"""Several services' rules as one catalogue: which book judges what, and what a config may say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from pulumi_snapcopy.core.fields import Change, Field, Fields, Type
from pulumi_snapcopy.core.rules.configuration import faults
from pulumi_snapcopy.core.rules.judgement import Config, Context, Inputs, Regions, Rule, Violation
from pulumi_snapcopy.core.rules.regions import allowed_regions, copy_leaves_region, known_region
from pulumi_snapcopy.core.rules.rulebook import Catalogue, Rulebook
from pulumi_snapcopy.core.rules.tags import TagLimits, required_tags, tag_characters
from pulumi_snapcopy.families import CATALOGUE

PAGE = "https://example.com/"


def book(token: str, *regions: str, **more: Any) -> Rulebook:
    """A service with regions, which allows any character in tags."""
    service = token.partition(":")[0]
    limits = TagLimits(service=service, punctuation=None)
    return Rulebook(
        token=token,
        noun="Copy",
        fields=Fields(
            arguments=[Field(name="targetRegion", type=Type.STRING, meaning="", change=Change.REPLACE)],
            outputs=[],
        ),
        regions=lambda: Regions(service=service, names=frozenset(regions)),
        request=(
            known_region(("targetRegion",), page=PAGE, service=service),
            tag_characters(limits, page=PAGE),
        ),
        organisation=(allowed_regions("targetRegion", page=PAGE), required_tags(limits, page=PAGE)),
        **more,
    )


def _never_copy(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
    yield Violation(property="targetRegion", message="targetRegion is wrong.")


ONE = book("one:Copy", "eu-1", other_types=("*",))
TWO = replace(
    book("two:Copy", "eu-2", other_types=("theirs:*",)),
    request=(
        *book("two:Copy").request,
        Rule(name="never-copy", description="", severity="low", fix="", page=PAGE, judge=_never_copy),
    ),
)
BOTH = Catalogue((ONE, TWO))


def test_rules_of_one_name_are_one() -> None:
    """Rules of one name from several services are one rule in the catalogue."""
    assert [rule.name for rule in BOTH.rules] == [
        "known-region", "tag-characters", "never-copy", "allowed-regions", "required-tags",
    ]  # fmt: skip
    assert BOTH.rules[0] is ONE.request[0]


@pytest.mark.parametrize(
    ("rule", "type_", "config", "judging"),
    [
        ("known-region", "one:Copy", {}, ONE),
        ("known-region", "two:Copy", {}, TWO),
        ("never-copy", "one:Copy", {}, None),
        ("never-copy", "two:Copy", {}, TWO),
        ("known-region", "theirs:Copy", {}, None),
        ("known-region", "theirs:Copy", {"types": ["theirs:*"]}, TWO),
        ("known-region", "others:Copy", {"types": ["*:Copy"]}, ONE),
        ("known-region", "two:Copy", {"types": ["theirs:*"]}, None),
        ("never-copy", "one:Copy", {"types": ["*"]}, None),
    ],
)
def test_a_type_is_judged_by_its_own_book(
    rule: str, type_: str, config: dict[str, Any], judging: Rulebook | None
) -> None:
    """A type is judged by its own rulebook; another tool's by the one whose pattern fits most closely."""
    assert BOTH.judging(rule, type_, config) is judging


def test_what_any_of_the_services_has_may_be_configured() -> None:
    """A configured region is wrong only if no service has it, and the message names the regions of all."""
    config = {
        "allowed-regions": {"regions": ["eu-1", "eu-2", "eu-11"]},
        "required-tags": {"tags": ["a&b", "aws:x"]},
    }
    assert [*faults(config, BOTH)] == [
        'allowed-regions: one or two has no region \'eu-11\'. Did you mean "eu-1" or "eu-2"?',
        "required-tags: the key 'aws:x' is reserved. Write a key that doesn't begin with 'aws:' or 'snapcopy:'.",
    ]


@pytest.mark.parametrize("type_", ["InstanceSnapshot", "DiskSnapshot", "RestoredInstance", "RestoredDisk"])
def test_only_a_copy_has_a_choice_of_region(type_: str) -> None:
    """What is taken or restored stands where its source is: the organisation's regions are for copies, unless it says so."""
    token, config = f"pulumi-python:dynamic/lightsail:{type_}", {"regions": ["eu-west-1"]}
    assert CATALOGUE.judging("allowed-regions", token, config) is None
    named = CATALOGUE.judging("allowed-regions", token, {**config, "types": [f"*:{type_}"]})
    assert named is not None and named.token == token
    copies = {each for each in CATALOGUE.tokens("allowed-regions") if each.endswith(":CopiedSnapshot")}
    assert copies == {*CATALOGUE.tokens("allowed-regions")} == {*CATALOGUE.tokens("copy-leaves-region")}


@pytest.mark.parametrize(
    ("types", "services"),
    [(["two:*"], "two"), (["theirs:*"], "two"), (["others:*"], "one"), (["one:*", "theirs:*"], "one or two")],
)
def test_a_setting_is_wrong_only_for_the_services_that_its_rule_is_configured_for(
    types: list[str], services: str
) -> None:
    """What another service would refuse is no fault where only this one's copies are judged."""
    config = {"allowed-regions": {"types": types, "regions": ["mars"]}}
    (found,) = faults(config, BOTH)
    assert found.startswith(f"allowed-regions: {services} has no region 'mars'.")


def test_a_copy_to_no_region_at_all_is_the_affair_of_another_rule() -> None:
    """An empty region is refused as unknown; that the copy stays there would be no sentence."""
    rule = copy_leaves_region("sourceRegion", "targetRegion", page=PAGE)
    context = Context(regions=ONE.regions, now=datetime(2026, 11, 21, tzinfo=timezone.utc))
    assert [*rule.judge({"sourceRegion": "", "targetRegion": ""}, context, {})] == []
    assert [*rule.judge({"sourceRegion": "eu-1", "targetRegion": "eu-1"}, context, {})] != []


def test_a_book_judges_a_request_in_pythons_spelling() -> None:
    """Messages of `check` spell arguments as the program does."""
    found = [*TWO.violations({"targetRegion": "eu-2"}, now=datetime(2026, 11, 21, tzinfo=timezone.utc))]
    assert [each.message for each in found if "wrong" in each.message] == ["target_region is wrong."]
