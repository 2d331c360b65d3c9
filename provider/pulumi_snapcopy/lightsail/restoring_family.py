"""What instances and disks are like that are restored from a snapshot; their names carry the key."""

from __future__ import annotations

from typing import Any

from ..aws.advice import PROFILE
from ..core.family import Inputs
from ..core.values import Phase, Spec, Traits, Words
from .family import LONGEST_NAME, LONGEST_TAG_VALUE, Named
from .restored_fields import NOT_RESTORED
from .rules.restored import DEFAULT_ADDRESS_TYPE, RESTORED_DISK_RULES, RESTORED_INSTANCE_RULES

DELETED_WITH = "deleted-with"
"""The form of the source tag of a disk that is deleted with its instance, ``region:deleted-with/instance``."""

LEFT = "partly deleted"
"""The state of an instance that is gone, and of which disks that came along are left."""

_PHASES = {
    "running": Phase.DONE, "stopping": Phase.DONE, "stopped": Phase.DONE, "rebooting": Phase.DONE,
    "available": Phase.DONE, "in-use": Phase.DONE,
    "error": Phase.FAILED, "terminated": Phase.FAILED, LEFT: Phase.FAILED,
}  # fmt: skip


class Restored(Named):
    """Something that is restored from a snapshot of its own region."""

    kind: str
    """The service's type of it."""
    snapshot_argument: str
    """The argument that names the snapshot."""
    traits = Traits(tagged_in_call=True, forms=("snapshot",))
    region_argument = "region"

    def phase(self, state: str) -> Phase:
        """Return what a state means."""
        return phase(state)

    def source(self, inputs: Inputs) -> tuple[str, str]:
        """Return the region, and the snapshot with its form."""
        return inputs.get("region") or "", f"snapshot/{inputs.get(self.snapshot_argument) or ''}"

    def route(self, inputs: Inputs) -> str:
        """Return what is restored, and where."""
        return f"{inputs.get(self.snapshot_argument) or ''} in {inputs.get('region') or ''}"

    def origin(self, inputs: Inputs) -> str:
        """Return what it is restored from, ``region:snapshot/name``."""
        return ":".join(self.source(inputs))[:LONGEST_TAG_VALUE]

    def derive_name(self, inputs: Inputs, key: str) -> str | None:
        """Return ``<snapshot>-restored-<key>``, within the service's 255 characters.

        Example:
            >>> RestoredDisks().derive_name({"diskSnapshotName": "data-dr"}, "3f9c2a1b")
            'data-dr-restored-3f9c2a1b'
        """
        name, suffix = inputs.get(self.snapshot_argument), f"-restored-{key}"
        return name[: LONGEST_NAME - len(suffix)] + suffix if name and key else None

    def outputs(self, spec: Spec) -> dict[str, Any]:
        """Return what doesn't come along."""
        given = {"key pair"} if spec.arguments.get("keyPairName") else set()
        return {"notRestored": [each for each in NOT_RESTORED[self.kind] if each not in given]}


class RestoredInstances(Restored):
    """An instance, with the disks that its snapshot comprises."""

    kind, snapshot_argument = "Instance", "instanceSnapshotName"
    traits = Traits(tagged_in_call=True, forms=("snapshot", DELETED_WITH))
    rules = RESTORED_INSTANCE_RULES
    words = Words(
        noun="RestoredInstance", thing="instance", making="restoring", made="restored", provider="AWS", login=PROFILE,
        policy="snapcopy iam-policy --restoring",
        name_argument="instance_name", kind="instance", adopts=False,
    )  # fmt: skip
    name_argument = "instanceName"

    def request(self, inputs: Inputs) -> dict[str, Any]:
        """Return what identifies the request; the default type of addresses is the same, written out or not."""
        found = super().request(inputs)
        if found["ipAddressType"] == DEFAULT_ADDRESS_TYPE:
            found["ipAddressType"] = None
        return found


class RestoredDisks(Restored):
    """A disk."""

    kind, snapshot_argument = "Disk", "diskSnapshotName"
    rules = RESTORED_DISK_RULES
    words = Words(
        noun="RestoredDisk", thing="disk", making="restoring", made="restored", provider="AWS", login=PROFILE,
        policy="snapcopy iam-policy --restoring",
        name_argument="disk_name", kind="disk", adopts=False,
    )  # fmt: skip
    name_argument = "diskName"


def phase(state: str) -> Phase:
    """Return what the state of an instance or disk means; one that somebody has stopped is complete, too.

    Example:
        >>> phase("running"), phase("stopped"), phase("in-use"), phase("pending")
        (<Phase.DONE: 'done'>, <Phase.DONE: 'done'>, <Phase.DONE: 'done'>, <Phase.PENDING: 'pending'>)
    """
    return _PHASES.get(state, Phase.PENDING)
