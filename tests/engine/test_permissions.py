"""The permissions: each is needed by a named feature, which says so without it; nothing beyond them is ever called."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Settings
from pulumi_snapcopy.lightsail.permissions import PERMISSIONS

from .conftest import OF_THE_TEST, Service, day
from .matrix import MANUAL, assert_converges, told, write
from .stack import BIN, ROUTE, Stack

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

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


def _hidden_orphans(source: str, region: str) -> Without:
    copy = _automatic(source, target_region=region)
    return Without(copy=copy, denied={"region": region}, says=NOTHING)


ROWS = {
    "CopySnapshot": Without(copy=MANUAL, says=NOTHING),
    "DeleteDiskSnapshot": Without(
        copy={**ROUTE, "source_snapshot_name": "data-before-upgrade"}, changed=True, says=STAYS
    ),
    "DeleteInstanceSnapshot": Without(copy=MANUAL, changed=True, says=STAYS),
    "GetAutoSnapshots": Without(copy=_automatic("web-1"), denied={"resource": "web-1"}, says=NOTHING),
    "GetDiskSnapshot": Without(copy={**ROUTE, "source_snapshot_name": "data-before-upgrade"}, says=KEPT),
    "GetDiskSnapshots": _hidden_orphans("data-1", "eu-west-2"),
    "GetDisks": _no_source("us-west-1"),
    "GetInstanceSnapshot": Without(copy=MANUAL, says=KEPT),
    "GetInstanceSnapshots": _hidden_orphans("api-1", "eu-west-3"),
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


@pytest.mark.soak  # that each is called is told daily
def test_each_action_is_needed(stack: Stack, service: Service, emulator: Emulator) -> None:
    """Without any one action of the policy a feature fails with the action's name; with all of them everything works."""
    courtesy = {
        "lightsail:GetRelationalDatabases"
    }  # tests/unit/test_sources.py: without it a message says less
    assert {f"lightsail:{operation}" for operation in ROWS} == {
        each.action for each in PERMISSIONS
    } - courtesy
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


@dataclass(frozen=True)
class Asked:
    """A call that has reached the emulator, of whatever service and by whatever client."""

    action: str
    region: str
    by_the_test: bool


@pytest.fixture
def asked(emulator: Emulator) -> list[Asked]:
    """Every call, as it comes in: the emulator's own record has only those of Lightsail."""
    server, came = emulator._server, list[Asked]()
    assert server is not None
    answer = server.app

    def record(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = BytesIO(body)
        signature: str = environ.get("HTTP_AUTHORIZATION", "")
        _, _, region, service, *_ = [*signature.split("/"), *"----"]
        operation = (
            environ.get("HTTP_X_AMZ_TARGET", "").rpartition(".")[2]
            or parse_qs(body.decode()).get("Action", [environ["PATH_INFO"]])[0]
        )
        by_the_test = OF_THE_TEST in environ.get("HTTP_USER_AGENT", "")
        came.append(Asked(f"{service}:{operation}", region, by_the_test))
        return answer(environ, start_response)

    server.app = record
    return came


def _roles(asked: list[Asked]) -> dict[str, set[str]]:
    """In which regions each action was asked for, by anybody but the test."""
    roles = {"us-east-1": "source", "eu-west-1": "target"}
    called: dict[str, set[str]] = {}
    for each in asked:
        # Always allowed, even where a policy denies it, so no policy needs to list it:
        # https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
        if not each.by_the_test and each.action != "sts:GetCallerIdentity":
            called.setdefault(each.action, set()).add(roles.get(each.region, each.region))
    return called


def _snapcopy(stack: Stack, *arguments: str) -> str:
    """What the command prints."""
    done = subprocess.run(
        [BIN / "snapcopy", *arguments], env=stack.environment, cwd=stack.folder, check=True,
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    return done.stdout


def test_nothing_else_is_ever_called(
    stack: Stack, service: Service, emulator: Emulator, asked: list[Asked]
) -> None:
    """All calls are actions of the printed policy, in the listed regions.

    A life of instances' and a disk's copies, one adopted and one retained, under the account guard, with wrong
    sources and a failed copy; then the commands that look.
    """
    stack.environment |= {
        "AWS_ENDPOINT_URL": emulator.url,  # other services are asked here as well
        "HTTPS_PROXY": "http://127.0.0.1:9",  # and what would go to AWS gets nowhere
        "SNAPCOPY_ALLOWED_ACCOUNT_IDS": "123456789012",
    }
    emulator.settings = Settings(copy_seconds=0.3)
    emulator.put_snapshot("eu-west-1", "by-hand")

    def declare(date: str, **more: dict[str, Any]) -> None:
        copies = {
            "db": {**MANUAL, "tags": {date: "1"}},
            "web": {**_automatic("web-1"), "restore_date": date},
            "data": {**_automatic("data-1"), "restore_date": date},
            "adopted": {**MANUAL, "target_snapshot_name": "by-hand", "adopt": True, "tags": {date: "1"}},
            "retained": {**MANUAL, "target_snapshot_name": "stays"},
            **more,
        }
        stack.program(
            f"for name, arguments in {copies!r}.items():\n"
            "    opts = ResourceOptions(retain_on_delete=name == 'retained')\n"
            "    CopiedSnapshot(name, **arguments, opts=opts)\n"
        )

    emulator.inject(Fault(kind="fail-copy", operation="CopySnapshot", resource="db-before-upgrade-*"))
    wrong = {**ROUTE, "source_snapshot_name": "nowhere"}
    declare(day(2), manual=wrong, automatic=_automatic("nowhere"))
    failed = stack.up("--parallel", "1", "--continue-on-error", ok=False)
    assert "the copy failed" in told(failed, "db") and "nowhere" in told(failed, "manual")
    declare(day(1))
    stack.up("--refresh")
    stack.destroy()
    assert service.snapshots().keys() == {"stays"}
    life = _roles(asked)
    statements = json.loads(_snapcopy(stack, "iam-policy"))["Statement"]
    assert life.keys() == {action for statement in statements for action in statement["Action"]}
    assert life == {each.action: set(each.regions) for each in PERMISSIONS}
    assert Asked("sts:GetCallerIdentity", "eu-west-1", by_the_test=False) in asked, "the guard was off"
    assert Asked("lightsail:GetDiskSnapshots", "eu-west-1", by_the_test=True) in asked, (
        "the test isn't told apart"
    )
    asked.clear()
    assert "stays" in _snapcopy(stack, "status", "--region", "us-east-1", "--region", "eu-west-1")
    _snapcopy(stack, "doctor", "--source-region", "us-east-1", "--target-region", "eu-west-1")
    looks = _roles(asked)
    assert looks and all(roles <= life.get(action, set()) for action, roles in looks.items()), looks
