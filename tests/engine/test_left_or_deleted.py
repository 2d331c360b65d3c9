"""What a stack deletes at its end, whatever became of it, and what it leaves alone because it is somebody else's."""

from __future__ import annotations

from pulumi_snapcopy.emulator import Emulator, Fault, Settings

from .conftest import Service
from .matrix import told
from .stack import Stack
from .troubles import ONE_BY_ONE, Story, assert_told, calls_for, declare, prepare, started

HOURS = {"kind": "copy-seconds", "operation": "CopySnapshot", "seconds": 3600.0}
OF_A_DISK = {"source_snapshot_name": "data-before-upgrade"}
STORIES = {
    "adopted": Story(
        reason="With adopt it becomes the stack's: tagged as asked, nothing copied, deleted with the stack.",
        before=lambda emulator: emulator.put_snapshot("eu-west-1", "adopted", tags={"theirs": "stays"}),
        declared={"adopt": True, "tags": {"team": "shop"}},
        left="available",
        started=0,
    ),
    "itself": Story(
        reason="What was taken over as its own source is deleted with the stack.",
        before=lambda emulator: emulator.put_snapshot("eu-west-1", "itself"),
        declared={"source_snapshot_name": "itself", "source_region": "eu-west-1", "adopt": True},
        left="available",
        started=0,
    ),
    "partial": Story(
        reason="What was kept as partial doesn't outlive the stack.",
        timeout="1s",
        faults=(Fault(**HOURS, resource="partial"),),  # type: ignore[arg-type]
        told=("timed out after 1 s", 'the copy "partial" is still pending in eu-west-1; it is kept'),
        left="pending",
    ),
    "resumed": Story(
        reason="Time is up: the copy stays in the state, the next run waits for it, and nothing is started again.",
        timeout="2s",
        faults=(Fault(**HOURS, resource="resumed"),),  # type: ignore[arg-type]
        told=(
            'waiting for CopiedSnapshot "resumed" (us-east-1 -> eu-west-1): timed out after 2 s',
            "is still pending in eu-west-1; it is kept in the stack's state",
            "run `pulumi up` again to go on waiting",
        ),
        left="pending",
    ),
    "broken": Story(
        reason="A copy that broke after it was made is told by refresh, and is deleted with its stack.",
        left="available",
    ),
    "retaken": Story(
        reason="Ours was deleted and another taken under its name within the minute: it is refused, and left alone.",
        declared=OF_A_DISK,
        left="completed",
    ),
    "swapped": Story(
        reason="Ours was deleted and another made under its name: destroy says so and leaves it.",
        left="available",
    ),
    "another": Story(
        reason="Another stack's copy has the name: this one is told whose it is, and its end touches nothing.",
        before=lambda emulator: emulator.put_snapshot(
            "eu-west-1", "another", tags={"snapcopy:owner": f"shop/one/db@{'1' * 16}"}
        ),
        told=("belongs to shop/one/db",),
        started=0,
    ),
}


def test_destroy_deletes_what_is_ours_and_leaves_what_is_not(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """`destroy` deletes our copies, partial ones too; what has taken a name of ours is told and left by every command."""
    emulator.settings = Settings(copy_seconds=0.3)
    emulator.seed({"eu-west-1": {"disks": [{"name": "theirs"}]}})
    prepare(STORIES, emulator)
    by_others = service.snapshots()
    declare(stack, STORIES)
    made = stack.up(*ONE_BY_ONE, "--continue-on-error", ok=False)
    there, state = service.snapshots(), stack.resources()
    for name, story in STORIES.items():
        assert_told(made, name, story)
        assert (name in state) is (story.left is not None), name
        if story.left:
            assert there[name]["state"] == story.left == state[name]["outputs"]["state"], name
            assert there[name]["arn"] == state[name]["outputs"]["arn"], name
    for name in ("adopted", "itself"):
        assert there[name]["arn"] == by_others[name]["arn"], name
    assert service.tags("adopted") == {
        "theirs": "stays",
        "team": "shop",
        "snapcopy:owner": "shop/dev/adopted",
        "snapcopy:source": "adopted",
    }
    assert {name: started(emulator, name) for name in STORIES} == {
        name: story.started for name, story in STORIES.items()
    }

    client = emulator.client("eu-west-1")
    client.delete_disk_snapshot(diskSnapshotName="retaken")
    client.create_disk_snapshot(diskName="theirs", diskSnapshotName="retaken")
    emulator.set_state("eu-west-1", "broken", "error")
    refreshed = stack.refresh()
    broken = 'the copy "broken" failed (state: error) in eu-west-1; run `pulumi up` to replace it.'
    assert broken in refreshed.output
    assert "unhealthy" in told(refreshed, "resumed")
    assert "retaken" not in stack.resources()

    emulator.set_state("eu-west-1", "resumed", "available")
    emulator.clear_calls()
    before = service.snapshots()
    goals = [f"--target={state[name]['urn']}" for name in ("resumed", "retaken")]
    again = stack.up(*ONE_BY_ONE, "--continue-on-error", *goals, ok=False)
    assert 'the name "retaken" is taken in eu-west-1' in told(again, "retaken")
    assert stack.outputs("resumed")["state"] == "available"
    assert sum(started(emulator, name) for name in STORIES) == 0
    after = service.snapshots()
    assert {name: each["arn"] for name, each in after.items()} == {
        name: each["arn"] for name, each in before.items()
    }

    client.delete_instance_snapshot(instanceSnapshotName="swapped")
    emulator.put_snapshot("eu-west-1", "swapped")
    theirs = {name: service.snapshots()[name] for name in ("retaken", "swapped", "another")}
    destroyed = stack.destroy()
    assert "isn't the one that this stack made; it was not changed" in told(destroyed, "swapped")
    assert service.snapshots() == theirs and stack.state() == []
    assert calls_for(emulator, "another") == []
