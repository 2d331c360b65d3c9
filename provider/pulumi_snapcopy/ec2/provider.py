"""The dynamic provider of ``ec2.CopiedSnapshot``.

Every stack's state refers to ``pulumi_snapcopy.ec2.provider.copied_snapshot``: neither this module nor the function
may ever be moved or renamed, or resources in the state could no longer be read or deleted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..core.errors import ConfigError, Refused
from .cloud import FCU, NO_ACCOUNT, SETTING, cloud_of, configured_endpoint, require_endpoint

if TYPE_CHECKING:
    from ..aws.login import Login
    from ..core.service import Service
    from ..core.waiting.clock import Clock
    from ..host.dynamic import DynamicProvider
    from ..host.settings import Settings
    from .family import CopiedSnapshots

# A program only refers to the provider: what the provider needs, boto3 above all, is imported in functions.


def copied_snapshot() -> DynamicProvider:
    """Return the dynamic provider of copies."""
    from ..host.backend import Backend
    from ..host.dynamic import DynamicProvider
    from .family import CopiedSnapshots

    return DynamicProvider(
        Backend(
            factory=copied_snapshot,
            family=CopiedSnapshots(),
            by_settings=_family,
            service=_service,
            default_region=lambda settings: _login(settings).default_region(),
            account=_account,
            settings=(SETTING,),
        )
    )


def _is_fcu(settings: Settings) -> bool:
    name, value = settings.own(SETTING)
    return cloud_of(name, value, lambda: configured_endpoint(settings.aws_profile)) == FCU


def _family(settings: Settings) -> CopiedSnapshots:
    from .family import CopiedSnapshots, FcuCopiedSnapshots

    if not _is_fcu(settings):
        return CopiedSnapshots()
    require_endpoint(settings.own(SETTING)[0], configured_endpoint(settings.aws_profile))
    return FcuCopiedSnapshots()


def _service(settings: Settings, clock: Clock) -> Service:
    from .service import Ec2

    try:
        fcu = _is_fcu(settings)
    except ConfigError:
        fcu = False  # the verbs report the error, and send nothing
    return Ec2(connections=settings.max_workers, clock=clock, login=_login(settings), fcu=fcu)


def _account(settings: Settings, region: str) -> str:
    if _is_fcu(settings):
        # STS belongs to AWS, and OUTSCALE's keys must not be sent there.
        raise Refused(NO_ACCOUNT)
    return _login(settings).account(region, service="ec2")


def _login(settings: Settings) -> Login:
    from ..aws.login import Login

    return Login(profile=settings.aws_profile, region=settings.aws_region)
