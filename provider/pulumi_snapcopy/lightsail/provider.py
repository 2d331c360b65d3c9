"""The provider behind ``lightsail.CopiedSnapshot``.

Every stack's state refers to ``pulumi_snapcopy.lightsail.provider.copied_snapshot``: neither this module nor the
function may ever be moved or renamed, or what is in the state could no longer be read or deleted.
"""

from __future__ import annotations

from ..core.model import Service
from ..host.provider import Backend, CopyProvider
from .rules import COPIED_SNAPSHOT_RULES

# boto3 is imported where it is used: a program that only describes copies shall not pay for it.


def copied_snapshot() -> CopyProvider:
    """Make the provider."""
    return CopyProvider(
        Backend(
            factory=copied_snapshot,
            service=_service,
            rulebook=COPIED_SNAPSHOT_RULES,
            default_region=_default_region,
            account=_account,
        )
    )


def _service(connections: int) -> Service:
    from ..services.lightsail import Lightsail

    return Lightsail(connections=connections)


def _default_region() -> str | None:
    from ..services.aws_login import default_region

    return default_region()


def _account(region: str) -> str:
    from ..services.aws_login import account

    return account(region)
