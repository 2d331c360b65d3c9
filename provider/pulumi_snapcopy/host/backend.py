"""What a service's package provides to the host, and the verbs that are made from it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from pulumi.dynamic import ResourceProvider

from ..core.account import AccountGuard
from ..core.family import Family
from ..core.ledger import Ledger
from ..core.service import Service
from ..core.verbs import Verbs
from ..core.waiting.clock import Clock
from .identity import is_first_run
from .settings import Settings

_IMPORTS = threading.RLock()
"""Held while a service is made, which imports its SDK: modules that import each other in a circle, as botocore's do, must
not be imported by two threads at the same time."""

_VERBS: list[Verbs] = []
"""The verbs of all resource types in this process; their resources may depend on each other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Backend:
    """What a service's package provides for one resource type.

    Args:
        factory: the function that the state refers to as the provider; it must never move.
        family: the resource type.
        service: makes the service from the settings and the clock.
        default_region: the region that the service's own tooling would use.
        account: returns the account that the credentials belong to, asked in a region.
        by_settings: makes the family, if the settings decide which it is; default: ``family``.
        ledger: returns a ledger that several types share, whose resources may have the same objects.
        settings: the settings that only this service has.
    """

    factory: Callable[[], ResourceProvider]
    family: Family
    service: Callable[[Settings, Clock], Service]
    default_region: Callable[[Settings], str | None]
    account: Callable[[Settings, str], str]
    by_settings: Callable[[Settings], Family] | None = None
    ledger: Callable[[], Ledger] | None = None
    settings: tuple[str, ...] = ()

    def family_by(self, settings: Settings) -> Family:
        """Return the resource type that the settings ask for.

        Raises:
            ConfigError: if they can't be used.
        """
        with _IMPORTS:
            return self.by_settings(settings) if self.by_settings else self.family

    def verbs(
        self, family: Family, settings: Settings, clock: Clock, *, is_wanted: Callable[[], bool]
    ) -> Verbs:
        """Return the verbs of a resource type in this process.

        Args:
            family: the resource type.
            settings: the stack's.
            clock: the time.
            is_wanted: whether the engine still waits for a verb.
        """

        def service() -> Service:
            with _IMPORTS:
                return self.service(settings, clock)

        def default_region() -> str | None:
            with _IMPORTS:
                return self.default_region(settings)

        def account(region: str) -> str:
            service()  # imports the SDK, which no two threads may do at once
            return self.account(settings, region)

        guard = None
        if allowed := settings.allowed_account_ids:
            guard = AccountGuard(allowed=allowed, ask=account, clock=clock)
        return Verbs(
            family=family,
            make_service=service,
            clock=clock,
            default_region=default_region,
            longest_pause=settings.poll_seconds,
            is_wanted=is_wanted,
            guard=guard,
            is_first_run=is_first_run,
            ledger=self.ledger() if self.ledger else _ledger_of(self.factory),
            peers=_VERBS,
        )


@cache
def _ledger_of(factory: Callable[[], ResourceProvider]) -> Ledger:
    """Return the one ledger of a resource type in this process.

    The host makes a provider for each way in which a state has serialized it, and versions of Python differ in that: an
    object may be created by one provider and deleted by another.
    """
    return Ledger()
