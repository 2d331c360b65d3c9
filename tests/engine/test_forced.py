"""Copies that Pulumi replaces for a reason of its own: an option, or a copy that they are copies of."""

from __future__ import annotations

import pickle
from base64 import b64decode, b64encode

import pytest
from pulumi_snapcopy.emulator import Emulator, Fault

from .conftest import WEEK, Service, day
from .stack import Stack
from .stories import Life

OPTIONS = ("replace-on-changes", "replacement-trigger", "deleted-first")
PROGRAM = """
route = dict(source_region="us-east-1", target_region="eu-west-1")
first = CopiedSnapshot("first", source_snapshot_name={source!r}, **route)
CopiedSnapshot("second", source_snapshot_name=first.target_snapshot_name, source_region="eu-west-1",
    target_region="eu-central-1", target_snapshot_name="db-dr")

named = CopiedSnapshot("named", source_snapshot_name={source!r}, target_snapshot_name="named-dr", **route)
CopiedSnapshot("of-the-named", source_snapshot_name=named.target_snapshot_name, source_region="eu-west-1")

def latest(source, **opts):
    CopiedSnapshot(source, source_resource_name=source, use_latest_restorable_auto_snapshot=True, tags={{"run": {run!r}}},
        opts=ResourceOptions(**opts), **route)

latest("replace-on-changes", replace_on_changes=["tags"])
latest("replacement-trigger", replacement_trigger={run!r})
latest("deleted-first", delete_before_replace=True, replace_on_changes=["tags"])

CopiedSnapshot("its-like", source_resource_name="aging", restore_date={oldest!r},
    opts=ResourceOptions(delete_before_replace=True, replacement_trigger={run!r}), **route)
"""


def test_what_pulumi_replaces_for_a_reason_of_its_own(
    stack: Stack, service: Service, emulator: Emulator, subtests: pytest.Subtests
) -> None:
    """When Pulumi forces a replacement no copy is deleted too early or orphaned, and one that would only be made again stays."""
    sources = (*OPTIONS, "aging")
    emulator.seed({"us-east-1": {"instances": [{"name": n, "automaticSnapshots": WEEK} for n in sources]}})
    for source in OPTIONS:
        emulator.age_out("us-east-1", source, day(0))
    life = Life(stack, service, emulator)
    stack.environment["AWS_REGION"] = "eu-central-1"
    stack.program(PROGRAM.format(source="db-before-upgrade", run="1", oldest=day(6)))
    before = life.up()

    for source in OPTIONS:
        emulator.take_automatic_snapshot("us-east-1", source, day(0))
    emulator.age_out("us-east-1", "aging", day(6))
    denied = {
        name: emulator.inject(
            Fault(kind="error", operation="CopySnapshot", resource=name, code="AccessDeniedException")
        )
        for name in OPTIONS[:2]
    }
    stack.environment["AWS_REGION"] = "eu-west-3"
    stack.program(PROGRAM.format(source="data-before-upgrade", run="2", oldest=day(6)))
    failed = life.run("up", "--yes", "--continue-on-error", ok=False)
    then = life.up()

    with subtests.test("a copy of a copy, under an explicit name, is copied again with it"):
        # the preview can't know what it will be a copy of, and refuses nothing
        assert failed.copy("first")["name"].startswith("data-before-upgrade")
        assert failed.copy("second")["location"]["regionName"] == "eu-central-1"
        assert failed.copy("second")["name"] == "db-dr" and failed.arn("second") != before.arn("second")
        assert failed.did("second") == "replace" and then.did("second") == ""
    with subtests.test("a copy of a copy stays in its region"):
        # that was AWS_REGION's; Pulumi deletes it first, since the copy that it is of has to go
        assert failed.copy("of-the-named")["location"]["regionName"] == "eu-central-1"
        assert failed.arn("of-the-named") != before.arn("of-the-named")
        assert failed.copy("named")["name"] == "named-dr"
    for name, fault in denied.items():
        with subtests.test("what Pulumi itself replaces stays until the new copy stands", option=name):
            # "latest" is another date by then: the copy in the state is no orphan
            assert fault.hits == 1 and before.arn(name) == failed.arn(name)
            assert life.effects(failed, name) == ["CopySnapshot"]
            assert day(0) in then.copy(name)["name"]
            assert life.effects(then, name)[-1] == "DeleteInstanceSnapshot"
    with subtests.test("what Pulumi deletes first leaves no orphan"):
        assert day(0) in failed.copy("deleted-first")["name"]
    with subtests.test("what Pulumi deletes first for its own reason is left in place"):
        # its like would be made again: it is found, also where there is no more source for another
        kept = failed.copy("its-like")["name"]
        assert f'kept "{kept}" in eu-west-1: this program still declares it' in failed.result.output
        assert failed.copy("its-like") == before.copy("its-like")
        assert then.did("its-like") == ""
    with subtests.test("nothing else is there"):
        for moment in (before, failed, then):
            assert moment.there.keys() == {moment.arn(name) for name in moment.state}
        assert len(then.state) == 8


def test_a_copy_is_kept_that_is_replaced_by_the_same_after_an_upgrade_of_python(
    stack: Stack, service: Service
) -> None:
    """A copy is kept when `--replace` finds the state's provider pickled by another Python."""
    stack.copied()
    stack.up()
    before = service.only()
    ours = stack.resources()["db"]["inputs"]["__provider"]
    older = b64encode(pickle.dumps(pickle.loads(b64decode(ours)), protocol=2)).decode()
    assert older != ours
    stack.checkpoint.write_text(stack.checkpoint.read_text().replace(ours, older))
    done = stack.up("--replace", stack.resources()["db"]["urn"])
    assert service.only() == before
    assert "this program still declares it" in done.output
