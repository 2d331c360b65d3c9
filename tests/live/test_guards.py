"""What keeps live tests and their sweep from touching what isn't theirs; tried on the emulator, every day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from pulumi_snapcopy.emulator import Emulator, Settings

from tests.harness import LIVE_PROJECT, Permit, Real, Refused, run

from . import sweep
from .test_life import live_once

OWNER, SOURCE = "snapcopy:owner", "snapcopy:source"
LEFT = {OWNER: f"{LIVE_PROJECT}/dev/live-1", SOURCE: "us-east-1:db-small"}
ACCOUNT = "123456789012"


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """The emulator, which says of itself which account it is, and leave to use it."""
    with Emulator(settings=Settings(copy_seconds=0)) as running:
        running.seed({"us-east-1": {"instanceSnapshots": [{"name": "db-small"}]}})
        leave = {
            "SNAPCOPY_LIVE": "1",
            "SNAPCOPY_LIVE_ACCOUNT": ACCOUNT,
            "SNAPCOPY_LIVE_SOURCE": "us-east-1:db-small",
            "SNAPCOPY_LIVE_REGION": "eu-west-1",
            "AWS_ENDPOINT_URL_STS": running.url,
        }
        for key, value in {**running.environment, **leave}.items():
            monkeypatch.setenv(key, value)
        yield running


@pytest.mark.parametrize(
    ("variable", "value", "why"),
    [
        ("SNAPCOPY_LIVE", "0", "only with SNAPCOPY_LIVE=1"),
        ("SNAPCOPY_LIVE_ACCOUNT", "", "SNAPCOPY_LIVE_ACCOUNT is missing"),
        ("SNAPCOPY_LIVE_SOURCE", "db-small", "SNAPCOPY_LIVE_SOURCE is missing"),
        ("SNAPCOPY_LIVE_ACCOUNT", "210987654321", f"belong to account {ACCOUNT}"),
    ],
)
def test_without_leave_nothing_is_touched(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, why: str
) -> None:
    """Without the switch, the source, or with credentials of another account, it is refused in words."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(Refused, match=why):
        Permit.of_the_environment()
    assert sweep.main(["--yes"]) == 2
    assert emulator.calls() == []


def test_the_live_test_lives_on_the_emulator(emulator: Emulator) -> None:
    """What is to be run on a real account runs here to its end."""
    emulator.put_snapshot("eu-west-1", "by-hand", tags={"team": "theirs"})
    with Real(Permit.of_the_environment()) as real:
        live_once(real)
        run(real, steps=20, seed_=1, steps_an_example=20)
    assert _names(emulator) == {"by-hand"}


def test_the_products_own_guard_is_on(emulator: Emulator) -> None:
    """Credentials that come to belong to another account change nothing: each host refuses it by itself."""
    permit = replace(Permit.of_the_environment(), account="210987654321")
    emulator.clear_calls()
    told = f"the credentials belong to account {ACCOUNT}, and snapcopy:allowedAccountIds allows 210987654321"
    with Real(permit) as real, pytest.raises(AssertionError, match=told):
        live_once(real)
    assert {call.operation for call in emulator.calls()} <= {"GetInstanceSnapshots", "GetDiskSnapshots"}
    assert _names(emulator) == set()


def test_a_sweep_deletes_what_live_tests_left_behind_and_nothing_else(
    emulator: Emulator, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only what carries both of the live project's tags and is old goes; it is printed first."""
    emulator.put_snapshot("eu-west-1", "left", tags=LEFT)
    emulator.put_snapshot("eu-west-1", "left-disk", "DiskSnapshot", tags=LEFT)
    alike = {"db-small-manual-01234567", "copy-12-dr", "named-copy-3"}
    strangers: dict[str, dict[str, str]] = {
        **{name: {} for name in alike},
        "by-hand": {},
        "like-ours-by-name-db-small-manual-01234567": {},
        "db-small-manual-89abcdef": {OWNER: "shop/dev/db"},
        "of-another-project": {**LEFT, OWNER: "shop/dev/live-1"},
        "of-a-like-project": {**LEFT, OWNER: f"{LIVE_PROJECT}2/dev/live-1"},
        "of-another-source": {**LEFT, SOURCE: "us-east-1:db-large"},
        "untold-source": {OWNER: LEFT[OWNER]},
    }
    for name, tags in strangers.items():
        emulator.put_snapshot("eu-west-1", name, tags=tags)
    emulator.put_snapshot("eu-central-1", "elsewhere", tags=LEFT)
    assert sweep.main(["--yes"]) == 0
    assert "0 orphaned" in capsys.readouterr().out  # all of it is younger than six hours
    assert sweep.main(["--hours=0"]) == 0
    told = capsys.readouterr().out
    assert told.count("would delete") == 2 and "eu-west-1/left-disk" in told
    assert {line.split()[2] for line in told.splitlines() if line.startswith("left alone")} == {
        f"eu-west-1/{name}" for name in alike
    }
    assert told.count("a live test's by its name, but not provably") == len(alike)
    assert len(_names(emulator)) == len(strangers) + 2
    assert sweep.main(["--hours=0", "--yes"]) == 0
    assert _names(emulator) == set(strangers)
    assert _names(emulator, "eu-central-1") == {"elsewhere"} and _names(emulator, "us-east-1") == {"db-small"}


def _names(emulator: Emulator, region: str = "eu-west-1") -> set[str]:
    client = emulator.client(region)
    listed = [
        *client.get_instance_snapshots()["instanceSnapshots"],
        *client.get_disk_snapshots()["diskSnapshots"],
    ]
    return {each["name"] for each in listed}
