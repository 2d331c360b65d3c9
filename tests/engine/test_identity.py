"""A stack knows itself: one identity for its whole life, whatever it is called and wherever its state is kept."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from pulumi_snapcopy.emulator import Emulator, Fault, Settings

from .conftest import Service, day
from .stack import Stack

IDENTITY = "pulumi-python:dynamic/snapcopy:StackIdentity"
PLACES = """
class Shop(pulumi.ComponentResource):
    def __init__(self, name):
        super().__init__("my:Shop", name)
        CopiedSnapshot("inside", source_snapshot_name="db-before-upgrade", source_region="us-east-1",
            target_region="eu-west-1", opts=ResourceOptions(parent=self))

Shop("shop")
given = pulumi.ProviderResource("pulumi-python", "given", {})
CopiedSnapshot("explicit", source_snapshot_name="data-before-upgrade", source_region="us-east-1",
    target_region="eu-west-1", opts=ResourceOptions(provider=given))
"""


def identities(stack: Stack) -> list[dict[str, Any]]:
    """The identities in the state."""
    return [each for each in stack.state() if each["type"] == IDENTITY]


def identity(stack: Stack) -> str:
    """The stack's identity, at its root under the name that is never another's."""
    (entry,) = identities(stack)
    assert entry["urn"].endswith(f"::{IDENTITY}::snapcopy")
    assert entry["parent"].rpartition("::")[2] == f"shop-{stack.name}"
    assert re.fullmatch("[0-9a-f]{16}", entry["id"]) and entry["outputs"]["identity"] == entry["id"]
    return str(entry["id"])


def test_an_identity_survives_a_kill_and_serves_all_copies(
    stack: Stack, service: Service, emulator: Emulator
) -> None:
    """Registered once, at the root, for copies in components and with explicit providers; kept before one is started."""
    emulator.settings = Settings(copy_seconds=3600)
    stack.program(PLACES)
    stack.up_killed_at(emulator.inject(Fault(kind="hold-after", operation="CopySnapshot")))
    before = identity(stack)
    emulator.settings = Settings(copy_seconds=0)
    emulator.finish_copies()
    stack.up()
    assert identity(stack) == before and service.copies_started() == 2
    owners = {service.owner(name) for name in service.snapshots()}
    assert owners == {f"shop/dev/my:Shop/inside@{before}", f"shop/dev/explicit@{before}"}
    assert "unchanged" in stack.up().changes and service.copies_started() == 2


def test_two_backends_with_stacks_of_one_name_share_nothing(
    new_stack: Callable[..., Stack], service: Service
) -> None:
    """Each has its own copy; under an explicit name the second is refused, and its `destroy` leaves the first's."""
    first, second = new_stack("one"), new_stack("two")
    first.copied()
    second.copied()
    first.up()
    second.up()
    assert service.copies_started() == 2 and first.outputs()["arn"] != second.outputs()["arn"]
    second.destroy()
    assert service.only()["arn"] == first.outputs()["arn"]
    first.copied(target_snapshot_name="db-dr")
    first.up()
    second.copied(target_snapshot_name="db-dr")
    refused = second.up(ok=False).output
    assert 'the name "db-dr" is taken in eu-west-1' in refused
    assert f"belongs to another stack of the same name (shop/dev/db@{identity(first)})" in refused
    assert (
        "write another target_snapshot_name, or leave it out: derived names differ from stack to stack."
        in refused
    )
    second.destroy()
    assert service.only()["name"] == "db-dr" and first.up().changes == {"unchanged": 2}


def test_a_renamed_or_moved_stack_copies_nothing(new_stack: Callable[..., Stack], service: Service) -> None:
    """`pulumi stack rename` updates the owner tag in place; `stack export | import` to another backend changes nothing."""
    stack, elsewhere = new_stack("one"), new_stack("two")
    stack.copied()
    stack.up()
    before, whose = service.only(), identity(stack)
    exported = stack.run("stack", "export").output
    (elsewhere.folder / "state.json").write_text(exported)
    elsewhere.run("stack", "import", "--file", "state.json")
    elsewhere.copied()
    assert elsewhere.up().changes == {"unchanged": 2}
    assert identity(elsewhere) == whose and service.only() == before
    elsewhere.run("stack", "rename", "prod")
    elsewhere.environment["PULUMI_STACK"] = "prod"
    assert elsewhere.up().changes == {"updated": 1, "unchanged": 1}
    assert service.owner(before["name"]) == f"shop/prod/db@{whose}"
    assert service.only()["arn"] == before["arn"] and service.copies_started() == 1


def test_options_and_arguments_are_written_as_python_programs_write_them(
    stack: Stack, service: Service
) -> None:
    """A date, a mapping of time-outs, tags named like arguments, and Python's names in Pulumi's options."""
    program = """
import datetime
CopiedSnapshot("web", source_resource_name="web-1", restore_date={date}, source_region="us-east-1",
    target_region="eu-west-1", tags={tags}, opts=ResourceOptions(custom_timeouts={{"create": "90m"}},
    ignore_changes=["restore_date"], replace_on_changes=["source_resource_name"]))
"""
    tags = {"source_region": "x", "sourceRegion": "y"}
    stack.program(program.format(date=f"datetime.date.fromisoformat({day(2)!r})", tags=tags))
    stack.up()
    outputs = stack.outputs("web")
    assert outputs["restoreDate"] == outputs["restoredDate"] == day(2) and outputs["tags"] == tags
    assert outputs["snapcopy"]["timeouts"] == {"create": "90m"}
    assert tags.items() <= service.tags(service.only()["name"]).items()
    stack.program(program.format(date=f"datetime.date.fromisoformat({day(1)!r})", tags=tags))
    assert stack.up().changes == {"unchanged": 2}


def test_an_import_is_refused_with_what_to_write_instead(stack: Stack, service: Service) -> None:
    """Dynamic resources can't be imported; an existing snapshot is adopted."""
    stack.copied(opts='ResourceOptions(import_="eu-west-1/db-dr")')
    output = stack.up(ok=False).output
    assert 'CopiedSnapshot "db": dynamic resources can\'t be imported' in output
    assert "leave import_ out and write adopt=True and its name." in output
    assert "Traceback" not in output and service.copies_started() == 0


MOCKED = """
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        outputs = {**args.inputs, "arn": "arn:mocked"}
        if "identity" in args.inputs:
            outputs["identity"] = "0123456789abcdef"
        return f"{args.name}-id", outputs

    def call(self, args):
        return {}

pulumi.runtime.set_mocks(Mocks(), project="shop", stack="dev", preview=False)

from pulumi_snapcopy.lightsail import CopiedSnapshot

@pulumi.runtime.test
def test_copies():
    copies = [
        CopiedSnapshot(name, source_snapshot_name="db", source_region="us-east-1", target_region="eu-west-1")
        for name in ("one", "two")
    ]
    def check(found):
        assert found == ["arn:mocked", "arn:mocked", "eu-west-1"], found
        print("checked")
    return pulumi.Output.all(copies[0].arn, copies[1].arn, copies[0].target_region).apply(check)

test_copies()
"""


def test_users_may_test_their_programs_with_pulumis_mocks() -> None:
    """Copies are mocked as any resource is, and the identity that comes with the first one, too."""
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", MOCKED],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, "checked"), ended.stderr
