"""The arguments and outputs of ``RestoredInstance`` and ``RestoredDisk``."""

from __future__ import annotations

from ..core.fields import Change, Field, Fields, Type

_REPLACE, _IN_PLACE = Change.REPLACE, Change.IN_PLACE
_STRING = Type.STRING

NOT_RESTORED = {
    "Instance": ("static IP address", "custom firewall rules", "key pair", "add-ons", "tags"),
    "Disk": ("add-ons", "tags"),
}
"""What the service doesn't restore from the source, by type."""

_PLACE = (
    Field(name="region", type=_STRING, change=_REPLACE, default="the stack's `aws:region`, else AWS tooling's",
          meaning="the region of the snapshot, and of what is restored"),
    Field(name="availabilityZone", type=_STRING, change=_REPLACE, meaning="a zone of that region, such as `eu-west-1a`"),
)  # fmt: skip
_NAMED = "its name: 2 to 255 letters, digits, `-`, `_`, `.`"
_TAGS = Field(name="tags", type=Type.MAPPING, change=_IN_PLACE, meaning="its tags, 45 at most")
_TRIGGERS = Field(
    name="triggers", type=Type.LIST, change=_REPLACE, meaning="any values; a change restores a new one"
)


def _outputs(name: str, kind: str, states: str) -> tuple[Field, ...]:
    return (
        Field(name="arn", type=_STRING, meaning="its ARN"),
        Field(name="state", type=_STRING, meaning=states),
        Field(name="resourceType", type=_STRING, meaning=f"`{kind}`"),
        Field(name=name, type=_STRING, meaning="its name, given or derived"),
        Field(name="createdAt", type=_STRING, meaning="when the restore was started, ISO 8601, UTC"),
        Field(
            name="notRestored",
            type=Type.LIST,
            meaning=f"what doesn't come along: {', '.join(NOT_RESTORED[kind])}",
        ),
        Field(name="operationId", type=_STRING, meaning="the service's id of the operation"),
    )


RESTORED_INSTANCE = Fields(
    arguments=(
        Field(name="instanceSnapshotName", type=_STRING, change=_REPLACE, meaning="the snapshot to restore"),
        *_PLACE,
        Field(name="bundleId", type=_STRING, change=_REPLACE,
              meaning="the plan, at least as large as the source's, such as `small_3_0`"),
        Field(name="instanceName", type=_STRING, change=_REPLACE, default="derived", meaning=_NAMED),
        Field(name="userData", type=_STRING, change=_REPLACE, meaning="a script that runs at the first start, a secret",
              is_secret=True),
        Field(name="keyPairName", type=_STRING, change=_REPLACE, default="the region's default key pair",
              meaning="the key pair to log in with"),
        Field(name="ipAddressType", type=_STRING, change=_REPLACE, default="`dualstack`",
              meaning="`dualstack`, `ipv4` or `ipv6`"),
        _TAGS,
        _TRIGGERS,
    ),
    outputs=(
        *_outputs("instanceName", "Instance", "`running` when it is done, `stopped` when somebody has stopped it"),
        Field(name="publicIpAddress", type=_STRING, meaning="its public IPv4 address; none with `ipv6`"),
        Field(name="attachedDisks", type=Type.LIST,
              meaning="the names of the disks attached to it, such as those that came along"),
    ),
)  # fmt: skip

RESTORED_DISK = Fields(
    arguments=(
        Field(name="diskSnapshotName", type=_STRING, change=_REPLACE, meaning="the snapshot to restore"),
        *_PLACE,
        Field(name="sizeInGb", type=Type.NUMBER, change=_REPLACE, meaning="its size in GiB, at least the snapshot's"),
        Field(name="diskName", type=_STRING, change=_REPLACE, default="derived", meaning=_NAMED),
        _TAGS,
        _TRIGGERS,
    ),
    outputs=_outputs("diskName", "Disk", "`available` when it is done, `in-use` when it is attached"),
)  # fmt: skip
