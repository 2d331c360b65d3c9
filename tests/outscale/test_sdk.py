"""The SDK's one Gateway, and what its calls end with."""

from __future__ import annotations

import socketserver
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import pytest
from osc_sdk_python import Gateway
from pulumi_snapcopy.core.errors import (
    AnswerLost,
    Denied,
    LimitReached,
    LoginFailed,
    NoSuchService,
    NotFound,
    Refused,
    ServiceError,
    TooManyCopies,
    Transient,
)
from pulumi_snapcopy.core.waiting.clock import SystemClock
from pulumi_snapcopy.emulator import Emulator, Fault
from pulumi_snapcopy.outscale import sdk
from pulumi_snapcopy.outscale.errors import refusal
from pulumi_snapcopy.outscale.sdk import Connection

from .life import SECRET, URL

CLOCK = SystemClock()
SIGNATURE = f"{SECRET}+a/b="


def test_settings_that_no_request_can_be_sent_with_are_an_error(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A missing file, a wrong port and the like are an error of this package, whatever the libraries raise."""
    for name, value in [
        ("REQUESTS_CA_BUNDLE", str(tmp_path / "none.pem")),
        ("OSC_X509_CLIENT_CERT", str(tmp_path / "none.pem")),
        ("OSC_ENDPOINT_API", "https://example.invalid:notaport/api/v1"),
    ]:
        with monkeypatch.context() as changed:
            changed.setenv("OSC_ENDPOINT_API", emulator.url.replace("http:", "https:"))
            changed.setenv(name, value)
            with pytest.raises(ServiceError):
                Connection().call("ReadSnapshots", clock=CLOCK)


def test_workers_share_one_gateway(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The gateway is built once, however many workers begin at the same time."""
    built: list[Any] = []

    def build(**given: Any) -> Gateway:
        built.append(given)
        return Gateway(**given)

    monkeypatch.setattr(sdk, "Gateway", build)
    shared = Connection(rate=10_000)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: shared.call("ReadSnapshots", clock=CLOCK), range(16)))
    assert len(built) == 1 and len(answers) == 16
    assert emulator.environment["OSC_SECRET_KEY"] not in repr(shared)


ERRORS = [
    ("10008", 400, TooManyCopies),
    ("10026", 400, LimitReached),
    ("5054", 400, NotFound),
    ("4105", 400, NotFound),
    ("6", 503, Transient),
    ("24", 429, Transient),
    ("25", 429, Transient),
    ("9999", 429, Transient),
    ("2000", 500, AnswerLost),
    ("2000", 503, AnswerLost),
    ("1", 401, LoginFailed),
    ("4", 403, Denied),
    ("2000", 501, NoSuchService),
    ("6003", 409, Refused),
]


@pytest.mark.parametrize(("code", "status", "kind"), ERRORS)
def test_an_error_is_what_its_code_and_status_say(
    code: str, status: int, kind: type[ServiceError], emulator: Emulator, connection: Connection
) -> None:
    """An error's class follows its code and status; its details, call and request id are shown, and the call is sent once."""
    emulator.inject(
        Fault(kind="error", operation="DeleteSnapshot", code=code, status=status, message="Because.")
    )
    with pytest.raises(ServiceError) as caught:
        connection.call("DeleteSnapshot", clock=CLOCK, SnapshotId="snap-12345678")
    assert (
        type(caught.value) is kind and caught.value.call == "api:DeleteSnapshot" and caught.value.code == code
    )
    assert len(emulator.calls("DeleteSnapshot")) == 1
    if kind is not NoSuchService:
        assert caught.value.message == "Because." and caught.value.request_id


@pytest.mark.parametrize("kind", ["lost", "reset", "garbage"])
def test_an_answer_that_never_came_may_be_of_work_that_was_done(
    kind: Any, emulator: Emulator, connection: Connection
) -> None:
    """A call without an answer isn't sent again by the SDK: its work may have been done."""
    emulator.inject(Fault(kind=kind, operation="CreateSnapshot"))
    with pytest.raises(AnswerLost):
        connection.call("CreateSnapshot", clock=CLOCK, VolumeId="vol-12345678", ClientToken="t")
    assert len(emulator.calls("CreateSnapshot")) == 1


def test_what_the_sdk_refuses_by_itself_is_refused(emulator: Emulator, connection: Connection) -> None:
    """Unknown calls, wrong types and missing parameters are refused by the SDK and never sent."""
    refused: list[tuple[str, dict[str, Any]]] = [
        ("MakeCoffee", {}),
        ("CreateSnapshot", {"VolumeId": 7}),
        ("DeleteSnapshot", {}),
        ("DeleteSnapshot", {"Snapshot": "snap-1"}),
    ]
    for action, parameters in refused:
        with pytest.raises(Refused):
            connection.call(action, clock=CLOCK, **parameters)
    assert emulator.calls() == []


def test_nobody_at_the_endpoint_is_an_error_that_passes(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An endpoint without a listener is an error that passes, and doesn't show a password in the address."""
    monkeypatch.setenv("OSC_ENDPOINT_API", f"http://me:{SECRET}@127.0.0.1:1/api/v1")
    with pytest.raises(Transient) as caught:
        Connection().call("ReadSnapshots", clock=CLOCK)
    assert type(caught.value) is Transient and SECRET not in str(caught.value)


@pytest.mark.parametrize(
    ("answer", "kind"), [(b"HTTP/1.1 400 Bad Request\r\n\r\n", Refused), (b"", AnswerLost)]
)
def test_what_tls_breaks_off_may_have_arrived(
    answer: bytes, kind: type[ServiceError], emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An endpoint that speaks no TLS has got no request; a connection that ends in it may have."""

    class Server(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(answer)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OSC_ENDPOINT_API", f"https://127.0.0.1:{server.server_address[1]}/api/v1")
        with pytest.raises(ServiceError) as caught:
            Connection().call("ReadSnapshots", clock=CLOCK)
        server.shutdown()
    assert type(caught.value) is kind


@pytest.mark.parametrize("status", [200, 400, 502])
@pytest.mark.parametrize(
    "body", ["null", "[]", '"busy"', '{"Errors": ["busy"]}', '{"Errors": {"Code": "6"}}']
)
def test_json_of_something_else_is_no_answer(
    status: int, body: str, emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A gateway's own JSON says nothing of what the service did, and the SDK stumbles over it."""
    answer = f"HTTP/1.1 {status} As Given\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"

    class Server(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.recv(65536)
            self.request.sendall(answer.encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("OSC_ENDPOINT_API", f"http://127.0.0.1:{server.server_address[1]}/api/v1")
        with pytest.raises(AnswerLost):
            Connection().call("ReadSnapshots", clock=CLOCK)
        server.shutdown()


def test_an_endpoint_of_something_else_is_said(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """The message says that the endpoint doesn't answer as OUTSCALE's API does."""
    monkeypatch.setenv("OSC_ENDPOINT_API", f"{emulator.url}/_snapcopy/nothing-here")
    with pytest.raises(NoSuchService, match="no OUTSCALE API at the endpoint: HTTP 404"):
        Connection().call("ReadSnapshots", clock=CLOCK)


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, NoSuchService), (200, NoSuchService), (502, AnswerLost), (403, Denied), (429, Transient)],
)
def test_a_page_for_people_is_judged_by_its_status(status: int, kind: type[ServiceError]) -> None:
    """A proxy's own errors pass; a page in place of an answer says that nothing here knows the call."""
    assert type(refusal(status, None, call="ReadSnapshots", html=True)) is kind


@pytest.mark.parametrize("status", [400, 404, 405])
def test_a_refusal_without_errors_isnt_the_apis(status: int) -> None:
    """OUTSCALE's API gives each refusal an error code; the message names the endpoint."""
    with pytest.raises(NoSuchService, match=f"no OUTSCALE API at the endpoint: HTTP {status}"):
        raise refusal(status, None, call="ReadSnapshots")


MIXED = quote(SIGNATURE, safe="").replace("%2F", "%2f")
SIGNED = URL.replace(f"Signature={SECRET}", f"Signature={MIXED}")


@pytest.mark.parametrize(
    "quoted",
    [
        SIGNED,
        SIGNED.replace("&", "\\u0026"),
        quote(SIGNED, safe=""),
        f"Signature={SIGNATURE} refused",
        f"the signature {quote(SIGNATURE, safe='')} is wrong",
        f"the signature {MIXED} is wrong",
    ],
)
def test_what_the_service_quotes_is_hidden(quoted: str, emulator: Emulator, connection: Connection) -> None:
    """Pre-signed URLs, signatures and keys that the service quotes are hidden, however it spells them."""
    secret = emulator.environment["OSC_SECRET_KEY"]
    message = f"{quoted} {secret}"
    emulator.inject(Fault(kind="error", operation="CreateSnapshot", code="4074", message=message))
    with pytest.raises(Refused) as caught:
        connection.call("CreateSnapshot", clock=CLOCK, FileLocation=SIGNED, SnapshotSize=1)
    assert SECRET not in str(caught.value) and secret not in str(caught.value)


PASSWORD = "pass%2Fw0rd"
WITH_USER = SIGNED.replace("://", f"://somebody:{PASSWORD}@")


@pytest.mark.parametrize(
    "quoted",
    [
        WITH_USER,
        quote(WITH_USER, safe=""),
        quote(WITH_USER),
        quote(quote(WITH_USER, safe="")),
        quote(WITH_USER.partition("?")[0], safe=""),
        quote(unquote(WITH_USER.partition("?")[0]), safe=""),
        f"the password {PASSWORD} is wrong",
        f"the password {unquote(PASSWORD)} is wrong",
    ],
)
def test_the_user_of_a_url_that_the_service_quotes_is_hidden(
    quoted: str, emulator: Emulator, connection: Connection
) -> None:
    """User and password in a URL are hidden, however the service spells the URL or parts of it."""
    emulator.inject(Fault(kind="error", operation="CreateSnapshot", code="4074", message=f"Can't: {quoted}."))
    with pytest.raises(Refused) as caught:
        connection.call("CreateSnapshot", clock=CLOCK, FileLocation=WITH_USER, SnapshotSize=1)
    told = str(caught.value)
    assert "Can't: " in told and not any(each in told for each in ("somebody", "w0rd", SECRET))


def test_an_unknown_key_is_a_failed_login() -> None:
    """The service says nothing but that a parameter's value is invalid."""
    error = {"Code": "4120", "Type": "InvalidParameterValue", "Details": ""}
    told = refusal(400, {"Errors": [error]}, call="ReadAccounts")
    assert type(told) is LoginFailed and "OSC_ACCESS_KEY" in told.advice
    told = refusal(400, {"Errors": [{**error, "Details": "VolumeSizes: no number"}]}, call="ReadSnapshots")
    assert type(told) is Refused
