"""The fault matrix, what takes minutes: changes that stay unseen, reads that fail for good, a read that hangs,
lists that don't end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_snapcopy.core.waiting.policy import READ_TIMEOUT
from pulumi_snapcopy.emulator import Emulator, Fault, Settings
from pulumi_snapcopy.emulator.lightsail import reading

from .conftest import Service, day
from .matrix import MANUAL, assert_converges
from .stack import ROUTE, Stack

pytestmark = [pytest.mark.soak, pytest.mark.timeout(900)]


def test_changes_that_are_unseen_for_half_a_minute(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """With changes that show after 30 s a copy is made, replaced under its name and destroyed, never twice."""

    def write(date: str, **changed: Any) -> None:
        web = {
            **ROUTE,
            "source_resource_name": "web-1",
            "restore_date": date,
            "target_snapshot_name": "web-dr",
        }
        copies = {"db": {**MANUAL, **changed}, "web": {**web, **changed}}
        stack.program(f"for name, arguments in {copies!r}.items():\n    CopiedSnapshot(name, **arguments)\n")

    emulator.settings = Settings(
        copy_seconds=5, visibility_seconds=30, deletion_seconds=30, tagging_seconds=30
    )
    write(day(2), tags={"old": "1"})
    assert stack.up().changes == {"created": 3}
    assert stack.up().changes == {"unchanged": 3}
    assert len(service.snapshots()) == service.copies_started() == 2
    write(day(1), triggers=["again"], tags={"new": "1"})
    stack.up()
    assert stack.up().changes == {"unchanged": 3}
    assert len(service.snapshots()) == 2 and service.copies_started() == 4
    assert {each["arn"] for each in service.snapshots().values()} == {
        each["outputs"]["arn"] for each in stack.resources().values()
    }
    emulator.finish_copies()
    assert service.tags("web-dr") == {
        "new": "1", "snapcopy:owner": "shop/dev/web", "snapcopy:source": f"us-east-1:web-1:{day(1)}",
    }  # fmt: skip
    stack.destroy()
    assert service.snapshots() == {}


@pytest.mark.parametrize("trouble", ["ServiceException", "refused"])
def test_a_refresh_that_the_service_never_answers(
    stack: Stack, service: Service, emulator: Emulator, nobody: str, trouble: str
) -> None:
    """A refresh that gets no answer fails after five minutes, says so, and the state keeps the copy."""
    stack.copied(target_snapshot_name="db-dr")
    stack.up()
    before, there = stack.resources(), stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"]
    said = "ServiceException: A fault that was asked for."
    if trouble == "refused":
        said = f'Could not connect to the endpoint URL: "{nobody}/"'
        stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"] = nobody
    else:
        for call in ("GetInstanceSnapshot", "GetInstanceSnapshots", "GetDiskSnapshots"):
            emulator.inject(Fault(kind="error", operation=call, times=None))
    result = stack.end(stack.start("refresh", "--yes", "--skip-preview"), ok=False, timeout=600)
    minutes = f"{READ_TIMEOUT / 60:.0f} min"
    assert f"timed out after {minutes}; the service last said: {said}" in result.output, result.output
    assert 'reading CopiedSnapshot "db"' in result.output and "State: nothing was changed." in result.output
    assert "Next:  run the same command again." in result.output and "Traceback" not in result.output
    after = stack.resources()
    assert {name: each["outputs"] for name, each in after.items()} == {
        name: each["outputs"] for name, each in before.items()
    }
    stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"] = there
    emulator.faults.clear()
    assert stack.refresh().changes == {"unchanged": 2}
    assert_converges(stack, service)
    assert service.copies_started() == 1


@pytest.mark.parametrize(
    "call", ["GetInstanceSnapshots", "GetInstanceSnapshot"], ids=["listing", "single look"]
)
def test_one_hanging_read_among_ten_waits(
    stack: Stack, service: Service, emulator: Emulator, call: str, record_property: Callable[..., None]
) -> None:
    """A hanging read is given up after 20 s, and all ten copies arrive, none twice."""
    emulator.settings = Settings(copy_seconds=5)
    hung = emulator.inject(Fault(kind="hang", operation=call, region="eu-west-1"))
    stack.program(f"for n in range(10):\n    CopiedSnapshot(f'db-{{n}}', **{MANUAL!r})\n")
    assert stack.up().changes == {"created": 11}
    record_property("calls", len(emulator.calls()))
    assert_converges(stack, service)
    assert hung.hits == 1 and service.copies_started() == 10


def test_copies_that_no_list_shows(
    stack: Stack, service: Service, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copies behind a list that repeats its page for ever are found all the same."""
    for number in range(6):
        emulator.put_snapshot("eu-west-1", f"theirs-{number}")
    foreign = service.snapshots()
    emulator.settings = Settings(copy_seconds=0.5, page_size=2)
    page = reading._page

    def repeating(member: str, items: Any, parameters: dict[str, Any], **options: Any) -> dict[str, Any]:
        read = page(member, items, parameters, **options)
        return {**read, "nextPageToken": parameters.get("pageToken") or read["nextPageToken"]}

    monkeypatch.setattr(reading, "_page", repeating)
    stack.program(f"for n in range(3):\n    CopiedSnapshot(f'db-{{n}}', **{MANUAL!r})\n")
    assert stack.up("--parallel", "4").changes == {"created": 4}
    assert stack.up("--refresh").changes == {"unchanged": 4}
    assert len(emulator.calls("GetInstanceSnapshots")) > 2, "it went by lists"
    assert service.copies_started() == 3
    stack.destroy()
    monkeypatch.undo()
    emulator.settings = Settings()
    assert service.snapshots() == foreign
