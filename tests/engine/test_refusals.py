"""Wrong requests: one clear failure each, and nothing is sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from pulumi_snapcopy.emulator import Emulator

from .conftest import Service, day
from .matrix import told
from .stack import Stack

ROUTE = {"source_region": "us-east-1", "target_region": "eu-west-1"}
LATEST = {"use_latest_restorable_auto_snapshot": True}


def test_every_broken_rule_of_a_copy_is_named_at_once_and_nothing_is_sent(
    stack: Stack, emulator: Emulator
) -> None:
    """A preview names all broken rules of a copy, a failure for each property, and sends nothing."""
    stack.copied(
        source_snapshot_name="a-b",
        source_resource_name="web-1",
        target_snapshot_name="x",
        target_region="eu-weest-1",
        tags={"snapcopy:owner": "me"},
    )
    output = stack.preview(ok=False).output
    for named, said in {
        "sourceSnapshotName": "exclude each other",
        "targetSnapshotName": "is not a name that Lightsail takes",
        "targetRegion": "Did you mean eu-west-1",
        "tags": "Write a key that doesn't begin with 'aws:' or 'snapcopy:'",
    }.items():
        # in the row, and in the summary
        assert len(re.findall(rf"error: .*property {named} value .*{re.escape(said)}", output)) == 2, output
    assert output.count("error: ") == 8 and "Traceback" not in output, output
    assert emulator.calls() == []


WRONG_TYPES = f"""
CopiedSnapshot("db", source_snapshot_name=["db"], target_snapshot_name=pulumi.Output.from_input(["x"]),
    use_latest_restorable_auto_snapshot=1, track_latest=[], tags=[{{"Key": "a", "Value": "b"}}], triggers="a", **{ROUTE!r})
"""


def test_a_value_of_any_wrong_type_is_named_without_a_traceback(stack: Stack, emulator: Emulator) -> None:
    """A value of a wrong type is named without a traceback, also a list, at which the SDK itself fails."""
    stack.program(WRONG_TYPES)
    output = stack.preview(ok=False).output
    for said in (
        "source_snapshot_name must be a string; it is ['db'].",
        "target_snapshot_name must be a string; it is ['x'].",
        "use_latest_restorable_auto_snapshot must be True or False; it is 1.",
        "track_latest must be True or False; it is [].",
        "tags must be a mapping of strings to strings; it is [{'Key': 'a', 'Value': 'b'}].",
        "triggers must be a list; it is 'a'.",
    ):
        assert said in output, output
    assert output.count("error: ") == 12 and "Traceback" not in output, output
    assert emulator.calls() == []


TIMED = f"""
import datetime
for index, create in enumerate((5400, "1h 30m", "2d", datetime.timedelta(hours=1))):
    CopiedSnapshot(f"db-{{index}}", source_snapshot_name="db-before-upgrade",
        opts=ResourceOptions(custom_timeouts={{"create": create}}), **{ROUTE!r})
"""


def test_timeouts_of_each_form_that_messages_propose_are_taken(stack: Stack) -> None:
    """Timeouts as numbers, with spaces or in days are accepted, although the engine doesn't read them."""
    stack.program(TIMED)
    assert stack.preview().changes == {"create": 5}


def test_a_timeout_that_is_none_is_named_without_a_traceback(stack: Stack, emulator: Emulator) -> None:
    """A wrong timeout is refused with the copy's name and the option, which the engine's refusal wouldn't have."""
    stack.copied(opts="ResourceOptions(custom_timeouts={'create': '5 hours'})")
    output = stack.preview(ok=False).output
    assert (
        "CopiedSnapshot \"db\", custom_timeouts: create: '5 hours' is not a duration. Write one such as"
        in output
    )
    assert "Traceback" not in output and emulator.calls() == []


def test_an_asset_among_triggers_is_refused_at_preview(stack: Stack, emulator: Emulator) -> None:
    """An asset among triggers is refused at preview: no later run could read it from the state."""
    stack.copied(triggers=[])
    stack.program_more('CopiedSnapshot("file", source_snapshot_name="db-before-upgrade", triggers=[')
    stack.program_more(f'pulumi.Output.from_input(pulumi.FileAsset("Pulumi.yaml"))], **{ROUTE!r})\n')
    output = stack.preview(ok=False).output
    assert 'CopiedSnapshot "file", triggers: an asset can\'t be kept in the state' in output, output
    assert "Traceback" not in output and emulator.calls() == []


NAMED = f"""
for name in ("one", "two"):
    CopiedSnapshot(name, source_snapshot_name="db-before-upgrade", target_snapshot_name="db-dr", **{ROUTE!r})
"""


def test_two_declarations_of_one_copy_are_refused(stack: Stack, emulator: Emulator) -> None:
    """The second declaration of one copy is refused at preview, with the first one's name and what to write."""
    stack.program(NAMED)
    output = stack.preview(ok=False).output
    told = "is already asked for by urn:.*CopiedSnapshot::(one|two). Write another target_snapshot_name, or leave it out."
    assert re.search(told, output), output
    assert "property targetSnapshotName value" in output and "Traceback" not in output
    assert emulator.calls() == []


WRONG_SOURCES: dict[str, tuple[dict[str, Any], list[str]]] = {
    "name": ({"source_snapshot_name": "db-befor-upgrade"},
             ['there is no manual snapshot "db-befor-upgrade" in us-east-1',
              "us-east-1 has the manual snapshots db-before-upgrade, data-before-upgrade"]),
    "region": ({"source_snapshot_name": "db-before-upgrade", "source_region": "us-west-2"},
               ["us-west-2 has no manual snapshots"]),
    "resource": ({"source_resource_name": "web-2", **LATEST}, ['there is no instance or disk "web-2" in us-east-1']),
    "date": ({"source_resource_name": "web-1", "restore_date": day(30)},
             [f"automatic snapshots of web-1: {', '.join(day(ago) for ago in range(6, -1, -1))}"]),
    "none": ({"source_resource_name": "db-1", **LATEST}, ["db-1 has no automatic snapshot in us-east-1"]),
}  # fmt: skip


def test_a_wrong_source_is_found_before_anything_is_sent(stack: Stack, service: Service) -> None:
    """The message about a wrong source says what there is instead, the nearest name first, and nothing is sent."""
    copies = {name: {**ROUTE, **arguments} for name, (arguments, _) in WRONG_SOURCES.items()}
    stack.program(f"for name, arguments in {copies!r}.items():\n    CopiedSnapshot(name, **arguments)\n")
    result = stack.up("--continue-on-error", ok=False)
    for name, (_, sentences) in WRONG_SOURCES.items():
        message = told(result, name)
        assert all(each in message for each in sentences) and "nothing was sent" in message, message
    assert "Traceback" not in result.output
    assert service.effects() == []
    assert stack.resources() == {}


@pytest.mark.soak
def test_without_credentials_nothing_is_sent(stack: Stack, emulator: Emulator) -> None:
    """Without keys `up` ends with a sentence and no traceback, and nothing is sent."""
    for key in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del stack.environment[key]
    stack.environment |= {"AWS_SHARED_CREDENTIALS_FILE": "/nowhere", "AWS_CONFIG_FILE": "/nowhere"}
    stack.copied()
    output = stack.up(ok=False).output
    assert "Unable to locate credentials" in output and "Next:  set AWS_PROFILE, or log in" in output
    assert emulator.calls() == []


def test_a_setting_that_cant_be_used_is_named(stack: Stack, emulator: Emulator) -> None:
    """A wrong value in the stack's config is named before anything is sent."""
    stack.copied()
    stack.run("config", "set", "snapcopy:pollSeconds", "often")
    assert "snapcopy:pollSeconds is 'often'; write a number of at least 0.1" in stack.preview(ok=False).output
    assert emulator.calls() == []


def test_a_property_that_a_transform_misspells_is_refused(stack: Stack, emulator: Emulator) -> None:
    """Otherwise the copy would go where the program says, and nobody would know."""
    stack.program(f"""
def move(args):
    return pulumi.ResourceTransformResult({{**args.props, "targetRegoin": "eu-west-2"}}, args.opts)

pulumi.runtime.register_resource_transform(move)
CopiedSnapshot("db", source_snapshot_name="db-before-upgrade", **{ROUTE!r})
""")
    output = stack.preview(ok=False).output
    assert '"targetRegoin" is no argument of CopiedSnapshot. Did you mean targetRegion?' in output, output
    assert "Traceback" not in output and emulator.calls() == []
