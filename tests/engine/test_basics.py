"""What a newcomer sees: copies of every kind, a second run that does nothing, an end that leaves nothing."""

from __future__ import annotations

import time
from collections import Counter

import pytest
from pulumi_snapcopy.emulator import Call, Emulator, Fault
from pulumi_snapcopy.host.identity import stack_identity
from pulumi_snapcopy.host.reference import reference
from pulumi_snapcopy.lightsail.provider import copied_snapshot

from .conftest import Service, day
from .stack import Stack
from .stories import previewed

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
CopiedSnapshot("slow", source_resource_name="data-1", restore_date="{day(1)}", target_snapshot_name="slow", **route)
first = CopiedSnapshot("first", source_snapshot_name="db-before-upgrade", **route)
second = CopiedSnapshot("second", source_snapshot_name=first.arn.apply(lambda arn: first.target_snapshot_name),
    source_region="eu-west-1", target_region="eu-central-1")
pulumi.export("second", second.target_snapshot_name)

class Daily(pulumi.ComponentResource):
    def __init__(self, name, **arguments):
        super().__init__(f"shop:backup:{{type(self).__name__}}", name)
        CopiedSnapshot("child", source_resource_name="web-1", **route, **arguments, opts=ResourceOptions(parent=self))

class Weekly(Daily):
    pass

Daily("shop", restore_date="{day(1)}")
Weekly("shop", restore_date="{day(1)}")
"""


def test_copies_of_every_kind(
    stack: Stack, service: Service, emulator: Emulator, subtests: pytest.Subtests
) -> None:
    """Copies of every kind are made and complete, unchanged by a second run, and deleted at the end, with nothing else."""
    before = {region: service.snapshots(region) for region in ("us-east-1", "eu-west-1", "eu-central-1")}
    slow = Fault(kind="copy-seconds", operation="CopySnapshot", resource="slow", seconds=4)
    emulator.inject(slow)
    stack.program(ALL_MODES)
    made = stack.run("up", "--yes")
    resources = stack.resources()
    snapshots = {each["arn"]: each for region in before for each in service.snapshots(region).values()}
    of_every_mode = [name for name in resources if name.startswith(("manual", "dated", "latest", "same"))]

    with subtests.test("a preview shows all of them, also that whose source isn't known yet"):
        assert previewed(made).changes == {"create": 15}
        assert made.changes == {"created": 15} and len(of_every_mode) == 7
    for name in of_every_mode:
        with subtests.test(name):
            outputs = resources[name]["outputs"]
            snapshot = snapshots[outputs["arn"]]
            assert outputs["targetSnapshotName"] == snapshot["name"]
            assert resources[name]["id"] == f"{outputs['targetRegion']}/{snapshot['name']}"
            assert outputs["state"] == snapshot["state"] == ("completed" if "disk" in name else "available")
            assert outputs["resourceType"] == snapshot["resourceType"]
            assert outputs["sizeInGb"] == snapshot["sizeInGb"]
            assert outputs["operationId"] and outputs["createdAt"].endswith("Z")
    with subtests.test("the state refers to the providers by the same bytes under each Python"):
        assert {resources[name]["outputs"]["__provider"] for name in of_every_mode} == {
            reference(copied_snapshot)
        }
        (identity,) = [each for each in stack.state() if each["type"].endswith(":StackIdentity")]
        assert identity["outputs"]["__provider"] == reference(stack_identity)
    with subtests.test("the state says on which line of the program a copy stands"):
        program = (stack.folder / "__main__.py").read_text().splitlines()
        for name in [*of_every_mode, "second"]:
            file, _, line = resources[name]["sourcePosition"].partition("#")
            assert file == "project:///__main__.py"
            assert f'CopiedSnapshot("{name}"' in program[int(line) - 1]
    with subtests.test("dates and sources"):
        assert resources["latest-disk"]["outputs"]["restoredDate"] == day(0)
        assert resources["dated-instance"]["outputs"]["restoredDate"] == day(2)
        assert resources["dated-disk"]["outputs"]["fromResourceName"] == "data-1"
    with subtests.test("tags"):
        assert service.tags("db-again", "us-east-1") == {
            "cost_center": "7", "costCenter": "8", "snapcopy:owner": "shop/dev/same-region",
            "snapcopy:source": "us-east-1:db-before-upgrade",
        }  # fmt: skip
    with subtests.test("a copy of a copy takes the first one's name, and is made when that is done"):
        first, second = (snapshots[resources[name]["outputs"]["arn"]] for name in ("first", "second"))
        assert second == service.only("eu-central-1")
        assert second["name"].startswith(first["name"])
        assert second["createdAt"] > first["createdAt"]
        assert second["state"] == "available"
    with subtests.test(
        "children of one name have copies of their own: Pulumi tells them apart by their parents' types"
    ):
        children = [each for each in stack.entries() if each["urn"].endswith("::child")]
        assert len({snapshots[each["outputs"]["arn"]]["name"] for each in children}) == len(children) == 2
    with subtests.test("while it waits, a copy says in its row its state and for how long"):
        rows = [line for line in made.output.splitlines() if "CopiedSnapshot slow creating" in line]
        assert any("pending" in row and "%" in row and " s" in row for row in rows), rows

    emulator.clear_calls()
    second_up = stack.run("up", "--yes")
    with subtests.test("a second up changes nothing and asks nothing, neither in its preview nor after it"):
        assert previewed(second_up).changes == {"unchanged": 15}
        assert second_up.changes == {"unchanged": 15}
        assert emulator.calls() == []
    with subtests.test("destroy leaves the service as it was"):
        assert stack.destroy().changes == {"deleted": 15}
        assert {region: service.snapshots(region) for region in before} == before


def test_a_hundred_copies_run_at_once(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A hundred copies are in progress at once, and cost about as many reads as one."""
    emulator.settings = emulator.settings.__class__(copy_seconds=3600)
    stack.program("""
for n in range(100):
    CopiedSnapshot(f"copy-{n}", source_snapshot_name="db-before-upgrade", source_region="us-east-1",
        target_region="eu-west-1")
""")
    running = stack.start("up", "--yes", "--skip-preview", "--parallel", "128")
    deadline = time.monotonic() + 200
    while service.copies_started() < 100:  # none is done before the last has been started
        assert time.monotonic() < deadline, f"{service.copies_started()} copies were started"
        time.sleep(0.1)
    emulator.finish_copies()
    assert stack.end(running).changes == {"created": 101}
    assert Counter(service.effects()) == {"CopySnapshot": 100, "TagResource": 100}
    assert len(reads(emulator)) <= 200
    copies = service.snapshots()
    assert len(copies) == 100 and all(each["state"] == "available" for each in copies.values())
    emulator.clear_calls()
    stack.run("refresh", "--yes", "--skip-preview", "--parallel", "128")
    assert len(reads(emulator)) <= 200  # the copies' region and the sources', each in two lists


def reads(emulator: Emulator) -> list[Call]:
    """The calls that only asked."""
    return [call for call in emulator.calls() if call.operation.startswith("Get")]
