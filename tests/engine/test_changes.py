"""What a change of the program does: a new copy, a change in place, or nothing."""

from __future__ import annotations

import pytest
from pulumi_snapcopy.emulator import Emulator

from .conftest import WEEK, Service, day
from .stack import Stack

AUTOMATIC = {"source_resource_name": "web-1", "restore_date": day(3)}


@pytest.mark.parametrize(
    ("before", "after", "named"),  # tests/unit/test_differences.py has the other arguments
    [
        pytest.param(AUTOMATIC, {**AUTOMATIC, "restore_date": day(2)}, "restoreDate", id="date"),
        pytest.param({}, {"target_region": "eu-west-1", "triggers": [1]}, "triggers", id="triggers"),
        pytest.param({}, {"target_snapshot_name": "db-dr"}, "targetSnapshotName", id="target-name"),
        pytest.param(
            {"source_region": "us-east-1"}, {"source_region": "us-west-2"}, "sourceRegion", id="source-region"
        ),
    ],
)  # fmt: skip
def test_another_request_is_copied_before_the_old_copy_goes(
    stack: Stack,
    service: Service,
    emulator: Emulator,
    before: dict[str, object],
    after: dict[str, object],
    named: str,
) -> None:
    """Each part of the request asks for a new copy, which stands before the old one is deleted."""
    emulator.put_snapshot("us-west-2", "db-before-upgrade", from_name="db-1")
    stack.copied(**before)
    stack.up()
    old = service.only()
    stack.copied(**after)
    preview = stack.preview("--diff").output
    assert "replace" in preview and named in preview
    emulator.clear_calls()
    stack.up()
    new = service.only()
    assert new["arn"] != old["arn"] and new["name"] != old["name"]
    assert stack.outputs()["arn"] == new["arn"]
    assert service.effects() == ["CopySnapshot", "TagResource", "DeleteInstanceSnapshot"]


def test_a_wrong_source_under_the_same_name_is_refused_before_the_copy_goes(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """An explicit name has to be freed first: a date that isn't there costs no copy."""
    named = {"source_resource_name": "web-1", "target_snapshot_name": "web-dr"}
    stack.copied(**named, restore_date=day(2))
    stack.up()
    before = service.only()
    stack.copied(**named, restore_date=day(20))
    emulator.clear_calls()
    output = stack.up(ok=False).output
    assert (
        'replacing CopiedSnapshot "db" (us-east-1 -> eu-west-1): '
        f"web-1 has no automatic snapshot of {day(20)} in us-east-1\n"
    ) in output
    assert (
        f'State: the copy "web-dr" would have to be deleted first, and was kept; automatic snapshots of web-1: {day(6)},'
        in output
    )
    assert "Next:  write one of these as restore_date" in output and "Traceback" not in output
    assert service.only() == before and service.effects() == []
    stack.copied(**named, restore_date=day(1))
    stack.up()
    assert service.only()["arn"] != before["arn"]


def test_another_target_region_is_copied_before_the_old_copy_goes(stack: Stack, service: Service) -> None:
    """The copy moves: it stands in the new region, and is gone from the old one."""
    stack.copied(target_snapshot_name="db-dr")
    stack.up()
    stack.copied(target_snapshot_name="db-dr", target_region="eu-west-2")
    stack.up()
    assert service.snapshots("eu-west-1") == {}
    assert service.only("eu-west-2")["name"] == "db-dr"


def test_an_explicit_name_that_stays_is_deleted_first(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Two copies can't have one name, so the old one makes way."""
    stack.copied(target_snapshot_name="db-dr", **AUTOMATIC)
    stack.up()
    old = service.only()
    stack.copied(target_snapshot_name="db-dr", **{**AUTOMATIC, "restore_date": day(1)})
    emulator.clear_calls()
    stack.up()
    assert service.only()["arn"] != old["arn"]
    assert service.effects() == ["DeleteInstanceSnapshot", "CopySnapshot", "TagResource"]


def test_tags_change_in_place(stack: Stack, service: Service, emulator: Emulator) -> None:
    """Tags are set and taken away without a new copy; tags of others stay."""
    stack.copied(tags={"team": "shop", "old": "1"})
    stack.up()
    before = service.only()
    client = emulator.client("eu-west-1")
    client.tag_resource(resourceName=before["name"], tags=[{"key": "theirs", "value": "x"}])
    stack.copied(tags={"team": "web"})
    assert stack.up().changes == {"updated": 1, "unchanged": 1}
    assert service.only()["arn"] == before["arn"]
    assert service.owner_and_theirs(before["name"]) == {
        "team": "web",
        "theirs": "x",
        "snapcopy:owner": "shop/dev/db",
    }
    stack.copied()
    stack.up()
    assert service.owner_and_theirs(before["name"]) == {"theirs": "x", "snapcopy:owner": "shop/dev/db"}
    assert stack.preview().changes == {"unchanged": 2}


def test_tags_changed_behind_our_back_are_set_again(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """`refresh` shows that a tag has changed, `up` sets it as asked."""
    stack.copied(tags={"team": "shop"})
    stack.up()
    name = service.only()["name"]
    emulator.client("eu-west-1").tag_resource(resourceName=name, tags=[{"key": "team", "value": "wrong"}])
    assert stack.refresh().changes == {"updated": 1, "unchanged": 1}
    assert stack.up().changes == {"updated": 1, "unchanged": 1}
    assert service.tags(name)["team"] == "shop"


def test_a_new_timeout_is_no_new_copy(stack: Stack, service: Service) -> None:
    """Timeouts are settings of the wait, not of the copy."""
    body = 'CopiedSnapshot("db", source_snapshot_name="db-before-upgrade", source_region="us-east-1", ' \
        'target_region="eu-west-1", opts=ResourceOptions(custom_timeouts=CustomTimeouts(create="{}")))'  # fmt: skip
    stack.program(body.format("30m"))
    stack.up()
    stack.program(body.format("1h30m"))
    stack.up()
    assert service.copies_started() == 1
    assert stack.outputs()["snapcopy"]["timeouts"] == {"create": "1h30m"}


def test_a_source_that_aged_out_is_no_drift(stack: Stack, service: Service, emulator: Emulator) -> None:
    """The copy outlives its source: nothing to refresh, nothing to do."""
    stack.copied(**AUTOMATIC)
    stack.up()
    emulator.age_out("us-east-1", "web-1", day(3))
    emulator.client("us-east-1").delete_instance(instanceName="web-1")
    assert stack.refresh().changes == {"unchanged": 2}
    assert stack.up().changes == {"unchanged": 2}
    assert service.copies_started() == 1


def test_a_copy_deleted_behind_our_back_is_made_again(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """`refresh` sees that it is gone, `up` copies again."""
    stack.copied()
    stack.up()
    first = service.only()
    emulator.client("eu-west-1").delete_instance_snapshot(instanceSnapshotName=first["name"])
    assert stack.refresh().changes == {"deleted": 1, "unchanged": 1}
    assert stack.up().changes == {"created": 1, "unchanged": 1}
    again = service.only()
    assert again["name"] == first["name"] and again["arn"] != first["arn"]


def test_destroy_finds_a_copy_already_gone(stack: Stack, service: Service, emulator: Emulator) -> None:
    """Gone already is fine."""
    stack.copied()
    stack.up()
    emulator.client("eu-west-1").delete_instance_snapshot(instanceSnapshotName=service.only()["name"])
    assert stack.destroy().changes == {"deleted": 2}


def test_the_latest_is_settled_once(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A newer automatic snapshot copies nothing again, and writing the settled date changes nothing."""
    emulator.age_out("us-east-1", "web-1", day(0))
    stack.copied(source_resource_name="web-1", use_latest_restorable_auto_snapshot=True)
    stack.up()
    assert stack.outputs()["restoredDate"] == day(1)
    emulator.client("us-east-1").delete_instance(instanceName="web-1")
    emulator.seed({"us-east-1": {"instances": [{"name": "web-1", "automaticSnapshots": WEEK}]}})
    assert stack.up().changes == {"unchanged": 2}
    stack.copied(source_resource_name="web-1", restore_date=day(1))
    assert stack.preview().changes == {"unchanged": 2}
    assert stack.up().changes == {"unchanged": 2}
    assert service.copies_started() == 1


def test_track_latest_copies_each_newer_one(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A newer automatic snapshot is copied, then the older copy goes."""
    emulator.age_out("us-east-1", "web-1", day(0))
    stack.copied(source_resource_name="web-1", use_latest_restorable_auto_snapshot=True, track_latest=True)
    stack.up()
    old = service.only()
    assert stack.up().changes == {"unchanged": 2}
    emulator.client("us-east-1").delete_instance(instanceName="web-1")
    emulator.seed({"us-east-1": {"instances": [{"name": "web-1", "automaticSnapshots": WEEK}]}})
    assert "replace" in stack.preview().output
    emulator.clear_calls()
    stack.up()
    new = service.only()
    assert day(1) in old["name"] and day(0) in new["name"]
    assert stack.outputs()["restoredDate"] == day(0)
    assert service.effects() == ["CopySnapshot", "TagResource", "DeleteInstanceSnapshot"]


def test_new_triggers_copy_the_latest_there_is_then(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Triggers copy again, and "latest" means the latest of that day."""
    emulator.age_out("us-east-1", "web-1", day(0))
    latest = {"source_resource_name": "web-1", "use_latest_restorable_auto_snapshot": True}
    stack.copied(**latest, triggers=["week 46"])
    stack.up()
    emulator.client("us-east-1").delete_instance(instanceName="web-1")
    emulator.seed({"us-east-1": {"instances": [{"name": "web-1", "automaticSnapshots": WEEK}]}})
    stack.copied(**latest, triggers=["week 47"])
    stack.up()
    assert stack.outputs()["restoredDate"] == day(0)
    assert len(service.snapshots()) == 1


def test_a_renamed_resource_keeps_its_copy(stack: Stack, service: Service) -> None:
    """With an alias a rename copies nothing again; the tag says the new owner."""
    stack.copied("old")
    stack.up()
    before = service.only()
    stack.program("""
CopiedSnapshot("new", source_snapshot_name="db-before-upgrade", source_region="us-east-1", target_region="eu-west-1",
    opts=ResourceOptions(aliases=[Alias(name="old")]))
""")
    stack.up()
    assert service.only()["arn"] == before["arn"]
    assert service.owner_and_theirs(before["name"]) == {"snapcopy:owner": "shop/dev/new"}
    assert stack.up().changes == {"unchanged": 2}
    assert stack.destroy().changes == {"deleted": 2}
    assert service.snapshots() == {}


def test_a_resource_renamed_without_an_alias_is_copied_again(stack: Stack, service: Service) -> None:
    """To Pulumi it is another resource: the new copy stands before the old one goes."""
    stack.copied("old")
    stack.up()
    stack.copied("new")
    stack.up()
    assert service.only()["name"] == stack.outputs("new")["targetSnapshotName"]


def test_retained_copies_stay(stack: Stack, service: Service) -> None:
    """With retain_on_delete older copies are kept on purpose: no later run takes them for orphans."""
    body = 'CopiedSnapshot("web", source_resource_name="web-1", restore_date="{}", source_region="us-east-1", ' \
        'target_region="eu-west-1", opts=ResourceOptions(retain_on_delete=True))'  # fmt: skip
    for ago in (3, 2, 1):
        stack.program(body.format(day(ago)))
        stack.up()
    newest = stack.outputs("web")["targetSnapshotName"]
    assert service.tags(newest)["snapcopy:retain"] == "true"
    assert sorted(name[:16] for name in service.snapshots()) == sorted(
        f"web-1-{day(ago)}" for ago in (3, 2, 1)
    )
