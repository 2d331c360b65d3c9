"""The arguments and outputs of Lightsail's copied and taken snapshots."""

from __future__ import annotations

from ..core.fields import Change, Field, Fields, Type

_REPLACE, _IN_PLACE, _NOTHING = Change.REPLACE, Change.IN_PLACE, Change.NOTHING
_STRING, _FLAG = Type.STRING, Type.FLAG

_REGION = Field(
    name="region", type=_STRING, change=_REPLACE, default="the stack's `aws:region`, else AWS tooling's",
    meaning="the region of the source, where the snapshot stays",
)  # fmt: skip
_TAKEN_ARGUMENTS = (
    Field(name="tags", type=Type.MAPPING, change=_IN_PLACE, meaning="the snapshot's tags, 47 at most"),
    Field(name="triggers", type=Type.LIST, change=_REPLACE, meaning="any values; a change takes a new one"),
    Field(name="adopt", type=_FLAG, change=_NOTHING, default="`False`",
          meaning="take over an existing snapshot of that name"),
)  # fmt: skip
_NAMED = "the snapshot's name: 2 to 255 letters, digits, `-`, `_`, `.`"


def _taken_outputs(name: str, kind: str, done: str) -> tuple[Field, ...]:
    return (
        Field(name="arn", type=_STRING, meaning="the snapshot's ARN"),
        Field(name="state", type=_STRING, meaning=f"`{done}` when it is done"),
        Field(name="resourceType", type=_STRING, meaning=f"`{kind}`"),
        Field(name=name, type=_STRING, meaning="the snapshot's name, given or derived"),
        Field(name="createdAt", type=_STRING, meaning="when it was taken, ISO 8601, UTC"),
        Field(name="sizeInGb", type=Type.NUMBER, meaning="its size in GiB"),
        Field(name="fromResourceName", type=_STRING, meaning="the instance or disk that it was taken of"),
        Field(name="operationId", type=_STRING, meaning=f"the service's id of the Create{kind} operation"),
    )


INSTANCE_SNAPSHOT = Fields(
    arguments=(
        Field(name="instanceName", type=_STRING, change=_REPLACE, meaning="the instance to take it of"),
        Field(name="instanceSnapshotName", type=_STRING, change=_REPLACE, default="derived", meaning=_NAMED),
        _REGION,
        *_TAKEN_ARGUMENTS,
    ),
    outputs=_taken_outputs("instanceSnapshotName", "InstanceSnapshot", "available"),
)  # fmt: skip

DISK_SNAPSHOT = Fields(
    arguments=(
        Field(name="diskName", type=_STRING, change=_REPLACE, meaning="the disk to take it of …"),
        Field(name="instanceName", type=_STRING, change=_REPLACE, meaning="… or the instance whose system disk to take it of"),
        Field(name="diskSnapshotName", type=_STRING, change=_REPLACE, default="derived", meaning=_NAMED),
        _REGION,
        *_TAKEN_ARGUMENTS,
    ),
    outputs=_taken_outputs("diskSnapshotName", "DiskSnapshot", "completed"),
)  # fmt: skip

COPIED_SNAPSHOT = Fields(
    arguments=(
        Field(name="sourceRegion", type=_STRING, change=_REPLACE, meaning="the region of the source"),
        Field(name="targetRegion", type=_STRING, change=_REPLACE, default="the stack's `aws:region`, else AWS tooling's",
              meaning="the region of the copy"),
        Field(name="sourceSnapshotName", type=_STRING, change=_REPLACE, meaning="the manual snapshot to copy …"),
        Field(name="sourceResourceName", type=_STRING, change=_REPLACE,
              meaning="… or the instance or disk whose automatic snapshot to copy,"),
        Field(name="restoreDate", type=Type.DATE, change=_REPLACE, meaning="of this date, `YYYY-MM-DD` or a `datetime.date`,"),
        Field(name="useLatestRestorableAutoSnapshot", type=_FLAG, change=_NOTHING, default="`False`",
              meaning="or the latest one: settled as a date once, when the copy is first planned"),
        Field(name="trackLatest", type=_FLAG, change=_NOTHING, default="`False`",
              meaning="copy again whenever there is a newer automatic snapshot, or the manual one was taken again"),
        Field(name="targetSnapshotName", type=_STRING, change=_REPLACE, default="derived",
              meaning="the copy's name: 2 to 255 letters, digits, `-`, `_`, `.`"),
        Field(name="tags", type=Type.MAPPING, change=_IN_PLACE, meaning="the copy's tags, 47 at most"),
        Field(name="triggers", type=Type.LIST, change=_REPLACE, meaning="any values; a change copies again"),
        Field(name="adopt", type=_FLAG, change=_NOTHING, default="`False`",
              meaning="take over an existing snapshot of the target's name"),
    ),
    outputs=(
        Field(name="arn", type=_STRING, meaning="the copy's ARN"),
        Field(name="state", type=_STRING, meaning="`available` (instances) or `completed` (disks) when it is done"),
        Field(name="resourceType", type=_STRING, meaning="`InstanceSnapshot` or `DiskSnapshot`"),
        Field(name="targetSnapshotName", type=_STRING, meaning="the copy's name, given or derived"),
        Field(name="createdAt", type=_STRING, meaning="when the copy was started, ISO 8601, UTC"),
        Field(name="sizeInGb", type=Type.NUMBER, meaning="its size in GiB"),
        Field(name="fromResourceName", type=_STRING, meaning="the instance or disk that the snapshot was taken of"),
        Field(name="restoredDate", type=_STRING, meaning="the automatic snapshot's date; none for a manual one"),
        Field(name="operationId", type=_STRING, meaning="the service's id of the CopySnapshot operation"),
    ),
)  # fmt: skip
