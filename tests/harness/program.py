"""Programs of copies, as random edits make them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pulumi_snapcopy.core.keys import owner
from pulumi_snapcopy.host.reference import reference
from pulumi_snapcopy.lightsail.provider import copied_snapshot

from .engine import Goal
from .target import Properties

PROJECT, STACK = "shop", "dev"
_PROVIDER = reference(copied_snapshot)

Follow = Literal["date", "latest", "track"]


def of_lightsail(declared: Declaration) -> Properties:
    """What a declaration asks for of Lightsail, by the API's names."""
    return {
        "sourceRegion": declared.source_region,
        "targetRegion": declared.target_region,
        "sourceSnapshotName": None if declared.automatic else declared.source,
        "sourceResourceName": declared.source if declared.automatic else None,
        "restoreDate": declared.date if declared.automatic == "date" else None,
        "useLatestRestorableAutoSnapshot": declared.automatic in ("latest", "track") or None,
        "trackLatest": declared.automatic == "track" or declared.tracked or None,
        "targetSnapshotName": declared.explicit,
        "adopt": declared.adopt or None,
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """One ``CopiedSnapshot`` of a program; what is in its URN of the service is looked at by nobody."""

    name: str
    source: str
    source_region: str
    target_region: str
    automatic: Follow | None = None
    """Which automatic snapshot of ``source``; None: ``source`` is a manual one."""
    date: str | None = None
    tracked: bool = False
    """Whether a manual source is copied again when it was taken again."""
    explicit: str | None = None
    """Its ``target_snapshot_name``, if it has one."""
    tags: Mapping[str, str] = field(default_factory=dict)
    triggers: tuple[str, ...] = ()
    project: str = PROJECT
    identity: str = "0" * 15 + "1"
    """Its stack's, 16 hex digits; see `identity`."""
    alias: str | None = None
    """The name that it had before it was renamed."""
    adopt: bool = False
    retain: bool = False
    """Whether it is declared with ``retain_on_delete``."""
    timeouts: Mapping[str, str] = field(default_factory=dict)
    """Its ``custom_timeouts``."""
    asks: Callable[[Declaration], Properties] = of_lightsail
    """What it asks for of its service."""

    @property
    def owner(self) -> str:
        """The value of the tag that says whose the copy is."""
        return owner(urn(self.name), self.identity)

    def goal(self) -> Goal:
        """The resource as the program registers it."""
        inputs: dict[str, Any] = {
            "__provider": _PROVIDER,
            "snapcopy": {
                "identity": self.identity,
                **({"retain": True} if self.retain else {}),
                **({"timeouts": dict(self.timeouts)} if self.timeouts else {}),
            },
            **self.asks(self),
            "tags": dict(self.tags) or None,
            "triggers": list(self.triggers) or None,
        }
        given: Properties = {key: value for key, value in inputs.items() if value is not None}
        alias = urn(self.alias) if self.alias else None
        return Goal(urn=urn(self.name), inputs=given, alias=alias, retain=self.retain)


def identity(number: int) -> str:
    """The identity of the machine's n-th stack; its own is the first.

    >>> identity(1)
    '0000000000000001'
    """
    return f"{number:016x}"


def urn(name: str) -> str:
    """The URN of a declaration."""
    return f"urn:pulumi:{STACK}::{PROJECT}::pulumi-python:dynamic/lightsail:CopiedSnapshot::{name}"
