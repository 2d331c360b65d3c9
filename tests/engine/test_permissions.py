"""The permissions: each is needed by a named feature, which says so without it; nothing beyond them is ever called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pulumi_snapcopy.emulator import Emulator, Fault, Settings
from pulumi_snapcopy.services.lightsail_permissions import PERMISSIONS

from .conftest import Service, day
from .matrix import MANUAL, assert_converges, told, write
from .stack import ROUTE, Stack

REGIONS = ("eu-west-1", "eu-west-2", "eu-west-3")
NOTHING = "State: nothing was copied."
KEPT = "it is kept in the stack's state"
STAYS = "it stays in the stack's state"


@dataclass(frozen=True, kw_only=True)
class Without:
    """A copy that needs an action, and what the user reads without it.

    Args:
        copy: the copy, as arguments.
        says: what is said besides the action.
        denied: what makes the denied call this copy's: the resource it names, by default the copy, or its region.
        changed: whether the action is denied in a second run, where the copy loses its tags or is removed.
        allow: whether the next step is to allow the action; without what only explains it is another.
    """

    copy: dict[str, Any]
    says: str
    denied: dict[str, str] | None = None
    changed: bool = False
    allow: bool = True


def _automatic(
    source: str, source_region: str = "us-east-1", target_region: str = "eu-west-1"
) -> dict[str, Any]:
    """A copy of an automatic snapshot, under a derived name."""
    route = {"source_region": source_region, "target_region": target_region, "target_snapshot_name": None}
    return {**route, "source_resource_name": source, "restore_date": day(1)}


def _no_source(region: str) -> Without:
    cause = f'there is no instance or disk "nowhere" in {region}'
    return Without(copy=_automatic("nowhere", region), denied={"region": region}, says=cause, allow=False)


def _hidden_leftovers(source: str, region: str) -> Without:
    copy = _automatic(source, target_region=region)
    return Without(copy=copy, denied={"region": region}, says=NOTHING)


ROWS = {
    "CopySnapshot": Without(copy=MANUAL, says=NOTHING),
    "DeleteDiskSnapshot": Without(
        copy={**ROUTE, "source_snapshot_name": "data-before-upgrade"}, changed=True, says=STAYS
    ),
    "DeleteInstanceSnapshot": Without(copy=MANUAL, changed=True, says=STAYS),
    "GetAutoSnapshots": Without(copy=_automatic("web-1"), denied={"resource": "web-1"}, says=NOTHING),
    "GetDiskSnapshot": Without(copy=MANUAL, says=NOTHING),
    "GetDiskSnapshots": _hidden_leftovers("data-1", "eu-west-2"),
    "GetDisks": _no_source("us-west-1"),
    "GetInstanceSnapshot": Without(copy=MANUAL, says=NOTHING),
    "GetInstanceSnapshots": _hidden_leftovers("api-1", "eu-west-3"),
    "GetInstances": _no_source("us-west-2"),
    "GetOperationsForResource": Without(copy=MANUAL, says="the copy failed: ", allow=False),
    "TagResource": Without(copy=MANUAL, says=KEPT),
    "UntagResource": Without(copy={**MANUAL, "tags": {"old": "1"}}, changed=True, says=KEPT),
}


def _deny(emulator: Emulator, *, changed: bool) -> None:
    for operation, row in ROWS.items():
        if row.changed is changed:
            denied = row.denied or {"resource": operation}
            emulator.inject(
                Fault(kind="error", operation=operation, times=None, code="AccessDeniedException",
                      message="You may not.", **denied)  # type: ignore[arg-type]
            )  # fmt: skip


def test_each_action_is_needed(stack: Stack, service: Service, emulator: Emulator) -> None:
    """Without any one of them a feature breaks, and the message names the action; with all of them all is mended."""
    assert {f"lightsail:{operation}" for operation in ROWS} == {each.action for each in PERMISSIONS}
    emulator.seed({"us-east-1": {"instances": [{"name": "api-1", "automaticSnapshots": 3}]}})
    emulator.inject(Fault(kind="fail-copy", operation="CopySnapshot", resource="GetOperationsForResource"))
    copies = {operation: row.copy for operation, row in ROWS.items()}
    _deny(emulator, changed=False)
    write(stack, copies, create="200s")
    # One by one, since copies that are looked for at the same time are listed, and not read.
    created = stack.up("--parallel", "1", "--continue-on-error", ok=False)
    _deny(emulator, changed=True)
    copies = {operation: copy for operation, copy in copies.items() if not operation.startswith("Delete")}
    copies["UntagResource"] = MANUAL
    write(stack, copies)
    changed = stack.up("--continue-on-error", ok=False)
    for operation, row in ROWS.items():
        message = told(changed if row.changed else created, operation)
        assert "AccessDeniedException: You may not." in message, f"{operation}:\n{message}"
        assert f"(lightsail:{operation})" in message, f"{operation}:\n{message}"
        assert row.says in message, f"{operation}:\n{message}"
        assert (f"allow lightsail:{operation} (`snapcopy iam-policy` prints all" in message) is row.allow
    assert "Traceback" not in created.output + changed.output
    emulator.faults.clear()
    write(
        stack,
        {
            operation: copy
            for operation, copy in copies.items()
            if ROWS[operation].copy.get("source_resource_name") != "nowhere"
        },
    )
    assert_converges(stack, service, REGIONS)


def test_nothing_else_is_ever_called(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A full life, wrong sources and a failed copy included: exactly the listed actions, in the listed regions."""
    stack.environment["AWS_ENDPOINT_URL"] = (
        "http://127.0.0.1:9"  # another service than Lightsail can't be asked
    )
    emulator.settings = Settings(copy_seconds=0.3)

    def copies(date: str) -> dict[str, dict[str, Any]]:
        return {
            "db": {**MANUAL, "tags": {date: "1"}},
            "web": {**_automatic("web-1"), "restore_date": date},
            "data": {**_automatic("data-1"), "restore_date": date},
        }

    emulator.inject(Fault(kind="fail-copy", operation="CopySnapshot", resource="db"))
    wrong = {"source_snapshot_name": "nowhere"}
    write(
        stack,
        {**copies(day(2)), "manual": {**ROUTE, **wrong}, "automatic": _automatic("nowhere")},
        create="200s",
    )
    stack.up("--parallel", "1", "--continue-on-error", ok=False)
    write(stack, copies(day(2)))
    stack.give_time()
    stack.preview()
    stack.up()
    stack.refresh()
    write(stack, copies(day(1)))
    stack.give_time()
    stack.up()
    stack.destroy()
    assert service.snapshots() == {}
    user_agents = {call.user_agent for call in emulator.calls() if "pulumi-snapcopy/" in call.user_agent}
    roles = {"us-east-1": "source", "eu-west-1": "target"}
    called: dict[str, set[str]] = {}
    for call in emulator.calls():
        if call.user_agent in user_agents:
            called.setdefault(f"lightsail:{call.operation}", set()).add(roles[call.region])
    assert called == {each.action: set(each.regions) for each in PERMISSIONS}
