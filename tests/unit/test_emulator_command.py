"""The command ``snapcopy emulator``: what it prints, and what it says when it can't start."""

from __future__ import annotations

import doctest
import importlib
import json
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pulumi_snapcopy.emulator import Emulator, Fault, Settings, loopback
from pulumi_snapcopy.emulator.command import emulator


def run(*arguments: str) -> Any:
    """Run the command to its end."""
    return CliRunner().invoke(emulator, arguments)


def test_exports_are_all_that_is_printed_for_eval() -> None:
    """With --exports only what a shell is to evaluate is printed, and nothing is started."""
    done = run("--exports", "--port", "4600")

    assert (done.exit_code, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[0] == "export AWS_ENDPOINT_URL_LIGHTSAIL=http://127.0.0.1:4600"
    assert all(line.startswith(("export ", "unset ", "# ")) for line in lines)


def test_exports_of_all_services() -> None:
    """With --services the exports hold every variable that the tools of those services need."""
    names = {
        line.split("=")[0].removeprefix("export ")
        for line in run("--exports", "--services", "all").stdout.splitlines()
    }
    fcu = run("--exports", "--services", "fcu").stdout

    assert {
        *("AWS_ENDPOINT_URL_LIGHTSAIL", "AWS_ENDPOINT_URL_EC2", "AWS_ENDPOINT_URL_KMS", "AWS_REGION"),
        *("OSC_ENDPOINT_API", "OSC_ACCESS_KEY", "OSC_SECRET_KEY", "OSC_REGION"),
    } <= names
    assert "export AWS_ENDPOINT_URL_EC2=http://127.0.0.1:4597/fcu\n" in fcu
    assert "LIGHTSAIL" not in fcu


@pytest.mark.parametrize("services", ["lightsail", "ec2,outscale", "fcu"])
def test_a_shell_gets_there_and_back(services: str) -> None:
    """What would lead elsewhere is unset with the exports, and the line that is printed last undoes them."""
    printed = run("--exports", "--services", services).stdout
    undoing = printed.splitlines()[-1].rpartition(": ")[2]
    assert undoing.startswith("unset ")
    before = {
        "AWS_PROFILE": "mine",
        "AWS_SESSION_TOKEN": "mine",
        "AWS_REGION": "eu-west-1",
        "OSC_PASSWORD": "mine",
    }

    def environment(script: str) -> set[str]:
        done = subprocess.run(
            ["/bin/sh", "-c", f"{script}\nenv"], capture_output=True, text=True, check=True, env=before
        )
        return {line.partition("=")[0] for line in done.stdout.splitlines()}

    there, back = environment(printed), environment(f"{printed}\n{undoing}")
    assert not there & {"AWS_PROFILE", "AWS_SESSION_TOKEN", "OSC_PASSWORD"}
    assert there >= {"AWS_REGION", "AWS_ACCESS_KEY_ID", "no_proxy"}
    assert {name for name in back if name.startswith(("AWS_", "OSC_", "SNAPCOPY_"))} == set()


def test_the_page_has_the_line_that_undoes_the_exports() -> None:
    """docs/configuration.md has the line with which the emulator undoes its exports for Lightsail."""
    page = Path(__file__).parents[2] / "docs" / "configuration.md"
    assert f"\n{loopback.undoing()}\n" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("upper", "lower", "expected"),
    [
        ("", "", ("127.0.0.1", "127.0.0.1")),
        ("a.example", "", ("a.example,127.0.0.1", "a.example,127.0.0.1")),
        ("a.example", "b.example", ("a.example,127.0.0.1", "b.example,127.0.0.1")),
        ("a.example, 127.0.0.1", "*", ("a.example, 127.0.0.1", "*")),
    ],
)
def test_no_proxy_keeps_what_the_user_has_in_it(
    upper: str, lower: str, expected: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both spellings hold the emulator's address: Python prefers the lower case, Go the upper."""
    monkeypatch.setenv("NO_PROXY", upper)
    monkeypatch.setenv("no_proxy", lower)

    variables = loopback.environment(4597)
    assert (variables["NO_PROXY"], variables["no_proxy"]) == expected


@pytest.mark.parametrize("seconds", ["nan", "inf"])
def test_seconds_that_are_no_number_are_refused(seconds: str) -> None:
    """An option whose seconds are no number is refused without a traceback."""
    done = run("--port", "0", "--copy-seconds", seconds)

    assert done.exit_code == 2
    assert f"Invalid value for '--copy-seconds': {seconds} is " in done.stderr


def test_unknown_service() -> None:
    """A service that isn't there is refused with those that are."""
    done = run("--services", "lightsail,s3")

    assert done.exit_code == 2
    assert "no service s3; write lightsail, ec2, fcu, outscale, or all" in done.stderr


def test_default_port() -> None:
    """Without --port it is 4597."""
    assert "http://127.0.0.1:4597" in run("--exports").stdout


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.7", "localhost.example"])
def test_there_is_no_host_to_choose(host: str) -> None:
    """Another address than 127.0.0.1 is refused with what is so and why, and help offers none."""
    done = run("--port", "0", "--host", host)

    assert done.exit_code == 2
    assert "the emulator listens on 127.0.0.1 only, and no option changes that" in done.stderr
    assert "anybody who reaches it can do everything, with any credentials" in done.stderr
    assert "--host" not in run("--help").stdout


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="sockets are listed in /proc on Linux only")
@pytest.mark.parametrize("arguments", [(), ("--host", "127.0.0.1")])
def test_it_listens_on_loopback_and_nowhere_else(arguments: tuple[str, ...]) -> None:
    """The system lists one socket that listens on the port of a running emulator: that of 127.0.0.1."""
    program = Path(sys.executable).with_name("snapcopy")
    with subprocess.Popen(
        [program, "emulator", "--port", "0", *arguments], stdout=subprocess.PIPE, text=True
    ) as running:
        try:
            assert running.stdout is not None
            port = int(running.stdout.readline().rpartition(":")[2])
            listening = addresses_listened_at(port)
        finally:
            running.terminate()

    assert listening == ["127.0.0.1"]


def addresses_listened_at(port: int) -> list[str]:
    """Where this machine listens on a port, in either protocol; https://docs.kernel.org/networking/proc_net_tcp.html."""
    found = []
    for family, table in ((socket.AF_INET, "tcp"), (socket.AF_INET6, "tcp6")):
        path = Path("/proc/net") / table
        rows = path.read_text().splitlines()[1:] if path.exists() else []
        for _, local, _, state, *_ in (row.split() for row in rows):
            address, _, number = local.partition(":")
            if (state, int(number, 16)) == ("0A", port):
                # Words of four bytes, in the machine's own order.
                words = [int(address[at : at + 8], 16) for at in range(0, len(address), 8)]
                packed = b"".join(word.to_bytes(4, sys.byteorder) for word in words)
                found.append(socket.inet_ntop(family, packed))
    return found


def test_port_in_use() -> None:
    """A port in use is a sentence and exit 1, without a traceback."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("--port", str(port))

    assert done.exit_code == 1
    assert done.stderr == (
        f"Error: port {port} of 127.0.0.1 is in use; stop what listens there, or give another --port\n"
    )


def test_wrong_seed(tmp_path: Path) -> None:
    """A wrong seed is a sentence that names the file and the place, and exit 1."""
    seed = tmp_path / "seed.json"
    seed.write_text(json.dumps({"mars-1": {}}), encoding="utf-8")

    done = run("--port", "0", "--seed", str(seed))

    assert (done.exit_code, done.stderr.split(" is not")[0]) == (
        1,
        f"Error: the seed file {seed}: mars-1:",
    )


def test_broken_state_file(tmp_path: Path) -> None:
    """A broken state file is a sentence that says what to do, and exit 1."""
    state = tmp_path / "state.json"
    state.write_text("{", encoding="utf-8")

    done = run("--port", "0", "--state-file", str(state))

    assert done.exit_code == 1
    assert "delete it, or move it away, to start afresh" in done.stderr


@pytest.mark.parametrize("name", ["n" * 300, "file/state.json", "n" * 250])
def test_a_state_file_that_cant_be_written(tmp_path: Path, name: str) -> None:
    """It is refused at the start, before a change can be lost."""
    (tmp_path / "file").touch()

    done = run("--port", "0", "--state-file", str(tmp_path / name))

    assert done.exit_code == 1
    assert done.stderr.startswith(f"Error: the state file {tmp_path / name} can't be written: ")
    assert done.stderr.endswith("; give another one\n") and done.stdout == ""
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no fcntl")
@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_one_state_file_has_one_emulator(tmp_path: Path, end: signal.Signals) -> None:
    """A second one is refused with what to do; when the first has ended, however that was, the file is free."""
    state = tmp_path / "state.json"
    program = Path(sys.executable).with_name("snapcopy")
    command = [str(program), "emulator", "--port", "0", "--state-file", str(state)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running:
        try:
            assert running.stdout is not None and running.stdout.readline().startswith("export ")
            kept = state.read_text(encoding="utf-8")
            refused = run("--port", "0", "--state-file", str(state))
            assert state.read_text(encoding="utf-8") == kept
        finally:
            running.send_signal(end)
    assert refused.exit_code == 1
    assert refused.stderr == (
        f"Error: the state file {state} is another running emulator's; stop that one, or give each a file of its own\n"
    )
    with Emulator(state_file=state):
        pass
    with Emulator(state_file=state):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["state.json"]


def test_without_the_extra_it_says_how_to_install_it() -> None:
    """Without moto the command still loads, prints its exports, and tells what to install."""
    program = (
        "import sys; sys.modules['moto'] = None\n"
        "from pulumi_snapcopy.emulator.command import emulator\n"
        "emulator(sys.argv[1:])"
    )

    def without_moto(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", program, *arguments],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"PYTHONPATH": ":".join(sys.path)},
        )

    exports, serving = without_moto("--exports"), without_moto("--port", "0")
    assert (exports.returncode, exports.stderr) == (0, "")
    assert serving.returncode == 1
    assert serving.stderr == "Error: the emulator needs moto: pip install 'pulumi-snapcopy[emulator]'\n"


@pytest.mark.parametrize(
    "changes",
    [
        {"copy_seconds": -1},
        {"copy_seconds": float("inf")},
        {"visibility_seconds": "1"},
        {"snapshot_seconds": True},
        {"deletion_seconds": -0.5},
        {"tagging_seconds": None},
        {"page_size": 0},
        {"max_copies_in_progress": 1.5},
        {"filter_seconds": -1},
        {"restore_seconds": -1},
        {"max_snapshots": 0},
        {"taggable_when_pending": "no"},
    ],
)
def test_settings_out_of_range_are_refused(changes: dict[str, Any]) -> None:
    """A setting out of its range is refused with its name and value."""
    ((name, value),) = changes.items()

    with pytest.raises(ValueError, match=name) as caught:
        Settings(**changes)

    assert repr(value) in str(caught.value)


def test_fault_knows_its_status() -> None:
    """A fault's HTTP status is the one that goes with its code, unless it is given."""
    statuses = [
        Fault(kind="error").status,
        Fault(kind="error", code="X").status,
        Fault(kind="error", status=503).status,
        Fault(kind="error", code="AuthFailure").status,
        Fault(kind="error", code="RequestLimitExceeded").status,
        Fault(kind="error", code="24").status,
    ]

    assert statuses == [500, 400, 503, 403, 503, 429]


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        ({"service": "oapi"}, "write one of lightsail, ec2, fcu, outscale, or None for any"),
        ({"operation": "copy_snapshot"}, "no service has operation 'copy_snapshot'; write CopySnapshot or"),
        ({"operation": "GetInstanceSnapshotts"}, "write GetInstanceSnapshots or GetInstanceSnapshot or"),
        (
            {"service": "lightsail", "operation": "DescribeSnapshots"},
            "lightsail has no operation 'DescribeSnap",
        ),
        ({"service": "outscale", "operation": "CopySnapshot"}, "CreateSnapshot"),
        (
            {"kind": "fail-copy", "operation": "GetDisks"},
            "write CopySnapshot or CreateSnapshot, or * for any",
        ),
        (
            {"kind": "fail-copy", "service": "lightsail", "operation": "CreateSnapshot"},
            "lightsail has no operation 'CreateSnapshot' that starts a copy; write CopySnapshot",
        ),
        ({"times": 0}, "times is 0; write how many calls it hits, from 1, or None for all"),
        ({"times": True}, "times is True"),
    ],
)
def test_faults_that_would_never_hit_are_refused(changes: dict[str, Any], advice: str) -> None:
    """A fault that could never hit is refused with what may be written instead."""
    with pytest.raises(ValueError) as caught:
        Fault(**{"kind": "error", **changes})

    assert advice in str(caught.value)


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        (None, "GetInstanceSnapshots"),
        ("ec2", "DescribeVolumes"),
        ("fcu", "DescribeSnapshots"),
        (None, "ReadVms"),
    ],
)
def test_faults_may_name_any_operation_of_the_api(service: str | None, operation: str) -> None:
    """A fault may name any operation of the API, also one that the emulator refuses by itself."""
    assert Fault(kind="error", service=service, operation=operation).operation == operation


@pytest.mark.parametrize("room", ["", ".settings", ".faults", ".server", ".backstage", ".clouds"])
def test_examples_in_docstrings_run(room: str) -> None:
    """The examples in the docstrings do what they say."""
    module = importlib.import_module(f"pulumi_snapcopy.emulator{room}")
    examples = vars(module) if room != ".settings" else {"Settings": Settings}

    result = doctest.testmod(module, extraglobs=dict(examples))

    assert (result.failed, result.attempted > 0) == (0, True)
