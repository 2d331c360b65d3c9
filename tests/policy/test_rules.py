"""Each rule of the pack, broken and kept, in one preview: what is said, of which resource, and with which fix."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator
from pulumi_snapcopy.families import CATALOGUE
from pulumi_snapcopy.lightsail.rules import COPIED_SNAPSHOT_RULES as COPIES

from tests.engine.conftest import Service, day

from .conftest import OTHERS, OURS, THEIRS, Judge, Judged

ROUTE = {"sourceRegion": "us-east-1", "targetRegion": "eu-west-1"}
MANUAL = {**ROUTE, "sourceSnapshotName": "db-before-upgrade", "tags": {"team": "shop"}}
AUTOMATIC = {**ROUTE, "sourceResourceName": "web-1", "tags": {"team": "shop"}}
LATEST = {"useLatestRestorableAutoSnapshot": True}

BROKEN: dict[str, tuple[dict[str, Any], str, str]] = {
    "no-source": (
        {**ROUTE, "tags": {"team": "shop"}}, "manual-or-automatic-source",
        "sourceSnapshotName or sourceResourceName is required. Write sourceSnapshotName (a manual snapshot), or sourceResourceName"),
    "both": (
        {**MANUAL, "sourceResourceName": "web-1"}, "manual-or-automatic-source",
        "sourceSnapshotName and sourceResourceName exclude each other. Write sourceSnapshotName alone"),
    "no-date": (AUTOMATIC, "date-or-latest", "restoreDate or useLatestRestorableAutoSnapshot is required with sourceResourceName. Write restoreDate"),
    "date-and-latest": (
        {**AUTOMATIC, "restoreDate": day(1), **LATEST}, "date-or-latest",
        "restoreDate and useLatestRestorableAutoSnapshot exclude each other. Keep one of the two"),
    "dated-manual": (
        {**MANUAL, "restoreDate": day(1)}, "date-or-latest",
        "restoreDate belongs to automatic snapshots, and sourceSnapshotName names a manual one. Leave restoreDate out"),
    "no-such-day": (
        {**AUTOMATIC, "restoreDate": "2026-02-30"}, "restore-date-format",
        f"restoreDate: '2026-02-30' is not a date. Write YYYY-MM-DD, such as {day(0)}."),
    "tomorrow": (
        {**AUTOMATIC, "restoreDate": day(-2)}, "restore-date-format",  # tomorrow, where the day changes meanwhile
        f"restoreDate: {day(-2)} is in the future (today is "),
    "bad-name": (
        {**MANUAL, "targetSnapshotName": "-x"}, "snapshot-name",
        "targetSnapshotName: '-x' is not a name that Lightsail takes. Write 2 to 255 letters, digits, '-', '_' or '.'"),
    "bad-region": (
        {**MANUAL, "sourceRegion": "us-esat-1"}, "known-region",
        "sourceRegion: Lightsail has no region 'us-esat-1' that boto3 "),
    "no-region": (
        {key: value for key, value in MANUAL.items() if key != "sourceRegion"}, "known-region",
        "sourceRegion is missing. Write the region of the source, such as us-east-1."),
    "wrong-tag": (
        {**MANUAL, "tags": {"team": "shop", "Backup (nightly)": "yes"}}, "tag-characters",
        "tags: the key 'Backup (nightly)' has '(', which Lightsail refuses in tags. Write letters, digits, spaces and"),
    "stays": (
        {**MANUAL, "targetRegion": "us-east-1"}, "copy-leaves-region",
        "targetRegion: the copy stays in us-east-1, with its source. Write another targetRegion"),
    "untagged": ({**MANUAL, "tags": {"shop": "1"}}, "required-tags", "tags: missing required tag \"team\". Add tags['team']."),
    "forbidden-region": (
        {**MANUAL, "targetRegion": "eu-west-2"}, "allowed-regions",
        "targetRegion: eu-west-2 is not allowed here. Write one of eu-west-1, us-east-1."),
    "aged-out": (
        {**AUTOMATIC, "restoreDate": day(8)}, "restore-date-not-aged-out",
        f"restoreDate: the automatic snapshot of {day(8)} has most likely aged out: the service keeps the latest 7."),
    "old": (
        {**AUTOMATIC, "sourceResourceName": "data-1", "restoreDate": day(6)}, "recovery-point-objective",
        f'restoreDate: the newest copy of "data-1" is of {day(6)} 00:00 UTC, '),
}  # fmt: skip
"""A request, the rule that it breaks, and how the message begins."""

KEPT: dict[str, dict[str, Any]] = {
    "manual": MANUAL,
    "manual-not-latest": {**MANUAL, "useLatestRestorableAutoSnapshot": False},
    "dated": {**AUTOMATIC, "restoreDate": day(1)},
    "latest": {**AUTOMATIC, **LATEST},
    "named": {**MANUAL, "targetSnapshotName": "db.before_upgrade-2"},
    "api-tags": {**MANUAL, "tags": [{"key": "team", "value": "shop"}]},
}

CONFIG: dict[str, dict[str, Any]] = {
    rule.name: {"types": ["*:CopySnapshot", "*:CopiedSnapshot"]} for rule in CATALOGUE.rules
}
CONFIG["required-tags"]["tags"] = ["team"]
CONFIG["allowed-regions"]["regions"] = ["us-east-1", "eu-west-1"]
CONFIG["recovery-point-objective"]["hours"] = 24 * 6


WHOLE = "\n".join(
    [
        OTHERS,
        *(f"CopySnapshot({name!r}, **{arguments!r})" for name, (arguments, _, _) in BROKEN.items()),
        *(f"CopySnapshot({name!r}, **{arguments!r})" for name, arguments in KEPT.items()),
        f"""
CopySnapshot("snake", source_region="us-esat-1", target_region="eu-west-1", source_snapshot_name="a b",
    restore_date="soon", tags={{"team": "shop"}})
CopySnapshot("secret", **{{**{MANUAL!r}, "targetSnapshotName": pulumi.Output.secret("hunter2 "),
    "tags": pulumi.Output.secret({{"team": "hunter3", "aws:x": "hunter4"}})}})
Instance("web", name="web-1")
files = Instance("files", instance_name="files-1")
CopySnapshot("of-files", **{ROUTE!r}, **{LATEST!r}, tags={{"team": "shop"}},
    sourceResourceName=files.id.apply(lambda _: "files-1"))
Instance("bare", name="bare-1")
CopiedSnapshot("ours", source_snapshot_name="db-before-upgrade", source_region="us-east-1",
    target_region="us-east-1", target_snapshot_name="again", tags={{"shop": "1"}})
""",
    ]
)
"""Every violation and its counterparts; all tests that read it are one preview."""


@pytest.mark.engine
def test_each_rule_broken_and_kept(judge: Judge, service: Service) -> None:
    """What breaks a rule breaks that rule alone, with its fix; what keeps the rules passes without a word."""
    judged = judge(WHOLE, CONFIG, ok=False)
    assert service.effects() == []

    said = {name: judged.of(name) for name in BROKEN}
    assert {name: [policy for policy, _ in found] for name, found in said.items()} == {
        name: [policy] for name, (_, policy, _) in BROKEN.items()
    }
    for name, (_, _, message) in BROKEN.items():
        assert said[name][0][1].startswith(message)
    assert {name: judged.of(name) for name in KEPT} == {name: [] for name in KEPT}

    levels_and_severities(judged)
    everything_wrong_with_one_resource(judged)
    our_own_copies_in_pythons_spelling(judged)
    a_secret_judged_and_not_said(judged)
    instances_without_a_copy(judged)


def levels_and_severities(judged: Judged) -> None:
    """What the service would refuse is mandatory, the organisation's is advisory; the severity is the rule's."""
    rules = {rule.name: rule for rule in COPIES.configurable}
    mandatory = {rule.name for rule in CATALOGUE.request}
    assert {each.policy for each in judged.findings} == set(rules)
    for each in judged.findings:
        assert each.level == ("mandatory" if each.policy in mandatory else "advisory")
        assert each.severity == rules[each.policy].severity
        assert each.description == rules[each.policy].description


def everything_wrong_with_one_resource(judged: Judged) -> None:
    """Four rules broken by one resource are four findings, in the spelling that the resource has."""
    assert sorted(policy for policy, _ in judged.of("snake")) == [
        "date-or-latest", "known-region", "restore-date-format", "snapshot-name",
    ]  # fmt: skip
    messages = " ".join(message for _, message in judged.of("snake"))
    for spelled in ("source_region: Lightsail", "source_snapshot_name: 'a b'", "restore_date: 'soon'"):
        assert spelled in messages
    assert "sourceSnapshotName" not in messages and "restoreDate" not in messages


def our_own_copies_in_pythons_spelling(judged: Judged) -> None:
    """Their state is in camelCase, their program is not."""
    assert sorted(judged.of("ours")) == [
        ("copy-leaves-region", "target_region: the copy stays in us-east-1, with its source. Write another "
                               "target_region, so that it outlives the region."),
        ("required-tags", "tags: missing required tag \"team\". Add tags['team']."),
    ]  # fmt: skip


def a_secret_judged_and_not_said(judged: Judged) -> None:
    """A message about a secret has [secret] in its place."""
    (message,) = (message for policy, message in judged.of("secret") if policy == "snapshot-name")
    assert message.startswith("targetSnapshotName: '[secret]' is not a name that Lightsail takes.")
    assert "hunter" not in judged.output


def instances_without_a_copy(judged: Judged) -> None:
    """An instance that a copy names, or whose output a copy takes, is covered; another is not."""
    assert judged.of("web") == judged.of("files") == []
    assert judged.of("bare") == [
        ("copies-cover-instances", '"bare-1" has no copy. Turn on its automatic snapshots, and declare a CopiedSnapshot '
                                   'with source_resource_name="bare-1" and use_latest_restorable_auto_snapshot=True.'),
    ]  # fmt: skip


@pytest.mark.engine
def test_each_rule_judges_the_types_that_it_is_configured_for(judge: Judge, emulator: Emulator) -> None:
    """A pattern for one rule lets it judge another tool's resource; rules without one leave that alone."""
    judged = judge(
        f"{OTHERS}CopySnapshot('theirs', restoreDate='soon', sourceSnapshotName='-')\n",
        {"snapshot-name": {"types": ["nothing:*", THEIRS]}, "date-or-latest": {"types": [OURS]}},
        ok=False,
    )
    assert [each.policy for each in judged.findings] == ["snapshot-name"]
    assert emulator.calls() == []


@pytest.mark.engine
def test_a_copy_that_is_kept_on_purpose_is_not_nagged_at(judge: Judge, emulator: Emulator) -> None:
    """A date that has aged out is spoken of before the copy is made, and where another is to be made, and else no more."""
    emulator.seed({"us-east-1": {"instances": [{"name": "old-1", "automaticSnapshots": [day(30), day(20)]}]}})

    def dated(**ago: int) -> str:
        dates = {name: day(number) for name, number in ago.items()}
        return (
            f"for name, date in {dates!r}.items():\n"
            "    CopiedSnapshot(name, source_resource_name='old-1', restore_date=date,\n"
            "        source_region='us-east-1', target_region='eu-west-1')\n"
        )

    def policies(judged: Judged) -> dict[str, list[str]]:
        return {name: [policy for policy, _ in judged.of(name)] for name in ("kept", "moved")}

    aged_out = ["restore-date-not-aged-out"]
    assert policies(judge(dated(kept=20, moved=20))) == {"kept": aged_out, "moved": aged_out}
    assert judge(dated(kept=20, moved=20), command="up").findings == []
    assert policies(judge(dated(kept=20, moved=30))) == {"kept": [], "moved": aged_out}
