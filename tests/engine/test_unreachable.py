"""A service that isn't there, or refuses everybody: no command loses what the stack has, and the next one goes on."""

from __future__ import annotations

import time
from collections.abc import Callable

from pulumi_snapcopy.emulator import Emulator, Fault

from .conftest import Service
from .matrix import MANUAL, told, write
from .stack import Stack

REFUSALS = {
    "db": (
        "InvalidSignatureException",
        "Signature expired: 20261121T1 is now earlier than 20261121T2",
        "set this machine's clock",
    ),
    "web": (
        "AccessDeniedException",
        "You may not.",
        "allow lightsail:GetInstanceSnapshot (`snapcopy iam-policy` prints",
    ),
    "late": (
        "ExpiredTokenException",
        "The security token included in the request is expired",
        "renew the credentials",
    ),
}
"""By copy, what the service says of a request to delete it, and what the user is to do."""


def test_a_service_that_isnt_there_or_refuses_all(
    stack: Stack, service: Service, emulator: Emulator, nobody: str, record_property: Callable[..., None]
) -> None:
    """The message has the refusal, the address and what is true of the copy; afterwards everything goes on."""
    there = stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"]
    tagged = {**MANUAL, "tags": {"team": "shop"}}
    unchanged: dict[str, dict[str, object]] = {"web": {}, "late": {}}
    write(stack, {"db": {}, **unchanged}, create="200s")
    assert stack.up().changes == {"created": 4}
    before, state = service.snapshots(), stack.entries()

    write(stack, {"db": tagged, **unchanged, "new": {}})
    stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"] = nobody
    began = time.monotonic()
    refused = stack.up("--continue-on-error", ok=False)
    record_property("seconds", time.monotonic() - began)
    stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"] = there
    last = f'the service last said: Could not connect to the endpoint URL: "{nobody}/"'
    assert "Traceback" not in refused.output
    stays = ' in this run; the copy "db" stays in the stack\'s state'
    for name, more in (("db", stays), ("new", "")):
        said = told(refused, name)
        assert f"timed out after 3 s; {last}" in said, refused.output
        assert f"State: nothing was copied{more}." in said and "Next:  run `pulumi up` again." in said, name
    assert service.snapshots() == before and arns(stack.entries()) == arns(state)

    def denied(name: str, code: str, reason: str) -> None:
        emulator.inject(
            Fault(
                kind="error",
                operation="GetInstanceSnapshot",
                resource=name,
                code=code,
                message=reason,
                times=None,
            )
        )

    for call in ("GetInstanceSnapshots", "GetDiskSnapshots"):  # so that each copy is read
        emulator.inject(Fault(kind="error", operation=call, code="AccessDeniedException", times=None))
    for name, (code, reason, _) in REFUSALS.items():
        denied(name, code, reason)
    destroyed = stack.run("destroy", "--yes", "--skip-preview", "--continue-on-error", ok=False)
    for name, (code, reason, then) in REFUSALS.items():
        said = told(destroyed, name)
        assert f"{code}: {reason} (lightsail:GetInstanceSnapshot)" in said, destroyed.output
        assert f"Next:  {then}" in said and "then run the same command again." in said
    emulator.faults.clear()
    assert service.snapshots() == before and arns(stack.entries()) == arns(state)

    stack.give_time()
    assert stack.up().changes == {"created": 1, "updated": 3}  # of two only the timeouts
    assert service.owner_and_theirs("db") == {"team": "shop", "snapcopy:owner": "shop/dev/db"}
    assert service.copies_started() == 4 == len(service.snapshots())


def arns(entries: list[dict[str, object]]) -> dict[object, object]:
    """The ARNs of a state's entries, by URN."""
    return {each["urn"]: each["outputs"]["arn"] for each in entries}  # type: ignore[index]
