"""The dynamic providers of ``outscale.CopiedSnapshot`` and ``outscale.Snapshot``.

Every stack's state refers to ``pulumi_snapcopy.outscale.provider.copied_snapshot`` and ``….snapshot``: neither this
module nor the functions may ever be moved or renamed, or resources in the state could no longer be read or deleted.
"""

from __future__ import annotations

import math
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from ..core.errors import ConfigError, Refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..core.family import Family
    from ..core.ledger import Ledger
    from ..core.service import Service
    from ..core.waiting.clock import Clock
    from ..host.dynamic import DynamicProvider
    from ..host.settings import Settings
    from .sdk import Connection

SETTING = "requestsPerSecond"
"""How many calls a second all resources of a process make."""

# A program only refers to the providers: what they need, osc-sdk-python above all, is imported in functions.


def copied_snapshot() -> DynamicProvider:
    """Return the dynamic provider of copies."""
    from .family import CopiedSnapshots

    return _provider(copied_snapshot, CopiedSnapshots())


def snapshot() -> DynamicProvider:
    """Return the dynamic provider of snapshots."""
    from .family import Snapshots

    return _provider(snapshot, Snapshots())


def _provider(factory: Callable[[], DynamicProvider], family: Family) -> DynamicProvider:
    from ..host.backend import Backend
    from ..host.dynamic import DynamicProvider

    return DynamicProvider(
        Backend(
            factory=factory, family=family, by_settings=partial(_family, family), service=_service,
            default_region=_default_region, account=_account, ledger=_ledger, settings=(SETTING,),
        )
    )  # fmt: skip


@cache
def _ledger() -> Ledger:
    """Return the ledger that both resource types share in this process: either may adopt any snapshot."""
    from ..core.ledger import Ledger

    return Ledger()


def _family(family: Family, settings: Settings) -> Family:
    _rate(settings)  # raises at preview for a setting that can't be used
    return family


def _service(settings: Settings, clock: Clock) -> Service:
    from .service import Outscale

    return Outscale(partial(_connect, settings), clock=clock)


def _default_region(settings: Settings) -> str:
    return str(_sdk().region())


def _account(settings: Settings, region: str) -> str:
    from ..core.waiting.clock import SystemClock
    from .service import Outscale

    return Outscale(partial(_connect, settings), clock=SystemClock()).account()


def _connect(settings: Settings) -> Connection:
    return _connection(settings.max_workers, _rate(settings))


def _rate(settings: Settings) -> float | None:
    name, value = settings.own(SETTING)
    rate = _number(value) if value is not None else None
    if value is not None and rate is None:
        raise ConfigError(f"{name} is {value!r}; write a number of calls a second, above 0.")
    return rate


@cache
def _connection(workers: int, rate: float | None) -> Connection:
    """Return the connection that all resources of this process share."""
    sdk = _sdk()
    made: Connection = sdk.Connection(workers=workers, rate=rate or sdk.CALLS_A_SECOND)
    return made


def _number(value: object) -> float | None:
    try:
        number = float(str(value))
    except ValueError:
        return None
    return number if 0 < number < math.inf else None


def _sdk() -> Any:
    try:
        from . import sdk
    except ModuleNotFoundError as missing:
        raise Refused(
            f"OUTSCALE needs {missing.name}, which isn't installed: run `pip install 'pulumi-snapcopy[outscale]'`"
        ) from None
    return sdk
