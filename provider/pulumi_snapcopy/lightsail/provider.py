"""The providers behind Lightsail's resources.

Every stack's state refers to ``pulumi_snapcopy.lightsail.provider.copied_snapshot`` and its like: neither this module
nor the functions may ever be moved or renamed, or what is in the state could no longer be read or deleted.
"""

from __future__ import annotations

from ..core.service import Service
from ..core.waiting.clock import Clock
from ..host.dynamic import Backend, DynamicProvider
from ..host.settings import Settings
from .family import CopiedSnapshots
from .restoring_family import RestoredDisks, RestoredInstances
from .taking_family import DiskSnapshots, InstanceSnapshots

# boto3 is imported where it is used: a program that only describes copies shall not pay for it.


def copied_snapshot() -> DynamicProvider:
    """Make the provider."""
    return DynamicProvider(
        Backend(
            factory=copied_snapshot,
            family=CopiedSnapshots(),
            service=_service,
            default_region=_default_region,
            account=_account,
        )
    )


def instance_snapshot() -> DynamicProvider:
    """Make the provider."""
    return DynamicProvider(
        Backend(
            factory=instance_snapshot,
            family=InstanceSnapshots(),
            service=lambda settings, clock: _taking("InstanceSnapshot", settings, clock),
            default_region=_default_region,
            account=_account,
        )
    )


def disk_snapshot() -> DynamicProvider:
    """Make the provider."""
    return DynamicProvider(
        Backend(
            factory=disk_snapshot,
            family=DiskSnapshots(),
            service=lambda settings, clock: _taking("DiskSnapshot", settings, clock),
            default_region=_default_region,
            account=_account,
        )
    )


def restored_instance() -> DynamicProvider:
    """Make the provider."""
    return DynamicProvider(
        Backend(
            factory=restored_instance,
            family=RestoredInstances(),
            service=lambda settings, clock: _restoring("Instance", settings, clock),
            default_region=_default_region,
            account=_account,
        )
    )


def restored_disk() -> DynamicProvider:
    """Make the provider."""
    return DynamicProvider(
        Backend(
            factory=restored_disk,
            family=RestoredDisks(),
            service=lambda settings, clock: _restoring("Disk", settings, clock),
            default_region=_default_region,
            account=_account,
        )
    )


def _service(settings: Settings, clock: Clock) -> Service:
    from ..aws.login import Login
    from .service import Lightsail

    login = Login(profile=settings.aws_profile, region=settings.aws_region)
    return Lightsail(connections=settings.max_workers, clock=clock, login=login)


def _taking(kind: str, settings: Settings, clock: Clock) -> Service:
    from ..aws.login import Login
    from .taking_service import TakingLightsail

    login = Login(profile=settings.aws_profile, region=settings.aws_region)
    return TakingLightsail(kind, connections=settings.max_workers, clock=clock, login=login)


def _restoring(kind: str, settings: Settings, clock: Clock) -> Service:
    from ..aws.login import Login
    from .restoring_service import RestoringLightsail

    login = Login(profile=settings.aws_profile, region=settings.aws_region)
    return RestoringLightsail(kind, connections=settings.max_workers, clock=clock, login=login)


def _default_region(settings: Settings) -> str | None:
    from ..aws.login import Login

    return Login(profile=settings.aws_profile, region=settings.aws_region).default_region()


def _account(settings: Settings, region: str) -> str:
    from ..aws.login import Login

    return Login(profile=settings.aws_profile, region=settings.aws_region).account(
        region, service="lightsail"
    )
