"""The account guard: with another account's credentials nothing is asked of the service, and the state stays whole."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator

from .conftest import Service, day
from .matrix import told
from .stack import ROUTE, Stack

OURS = "123456789012"
"""The emulator's account."""

THEIRS = "012345678901"
BOTH = f"the credentials belong to account {OURS}, and snapcopy:allowedAccountIds allows {THEIRS}"
LOGIN = "log in to an allowed account (AWS_PROFILE), or change snapcopy:allowedAccountIds"
IDENTITY = (
    '<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>'
    "<Account>{}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
)
THROTTLED = "<ErrorResponse><Error><Code>Throttling</Code><Message>Slowly.</Message></Error></ErrorResponse>"


class Sts:
    """An STS that counts: it throttles so many calls first, then tells its account."""

    def __init__(self) -> None:
        self.account, self.asked, self.throttled = OURS, 0, 0
        sts = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                sts.asked += 1
                passes = sts.asked > sts.throttled
                body = (IDENTITY.format(sts.account) if passes else THROTTLED).encode()
                self.send_response(200 if passes else 400)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        self._thread = threading.Thread(target=self.server.serve_forever, args=(0.02,))
        self._thread.start()

    def end(self) -> None:
        """Stop it."""
        self.server.shutdown()
        self._thread.join()
        self.server.server_close()


@pytest.fixture
def sts(stack: Stack) -> Iterator[Sts]:
    """What the stack takes for STS."""
    running = Sts()
    stack.environment["AWS_ENDPOINT_URL_STS"] = running.url
    yield running
    running.end()


def allow(stack: Stack, account: str) -> None:
    """Set the guard in the stack's configuration, as the CLI writes a list."""
    stack.run("config", "set", "--path", "snapcopy:allowedAccountIds[0]", account)


def write_guard(stack: Stack, value: str | None) -> None:
    """Write the guard into the stack's configuration by hand, or take it out."""
    config = stack.folder / "Pulumi.dev.yaml"
    kept = config.read_text().partition("config:")[0]
    config.write_text(kept + (f"\nconfig:\n  snapcopy:allowedAccountIds: {value}\n" if value else ""))


def held(stack: Stack) -> dict[str, Any]:
    """What the state holds of copies; without what the engine notes of its own runs."""
    keys = ("id", "inputs", "outputs", "initErrors", "delete")
    return {name: {key: each.get(key) for key in keys} for name, each in stack.resources().items()}


LATEST: dict[str, Any] = {
    **ROUTE,
    "source_resource_name": "web-1",
    "use_latest_restorable_auto_snapshot": True,
}
MANUAL: dict[str, Any] = {**ROUTE, "source_snapshot_name": "db-before-upgrade"}
OWN = "CopiedSnapshot({!r}, **{!r}, opts=ResourceOptions(provider=pulumi.ProviderResource('pulumi-python', {!r}, {!r})))\n"
"""A copy by an explicit provider: name, arguments, the provider's name and its configuration."""


def program(stack: Stack, copies: dict[str, dict[str, Any]]) -> None:
    """Write a program of copies."""
    stack.program(f"for name, arguments in {copies!r}.items():\n    CopiedSnapshot(name, **arguments)\n")


def test_a_wrong_account_does_nothing(stack: Stack, emulator: Emulator, service: Service, sts: Sts) -> None:
    """Ten copies at once ask for the account once, through STS's throttling; with a wrong account nothing is done.

    Each verb is refused with both accounts and what is true, the state and the service stay as they were, and what is
    unchanged asks nobody.
    """
    copies = {f"db-{number}": MANUAL for number in range(5)} | {
        f"web-{number}": LATEST for number in range(5)
    }
    copies["db-0"] = {**MANUAL, "tags": {"team": "shop"}, "triggers": [1]}
    sts.throttled = 6
    allow(stack, OURS)
    program(stack, copies)
    assert stack.up("--parallel=20").changes == {"created": 11}
    assert len(service.snapshots()) == 10
    assert sts.asked == 7

    before, state = service.snapshots(), held(stack)
    sts.account = THEIRS
    emulator.clear_calls()
    refused = f"the credentials belong to account {THEIRS}, and snapcopy:allowedAccountIds allows {OURS}"
    for doing, command in {"reading": "refresh", "deleting": "destroy"}.items():
        output = stack.run(command, "--yes", "--skip-preview", ok=False).output
        about = re.search(rf'{doing} CopiedSnapshot "([\w-]+)" \(us-east-1 -> eu-west-1\): {refused}', output)
        assert about, output
        kept = f'the copy "{stack.outputs(about[1])["targetSnapshotName"]}" stays in the stack\'s state.'
        assert f"State: nothing was sent; {kept}" in output, output
        assert f"Next:  {LOGIN}; `pulumi refresh` and" in output, output
        assert "Traceback" not in output
    program(stack, {**copies, "db-0": {**copies["db-0"], "tags": {"team": "other"}}})
    edited = stack.run("up", "--yes", ok=False)
    assert refused in told(edited, "db-0") and "Updating" not in edited.output, "it was refused at preview"
    program(stack, copies)
    sts.asked = 0
    assert stack.up().changes == {"unchanged": 11}
    assert sts.asked == 0 and emulator.calls() == []
    assert held(stack) == state and service.snapshots() == before


def test_a_wrong_account_is_refused_at_preview(stack: Stack, emulator: Emulator, service: Service) -> None:
    """A new copy names both accounts, before anything is asked of the service, even the latest automatic snapshot.

    Pulumi hands an explicit provider no stack configuration: it does nothing until the guard reaches it by another way.
    The account is asked for where Lightsail is, without being told: made-up keys are never sent to AWS.
    """
    stack.environment["HTTPS_PROXY"] = "http://127.0.0.1:9"  # what would go to AWS gets nowhere
    write_guard(stack, f"'{THEIRS}'")
    unguarded = "hands no stack configuration on to an explicit provider; set SNAPCOPY_ALLOWED_ACCOUNT_IDS"
    for declared, said in {
        OWN.format("own", LATEST, "own", {}): unguarded,
        OWN.format("own", LATEST, "own", {"snapcopy:allowedAccountIds": THEIRS}): f"{BOTH}; {LOGIN}.",
    }.items():
        stack.program(declared)
        output = stack.run("up", "--yes", ok=False).output
        assert said in " ".join(output.split()), output
        assert "Updating" not in output and "Traceback" not in output
    assert emulator.calls() == [] and service.snapshots() == {} and stack.resources() == {}

    stack.program(OWN.format("own", MANUAL, "own", {}))
    stack.environment["SNAPCOPY_ALLOWED_ACCOUNT_IDS"] = OURS
    stack.up()
    assert service.only()["state"] == "available" == stack.outputs("own")["state"]
    assert "guarded" not in stack.outputs("own") and "guarded" not in str(stack.resources()["own"]["inputs"])


def test_refresh_and_destroy_go_by_the_last_ups_configuration(
    stack: Stack, emulator: Emulator, service: Service, sts: Sts
) -> None:
    """A guard set after the last `up` reaches refresh and destroy only with --run-program; the environment's holds at once.

    Without a guard nobody asks for the account.
    """
    web = {**ROUTE, "source_resource_name": "web-1", "restore_date": day(1)}
    program(stack, {"db": MANUAL, "web": web})
    stack.up()
    write_guard(stack, f"'{THEIRS}'")
    stack.refresh()
    assert sts.asked == 0
    state = held(stack)
    emulator.clear_calls()
    stack.environment["SNAPCOPY_ALLOWED_ACCOUNT_IDS"] = THEIRS
    refused = stack.run("destroy", "--yes", "--skip-preview", "--continue-on-error", ok=False)
    for name in ("db", "web"):
        assert BOTH in told(refused, name), refused.output
    del stack.environment["SNAPCOPY_ALLOWED_ACCOUNT_IDS"]
    assert BOTH in stack.run("refresh", "--yes", "--skip-preview", "--run-program", ok=False).output
    assert emulator.calls() == []
    assert held(stack) == state and len(service.snapshots()) == 2


@pytest.mark.soak  # half a minute; daily in tests/unit/test_account.py
def test_an_account_that_cant_be_told_lets_nothing_through(
    stack: Stack, emulator: Emulator, service: Service
) -> None:
    """While STS can't be reached a preview passes without asking the service, and all else is refused."""
    stack.copied(**LATEST)
    stack.environment["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:9"
    write_guard(stack, f"'{OURS}'")
    output = stack.run("up", "--yes", ok=False).output
    assert "Updating" in output, output
    assert (
        'copying CopiedSnapshot "db" (us-east-1 -> eu-west-1): the account isn\'t known, and '
        'snapcopy:allowedAccountIds is set: Could not connect to the endpoint URL: "http://127.0.0.1:9/" '
        "(sts:GetCallerIdentity)"
    ) in output, output
    assert "State: nothing was sent." in output and "Traceback" not in output
    assert emulator.calls() == [] and stack.resources() == {} and service.snapshots() == {}


def test_without_credentials_the_account_isnt_known(stack: Stack, emulator: Emulator) -> None:
    """Without credentials `up` asks to log in, and doesn't speak of a wrong account."""
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del stack.environment[key]
    stack.environment |= {"AWS_SHARED_CREDENTIALS_FILE": "/nowhere", "AWS_CONFIG_FILE": "/nowhere"}
    write_guard(stack, f"'{OURS}'")
    stack.copied()
    output = stack.up(ok=False).output
    assert "the account isn't known" in output and "Unable to locate credentials" in output
    assert (
        "Next:  set AWS_PROFILE, or log in with `aws configure` or `aws sso login`, then run `pulumi up` again."
        in output
    )
    assert emulator.calls() == []


def test_a_misspelled_guard_is_refused_by_a_program_that_only_looks_up(
    stack: Stack, emulator: Emulator
) -> None:
    """A program that only looks up is refused with a misspelled guard, which would let it read another account."""
    config = stack.folder / "Pulumi.dev.yaml"
    config.write_text(
        config.read_text().partition("config:")[0] + f"\nconfig:\n  snapcopy:allowedAccountId: '{OURS}'\n"
    )
    stack.program("from pulumi_snapcopy.lightsail import get_instances\nget_instances(region='us-east-1')\n")
    output = stack.preview(ok=False).output
    assert "snapcopy:allowedAccountId is no setting; write snapcopy:allowedAccountIds" in output, output
    assert emulator.calls() == []
