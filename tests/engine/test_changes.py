"""What a change of the program does, or one at the service: a new copy, a change in place, or nothing.

One stack, whose copies each have a story of their own, is brought about, edited twice, refreshed, and destroyed.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from pulumi_snapcopy.emulator import Emulator

from .conftest import WEEK, Service, day
from .matrix import MANUAL, told
from .stack import Stack
from .stories import Arguments, Life, declared

if TYPE_CHECKING:
    from types_boto3_lightsail.type_defs import TagTypeDef

COPIED_FIRST = ("CopySnapshot", "TagResource", "DeleteInstanceSnapshot")
DELETED_FIRST = ("DeleteInstanceSnapshot", "CopySnapshot", "TagResource")
DATED = {"source_resource_name": "web-1"}
THEIRS: TagTypeDef = {"key": "theirs", "value": "x"}


def latest(source: str, **more: object) -> Arguments:
    """The latest automatic snapshot of a source."""
    return {"source_resource_name": source, "use_latest_restorable_auto_snapshot": True, **more}


@dataclass(frozen=True)
class Story:
    """What the program says of one copy, edit by edit, and what comes of it.

    Attributes:
        first: The arguments at first.
        edited: The arguments after the first edit; None: as before.
        again: The arguments after the second edit; None: as before.
        did: What the run after the first edit, the refresh and the run after the second edit did.
        names: What the run after the second edit names.
        effects: The calls of the run after the second edit, where they are part of the story.
        copies: How many copies were started in all.
    """

    first: Arguments
    edited: Arguments | None = None
    again: Arguments | None = None
    did: tuple[str, str, str] = ("", "", "")
    names: str = ""
    effects: tuple[str, ...] | None = None
    copies: int = 1

    def arguments(self, edits: int) -> Arguments:
        """The arguments after so many edits."""
        given = (self.first, self.edited, self.again)[: edits + 1]
        return [each for each in given if each is not None][-1]


def another(first: Arguments, again: Arguments, names: str, effects: tuple[str, ...] = COPIED_FIRST) -> Story:
    """Another request: the second edit asks for a new copy, which stands before the old one is deleted."""
    return Story(first, again=again, did=("", "", "replace"), names=names, effects=effects, copies=2)


RETAINED = {**DATED, "opts": "ResourceOptions(retain_on_delete=True)"}
WITH_OPTIONS = {
    **DATED,
    "tags": {"source_region": "x", "sourceRegion": "y"},
    "opts": 'ResourceOptions(custom_timeouts={"create": "90m"}, ignore_changes=["restore_date"],'
    ' replace_on_changes=["source_resource_name"])',
}
TIMEOUT = "ResourceOptions(custom_timeouts=CustomTimeouts(create='{}'))"
STORIES = {
    # tests/unit/test_differences.py has the other arguments
    "date": another({**DATED, "restore_date": day(3)}, {**DATED, "restore_date": day(2)}, "restoreDate"),
    "triggers": another({}, {"triggers": [1]}, "triggers"),
    "target-name": another({}, {"target_snapshot_name": "another-dr"}, "targetSnapshotName"),
    "source-region": another({}, {"source_region": "us-west-2"}, "sourceRegion"),
    "target-region": another(
        {"target_snapshot_name": "moved-dr"},
        {"target_snapshot_name": "moved-dr", "target_region": "eu-west-2"},
        "targetRegion",
    ),
    "region-left-out": another({"target_region": None}, {"target_region": None, "triggers": [1]}, "triggers"),
    "tracked": another(latest("tracked-1", track_latest=True), latest("tracked-1", track_latest=True), ""),
    "latest-triggers": another(
        latest("triggered-1", triggers=["week 46"]), latest("triggered-1", triggers=["week 47"]), "triggers"
    ),
    "explicit-name": another(
        {**DATED, "target_snapshot_name": "db-dr", "restore_date": day(3)},
        {**DATED, "target_snapshot_name": "db-dr", "restore_date": day(1)},
        "restoreDate",
        effects=DELETED_FIRST,
    ),
    "retained": Story(
        {**RETAINED, "restore_date": day(3)},
        {**RETAINED, "restore_date": day(2)},
        {**RETAINED, "restore_date": day(1)},
        did=("replace", "", "replace"),
        effects=("CopySnapshot", "TagResource"),
        copies=3,
    ),
    "tags": Story(
        {"tags": {"team": "shop", "old": "1"}},
        {"tags": {"team": "web"}},
        {},
        did=("update", "", "update"),
    ),
    "tags-behind-our-back": Story({"tags": {"team": "shop"}}, did=("", "update", "update")),
    "timeout": Story(
        {"opts": TIMEOUT.format("30m")}, {"opts": TIMEOUT.format("1h30m")}, did=("update", "", "")
    ),
    "with-options": Story(
        {**WITH_OPTIONS, "restore_date": datetime.date.fromisoformat(day(2))},
        {**WITH_OPTIONS, "restore_date": datetime.date.fromisoformat(day(1))},
        effects=(),
    ),
    "aged-out": Story({"source_resource_name": "aging-1", "restore_date": day(3)}, effects=()),
    "latest": Story(
        latest("settled-1"), again={"source_resource_name": "settled-1", "restore_date": day(1)}, effects=()
    ),
    "deleted": Story({}, did=("", "delete", "create"), copies=2),
    "deleted-at-the-end": Story({}),
}
OLD_NAMES: dict[str, Arguments] = {"old": {}, "other-old": {}}
NEW_NAMES: dict[str, Arguments] = {"new": {"opts": "ResourceOptions(aliases=[Alias(name='old')])"}, "other-new": {}}  # fmt: skip


def after(edits: int) -> dict[str, Arguments]:
    """What the program asks for after so many edits."""
    return {name: story.arguments(edits) for name, story in STORIES.items()}


def test_each_change_does_what_it_asks_for(
    stack: Stack, service: Service, emulator: Emulator, subtests: pytest.Subtests
) -> None:
    """Each part of a request asks for a new copy, tags and timeouts change in place, all else changes nothing."""
    sources = ("tracked-1", "triggered-1", "settled-1", "aging-1")
    emulator.seed({"us-east-1": {"instances": [{"name": n, "automaticSnapshots": WEEK} for n in sources]}})
    emulator.put_snapshot("us-west-2", "db-before-upgrade", from_name="db-1")
    for source in sources[:3]:
        emulator.age_out("us-east-1", source, day(0))
    stack.environment |= {
        "AWS_ACCESS_KEY_ID": "AKIAMARKED0000000000",
        "AWS_SECRET_ACCESS_KEY": "marked-secret",
    }
    life, client = Life(stack, service, emulator), emulator.client("eu-west-1")

    stack.environment |= {"AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "eu-west-3"}
    stack.program(declared(after(0) | OLD_NAMES))
    first = life.up()
    stack.environment |= {"AWS_REGION": "eu-north-1", "AWS_DEFAULT_REGION": "eu-north-1"}
    emulator.take_automatic_snapshot("us-east-1", "settled-1", day(0))

    client.tag_resource(resourceName=first.copy("tags")["name"], tags=[THEIRS])
    stack.program(declared(after(1) | OLD_NAMES))
    edited = life.up()
    drift: list[TagTypeDef] = [{"key": "team", "value": "wrong"}]
    client.tag_resource(resourceName=first.copy("tags-behind-our-back")["name"], tags=drift)
    client.delete_instance_snapshot(instanceSnapshotName=first.copy("deleted")["name"])
    emulator.age_out("us-east-1", "aging-1", day(3))
    emulator.client("us-east-1").delete_instance(instanceName="aging-1")
    refreshed = life.run("refresh", "--yes", "--skip-preview")
    for source in ("tracked-1", "triggered-1"):
        emulator.take_automatic_snapshot("us-east-1", source, day(0))

    stack.program(declared(after(2) | NEW_NAMES))
    again = life.up()
    idle = life.up()
    client.delete_instance_snapshot(instanceSnapshotName=first.copy("deleted-at-the-end")["name"])
    destroyed = life.run("destroy", "--yes", "--skip-preview")

    for name, story in STORIES.items():
        with subtests.test(name):
            assert (edited.did(name), refreshed.did(name), again.did(name)) == story.did
            assert story.names in again.row(name)
            assert story.effects is None or life.effects(again, name) == [*story.effects]
            assert life.copied(name) == story.copies
            assert again.tags(name)["snapcopy:owner"] == f"shop/dev/{name}"
            if story.copies == 1:
                assert again.arn(name) == first.arn(name)
            else:
                assert again.arn(name) != first.arn(name)

    retained = {moment.arn("retained") for moment in (first, edited, again)}
    for moment in (first, edited, again):
        with subtests.test("nothing else is there", run=life.moments.index(moment)):
            others = moment.there.keys() - {moment.arn(name) for name in moment.state}
            assert others <= retained and len(others) == (first, edited, again).index(moment)
    with subtests.test("a second run changes nothing"):
        assert idle.result.changes == {"unchanged": len(STORIES) + 3}
    with subtests.test("destroy leaves what is retained, and finds one already gone"):
        assert destroyed.result.changes == {"deleted": len(STORIES) + 3}
        assert destroyed.there.keys() == retained and len(retained) == 3

    with subtests.test("the copy moves"):
        assert again.copy("target-region")["location"]["regionName"] == "eu-west-2"
        assert again.copy("target-region")["name"] == "moved-dr"
    with subtests.test("the region left out is the one AWS tooling would use then, and stays"):
        regions = {moment.copy("region-left-out")["location"]["regionName"] for moment in (first, again)}
        assert regions == {"eu-west-3"}
    with subtests.test("derived and other names differ, so that both copies can stand"):
        for name in ("date", "triggers", "target-name", "source-region"):
            assert again.copy(name)["name"] != first.copy(name)["name"], name
    with subtests.test("an explicit name is freed first"):
        assert again.copy("explicit-name")["name"] == "db-dr"
    with subtests.test("tags of others stay"):
        ours = {"snapcopy:owner": "shop/dev/tags"}
        assert edited.tags("tags") == {"team": "web", "theirs": "x", **ours}
        assert again.tags("tags") == {"theirs": "x", **ours}
        assert again.tags("tags-behind-our-back")["team"] == "shop"
    with subtests.test("a copy that is made again has its name again"):
        assert again.copy("deleted")["name"] == first.copy("deleted")["name"]
    with subtests.test("a timeout is a setting of the wait"):
        assert again.outputs("timeout")["snapcopy"]["timeouts"] == {"create": "1h30m"}
    with subtests.test("options and arguments are written as Python programs write them"):
        outputs = again.outputs("with-options")
        assert outputs["restoreDate"] == outputs["restoredDate"] == day(2)
        assert outputs["tags"] == WITH_OPTIONS["tags"]
        assert outputs["tags"].items() <= again.tags("with-options").items()
        assert outputs["snapcopy"]["timeouts"] == {"create": "90m"}
    with subtests.test("the latest is settled once"):
        assert first.outputs("latest")["restoredDate"] == day(1)
    for name in ("tracked", "latest-triggers"):
        with subtests.test("a newer automatic snapshot is copied", name=name):
            assert day(1) in first.copy(name)["name"] and day(0) in again.copy(name)["name"]
            assert again.outputs(name)["restoredDate"] == day(0)
    with subtests.test("a retained copy is marked"):
        assert again.tags("retained")["snapcopy:retain"] == "true"
        assert {moment.copy("retained")["name"][:16] for moment in (first, edited, again)} == {
            f"web-1-{day(ago)}" for ago in (3, 2, 1)
        }
    with subtests.test("with an alias a rename sets the owner's tag, and copies nothing"):
        assert again.did("new") == "update" and again.arn("new") == first.arn("old")
        assert again.tags("new") == {"snapcopy:owner": "shop/dev/new"}
    with subtests.test("without an alias another one is copied, then the old copy goes"):
        assert (again.did("other-new"), again.did("other-old")) == ("create", "delete")
        names = (again.copy("other-new")["name"], first.copy("other-old")["name"])
        assert again.effects(*names) == [*COPIED_FIRST]
    with subtests.test("the state holds a short reference, and no credentials"):
        for name in STORIES:
            providers = {moment.outputs(name)["__provider"] for moment in (first, edited, again)}
            assert len(providers) == 1 and len(providers.pop()) <= 200, name
        stored = [file.read_text() for file in stack.backend.rglob("*.json*")]
        agents = {call.user_agent for moment in life.moments for call in moment.calls}
        assert agents and all("pulumi-snapcopy/" in agent for agent in agents)
        for text in (*stored, *agents, *(moment.result.output for moment in life.moments)):
            assert "AKIAMARKED" not in text and "marked-secret" not in text


def test_a_forgotten_alias_under_an_explicit_name_costs_no_copy(stack: Stack, service: Service) -> None:
    """Whatever goes on after the error: what the new name asks for isn't deleted with the old one, and an alias heals it."""
    web = {**MANUAL, "target_snapshot_name": "web-dr"}
    stack.program(declared({"old": web}))
    stack.up()
    before = service.snapshots()
    stack.program(declared({"new": web}))
    for options in ([], ["--continue-on-error"]):
        refused = stack.up(*options, ok=False)
        assert "write its old one as an alias" in told(refused, "new")
        assert service.snapshots() == before
    assert '"web-dr" in eu-west-1 is asked for by new, too' in told(refused, "old")
    stack.program(declared({"new": {**web, "opts": "ResourceOptions(aliases=[Alias(name='old')])"}}))
    assert stack.up().changes == {"updated": 1, "unchanged": 1}
    assert service.snapshots()["web-dr"]["arn"] == before["web-dr"]["arn"]


@pytest.mark.soak  # daily in tests/lifecycle/test_replace.py
def test_a_wrong_source_is_refused_before_the_copy_goes(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Under an explicit name a wrong source is refused before the old copy is deleted, and the message says what there is."""
    life, web = Life(stack, service, emulator), {**DATED, "target_snapshot_name": "web-dr"}
    stack.program(declared({"web": {**web, "restore_date": day(2)}}))
    first = life.up()
    stack.program(declared({"web": {**web, "restore_date": day(20)}}))
    wrong = life.run("up", "--yes", "--skip-preview", ok=False)
    assert wrong.there == first.there and wrong.effects() == []
    message = told(wrong.result, "web")
    assert (
        'replacing CopiedSnapshot "web" (us-east-1 -> eu-west-1): '
        f"web-1 has no automatic snapshot of {day(20)} in us-east-1\n"
    ) in message
    assert (
        'State: the copy "web-dr" would have to be deleted first, and was kept; '
        f"automatic snapshots of web-1: {day(6)},"
    ) in message
    assert "Next:  write one of these as restore_date" in message
    assert "Traceback" not in wrong.result.output


CHAINS = """
from pulumi_snapcopy.lightsail import DiskSnapshot

hop = CopiedSnapshot("hop", source_snapshot_name={snapshot!r}, source_region="us-east-1", target_region="eu-west-1",
    target_snapshot_name="hop-dr")
CopiedSnapshot("onward", source_snapshot_name=hop.target_snapshot_name, source_region="eu-west-1",
    target_region="eu-central-1")
taken = DiskSnapshot("taken", disk_name={disk!r}, region="us-east-1", disk_snapshot_name="taken-now")
CopiedSnapshot("of-it", source_snapshot_name=taken.disk_snapshot_name, source_region="us-east-1",
    target_region="eu-west-2")
"""


@pytest.mark.parametrize(
    "wrong", [{"snapshot": "bd-before-upgrade"}, {"disk": "tada-1"}], ids=["of a copy", "of another type"]
)
def test_a_wrong_source_costs_none_of_the_copies_that_go_first(
    stack: Stack, service: Service, emulator: Emulator, wrong: dict[str, str]
) -> None:
    """Under an explicit name a wrong source also keeps the copies that depend on the one to be replaced."""
    right = {"snapshot": "db-before-upgrade", "disk": "data-1"}
    life = Life(stack, service, emulator)
    stack.program(CHAINS.format(**right))
    first = life.run("up", "--yes", "--skip-preview")
    stack.program(CHAINS.format(**{**right, **wrong}))
    refused = life.run("up", "--yes", "--skip-preview", ok=False)
    assert refused.there == first.there and refused.effects() == []
    assert f'"{next(iter(wrong.values()))}" in us-east-1' in refused.result.output
    assert "would have to be deleted first, and was kept" in refused.result.output
    stack.program(CHAINS.format(**right))
    then = life.run("up", "--yes", "--skip-preview")
    assert then.there == first.there and then.effects() == []


def test_a_saved_plan_is_carried_out(stack: Stack, service: Service) -> None:
    """A saved plan is carried out although names were unknown at preview."""
    program = """
route = dict(source_region="us-east-1", target_region="eu-west-1")
web = CopiedSnapshot("web", source_resource_name="web-1", use_latest_restorable_auto_snapshot=True, triggers=[{run}], **route)
CopiedSnapshot("db", source_snapshot_name="db-before-upgrade", triggers=[{{"with": web.arn}}], **route)
"""
    for run in (1, 2):
        stack.program(program.format(run=run))
        planned = stack.preview("--save-plan", "plan.json", "--diff").output
        assert "- targetSnapshotName" not in planned
        stack.up("--plan", "plan.json")
        assert service.copies_started() == 2 * run and len(service.snapshots()) == 2
