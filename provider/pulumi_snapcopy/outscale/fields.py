"""The arguments and outputs of OUTSCALE's resources."""

from __future__ import annotations

from ..core.fields import Change, Field, Fields, Type

_REPLACE, _STRING = Change.REPLACE, Type.STRING

_SOURCE = (
    Field(name="sourceSnapshotId", type=_STRING, change=_REPLACE, meaning="the snapshot to copy"),
    Field(name="sourceRegionName", type=_STRING, change=_REPLACE, meaning="its region, which has to be the account's own"),
)  # fmt: skip
_COMMON = (
    Field(name="description", type=_STRING, change=_REPLACE, default="a copy takes its source's",
          meaning="at most 255 characters"),
    Field(name="tags", type=Type.MAPPING, change=Change.IN_PLACE, meaning="the snapshot's tags, 47 at most"),
    Field(name="triggers", type=Type.LIST, change=_REPLACE, meaning="any values; a change makes a new snapshot"),
    Field(name="adoptSnapshotId", type=_STRING, change=Change.NOTHING, meaning="the existing snapshot to take over"),
)  # fmt: skip
_OUTPUTS = (
    Field(name="snapshotId", type=_STRING, meaning="the snapshot's id"),
    Field(name="state", type=_STRING, meaning="`completed` when it is done"),
    Field(name="progress", type=Type.NUMBER, meaning="in percent"),
    Field(name="volumeSize", type=Type.NUMBER, meaning="its size in GiB"),
    Field(name="createdAt", type=_STRING, meaning="when it was started, ISO 8601, UTC"),
    Field(name="regionName", type=_STRING, meaning="its region, the account's own"),
    Field(
        name="snapshotDescription",
        type=_STRING,
        shows="description",
        meaning="its description, given or taken from its source",
    ),
)

COPIED_SNAPSHOT = Fields(arguments=(*_SOURCE, *_COMMON), outputs=_OUTPUTS)

SNAPSHOT = Fields(
    arguments=(
        Field(name="volumeId", type=_STRING, change=_REPLACE, meaning="the volume to take a snapshot of …"),
        *_SOURCE,
        Field(name="fileLocation", type=_STRING, change=_REPLACE, is_secret=True,
              meaning="… or the pre-signed URL of the file to import, a secret; signed again it is the same import"),
        Field(name="snapshotSize", type=Type.NUMBER, change=_REPLACE, meaning="the size of that file's snapshot in bytes"),
        *_COMMON,
    ),
    outputs=_OUTPUTS,
)  # fmt: skip
