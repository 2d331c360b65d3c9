"""What can be wrong around a call: one message that says what to do, exit code 1, no traceback, no secrets."""

from __future__ import annotations

import socket
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault
from pulumi_snapcopy.lightsail import lookups

from .conftest import Invoke, Snapcopy

KEY_ID = "AKIAMARKEDKEYID00001"
SECRET = "marked-secret-access-key"
TOKEN = "marked-session-token"
PASSWORD = "marked-password"
MARKED = (KEY_ID, SECRET, TOKEN, PASSWORD)


@pytest.fixture
def marked(on_emulator: Emulator, clean: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Credentials that can be found again wherever they show."""
    clean.setenv("AWS_ACCESS_KEY_ID", KEY_ID)
    clean.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    clean.setenv("AWS_SESSION_TOKEN", TOKEN)
    return clean


@pytest.fixture
def closed_port() -> Iterator[int]:
    """A port that nobody listens on, and that nobody else is given meanwhile."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        yield int(probe.getsockname()[1])


def expect_error(invoke: Invoke, *parts: str, arguments: tuple[str, ...] = ("status",)) -> None:
    """Run a command, and find one error with these parts, and no more than that."""
    done = invoke(*arguments)
    assert done.exit_code == (2 if arguments == ("status",) else 1)  # status: it couldn't be determined
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    for part in parts:
        assert part in line
    for secret in MARKED:
        assert secret not in done.stdout + done.stderr


def test_an_unknown_region_is_answered_with_the_nearest(on_emulator: Emulator, invoke: Invoke) -> None:
    """A slip of the fingers costs no search, and no call."""
    arguments = ("status", "--region", "eu-wset-1")
    expect_error(invoke, "no region 'eu-wset-1'", "Did you mean eu-west-1 or ", arguments=arguments)
    assert on_emulator.calls() == []


def test_a_region_like_none_is_answered_with_all(on_emulator: Emulator, invoke: Invoke) -> None:
    """Where nothing is near, all regions are named."""
    expect_error(invoke, "It has ap-", "us-west-2.", arguments=("status", "--region", "mars"))


def test_no_region_at_all_says_how_to_set_one(snapcopy: Snapcopy) -> None:
    """Neither an option nor AWS tooling names one; the program itself says no more than what the command does."""
    done = snapcopy("status")
    assert (done.returncode, done.stdout) == (2, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: no region is set") and "AWS_DEFAULT_REGION" in line


def test_no_credentials_says_how_to_get_some(
    on_emulator: Emulator, clean: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    """There is nobody to ask as."""
    clean.delenv("AWS_ACCESS_KEY_ID")
    clean.delenv("AWS_SECRET_ACCESS_KEY")
    expect_error(invoke, "Unable to locate credentials", "Set AWS_PROFILE, or log in")


@pytest.mark.parametrize(
    "arguments", [("status",), ("status", "--region", "eu-west-1"), ("status", "--all-regions")]
)
def test_a_profile_that_isnt_there_is_named(
    arguments: tuple[str, ...], marked: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    """AWS_PROFILE is wrong, whatever is asked."""
    marked.setenv("AWS_PROFILE", "nobody")
    expect_error(invoke, "profile (nobody) could not be found", arguments=arguments)


def test_a_broken_configuration_file_is_named(
    marked: pytest.MonkeyPatch, invoke: Invoke, tmp_path: Path
) -> None:
    """A file that can't be read is the user's to fix; what it holds isn't printed."""
    broken = tmp_path / "broken"
    broken.write_text(f"[default\naws_secret_access_key = {SECRET}\n")
    marked.setenv("AWS_CONFIG_FILE", str(broken))
    expect_error(invoke, f"Unable to parse config file: {broken}")


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("AccessDeniedException", "Allow lightsail:GetInstanceSnapshots; `snapcopy iam-policy`"),
        ("ExpiredTokenException", "Renew the credentials"),
        ("AuthFailure", "Correct the credentials, which are wrong"),
        ("UnrecognizedClientException", "enable the region"),
        ("InvalidInputException", "Fix the problem named above"),
    ],
)
def test_a_refusal_says_what_to_do(code: str, advice: str, on_emulator: Emulator, invoke: Invoke) -> None:
    """Wrong credentials and missing permissions are told apart."""
    on_emulator.inject(Fault(kind="error", code=code, message="No.", times=None))
    expect_error(invoke, f"{code}: No (lightsail:GetInstanceSnapshots).", advice)


@pytest.mark.parametrize("url", ["http://127.0.0.1:{port}", f"http://me:{PASSWORD}@127.0.0.1:{{port}}"])
def test_an_endpoint_that_doesnt_answer_is_told_within_seconds(
    url: str, closed_port: int, marked: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    """boto3's patience, meant for copies, isn't for people who wait."""
    marked.setenv("AWS_ENDPOINT_URL_LIGHTSAIL", url.format(port=closed_port))
    expect_error(invoke, f"127.0.0.1:{closed_port} doesn't answer: Connection refused", "snapcopy emulator")


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a full queue refuses")
def test_an_endpoint_that_doesnt_accept_is_given_up_on(marked: pytest.MonkeyPatch, invoke: Invoke) -> None:
    """A connection that is never taken up ends after three seconds, once."""
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as full,
        socket.socket() as first,
        socket.socket() as second,
    ):
        for filler in (first, second):
            filler.setblocking(False)
            filler.connect_ex(full.getsockname())
        marked.setenv("AWS_ENDPOINT_URL_LIGHTSAIL", f"http://127.0.0.1:{full.getsockname()[1]}")
        expect_error(invoke, "doesn't answer: timed out")


@pytest.mark.parametrize("url", ["nonsense", "http://127.0.0.1:port", "http://no-such-host.invalid"])
def test_an_endpoint_that_is_none_is_named(url: str, marked: pytest.MonkeyPatch, invoke: Invoke) -> None:
    """A slip in the address is shown as it was written."""
    marked.setenv("AWS_ENDPOINT_URL_LIGHTSAIL", url)
    expect_error(invoke, url)


@pytest.mark.parametrize("name", ["AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN"])
def test_credentials_that_cant_be_sent_arent_printed_either(
    name: str, marked: pytest.MonkeyPatch, invoke: Invoke
) -> None:
    """The HTTP library quotes a header that it refuses; what people see doesn't."""
    marked.setattr(lookups, "PATIENCE", 0.0)  # else it is tried for 20 seconds, as if it passed
    value = KEY_ID if name == "AWS_ACCESS_KEY_ID" else TOKEN
    if name == "AWS_ACCESS_KEY_ID":
        marked.delenv("AWS_SESSION_TOKEN")
    marked.setenv(name, f"{value}\nand more")
    expect_error(invoke, "the credentials hold a line break")


def test_doctor_prints_no_secrets(marked: pytest.MonkeyPatch, invoke: Invoke) -> None:
    """Where credentials come from is shown, never what they are."""
    done = invoke("doctor")
    assert "credentials: found (env)" in done.stdout
    for secret in MARKED:
        assert secret not in done.stdout + done.stderr
