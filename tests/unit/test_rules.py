"""What makes a request wrong, and what is said then."""

from __future__ import annotations

import itertools
import re
from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.rules.judgement import UNKNOWN, Context, Regions, Violation
from pulumi_snapcopy.families import CATALOGUE
from pulumi_snapcopy.lightsail.family import CopiedSnapshots
from pulumi_snapcopy.lightsail.rules import COPIED_SNAPSHOT_RULES
from pulumi_snapcopy.lightsail.rules.restored import RESTORED_DISK_RULES, RESTORED_INSTANCE_RULES

REGIONS = Regions(
    service="Lightsail", names=frozenset({"us-east-1", "us-east-2", "eu-west-1"}), known_to="boto3 1.42.0",
    upgrade="pip install --upgrade boto3",
)  # fmt: skip
BOOK = replace(COPIED_SNAPSHOT_RULES, regions=lambda: REGIONS)
NOW = datetime(2026, 11, 21, 0, 30, tzinfo=timezone.utc)
CONTEXT = Context(regions=lambda: REGIONS, now=NOW)
GOOD = {"sourceSnapshotName": "db-1", "sourceRegion": "us-east-1", "targetRegion": "eu-west-1"}
AUTOMATIC = {"sourceResourceName": "web-1", "sourceRegion": "us-east-1", "targetRegion": "eu-west-1"}
MODES = {
    "sourceSnapshotName": "db-1",
    "sourceResourceName": "web-1",
    "restoreDate": "2026-11-20",
    "useLatestRestorableAutoSnapshot": True,
}
ALLOWED = {
    ("sourceSnapshotName",),
    ("sourceResourceName", "restoreDate"),
    ("sourceResourceName", "useLatestRestorableAutoSnapshot"),
}


def judged(inputs: dict[str, Any]) -> list[tuple[str, Violation]]:
    """The violations, each with the name of its rule."""
    return [
        (rule.name, found)
        for rule in (*BOOK.arguments, *BOOK.request)
        for found in rule.judge(inputs, CONTEXT, {})
    ]


def broken(inputs: dict[str, Any]) -> list[tuple[str, str]]:
    """The rules that are broken, and the properties they name."""
    return [(name, found.property) for name, found in judged(inputs)]


@pytest.mark.parametrize("given", list(itertools.product([False, True], repeat=4)), ids=str)
def test_three_of_the_sixteen_ways_to_name_a_source_are_right(given: tuple[bool, ...]) -> None:
    """A source is right as a manual snapshot alone, or as a resource with either a date or the latest."""
    chosen = tuple(key for key, is_given in zip(MODES, given, strict=True) if is_given)
    found = judged({"sourceRegion": "us-east-1", **{key: MODES[key] for key in chosen}})
    assert (found == []) == (chosen in ALLOWED)
    assert {name for name, _ in found} <= {"manual-or-automatic-source", "date-or-latest"}


@pytest.mark.parametrize("states", list(itertools.product(["absent", "given", "unknown"], repeat=4)), ids=str)
def test_what_is_not_known_is_never_judged(states: tuple[str, ...]) -> None:
    """A name or date counts as given while it is unknown; a flag may turn out either way; nothing else is refused."""
    chosen = tuple(key for key, state in zip(MODES, states, strict=True) if state != "absent")
    may_be_right = chosen in ALLOWED or (states[3] == "unknown" and chosen[:-1] in ALLOWED)
    inputs = {
        key: UNKNOWN if state == "unknown" else MODES[key] for key, state in zip(MODES, states, strict=True)
    }
    found = judged({"sourceRegion": UNKNOWN, **{key: inputs[key] for key in chosen}})
    assert (found == []) == may_be_right


BAD: list[tuple[str, str, dict[str, Any]]] = [
    ("value-types", "sourceSnapshotName", {**GOOD, "sourceSnapshotName": 7}),
    ("value-types", "restoreDate", {**AUTOMATIC, "restoreDate": 20261120}),
    ("value-types", "adopt", {**GOOD, "adopt": "yes"}),
    ("value-types", "triggers", {**GOOD, "triggers": "once"}),
    ("value-types", "tags", {**GOOD, "tags": ["team"]}),
    ("value-types", "trackLatest", {**GOOD, "trackLatest": 1}),
    ("manual-or-automatic-source", "sourceSnapshotName", {"sourceRegion": "us-east-1"}),
    ("manual-or-automatic-source", "sourceSnapshotName", {**GOOD, "sourceResourceName": "web-1"}),
    ("date-or-latest", "restoreDate", AUTOMATIC),
    ("date-or-latest", "restoreDate", {**AUTOMATIC, "useLatestRestorableAutoSnapshot": False}),
    ("date-or-latest", "restoreDate", {**AUTOMATIC, **MODES, "sourceSnapshotName": None}),
    ("date-or-latest", "restoreDate", {**GOOD, "restoreDate": "2026-11-20"}),
    ("date-or-latest", "useLatestRestorableAutoSnapshot", {**GOOD, "useLatestRestorableAutoSnapshot": True}),
    ("date-or-latest", "trackLatest", {**AUTOMATIC, "restoreDate": "2026-11-20", "trackLatest": True}),
    ("known-region", "sourceRegion", {**GOOD, "sourceRegion": "us-east-9"}),
    ("known-region", "sourceRegion", {**GOOD, "sourceRegion": None}),
    ("known-region", "sourceRegion", {**GOOD, "sourceRegion": ""}),
    ("known-region", "targetRegion", {**GOOD, "targetRegion": "Frankfurt"}),
    ("tag-characters", "tags", {**GOOD, "tags": {"aws:team": "x"}}),
    ("tag-characters", "tags", {**GOOD, "tags": {"snapcopy:owner": "x"}}),
    ("tag-characters", "tags", {**GOOD, "tags": {"": "x"}}),
    ("tag-characters", "tags", {**GOOD, "tags": {"k" * 129: "x"}}),
    ("tag-characters", "tags", {**GOOD, "tags": {"team": "x" * 257}}),
    ("tag-characters", "tags", {**GOOD, "tags": {"team": 7}}),
    ("tag-characters", "tags", {**GOOD, "tags": {"team": None}}),
    ("tag-characters", "tags", {**GOOD, "tags": {str(n): "" for n in range(51)}}),
    ("custom-timeouts", "customTimeouts", {**GOOD, "snapcopy": {"timeouts": {"create": "soon"}}}),
    ("custom-timeouts", "customTimeouts", {**GOOD, "snapcopy": {"timeouts": {"delete": "0s"}}}),
    ("custom-timeouts", "customTimeouts", {**GOOD, "snapcopy": {"timeouts": {"craete": "1h"}}}),
    ("custom-timeouts", "customTimeouts", {**GOOD, "snapcopy": {"timeouts": "1h"}}),
    ("custom-timeouts", "customTimeouts", {**GOOD, "snapcopy": {"timeouts": {"create": True}}}),
    *(
        ("tag-characters", "tags", {**GOOD, "tags": tags})
        for tags in ({"Backup (nightly)": "x"}, {"team": "a&b"}, {"AWS:team": "x"}, {"Snapcopy:owner": "x"}, {"a\tb": "x"},
                     {"team": "a\n"}, {"team": "\U0001f600"}, {"a*": "x"}, {"team": "50%"}, {"team": "it's"})
    ),
    *(
        ("restore-date-format", "restoreDate", {**AUTOMATIC, "restoreDate": value})
        for value in ("", "20261120", "2026-13-01", "2026-02-29", "2026-1-2", "20.11.2026", "2026-11-22", "latest",
                      "2026-W47-5", "2026-11-20T00:00:00", " 2026-11-20", "\uff12026-11-20")
    ),
    ("snapshot-name", "targetSnapshotName",
     {**GOOD, "targetRegion": GOOD["sourceRegion"], "targetSnapshotName": GOOD["sourceSnapshotName"]}),
    ("snapshot-name", "targetSnapshotName",
     {**AUTOMATIC, "restoreDate": "2026-11-20", "targetRegion": AUTOMATIC["sourceRegion"],
      "targetSnapshotName": AUTOMATIC["sourceResourceName"]}),
    *(
        ("snapshot-name", key, {**base, **dates, key: value})
        for key, base, dates in (
            ("sourceSnapshotName", GOOD, {}),
            ("targetSnapshotName", GOOD, {}),
            ("sourceResourceName", AUTOMATIC, {"restoreDate": "2026-11-20"}),
        )
        for value in ("", "a", "-a", "a-", "a b", "a/b", "ä1", "a\n", "a" * 256, ".a", "a_")
    ),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "property_", "inputs"), BAD, ids=lambda value: str(value)[:60])
def test_what_breaks_a_rule_breaks_that_rule_alone(rule: str, property_: str, inputs: dict[str, Any]) -> None:
    """Each wrong request breaks its one rule, which names the property at fault."""
    assert broken(inputs) == [(rule, property_)]


@pytest.mark.parametrize(("rule", "property_", "inputs"), BAD, ids=lambda value: str(value)[:60])
def test_every_message_says_what_to_write_instead(rule: str, property_: str, inputs: dict[str, Any]) -> None:
    """A message ends in a fix: what to write, to leave out or to keep, which type, or what there is."""
    for found in BOOK.violations(inputs, now=NOW):
        assert any(
            word in found.message
            for word in ("Write ", "write ", "Leave ", "Keep ", "Did you mean ", "It has ", "must be ")
        )
        assert found.message.rstrip()[-1] in ".?"


GOODS: list[dict[str, Any]] = [
    GOOD,
    {**GOOD, "useLatestRestorableAutoSnapshot": False, "adopt": False, "trackLatest": False},
    {**GOOD, "targetRegion": None},
    {**GOOD, "sourceSnapshotName": "a.b_c-1", "targetSnapshotName": "a" * 255},
    {**GOOD, "targetSnapshotName": "a1"},
    {**AUTOMATIC, "restoreDate": "2026-11-21"},
    {**AUTOMATIC, "restoreDate": "2024-02-29"},
    {**AUTOMATIC, "useLatestRestorableAutoSnapshot": True, "trackLatest": True},
    {**GOOD, "tags": {"k" * 128: "x" * 256, "empty": ""}},
    {**GOOD, "tags": {str(n): "" for n in range(47)}, "triggers": [1, None, {"a": []}]},
    {
        **GOOD,
        "snapcopy": {
            "timeouts": {"create": "90m", "delete": "1h 30m", "update": 90, "read": None},
            "owner": 7,
        },
    },
    {**GOOD, "tags": {}, "triggers": [], "trackLatest": True},
    {**GOOD, "tags": {"Größe": "très élevé", "用途": "備份 3", "ключ/1": "a+b=c_d.e:f@g-h/i"}},
]


@pytest.mark.parametrize("inputs", GOODS, ids=lambda value: str(value)[:60])
def test_what_is_right_is_let_through(inputs: dict[str, Any]) -> None:
    """Requests at the edge of each rule break none."""
    assert judged(inputs) == []


@pytest.mark.parametrize("inputs", GOODS, ids=lambda value: str(value)[:60])
@pytest.mark.parametrize("keys", ["each", "all", "inside"])
def test_right_requests_stay_right_while_parts_are_unknown(inputs: dict[str, Any], keys: str) -> None:
    """A right request breaks no rule while one value, every value, or what is inside tags and timeouts is unknown."""
    given = [key for key, value in inputs.items() if value is not None]
    if keys == "all":
        assert judged(dict.fromkeys(given, UNKNOWN)) == []
    elif keys == "each":
        for key in given:
            assert judged({**inputs, key: UNKNOWN}) == []
    else:
        for key in ("tags", "snapcopy"):
            if inputs.get(key):
                assert judged({**inputs, key: dict.fromkeys(inputs[key], UNKNOWN)}) == []


def test_a_region_misspelled_is_answered_with_the_one_that_was_meant() -> None:
    """A near miss names the region it is near to; what is near to none is told them all."""
    (near,) = BOOK.violations({**GOOD, "targetRegion": "eu-west1"}, now=NOW)
    assert "Did you mean eu-west-1" in near.message
    (upper,) = BOOK.violations({**GOOD, "targetRegion": "EU-WEST-1"}, now=NOW)
    assert "Did you mean eu-west-1" in upper.message
    (far,) = BOOK.violations({**GOOD, "targetRegion": "Paris"}, now=NOW)
    assert "eu-west-1, us-east-1, us-east-2" in far.message


def test_a_region_that_may_be_newer_than_boto3_is_answered_with_the_upgrade() -> None:
    """The sentence names the installed version and the command, beside the name that may have been meant."""
    (found,) = BOOK.violations({**GOOD, "targetRegion": "eu-west-9"}, now=NOW)
    assert found.message == (
        "Lightsail has no region 'eu-west-9' that boto3 1.42.0 knows. Did you mean eu-west-1 or us-east-2? For a region that is "
        "newer, run `pip install --upgrade boto3`."
    )


def test_the_regions_are_those_of_the_installed_boto3() -> None:
    """The version in messages is that of the package whose list is read."""
    import boto3

    regions = COPIED_SNAPSHOT_RULES.regions()
    assert "eu-west-1" in regions.names and regions.known_to == f"boto3 {boto3.__version__}"


def test_a_tag_that_the_service_refuses_is_named_with_the_character() -> None:
    """The key of the tag, the first wrong character, and what may be written."""
    said = [
        found.message
        for found in BOOK.violations({**GOOD, "tags": {"Backup (nightly)": "x", "team": "a&b"}}, now=NOW)
    ]
    takes = "which Lightsail refuses in tags. Write letters, digits, spaces and + - = . _ : / @ only."
    assert said == [
        f"the key 'Backup (nightly)' has '(', {takes}",
        f"the value of tag 'team' has '&', {takes}",
    ]


def test_a_wrong_type_is_named_with_its_argument_and_its_value() -> None:
    """The message about a wrong type has the value, and the argument as the program spells it."""
    (found,) = BOOK.violations({**AUTOMATIC, "restoreDate": 20261120}, now=NOW)
    assert (found.property, found.message) == (
        "restoreDate",
        "restore_date must be a date, YYYY-MM-DD; it is 20261120.",
    )


@pytest.mark.parametrize("value", [{"pw": "hunter2"}, ["hunter2"], 7])
def test_a_secret_of_a_wrong_type_is_neither_quoted_nor_named_to_the_engine(value: Any) -> None:
    """The failure about a secret names no property: the engine prints the value of the property that a failure names."""
    inputs = {"instanceSnapshotName": "web-1", "availabilityZone": "us-east-1a", "bundleId": "small_3_0"}
    found = RESTORED_INSTANCE_RULES.violations({**inputs, "userData": value}, now=NOW)
    assert [(each.property, each.message) for each in found] == [
        ("", f"user_data must be a string; it is of type {type(value).__name__}.")
    ]


def test_tracking_beside_a_date_is_refused() -> None:
    """`track_latest` is refused beside a date, and allowed beside a manual snapshot."""
    assert broken({**AUTOMATIC, "restoreDate": "2026-11-20", "trackLatest": True}) == [
        ("date-or-latest", "trackLatest")
    ]
    assert broken({**GOOD, "trackLatest": True}) == []


def test_a_request_that_breaks_several_rules_is_told_all_of_them() -> None:
    """All mistakes are named in one run."""
    inputs = {"sourceSnapshotName": "-", "restoreDate": "soon", "sourceRegion": "mars", "tags": {"aws:x": ""}}
    assert {name for name, _ in broken(inputs)} == {
        "date-or-latest", "restore-date-format", "snapshot-name", "known-region", "tag-characters",
    }  # fmt: skip


def test_a_copy_under_its_sources_own_name_is_told_how_to_take_that_over() -> None:
    """A copy with its source's name in the same region is refused; the message proposes another name, or adopt."""
    inputs = {
        **GOOD,
        "targetRegion": GOOD["sourceRegion"],
        "targetSnapshotName": GOOD["sourceSnapshotName"],
    }
    (found,) = BOOK.violations(inputs, now=NOW)
    assert "'db-1' is what source_snapshot_name names in the same region" in found.message
    assert "or adopt=True to take over that snapshot" in found.message


def test_the_most_tags_a_user_may_write_leave_room_for_ours() -> None:
    """The service takes fifty tags; a request with as many as the rules let through stays within them."""
    counts = [n for n in range(60) if judged({**GOOD, "tags": {str(key): "" for key in range(n)}}) == []]
    inputs = {**GOOD, "tags": dict.fromkeys(map(str, range(max(counts))), "")}
    assert max(counts) > 40
    spec = CopiedSnapshots().spec(inputs, Bookkeeping(owner="shop/dev/db@0123456789abcdef", retain=True))
    assert len(spec.all_tags) <= 50


def test_rules_are_described_and_lead_to_their_page() -> None:
    """Each rule has a kebab-case name of its own, a sentence, and the page that it comes from."""
    rules = [*BOOK.arguments, *CATALOGUE.rules]
    assert len({rule.name for rule in rules}) == len(rules)
    for rule in rules:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
        assert rule.description.endswith(".") and rule.fix
        assert rule.page.startswith(("https://docs.aws.amazon.com/", "https://docs.outscale.com/"))


RESTORED: dict[str, Any] = {
    "instanceSnapshotName": "web-dr", "region": "eu-west-1", "availabilityZone": "eu-west-1a", "bundleId": "small_3_0",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"bundleId": ""}, "bundle_id is required. Write the plan, such as small_3_0; `aws lightsail get-bundles` lists them."),
        ({"availabilityZone": None}, "availability_zone is required. Write a zone of the region, such as eu-west-1a."),
        ({"availabilityZone": ""}, "availability_zone is required. Write a zone of the region, such as eu-west-1a."),
        ({"availabilityZone": "us-east-1a"},
         "'us-east-1a' is not a zone of eu-west-1. Write one such as eu-west-1a, or another region."),
        ({"instanceName": "web-dr"},
         "'web-dr' is what instance_snapshot_name names in the same region, and a region has each name once. Write "
         "another instance_name, or leave it out."),
    ],
)  # fmt: skip
def test_what_a_restore_needs_is_said_once_with_what_to_write(change: dict[str, Any], said: str) -> None:
    """A missing argument of a restore is named once, with an example or where to find one."""
    inputs = {key: value for key, value in {**RESTORED, **change}.items() if value is not None}
    assert [each.message for each in RESTORED_INSTANCE_RULES.violations(inputs, now=NOW)] == [said]


def test_a_region_that_there_isnt_is_named_and_not_its_zones() -> None:
    """The message about an unknown region proposes no zone of it."""
    (found,) = RESTORED_INSTANCE_RULES.violations({**RESTORED, "region": ""}, now=NOW)
    assert found.property == "region"


@pytest.mark.parametrize("size", [0, -1.0])
def test_a_disk_of_no_size_is_refused(size: float) -> None:
    """A disk of size 0 is refused at preview."""
    disk = {
        "diskSnapshotName": "data-dr",
        "region": "eu-west-1",
        "availabilityZone": "eu-west-1a",
        "sizeInGb": size,
    }
    (found,) = RESTORED_DISK_RULES.violations(disk, now=NOW)
    assert found.message == f"size_in_gb is {size:g}. Write the disk's size in GiB, at least the snapshot's."
