"""``snapcopy iam-policy``: what copies need, and no more."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from pulumi_snapcopy.core.errors import CopyError
from pulumi_snapcopy.core.lifecycle import Lifecycle
from pulumi_snapcopy.core.model import CopyRequest, Service
from pulumi_snapcopy.core.watching.clock import SystemClock
from pulumi_snapcopy.emulator import Emulator, Fault, Settings
from pulumi_snapcopy.services.aws import without_secrets
from pulumi_snapcopy.services.lightsail import Lightsail
from pulumi_snapcopy.services.lightsail_permissions import PERMISSIONS

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


def test_the_policy_is_one_that_iam_takes(snapcopy: Snapcopy) -> None:
    """JSON of IAM's version, which allows each action once."""
    done = snapcopy("iam-policy")
    assert (done.returncode, done.stderr) == (0, "")
    policy = json.loads(done.stdout)
    assert policy["Version"] == "2012-10-17"
    (statement,) = policy["Statement"]
    assert statement["Effect"] == "Allow"
    assert statement["Resource"] == "*"
    assert statement["Action"] == sorted({each.action for each in PERMISSIONS})


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
