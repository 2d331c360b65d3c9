"""The target that is the real service: it costs money and hours, and is asked for by name.

``SNAPCOPY_LIVE=1`` and ``SNAPCOPY_LIVE_ACCOUNT`` with the number of the account that the credentials must belong to;
``SNAPCOPY_LIVE_SOURCE``, ``region:name`` of a small manual snapshot; ``SNAPCOPY_LIVE_REGION``, where copies are made.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from types import TracebackType

from pulumi_snapcopy.aws.login import Login
from pulumi_snapcopy.core.family import Family
from pulumi_snapcopy.core.values import Seen as Shown
from pulumi_snapcopy.lightsail.family import CopiedSnapshots
from pulumi_snapcopy.lightsail.service import Lightsail

from .process import Hosts, Started
from .program import of_lightsail
from .target import CALLS, Disturbance, Power, Seen, Sources
from .wire import EngineServer, Host

LIVE_PROJECT = "snapcopy-live"
"""Copies of this project are made on the real service by tests, and are the only ones that a sweep deletes."""


class Refused(Exception):
    """The real service isn't touched; the message says why."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Permit:
    """Leave to use one real account.

    Args:
        account: its number.
        source_region: where the source is.
        source: the manual snapshot to copy.
        region: where copies are made.
    """

    account: str
    source_region: str
    source: str
    region: str

    @classmethod
    def of_the_environment(cls, environment: Mapping[str, str] = os.environ) -> Permit:
        """Read the environment, and hold the account that it names against the one of the credentials.

        Raises:
            Refused: something is missing, or the credentials belong to another account.
            ServiceError: STS can't be asked.
        """
        if environment.get("SNAPCOPY_LIVE") != "1":
            raise Refused("the real service is used only with SNAPCOPY_LIVE=1: copies cost money.")
        wanted = environment.get("SNAPCOPY_LIVE_ACCOUNT", "")
        if not wanted:
            raise Refused("SNAPCOPY_LIVE_ACCOUNT is missing; write the number of the account to be used.")
        region, _, source = environment.get("SNAPCOPY_LIVE_SOURCE", "").partition(":")
        if not source:
            raise Refused(
                "SNAPCOPY_LIVE_SOURCE is missing; write region:name of a small manual snapshot to copy."
            )
        target = environment.get("SNAPCOPY_LIVE_REGION", "eu-west-1")
        found = Login().account(region, service="lightsail")
        if found != wanted:
            raise Refused(
                f"the credentials belong to account {found}, and SNAPCOPY_LIVE_ACCOUNT is {wanted}; nothing was done."
            )
        return cls(account=found, source_region=region, source=source, region=target)


class Real:
    """The real service as a target: runs, stops and edits, no accidents but those that happen.

    Args:
        permit: which account, and what may be copied.
    """

    project = LIVE_PROJECT
    powers: frozenset[Power] = frozenset({"names"})
    family: Family = CopiedSnapshots()
    asks = staticmethod(of_lightsail)
    calls = CALLS

    def __init__(self, permit: Permit) -> None:
        self.regions: tuple[str, ...] = (permit.region,)
        self.sources = Sources(region=permit.source_region, snapshots=(permit.source,))
        # The credentials may come to belong to another account while a test runs: the provider's own guard is on, too.
        self._environment = {**os.environ, "SNAPCOPY_ALLOWED_ACCOUNT_IDS": permit.account}
        self._service = Lightsail()
        self._stack = ExitStack()
        self._started: Started | None = None
        self._host: Host | None = None
        self._seen: set[str] = set()
        self._before: set[str] = set()

    def __enter__(self) -> Real:
        engine = self._stack.enter_context(EngineServer())
        self._hosts = self._stack.enter_context(Hosts(self._environment, engine.address, quicker=1.0))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
        self._stack.close()

    def reset(self) -> None:
        """See `Target`; what is there stays, and counts as somebody else's."""
        self._before = {each.arn for each in self.snapshots()}
        self._seen = set()

    def start(self, disturbance: Disturbance | None) -> Host:
        """See `Target`."""
        assert disturbance is None, "the real service isn't disturbed on purpose"
        self._started = self._hosts.start()
        self._host = Host(self._started.port)
        return self._host

    def stop(self) -> bool:
        """See `Target`."""
        if self._host is not None and self._started is not None:
            self._started.kill()
            self._host.close()
        self._host = self._started = None
        return False

    def snapshots(self) -> list[Seen]:
        """See `Target`."""
        listed = [each for kind in Lightsail.kinds for each in self._service.all(self.regions[0], kind)]
        return [_seen(each) for each in listed]

    def copies_started(self) -> int:
        """See `Target`; as far as they were seen."""
        self._seen |= {each.arn for each in self.snapshots()} - self._before
        return len(self._seen)

    def dates(self, resource: str) -> list[str]:
        """See `Target`; only a manual snapshot is copied here."""
        return []

    def next_day(self) -> None:
        """See `Target`."""
        raise Refused("days pass by themselves on the real service")

    def remove(self, seen: Seen) -> None:
        """See `Target`."""
        raise Refused("nothing is deleted on the real service but by its own stack")

    def plant(self, region: str, name: str, tags: Mapping[str, str]) -> None:
        """See `Target`."""
        raise Refused("nothing is planted on the real service")

    def untag(self, seen: Seen, key: str) -> None:
        """See `Target`."""
        raise Refused("no tag is removed on the real service but by its own stack")


def _seen(snapshot: Shown) -> Seen:
    return Seen(
        name=snapshot.name,
        region=snapshot.region,
        arn=snapshot.ref or "",
        kind=snapshot.kind,
        state=snapshot.state,
        tags=dict(snapshot.tags),
    )
