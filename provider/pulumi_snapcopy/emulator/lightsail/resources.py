"""Resources and operations of Lightsail in the API's own words, and their states over time.

Nothing runs while a copy is pending: its state is computed from timestamps when it is read.
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
        members: The members of the API's answer that don't depend on the time.
        number: The position in lists, which are in the order of creation.
        final: The state that a snapshot ends in; None for other resources.
        done_at: When a snapshot reaches its final state (seconds since 1970); None: never.
        visible_at: When the resource can be read and listed.
        gone_at: When a deleted resource is no longer shown; None while it isn't deleted.
        former_tags: The tags that are shown until `tags_at`.
        tags_at: When the current tags are shown.
        copied: Whether CopySnapshot created the resource.
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
        """The name of the resource, unique in its region."""
        return str(self.members["name"])

    @property
    def kind(self) -> str:
        """The resource type, such as ``InstanceSnapshot``."""
        return str(self.members["resourceType"])

    def state(self, at: float) -> str | None:
        """Return a snapshot's state at this time, or None for other resources."""
        if self.final is None:
            return None
        return self.final if self.done_at is not None and self.done_at <= at else "pending"

    def is_complete(self, at: float) -> bool:
        """Whether a snapshot can be copied or restored at this time."""
        return self.state(at) == COMPLETE[self.kind]

    def describe(self, at: float) -> dict[str, Any]:
        """Return the resource as the API shows it at this time."""
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
    """An operation that the service has started.

    Attributes:
        members: The members of the API's answer but status, isTerminal, statusChangedAt and the error.
        number: The position in lists.
        ends_at: When the operation ends (seconds since 1970).
        error: The errorCode and errorDetails of an operation that fails; None: it succeeds.
    """

    members: dict[str, Any]
    ends_at: float
    number: int = field(default_factory=next_number)
    error: tuple[str, str] | None = None

    def describe(self, at: float) -> dict[str, Any]:
        """Return the operation as the API shows it at this time."""
        if self.ends_at > at:
            return {**self.members, **self.begun()}
        ended = {"isTerminal": True, "statusChangedAt": self.ends_at}
        if self.error is None:
            return {**self.members, **ended, "status": "Succeeded"}
        code, details = self.error
        return {**self.members, **ended, "status": "Failed", "errorCode": code, "errorDetails": details}

    def begun(self) -> dict[str, Any]:
        """Return the members that mark the operation as started."""
        return {"isTerminal": False, "status": "Started", "statusChangedAt": self.members["createdAt"]}


def to_json(item: Resource | Operation) -> dict[str, Any]:
    """Return a resource or operation as JSON data for the state file."""
    return asdict(item)


def resource_from_json(data: dict[str, Any]) -> Resource:
    """Return the resource that a state file describes."""
    return Resource(**data)


def operation_from_json(data: dict[str, Any]) -> Operation:
    """Return the operation that a state file describes."""
    error = data["error"]
    return Operation(**{**data, "error": tuple(error) if error else None})
