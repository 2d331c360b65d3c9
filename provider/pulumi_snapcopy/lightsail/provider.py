"""The dynamic providers of Lightsail's resources.

Every stack's state refers to ``pulumi_snapcopy.lightsail.provider.copied_snapshot`` and similar: neither this module
nor the functions may ever be moved or renamed, or resources in the state could no longer be read or deleted.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_lightsail.client import LightsailClient

    from ..aws.clients import Clients
    from ..aws.login import Login
    from ..core.family import Family
    from ..core.ledger import Ledger
    from ..core.service import Service
    from ..core.waiting.clock import Clock
    from ..host.dynamic import DynamicProvider
    from ..host.settings import Settings

# A program only refers to the providers: what they need, boto3 above all, is imported in functions.


def copied_snapshot() -> DynamicProvider:
    """Return the dynamic provider of copies."""
    from .family import CopiedSnapshots

    return _provider(copied_snapshot, CopiedSnapshots(), _copying, _ledger_of_snapshots)


def instance_snapshot() -> DynamicProvider:
    """Return the dynamic provider of snapshots taken of instances."""
    from .taking_family import InstanceSnapshots

    return _provider(
        instance_snapshot, InstanceSnapshots(), partial(_taking, "InstanceSnapshot"), _ledger_of_snapshots
    )


def disk_snapshot() -> DynamicProvider:
    """Return the dynamic provider of snapshots taken of disks."""
    from .taking_family import DiskSnapshots

    return _provider(disk_snapshot, DiskSnapshots(), partial(_taking, "DiskSnapshot"), _ledger_of_snapshots)


def restored_instance() -> DynamicProvider:
    """Return the dynamic provider of restored instances."""
    from .restoring_family import RestoredInstances

    return _provider(restored_instance, RestoredInstances(), partial(_restoring, "Instance"))


def restored_disk() -> DynamicProvider:
    """Return the dynamic provider of restored disks."""
    from .restoring_family import RestoredDisks

    return _provider(restored_disk, RestoredDisks(), partial(_restoring, "Disk"))


def _provider(
    factory: Callable[[], DynamicProvider],
    family: Family,
    service: Callable[[Settings, Clock], Service],
    ledger: Callable[[], Ledger] | None = None,
) -> DynamicProvider:
    from ..host.backend import Backend
    from ..host.dynamic import DynamicProvider

    return DynamicProvider(
        Backend(
            factory=factory, family=family, service=service, ledger=ledger,
            default_region=lambda settings: _login(settings).default_region(),
            account=lambda settings, region: _login(settings).account(region, service="lightsail"),
        )
    )  # fmt: skip


def _copying(settings: Settings, clock: Clock) -> Service:
    from .service import Lightsail

    return Lightsail(_clients(_login(settings), settings.max_workers), clock=clock)


def _taking(kind: str, settings: Settings, clock: Clock) -> Service:
    from .taking_service import TakingLightsail

    return TakingLightsail(kind, _clients(_login(settings), settings.max_workers), clock=clock)


def _restoring(kind: str, settings: Settings, clock: Clock) -> Service:
    from .restoring_service import RestoringLightsail

    return RestoringLightsail(kind, _clients(_login(settings), settings.max_workers), clock=clock)


@cache
def _ledger_of_snapshots() -> Ledger:
    """Return the ledger that the types of snapshots share in this process: each may adopt another's by its name."""
    from ..core.ledger import Ledger

    return Ledger()


@cache
def _clients(login: Login, connections: int) -> Clients[LightsailClient]:
    """Return the clients that all types of resources in this process share, so that credentials are resolved once."""
    from .adapter import connect

    return connect(login, connections=connections)


def _login(settings: Settings) -> Login:
    from ..aws.login import Login

    return Login(profile=settings.aws_profile, region=settings.aws_region)
