"""What each day's run of a recovery region copies and drops, through the real engine."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Injected

from ..conftest import Service
from ..stack import Stack
from ..stories import previewed
from .region import SOURCE, TARGET, exported, held, nth, region


def test_days_roll_on_and_the_end_leaves_nothing(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A region copies what the retention keeps, drops on the next day what only filled a rule, and leaves nothing at the end.

    The next day's run is killed and resumed, a further one changes nothing, and destroy leaves what was there.
    """
    emulator.put_snapshot(TARGET, "web-1-2001-01-01-0123abcd", from_name="web-1")
    region(stack, protect={"backup": "yes"}, keep="daily=3, weekly=2")
    first_day = stack.run("up", "--yes")
    assert previewed(first_day).changes["create"] >= 1
    theirs = ["2001-01-01"]
    assert held(service) == [*theirs, nth(0), nth(4), nth(5), nth(6)]
    outputs = exported(stack)
    assert outputs["newest"] == {"web-1": nth(6)}
    assert outputs["gaps"] == {"web-1": []}
    assert outputs["includes"] == {"web-1": ["logs-1"]}
    assert set(outputs["copies"]["web-1"]) == {nth(0), nth(4), nth(5), nth(6)}
    assert all(name in service.snapshots() for name in outputs["copies"]["web-1"].values())

    emulator.take_automatic_snapshot(SOURCE, "web-1", nth(7))
    emulator.clear_calls()
    stack.up_killed_at(emulator.inject(Fault(kind="hold-after", operation="CopySnapshot")))
    next_day = stack.up()
    assert held(service) == [*theirs, nth(5), nth(6), nth(7)]
    assert f"dr-web-1-{nth(7)} created" in next_day.output and f"dr-web-1-{nth(4)} deleted" in next_day.output
    changes = [each for each in service.effects() if each in ("CopySnapshot", "DeleteInstanceSnapshot")]
    assert changes == ["CopySnapshot", *["DeleteInstanceSnapshot"] * 2], "old ones go when the new one stands"

    emulator.clear_calls()
    assert set(stack.up().changes) == {"unchanged"}
    assert service.effects() == []
    stack.destroy()
    assert [*service.snapshots()] == ["web-1-2001-01-01-0123abcd"]


@pytest.mark.soak
def test_a_killed_run_is_resumed(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A region killed while it copies or deletes is completed by the next run: nothing twice, and no more is deleted."""
    region(stack)
    stack.up()
    emulator.take_automatic_snapshot(SOURCE, "web-1", nth(7))
    stack.up_killed_at(emulator.inject(Fault(kind="hold-after", operation="CopySnapshot")))
    stack.up()
    assert held(service) == [nth(5), nth(6), nth(7)]
    emulator.take_automatic_snapshot(SOURCE, "web-1", nth(8))
    stack.up_killed_at(emulator.inject(Fault(kind="hold-after", operation="DeleteInstanceSnapshot")))
    assert held(service) == [nth(6), nth(7), nth(8)], "the new one stood before the old one went"
    told = stack.up()
    assert "nothing is pruned" not in told.output and "doesn't list" not in told.output
    assert held(service) == [nth(6), nth(7), nth(8)]
    assert len(service.snapshots()) == len(stack.entries()) == 3


@pytest.mark.soak
def test_a_source_without_automatic_snapshots_has_a_manual_one_a_day(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """With when_missing="snapshot" today's is taken and copied; one run later nothing is taken again; destroy removes both."""
    region(stack, protect=("web-1", "new-1", "logs-1", "win-1"), more='when_missing="snapshot"')
    stack.preview()
    stack.up()
    assert held(service) == [nth(4), nth(5), nth(6)]
    taken = service.snapshots(SOURCE)
    assert sorted(each["resourceType"] for each in taken.values()) == [
        "DiskSnapshot",
        "InstanceSnapshot",
        "InstanceSnapshot",
    ]
    copies = exported(stack)["copies"]
    for source in ("new-1", "logs-1", "win-1"):
        ((taken_on, name),) = copies[source].items()
        assert taken_on == str(datetime.now(timezone.utc).date())
        assert service.snapshots()[name]["state"] in ("available", "completed")
    emulator.clear_calls()
    assert set(stack.up().changes) == {"unchanged"}
    assert service.effects() == []
    stack.destroy()
    assert service.snapshots() == service.snapshots(SOURCE) == {}


@pytest.mark.soak  # daily sixty days in tests/recovery/test_sixty_days.py
@pytest.mark.timeout(900)
def test_a_sample_of_days(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A region holds what it should on a sample of days: ordinary, with an outage, skipped, killed, with a source gone."""
    region(
        stack, protect=("web-1", "data-1"), more="max_prune=1"
    )  # several days at once are several copies at once
    stack.up()
    dawn(emulator, 7)
    stack.up()
    assert held(service) == held(service, "data-1") == [nth(5), nth(6), nth(7)]

    dawn(emulator, 8)
    code = "AccessDeniedException"
    outage = emulator.inject(
        Fault(kind="error", operation="GetDiskSnapshots", region=TARGET, code=code, times=None)
    )
    refused = stack.up(ok=False).output  # the copy itself can't be looked for either
    assert "its copies can't be listed: AccessDeniedException" in refused
    assert held_at_least(service, emulator, outage, nth(5), nth(6), nth(7))

    dawn(emulator, 9)
    dawn(emulator, 10)
    stack.up_killed_at(
        emulator.inject(Fault(kind="hold-after", operation="CopySnapshot", resource="data-1*"))
    )
    told = stack.up("--refresh")
    assert "Traceback" not in told.output
    dawn(emulator, 11)
    stack.up()
    assert held(service) == held(service, "data-1") == [nth(9), nth(10), nth(11)]

    emulator.client(SOURCE).delete_disk(diskName="data-1")
    emulator.take_automatic_snapshot(SOURCE, "web-1", nth(12))
    stack.up()
    assert held(service) == [nth(10), nth(11), nth(12)]
    assert held(service, "data-1") == [nth(9), nth(10), nth(11)]
    assert len(service.snapshots()) == 6
    assert set(stack.up().changes) == {"unchanged"}


def dawn(emulator: Emulator, number: int) -> None:
    """Take the automatic snapshots of the n-th day."""
    for source in ("web-1", "data-1"):
        emulator.take_automatic_snapshot(SOURCE, source, nth(number))


def held_at_least(service: Service, emulator: Emulator, outage: Injected, *dates: str) -> bool:
    """Whether the copies of these dates are all there once an outage has ended."""
    outage.release()
    return all({*dates} <= {*held(service, source)} for source in ("web-1", "data-1"))
