"""What a newcomer sees: copies of every kind, a second run that does nothing, an end that leaves nothing."""

from __future__ import annotations

import time
from collections import Counter

from pulumi_snapcopy.emulator import Call, Emulator

from .conftest import Service, day
from .stack import Stack

ALL_MODES = f"""
route = dict(source_region="us-east-1", target_region="eu-west-1")
CopiedSnapshot("manual-instance", source_snapshot_name="db-before-upgrade", **route)
CopiedSnapshot("manual-disk", source_snapshot_name="data-before-upgrade", **route)
CopiedSnapshot("dated-instance", source_resource_name="web-1", restore_date="{day(2)}", **route)
CopiedSnapshot("dated-disk", source_resource_name="data-1", restore_date="{day(1)}", **route)
CopiedSnapshot("latest-instance", source_resource_name="web-1", use_latest_restorable_auto_snapshot=True, **route)
CopiedSnapshot("latest-disk", source_resource_name="data-1", use_latest_restorable_auto_snapshot=True, **route)
CopiedSnapshot("same-region", source_snapshot_name="db-before-upgrade", target_snapshot_name="db-again",
    source_region="us-east-1", target_region="us-east-1", tags={{"cost_center": "7", "costCenter": "8"}})
"""


def test_every_mode_copies_and_waits_until_it_is_done(stack: Stack, service: Service) -> None:
    """Manual and automatic, instance and disk, same and other region: each ends as a complete snapshot."""
    stack.program(ALL_MODES)
    assert stack.up().changes == {"created": 8}
    resources = stack.resources()
    snapshots = {**service.snapshots("eu-west-1"), **service.snapshots("us-east-1")}
    for name, resource in resources.items():
        outputs = resource["outputs"]
        snapshot = snapshots[outputs["targetSnapshotName"]]
        assert resource["id"] == f"{outputs['targetRegion']}/{snapshot['name']}"
        assert outputs["arn"] == snapshot["arn"]
        assert outputs["state"] == snapshot["state"] == ("completed" if "disk" in name else "available")
        assert outputs["resourceType"] == snapshot["resourceType"]
        assert outputs["sizeInGb"] == snapshot["sizeInGb"]
        assert outputs["operationId"] and outputs["createdAt"].endswith("Z")
    assert resources["latest-disk"]["outputs"]["restoredDate"] == day(0)
    assert resources["dated-instance"]["outputs"]["restoredDate"] == day(2)
    assert resources["dated-disk"]["outputs"]["fromResourceName"] == "data-1"
    assert service.tags("db-again", "us-east-1") == {
        "cost_center": "7", "costCenter": "8", "snapcopy:owner": "shop/dev/same-region",
        "snapcopy:source": "us-east-1:db-before-upgrade",
    }  # fmt: skip


def test_a_second_up_changes_nothing_and_asks_nothing(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Unchanged copies cost no call to the service, neither in a preview nor in an update."""
    stack.program(ALL_MODES)
    stack.up()
    emulator.clear_calls()
    assert stack.preview().changes == {"unchanged": 8}
    assert stack.up().changes == {"unchanged": 8}
    assert emulator.calls() == []


def test_destroy_leaves_the_service_as_it_was(stack: Stack, service: Service) -> None:
    """What the stack made goes, what was there stays."""
    before = {region: service.snapshots(region) for region in ("us-east-1", "eu-west-1")}
    stack.program(ALL_MODES)
    stack.up()
    assert stack.destroy().changes == {"deleted": 8}
    assert {region: service.snapshots(region) for region in before} == before


def test_a_copy_of_a_copy_takes_the_first_ones_name(stack: Stack, service: Service) -> None:
    """A source that is another resource's output isn't known at preview, and is copied when it is done."""
    stack.program("""
first = CopiedSnapshot("first", source_snapshot_name="db-before-upgrade", source_region="us-east-1",
    target_region="eu-west-1")
second = CopiedSnapshot("second", source_snapshot_name=first.arn.apply(lambda arn: first.target_snapshot_name),
    source_region="eu-west-1", target_region="eu-central-1")
pulumi.export("second", second.target_snapshot_name)
""")
    assert stack.preview().changes == {"create": 3}
    assert stack.up().changes == {"created": 3}
    first, second = service.only("eu-west-1"), service.only("eu-central-1")
    assert second["name"].startswith(first["name"])
    assert second["createdAt"] > first["createdAt"]
    assert second["state"] == "available"


def test_the_region_left_out_is_the_one_aws_tooling_would_use(stack: Stack, service: Service) -> None:
    """Without target_region the copy goes to AWS_REGION's region, and stays there, also when it is copied again."""
    program = 'CopiedSnapshot("db", source_snapshot_name="db-before-upgrade", source_region="us-east-1", triggers={})\n'
    stack.program(program.format([]))
    stack.environment |= {"AWS_REGION": "eu-west-3", "AWS_DEFAULT_REGION": "eu-west-3"}
    stack.up()
    assert service.only("eu-west-3")["state"] == "available"
    stack.environment |= {"AWS_REGION": "eu-west-2", "AWS_DEFAULT_REGION": "eu-west-2"}
    assert stack.up().changes == {"unchanged": 2}
    first = service.only("eu-west-3")
    stack.program(program.format(["again"]))
    stack.up()
    assert service.only("eu-west-3")["arn"] != first["arn"] and service.snapshots("eu-west-2") == {}


def test_the_state_holds_a_short_reference_and_no_credentials(stack: Stack, emulator: Emulator) -> None:
    """The provider in the state is a reference to a factory; keys and secrets are nowhere."""
    stack.environment |= {
        "AWS_ACCESS_KEY_ID": "AKIAMARKEDMARKED0000",
        "AWS_SECRET_ACCESS_KEY": "marked-secret",
    }
    stack.copied()
    output = stack.up().output
    provider = stack.outputs()["__provider"]
    assert len(provider) <= 200
    first = provider
    stack.copied(tags={"team": "shop"})
    stack.up()
    assert stack.outputs()["__provider"] == first
    stored = "".join(file.read_text() for file in (stack.folder / "backend").rglob("*.json*"))
    agents = {call.user_agent for call in emulator.calls()}
    for text in (stored, output, *agents):
        assert "AKIAMARKED" not in text and "marked-secret" not in text
    assert agents and all("pulumi-snapcopy/" in agent for agent in agents)


def test_progress_shows_in_the_resources_row(stack: Stack, emulator: Emulator) -> None:
    """While it waits, a copy says its state and for how long."""
    emulator.settings = emulator.settings.__class__(copy_seconds=4)
    stack.program(f"""
CopiedSnapshot("data", source_resource_name="data-1", restore_date="{day(1)}", source_region="us-east-1",
    target_region="eu-west-1")
""")
    rows = [line for line in stack.up().output.splitlines() if "CopiedSnapshot data creating" in line]
    assert any("pending" in row and "%" in row and " s" in row for row in rows), rows


def test_many_copies_run_at_once(stack: Stack, service: Service, emulator: Emulator) -> None:
    """Forty copies are in progress at the same time: the host serves more than the SDK's four."""
    emulator.settings = emulator.settings.__class__(copy_seconds=3600)
    stack.program("""
for n in range(40):
    CopiedSnapshot(f"copy-{n}", source_snapshot_name="db-before-upgrade", source_region="us-east-1",
        target_region="eu-west-1")
""")
    running = stack.start("up", "--yes", "--skip-preview", "--parallel", "64")
    deadline = time.monotonic() + 120
    while len(service.snapshots()) < 40:  # none is done before the last has been started
        assert time.monotonic() < deadline, f"{len(service.snapshots())} copies were started"
        time.sleep(0.1)
    emulator.finish_copies()
    assert stack.end(running).changes == {"created": 41}
    copies = service.snapshots()
    assert len(copies) == 40 and all(each["state"] == "available" for each in copies.values())


def test_calls_grow_with_regions_not_with_copies(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A hundred copies, looked up, started and waited for: a change of each, and about as many reads as for one."""
    emulator.settings = emulator.settings.__class__(copy_seconds=3)
    stack.program("""
for n in range(100):
    CopiedSnapshot(f"copy-{n}", source_snapshot_name="db-before-upgrade", source_region="us-east-1",
        target_region="eu-west-1")
""")
    stack.up("--parallel", "128")
    assert Counter(service.effects()) == {"CopySnapshot": 100, "TagResource": 100}
    assert len(reads(emulator)) <= 200
    emulator.clear_calls()
    stack.run("refresh", "--yes", "--skip-preview", "--parallel", "128")
    assert len(reads(emulator)) <= 200  # the copies' region and the sources', each in two lists


def reads(emulator: Emulator) -> list[Call]:
    """The calls that only asked."""
    return [call for call in emulator.calls() if call.operation.startswith("Get")]
