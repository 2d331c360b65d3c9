"""The fault matrix: what goes wrong, what the user reads, what the service then holds, and that the next run fixes it.

Here are the calls to the service; test_copy_troubles.py has the copies themselves, test_unreachable.py a service that isn't there,
test_races.py two runs at one copy, test_permissions.py what isn't allowed, test_crash_matrix.py killing. What test_failures.py tries
isn't tried again.
"""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Injected
from pulumi_snapcopy.emulator.lightsail import reading

from .conftest import Service, day
from .matrix import MANUAL, SHORT, assert_as_declared, assert_converges, assert_recovers, told, write
from .stack import ROUTE, Result, Stack
from .troubles import ONE_BY_ONE

LOST = "Connection was closed before we received a valid response"
TROUBLES = {
    "error": "ServiceException: A fault that was asked for.",
    "lost": LOST,
    "reset": LOST,
    "garbage": "the answer is a page of HTML (HTTP 200)",
    "error-after": "ServiceException: A fault that was asked for.",
    "throttled": "ThrottlingException: Rate exceeded",
    "empty": "the answer holds no {member}",
}
WORKS_ALL_THE_SAME = {"lost", "garbage", "error-after", "empty"}
"""Only the answer is gone, the work is done."""


def last_said(kind: str, call: str) -> str:
    """What a run that is out of time says of the trouble."""
    member = call.removeprefix("Get")
    return f"timed out after 3 s; the service last said: {TROUBLES[kind]}".format(
        member=member[0].lower() + member[1:]
    )


def trouble(kind: str, **where: Any) -> Fault:
    """A fault of a kind, or the refusal that it is."""
    if kind == "throttled":
        return Fault(kind="error", code="ThrottlingException", message="Rate exceeded", **where)
    return Fault(kind=kind, **where)  # type: ignore[arg-type]


# Trouble that passes: the first calls of each operation.

CALLS = (
    "CopySnapshot", "TagResource", "UntagResource", "DeleteInstanceSnapshot", "DeleteDiskSnapshot",
    "GetInstanceSnapshot", "GetDiskSnapshot", "GetInstanceSnapshots", "GetDiskSnapshots", "GetAutoSnapshots",
)  # fmt: skip


DAILY = ("lost", "throttled", "hang")
"""One after the other, each at every operation; the other kinds daily in tests/services, without the engine."""


@pytest.mark.parametrize(
    ("kinds", "often"),
    [
        (DAILY, False),
        *(
            pytest.param((kind,), often, marks=pytest.mark.soak)
            for kind in (*TROUBLES, "hang")
            for often in (False, True)
            if (kind, often)
            != ("garbage", True)  # an endpoint that begins with pages of HTML isn't the service
        ),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, tuple) else None,
)
def test_trouble_that_passes_only_delays(
    stack: Stack, service: Service, emulator: Emulator, kinds: tuple[str, ...], often: bool
) -> None:
    """A life of create, refresh, update, replace and destroy in which each operation fails ends as one without faults.

    In the soak more often than the AWS client tries by itself, and again in each run; every day but once.
    """
    faults: list[Injected] = []
    # The client takes an answer for one, whatever is in it.
    times = (2 if kinds[0] in ("garbage", "empty") else 4) if often else 1

    def fail() -> None:
        for kind, operation in itertools.product(kinds, CALLS):
            if (kind, operation) != ("empty", "GetAutoSnapshots"):  # a resource without any answers just that
                count = max(times, 3) if operation == "CopySnapshot" else times
                faults.append(emulator.inject(trouble(kind, operation=operation, times=count, seconds=0.5)))

    def fail_again() -> None:
        if often:
            emulator.faults.clear()
            fail()

    fail()

    def program(date: str, tags: dict[str, str]) -> str:
        copies = {
            "db": {**MANUAL, "target_snapshot_name": "db-dr", "tags": tags},
            "web": {**ROUTE, "source_resource_name": "web-1", "restore_date": date},
            "data": {**ROUTE, "source_resource_name": "data-1", "restore_date": date},
        }
        return f"for name, arguments in {copies!r}.items():\n    CopiedSnapshot(name, **arguments)\n"

    stack.program(program(day(2), {"old": "1", "team": "shop"}))
    assert stack.up().changes == {"created": 4}
    fail_again()
    stack.refresh()
    stack.program(program(day(1), {"team": "shop"}))
    fail_again()
    summary = stack.up().output.rpartition("Resources:\n")[2]
    assert "1 updated" in summary and "2 replaced" in summary
    if often:
        emulator.faults.clear()  # what is left of them isn't for us
        assert stack.up().changes == {"unchanged": 4}
    assert {each["arn"] for each in service.snapshots().values()} == {
        each["outputs"]["arn"] for each in stack.resources().values()
    }
    assert service.owner_and_theirs("db-dr") == {"team": "shop", "snapcopy:owner": "shop/dev/db"}
    fail_again()
    stack.destroy()
    emulator.faults.clear()
    assert service.snapshots() == {}
    hit = {(each.fault.kind, each.fault.operation) for each in faults if each.hits}
    assert hit == {(each.fault.kind, each.fault.operation) for each in faults}


# Trouble that stays, until the deadline of 3 s.


@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    "kinds",
    [("error", "lost", "empty"), pytest.param((*TROUBLES,), marks=pytest.mark.soak)],
    ids=["of some kinds", "of all kinds"],
)
def test_trouble_that_stays(
    stack: Stack, service: Service, emulator: Emulator, kinds: tuple[str, ...]
) -> None:
    """When an operation fails for good, what the user is told is true, and the next run fixes it."""
    creating = rows_of(kinds, "CopySnapshot", "TagResource", "GetAutoSnapshots")
    del creating["empty-GetAutoSnapshots"]  # a resource without any answers just that
    changing = rows_of(kinds, "UntagResource", "DeleteInstanceSnapshot", "GetInstanceSnapshot")
    sources = [name for name, (_, call) in creating.items() if call == "GetAutoSnapshots"]
    emulator.seed({"us-east-1": {"instances": [{"name": n, "automaticSnapshots": 3} for n in sources]}})
    copies = {
        n: {"source_resource_name": n, "restore_date": day(1)} if n in sources else {} for n in creating
    }
    untagged: dict[str, dict[str, Any]] = {
        name: {} for name, (_, call) in changing.items() if call == "UntagResource"
    }
    tagged = {name: {**MANUAL, "tags": {"old": "1"}} for name in changing}
    write(stack, tagged, create="200s")
    stack.up()
    assert_as_declared(stack, service)

    stay_in_trouble(emulator, creating | changing)
    write(stack, {**copies, **untagged})
    result = stack.up(*ONE_BY_ONE, "--continue-on-error", ok=False)
    assert "Traceback" not in result.output
    assert_creating_is_told(result, creating, service.snapshots(), stack.resources())
    assert_changing_is_told(result, changing, service.snapshots(), stack.resources())

    emulator.faults.clear()
    assert_recovers(stack, service)
    assert service.copies_started() == len(creating) + len(changing)
    left = {name: service.tags(name).get("old") for name in service.snapshots() if name in changing}
    assert left == dict.fromkeys(untagged)


def rows_of(kinds: tuple[str, ...], *calls: str) -> dict[str, tuple[str, str]]:
    """A row for each of these kinds of trouble at each of these operations."""
    return {f"{kind}-{call}": (kind, call) for kind in kinds for call in calls}


def stay_in_trouble(emulator: Emulator, rows: dict[str, tuple[str, str]]) -> None:
    """Let each row's operation fail for its copy, until the faults are cleared."""
    for name, (kind, call) in rows.items():
        emulator.inject(trouble(kind, operation=call, resource=name, times=None))


def assert_creating_is_told(
    result: Result, rows: dict[str, tuple[str, str]], there: dict[str, Any], state: dict[str, Any]
) -> None:
    """Of each copy that was to be made the user reads what is true of it."""
    for name, (kind, call) in rows.items():
        message = told(result, name)
        if not call.startswith("Get") and kind in WORKS_ALL_THE_SAME:
            assert message == "" and state[name]["outputs"]["arn"] == there[name]["arn"]
            continue
        assert last_said(kind, call) in message, f"{name}: {message}"
        if call.startswith("Get") or (kind, call) == ("throttled", "CopySnapshot"):
            assert "State: nothing was copied." in message and "run `pulumi up` again." in message
            assert name not in there and name not in state
        elif call == "CopySnapshot":
            assert (
                f'the copy "{name}" was asked for, and the service doesn\'t show it yet: it may be in progress'
                in message
            )
            assert "kept in the stack's state" in message and name not in there and name in state
        else:
            # boto3 repeats what is throttled, often for longer than it takes to see the copy complete
            states = ("still pending", "available") if kind == "throttled" else ("available",)
            kept = (
                f'the copy "{name}" is {state} in eu-west-1; it is kept in the stack\'s state'
                for state in states
            )
            assert any(each in message for each in kept), message
            assert name in there and name in state


def assert_changing_is_told(
    result: Result, rows: dict[str, tuple[str, str]], there: dict[str, Any], state: dict[str, Any]
) -> None:
    """Tags that can't be taken away and copies that can't be deleted stay the stack's to do."""
    for name, (kind, call) in rows.items():
        message = told(result, name)
        if call == "DeleteInstanceSnapshot" and kind in WORKS_ALL_THE_SAME:
            assert message == "" and name not in there and name not in state
            continue
        if (kind, call) == ("empty", "UntagResource"):  # there is nothing that its answer has to hold
            assert message == "" and name in there and name in state
            continue
        assert last_said(kind, call) in message, f"{name}: {message}"
        kept = (
            "is available in eu-west-1; it is kept in"
            if call == "UntagResource"
            else "may still be in eu-west-1"
        )
        assert f'the copy "{name}" {kept}' in message
        # One that a list shows is deleted, and reading whether it is gone fails.
        assert name in state and (name in there or call == "GetInstanceSnapshot")


def test_lists_that_cant_be_had_and_lists_without_an_end(
    stack: Stack, service: Service, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is sent before the list of orphans is read, and a list whose pages name themselves comes to an end."""
    denied = {
        # the source of each copy, its target, and what can't be had there
        "web": ("web-1", "eu-west-1", "GetInstanceSnapshots"),
        "data": ("data-1", "eu-west-2", "GetDiskSnapshots"),
    }
    copies = {
        name: {
            **ROUTE, "source_resource_name": source, "restore_date": day(1), "target_region": region
        }
        for name, (source, region, _) in denied.items()
    }  # fmt: skip
    stack.program(
        f"for name, arguments in {copies!r}.items():\n    CopiedSnapshot(name, **arguments, opts={SHORT})\n"
    )
    for _, region, call in denied.values():
        emulator.inject(Fault(kind="error", operation=call, region=region, times=None))
    refused = stack.up(*ONE_BY_ONE, "--continue-on-error", ok=False)
    for name in denied:
        assert "timed out after 3 s" in told(refused, name)
        assert "State: nothing was copied." in told(refused, name)
    emulator.faults.clear()
    assert service.effects() == []
    emulator.clear_calls()
    stack.give_time()
    page = reading._page

    def repeating(*arguments: Any, **options: Any) -> dict[str, Any]:
        return {**page(*arguments, **options), "nextPageToken": "0"}

    with monkeypatch.context() as patched:
        patched.setattr(reading, "_page", repeating)
        assert stack.up().changes == {"created": 2, "unchanged": 1}
    lists = emulator.calls("GetInstanceSnapshots")
    for region in ("eu-west-1", "eu-west-2"):
        tokens = [call.parameters.get("pageToken") for call in lists if call.region == region]
        assert tokens[:2] == [None, "0"], region
    assert_as_declared(stack, service, ("eu-west-1", "eu-west-2"))


HANGING = pytest.mark.parametrize("call", ["CopySnapshot", "TagResource", "GetInstanceSnapshot"])


@pytest.mark.soak
@HANGING
def test_a_call_that_hangs_is_given_up(stack: Stack, service: Service, emulator: Emulator, call: str) -> None:
    """A call that is never answered is given up after the client's 20 s, and made again."""
    hung = emulator.inject(Fault(kind="hang", operation=call, region="eu-west-1"))
    stack.copied(target_snapshot_name="db-dr")
    assert_converges(stack, service)
    assert hung.hits == 1 and service.copies_started() == 1


@pytest.mark.soak
@HANGING
def test_a_call_that_always_hangs_is_told(
    stack: Stack, service: Service, emulator: Emulator, call: str
) -> None:
    """If every call hangs, the user reads at the deadline which address doesn't answer, and what is true of the copy."""
    emulator.inject(Fault(kind="hang", operation=call, region="eu-west-1", times=None))
    write(stack, {"db": {}})
    result = stack.up(ok=False)
    message, hangs = told(result, "db"), f'Read timeout on endpoint URL: "{emulator.url}/"'
    assert f"timed out after 3 s; the service last said: {hangs}" in message, result.output
    assert {
        "CopySnapshot": "was asked for, and the service doesn't show it yet: it may be in progress in eu-west-1; it is kept",
    }.get(call, 'the copy "db" is still pending in eu-west-1; it is kept in the stack\'s state.') in message  # fmt: skip
    assert "Traceback" not in result.output
    emulator.faults.clear()
    assert_converges(stack, service)
    assert len(service.snapshots()) == 1
