"""The account guard: with another account's credentials nothing is asked of the service, and the state stays whole."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator

from .conftest import Service, day
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


def allow(stack: Stack, *accounts: str) -> None:
    """Set the guard in the stack's configuration, as the CLI writes a list."""
    for number, account in enumerate(accounts):
        stack.run("config", "set", "--path", f"snapcopy:allowedAccountIds[{number}]", account)


def held(stack: Stack) -> dict[str, Any]:
    """What the state holds of copies; without what the engine notes of its own runs."""
    keys = ("id", "inputs", "outputs", "initErrors", "delete")
    return {name: {key: each.get(key) for key in keys} for name, each in stack.resources().items()}


def test_the_emulators_account_is_asked_at_the_emulator(stack: Stack, service: Service) -> None:
    """Where Lightsail is an emulator, so is STS, without being told: made-up keys are never sent to AWS."""
    stack.environment["HTTPS_PROXY"] = "http://127.0.0.1:9"  # what would go to AWS gets nowhere
    allow(stack, THEIRS, OURS)
    stack.copied()
    stack.up()
    assert service.only()["state"] == "available" == stack.outputs()["state"]
    stack.refresh()
    stack.destroy()
    assert service.snapshots() == {} and stack.resources() == {}


def test_the_account_is_asked_for_once_a_run(stack: Stack, service: Service, sts: Sts) -> None:
    """Ten copies at a time, manual and automatic: one call to STS."""
    allow(stack, OURS)
    latest = {"source_resource_name": "web-1", "use_latest_restorable_auto_snapshot": True, **ROUTE}
    manual = {"source_snapshot_name": "db-before-upgrade", **ROUTE}
    stack.program(
        f"for i in range(5):\n    CopiedSnapshot(f'web-{{i}}', **{latest!r})\n    CopiedSnapshot(f'db-{{i}}', **{manual!r})\n"
    )
    assert stack.up("--parallel=20").changes == {"created": 11}
    assert len(service.snapshots()) == 10
    assert sts.asked == 1


def test_a_wrong_account_is_refused_at_preview(stack: Stack, emulator: Emulator, service: Service) -> None:
    """A new copy names both accounts, before anything is asked of the service, even the latest automatic snapshot."""
    allow(stack, THEIRS)
    for arguments in (
        {"source_snapshot_name": "db-before-upgrade"},
        {"source_resource_name": "web-1", "use_latest_restorable_auto_snapshot": True},
    ):
        stack.copied(**arguments)
        for output in (stack.preview(ok=False).output, stack.run("up", "--yes", ok=False).output):
            assert f"{BOTH}; {LOGIN}." in " ".join(output.split()), output
            assert "Traceback" not in output
    assert emulator.calls() == [] and service.snapshots() == {} and stack.resources() == {}


def test_a_wrong_account_neither_creates_nor_changes_nor_forgets_nor_deletes(
    stack: Stack, emulator: Emulator, service: Service, sts: Sts
) -> None:
    """Each verb is refused with both accounts and what is true: the state and the service stay as they were."""
    allow(stack, OURS)
    stack.copied(tags={"team": "shop"})
    stack.up()
    before, state = service.snapshots(), held(stack)
    sts.account = THEIRS
    emulator.clear_calls()
    told = f"the credentials belong to account {THEIRS}, and snapcopy:allowedAccountIds allows {OURS}"
    stays = f'State: nothing was sent; the copy "{stack.outputs()["targetSnapshotName"]}" stays in the stack\'s state.'
    for doing, command in {"reading": "refresh", "deleting": "destroy"}.items():
        output = stack.run(command, "--yes", "--skip-preview", ok=False).output
        assert f'{doing} CopiedSnapshot "db" (us-east-1 -> eu-west-1): {told}' in output, output
        assert stays in output and f"Next:  {LOGIN}; `pulumi refresh` and" in output, output
        assert "Traceback" not in output
    stack.copied(tags={"team": "other"})
    assert told in stack.up(ok=False).output
    stack.copied(tags={"team": "shop"})
    assert told in stack.run("up", "--yes", "--skip-preview", "--refresh", ok=False).output
    stack.copied(triggers=["again"])
    assert told in stack.up(ok=False).output
    assert emulator.calls() == []
    assert held(stack) == state and service.snapshots() == before
    sts.account = OURS
    stack.copied(tags={"team": "shop"})
    assert stack.up().changes == {"unchanged": 2}
    stack.destroy()
    assert service.snapshots() == {}


def test_refresh_and_destroy_go_by_the_last_ups_configuration(
    stack: Stack, emulator: Emulator, service: Service
) -> None:
    """Pulumi's doing: a guard set since reaches them with --run-program; that of the environment holds at once."""
    stack.copied()
    stack.up()
    state = held(stack)
    allow(stack, THEIRS)
    emulator.clear_calls()
    output = stack.run("refresh", "--yes", "--skip-preview", "--run-program", ok=False).output
    assert BOTH in output, output
    stack.run("config", "rm", "snapcopy:allowedAccountIds")
    stack.environment["SNAPCOPY_ALLOWED_ACCOUNT_IDS"] = THEIRS
    for command in ("refresh", "destroy"):
        assert BOTH in stack.run(command, "--yes", "--skip-preview", ok=False).output
    assert emulator.calls() == []
    assert held(stack) == state and len(service.snapshots()) == 1


def test_a_preview_of_unchanged_copies_asks_nobody(stack: Stack, emulator: Emulator, sts: Sts) -> None:
    """Nothing is to be done in any account, be it the wrong one."""
    allow(stack, OURS)
    latest = {"source_resource_name": "web-1", "use_latest_restorable_auto_snapshot": True}
    stack.program(
        f"CopiedSnapshot('web', **{ {**ROUTE, **latest}!r})\n"
        f"CopiedSnapshot('db', source_snapshot_name='db-before-upgrade', tags={{'a': 'b'}}, triggers=[1], **{ROUTE!r})\n"
    )
    stack.up()
    sts.account, sts.asked = THEIRS, 0
    emulator.clear_calls()
    assert stack.preview().changes == {"unchanged": 3}
    assert stack.up().changes == {"unchanged": 3}
    assert sts.asked == 0 and emulator.calls() == []


def test_without_the_setting_nobody_asks_for_the_account(stack: Stack, service: Service, sts: Sts) -> None:
    """A whole life without a call to STS."""
    stack.copied(source_resource_name="web-1", restore_date=day(1), tags={"a": "1"})
    stack.up()
    stack.copied(source_resource_name="web-1", restore_date=day(1))
    stack.up()
    stack.refresh()
    stack.destroy()
    assert sts.asked == 0 and service.snapshots() == {}


def test_an_account_that_cant_be_told_now_is_asked_for_again(
    stack: Stack, service: Service, sts: Sts
) -> None:
    """STS throttles for a while: the run waits for it, and goes on."""
    sts.throttled = 6
    allow(stack, OURS)
    stack.copied()
    stack.up()
    assert sts.asked == 7
    assert service.only()["state"] == "available"


def test_an_account_that_cant_be_told_lets_nothing_through(
    stack: Stack, emulator: Emulator, service: Service
) -> None:
    """STS can't be reached: a preview passes, asking nothing of the service; whatever would ask or change is refused."""
    stack.copied(source_resource_name="web-1", use_latest_restorable_auto_snapshot=True)
    stack.environment["AWS_ENDPOINT_URL_STS"] = "http://127.0.0.1:9"
    allow(stack, OURS)
    assert stack.preview().changes == {"create": 2}
    output = stack.up(ok=False).output
    assert (
        'copying CopiedSnapshot "db" (us-east-1 -> eu-west-1): the account isn\'t known, and '
        'snapcopy:allowedAccountIds is set: Could not connect to the endpoint URL: "http://127.0.0.1:9/" '
        "(sts:GetCallerIdentity)"
    ) in output, output
    assert "State: nothing was sent." in output and "Traceback" not in output
    assert emulator.calls() == [] and stack.resources() == {} and service.snapshots() == {}


def test_without_credentials_the_account_isnt_known(stack: Stack, emulator: Emulator) -> None:
    """That is no wrong account: the preview passes, and `up` asks to log in."""
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del stack.environment[key]
    stack.environment |= {"AWS_SHARED_CREDENTIALS_FILE": "/nowhere", "AWS_CONFIG_FILE": "/nowhere"}
    allow(stack, OURS)
    stack.copied()
    stack.preview()
    output = stack.up(ok=False).output
    assert "the account isn't known" in output and "Unable to locate credentials" in output
    assert (
        "Next:  set AWS_PROFILE, or log in with `aws configure` or `aws sso login`, then run `pulumi up` again."
        in output
    )
    assert emulator.calls() == []


def test_a_guard_that_cant_be_used_lets_nothing_through(
    stack: Stack, emulator: Emulator, service: Service
) -> None:
    """YAML drops a leading zero; what is left is no account id, and the message says how to write one."""
    stack.copied()
    stack.up()
    emulator.clear_calls()
    config = stack.folder / "Pulumi.dev.yaml"
    written = config.read_text().partition("config:")[0]
    said = "holds '12345678901'; write account ids of 12 digits, in quotes if they begin with 0."
    for value in ("012345678901", f"[{OURS}, 012345678901]"):
        config.write_text(f"{written}\nconfig:\n  snapcopy:allowedAccountIds: {value}\n")
        assert f"snapcopy:allowedAccountIds {said}" in stack.preview(ok=False).output
    stack.run("config", "rm", "snapcopy:allowedAccountIds")
    stack.environment["SNAPCOPY_ALLOWED_ACCOUNT_IDS"] = ""
    for command in ("refresh", "destroy"):
        output = stack.run(command, "--yes", "--skip-preview", ok=False).output
        assert "SNAPCOPY_ALLOWED_ACCOUNT_IDS is empty: no account would be allowed" in output
    assert emulator.calls() == [] and len(service.snapshots()) == 1 == len(stack.resources())


EXPLICIT = """
CopiedSnapshot("db", source_snapshot_name="db-before-upgrade", source_region="us-east-1", target_region="eu-west-1",
    opts=ResourceOptions(provider=pulumi.ProviderResource("pulumi-python", "own", {})))
"""


def test_an_explicit_provider_is_not_left_unguarded(
    stack: Stack, emulator: Emulator, service: Service
) -> None:
    """Pulumi hands it no stack configuration: it does nothing until the guard reaches it by another way."""
    stack.program(EXPLICIT.format({}))
    allow(stack, THEIRS)
    output = stack.preview(ok=False).output
    assert (
        "hands no stack configuration on to an explicit provider; set SNAPCOPY_ALLOWED_ACCOUNT_IDS" in output
    )
    stack.program(EXPLICIT.format({"snapcopy:allowedAccountIds": THEIRS}))
    assert BOTH in stack.up(ok=False).output
    stack.program(EXPLICIT.format({}))
    stack.environment["SNAPCOPY_ALLOWED_ACCOUNT_IDS"] = THEIRS
    assert BOTH in stack.up(ok=False).output
    assert emulator.calls() == []
    stack.environment["SNAPCOPY_ALLOWED_ACCOUNT_IDS"] = OURS
    stack.up()
    assert service.only()["state"] == "available"
    assert "guarded" not in stack.outputs()
    assert stack.up().changes == {"unchanged": 3}
