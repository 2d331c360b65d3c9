"""Lightsail, EC2 and OUTSCALE on this machine: as much of them as copying snapshots needs, for trying out and for tests.

Needs the extra: ``pip install 'pulumi-snapcopy[emulator]'``; for OUTSCALE ``pulumi-snapcopy[emulator,outscale]``.
Four ways to use it:

- ``snapcopy emulator --services lightsail,ec2,outscale`` in a terminal, and its exports in another;
- `Emulator` in a test, which gives clients, faults and the record of calls;
- the pytest fixture ``emulator``, see `pulumi_snapcopy.emulator.pytest_plugin`;
- moto's ``mock_aws``: importing `Backstage` makes moto know Lightsail, and seeds it.

The services are ``lightsail``; ``ec2``, which is moto's with snapshots of our own; ``outscale``, OUTSCALE's OAPI;
and ``fcu``, its EC2-compatible API, under the path ``/fcu``. OAPI and FCU show the same snapshots.

>>> from pulumi_snapcopy.emulator import Emulator, Fault, Settings
>>> with Emulator(settings=Settings(copy_seconds=0)) as emulator:
...     emulator.seed({"us-east-1": {"instances": [{"name": "web-1", "automaticSnapshots": 7}]}})
...     fault = emulator.inject(Fault(kind="error", operation="CopySnapshot", code="ThrottlingException"))
...     copied = emulator.client("eu-west-1").copy_snapshot(
...         sourceRegion="us-east-1", sourceResourceName="web-1", useLatestRestorableAutoSnapshot=True,
...         targetSnapshotName="web-1-dr")
...     [call.outcome for call in emulator.calls("CopySnapshot")]
['ThrottlingException', 'ok']

What differs from the service: durations are the settings'; nothing is billed, throttled or limited unless
asked for; operations of Lightsail and OUTSCALE that aren't
emulated are refused by name, and those of EC2 are moto's.

Control over HTTP, all JSON, for tests in other processes (a wrong request gets HTTP 400, ``{"error": …}``):

``GET /_snapcopy/health``
    ``{"status": "ok", "version": …, "pid": …}``
``GET /_snapcopy/settings``, ``PATCH``
    The members of `Settings`; PATCH changes those given.
``POST /_snapcopy/faults``, ``GET``
    Injects a fault, given the members of `Fault`; answers them with its ``id`` and ``hits``. GET lists all.
``GET /_snapcopy/faults/ID?wait=SECONDS&hits=N``
    One fault; with ``wait`` it answers when the fault has been hit (N times), or HTTP 408.
``POST /_snapcopy/faults/ID/release``, ``DELETE /_snapcopy/faults/ID``
    Ends the fault; calls that it holds go on.
``GET /_snapcopy/calls?operation=NAME&service=NAME``, ``DELETE``
    ``{"calls": […]}``, each with the members of `Call`; DELETE forgets them.
``POST /_snapcopy/seed``
    Takes a seed, see `pulumi_snapcopy.emulator.seeding`.
``POST /_snapcopy/finish-copies``
    All pending copies are done now.
``POST /_snapcopy/reset``
    Everything is as at the start.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

from .settings import Settings

if TYPE_CHECKING:
    from .backstage import Backstage
    from .calls import Call
    from .clouds import BlockBackstage
    from .faults import Fault, Injected
    from .seeding import SeedError
    from .server import Emulator
    from .statefile import StateFileError

__all__ = [
    "Backstage",
    "BlockBackstage",
    "Call",
    "Emulator",
    "Fault",
    "Injected",
    "SeedError",
    "Settings",
    "StateFileError",
]

# Loaded when they are used: the command line imports this package, and moto may not be installed.
_ROOMS = {
    "Backstage": "backstage",
    "BlockBackstage": "clouds",
    "Call": "calls",
    "Emulator": "server",
    "Fault": "faults",
    "Injected": "faults",
    "SeedError": "seeding",
    "StateFileError": "statefile",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)


if sys.modules.get("moto"):  # who has it already may count on it; loading it only for that takes a second
    import_module(f"{__name__}.lightsail")
