"""A declaration, the service it is about, what else is there, and runs of it that may be interrupted."""

from __future__ import annotations

import copy
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from pulumi_snapcopy.core import state
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.converge import converge
from pulumi_snapcopy.core.errors import CopyError
from pulumi_snapcopy.core.keys import owner
from pulumi_snapcopy.core.outcome import Made, VerbFailed
from pulumi_snapcopy.core.run import Call, Run
from pulumi_snapcopy.core.settle import settle
from pulumi_snapcopy.core.state import Given
from pulumi_snapcopy.core.values import OWNER_TAG, Known, Seen, Spec
from pulumi_snapcopy.core.verbs import Verbs
from pulumi_snapcopy.core.waiting.region import Region
from pulumi_snapcopy.lightsail.family import CopiedSnapshots

from tests.harness import Kill
from tests.harness.fake_service import FakeService, Held
from tests.harness.program import identity, urn
from tests.harness.scripted import Fault, Killed

HERE, THERE = "us-east-1", "eu-west-1"
FAMILY = CopiedSnapshots()
URN, IDENTITY = urn("web"), identity(1)
OWNER = owner(URN, IDENTITY)
NAMESAKE = owner(URN, identity(2))
"""The same resource of another stack of the same name."""
TIMEOUT = 3600.0
HONEST = (Fault.TRANSIENT, Fault.LOST, Fault.UNSENT, Fault.TOO_MANY)
"""Faults that pass, and that say nothing untrue."""
NOTHING = Known()


class Progress:
    """Keeps what it is told."""

    def __init__(self) -> None:
        self.warnings: list[str] = []
        self.logged: list[str] = []

    def show(self, text: str) -> None:
        assert text

    def warn(self, text: str) -> None:
        self.warnings.append(text)

    def log(self, text: str) -> None:
        self.logged.append(text)


def wanted(**changes: Any) -> Spec:
    """A settled request for a copy of the automatic snapshot of web-1, of Friday unless said otherwise."""
    inputs: dict[str, Any] = {
        "sourceResourceName": "web-1",
        "sourceRegion": HERE,
        "targetRegion": THERE,
        "restoreDate": "2026-11-20",
        "tags": {"team": "shop"},
        "snapcopy": {"identity": IDENTITY, "timeouts": {"create": TIMEOUT}},
        **changes,
    }
    settled = settle(FAMILY, URN, {}, inputs, ask=lambda *_: None)
    return FAMILY.spec(settled, Bookkeeping.of(settled))


def manual(**changes: Any) -> Spec:
    """A settled request for a copy of the manual snapshot db-1."""
    return wanted(
        **{"sourceSnapshotName": "db-1", "sourceResourceName": None, "restoreDate": None, **changes}
    )


def date_of(spec: Spec) -> str | None:
    """The date of the automatic snapshot that is asked for."""
    date: str | None = spec.arguments.get("restoreDate") or spec.arguments.get("restoredDate")
    return date


@dataclass
class World:
    """A service with sources, and with snapshots that are none of our business."""

    service: FakeService = field(default_factory=FakeService)
    foreign: list[Held] = field(default_factory=list)
    before: list[Held] = field(default_factory=list)
    progress: Progress = field(default_factory=Progress)

    def __post_init__(self) -> None:
        service = self.service
        service.resources[HERE, "web-1"] = "InstanceSnapshot"
        service.resources[HERE, "data-1"] = "DiskSnapshot"
        self.stranger("db-1", HERE, kind="DiskSnapshot")
        self.stranger("db-2", HERE, kind="DiskSnapshot")
        self.stranger("by-hand", THERE)
        self.stranger("web-1-2026-11-19-0123abcd", THERE)
        self.stranger("web-1-2026-11-18-01234567", THERE, tags={OWNER_TAG: NAMESAKE})
        self.stranger(
            "of-another", THERE, kind="DiskSnapshot", tags={OWNER_TAG: owner(urn("web2"), IDENTITY)}
        )

    def stranger(self, name: str, region: str, **how: Any) -> Held:
        """Put somebody else's snapshot there."""
        held = self.service.plant(name, region, **how)
        self.foreign.append(held)
        self.before.append(copy.deepcopy(held))
        return held

    def run(self, spec: Spec, known: Known = NOTHING) -> Run:
        """A verb at work in a new process."""
        service = self.service
        source, target = (
            Region.of(service, name, service.clock) for name in (spec.source_region, spec.region)
        )
        return Run(
            family=FAMILY, spec=spec, known=known, service=service, clock=service.clock, source_region=source, target_region=target,
            progress=self.progress, timeout=spec.longest_run,
        )  # fmt: skip

    def create(self, spec: Spec, known: Known = NOTHING, *, dropped: Iterable[str] = ()) -> Known | CopyError:
        """See to the copy until it stands."""
        run = self.run(spec, known)
        run.note(dropped=frozenset(dropped))
        try:
            return converge(run)
        except CopyError as error:
            return error

    def read(self, spec: Spec, known: Known) -> Made | None:
        """Read what the state has."""
        return self._verbs().read(self._call(), *_state(spec, known))

    def delete(self, spec: Spec, known: Known, *, timeout: str = "1h") -> VerbFailed | None:
        """Delete what the state has."""
        try:
            self._verbs().delete(self._call(), *_state(spec, known, timeout))
        except VerbFailed as error:
            return error
        return None

    def killed(self, spec: Spec, kill: Kill, known: Known = NOTHING, *, verb: str = "create") -> bool:
        """Run a verb in a process that is killed; False if it came to its end before."""
        self.service.kill = kill
        try:
            getattr(self, verb)(spec, known)
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

    def assert_one_copy(self, spec: Spec) -> None:
        """There is exactly the copy that was asked for, tagged as asked."""
        found = self.ours()
        assert [each.name for each in found] == [spec.name]
        assert found[0].tags == spec.all_tags
        assert found[0].origin == (spec.source_region, spec.source.partition(":")[2], date_of(spec))
        self.assert_foreign_untouched()

    def _verbs(self) -> Verbs:
        return Verbs(family=FAMILY, make_service=lambda: self.service, clock=self.service.clock)

    def _call(self) -> Call:
        return Call(URN, self.progress)


def held(spec: Spec, known: Known | None) -> Known:
    """What the next run knows from the state of what this one has made, or was making."""
    assert known is not None
    return replace(known, owner=spec.owner, in_state=True, adopted=False, by_record=False)


def never_seen(spec: Spec) -> Known:
    """What the state has of one whose answer was lost."""
    return Known(seen=Seen(name=spec.name, region=spec.region, kind=""), owner=spec.owner, in_state=True)


def _state(spec: Spec, known: Known, timeout: str = "1h") -> tuple[str, dict[str, Any]]:
    """The id and the outputs in the state."""
    assert known.seen is not None
    bookkeeping = Bookkeeping(
        identity=IDENTITY,
        owner=spec.owner,
        key=spec.key,
        timeouts={"create": "1h", "delete": timeout},
        retain=spec.retain,
    )
    given = Given(inputs=spec.arguments, bookkeeping=bookkeeping)
    return known.seen.id, state.outputs(FAMILY, given, spec, known)
