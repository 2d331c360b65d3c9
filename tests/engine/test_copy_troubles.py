"""The fault matrix, the copies themselves: hidden, too many, of another clock, or of a record that is gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Injected, Settings

from .conftest import SOURCES, WEEK, Service, Skew, day
from .matrix import MANUAL, SHORT, assert_as_declared, assert_converges, assert_recovers, told
from .stack import ROUTE, Stack
from .troubles import Story, assert_told, declare, prepare, started

LAGGING = {
    "unseen": Story(
        reason="A copy that fails before it was ever shown is told with its reason, and made again.",
        derived=True,
        faults=(
            Fault(
                kind="fail-copy",
                operation="CopySnapshot",
                resource="unseen-*",
                seconds=0.0,
                error_code="DiskFull",
                error_details="No room left.",
            ),
        ),
        told=("the copy failed: DiskFull: No room left.", "starts a new one"),
        started=2,
    ),
    "answerless": Story(
        reason="The answer to CopySnapshot is lost, and nothing shows but that the name is taken.",
        derived=True,
        faults=(Fault(kind="lost", operation="CopySnapshot", resource="answerless-*"),),
    ),
    "lost": Story(
        reason="The same under an explicit name.",
        faults=(Fault(kind="lost", operation="CopySnapshot", resource="lost"),),
    ),
    "tagged": Story(
        reason="Reads just after the call say NotFound, and tags are refused until the copy is complete.",
        declared={"tags": {"team": "shop"}},
    ),
}


def test_a_service_that_shows_late_what_it_does(stack: Stack, service: Service, emulator: Emulator) -> None:
    """Each copy is right on a service that hides new copies for 3 s, ends operations 2 s early and refuses tags while pending."""
    emulator.settings = Settings(
        copy_seconds=5, visibility_seconds=3, operation_lead_seconds=2, taggable_when_pending=False
    )
    prepare(LAGGING, emulator)
    declare(stack, LAGGING)
    first = stack.up("--continue-on-error", ok=False)
    there = {each["arn"]: each["state"] for each in service.snapshots().values()}
    for name, story in LAGGING.items():
        assert_told(first, name, story)
        if not story.told:
            assert stack.outputs(name)["state"] == "available" == there[stack.outputs(name)["arn"]], name
    assert_recovers(stack, service)
    assert {name: started(emulator, name) for name in LAGGING} == {
        name: story.started for name, story in LAGGING.items()
    }
    assert service.tags("tagged")["team"] == "shop"


def test_more_copies_than_may_be_in_progress(
    stack: Stack, service: Service, emulator: Emulator, record_property: Callable[..., None]
) -> None:
    """While somebody else's copy takes the only place the user is told; then all twelve copies are made, none twice."""
    emulator.settings = Settings(copy_seconds=3600, max_copies_in_progress=1)
    client = emulator.client("eu-west-1")
    client.copy_snapshot(
        sourceRegion="us-east-1", sourceSnapshotName="db-before-upgrade", targetSnapshotName="theirs"
    )
    theirs = service.snapshots()
    emulator.clear_calls()
    stack.program(f"for n in range(12):\n    CopiedSnapshot(f'db-{{n}}', **{MANUAL!r}, opts={SHORT})\n")
    result = stack.up("--continue-on-error", ok=False)
    limit = "ResourceLimitExceeded: Too many snapshot copies in progress."
    said = f"{limit} The limit is 1 in this region."
    assert f"queued: {said}" in result.output
    for number in range(12):
        message = told(result, f"db-{number}")
        assert f"timed out after 3 s; the service last said: {said}" in message, message
        assert "State: nothing was copied." in message and "Next:  run `pulumi up` again." in message
    assert service.snapshots() == theirs and stack.resources() == {} and service.copies_started() == 0

    emulator.settings = Settings(copy_seconds=0.5, max_copies_in_progress=3)
    client.delete_instance_snapshot(instanceSnapshotName="theirs")
    emulator.inject(Fault(kind="error", code="ThrottlingException", message="Rate exceeded", times=6))
    emulator.clear_calls()
    stack.give_time()
    result = stack.up()
    assert result.changes == {"created": 12, "unchanged": 1}
    news = f"accepts no more in eu-west-1 for now: {limit}"
    assert result.output.partition("Diagnostics:")[2].count(news) == 1
    record_property("copies refused", service.copies_refused())
    assert service.copies_refused() > 0
    assert_as_declared(stack, service)
    assert service.copies_started() == 12 == len(service.snapshots())


# Clocks behind ours, and the service's record of an operation, gone; test_interrupted.py has a clock ahead.


def on_another_clock(emulator: Emulator, skewed: Skew, ahead: float) -> None:
    """Begin again on a service whose clock is so many seconds ahead of ours."""
    skewed(ahead)
    emulator.reset()
    emulator.seed(SOURCES)


def tagging_denied(emulator: Emulator, name: str) -> Injected:
    """Let a copy be made and not tagged."""
    code, message = "AccessDeniedException", "You may not."
    return emulator.inject(
        Fault(kind="error", operation="TagResource", resource=name, times=None, code=code, message=message)
    )


DERIVED: dict[str, object] = {**ROUTE, "source_snapshot_name": "derived"}
KILLED: dict[str, dict[str, object]] = {
    "derived": DERIVED,
    "named": {**MANUAL, "target_snapshot_name": "named"},
    "behind": {**MANUAL, "target_snapshot_name": "behind"},
    "latest": {
        **ROUTE,
        "source_resource_name": "web-1",
        "use_latest_restorable_auto_snapshot": True,
        "track_latest": True,
    },
}
"""Killed before tagging. The service forgets the operations of the first two; a derived name still proves itself."""


@pytest.mark.soak  # daily killed in tests/property/test_crashes.py
def test_killed_before_tagging_on_a_clock_behind_ours(
    stack: Stack, service: Service, emulator: Emulator, skewed: Skew
) -> None:
    """Copies killed before their tag are made once and found by name or record; a "latest" over midnight is the next day's."""
    on_another_clock(emulator, skewed, -4 * 3600)
    partial = {**MANUAL, "target_snapshot_name": "partial"}

    def program(**copies: dict[str, object]) -> None:
        stack.program(
            f"for name, arguments in { {'partial': partial, **copies}!r}.items():\n    CopiedSnapshot(name, **arguments)\n"
        )

    # Its state holds its operation but no ARN, and the record is older than the time-out: it is ours all the same.
    emulator.settings = Settings(copy_seconds=0.3)
    tagging_denied(emulator, "partial")
    program()
    assert "kept in the stack's state" in told(stack.up(ok=False), "partial")

    skewed(-3600)
    emulator.seed({"us-east-1": {"instanceSnapshots": [{"name": "derived", "fromInstanceName": "db-1"}]}})
    emulator.age_out("us-east-1", "web-1", day(0))
    emulator.inject(Fault(kind="copy-seconds", operation="CopySnapshot", resource="web-1", seconds=3600))
    patterns = ("derived-*", "named", "behind", "web-1-*")
    held = [
        emulator.inject(Fault(kind="hold-before", operation="TagResource", resource=each))
        for each in patterns
    ]
    program(**KILLED)
    stack.up_killed_at(held)
    left = service.snapshots()
    names = {each.rpartition("-manual-")[0] or each: each for each in left}
    assert len(left) == 5
    for name in ("derived", "named"):
        emulator.forget_operations("eu-west-1", names[name])
    emulator.client("us-east-1").delete_instance(instanceName="web-1")
    emulator.seed({"us-east-1": {"instances": [{"name": "web-1", "automaticSnapshots": WEEK}]}})
    emulator.faults.clear()

    again = stack.up("--continue-on-error", ok=False)
    message = told(again, "named")
    assert 'the name "named" is taken in eu-west-1' in message
    assert "has no snapcopy:owner tag; it was not changed, nothing was copied" in message
    assert "adopt=True to take over the existing snapshot" in message
    assert service.snapshots()["named"] == left["named"]
    assert "a copy that an earlier run of this declaration made" in told(again, "latest")

    program(**{**KILLED, "named": {**KILLED["named"], "adopt": True}})
    assert_converges(stack, service)
    for name in ("partial", "derived", "named", "behind"):
        assert service.snapshots()[names[name]]["arn"] == left[names[name]]["arn"], name
        assert started(emulator, name) == 1, name
    assert day(0) in stack.resources()["latest"]["id"]


@pytest.mark.soak
def test_a_partial_copy_whose_record_is_old_is_destroyed(
    stack: Stack, service: Service, emulator: Emulator, skewed: Skew
) -> None:
    """A partial copy without an ARN in the state is destroyed as ours, although its record is older than the timeout."""
    on_another_clock(emulator, skewed, -4 * 3600)
    tagging_denied(emulator, "db-dr")
    stack.copied(target_snapshot_name="db-dr")
    assert "kept in the stack's state" in told(stack.up(ok=False), "db")
    emulator.faults.clear()
    stack.destroy()
    assert service.snapshots() == {}
