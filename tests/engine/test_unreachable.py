"""A service that isn't there, or refuses everybody: no command loses what the stack has, and the next one goes on."""

from __future__ import annotations

import time
from collections.abc import Callable

from pulumi_snapcopy.emulator import Emulator, Fault

from .conftest import Service
from .matrix import MANUAL, told, write
from .stack import Stack

EXPIRED = ("ExpiredTokenException", "The security token included in the request is expired")
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
}
"""By copy, what the service says of a request to delete it, and what the user is to do."""


def test_a_service_that_isnt_there_or_refuses_all(
    stack: Stack, service: Service, emulator: Emulator, nobody: str, record_property: Callable[..., None]
) -> None:
    """What was refused is said, with the address and what is true of the copy; then all goes on as if nothing was."""
    there = stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"]
    tagged = {**MANUAL, "tags": {"team": "shop"}}

    def refused(command: str) -> Callable[[str], str]:
        stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"] = nobody
        result = stack.run(command, "--yes", "--skip-preview", ok=False)
        stack.environment["AWS_ENDPOINT_URL_LIGHTSAIL"] = there

        def message(name: str) -> str:
            said = told(result, name)
            last = f'the service last said: Could not connect to the endpoint URL: "{nobody}/"'
            assert f"timed out after 3 s; {last}" in said and "Traceback" not in result.output, result.output
            return said

        return message

    write(stack, {"db": {}, "web": {}}, create="200s")
    assert stack.up().changes == {"created": 3}
    before, state = service.snapshots(), stack.entries()

    write(stack, {"db": tagged, "web": {}, "new": {}})
    began = time.monotonic()
    message = refused("up")
    record_property("seconds", time.monotonic() - began)
    for name in ("db", "new"):
        assert "State: nothing was copied." in message(name), name
        assert "Next:  run `pulumi up` again." in message(name), name
    message = refused("destroy")
    for name in ("db", "web"):
        kept = f'State: the copy "{name}" may still be in eu-west-1; it stays in the stack\'s state.'
        assert kept in message(name) and "Next:  run the same command again." in message(name)
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

    emulator.inject(Fault(kind="error", code=EXPIRED[0], message=EXPIRED[1], times=None))
    output = stack.run("refresh", "--yes", "--skip-preview", ok=False).output
    assert f"{EXPIRED[0]}: {EXPIRED[1]} (lightsail:GetInstanceSnapshot" in output, output
    assert "Next:  renew the credentials" in output and "then run the same command again." in output
    emulator.faults.clear()
    for call in ("GetInstanceSnapshots", "GetDiskSnapshots"):  # so that each copy is read
        emulator.inject(Fault(kind="error", operation=call, code="AccessDeniedException", times=None))
    for name, (code, reason, _) in REFUSALS.items():
        denied(name, code, reason)
    destroyed = stack.run("destroy", "--yes", "--skip-preview", ok=False)
    for name, (code, reason, then) in REFUSALS.items():
        said = told(destroyed, name)
        assert f"{code}: {reason} (lightsail:GetInstanceSnapshot)" in said, destroyed.output
        assert f"Next:  {then}" in said and "then run the same command again." in said
    emulator.faults.clear()
    assert service.snapshots() == before and arns(stack.entries()) == arns(state)

    stack.give_time()
    assert stack.up().changes == {"created": 1, "updated": 2}  # of one only the timeouts
    assert service.owner_and_theirs("db") == {"team": "shop", "snapcopy:owner": "shop/dev/db"}
    assert service.copies_started() == 3 == len(service.snapshots())


def arns(entries: list[dict[str, object]]) -> dict[object, object]:
    """The ARNs of a state's entries, by URN."""
    return {each["urn"]: each["outputs"]["arn"] for each in entries}  # type: ignore[index]
