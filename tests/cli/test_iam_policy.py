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
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.errors import SourceError
from pulumi_snapcopy.core.keys import owner
from pulumi_snapcopy.core.outcome import Made, VerbFailed
from pulumi_snapcopy.core.run import Call
from pulumi_snapcopy.core.service import Service
from pulumi_snapcopy.core.values import Record, Seen, Spec
from pulumi_snapcopy.core.verbs import Verbs
from pulumi_snapcopy.core.waiting.clock import SystemClock
from pulumi_snapcopy.core.waiting.listing import Listing
from pulumi_snapcopy.emulator import Emulator, Fault, Settings
from pulumi_snapcopy.lightsail.family import CopiedSnapshots
from pulumi_snapcopy.lightsail.permissions import PERMISSIONS, RESTORING_PERMISSIONS, TAKING_PERMISSIONS
from pulumi_snapcopy.lightsail.service import Lightsail

from .conftest import Invoke, Snapcopy

SOURCE, TARGET = "us-east-1", "eu-west-1"


FAMILY = CopiedSnapshots()
URN = "urn:pulumi:dev::shop::pulumi-python:dynamic/lightsail:CopiedSnapshot::web"
IDENTITY = "0123456789abcdef"


class Silent:
    """Takes what happens, and says nothing."""

    def show(self, text: str) -> None:
        """Nothing."""

    def warn(self, text: str) -> None:
        """Nothing."""

    def log(self, text: str) -> None:
        """Nothing."""


CALL = Call(URN, Silent())


def wanted(**given: object) -> dict[str, Any]:
    """The inputs of a copy."""
    return {
        "sourceRegion": SOURCE, "targetRegion": TARGET,
        "snapcopy": {"identity": IDENTITY, "owner": owner(URN, IDENTITY), "key": "01234567"}, **given,
    }  # fmt: skip


def spec(**given: object) -> Spec:
    """The same as a spec."""
    return FAMILY.spec(wanted(**given), Bookkeeping.of(wanted()))


def verbs(service: Service) -> Verbs:
    """A new process's verbs."""
    return Verbs(family=FAMILY, make_service=lambda: service, clock=SystemClock())


def fails(work: Callable[[], Made], why: str) -> None:
    """Run a verb that fails."""
    with pytest.raises(VerbFailed, match=why):
        work()


def live_through(service: Service, emulator: Emulator) -> None:
    """Whatever can happen to a copy: made of each kind of source, retagged, deleted by another run, refused, failed."""
    ours = verbs(service)
    for source in ("db-before-upgrade", "data-full"):
        bare = wanted(sourceSnapshotName=source, targetSnapshotName=f"{source}-copy")
        made = ours.create(CALL, {**bare, "tags": {"team": "shop"}})
        retagged = ours.update(CALL, made.outputs, bare)
        verbs(service).delete(CALL, retagged.id, retagged.outputs)
    for resource in ("web-1", "data-1"):
        ours.create(CALL, wanted(sourceResourceName=resource, useLatestRestorableAutoSnapshot=True))
    for wrong in (
        {"sourceSnapshotName": "no-such", "targetSnapshotName": "never"},
        {"sourceResourceName": "no-such", "useLatestRestorableAutoSnapshot": True},
    ):
        fails(lambda wrong=wrong: ours.create(CALL, wanted(**wrong)), "there is no")  # type: ignore[misc]
    emulator.inject(Fault(kind="fail-copy", operation="CopySnapshot", seconds=0))
    failing = wanted(sourceSnapshotName="data-full", targetSnapshotName="fails")
    fails(lambda: ours.create(CALL, failing), "the copy failed")


def test_what_is_allowed_is_what_is_called_and_where(on_emulator: Emulator) -> None:
    """Each permission's action is called in each of its regions in the life of copies, and nothing else is."""
    on_emulator.settings = Settings(copy_seconds=0)
    live_through(Lightsail(), on_emulator)
    role = {SOURCE: "source", TARGET: "target"}
    called = {(f"lightsail:{call.operation}", role[call.region]) for call in on_emulator.calls()}
    assert called == {(each.action, region) for each in PERMISSIONS for region in each.regions}


def test_what_is_allowed_is_all_that_the_service_can_do(on_emulator: Emulator) -> None:
    """Every method that a service has, tried once, asks for the listed actions and no others."""
    service, kinds = Lightsail(), ("DiskSnapshot", "InstanceSnapshot")
    listing = Listing(service, SOURCE, SystemClock())
    manual = spec(sourceSnapshotName="data-full", targetSnapshotName="copy")
    latest = spec(sourceResourceName="web-1", useLatestRestorableAutoSnapshot=True)
    missing = spec(sourceResourceName="no-such", restoreDate="2026-11-20")
    data = Seen(name="data-full", region=SOURCE, kind="DiskSnapshot")

    def check_source() -> None:
        service.check_source(latest, listing)
        with pytest.raises(SourceError):
            service.check_source(missing, listing)

    def delete() -> None:
        for each in kinds:
            for found in service.all(SOURCE, each):
                service.delete(found)

    tries: dict[str, Callable[[], object]] = {
        "get": lambda: service.get(SOURCE, "no-such"),
        "all": lambda: [service.all(SOURCE, each) for each in kinds],
        "find": lambda: service.find(manual, listing),
        "describes": lambda: service.describes(latest, Record(id="1")),
        "check_source": check_source,
        "create": lambda: service.create(manual),
        "records": lambda: service.records(manual),
        "tag": lambda: service.tag(data, {"team": "shop"}),
        "untag": lambda: service.untag(data, ["team"]),
        "delete": delete,
    }
    assert tries.keys() == {name for name in dir(Service) if not name.startswith("_")}
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

    def tag(self, seen: Seen, tags: Mapping[str, str]) -> None:
        self._judge("lightsail:TagResource", seen.region, seen.name, tags)
        super().tag(seen, tags)

    def untag(self, seen: Seen, keys: Sequence[str]) -> None:
        self._judge("lightsail:UntagResource", seen.region, seen.name)
        super().untag(seen, keys)

    def delete(self, seen: Seen) -> None:
        self._judge(f"lightsail:Delete{seen.kind}", seen.region, seen.name)
        super().delete(seen)


def test_the_conditions_hold_in_the_life_of_copies(on_emulator: Emulator, snapcopy: Snapcopy) -> None:
    """Tagging, retagging and deleting, also of a copy that has failed: each call meets its statement's condition."""
    on_emulator.settings = Settings(copy_seconds=0)
    service = UnderPolicy(on_emulator, json.loads(snapcopy("iam-policy").stdout))
    live_through(service, on_emulator)
    verbs(service).create(CALL, wanted(sourceSnapshotName="data-full", targetSnapshotName="fails"))
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


@pytest.mark.parametrize("options", [["--taking"], ["--restoring"], ["--taking", "--restoring"]])
def test_taking_and_restoring_add_what_they_need(snapcopy: Snapcopy, options: list[str]) -> None:
    """Statements of their own, each action under a condition once; --without-delete leaves out those on snapshots alone."""
    wanted = {
        (each.action, each.owner_in)
        for option, permissions in (("--taking", TAKING_PERMISSIONS), ("--restoring", RESTORING_PERMISSIONS))
        for each in permissions
        if option in options
    }
    copies, policy = (json.loads(snapcopy("iam-policy", *each).stdout) for each in ([], options))
    assert policy["Statement"][:3] == copies["Statement"]
    allowed = [
        (action, next(iter(each.get("Condition", {}).get("StringLike", {None: ""}))))
        for each in policy["Statement"]
        for action in each["Action"]
    ]
    assert len(allowed) == len(set(allowed))
    assert set(allowed) == wanted | {(each.action, each.owner_in) for each in PERMISSIONS}
    without = json.loads(snapcopy("iam-policy", *options, "--without-delete").stdout)
    kept = {action for each in without["Statement"] for action in each["Action"]}
    assert {action for action, _ in allowed} - kept == DELETING


def test_outscales_policies_are_documents_of_their_own(snapcopy: Snapcopy) -> None:
    """Of OAPI's actions and FCU's, without conditions, which EIM doesn't have; AWS takes another document."""
    policy = json.loads(snapcopy("iam-policy", "--services", "outscale,fcu", "--without-delete").stdout)
    oapi, fcu = policy["Statement"]
    assert set(policy) == {"Statement"} and set(oapi) == set(fcu) == {"Effect", "Action", "Resource"}
    assert "api:CreateSnapshot" in oapi["Action"] and "api:ReadVolumes" not in oapi["Action"]
    assert fcu["Action"] == ["ec2:CopySnapshot", "ec2:CreateTags", "ec2:DeleteTags", "ec2:DescribeSnapshots"]
    taking = json.loads(snapcopy("iam-policy", "--services", "outscale", "--taking").stdout)
    assert {"api:ReadVolumes", "api:DeleteSnapshot"} <= set(taking["Statement"][0]["Action"])


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--services", "s3"], "Write lightsail, ec2, outscale, fcu."),
        (["--services", "ec2,outscale"], "--services ec2, then --services outscale"),
        (
            ["--services", "ec2", "--taking"],
            "--taking is about lightsail and outscale; ec2 has no such resource",
        ),
        (["--services", "outscale", "--restoring"], "--restoring is about lightsail"),
        (["--drill", "--without-delete"], "--drill and --without-delete exclude each other"),
        (["--drill", "--taking"], "--drill and --taking exclude each other"),
        (["--drill", "--services", "ec2"], "leave --services out"),
    ],
)
def test_what_goes_together_is_said(invoke: Invoke, options: list[str], said: str) -> None:
    """A sentence and exit code 2."""
    ended = invoke("iam-policy", *options)
    assert ended.exit_code == 2 and said in " ".join(ended.output.split()), ended.output


DELETING = {"lightsail:DeleteDiskSnapshot", "lightsail:DeleteInstanceSnapshot"}


def test_conditions_are_where_the_service_supports_them() -> None:
    """botocore's model says which actions know the tags of a request or a resource; those and no others have one."""
    model = boto3.session.Session()._session.get_service_model("lightsail")
    for permission in (*PERMISSIONS, *TAKING_PERMISSIONS, *RESTORING_PERMISSIONS):
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
