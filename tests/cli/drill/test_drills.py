"""``snapcopy drill``: what it restores, says and removes; also what a killed one leaves."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest
from pulumi_snapcopy.core.waiting import clock
from pulumi_snapcopy.core.waiting.clock import SystemClock
from pulumi_snapcopy.emulator import Emulator, Fault, Settings
from pulumi_snapcopy.lightsail.drill_permissions import DRILL_PERMISSIONS, DRILL_TAG, drill_policy
from pulumi_snapcopy.lightsail.restoring_service import RestoringLightsail
from pulumi_snapcopy.recovery.drill import load_history

from ..conftest import Invoke, Snapcopy, program
from .conftest import OWNER, ROUTE, SOURCE, TARGET, day, has_ended, sends, there

IN_TEST_PREFLIGHT = pytest.mark.soak
"""Of what is judged before a restore, tests/lightsail/test_preflight.py has every case."""


def test_it_restores_the_newest_copy_and_removes_all_of_it(
    region: Any, invoke: Invoke, on_emulator: Emulator
) -> None:
    """The JSON has DESIGN's keys; disks that came along are removed, too; exit code 0."""
    ended = invoke("drill", "app-1", *ROUTE, "--max-age", "3d", "--format", "json")
    said = json.loads(ended.stdout)
    assert ended.exit_code == 0, ended.output
    assert {key: said[key] for key in ("source", "targetRegion", "snapshotName", "date", "objectiveMet")} == {
        "source": "app-1", "targetRegion": TARGET, "snapshotName": f"app-1-{day(1)}", "date": day(1), "objectiveMet": True,
    }  # fmt: skip
    assert said["restoredAs"].startswith("snapcopy-drill-") and said["recoverySeconds"] >= 0
    assert 0 < said["dataAgeSeconds"] < 3 * 86400 and said["estimatedCost"] > 0
    (sent,) = sends(on_emulator)
    assert (sent["availabilityZone"], sent["bundleId"]) == (f"{TARGET}a", "small_3_0")
    assert {"key": DRILL_TAG, "value": "us-east-1:app-1"} in sent["tags"]
    assert [each.operation for each in on_emulator.calls() if each.operation.startswith("Delete")] == [
        "DeleteInstance", "DeleteDisk",
    ]  # fmt: skip
    assert there(region) == set()


def test_a_bundle_without_ipv4_is_asked_for_with_ipv6(
    region: Any, invoke: Invoke, on_emulator: Emulator, clean: pytest.MonkeyPatch
) -> None:
    """The service's default, both, is for bundles that have both."""
    there = RestoringLightsail.bundles
    clean.setattr(
        RestoringLightsail,
        "bundles",
        lambda service, region: [replace(each, ipv4=False) for each in there(service, region)],
    )
    assert invoke("drill", "app-1", *ROUTE).exit_code == 0
    assert [each["ipAddressType"] for each in sends(on_emulator)] == ["ipv6"]


def test_a_disk_is_restored_and_removed(region: Any, invoke: Invoke) -> None:
    """In a table, too; its removal is said like an instance's."""
    ended = invoke("drill", "data-1", *ROUTE)
    assert ended.exit_code == 0 and "data-1" in ended.stdout and day(0) in ended.stdout
    assert "removing snapcopy-drill-" in ended.stderr
    assert there(region) == set()


@pytest.mark.parametrize(
    ("arguments", "code", "error"),
    [
        (("app-1", "--max-age", "1h"), 1, None),
        (("nothing",), 1, "holds no complete copy of nothing"),
        pytest.param(
            ("app-1", "--bundle-id", "nano_3_0"), 1, "is smaller than the snapshot", marks=IN_TEST_PREFLIGHT
        ),
        (
            ("app-1", "--bundle-id", "small_9_9"),
            1,
            ". Write one of these as --bundle-id",
        ),
        pytest.param(
            ("app-1", "--availability-zone", "eu-west-1z"),
            1,
            "Write one of these as --availability-zone",
            marks=IN_TEST_PREFLIGHT,
        ),
        (("app-1", "--check", "exit 3", "--check-timeout", "1s"), 1, "the check failed for 1 s: exit code 3"),
        (("data-1", "--check", "ping {ip}"), 1, "a disk has no address; it was not restored"),
    ],
)
def test_what_goes_wrong_is_said_and_leaves_nothing(
    arguments: tuple[str, ...], code: int, error: str | None, region: Any, invoke: Invoke
) -> None:
    """Old data, no copy, what doesn't fit, a check that fails."""
    ended = invoke("drill", *arguments, *ROUTE, "--format", "json")
    said = json.loads(ended.stdout)
    assert (ended.exit_code, said["objectiveMet"]) == (code, False)
    assert (error in said["error"]) if error else said["error"] is None
    assert there(region) == set()


def test_the_check_is_tried_with_the_address_until_it_succeeds(
    region: Any, invoke: Invoke, tmp_path: Path
) -> None:
    """It takes part in the recovery time."""
    asked = tmp_path / "asked"
    ended = invoke("drill", "app-1", *ROUTE, "--check", f"echo {{ip}} {{name}} >> {asked}")
    assert ended.exit_code == 0
    address, name = asked.read_text().split()
    assert address == "203.0.113.10" and name.startswith("snapcopy-drill-")


def test_a_check_of_an_address_restores_no_disk(
    region: Any, invoke: Invoke, on_emulator: Emulator, tmp_path: Path
) -> None:
    """It would cost, and could only fail; of all sources disks are skipped, and that is said."""
    ended = invoke("drill", "all", *ROUTE, "--check", "test {ip}", "--format", "json")
    assert ended.exit_code == 0
    assert [each["source"] for each in json.loads(ended.stdout)] == ["app-1"]
    assert "Skipped data-1: the check has {ip}" in ended.stderr
    assert invoke("drill", "data-1", *ROUTE, "--check", "test {ip}").exit_code == 1
    assert not on_emulator.calls("CreateDiskFromSnapshot")


def test_a_check_may_print_anything(region: Any, invoke: Invoke) -> None:
    """Also what is no text in UTF-8."""
    assert invoke("drill", "app-1", *ROUTE, "--check", "printf '\\377'").exit_code == 0
    ended = invoke("drill", "app-1", *ROUTE, "--check", "printf '\\377'; exit 3", "--check-timeout", "1s")
    assert ended.exit_code == 1 and "exit code 3" in ended.stdout
    assert there(region) == set()


def test_a_check_that_doesnt_end_is_killed_with_its_children(
    region: Any, invoke: Invoke, tmp_path: Path
) -> None:
    """What a shell has started is no child of the drill, and would go on."""
    started = tmp_path / "started"
    ended = invoke(
        "drill", "app-1", *ROUTE, "--check", f"sleep 300 & echo $! > {started}; wait", "--check-timeout", "1s"
    )
    assert ended.exit_code == 1 and "the check failed for 1 s: it didn't end" in ended.stdout
    assert has_ended(int(started.read_text()))


def test_neither_another_account_nor_an_unknown_region_is_drilled(
    region: Any, invoke: Invoke, on_emulator: Emulator, clean: pytest.MonkeyPatch
) -> None:
    """Nothing is asked of Lightsail, and the exit code is 2: it couldn't be determined."""
    on_emulator.clear_calls()
    ended = invoke("drill", "app-1", "--source-region", SOURCE, "--target-region", "eu-wst-1")
    assert ended.exit_code == 2 and "Did you mean eu-west-1" in ended.stderr
    clean.setenv("SNAPCOPY_ALLOWED_ACCOUNT_IDS", "999999999999")
    ended = invoke("drill", "app-1", *ROUTE)
    assert ended.exit_code == 2 and "allowedAccountIds allows 999999999999" in ended.stderr
    assert {each.operation for each in on_emulator.calls()} <= {"GetCallerIdentity"}


def test_an_instance_that_is_still_pending_stays_for_the_next_drill(
    region: Any, invoke: Invoke, on_emulator: Emulator
) -> None:
    """Its disks may not show yet, and would stay for good: nobody could prove whose they are."""
    on_emulator.settings = Settings(copy_seconds=0, restore_seconds=3600)
    ended = invoke("drill", "app-1", *ROUTE, "--format", "json", "--timeout", "2s")
    assert ended.exit_code == 1 and "The next drill of this source removes it" in ended.stderr
    assert any(name.startswith("snapcopy-drill-") for name in there(region))
    on_emulator.settings = Settings(copy_seconds=0)
    ended = invoke("drill", "app-1", *ROUTE)
    assert ended.exit_code == 0 and "which an interrupted drill had left" in ended.stderr
    assert there(region) == set()


def test_it_waits_until_it_runs(
    region: Any, invoke: Invoke, on_emulator: Emulator, clean: pytest.MonkeyPatch
) -> None:
    """The recovery time is from the request until then; out of time it is removed all the same."""
    clean.setattr(clock, "SystemClock", SystemClock)  # the recovery time is of a real clock
    on_emulator.settings = Settings(copy_seconds=0, restore_seconds=3)
    ended = invoke("drill", "app-1", *ROUTE, "--format", "json")
    assert json.loads(ended.stdout)["recoverySeconds"] >= 2.5
    ended = invoke("drill", "app-1", *ROUTE, "--format", "json", "--timeout", "2s")
    assert ended.exit_code == 1 and "is still pending" in json.loads(ended.stdout)["error"]
    assert there(region) == set()


def test_a_restore_that_is_not_allowed_is_exit_1_and_unreadable_copies_are_exit_2(
    region: Any, invoke: Invoke, on_emulator: Emulator
) -> None:
    """What couldn't be determined is no verdict."""
    on_emulator.inject(
        Fault(kind="error", operation="CreateInstancesFromSnapshot", code="AccessDeniedException")
    )
    ended = invoke("drill", "app-1", *ROUTE, "--format", "json")
    assert ended.exit_code == 1
    assert "lightsail:CreateInstancesFromSnapshot" in json.loads(ended.stdout)["error"]
    on_emulator.inject(Fault(kind="error", operation="GetDiskSnapshots", code="AccessDeniedException"))
    ended = invoke("drill", "app-1", *ROUTE, "--format", "json")
    assert (ended.exit_code, json.loads(ended.stdout)["objectiveMet"]) == (2, None)


def test_an_answer_without_its_list_is_unreadable_and_not_empty(
    region: Any, invoke: Invoke, on_emulator: Emulator
) -> None:
    """There may be copies that it doesn't show: neither "no copy" nor restoring an older one."""
    on_emulator.inject(Fault(kind="empty", operation="GetInstanceSnapshots", times=None))
    ended = invoke("drill", "app-1", *ROUTE, "--timeout", "5m", "--format", "json")
    said = json.loads(ended.stdout)
    assert ended.exit_code == 2, ended.output
    assert said["error"].endswith("the answer holds no instanceSnapshots"), said


def test_credentials_that_are_missing_are_said_with_what_to_do(
    region: Any, invoke: Invoke, clean: pytest.MonkeyPatch
) -> None:
    """In the words of the other commands, without a code that isn't the service's."""
    clean.delenv("AWS_ACCESS_KEY_ID")
    clean.delenv("AWS_SECRET_ACCESS_KEY")
    ended = invoke("drill", "app-1", *ROUTE, "--format", "json")
    assert ended.exit_code == 2
    assert json.loads(ended.stdout)["error"].startswith(
        "Unable to locate credentials. Set AWS_PROFILE, or log in"
    )


def test_it_says_what_it_waits_for(region: Any, invoke: Invoke, on_emulator: Emulator) -> None:
    """A region that is down is asked for as long as a restore may take."""
    on_emulator.inject(
        Fault(kind="error", operation="GetInstanceSnapshots", code="ThrottlingException", times=6)
    )
    done = invoke("drill", "app-1", *ROUTE)
    assert done.exit_code == 0, done.output
    assert "waiting for the service: ThrottlingException" in done.stderr
    assert "(lightsail:GetInstanceSnapshots) …" in done.stderr


def test_a_lost_answer_restores_one(region: Any, invoke: Invoke, on_emulator: Emulator) -> None:
    """It is looked up by its name and tag."""
    on_emulator.inject(Fault(kind="lost", operation="CreateInstancesFromSnapshot", times=1))
    assert invoke("drill", "app-1", *ROUTE).exit_code == 0
    assert len(sends(on_emulator)) == 1 and there(region) == set()


def test_a_source_region_that_is_down_costs_only_the_exact_age(
    region: Any, invoke: Invoke, on_emulator: Emulator
) -> None:
    """That is when drills matter: the age then counts from the date's midnight."""
    on_emulator.inject(
        Fault(kind="error", operation="GetAutoSnapshots", code="AccessDeniedException", times=None)
    )
    said = json.loads(invoke("drill", "app-1", *ROUTE, "--format", "json").stdout)
    midnight = datetime.fromisoformat(f"{day(1)}T00:00:00+00:00")
    assert said["error"] is None
    assert abs(said["dataAgeSeconds"] - (datetime.now(timezone.utc) - midnight).total_seconds()) < 120


def test_the_history_remembers(region: Any, invoke: Invoke, tmp_path: Path) -> None:
    """Good and bad ones, newest first."""
    history = tmp_path / "drills.jsonl"
    for source in ("data-1", "nothing"):
        invoke("drill", source, *ROUTE, "--history", str(history))
    assert [(each.source, each.objective_met) for each in load_history(history).drills] == [
        ("nothing", False), ("data-1", True),
    ]  # fmt: skip


def test_a_history_that_cant_be_written_is_found_before_anything_is_restored(
    region: Any, invoke: Invoke, on_emulator: Emulator, tmp_path: Path
) -> None:
    """A restore costs, and its result shall be kept; exit code 2."""
    ended = invoke("drill", "app-1", *ROUTE, "--history", str(tmp_path / "nowhere" / "drills.jsonl"))
    assert ended.exit_code == 2 and "can't be written: No such file or directory" in ended.stderr
    assert sends(on_emulator) == []


def test_a_killed_drill_is_cleaned_up_by_the_next(region: Any, invoke: Invoke, on_emulator: Emulator) -> None:
    """Between the instance and its disks; each other call is killed in tests/lightsail/test_drills_killed.py."""
    held = on_emulator.inject(Fault(kind="hold-after", operation="DeleteInstance"))
    running = subprocess.Popen(
        [program(), "drill", "app-1", *ROUTE], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    assert held.wait_reached(60)
    running.kill()
    running.wait(timeout=30)
    held.drop()
    on_emulator.faults.clear()
    ended = invoke("drill", "app-1", *ROUTE)
    assert ended.exit_code == 0 and "which an interrupted drill had left" in ended.stderr
    assert there(region) == set()


def test_several_sources_or_all_are_restored_one_after_the_other(
    region: Any, invoke: Invoke, on_emulator: Emulator, tmp_path: Path
) -> None:
    """Each once; the JSON is a list, one row a source in the table, a line each in the history."""
    history = tmp_path / "drills.jsonl"
    ended = invoke("drill", "all", *ROUTE, "--format", "json", "--history", str(history))
    assert ended.exit_code == 0, ended.output
    assert [each["source"] for each in json.loads(ended.stdout)] == ["app-1", "data-1"]
    assert {each.source for each in load_history(history).drills} == {"app-1", "data-1"}
    ended = invoke("drill", "data-1", "nothing", "data-1", *ROUTE)
    assert ended.exit_code == 1
    assert ended.stdout.count("data-1") == 1 and "holds no complete copy of nothing" in ended.stdout
    assert there(region) == set()


def test_all_without_any_copy_is_exit_1_and_unreadable_is_exit_2(
    region: Any, invoke: Invoke, on_emulator: Emulator
) -> None:
    """An empty answer is no failed one."""
    elsewhere = ("--source-region", "us-east-2", "--target-region", TARGET)
    ended = invoke("drill", "all", *elsewhere)
    assert (ended.exit_code, ended.stdout) == (1, "") and "no complete copy of anything" in ended.stderr
    on_emulator.inject(Fault(kind="error", operation="GetDiskSnapshots", code="AccessDeniedException"))
    ended = invoke("drill", "all", *ROUTE)
    assert (ended.exit_code, ended.stdout) == (2, "") and "Allow lightsail:GetDiskSnapshots" in ended.stderr


def test_another_sources_drill_is_left_alone_for_a_day(
    region: Any, invoke: Invoke, on_emulator: Emulator
) -> None:
    """It may be at work; the same source's can't be."""
    for name, of in (("snapcopy-drill-a", "us-east-1:data-1"), ("snapcopy-drill-b", "us-east-1:app-1")):
        region.create_instances(
            instanceNames=[name], availabilityZone=f"{TARGET}a", blueprintId="amazon_linux_2023", bundleId="nano_3_0",
            tags=[{"key": DRILL_TAG, "value": of}],
        )  # fmt: skip
    assert invoke("drill", "app-1", *ROUTE).exit_code == 0
    assert there(region) == {"snapcopy-drill-a"}


def test_the_role_for_drills_is_what_drills_call(
    region: Any, invoke: Invoke, snapcopy: Snapcopy, on_emulator: Emulator
) -> None:
    """Each listed action is called in its regions, and none that isn't listed; it deletes what has the drills' tag."""
    on_emulator.put_snapshot(
        TARGET, "manual", from_name="web-1",
        tags={"snapcopy:owner": OWNER, "snapcopy:source": f"{SOURCE}:db-before-upgrade"},
    )  # fmt: skip
    on_emulator.clear_calls()
    assert invoke("drill", "app-1", *ROUTE).exit_code == 0
    assert invoke("drill", "data-1", *ROUTE).exit_code == 0
    invoke("drill", "web-1", *ROUTE)
    invoke("drill", "db-before-upgrade", *ROUTE)
    role = {SOURCE: "source", TARGET: "target"}
    called = {(f"lightsail:{each.operation}", role[each.region]) for each in on_emulator.calls()}
    listed = {(each.action, region) for each in DRILL_PERMISSIONS for region in each.regions}
    assert listed - called == {("lightsail:GetOperationsForResource", "target")}  # of a restore that failed
    assert called - listed == set()
    assert json.loads(snapcopy("iam-policy", "--drill").stdout) == drill_policy()
    (removes,) = (
        each for each in drill_policy()["Statement"] if "lightsail:DeleteInstance" in each["Action"]
    )
    assert removes["Condition"] == {"StringLike": {f"aws:ResourceTag/{DRILL_TAG}": "*"}}
