"""The fault matrix, the copies themselves: failed, hidden, too many, of another clock, or of a record that is gone."""

from __future__ import annotations

import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Settings, shared
from pulumi_snapcopy.emulator.lightsail import reading

from .conftest import SOURCES, WEEK, Service, day
from .matrix import MANUAL, assert_converges, told, write
from .stack import Stack


@pytest.mark.parametrize(
    ("name", "when", "hidden"),
    [(None, 0.0, 0.0), ("db-dr", 2.0, 0.0), (None, 0.0, 6.0)],
    ids=["early", "late", "unseen"],
)
def test_a_copy_that_fails(
    stack: Stack, service: Service, emulator: Emulator, when: float, hidden: float, name: str | None
) -> None:
    """It fails at once, later, or before it was ever shown: the reason is told, and the next run starts a new copy."""
    emulator.settings = Settings(copy_seconds=0.3, visibility_seconds=hidden)
    reason = {"error_code": "DiskFull", "error_details": "No room left."}
    emulator.inject(Fault(kind="fail-copy", operation="CopySnapshot", seconds=when, **reason))  # type: ignore[arg-type]
    stack.copied(target_snapshot_name=name)
    message = told(stack.up(ok=False), "db")
    assert "the copy failed: DiskFull: No room left." in message and "starts a new one" in message
    assert_converges(stack, service)
    assert service.copies_started() == 2


def test_the_source_is_deleted_in_mid_copy(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A copy in progress doesn't need its source any more, and a source that is gone is no change."""
    emulator.settings = Settings(copy_seconds=3600)
    waiting = emulator.inject(
        Fault(kind="hold-before", operation="GetInstanceSnapshot", resource="db-dr", skip=1)
    )
    stack.copied(target_snapshot_name="db-dr")
    running = stack.start("up", "--yes", "--skip-preview")
    waiting.wait_reached(120)
    emulator.client("us-east-1").delete_instance_snapshot(instanceSnapshotName="db-before-upgrade")
    emulator.finish_copies()
    waiting.release()
    stack.end(running)
    assert_converges(stack, service)
    assert service.copies_started() == 1


def test_a_copy_in_error_is_destroyed(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A copy that broke after it was made is told by refresh, and is deleted with its stack."""
    stack.copied(target_snapshot_name="db-dr")
    stack.up()
    emulator.set_state("eu-west-1", "db-dr", "error")
    assert (
        'the copy "db-dr" failed (state: error) in eu-west-1; run `pulumi up` to replace it.'
        in stack.refresh().output
    )
    stack.destroy()
    assert service.snapshots() == {}


def test_new_things_are_hidden_and_answers_are_lost(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """The answer to CopySnapshot is lost, and for 3 s nothing shows but that the name is taken."""
    emulator.settings = Settings(copy_seconds=0.3, visibility_seconds=3)
    for name in ("db-before-upgrade-manual-*", "db-dr"):
        emulator.inject(Fault(kind="lost", operation="CopySnapshot", resource=name))
    stack.program("".join(f"CopiedSnapshot('db{n}', **{ {**MANUAL, **name}!r})\n"
                          for n, name in enumerate([{}, {"target_snapshot_name": "db-dr"}])))  # fmt: skip
    stack.up()
    assert_converges(stack, service)
    assert service.copies_started() == 2


def test_more_copies_than_may_be_in_progress(
    stack: Stack, service: Service, emulator: Emulator, record_property: Callable[..., None]
) -> None:
    """Twelve copies where three may be in progress: all arrive, each sent until it is taken, none twice."""
    emulator.settings = Settings(copy_seconds=0.5, max_copies_in_progress=3)
    stack.program(f"for n in range(12):\n    CopiedSnapshot(f'db-{{n}}', **{MANUAL!r})\n")
    assert stack.up().changes == {"created": 13}
    record_property("copies refused", service.copies_refused())
    assert service.copies_refused() > 0
    assert_converges(stack, service)
    assert service.copies_started() == 12


def test_a_limit_on_copies_is_told(stack: Stack, service: Service, emulator: Emulator) -> None:
    """Somebody else's copy takes the only place: the row says what is waited for, the end that nothing was copied."""
    emulator.settings = Settings(copy_seconds=3600, max_copies_in_progress=1)
    client = emulator.client("eu-west-1")
    client.copy_snapshot(
        sourceRegion="us-east-1", sourceSnapshotName="db-before-upgrade", targetSnapshotName="theirs"
    )
    theirs = service.snapshots()
    emulator.clear_calls()
    write(stack, {"db": {}})
    result = stack.up(ok=False)
    message = told(result, "db")
    said = "ResourceLimitExceeded: Too many snapshot copies in progress. The limit is 1 in this region."
    assert f"queued: {said}" in result.output
    assert f"timed out after 3 s; the service last said: {said}" in message
    assert "State: nothing was copied." in message and "Next:  run `pulumi up` again." in message
    assert service.snapshots() == theirs and stack.resources() == {} and service.copies_started() == 0
    emulator.settings = Settings(copy_seconds=0.3)
    client.delete_instance_snapshot(instanceSnapshotName="theirs")
    assert_converges(stack, service)
    assert service.copies_started() == 1


def test_a_page_token_that_repeats(
    stack: Stack, service: Service, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list whose every page names the same next page comes to an end."""
    page = reading._page

    def repeating(*arguments: Any, **options: Any) -> dict[str, Any]:
        return {**page(*arguments, **options), "nextPageToken": "0"}

    stack.copied(source_resource_name="web-1", restore_date=day(1))
    with monkeypatch.context() as patched:
        patched.setattr(reading, "_page", repeating)
        stack.up()
    lists = emulator.calls("GetInstanceSnapshots")
    assert [call.parameters.get("pageToken") for call in lists[:2]] == [None, "0"]
    assert_converges(stack, service)


# Clocks.


@pytest.fixture
def skewed(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Set the service's clock so many seconds ahead of ours."""

    def skew(seconds: float) -> None:
        clock = SimpleNamespace(time=lambda: time.time() + seconds, time_ns=time.time_ns)
        monkeypatch.setattr(shared, "time", clock)

    return skew


@pytest.mark.parametrize("ahead", [-3600, 3600], ids=["behind", "ahead"])
def test_the_services_clock_differs_from_ours(
    stack: Stack, service: Service, emulator: Emulator, skewed: Callable[[float], None], ahead: float
) -> None:
    """By an hour, and the run is killed before the copy was tagged: it is made once, known again, and waited for."""
    skewed(ahead)
    emulator.reset()
    emulator.seed(SOURCES)
    emulator.settings = Settings(copy_seconds=1)
    stack.copied(target_snapshot_name="db-dr")
    held = emulator.inject(Fault(kind="hold-before", operation="TagResource"))
    stack.up_killed_at(held)
    began = time.monotonic()
    assert_converges(stack, service)
    assert time.monotonic() - began < 200
    assert service.copies_started() == 1


# The service's record of an operation, gone.


@pytest.mark.parametrize("name", [None, "db-dr"], ids=["derived", "named"])
def test_the_record_is_gone_before_recovery(
    stack: Stack, service: Service, emulator: Emulator, name: str | None
) -> None:
    """Killed before tagging, and the service has forgotten the operation: only a derived name still proves itself."""
    emulator.settings = Settings(copy_seconds=0.3)
    stack.copied(target_snapshot_name=name)
    held = emulator.inject(Fault(kind="hold-before", operation="TagResource"))
    stack.up_killed_at(held)
    left = service.only()
    emulator.forget_operations("eu-west-1", left["name"])
    if name:
        message = told(stack.up(ok=False), "db")
        assert 'the name "db-dr" is taken in eu-west-1' in message
        assert "has no snapcopy:owner tag; it was not changed, nothing was copied" in message
        assert "adopt=True to take over the existing snapshot" in message
        assert service.only() == left
        stack.copied(adopt=True, target_snapshot_name=name)
    assert_converges(stack, service)
    assert service.only()["arn"] == left["arn"]
    assert service.copies_started() == 1


def test_killed_before_midnight_while_tracking(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A tracked "latest", killed in its first copy and repeated on the next day: one copy, of the next day."""
    emulator.age_out("us-east-1", "web-1", day(0))
    emulator.settings = Settings(copy_seconds=3600)
    stack.copied(source_resource_name="web-1", use_latest_restorable_auto_snapshot=True, track_latest=True)
    held = emulator.inject(Fault(kind="hold-before", operation="TagResource"))
    stack.up_killed_at(held)
    emulator.client("us-east-1").delete_instance(instanceName="web-1")
    emulator.seed({"us-east-1": {"instances": [{"name": "web-1", "automaticSnapshots": WEEK}]}})
    emulator.settings = Settings(copy_seconds=0.2)
    assert "a copy that an interrupted run of this declaration made" in stack.up().output
    assert_converges(stack, service)
    assert day(0) in service.only()["name"]


@pytest.mark.parametrize("then", ["up", pytest.param("destroy", marks=pytest.mark.soak)])
def test_a_partial_copy_is_still_known_when_its_record_is_old(
    stack: Stack, service: Service, emulator: Emulator, skewed: Callable[[float], None], then: str
) -> None:
    """The state holds its operation but no ARN yet, and the record is older than the time-out: it is ours all the same."""
    skewed(-4 * 3600)
    emulator.reset()
    emulator.seed(SOURCES)
    denied = Fault(
        kind="error", operation="TagResource", code="AccessDeniedException", message="You may not."
    )
    emulator.inject(denied)
    stack.copied(target_snapshot_name="db-dr")
    assert "kept in the stack's state" in told(stack.up(ok=False), "db")
    if then == "up":
        assert_converges(stack, service)
        assert service.copies_started() == 1
    else:
        stack.destroy()
        assert service.snapshots() == {}


def test_a_strangers_snapshot_under_the_name_of_a_copy_just_deleted_is_refused(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Within the minute, and untagged: the service's last record is of their making, so it is left alone."""
    emulator.seed({"eu-west-1": {"disks": [{"name": "theirs"}]}})
    stack.copied(target_snapshot_name="data-dr", source_snapshot_name="data-before-upgrade")
    stack.up()
    client = emulator.client("eu-west-1")
    client.delete_disk_snapshot(diskSnapshotName="data-dr")
    client.create_disk_snapshot(diskName="theirs", diskSnapshotName="data-dr")
    emulator.finish_copies()
    theirs = service.only()
    stack.refresh()
    assert 'the name "data-dr" is taken in eu-west-1' in stack.up(ok=False).output
    stack.destroy()
    assert service.only() == theirs
