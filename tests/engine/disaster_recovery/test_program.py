"""Programs with a recovery region: it is renamed or moved under an alias, or tested with Pulumi's mocks."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault

from ..conftest import Service
from ..stack import Stack
from .region import IMPORTS, SOURCE, TARGET, declaring, nth

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


MOCKED = """
import asyncio
import pulumi

class Mocks(pulumi.runtime.Mocks):
    def new_resource(self, args):
        return args.name, {**args.inputs}

    def call(self, args):
        return {"outputs": {}} if args.token == "pulumi:pulumi:readStackResourceOutputs" else {}

asyncio.set_event_loop(asyncio.new_event_loop())
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
