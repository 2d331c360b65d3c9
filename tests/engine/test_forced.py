"""Copies that Pulumi replaces for a reason of its own: an option, or a copy that they are copies of."""

from __future__ import annotations

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault

from .conftest import WEEK, Service, day
from .stack import Stack


def test_a_copy_of_a_copy_is_copied_again_with_it(stack: Stack, service: Service) -> None:
    """Under an explicit name, of a copy that is to be made first: the preview can't know it, and refuses nothing."""
    program = """
first = CopiedSnapshot("first", source_snapshot_name={!r}, source_region="us-east-1", target_region="eu-west-1")
CopiedSnapshot("second", source_snapshot_name=first.target_snapshot_name, source_region="eu-west-1",
    target_region="eu-central-1", target_snapshot_name="db-dr")
"""
    stack.program(program.format("db-before-upgrade"))
    stack.up()
    before = service.only("eu-central-1")
    stack.program(program.format("data-before-upgrade"))
    stack.run("up", "--yes")
    assert service.only()["name"].startswith("data-before-upgrade")
    assert (
        service.only("eu-central-1")["name"]
        == "db-dr"
        != before["arn"]
        != service.only("eu-central-1")["arn"]
    )


def test_a_copy_of_a_copy_stays_in_its_region(stack: Stack, service: Service) -> None:
    """It was made where AWS_REGION pointed then; Pulumi deletes it first, since the copy that it is of has to go."""
    program = """
first = CopiedSnapshot("first", source_snapshot_name={!r}, source_region="us-east-1", target_region="eu-west-1",
    target_snapshot_name="db-dr")
CopiedSnapshot("second", source_snapshot_name=first.target_snapshot_name, source_region="eu-west-1")
"""
    stack.environment["AWS_REGION"] = "eu-central-1"
    stack.program(program.format("db-before-upgrade"))
    stack.up()
    before = service.only("eu-central-1")
    stack.environment["AWS_REGION"] = "eu-west-3"
    stack.program(program.format("data-before-upgrade"))
    stack.up()
    assert service.only("eu-central-1")["arn"] != before["arn"] and service.snapshots("eu-west-3") == {}
    assert service.only()["name"] == "db-dr"


@pytest.mark.parametrize("option", ["replace_on_changes=['tags']", "replacement_trigger={!r}"])
def test_what_pulumi_itself_replaces_stays_until_the_new_copy_stands(
    stack: Stack, service: Service, emulator: Emulator, option: str
) -> None:
    """Pulumi finds the reason, and "latest" is another date by then: the copy in the state is no leftover."""
    emulator.age_out("us-east-1", "web-1", day(0))
    program = """
CopiedSnapshot("web", source_resource_name="web-1", use_latest_restorable_auto_snapshot=True, source_region="us-east-1",
    target_region="eu-west-1", tags={}, opts=ResourceOptions({}))
"""
    stack.program(program.format({"run": "1"}, option.format("1")))
    stack.up()
    before = service.only()
    emulator.client("us-east-1").delete_instance(instanceName="web-1")
    emulator.seed({"us-east-1": {"instances": [{"name": "web-1", "automaticSnapshots": WEEK}]}})
    stack.program(program.format({"run": "2"}, option.format("2")))
    denied = emulator.inject(Fault(kind="error", operation="CopySnapshot", code="AccessDeniedException"))
    emulator.clear_calls()
    stack.up(ok=False)
    assert denied.hits and service.only() == before and service.effects() == ["CopySnapshot"]
    stack.up()
    assert day(0) in service.only()["name"] and service.effects()[-1] == "DeleteInstanceSnapshot"


def test_what_pulumi_deletes_first_for_its_own_reason_is_left_in_place(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Its like would be made again: it is found, and stays, also where there is no more source for another."""
    program = """
CopiedSnapshot("web", source_resource_name="web-1", restore_date={!r}, source_region="us-east-1",
    target_region="eu-west-1", opts=ResourceOptions(delete_before_replace=True, replacement_trigger={!r}))
"""
    stack.program(program.format(day(6), "1"))
    stack.up()
    before = service.only()
    emulator.age_out("us-east-1", "web-1", day(6))
    stack.program(program.format(day(6), "2"))
    assert "this program still declares it" in stack.up().output
    assert service.only() == before and stack.outputs("web")["arn"] == before["arn"]
    assert stack.up().changes == {"unchanged": 2}


def test_what_pulumi_deletes_first_leaves_no_orphan(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Pulumi finds the reason, deletes first, and "latest" is another date by then: one copy, that of the new date."""
    emulator.age_out("us-east-1", "web-1", day(0))
    program = """
CopiedSnapshot("web", source_resource_name="web-1", use_latest_restorable_auto_snapshot=True, source_region="us-east-1",
    target_region="eu-west-1", tags={}, opts=ResourceOptions(delete_before_replace=True, replace_on_changes=["tags"]))
"""
    stack.program(program.format({"run": "1"}))
    stack.up()
    emulator.client("us-east-1").delete_instance(instanceName="web-1")
    emulator.seed({"us-east-1": {"instances": [{"name": "web-1", "automaticSnapshots": WEEK}]}})
    stack.program(program.format({"run": "2"}))
    stack.up()
    assert day(0) in service.only()["name"] and stack.outputs("web")["arn"] == service.only()["arn"]
