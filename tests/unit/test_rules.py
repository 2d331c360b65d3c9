"""What makes a request wrong, and what is said then."""

from __future__ import annotations

import itertools
import re
from datetime import datetime, timezone
from typing import Any

import pytest
from pulumi_snapcopy.core.inputs import request
from pulumi_snapcopy.core.judging.judgement import UNKNOWN, Context, Rule, StackRule, Violation
from pulumi_snapcopy.core.rules import ARGUMENTS, ORGANISATION, REQUEST, STACK, violations

CONTEXT = Context(
    regions=frozenset({"us-east-1", "us-east-2", "eu-west-1"}),
    now=datetime(2026, 11, 21, 0, 30, tzinfo=timezone.utc),
)
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
        (rule.name, found) for rule in (*ARGUMENTS, *REQUEST) for found in rule.judge(inputs, CONTEXT, {})
    ]


def broken(inputs: dict[str, Any]) -> list[tuple[str, str]]:
    """The rules that are broken, and the properties they name."""
    return [(name, found.property) for name, found in judged(inputs)]


@pytest.mark.parametrize("given", list(itertools.product([False, True], repeat=4)), ids=str)
def test_three_of_the_sixteen_ways_to_name_a_source_are_right(given: tuple[bool, ...]) -> None:
    """A manual snapshot alone, or a resource with either a date or the latest; nothing else."""
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
    ("value-types", "customTimeouts", {**GOOD, "customTimeouts": "1h"}),
    ("manual-or-automatic-source", "sourceSnapshotName", {"sourceRegion": "us-east-1"}),
    ("manual-or-automatic-source", "sourceSnapshotName", {**GOOD, "sourceResourceName": "web-1"}),
    ("date-or-latest", "restoreDate", AUTOMATIC),
    ("date-or-latest", "restoreDate", {**AUTOMATIC, "useLatestRestorableAutoSnapshot": False}),
    ("date-or-latest", "restoreDate", {**AUTOMATIC, **MODES, "sourceSnapshotName": None}),
    ("date-or-latest", "restoreDate", {**GOOD, "restoreDate": "2026-11-20"}),
    ("date-or-latest", "useLatestRestorableAutoSnapshot", {**GOOD, "useLatestRestorableAutoSnapshot": True}),
    ("date-or-latest", "trackLatest", {**AUTOMATIC, "restoreDate": "2026-11-20", "trackLatest": True}),
    ("date-or-latest", "trackLatest", {**GOOD, "trackLatest": True}),
    ("known-region", "sourceRegion", {**GOOD, "sourceRegion": "us-east-9"}),
    ("known-region", "sourceRegion", {**GOOD, "sourceRegion": None}),
    ("known-region", "sourceRegion", {**GOOD, "sourceRegion": ""}),
    ("known-region", "targetRegion", {**GOOD, "targetRegion": "Frankfurt"}),
    ("tags", "tags", {**GOOD, "tags": {"aws:team": "x"}}),
    ("tags", "tags", {**GOOD, "tags": {"snapcopy:owner": "x"}}),
    ("tags", "tags", {**GOOD, "tags": {"": "x"}}),
    ("tags", "tags", {**GOOD, "tags": {"k" * 129: "x"}}),
    ("tags", "tags", {**GOOD, "tags": {"team": "x" * 257}}),
    ("tags", "tags", {**GOOD, "tags": {"team": 7}}),
    ("tags", "tags", {**GOOD, "tags": {"team": None}}),
    ("tags", "tags", {**GOOD, "tags": {str(n): "" for n in range(51)}}),
    ("custom-timeouts", "customTimeouts", {**GOOD, "customTimeouts": {"create": "soon"}}),
    ("custom-timeouts", "customTimeouts", {**GOOD, "customTimeouts": {"delete": "0s"}}),
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
    for found in violations(inputs, CONTEXT):
        assert any(
            word in found.message
            for word in ("Write ", "Leave ", "Keep ", "Did you mean ", "It has ", "must be ")
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
    {**GOOD, "customTimeouts": {"create": "90m", "delete": "1h30m"}, "tags": {}, "triggers": []},
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
        for key in ("tags", "customTimeouts"):
            if inputs.get(key):
                assert judged({**inputs, key: dict.fromkeys(inputs[key], UNKNOWN)}) == []


def test_a_region_misspelled_is_answered_with_the_one_that_was_meant() -> None:
    """A near miss names the region it is near to; what is near to none is told them all."""
    (near,) = violations({**GOOD, "targetRegion": "eu-west1"}, CONTEXT)
    assert "Did you mean eu-west-1" in near.message
    (far,) = violations({**GOOD, "targetRegion": "Paris"}, CONTEXT)
    assert "eu-west-1, us-east-1, us-east-2" in far.message


def test_a_request_that_breaks_several_rules_is_told_all_of_them() -> None:
    """Nobody mends one mistake a run."""
    inputs = {"sourceSnapshotName": "-", "restoreDate": "soon", "sourceRegion": "mars", "tags": {"aws:x": ""}}
    assert {name for name, _ in broken(inputs)} == {
        "date-or-latest", "restore-date-format", "snapshot-name", "known-region", "tags",
    }  # fmt: skip


def test_the_most_tags_a_user_may_write_leave_room_for_ours() -> None:
    """The service takes fifty tags; a request with as many as the rules let through stays within them."""
    counts = [n for n in range(60) if judged({**GOOD, "tags": {str(key): "" for key in range(n)}}) == []]
    inputs = {
        **GOOD,
        "owner": "shop/dev/db",
        "retainOnDelete": True,
        "tags": dict.fromkeys(map(str, range(max(counts))), ""),
    }
    assert max(counts) > 40
    assert len(request(inputs).all_tags) <= 50


def test_rules_are_described_and_lead_to_their_page() -> None:
    """Each rule has a kebab-case name of its own, a sentence, and the page that it comes from."""
    rules: list[Rule | StackRule] = [*ARGUMENTS, *REQUEST, *ORGANISATION, *STACK]
    assert len({rule.name for rule in rules}) == len(rules)
    for rule in rules:
        assert re.fullmatch(r"[a-z]+(-[a-z]+)*", rule.name)
        assert rule.description.endswith(".") and rule.fix
        assert rule.page.startswith("https://docs.aws.amazon.com/lightsail/")
