"""A recovery region through the real engine: what each day's run holds, prunes and refuses, as the service shows it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime, timedelta, timezone
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Injected, Settings

from .conftest import Service, day
from .stack import Stack
from .stories import previewed

FIRST = date.fromisoformat(day(40)) - timedelta(days=date.fromisoformat(day(40)).weekday())
"""A Monday."""
TARGET, SOURCE = "eu-west-1", "us-east-1"


def nth(number: int) -> str:
    """The date of the test's n-th day; the sources have snapshots of days 0 to 6 when it begins."""
    return str(FIRST + timedelta(days=number))


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    week = [nth(number) for number in range(7)]
    seed: dict[str, Any] = {
        "instances": [
            {
                "name": "web-1",
                "automaticSnapshots": week,
                "attachedDisks": ["logs-1"],
                "tags": {"backup": "yes"},
            },
            {"name": "win-1", "blueprintId": "windows_server_2022", "bundleId": "small_win_3_0"},
            {"name": "new-1"},
        ],
        "disks": [{"name": "data-1", "automaticSnapshots": week}, {"name": "logs-1"}],
        "relationalDatabases": [{"name": "orders"}],
    }
    with Emulator(settings=Settings(copy_seconds=0.1)) as running:
        running.seed({SOURCE: seed})
        yield running


def region(
    stack: Stack, *, protect: Any = ("web-1",), keep: str = "daily=3", target: str = TARGET, more: str = ""
) -> None:
    """Write a program of one recovery region."""
    stack.program(IMPORTS + declaring("dr", protect=protect, keep=keep, target=target, more=more))
    stack.program_more(
        'for name in ("newest", "copies", "gaps", "includes"):\n    pulumi.export(name, getattr(dr, name))\n'
    )


IMPORTS = "from pulumi_snapcopy.lightsail import DisasterRecoveryRegion, Retention\n"


def declaring(name: str, *, protect: Any, keep: str, target: str, more: str = "") -> str:
    """The part of a program that declares a recovery region."""
    given = list(protect) if isinstance(protect, tuple) else protect
    return f"""
{name} = DisasterRecoveryRegion("{name}", source_region="{SOURCE}", target_region="{target}", protect={given!r},
    keep=Retention({keep}), tags={{"purpose": "dr"}}, {more})
"""


def held(service: Service, source: str = "web-1", region: str = TARGET) -> list[str]:
    """The dates of the complete copies that the service has of a source, by their names, oldest first."""
    found = service.snapshots(region)
    names = [name for name, each in found.items() if each["state"] in ("available", "completed")]
    return sorted(name.removeprefix(f"{source}-")[:10] for name in names if name.startswith(f"{source}-20"))


def exported(stack: Stack) -> dict[str, Any]:
    """The program's outputs."""
    resources = stack.state()
    (root,) = [each for each in resources if each["type"] == "pulumi:pulumi:Stack"]
    return dict(root["outputs"])


def test_days_roll_on_and_the_end_leaves_nothing(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A region copies what the retention keeps, drops on the next day what only filled a rule, and leaves nothing at the end.

    The next day's run is killed and resumed, a further one changes nothing, and destroy leaves what was there.
    """
    emulator.put_snapshot(TARGET, "web-1-2001-01-01-0123abcd", from_name="web-1")
    region(stack, protect={"backup": "yes"}, keep="daily=3, weekly=2")
    first_day = stack.run("up", "--yes")
    assert previewed(first_day).changes["create"] >= 1
    theirs = ["2001-01-01"]
    assert held(service) == [*theirs, nth(0), nth(4), nth(5), nth(6)]
    outputs = exported(stack)
    assert outputs["newest"] == {"web-1": nth(6)}
    assert outputs["gaps"] == {"web-1": []}
    assert outputs["includes"] == {"web-1": ["logs-1"]}
    assert set(outputs["copies"]["web-1"]) == {nth(0), nth(4), nth(5), nth(6)}
    assert all(name in service.snapshots() for name in outputs["copies"]["web-1"].values())

    emulator.take_automatic_snapshot(SOURCE, "web-1", nth(7))
    emulator.clear_calls()
    stack.up_killed_at(emulator.inject(Fault(kind="hold-after", operation="CopySnapshot")))
    next_day = stack.up()
    assert held(service) == [*theirs, nth(5), nth(6), nth(7)]
    assert f"dr-web-1-{nth(7)} created" in next_day.output and f"dr-web-1-{nth(4)} deleted" in next_day.output
    changes = [each for each in service.effects() if each in ("CopySnapshot", "DeleteInstanceSnapshot")]
    assert changes == ["CopySnapshot", *["DeleteInstanceSnapshot"] * 2], "old ones go when the new one stands"

    emulator.clear_calls()
    assert set(stack.up().changes) == {"unchanged"}
    assert service.effects() == []
    stack.destroy()
    assert [*service.snapshots()] == ["web-1-2001-01-01-0123abcd"]


DARK = {
    # the sources and the target of each region, and what is said of it
    "gone": (("gone-1",), "eu-west-1", "gone-1 doesn't exist in us-east-1 any more"),
    "empty": (("web-1",), "eu-west-2", "the service lists none of the 3 copies known"),
    "denied": (("still-1",), "eu-west-3", "its copies can't be listed: AccessDeniedException"),
}


def test_nothing_is_pruned_in_the_dark(stack: Stack, service: Service, emulator: Emulator) -> None:
    """With a source gone, a list empty or a list denied all copies are kept, the run says why, and new ones are made.

    The next good day catches up; what is gone is kept until it is taken out of protect, within the limit, and a refusal
    names all that is wrong. Each list by itself is in tests/recovery/test_deciding.py.
    """
    week = [nth(number) for number in range(7)]
    sources = [{"name": name, "automaticSnapshots": week} for name in ("gone-1", "still-1")]
    emulator.seed({SOURCE: {"instances": sources}})

    def write(keep: str, protect: tuple[str, ...] = DARK["gone"][0]) -> None:
        protected = {name: given for name, (given, _, _) in DARK.items()} | {"gone": protect}
        stack.program(IMPORTS)
        for name, (_, target, _) in DARK.items():
            stack.program_more(declaring(name, protect=protected[name], keep=keep, target=target))

    def there() -> dict[str, list[str]]:
        return {name: held(service, *given, target) for name, (given, target, _) in DARK.items()}

    write("daily=3")
    stack.up()
    assert there() == dict.fromkeys(DARK, week[-3:])

    emulator.client(SOURCE).delete_instance(instanceName="gone-1")
    emulator.take_automatic_snapshot(SOURCE, "web-1", nth(7))
    emulator.inject(Fault(kind="no-items", operation="GetInstanceSnapshots", region="eu-west-2", times=None))
    emulator.inject(
        Fault(
            kind="error", operation="GetInstanceSnapshots", region="eu-west-3", code="AccessDeniedException",
            times=None,
        )
    )  # fmt: skip
    write("daily=2")
    told = stack.up()
    emulator.faults.clear()
    warnings = [line for line in told.output.splitlines() if "nothing is pruned in this run" in line]
    for name, (_, _, said) in DARK.items():
        assert any(said in line for line in warnings), f"{name}: {told.output}"
    assert there() == {"gone": week[-3:], "empty": [*week[-3:], nth(7)], "denied": week[-3:]}
    assert "deleted" not in told.changes

    write("daily=2")
    stack.up()
    assert there() == {"gone": week[-3:], "empty": [nth(6), nth(7)], "denied": week[-2:]}

    write("daily=2", protect=("new-1", "win-1", "orders", "nope"))
    refused = stack.preview(ok=False).output
    assert "Outputs that Pulumi shows as removed stay in the stack." in refused
    assert (
        "this run would delete 3 of 3 copies (gone-1 is no longer protected); max_prune=0.3 allows 1"
        in refused
    )
    assert "run `pulumi up` once with max_prune=0.67" in refused
    assert "4 sources can't be protected" in refused and "Traceback" not in refused
    assert "new-1 has no automatic snapshots enabled" in refused
    assert "win-1 runs Windows" in refused
    assert "orders is a database" in refused
    assert "nope doesn't exist in us-east-1" in refused


@pytest.mark.soak
def test_a_vanished_source_keeps_its_copies(stack: Stack, service: Service, emulator: Emulator) -> None:
    """The copies of a source that is gone stay until it is removed from protect, within the limit."""
    region(stack, protect=("web-1",))
    stack.up()
    region(stack, protect=("web-1", "data-1"))
    added = stack.up()
    assert added.changes == {"created": 3, "unchanged": added.changes["unchanged"]}
    assert held(service, "data-1") == [nth(4), nth(5), nth(6)]
    emulator.client(SOURCE).delete_instance(instanceName="web-1")
    emulator.take_automatic_snapshot(SOURCE, "data-1", nth(7))
    told = stack.up()
    assert "web-1 doesn't exist in us-east-1 any more" in told.output
    assert held(service) == [nth(4), nth(5), nth(6)]
    assert held(service, "data-1") == [nth(5), nth(6), nth(7)], "the other source goes on"

    region(stack, protect=("data-1",))
    refused = stack.preview(ok=False)
    assert (
        "this run would delete 3 of 3 copies (web-1 is no longer protected); max_prune=0.3 allows 1"
        in refused.output
    )
    assert "Traceback" not in refused.output
    assert "run `pulumi up` once with max_prune=0.67" in refused.output

    region(stack, protect=("data-1",), more="max_prune=0.67")
    told = stack.up()
    assert "web-1 is no longer protected: this run deletes its last 3 copies" in told.output
    assert held(service) == []
    outputs = exported(stack)
    assert set(outputs["copies"]) == set(outputs["gaps"]) == {"data-1"}
    assert set(stack.up().changes) == {"unchanged"} and exported(stack) == outputs
    assert held(service, "data-1") == [nth(5), nth(6), nth(7)]


@pytest.mark.soak
def test_another_retention_and_another_region_meet_the_limit(stack: Stack, service: Service) -> None:
    """A shorter retention deletes no more than the limit; copies in the old region go once the new ones stand."""
    region(stack, keep="daily=7")
    stack.up()
    assert len(held(service)) == 7
    region(stack, keep="daily=2")
    assert "would delete 5 of 7 copies" in stack.preview(ok=False).output
    region(stack, keep="daily=7", target="eu-west-2", more="max_prune=1")
    stack.up()
    assert held(service) == []
    assert len(held(service, region="eu-west-2")) == 7


@pytest.mark.soak
def test_a_killed_run_is_resumed(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A region killed while it copies or deletes is completed by the next run: nothing twice, and no more is deleted."""
    region(stack)
    stack.up()
    emulator.take_automatic_snapshot(SOURCE, "web-1", nth(7))
    stack.up_killed_at(emulator.inject(Fault(kind="hold-after", operation="CopySnapshot")))
    stack.up()
    assert held(service) == [nth(5), nth(6), nth(7)]
    emulator.take_automatic_snapshot(SOURCE, "web-1", nth(8))
    stack.up_killed_at(emulator.inject(Fault(kind="hold-after", operation="DeleteInstanceSnapshot")))
    assert held(service) == [nth(6), nth(7), nth(8)], "the new one stood before the old one went"
    told = stack.up()
    assert "nothing is pruned" not in told.output and "doesn't list" not in told.output
    assert held(service) == [nth(6), nth(7), nth(8)]
    assert len(service.snapshots()) == len(stack.entries()) == 3


OUTER = """
class Outer(pulumi.ComponentResource):
    def __init__(self, name, opts=None):
        super().__init__("my:Outer", name, None, opts)
"""


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("dr2", "", 'aliases=[Alias(name="dr")]'),
        ("dr", "", 'parent=Outer("outer"), aliases=[Alias(parent=pulumi.ROOT_STACK_RESOURCE)]'),
        (
            "dr",
            'parent=Outer("outer")',
            'parent=Outer("site", ResourceOptions(aliases=[Alias(name="outer")]))',
        ),
    ],
    ids=["renamed", "moved", "its parent renamed"],
)
def test_a_region_with_an_alias_keeps_its_copies(
    name: str, before: str, after: str, stack: Stack, service: Service, emulator: Emulator
) -> None:
    """A region with a new name or parent and an alias keeps its copies, also where that run was killed."""

    def declared(name: str, options: str, keep: str) -> str:
        more = f"opts=ResourceOptions({options})"
        return IMPORTS + OUTER + declaring(name, protect=("web-1",), keep=keep, target=TARGET, more=more)

    stack.program(declared("dr", before, "daily=3"))
    stack.up()
    there = service.snapshots()
    for number in range(7, 14):
        emulator.take_automatic_snapshot(SOURCE, "web-1", nth(number))
    emulator.clear_calls()
    stack.program(declared(name, after, "daily=10"))
    assert "delete" not in stack.preview().changes
    stack.up_killed_at(emulator.inject(Fault(kind="hold-after", operation="TagResource")))
    stack.up()
    assert there.keys() < service.snapshots().keys()
    assert service.effects().count("CopySnapshot") == 7
    assert not [each for each in service.effects() if each.startswith("Delete")]
    assert set(stack.up().changes) == {"unchanged"}


@pytest.mark.soak
def test_a_copy_deleted_by_hand_is_asked_about(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A copy deleted by hand stays declared, and nothing is pruned for it, until a refresh says that it is gone."""
    region(stack)
    stack.up()
    (name,) = [each for each in service.snapshots() if nth(6) in each]
    emulator.client(TARGET).delete_instance_snapshot(instanceSnapshotName=name)
    emulator.take_automatic_snapshot(SOURCE, "web-1", nth(7))
    told = stack.up()
    assert (
        f'the service doesn\'t list "{name}" in {TARGET}; if that is right, run `pulumi refresh`'
        in told.output
    )
    assert held(service) == [nth(4), nth(5), nth(7)]
    stack.refresh()
    told = stack.up()
    assert "doesn't list" not in told.output
    assert held(service) == [nth(5), nth(6), nth(7)]


@pytest.mark.soak
def test_a_source_without_automatic_snapshots_has_a_manual_one_a_day(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """With when_missing="snapshot" today's is taken and copied; one run later nothing is taken again; destroy removes both."""
    region(stack, protect=("web-1", "new-1", "logs-1", "win-1"), more='when_missing="snapshot"')
    stack.preview()
    stack.up()
    assert held(service) == [nth(4), nth(5), nth(6)]
    taken = service.snapshots(SOURCE)
    assert sorted(each["resourceType"] for each in taken.values()) == [
        "DiskSnapshot",
        "InstanceSnapshot",
        "InstanceSnapshot",
    ]
    copies = exported(stack)["copies"]
    for source in ("new-1", "logs-1", "win-1"):
        ((taken_on, name),) = copies[source].items()
        assert taken_on == str(datetime.now(timezone.utc).date())
        assert service.snapshots()[name]["state"] in ("available", "completed")
    emulator.clear_calls()
    assert set(stack.up().changes) == {"unchanged"}
    assert service.effects() == []
    stack.destroy()
    assert service.snapshots() == service.snapshots(SOURCE) == {}


MOCKED = """
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name, {**args.inputs}

    def call(self, args):
        return {"outputs": {}} if args.token == "pulumi:pulumi:readStackResourceOutputs" else {}

pulumi.runtime.set_mocks(Mocks(), project="shop", stack="dev", preview=False)

from pulumi_snapcopy.lightsail import DisasterRecoveryRegion, Retention

@pulumi.runtime.test
def test_region():
    dr = DisasterRecoveryRegion("dr", source_region="us-east-1", target_region="eu-west-1", protect=["web-1"],
        keep=Retention(daily=2))
    return dr.newest.apply(print)

test_region()
"""


def test_users_may_test_a_region_with_pulumis_mocks(service: Service, emulator: Emulator) -> None:
    """As docs/tasks.md says: the mocks answer for the state, the emulator for the service, and nothing is copied."""
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MOCKED],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, **emulator.environment},
    )
    assert (ended.returncode, ended.stdout) == (0, f"{{'web-1': '{nth(6)}'}}\n"), ended.stderr
    assert service.copies_started() == 0


@pytest.mark.soak  # daily sixty days in tests/recovery/test_sixty_days.py
@pytest.mark.timeout(900)
def test_a_sample_of_days(stack: Stack, service: Service, emulator: Emulator) -> None:
    """A region holds what it should on a sample of days: ordinary, with an outage, skipped, killed, with a source gone."""
    region(
        stack, protect=("web-1", "data-1"), more="max_prune=1"
    )  # several days at once are several copies at once
    stack.up()
    dawn(emulator, 7)
    stack.up()
    assert held(service) == held(service, "data-1") == [nth(5), nth(6), nth(7)]

    dawn(emulator, 8)
    code = "AccessDeniedException"
    outage = emulator.inject(
        Fault(kind="error", operation="GetDiskSnapshots", region=TARGET, code=code, times=None)
    )
    refused = stack.up(ok=False).output  # the copy itself can't be looked for either
    assert "its copies can't be listed: AccessDeniedException" in refused
    assert held_at_least(service, emulator, outage, nth(5), nth(6), nth(7))

    dawn(emulator, 9)
    dawn(emulator, 10)
    stack.up_killed_at(
        emulator.inject(Fault(kind="hold-after", operation="CopySnapshot", resource="data-1*"))
    )
    told = stack.up("--refresh")
    assert "Traceback" not in told.output
    dawn(emulator, 11)
    stack.up()
    assert held(service) == held(service, "data-1") == [nth(9), nth(10), nth(11)]

    emulator.client(SOURCE).delete_disk(diskName="data-1")
    emulator.take_automatic_snapshot(SOURCE, "web-1", nth(12))
    stack.up()
    assert held(service) == [nth(10), nth(11), nth(12)]
    assert held(service, "data-1") == [nth(9), nth(10), nth(11)]
    assert len(service.snapshots()) == 6
    assert set(stack.up().changes) == {"unchanged"}


def dawn(emulator: Emulator, number: int) -> None:
    """Take the automatic snapshots of the n-th day."""
    for source in ("web-1", "data-1"):
        emulator.take_automatic_snapshot(SOURCE, source, nth(number))


def held_at_least(service: Service, emulator: Emulator, outage: Injected, *dates: str) -> bool:
    """Whether the copies of these dates are all there once an outage has ended."""
    outage.release()
    return all({*dates} <= {*held(service, source)} for source in ("web-1", "data-1"))
