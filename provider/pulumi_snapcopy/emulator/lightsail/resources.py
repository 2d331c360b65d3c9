"""What the service keeps: resources and operations, in the API's own words, and what time makes of them.

Nothing runs while a copy is pending: its state is worked out from timestamps whenever somebody looks.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import Any

from ..shared import next_number

INSTANCE, DISK, DATABASE = "Instance", "Disk", "RelationalDatabase"
INSTANCE_SNAPSHOT, DISK_SNAPSHOT = "InstanceSnapshot", "DiskSnapshot"
SNAPSHOTS = (INSTANCE_SNAPSHOT, DISK_SNAPSHOT)
COMPLETE = {INSTANCE_SNAPSHOT: "available", DISK_SNAPSHOT: "completed"}
MEMBER_OF = {
    INSTANCE: "instance",
    DISK: "disk",
    DATABASE: "relationalDatabase",
    INSTANCE_SNAPSHOT: "instanceSnapshot",
    DISK_SNAPSHOT: "diskSnapshot",
}
_PENDING: dict[str, dict[str, Any]] = {
    INSTANCE: {"state": {"code": 0, "name": "pending"}},
    DISK: {"state": "pending"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Resource:
    """An instance, a disk, a database, or a snapshot of one.

    Attributes:
        members: What the API answers, but for what depends on the time.
        number: Its place in lists, which are in the order that things were made.
        final: The state a snapshot ends in; None for everything else.
        done_at: When a snapshot gets there (seconds since 1970); None: never.
        visible_at: When it can be found and listed.
        gone_at: When it is no longer shown, once it was deleted.
        former_tags: The tags it is shown with until `tags_at`.
        tags_at: When its tags are shown as they are.
        copied: Whether CopySnapshot made it.
        ready_at: When an instance runs, or a disk is available; ``pending`` until then.
        automatic: The automatic snapshots of an instance or disk, oldest first.
    """

    members: dict[str, Any]
    number: int = field(default_factory=next_number)
    final: str | None = None
    done_at: float | None = 0.0
    visible_at: float = 0.0
    gone_at: float | None = None
    former_tags: list[dict[str, str]] = field(default_factory=list)
    tags_at: float = 0.0
    copied: bool = False
    ready_at: float = 0.0
    automatic: list[dict[str, Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """The name, unique in its region."""
        return str(self.members["name"])

    @property
    def kind(self) -> str:
        """The resource type, such as ``InstanceSnapshot``."""
        return str(self.members["resourceType"])

    def state(self, at: float) -> str | None:
        """A snapshot's state at this time."""
        if self.final is None:
            return None
        return self.final if self.done_at is not None and self.done_at <= at else "pending"

    def is_complete(self, at: float) -> bool:
        """Whether a snapshot can be copied and restored from."""
        return self.state(at) == COMPLETE[self.kind]

    def describe(self, at: float) -> dict[str, Any]:
        """What the API answers at this time."""
        if self.final is None:
            return {**self.members, **(_PENDING.get(self.kind, {}) if self.ready_at > at else {})}
        described = {**self.members, "state": self.state(at)}
        if at < self.tags_at:
            described["tags"] = self.former_tags
        if self.kind == DISK_SNAPSHOT:
            described["progress"] = self._progress(at)
        return described

    def _progress(self, at: float) -> str:
        if self.state(at) != "pending":
            return "100%" if self.is_complete(at) else "0%"
        begun = self.members["createdAt"]
        whole = (self.done_at or float("inf")) - begun
        return f"{min(99, max(0, int(100 * (at - begun) / whole)))}%"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation the service has begun.

    Attributes:
        members: What the API answers, but for status, isTerminal, statusChangedAt and the error.
        number: Its place in lists.
        ends_at: When it ends (seconds since 1970).
        error: Its errorCode and errorDetails, if it fails then.
    """

    members: dict[str, Any]
    ends_at: float
    number: int = field(default_factory=next_number)
    error: tuple[str, str] | None = None

    def describe(self, at: float) -> dict[str, Any]:
        """What the API answers at this time."""
        if self.ends_at > at:
            return {**self.members, **self.begun()}
        ended = {"isTerminal": True, "statusChangedAt": self.ends_at}
        if self.error is None:
            return {**self.members, **ended, "status": "Succeeded"}
        code, details = self.error
        return {**self.members, **ended, "status": "Failed", "errorCode": code, "errorDetails": details}

    def begun(self) -> dict[str, Any]:
        """The members that say it has only started."""
        return {"isTerminal": False, "status": "Started", "statusChangedAt": self.members["createdAt"]}


def to_json(item: Resource | Operation) -> dict[str, Any]:
    """The item as the state file keeps it."""
    return asdict(item)


def resource_from_json(data: dict[str, Any]) -> Resource:
    """A resource out of a state file."""
    return Resource(**data)


def operation_from_json(data: dict[str, Any]) -> Operation:
    """An operation out of a state file."""
    error = data["error"]
    return Operation(**{**data, "error": tuple(error) if error else None})
