"""Emulate Lightsail, EC2 and OUTSCALE on this machine, as much as copying snapshots needs, for trials and tests.

Needs the extra: ``pip install 'pulumi-snapcopy[emulator]'``; for OUTSCALE ``pulumi-snapcopy[emulator,outscale]``.
Four ways to use it:

- ``snapcopy emulator --services lightsail,ec2,outscale`` in a terminal, and its exports in another;
- `Emulator` in a test, which provides clients, faults and the record of calls;
- the pytest fixture ``emulator``, see `pulumi_snapcopy.emulator.pytest_plugin`;
- moto's ``mock_aws``: importing `Backstage` registers Lightsail with moto, and `Backstage` seeds it.

The services are ``lightsail``; ``ec2``, which is moto's EC2 with our own snapshots; ``outscale``, OUTSCALE's OAPI;
and ``fcu``, OUTSCALE's EC2-compatible API, under the path ``/fcu``. OAPI and FCU show the same snapshots.

>>> from pulumi_snapcopy.emulator import Emulator, Fault, Settings
>>> with Emulator(settings=Settings(copy_seconds=0)) as emulator:
...     emulator.seed({"us-east-1": {"instances": [{"name": "web-1", "automaticSnapshots": 7}]}})
...     fault = emulator.inject(Fault(kind="error", operation="CopySnapshot", code="ThrottlingException"))
...     copied = emulator.client("eu-west-1").copy_snapshot(
...         sourceRegion="us-east-1", sourceResourceName="web-1", useLatestRestorableAutoSnapshot=True,
...         targetSnapshotName="web-1-dr")
...     [call.outcome for call in emulator.calls("CopySnapshot")]
['ThrottlingException', 'ok']

Differences from the real services: durations come from the settings; nothing is billed, throttled or limited unless
asked for. Operations of Lightsail and OUTSCALE that aren't emulated are refused by name; those of EC2 are moto's.

Control over HTTP, all JSON, for tests in other processes (a wrong request gets HTTP 400, ``{"error": …}``):

``GET /_snapcopy/health``
    ``{"status": "ok", "version": …, "pid": …}``
``GET /_snapcopy/settings``, ``PATCH``
    The members of `Settings`; PATCH changes those given.
``POST /_snapcopy/faults``, ``GET``
    Inject a fault, given the members of `Fault`; returns these members with ``id`` and ``hits``. GET lists all faults.
``GET /_snapcopy/faults/ID?wait=SECONDS&hits=N``
    Return one fault; with ``wait``, respond once the fault has been hit (N times), or with HTTP 408.
``POST /_snapcopy/faults/ID/release``, ``DELETE /_snapcopy/faults/ID``
    End the fault; the calls that it holds continue.
``GET /_snapcopy/calls?operation=NAME&service=NAME``, ``DELETE``
    Return ``{"calls": […]}``, each with the members of `Call`; DELETE clears the record.
``POST /_snapcopy/seed``
    Put a seed into the services, see `pulumi_snapcopy.emulator.seeding`.
``POST /_snapcopy/finish-copies``
    Complete all pending copies now.
``POST /_snapcopy/reset``
    Restore the first settings, and remove all faults, calls and resources.
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

# Imported on first use: the command line imports this package, and moto may not be installed.
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


if sys.modules.get("moto"):  # importing moto only to register Lightsail would take a second
    import_module(f"{__name__}.lightsail")
