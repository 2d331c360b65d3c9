"""``snapcopy iam-policy``: what copies need, and no more."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import boto3
import pytest
from pulumi_snapcopy.aws.calls import without_secrets
from pulumi_snapcopy.core.errors import CopyError
from pulumi_snapcopy.core.lifecycle import Lifecycle
from pulumi_snapcopy.core.model import CopyRequest, Service, Snapshot
from pulumi_snapcopy.core.watching.clock import SystemClock
from pulumi_snapcopy.emulator import Emulator, Fault, Settings
from pulumi_snapcopy.lightsail.permissions import PERMISSIONS
from pulumi_snapcopy.lightsail.service import Lightsail

from .conftest import Snapcopy

SOURCE, TARGET = "us-east-1", "eu-west-1"


class Silent:
    """Takes what happens, and says nothing."""

    def progress(self, text: str) -> None:
        """Nothing."""

    def warning(self, text: str) -> None:
        """Nothing."""


def wanted(**given: object) -> CopyRequest:
    """A request for a copy, of the web instance's latest automatic snapshot unless said otherwise."""
    request: dict[str, object] = {
        "resource": "web", "owner": "shop/dev/web", "source_region": SOURCE, "target_region": TARGET,
    }  # fmt: skip
    return CopyRequest(**{**request, **given})  # type: ignore[arg-type]


def live_through(another: Callable[[], Lifecycle], emulator: Emulator) -> None:
    """Whatever can happen to a copy: made of each kind of source, retagged, deleted by another run, refused, failed."""
    lifecycle = another()
    for source in ("db-before-upgrade", "data-full"):
        request = wanted(
            source_snapshot_name=source, target_snapshot_name=f"{source}-copy", tags={"team": "shop"}
        )
        lifecycle.ensure(request, Silent())
        lifecycle.ensure(wanted(source_snapshot_name=source, target_snapshot_name=f"{source}-copy"), Silent(),
                         dropped_tags=["team"])  # fmt: skip
        another().delete(request, Silent())
    for resource in ("web-1", "data-1"):
        lifecycle.ensure(wanted(source_resource_name=resource), Silent())
    for wrong in ({"source_snapshot_name": "no-such"}, {"source_resource_name": "no-such"}):
        with pytest.raises(CopyError, match="there is no"):
            lifecycle.ensure(wanted(target_snapshot_name="never", **wrong), Silent())
    emulator.inject(Fault(kind="fail-copy", operation="CopySnapshot", seconds=0))
    with pytest.raises(CopyError, match="the copy failed"):
        lifecycle.ensure(wanted(source_snapshot_name="data-full", target_snapshot_name="fails"), Silent())


def test_what_is_allowed_is_what_is_called_and_where(on_emulator: Emulator) -> None:
    """Each permission's action is called in each of its regions in the life of copies, and nothing else is."""
    on_emulator.settings = Settings(copy_seconds=0)
    service, clock = Lightsail(), SystemClock()
    live_through(lambda: Lifecycle(service=service, clock=clock), on_emulator)
    role = {SOURCE: "source", TARGET: "target"}
    called = {(f"lightsail:{call.operation}", role[call.region]) for call in on_emulator.calls()}
    assert called == {(each.action, region) for each in PERMISSIONS for region in each.regions}


def test_what_is_allowed_is_all_that_the_service_can_do(on_emulator: Emulator) -> None:
    """Every method that a service has, tried once, asks for the listed actions and no others."""
    service = Lightsail()
    tries: dict[str, Callable[[], object]] = {
        "snapshot": lambda: service.snapshot(SOURCE, "no-such"),
        "snapshots": lambda: [
            service.snapshots(SOURCE, each) for each in ("DiskSnapshot", "InstanceSnapshot")
        ],
        "automatic_snapshots": lambda: service.automatic_snapshots(SOURCE, "web-1"),
        "resource_names": lambda: service.resource_names(SOURCE),
        "operations": lambda: service.operations(SOURCE, "web-1"),
        "copy": lambda: service.copy(wanted(source_snapshot_name="data-full", target_snapshot_name="copy")),
        "tag": lambda: service.tag(SOURCE, "data-full", {"team": "shop"}),
        "untag": lambda: service.untag(SOURCE, "data-full", ["team"]),
        "delete": lambda: [
            service.delete(snapshot)
            for each in ("DiskSnapshot", "InstanceSnapshot")
            for snapshot in service.snapshots(SOURCE, each)
        ],
    }
    assert tries.keys() == {name for name in vars(Service) if not name.startswith("_")}
    for attempt in tries.values():
        attempt()
    called = {f"lightsail:{call.operation}" for call in on_emulator.calls()}
    assert called == {each.action for each in PERMISSIONS}


def allowed(policy: dict[str, Any], action: str, **context: Mapping[str, str]) -> bool:
    """Whether IAM would allow an action, given ``RequestTag`` and ``ResourceTag``; StringLike "*" is all it knows."""
    for statement in policy["Statement"]:
        if action not in statement["Action"]:
            continue
        keys = statement.get("Condition", {"StringLike": {}})["StringLike"]
        assert set(keys.values()) <= {"*"}
        if all(name in context[of] for of, _, name in (key[4:].partition("/") for key in keys)):
            return True
    return False


class UnderPolicy(Lightsail):
    """The service, with each change first judged as IAM would judge it; what is refused is counted."""

    def __init__(self, emulator: Emulator, policy: dict[str, Any]) -> None:
        super().__init__()
        self._emulator, self._policy = emulator, policy
        self.judged: Counter[str] = Counter()
        self.refused: list[str] = []

    def _judge(self, action: str, region: str, name: str, tags: Mapping[str, str] | None = None) -> None:
        client = self._emulator.client(region)
        there = [
            *client.get_instance_snapshots()["instanceSnapshots"],
            *client.get_disk_snapshots()["diskSnapshots"],
        ]
        (found,) = (each for each in there if each["name"] == name)
        held = {tag["key"]: tag["value"] for tag in found.get("tags", [])}
        self.judged[action] += 1
        if not allowed(self._policy, action, RequestTag=tags or {}, ResourceTag=held):
            self.refused.append(f"{action} on {name} with {held}")

    def tag(self, region: str, name: str, tags: Mapping[str, str]) -> None:
        self._judge("lightsail:TagResource", region, name, tags)
        super().tag(region, name, tags)

    def untag(self, region: str, name: str, keys: Sequence[str]) -> None:
        self._judge("lightsail:UntagResource", region, name)
        super().untag(region, name, keys)

    def delete(self, snapshot: Snapshot) -> None:
        self._judge(f"lightsail:Delete{snapshot.resource_type}", snapshot.region, snapshot.name)
        super().delete(snapshot)


def test_the_conditions_hold_in_the_life_of_copies(on_emulator: Emulator, snapcopy: Snapcopy) -> None:
    """Tagging, retagging and deleting, also of a copy that has failed: each call meets its statement's condition."""
    on_emulator.settings = Settings(copy_seconds=0)
    service, clock = UnderPolicy(on_emulator, json.loads(snapcopy("iam-policy").stdout)), SystemClock()
    live_through(lambda: Lifecycle(service=service, clock=clock), on_emulator)
    request = wanted(source_snapshot_name="data-full", target_snapshot_name="fails")
    Lifecycle(service=service, clock=clock).ensure(request, Silent())
    assert service.refused == []
    assert service.judged.keys() == {each.action for each in PERMISSIONS if each.owner_in}


@pytest.mark.parametrize("kind", ["DiskSnapshot", "InstanceSnapshot"])
def test_what_has_no_owner_tag_cannot_be_deleted(snapcopy: Snapcopy, kind: str) -> None:
    """The policy refuses to delete a snapshot that isn't tagged as a copy, and to tag one without saying whose it is."""
    policy = json.loads(snapcopy("iam-policy").stdout)
    for action in (f"lightsail:Delete{kind}", "lightsail:UntagResource"):
        assert not allowed(policy, action, ResourceTag={"team": "shop"}, RequestTag={})
        assert allowed(policy, action, ResourceTag={"snapcopy:owner": "shop/dev/web"}, RequestTag={})
    assert not allowed(policy, "lightsail:TagResource", ResourceTag={}, RequestTag={"team": "shop"})


@pytest.mark.parametrize("options", [[], ["--without-delete"]])
def test_the_policy_is_valid_and_minimal(snapcopy: Snapcopy, options: list[str]) -> None:
    """JSON of IAM's version, which allows each needed action once; --without-delete leaves out those that delete."""
    done = snapcopy("iam-policy", *options)
    assert (done.returncode, done.stderr) == (0, "")
    policy = json.loads(done.stdout)
    assert policy["Version"] == "2012-10-17"
    statements = policy["Statement"]
    assert [each["Sid"] for each in statements] == ["CopySnapshots", "TagCopies", "ChangeCopies"]
    assert {(each["Effect"], each["Resource"]) for each in statements} == {("Allow", "*")}
    actions = [action for each in statements for action in each["Action"]]
    needed = {each.action for each in PERMISSIONS}
    assert sorted(actions) == sorted(needed - DELETING if options else needed)


DELETING = {"lightsail:DeleteDiskSnapshot", "lightsail:DeleteInstanceSnapshot"}


def test_conditions_are_where_the_service_supports_them() -> None:
    """botocore's model says which actions know the tags of a request or a resource; those and no others have one."""
    model = boto3.session.Session()._session.get_service_model("lightsail")  # type: ignore[attr-defined]
    for permission in PERMISSIONS:
        text = re.sub("<[^>]+>", "", model.operation_model(permission.action.partition(":")[2]).documentation)
        if permission.owner_in is None:
            assert "tag-based access control" not in text, permission.action
        else:
            of = "request tags" if "RequestTag" in permission.owner_in else "resource tags"
            assert of in text.rpartition("tag-based access control via")[2], permission.action


def test_each_permission_says_what_breaks_without_it() -> None:
    """A clause that fits behind "Without it,"."""
    for permission in PERMISSIONS:
        assert permission.without
        assert not permission.without.endswith(".")


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("nothing to hide at http://host:80/path", "nothing to hide at http://host:80/path"),
        ("at http://me:pass@host:80", "at http://***@host:80"),
        ("the key AKIAIOSFODNN7EXAMPLE isn't known", "the key *** isn't known"),
        ("Invalid header value b'token\\n'", "Invalid header value (the credentials hold a line break)"),
    ],
)
def test_secrets_are_taken_out_of_messages(text: str, left: str) -> None:
    """What a library quotes isn't printed; all else is left as it is."""
    assert without_secrets(text) == left
