"""The words of the trade: snapshots, copies of them, and what a service must be able to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Protocol

SNAPSHOT_TYPES = ("InstanceSnapshot", "DiskSnapshot")

OWNER_TAG = "snapcopy:owner"
"""Says which declaration a copy belongs to: ``project/stack/resource``."""

SOURCE_TAG = "snapcopy:source"
"""Says what was copied, which the service doesn't record: ``region:name``, and ``:date`` of an automatic snapshot."""

ADOPTED = "adopted"
"""The value of the source tag of what was taken over: nobody can say what it is a copy of."""

RETAIN_TAG = "snapcopy:retain"
"""Marks a copy declared with ``retain_on_delete``: it outlives its declaration on purpose."""

RESERVED_TAG_PREFIX = "snapcopy:"

DEFAULT_TIMEOUT = 3 * 60 * 60.0
"""Seconds a copy may take unless ``opts.custom_timeouts`` says otherwise; copies take minutes to over two hours."""


class Phase(Enum):
    """What a snapshot's state means for whoever waits for it."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"

    @classmethod
    def of(cls, state: str) -> Phase:
        """Read a service's own word; one that isn't known is waited on, never taken for an end.

        Example:
            >>> Phase.of("available"), Phase.of("completed"), Phase.of("unknown")
            (<Phase.DONE: 'done'>, <Phase.DONE: 'done'>, <Phase.PENDING: 'pending'>)
        """
        return {"available": cls.DONE, "completed": cls.DONE, "error": cls.FAILED}.get(state, cls.PENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A manual snapshot as the service shows it. Sizes in GiB, times in UTC."""

    name: str
    region: str
    resource_type: str
    state: str = "pending"
    arn: str | None = None
    progress: str | None = None
    created_at: datetime | None = None
    size_in_gb: int | None = None
    from_resource_name: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def phase(self) -> Phase:
        """What the state means."""
        return Phase.of(self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticSnapshot:
    """One of the daily snapshots that the service keeps with a resource, known by its date."""

    date: str
    status: str
    copy_type: str
    """What a copy of it is: InstanceSnapshot or DiskSnapshot; empty where the service doesn't say."""
    created_at: datetime | None = None

    @property
    def restorable(self) -> bool:
        """Whether it can be copied now."""
        return self.status == "Success"


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The service's record of a call that takes time; it explains, the snapshot's state decides."""

    id: str
    type: str
    status: str
    details: str = ""
    resource_type: str = ""
    created_at: datetime | None = None
    error: str = ""
    request_id: str = ""

    @property
    def failed(self) -> bool:
        """Whether the service says that it failed."""
        return self.status == "Failed"

    @property
    def makes_or_ends(self) -> bool:
        """Whether it is of a manual snapshot's making or end; what is restored from one isn't."""
        of_a_snapshot = self.type.endswith("Snapshot") and not self.type.endswith("FromSnapshot")
        return of_a_snapshot and not (self.failed and self.type.startswith("Delete"))


@dataclass(frozen=True, slots=True, kw_only=True)
class CopyRequest:
    """A copy that is wanted, settled enough to be sent.

    Exactly one of ``source_snapshot_name`` (a manual snapshot) and ``source_resource_name`` (with the
    ``restore_date`` of one of its automatic ones) is given; without a date the latest is meant.
    """

    resource: str
    owner: str
    source_region: str
    target_region: str
    source_snapshot_name: str | None = None
    source_resource_name: str | None = None
    restore_date: str | None = None
    target_snapshot_name: str | None = None
    triggers: Sequence[object] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    adopt: bool = False
    latest: bool = False
    """Whether the date isn't the user's, but was settled as that of the latest automatic snapshot."""
    retain: bool = False
    timeout: float = DEFAULT_TIMEOUT
    known_arn: str | None = None
    """The ARN in the stack's state, if the copy is there already."""
    half_made: bool = False
    """Whether the copy in the stack's state isn't complete."""
    known_created_at: str | None = None
    """When it was made, as the state says."""
    known_operation_id: str | None = None
    """The operation in the stack's state."""
    former_owner: str | None = None
    """The declaration's name in the state, where it has been renamed since."""
    supersedes: frozenset[str] = frozenset()
    """The ARNs of the declaration's copies that the state held before; they are the engine's to delete, or to keep."""
    replaces: str | None = None
    """The ARN of the one that the state holds now, where another request takes its place."""

    @property
    def was_never_seen(self) -> bool:
        """Whether it was started, and the run cut off before the service showed it."""
        return self.half_made and self.known_arn is None

    @property
    def source(self) -> str:
        """The name of what is copied: a snapshot's, or that of the resource it is an automatic one of."""
        return self.source_snapshot_name or self.source_resource_name or ""

    @property
    def name(self) -> str:
        """The target's name; only a request whose date isn't settled has none."""
        if self.target_snapshot_name is None:
            raise ValueError("the target name isn't settled yet")
        return self.target_snapshot_name

    @property
    def is_of_itself(self) -> bool:
        """Whether it names the very snapshot that is to be taken over as its source; it can't be copied from that."""
        one_place = self.source_region == self.target_region
        return (
            one_place
            and self.source_snapshot_name is not None
            and (self.source_snapshot_name == self.target_snapshot_name)
        )

    @property
    def origin(self) -> str:
        """What is copied, as the value of a tag: at most 256 characters."""
        date = f":{self.restore_date}" if self.source_resource_name else ""
        return f"{self.source_region}:{self.source}"[: 256 - len(date)] + date

    @property
    def all_tags(self) -> dict[str, str]:
        """The tags the copy shall carry: the user's and ours."""
        ours = {OWNER_TAG: self.owner, SOURCE_TAG: self.origin}
        return {**self.tags, **ours} | ({RETAIN_TAG: "true"} if self.retain else {})

    @property
    def subject(self) -> str:
        """How messages name it."""
        return f'CopiedSnapshot "{self.resource}" ({self.source_region} -> {self.target_region})'


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A copy that was made, or that is being made."""

    snapshot: Snapshot
    restore_date: str | None = None
    operation_id: str | None = None
    supersedes: frozenset[str] = frozenset()
    """Those of the request's that may still be there."""


class Service(Protocol):
    """What a service must be able to do; every call may raise ``errors.ServiceError``."""

    def snapshot(self, region: str, name: str, resource_type: str | None = None) -> Snapshot | None:
        """Read one manual snapshot; ``None`` only if the service says that it isn't there."""

    def snapshots(self, region: str, resource_type: str) -> list[Snapshot]:
        """List a region's manual snapshots of one type."""

    def automatic_snapshots(self, region: str, resource: str) -> list[AutomaticSnapshot]:
        """List a resource's automatic snapshots; ``NotFound`` if there is no such resource."""

    def resource_names(self, region: str) -> list[str]:
        """List the resources of a region that can have automatic snapshots."""

    def operations(self, region: str, name: str) -> list[Operation]:
        """List what is recorded about a name, newest first."""

    def copy(self, request: CopyRequest) -> Operation:
        """Start the copy."""

    def tag(self, region: str, name: str, tags: Mapping[str, str]) -> None:
        """Set tags."""

    def untag(self, region: str, name: str, keys: Sequence[str]) -> None:
        """Take tags away."""

    def delete(self, snapshot: Snapshot) -> None:
        """Ask for the snapshot's end."""
