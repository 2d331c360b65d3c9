"""A declaration, the service it is about, what else is there, and runs of it that may be cut off."""

from __future__ import annotations

import copy
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_snapcopy.core.errors import CopyError
from pulumi_snapcopy.core.inputs import derived_name, request
from pulumi_snapcopy.core.lifecycle import Lifecycle
from pulumi_snapcopy.core.model import OWNER_TAG, SOURCE_TAG, Copy, CopyRequest

from tests.harness import Kill
from tests.harness.fake_service import FakeService, Held
from tests.harness.scripted import Fault, Killed

HERE, THERE = "us-east-1", "eu-west-1"
OWNER = "shop/dev/web"
TIMEOUT = 3600.0
HONEST = (Fault.TRANSIENT, Fault.LOST, Fault.UNSENT, Fault.TOO_MANY)
"""Faults that pass, and that say nothing untrue."""


class Teller:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.warnings: list[str] = []

    def progress(self, text: str) -> None:
        assert text

    def warning(self, text: str) -> None:
        self.warnings.append(text)


def wanted(**changes: Any) -> CopyRequest:
    """A settled request for a copy of the automatic snapshot of web-1, of Friday unless said otherwise."""
    inputs: dict[str, Any] = {
        "sourceResourceName": "web-1",
        "sourceRegion": HERE,
        "targetRegion": THERE,
        "restoreDate": "2026-11-20",
        "owner": OWNER,
        "tags": {"team": "shop"},
        "customTimeouts": {"create": "1h"},
        **changes,
    }
    given = {key: value for key, value in inputs.items() if value is not None}
    return request({"targetSnapshotName": derived_name(given), **given})


def manual(**changes: Any) -> CopyRequest:
    """A settled request for a copy of the manual snapshot db-1."""
    return wanted(
        **{"sourceSnapshotName": "db-1", "sourceResourceName": None, "restoreDate": None, **changes}
    )


@dataclass
class World:
    """A service with sources, and with snapshots that are none of our business."""

    service: FakeService = field(default_factory=FakeService)
    foreign: list[Held] = field(default_factory=list)
    before: list[Held] = field(default_factory=list)
    teller: Teller = field(default_factory=Teller)

    def __post_init__(self) -> None:
        service = self.service
        service.resources[HERE, "web-1"] = "InstanceSnapshot"
        service.resources[HERE, "data-1"] = "DiskSnapshot"
        self.stranger("db-1", HERE, kind="DiskSnapshot")
        self.stranger("db-2", HERE, kind="DiskSnapshot")
        self.stranger("by-hand", THERE)
        self.stranger("web-1-2026-11-19-0123abcd", THERE)
        self.stranger("web-1-2026-11-18-01234567", THERE, tags={OWNER_TAG: "shop/prod/web"})
        self.stranger("of-another", THERE, kind="DiskSnapshot", tags={OWNER_TAG: "shop/dev/web2"})

    def stranger(self, name: str, region: str, **how: Any) -> Held:
        """Put somebody else's snapshot there."""
        held = self.service.plant(name, region, **how)
        self.foreign.append(held)
        self.before.append(copy.deepcopy(held))
        return held

    def lifecycle(self) -> Lifecycle:
        """A new process."""
        return Lifecycle(service=self.service, clock=self.service.clock)

    def create(self, request: CopyRequest) -> Copy | CopyError:
        """Run create to its end."""
        try:
            return self.lifecycle().ensure(request, self.teller)
        except CopyError as error:
            return error

    def delete(self, request: CopyRequest) -> CopyError | None:
        """Run delete to its end."""
        try:
            self.lifecycle().delete(request, self.teller)
        except CopyError as error:
            return error
        return None

    def killed(self, request: CopyRequest, kill: Kill, *, verb: str = "create") -> bool:
        """Run a verb in a process that is killed; False if it came to its end before."""
        self.service.kill = kill
        try:
            getattr(self, verb)(request)
        except Killed:
            return True
        finally:
            self.service.kill = None
        return False

    def pass_time(self, seconds: float) -> None:
        """Nobody runs."""
        self.service.clock.time += seconds

    def ours(self) -> list[Held]:
        """The copies that live and that aren't somebody else's."""
        return [each for each in self.service.living(THERE) if not any(each is held for held in self.foreign)]

    def assert_foreign_untouched(self) -> None:
        """What was there before is there, as it was."""
        assert self.foreign == self.before

    def assert_one_copy(self, request: CopyRequest, *, source_tagged: bool = True) -> None:
        """There is exactly the copy that was asked for, tagged as asked."""
        found = self.ours()
        assert [each.name for each in found] == [request.name]
        tags = {**found[0].tags} if source_tagged else {**found[0].tags, SOURCE_TAG: request.origin}
        assert tags == request.all_tags
        assert found[0].origin == (request.source_region, request.source, request.restore_date)
        self.assert_foreign_untouched()


def known(request: CopyRequest, copied: Copy) -> CopyRequest:
    """The request as the state tells of it, once the copy stands."""
    return replace(request, known_arn=copied.snapshot.arn, former_owner=request.owner)
