"""An API whose answers are functions, for what the emulator doesn't answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.values import Phase, Spec
from pulumi_snapcopy.core.waiting.clock import Clock
from pulumi_snapcopy.outscale.family import CopiedSnapshots
from pulumi_snapcopy.outscale.service import Outscale

from .life import COPY, REGION

KEY = "0123456789abcdef" * 2
OWNER = "shop/dev/vol@" + "1" * 16
OLD = datetime.now(timezone.utc) - timedelta(days=2)


class Scripted:
    """Calls that are answered by functions, and written down."""

    region = REGION

    def __init__(self, **answers: Callable[..., Any]) -> None:
        self.answers: dict[str, Callable[..., Any]] = {
            "ReadAccounts": lambda: [{"AccountId": "1"}],
            **answers,
        }
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def call(self, action: str, *, clock: Clock, **parameters: Any) -> dict[str, Any]:
        """See `Sdk`."""
        self.calls.append((action, parameters))
        member = {"CreateSnapshot": "Snapshot"}.get(action, action.removeprefix("Read"))
        return {member: self.answers[action](**parameters)}

    def tokens(self) -> list[str]:
        """The numbers of the tokens that were sent."""
        sent = [given["ClientToken"] for action, given in self.calls if action == "CreateSnapshot"]
        return [token.removeprefix(f"{KEY}-") for token in sent]

    def filters(self) -> list[dict[str, Any]]:
        """What was asked of ReadSnapshots."""
        return [given["Filters"] for action, given in self.calls if action == "ReadSnapshots"]


def raw(
    id_: str, state: str, *, at: datetime | None = None, token: str | None = f"{KEY}-0", **members: Any
) -> dict[str, Any]:
    """A snapshot as the API shows it, made just now."""
    made = at or datetime.now(timezone.utc)
    shown = {"SnapshotId": id_, "State": state, "CreationDate": made.isoformat(), "VolumeSize": 1, **members}
    return shown if token is None else {**shown, "ClientToken": token}


def spec() -> Spec:
    """A copy that is asked for."""
    return CopiedSnapshots().spec({**COPY, "regionName": REGION}, Bookkeeping(key=KEY, owner=OWNER))


def started(sdk: Scripted) -> tuple[str, Phase]:
    """What create answers."""
    seen = Outscale(lambda: sdk).create(spec()).seen
    return seen.name, seen.phase
