"""What a recovery region doesn't prune: in the dark, and beyond the limit."""

from __future__ import annotations

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault

from ..conftest import Service
from ..stack import Stack
from .region import IMPORTS, SOURCE, TARGET, declaring, exported, held, nth, region

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
def test_a_source_that_was_made_again_has_its_own_retention(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """The copies of the old one stay until they are deleted by hand; the new one's are pruned beside them from its first copy on."""
    region(stack)
    stack.up()
    assert held(service) == [nth(4), nth(5), nth(6)]
    emulator.client(SOURCE).delete_instance(instanceName="web-1")
    emulator.seed({SOURCE: {"instances": [{"name": "web-1", "automaticSnapshots": [nth(7)]}]}})
    stack.up()
    old = [nth(5), nth(6)]
    assert held(service) == [*old, nth(7)]
    for number in (8, 9, 10):
        emulator.take_automatic_snapshot(SOURCE, "web-1", nth(number))
        told = stack.up()
        assert f"isn't the one that was copied until {nth(6)}" in told.output
    assert held(service) == [*old, nth(8), nth(9), nth(10)], "three of the new one"
    assert f"dr-web-1-{nth(7)} deleted" in told.output and told.changes["deleted"] == 1
    outputs = exported(stack)
    assert outputs["newest"] == {"web-1": nth(10)} and outputs["gaps"] == {"web-1": []}
    assert set(outputs["copies"]["web-1"]) == {*old, nth(8), nth(9), nth(10)}
    assert set(stack.up().changes) == {"unchanged"} and exported(stack) == outputs

    for name in [name for name in service.snapshots() if any(each in name for each in old)]:
        emulator.client(TARGET).delete_instance_snapshot(instanceSnapshotName=name)
    stack.refresh()
    emulator.take_automatic_snapshot(SOURCE, "web-1", nth(11))
    told = stack.up()
    assert "isn't the one" not in told.output
    assert held(service) == [nth(9), nth(10), nth(11)]
