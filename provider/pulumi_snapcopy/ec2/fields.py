"""The arguments and outputs of ``ec2.CopiedSnapshot``."""

from __future__ import annotations

from ..core.fields import Change, Field, Fields, Type

_REPLACE, _NOTHING = Change.REPLACE, Change.NOTHING
_STRING, _FLAG, _NUMBER = Type.STRING, Type.FLAG, Type.NUMBER

COPIED_SNAPSHOT = Fields(
    arguments=(
        Field(name="sourceSnapshotId", type=_STRING, change=_REPLACE, meaning="the snapshot to copy, `snap-…`"),
        Field(name="sourceRegion", type=_STRING, change=_REPLACE, meaning="the region of the source"),
        Field(name="targetRegion", type=_STRING, change=_REPLACE, default="the stack's `aws:region`, else AWS tooling's",
              meaning="the region of the copy"),
        Field(name="description", type=_STRING, change=_REPLACE,
              meaning="the copy's description, 255 characters at most; on FCU the first 211 stay, and the copy's key stands behind them"),
        Field(name="encrypted", type=_FLAG, change=_REPLACE, is_answered=True, default="as the source, or the region's default",
              meaning="encrypt the copy; not on FCU"),
        Field(name="kmsKeyId", type=_STRING, change=_REPLACE, is_answered=True, default="the target region's default key",
              meaning="the key to encrypt it under: an id, `alias/…` or ARN; needs `encrypted`; not on FCU"),
        Field(name="completionDurationMinutes", type=_NUMBER, change=_NOTHING, default="best effort",
              meaning="a time-based copy: 15 to 2880 minutes in steps of 15, at a surcharge; a complete copy stays; "
                      "not on FCU"),
        Field(name="tags", type=Type.MAPPING, change=Change.IN_PLACE, meaning="the copy's tags, 46 at most"),
        Field(name="triggers", type=Type.LIST, change=_REPLACE, meaning="any values; a change copies again"),
        Field(name="adoptSnapshotId", type=_STRING, change=_NOTHING, meaning="the existing snapshot to take over"),
    ),
    outputs=(
        Field(name="snapshotId", type=_STRING, meaning="the copy's id, `snap-…`"),
        Field(name="arn", type=_STRING, meaning="the copy's ARN, `arn:aws:ec2:REGION::snapshot/ID`; none on FCU"),
        Field(name="state", type=_STRING, meaning="`completed` when it is done"),
        Field(name="progress", type=_STRING, meaning="how far it is, `100%` when it is done"),
        Field(name="volumeSize", type=_NUMBER, meaning="its size in GiB"),
        Field(name="createdAt", type=_STRING, meaning="when the copy was started, ISO 8601, UTC"),
        Field(name="encrypted", type=_FLAG, meaning="whether the copy is encrypted"),
        Field(name="kmsKeyId", type=_STRING, meaning="the ARN of the key that it is encrypted under"),
    ),
)  # fmt: skip
