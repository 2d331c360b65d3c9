"""A stack knows itself: one identity for its whole life, whatever it is called and wherever its state is kept."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault, Settings

from .conftest import Service
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
CopiedSnapshot("named", source_snapshot_name="db-before-upgrade", source_region="us-east-1",
    target_region="eu-west-1", target_snapshot_name="db-dr")
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


def test_an_identity_is_the_stacks_for_its_whole_life(
    new_stack: Callable[..., Stack], service: Service, emulator: Emulator, subtests: pytest.Subtests
) -> None:
    """An identity survives a kill, a move and a rename, and tells two stacks of one name apart."""
    first, second, elsewhere = new_stack("one"), new_stack("two"), new_stack("three")
    for each in (first, second, elsewhere):
        each.program(PLACES)
    emulator.settings = Settings(copy_seconds=3600)
    first.up_killed_at(emulator.inject(Fault(kind="hold-after", operation="CopySnapshot")))
    of_the_killed = identity(first)
    emulator.settings = Settings(copy_seconds=0)
    emulator.finish_copies()
    first.up()
    with subtests.test("kept before a copy is started, registered once, for copies in all places"):
        assert identity(first) == of_the_killed and service.copies_started() == 3
        assert {service.owner(name) for name in service.snapshots()} == {
            f"shop/dev/{urn}@{of_the_killed}" for urn in ("my:Shop/inside", "explicit", "named")
        }

    before = service.snapshots()
    refused = second.up("--continue-on-error", ok=False).output
    of_the_second = identity(second)
    with subtests.test("of two stacks of one name on two backends each has its own copies"):
        others = service.snapshots().keys() - before.keys()
        assert {service.owner(name) for name in others} == {
            f"shop/dev/{urn}@{of_the_second}" for urn in ("my:Shop/inside", "explicit")
        }
        assert of_the_second != of_the_killed and service.copies_started() == 5
    with subtests.test("under an explicit name the second is refused"):
        assert 'the name "db-dr" is taken in eu-west-1' in refused
        assert f"belongs to another stack of the same name (shop/dev/named@{of_the_killed})" in refused
        assert (
            "write another target_snapshot_name, or leave it out: derived names differ from stack to stack."
            in refused
        )
    second.destroy()
    with subtests.test("the second's end leaves the first's"):
        assert service.snapshots() == before

    exported = first.run("stack", "export").output
    (elsewhere.folder / "state.json").write_text(exported)
    elsewhere.run("stack", "import", "--file", "state.json")
    elsewhere.run("stack", "rename", "prod")
    elsewhere.environment["PULUMI_STACK"] = "prod"
    changes = elsewhere.up().changes
    with subtests.test(
        "moved to another backend and renamed, the owner tags are updated in place, and that is all"
    ):
        # tests/lifecycle/test_twins.py has each by itself
        assert changes == {"updated": 3, "unchanged": 3}
        assert identity(elsewhere) == of_the_killed
        assert {service.owner(name) for name in before} == {
            f"shop/prod/{urn}@{of_the_killed}" for urn in ("my:Shop/inside", "explicit", "named")
        }
        arns = [{each["arn"] for each in there.values()} for there in (service.snapshots(), before)]
        assert arns[0] == arns[1] and service.copies_started() == 5


@pytest.mark.soak  # every day in tests/unit/test_options.py, without the engine
def test_an_import_is_refused_with_what_to_write_instead(stack: Stack, service: Service) -> None:
    """Dynamic resources can't be imported; an existing snapshot is adopted."""
    stack.copied(opts='ResourceOptions(import_="eu-west-1/db-dr")')
    output = stack.up(ok=False).output
    assert 'CopiedSnapshot "db": dynamic resources can\'t be imported' in output
    assert "leave import_ out and write adopt=True and its name." in output
    assert "Traceback" not in output and service.copies_started() == 0


MOCKED = """
import asyncio
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        outputs = {**args.inputs, "arn": "arn:mocked"}
        if "identity" in args.inputs:
            outputs["identity"] = "0123456789abcdef"
        return f"{args.name}-id", outputs

    def call(self, args):
        return {}

asyncio.set_event_loop(asyncio.new_event_loop())
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


def test_a_new_stack_takes_over_no_copy_that_somebody_made_before_it(
    new_stack: Callable[..., Stack], service: Service, emulator: Emulator
) -> None:
    """A new stack doesn't take over an older untagged copy of the same source under its explicit name."""
    emulator.advance(-600)
    emulator.put_snapshot("us-east-1", "earlier")
    emulator.client("eu-west-1").copy_snapshot(
        sourceSnapshotName="earlier", sourceRegion="us-east-1", targetSnapshotName="db-dr"
    )
    emulator.advance(600)
    emulator.finish_copies()
    before = service.snapshots()
    stack = new_stack("new")
    stack.copied(source_snapshot_name="earlier", target_snapshot_name="db-dr")
    refused = stack.up(ok=False).output
    assert 'the name "db-dr" is taken in eu-west-1' in refused and "adopt=True" in refused
    assert service.snapshots() == before and service.tags("db-dr") == {} and service.copies_started() == 1


def test_an_identity_that_copies_depend_on_is_not_destroyed_alone(stack: Stack, service: Service) -> None:
    """Destroying the identity alone is refused by Pulumi, which names the copies that depend on it."""
    stack.copied()
    stack.up()
    urn = f"urn:pulumi:dev::shop::{IDENTITY}::snapcopy"
    refused = stack.run("destroy", "--yes", "--skip-preview", "--target", urn, ok=False).output
    assert "CopiedSnapshot::db' will be destroyed but was not specified in --target list" in refused
    assert "Traceback" not in refused and service.only()["state"] == "available"
