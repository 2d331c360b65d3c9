"""One declaration's life: the provider's verbs on the SDK's real Gateway and the emulator, whose time passes at once."""

from __future__ import annotations

import json
import threading
import time
from typing import Any

from pulumi_snapcopy.core.family import Family
from pulumi_snapcopy.core.verbs import Verbs
from pulumi_snapcopy.emulator import Emulator, Fault
from pulumi_snapcopy.emulator.blocks import Snapshot
from pulumi_snapcopy.outscale.family import CopiedSnapshots, Snapshots
from pulumi_snapcopy.outscale.sdk import Connection
from pulumi_snapcopy.outscale.service import Outscale

from tests.harness.engine import Engine, Goal
from tests.harness.model import InProcess
from tests.harness.scripted import Killed
from tests.harness.target import HostDied

REGION = "eu-west-2"
SOURCE, OTHER, VOLUME = "snap-12345678", "snap-87654321", "vol-12345678"
SEED = {
    "outscale": {
        REGION: {
            "volumes": [{"id": VOLUME, "size": 10}],
            "snapshots": [
                {"id": SOURCE, "size": 10, "description": "nightly"},
                {"id": OTHER, "size": 20, "description": "weekly"},
            ],
        }
    }
}
SECRET = "MARKEDSECRET"
URL = f"https://oos.eu-west-2.outscale.com/bucket/disk.qcow2?AWSAccessKeyId={SECRET}id&Signature={SECRET}&Expires=1"

COPY: dict[str, Any] = {"sourceSnapshotId": SOURCE, "sourceRegionName": REGION, "tags": {"team": "shop"}}
IMPORT: dict[str, Any] = {"fileLocation": URL, "snapshotSize": 10 * 2**30}


class FastClock:
    """Time that passes at once, for the provider and for the emulator."""

    def __init__(self, emulator: Emulator) -> None:
        self.emulator, self.ahead = emulator, 0.0

    def now(self) -> float:
        """See `Clock`."""
        return time.time() + self.ahead

    def sleep(self, seconds: float) -> None:
        """See `Clock`."""
        self.ahead += max(seconds, 0.0)
        self.emulator.advance(max(seconds, 0.0))

    def wait(self, condition: threading.Condition, seconds: float) -> None:
        """See `Clock`."""
        self.sleep(seconds)


class Wire:
    """The SDK's connection, on which the process can be killed at a call."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.kill: tuple[str, str] | None = None

    @property
    def region(self) -> str:
        """See `Sdk`."""
        return self.connection.region

    def call(self, action: str, **parameters: Any) -> dict[str, Any]:
        """See `Sdk`."""
        if self.kill == ("before", action):
            raise Killed
        answer = self.connection.call(action, **parameters)
        if self.kill == ("after", action):
            raise Killed
        return answer


class _Provider(InProcess):
    """The verbs of a new process."""

    def __init__(self, family: Family, wire: Wire, clock: FastClock) -> None:
        self.warnings = []
        self._verbs = Verbs(
            family=family,
            make_service=lambda: Outscale(lambda: wire, clock=clock),
            clock=clock,
            default_region=lambda: wire.region,
        )


class Life:
    """One stack of one declaration.

    Args:
        emulator: the service.
        connection: the SDK.
        inputs: the declaration's.
        copies: whether it is a ``CopiedSnapshot``.
    """

    def __init__(
        self, emulator: Emulator, connection: Connection, inputs: dict[str, Any], *, copies: bool = True
    ) -> None:
        self.emulator, self.inputs, self.copies = emulator, inputs, copies
        self.clock, self.wire, self.engine = FastClock(emulator), Wire(connection), Engine()
        self.identity = "0" * 15 + "1"
        self.before = set(self.there())

    @property
    def goal(self) -> Goal:
        """What the program registers."""
        kind = "CopiedSnapshot" if self.copies else "Snapshot"
        bag = {"identity": self.identity}
        urn = f"urn:pulumi:dev::shop::pulumi-python:dynamic/outscale:{kind}::vol"
        return Goal(urn=urn, inputs={"__provider": "p", "snapcopy": bag, **self.inputs})

    def run(self, command: str = "up", *, kill: tuple[str, str] | None = None) -> list[str]:
        """Run the engine in a new process; a run that is killed says so."""
        self.wire.kill = kill
        provider = _Provider(CopiedSnapshots() if self.copies else Snapshots(), self.wire, self.clock)
        try:
            if command == "up":
                return self.engine.up(provider, {"vol": self.goal})
            errors: list[str] = getattr(self.engine, command)(provider)
            return errors
        except HostDied:
            return ["killed"]
        finally:
            self.wire.kill = None

    def up(self) -> None:
        """Run the engine, which must end well."""
        errors = self.run()
        assert errors == [], errors

    def there(self) -> dict[str, Snapshot]:
        """All snapshots of the account, by id."""
        return {each.id: each for each in self.emulator.outscale.snapshots(REGION)}

    def made(self) -> list[Snapshot]:
        """Those that weren't there at the start."""
        return [each for each in self.there().values() if each.id not in self.before]

    def only(self) -> Snapshot:
        """The one that was made."""
        (one,) = self.made()
        return one

    @property
    def outputs(self) -> dict[str, Any]:
        """The resource's, in the state."""
        (one,) = (each for each in self.engine.state if not each.delete)
        return one.outputs

    def sent(self, action: str = "CreateSnapshot") -> int:
        """How many such calls came."""
        return len(self.emulator.calls(action, service="outscale"))

    def inject(self, kind: Any, operation: str = "CreateSnapshot", **how: Any) -> None:
        """Put a fault to work."""
        self.emulator.inject(Fault(kind=kind, operation=operation, service="outscale", **how))

    def text(self) -> str:
        """Everything in the state, as JSON, without what the engine encrypts."""
        entries = [(each.id, each.inputs, each.outputs, each.init_errors) for each in self.engine.state]
        return json.dumps(entries).replace(json.dumps(URL), '"[secret]"')
