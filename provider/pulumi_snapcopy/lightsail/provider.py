"""The provider behind ``lightsail.CopiedSnapshot``.

Every stack's state refers to ``pulumi_snapcopy.lightsail.provider.copied_snapshot``: neither this module nor the
function may ever be moved or renamed, or what is in the state could no longer be read or deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..core.service import Service
    from ..core.waiting.clock import Clock
    from ..host.dynamic import DynamicProvider
    from ..host.settings import Settings

# A program only refers to the provider: what that is made of is imported where it is used, boto3 above all.


def copied_snapshot() -> DynamicProvider:
    """Make the provider."""
    from ..host.dynamic import Backend, DynamicProvider
    from .family import CopiedSnapshots

    return DynamicProvider(
        Backend(
            factory=copied_snapshot,
            family=CopiedSnapshots(),
            service=_service,
            default_region=_default_region,
            account=_account,
        )
    )


def _service(settings: Settings, clock: Clock) -> Service:
    from ..aws.login import Login
    from .service import Lightsail

    login = Login(profile=settings.aws_profile, region=settings.aws_region)
    return Lightsail(connections=settings.max_workers, clock=clock, login=login)


def _default_region(settings: Settings) -> str | None:
    from ..aws.login import Login

    return Login(profile=settings.aws_profile, region=settings.aws_region).default_region()


def _account(settings: Settings, region: str) -> str:
    from ..aws.login import Login

    return Login(profile=settings.aws_profile, region=settings.aws_region).account(
        region, service="lightsail"
    )
