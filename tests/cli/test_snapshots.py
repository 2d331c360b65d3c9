"""``snapcopy status --region``: the manual snapshots that regions hold, as a table and as JSON."""

from __future__ import annotations

import contextlib
import json
import os
import pty
import re
import subprocess
from collections.abc import Callable, Iterator
from io import FileIO

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault

from .conftest import Invoke, Snapcopy, program

LONG = "x" * 255


def rows(output: str) -> list[list[str]]:
    """A table's rows, its columns two blanks apart."""
    lines = [line.rstrip() for line in output.splitlines()]
    head = next(number for number, line in enumerate(lines) if line.startswith("REGION"))
    return [[cell for cell in line.split("  ") if cell.strip()] for line in lines[head + 1 :]]


def cells(output: str) -> list[list[str]]:
    """The same, without the blanks around."""
    return [[cell.strip() for cell in row] for row in rows(output)]


def copy(emulator: Emulator, name: str, region: str = "eu-west-1") -> None:
    """Start a copy of the disk's latest automatic snapshot."""
    emulator.client(region).copy_snapshot(
        sourceRegion="us-east-1",
        sourceResourceName="data-1",
        useLatestRestorableAutoSnapshot=True,
        targetSnapshotName=name,
    )


def test_a_regions_snapshots_are_shown_by_name(on_emulator: Emulator, invoke: Invoke) -> None:
    """Both types are shown, with size, origin, age, and the owner if there is one."""
    done = invoke("status", "--region", "us-east-1")
    assert done.exit_code == 0
    disk, instance = cells(done.stdout)
    assert disk[:6] == ["us-east-1", "data-full", "DiskSnapshot", "completed", "64 GiB", "data-1"]
    assert disk[6].endswith(" ago")
    assert disk[7] == "shop/dev/data"
    assert instance[:6] == [
        "us-east-1",
        "db-before-upgrade",
        "InstanceSnapshot",
        "available",
        "40 GiB",
        "web-1",
    ]
    assert instance[7] == "-"


def test_the_first_line_says_who_was_asked(on_emulator: Emulator, invoke: Invoke) -> None:
    """An endpoint that isn't the service's own is named."""
    first = invoke("status", "--region", "eu-west-1").stdout.splitlines()[0]
    assert on_emulator.url in first
    assert "not the real service" in first


def test_regions_are_asked_in_the_order_given_and_once(on_emulator: Emulator, invoke: Invoke) -> None:
    """`--region` can be repeated; a region that is named twice is shown once."""
    copy(on_emulator, "copy")
    done = invoke("status", "--region", "us-east-1", "--region", "eu-west-1", "--region", "us-east-1")
    assert [row[0] for row in cells(done.stdout)] == ["us-east-1", "us-east-1", "eu-west-1"]


def test_states_are_the_services_own_words(on_emulator: Emulator, invoke: Invoke) -> None:
    """A pending copy shows its progress, a failed one its failure."""
    on_emulator.inject(Fault(kind="fail-copy", operation="CopySnapshot", seconds=0))
    copy(on_emulator, "fails")
    copy(on_emulator, "goes-on")
    states = {row[1]: row[3] for row in cells(invoke("status", "--region", "eu-west-1").stdout)}
    assert states["fails"] == "error"
    assert states["goes-on"].startswith("pending (")
    assert states["goes-on"].endswith("%)")


def test_a_long_name_is_whole_and_on_one_line_in_a_pipe(on_emulator: Emulator, snapcopy: Snapcopy) -> None:
    """What isn't a terminal has no width."""
    copy(on_emulator, LONG)
    done = snapcopy("status", "--region", "eu-west-1")
    assert [row[1] for row in cells(done.stdout)] == [LONG]


def until_closed(terminal: FileIO) -> Iterator[bytes]:
    """What is written to a terminal, until the last one that writes has closed it."""
    with contextlib.suppress(OSError):  # EIO: so it ends
        while part := terminal.read(65536):
            yield part


@pytest.fixture
def on_a_terminal(clean: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs the program on a terminal of this width, and returns what it shows."""

    def run(width: int, *arguments: str) -> str:
        clean.setenv("COLUMNS", str(width))
        ours, theirs = pty.openpty()
        with os.fdopen(ours, "rb", buffering=0) as terminal:
            with os.fdopen(theirs, "wb") as stdout:
                subprocess.run([program(), *arguments], stdout=stdout, timeout=60, check=False)
            return b"".join(until_closed(terminal)).decode()

    return run


def test_a_long_name_is_folded_on_a_terminal_and_still_whole(
    on_emulator: Emulator, clean: pytest.MonkeyPatch, on_a_terminal: Callable[..., str]
) -> None:
    """A terminal's width is kept, and nothing is lost."""
    copy(on_emulator, LONG)
    clean.setenv("TERM", "dumb")
    output = on_a_terminal(100, "status", "--region", "eu-west-1")
    assert output.count("x") == len(LONG) + "Lightsail: an emulator".count("x")
    assert max(map(len, output.splitlines()[1:])) <= 100


def test_a_terminal_too_narrow_for_the_words_has_a_line_for_each_cell(
    on_emulator: Emulator, clean: pytest.MonkeyPatch, on_a_terminal: Callable[..., str]
) -> None:
    """No word is split, and each is beside its title."""
    copy(on_emulator, "one")
    copy(on_emulator, "two")
    clean.setenv("TERM", "dumb")
    lines = [line.split() for line in on_a_terminal(40, "status", "--region", "eu-west-1").splitlines()[1:]]
    assert [line for line in lines if line[:1] == ["NAME"]] == [["NAME", "one"], ["NAME", "two"]]
    assert ["TYPE", "DiskSnapshot"] in lines and [] in lines


def test_no_color_is_obeyed(
    on_emulator: Emulator, clean: pytest.MonkeyPatch, on_a_terminal: Callable[..., str]
) -> None:
    """Nothing is coloured where NO_COLOR is set: https://no-color.org."""
    clean.setenv("TERM", "xterm-256color")
    copy(on_emulator, "one")
    for arguments in (("status", "--region", "eu-west-1"), ("doctor",)):
        clean.delenv("NO_COLOR", raising=False)
        assert re.search("\x1b\\[3\\dm", on_a_terminal(200, *arguments))
        clean.setenv("NO_COLOR", "1")
        assert not re.search("\x1b\\[3\\dm", on_a_terminal(200, *arguments))


def test_nothing_is_a_sentence(on_emulator: Emulator, invoke: Invoke) -> None:
    """Where there are no snapshots, there is no empty table."""
    done = invoke("status", "--region", "eu-west-1", "--region", "eu-west-2")
    assert done.exit_code == 0
    assert done.stdout.splitlines()[1:] == ["There are no manual snapshots in eu-west-1, eu-west-2."]


def test_json_is_an_array_with_the_apis_members(on_emulator: Emulator, snapcopy: Snapcopy) -> None:
    """Standard output is JSON alone; who was asked is said beside it."""
    done = snapcopy("status", "--region", "us-east-1", "--json")
    disk, instance = json.loads(done.stdout)
    (expected,) = on_emulator.client().get_disk_snapshots()["diskSnapshots"]
    for member in ("name", "arn", "resourceType", "state", "progress", "sizeInGb", "tags"):
        assert disk[member] == expected.get(member)
    assert disk["location"]["regionName"] == "us-east-1"
    assert disk["createdAt"] == expected["createdAt"].strftime("%Y-%m-%dT%H:%M:%SZ")
    assert (disk["fromResourceName"], instance["fromResourceName"]) == ("data-1", "web-1")
    assert on_emulator.url in done.stderr


def test_json_of_nothing_is_an_empty_array(on_emulator: Emulator, invoke: Invoke) -> None:
    """A script needs no special case."""
    assert json.loads(invoke("status", "--region", "eu-west-1", "--json").stdout) == []


def test_all_regions_finds_what_is_anywhere(on_emulator: Emulator, invoke: Invoke) -> None:
    """Every region is asked for both types."""
    copy(on_emulator, "far-away", region="ap-southeast-2")
    done = invoke("status", "--all-regions")
    assert [row[:2] for row in cells(done.stdout)] == [
        ["ap-southeast-2", "far-away"],
        ["us-east-1", "data-full"],
        ["us-east-1", "db-before-upgrade"],
    ]


def test_a_region_that_isnt_enabled_is_left_out_of_all(on_emulator: Emulator, invoke: Invoke) -> None:
    """Such a region is no error as long as others take the credentials."""
    code = "UnrecognizedClientException"
    on_emulator.inject(Fault(kind="error", region="ap-east-1", code=code, times=None))
    done = invoke("status", "--all-regions")
    assert done.exit_code == 0
    assert "not open to this account: ap-east-1." in done.stderr


def test_wrong_credentials_are_no_matter_of_regions(on_emulator: Emulator, invoke: Invoke) -> None:
    """If no region takes the credentials, they are what is wrong."""
    on_emulator.inject(Fault(kind="error", code="UnrecognizedClientException", times=None))
    done = invoke("status", "--all-regions")
    assert done.exit_code == 1
    assert "Correct the credentials, which are wrong" in done.stderr


def test_what_could_be_seen_is_shown_beside_what_couldnt(on_emulator: Emulator, invoke: Invoke) -> None:
    """One region that fails doesn't hide the others, and the exit code tells."""
    on_emulator.inject(Fault(kind="error", region="eu-west-1", code="AccessDeniedException", times=None))
    done = invoke("status", "--region", "us-east-1", "--region", "eu-west-1")
    assert done.exit_code == 1
    assert len(cells(done.stdout)) == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: eu-west-1: AccessDeniedException")
    assert "Allow lightsail:GetInstanceSnapshots" in line


def test_one_region_and_all_of_them_exclude_each_other(invoke: Invoke) -> None:
    """A contradiction is a wrong use."""
    done = invoke("status", "--region", "us-east-1", "--all-regions")
    assert done.exit_code == 2
    assert "exclude each other" in done.stderr


@pytest.mark.parametrize("which", [("--region", "eu-west-1"), ("--all-regions",)])
def test_another_account_isnt_listed(
    which: tuple[str, ...], on_emulator: Emulator, invoke: Invoke, clean: pytest.MonkeyPatch
) -> None:
    """The account guard is asked first, in a region that every account has; exit code 2, and no snapshot is shown."""
    clean.setenv("SNAPCOPY_ALLOWED_ACCOUNT_IDS", "999999999999")
    on_emulator.inject(
        Fault(kind="error", region="ap-northeast-1", code="UnrecognizedClientException", times=None)
    )
    done = invoke("status", *which, "--json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "123456789012 isn't one that SNAPCOPY_ALLOWED_ACCOUNT_IDS allows: 999999999999." in done.stderr
    assert {call.operation for call in on_emulator.calls()} <= {"GetCallerIdentity"}
    clean.setenv("SNAPCOPY_ALLOWED_ACCOUNT_IDS", "123456789012")
    assert invoke("status", "--region", "us-east-1").exit_code == 0


def test_status_only_reads(on_emulator: Emulator, invoke: Invoke) -> None:
    """Looking changes nothing."""
    invoke("status", "--all-regions")
    assert {call.operation for call in on_emulator.calls()} == {"GetInstanceSnapshots", "GetDiskSnapshots"}
