"""``snapcopy doctor``: what is fine, what isn't, and what to do."""

from __future__ import annotations

import subprocess
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from pulumi_snapcopy.aws import login
from pulumi_snapcopy.emulator import Emulator, Fault
from pulumi_snapcopy.host import _sdk
from pulumi_snapcopy.lightsail.permissions import PERMISSIONS

from .conftest import Invoke, Snapcopy, program

REGIONS = ("--source-region", "us-east-1", "--target-region", "eu-west-1")


@pytest.fixture
def bin_folder(clean: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A PATH that holds only what a test puts there, beside the system's own."""
    folder = tmp_path / "bin"
    folder.mkdir()
    clean.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


@pytest.fixture
def pulumi(bin_folder: Path) -> Path:
    """A Pulumi CLI on PATH, as far as its version goes."""
    return write_pulumi(bin_folder, "echo v3.259.0")


def write_pulumi(folder: Path, script: str) -> Path:
    program = folder / "pulumi"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    return program


def verdicts(output: str) -> dict[str, str]:
    """What was found of what."""
    found = {}
    for line in output.splitlines():
        verdict, _, rest = line.partition("  ")
        found[rest.strip().partition(": ")[0]] = verdict.strip()
    return found


def line_of(output: str, subject: str) -> str:
    """The one line about a thing."""
    (line,) = [line for line in output.splitlines() if f"  {subject}: " in line]
    return line


def test_all_is_well_on_the_emulator(on_emulator: Emulator, pulumi: Path, snapcopy: Snapcopy) -> None:
    """Exit code 0, every line ok, but for what can't be tried without doing it."""
    done = snapcopy("doctor", *REGIONS)
    assert (done.returncode, done.stderr) == (0, "")
    found = verdicts(done.stdout)
    for subject in (
        "python",
        "pulumi",
        "boto3",
        "pulumi CLI",
        "settings",
        "host",
        "region",
        "credentials",
        "endpoint",
    ):
        assert found[subject] == "ok", done.stdout
    assert "problem" not in found.values()
    assert f"v3.259.0 at {pulumi}" in line_of(done.stdout, "pulumi CLI")
    assert on_emulator.url in line_of(done.stdout, "endpoint")


def test_every_permission_has_its_line_where_it_is_needed(
    on_emulator: Emulator, pulumi: Path, invoke: Invoke
) -> None:
    """Reads are tried in each region that needs them; writes are listed, and not made."""
    found = verdicts(invoke("doctor", *REGIONS).stdout)
    names = {"source": "us-east-1", "target": "eu-west-1"}
    for permission in PERMISSIONS:
        for role in permission.regions:
            verdict = "ok" if permission.reads else "skipped"
            assert found.pop(f"{permission.action} in {names[role]}") == verdict
    assert not [subject for subject in found if subject.startswith("lightsail:")]
    assert {call.operation[:3] for call in on_emulator.calls()} == {"Get"}


def test_one_region_is_tried_once(on_emulator: Emulator, pulumi: Path, invoke: Invoke) -> None:
    """Source and target default to AWS tooling's region."""
    done = invoke("doctor")
    assert "region: us-east-1" in done.stdout
    assert len(on_emulator.calls("GetInstanceSnapshots")) == 1


def test_a_denied_read_is_told_apart(on_emulator: Emulator, pulumi: Path, invoke: Invoke) -> None:
    """The one action that isn't allowed has a problem, in the one region, with what breaks and what to do."""
    denied = Fault(kind="error", operation="GetAutoSnapshots", code="AccessDeniedException", times=None)
    on_emulator.inject(denied)
    done = invoke("doctor", *REGIONS)
    assert done.exit_code == 1
    line = line_of(done.stdout, "lightsail:GetAutoSnapshots in us-east-1")
    assert line.startswith("problem")
    assert "Without it, no automatic snapshot can be copied." in line
    assert "Allow lightsail:GetAutoSnapshots; `snapcopy iam-policy`" in line
    assert list(verdicts(done.stdout).values()).count("problem") == 1


def test_reads_are_tried_at_once(on_emulator: Emulator, pulumi: Path) -> None:
    """An endpoint that takes connections and doesn't answer costs one timeout, not one for each permission."""
    held = on_emulator.inject(Fault(kind="hold-before", region="us-east-1", times=None))
    running = subprocess.Popen(
        [program(), "doctor"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        assert held.wait_reached(60, hits=9)
    finally:
        held.release()
        output, _ = running.communicate(timeout=60)
    assert running.returncode == 0, output


def test_an_answer_that_is_none_of_the_services_allows_nothing(
    on_emulator: Emulator, pulumi: Path, invoke: Invoke, clean: pytest.MonkeyPatch
) -> None:
    """An endpoint that answers everything with an empty object names no call, and isn't taken for permission."""

    class Empty(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Empty) as server:
        Thread(target=server.serve_forever).start()
        clean.setenv("AWS_ENDPOINT_URL_LIGHTSAIL", f"http://127.0.0.1:{server.server_port}")
        done = invoke("doctor", *REGIONS)
        server.shutdown()
    found = verdicts(done.stdout)
    assert done.exit_code == 1
    for action in ("GetAutoSnapshots", "GetDiskSnapshot", "GetDiskSnapshots", "GetDisks", "GetInstanceSnapshot",
                   "GetInstanceSnapshots", "GetInstances", "GetRelationalDatabases"):  # fmt: skip
        assert found[f"lightsail:{action} in us-east-1"] == "problem"
    assert "the answer holds no autoSnapshots" in done.stdout


def test_credentials_that_arent_taken_are_one_problem(
    on_emulator: Emulator, pulumi: Path, invoke: Invoke
) -> None:
    """Not one for every permission."""
    on_emulator.inject(Fault(kind="error", code="ExpiredTokenException", times=None))
    done = invoke("doctor", *REGIONS)
    assert done.exit_code == 1
    assert len([line for line in done.stdout.splitlines() if line.startswith("problem")]) == 1
    assert "us-east-1 doesn't take them: ExpiredTokenException" in done.stdout


def test_no_cli_is_a_problem(on_emulator: Emulator, bin_folder: Path, invoke: Invoke) -> None:
    """Pulumi's own installer is named."""
    done = invoke("doctor")
    assert done.exit_code == 1
    assert line_of(done.stdout, "pulumi CLI").startswith("problem")
    assert "not on PATH. Install it: https://www.pulumi.com/docs/install/" in done.stdout


@pytest.mark.parametrize(
    ("script", "text"),
    [("echo v3.215.9", "older than 3.216.0"), ("echo what", "older than"), ("exit 3", "doesn't run")],
)
def test_a_cli_that_wont_do_is_a_problem(
    script: str, text: str, on_emulator: Emulator, bin_folder: Path, invoke: Invoke
) -> None:
    """Too old, not Pulumi at all, or broken."""
    write_pulumi(bin_folder, script)
    done = invoke("doctor")
    assert done.exit_code == 1
    assert text in line_of(done.stdout, "pulumi CLI")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("SNAPCOPY_POLL_SECONDS", "is 'soon'; write a number of at least"),
        ("SNAPCOPY_MAX_WORKERS", "is 'soon'; write a number of at least"),
        ("SNAPCOPY_ALLOWED_ACCOUNT_IDS", "holds 'soon'; write account ids of 12 digits"),
    ],
)
def test_a_setting_that_cant_be_used_is_a_problem(
    name: str, said: str, clean: pytest.MonkeyPatch, on_emulator: Emulator, pulumi: Path, invoke: Invoke
) -> None:
    """The variable is named, and what to write; the other checks go on."""
    clean.setenv(name, "soon")
    done = invoke("doctor")
    assert done.exit_code == 1
    assert f"{name} {said}" in line_of(done.stdout, "settings")
    assert verdicts(done.stdout)["endpoint"] == "ok"


def test_settings_are_shown(
    clean: pytest.MonkeyPatch, on_emulator: Emulator, pulumi: Path, invoke: Invoke
) -> None:
    """What counts is what is set."""
    clean.setenv("SNAPCOPY_POLL_SECONDS", "2.5")
    clean.setenv("SNAPCOPY_MAX_WORKERS", "12")
    done = invoke("doctor")
    assert "looks every 2.5 s at most, 12 copies at a time, in any account" in line_of(
        done.stdout, "settings"
    )
    assert "can work on 12 copies at a time" in line_of(done.stdout, "host")
    clean.setenv("SNAPCOPY_MAX_WORKERS", "1")
    done = invoke("doctor")
    assert ", 1 copy at a time, in" in line_of(done.stdout, "settings")
    assert line_of(done.stdout, "host").endswith("can work on 1 copy at a time")


def test_a_host_built_otherwise_is_a_problem(
    clean: pytest.MonkeyPatch, on_emulator: Emulator, pulumi: Path, invoke: Invoke
) -> None:
    """A later SDK may hide its worker pool; copies then come four at a time."""

    def differ(workers: int) -> None:
        raise _sdk.InternalsDiffer("the host's thread pool can't be found")

    clean.setattr(_sdk, "set_workers", differ)
    assert "the host's thread pool can't be found in this Pulumi SDK" in line_of(
        invoke("doctor").stdout, "host"
    )
    clean.undo()


def test_a_host_whose_server_cant_be_found_is_a_problem(
    clean: pytest.MonkeyPatch, on_emulator: Emulator, pulumi: Path, invoke: Invoke
) -> None:
    """The provider finds the server by the name of a variable in the SDK's own source."""
    clean.setattr(_sdk, "_locals_of_host_main", lambda: ("monitor", "grpc_server"))
    assert line_of(invoke("doctor").stdout, "host").startswith("problem")


def test_without_a_region_nothing_behind_it_is_tried(
    clean: pytest.MonkeyPatch, pulumi: Path, invoke: Invoke
) -> None:
    """One problem, not a row of them."""
    done = invoke("doctor")
    assert done.exit_code == 1
    assert line_of(done.stdout, "region").startswith("problem")
    assert list(verdicts(done.stdout).values()).count("problem") == 1


def test_an_unknown_region_is_a_problem(on_emulator: Emulator, pulumi: Path, invoke: Invoke) -> None:
    """In the words of `snapcopy status`."""
    done = invoke("doctor", "--target-region", "eu-wset-1")
    assert "Did you mean eu-west-1" in line_of(done.stdout, "region")


def test_without_credentials_nothing_behind_them_is_tried(
    clean: pytest.MonkeyPatch, on_emulator: Emulator, pulumi: Path, invoke: Invoke
) -> None:
    """The way to get some is shown."""
    clean.delenv("AWS_ACCESS_KEY_ID")
    clean.delenv("AWS_SECRET_ACCESS_KEY")
    done = invoke("doctor")
    assert done.exit_code == 1
    assert "there are no credentials. Set AWS_PROFILE" in line_of(done.stdout, "credentials")
    assert on_emulator.calls() == []


def test_a_profile_is_named(
    clean: pytest.MonkeyPatch, on_emulator: Emulator, pulumi: Path, invoke: Invoke, tmp_path: Path
) -> None:
    """Where credentials come from is a file and a profile; what they are isn't shown."""
    file = tmp_path / "credentials"
    file.write_text("[shop]\naws_access_key_id = MARKEDID\naws_secret_access_key = MARKEDSECRET\n")
    clean.delenv("AWS_ACCESS_KEY_ID")
    clean.delenv("AWS_SECRET_ACCESS_KEY")
    clean.setenv("AWS_SHARED_CREDENTIALS_FILE", str(file))
    clean.setenv("AWS_PROFILE", "shop")
    done = invoke("doctor")
    assert "found (shared-credentials-file, profile shop)" in line_of(done.stdout, "credentials")
    assert "MARKED" not in done.output


def test_an_endpoint_that_doesnt_answer_is_a_problem(
    clean: pytest.MonkeyPatch, on_emulator: Emulator, pulumi: Path, invoke: Invoke
) -> None:
    """No permission is tried then."""
    clean.setenv("AWS_ENDPOINT_URL_LIGHTSAIL", "http://127.0.0.1:1")
    done = invoke("doctor")
    assert done.exit_code == 1
    assert "127.0.0.1:1 doesn't answer" in line_of(done.stdout, "endpoint")
    assert "lightsail:Get" not in done.stdout


def test_the_account_is_asked_for_on_the_real_service_only(
    clean: pytest.MonkeyPatch, on_emulator: Emulator, pulumi: Path, invoke: Invoke
) -> None:
    """Its number, from STS, is all that is shown of who one is."""
    clean.setenv("AWS_ENDPOINT_URL_STS", on_emulator.url)
    assert "account" not in verdicts(invoke("doctor").stdout)
    clean.setattr(login, "is_aws_endpoint", lambda url: True)
    done = invoke("doctor")
    assert line_of(done.stdout, "account") == "ok         account: 123456789012"


def test_credentials_that_sts_doesnt_take_are_a_problem(
    clean: pytest.MonkeyPatch, on_emulator: Emulator, pulumi: Path, invoke: Invoke
) -> None:
    """Then no permission is tried."""
    clean.setenv("AWS_ENDPOINT_URL_STS", "http://127.0.0.1:1")
    clean.setattr(login, "is_aws_endpoint", lambda url: True)
    done = invoke("doctor")
    assert done.exit_code == 1
    assert line_of(done.stdout, "account").startswith("problem")
    assert "lightsail:Get" not in done.stdout


def test_an_allowed_account_is_said_to_be_one(
    clean: pytest.MonkeyPatch, on_emulator: Emulator, pulumi: Path, invoke: Invoke
) -> None:
    """Where the guard is set it counts on an emulator, too; its STS is asked then, not AWS's."""
    clean.setenv("SNAPCOPY_ALLOWED_ACCOUNT_IDS", "012345678901, 123456789012")
    done = invoke("doctor")
    assert done.exit_code == 0
    assert line_of(done.stdout, "account").startswith("ok         account: 123456789012, as SNAPCOPY_ALLOWED")
    assert "in 012345678901, 123456789012 (" in line_of(done.stdout, "settings")


def test_an_account_that_isnt_allowed_is_a_problem(
    clean: pytest.MonkeyPatch, on_emulator: Emulator, pulumi: Path, invoke: Invoke
) -> None:
    """Both are named, and nothing is asked of the service."""
    clean.setenv("SNAPCOPY_ALLOWED_ACCOUNT_IDS", "012345678901")
    done = invoke("doctor")
    assert done.exit_code == 1
    line = line_of(done.stdout, "account")
    assert line.startswith("problem")
    assert (
        "123456789012 isn't one that SNAPCOPY_ALLOWED_ACCOUNT_IDS allows: 012345678901. Set AWS_PROFILE"
        in line
    )
    assert verdicts(done.stdout)["permissions"] == "skipped"
    assert on_emulator.calls() == []
