"""Look-ups of Lightsail in programs: what is there, what isn't, and what couldn't be told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone

import pytest
from pulumi_snapcopy.core.errors import Denied, NotFound, ServiceError, WrongAccount
from pulumi_snapcopy.emulator import Emulator, Fault, Settings
from pulumi_snapcopy.lightsail import get_auto_snapshots, get_disks, get_instances, get_snapshots, lookups


@pytest.fixture
def emulator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Emulator]:
    """An emulator that the environment leads to."""
    with Emulator(settings=Settings(page_size=1)) as running:
        for name, value in running.environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(lookups, "PATIENCE", 0.1)
        running.seed(
            {
                "us-east-1": {
                    "instances": [
                        {
                            "name": "web-1",
                            "automaticSnapshots": 2,
                            "attachedDisks": ["logs-1"],
                            "tags": {"a": "b"},
                        },
                        {"name": "win-1", "blueprintId": "windows_server_2022", "bundleId": "small_win_3_0"},
                    ],
                    "disks": [{"name": "data-1", "sizeInGb": 64}, {"name": "logs-1"}],
                    "instanceSnapshots": [
                        {"name": "by-hand", "fromInstanceName": "web-1", "tags": {"c": "d"}}
                    ],
                }
            }
        )
        yield running


def test_what_is_there_is_told_page_by_page(emulator: Emulator) -> None:
    """Instances, disks, automatic and manual snapshots, with what a program decides from."""
    today = datetime.now(timezone.utc).date()
    web, win = get_instances(region="us-east-1")
    assert (web.name, web.state, web.is_windows, web.disks, web.tags) == (
        "web-1",
        "running",
        False,
        ("logs-1",),
        {"a": "b"},
    )
    assert (win.name, win.is_windows, win.disks) == ("win-1", True, ())
    data, logs = get_disks(region="us-east-1")
    assert (data.name, data.size_in_gb, data.attached_to) == ("data-1", 64, None)
    assert (logs.name, logs.attached_to) == ("logs-1", "web-1")
    assert [each.date for each in get_auto_snapshots("web-1", region="us-east-1")] == [
        today,
        today - timedelta(days=1),
    ]
    (snapshot,) = get_snapshots(region="us-east-1")
    assert (snapshot.name, snapshot.is_complete, snapshot.from_resource_name) == ("by-hand", True, "web-1")
    assert snapshot.tags == {"c": "d"}


@pytest.mark.parametrize("source", ["web-1", "data-1"])
def test_a_copy_in_another_region_says_which_instance_or_disk_it_is_of(
    source: str, emulator: Emulator
) -> None:
    """By the ARN, which another instance or disk of the same name doesn't have."""
    today = f"{datetime.now(timezone.utc).date()}"
    emulator.take_automatic_snapshot("us-east-1", source, today)
    emulator.client("eu-west-1").copy_snapshot(
        sourceRegion="us-east-1", sourceResourceName=source, restoreDate=today, targetSnapshotName="copy"
    )
    (copy,) = lookups.Lookups.of_the_program().snapshots("eu-west-1")
    arns = {each.name: each.arn for each in get_instances(region="us-east-1")}
    arns |= {each.name: each.arn for each in get_disks(region="us-east-1")}
    assert copy.from_arn == arns[source]


def test_nothing_is_an_empty_tuple(emulator: Emulator) -> None:
    """The service answered, with none."""
    for found in (
        get_instances(region="eu-west-1"),
        get_disks(region="eu-west-1"),
        get_snapshots(region="eu-west-1"),
    ):
        assert found == ()
    assert get_auto_snapshots("data-1", region="us-east-1") == ()


@pytest.mark.parametrize("kind", ["empty", "garbage", "lost"])
@pytest.mark.parametrize(
    ("operation", "ask"),
    [
        ("GetInstances", lambda: get_instances(region="us-east-1")),
        ("GetDisks", lambda: get_disks(region="us-east-1")),
        ("GetAutoSnapshots", lambda: get_auto_snapshots("web-1", region="us-east-1")),
        ("GetDiskSnapshots", lambda: get_snapshots(region="us-east-1")),
    ],
)
def test_an_answer_that_holds_nothing_is_an_error(
    emulator: Emulator, kind: str, operation: str, ask: Callable[[], object]
) -> None:
    """An empty body, one that isn't JSON, a closed connection: none passes for an empty list."""
    emulator.inject(Fault(kind=kind, operation=operation, times=None))  # type: ignore[arg-type]
    with pytest.raises(ServiceError):
        ask()


def test_a_refusal_is_raised(emulator: Emulator) -> None:
    """As what it is: no permission, no such source."""
    emulator.inject(Fault(kind="error", operation="GetInstances", code="AccessDeniedException"))
    with pytest.raises(Denied, match="AccessDenied"):
        get_instances(region="us-east-1")
    with pytest.raises(NotFound):
        get_auto_snapshots("nope", region="us-east-1")


def test_the_account_guard_holds(emulator: Emulator, monkeypatch: pytest.MonkeyPatch) -> None:
    """In an account that isn't allowed nothing is asked of the service."""
    monkeypatch.setenv("SNAPCOPY_ALLOWED_ACCOUNT_IDS", "222222222222")
    with pytest.raises(WrongAccount, match="222222222222"):
        get_instances(region="us-east-1")
    assert not emulator.calls("GetInstances")


def test_the_default_region_is_the_stacks_then_the_environments(
    emulator: Emulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Pulumi's AWS provider has it."""
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    assert len(get_instances()) == 2
    monkeypatch.setenv("PULUMI_CONFIG", '{"aws:region": "eu-west-1"}')
    assert get_instances() == ()
