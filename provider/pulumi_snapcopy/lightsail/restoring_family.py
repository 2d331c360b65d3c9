"""The families of instances and disks restored from a snapshot; a derived name contains the key."""

from __future__ import annotations

from typing import Any

from ..aws.advice import PROFILE
from ..core.family import Inputs
from ..core.values import Phase, Spec, Traits, Words
from .family import LONGEST_NAME, Named
from .restored_fields import NOT_RESTORED
from .rules.restored import DEFAULT_ADDRESS_TYPE, RESTORED_DISK_RULES, RESTORED_INSTANCE_RULES
from .source_tag import SourceTag

DELETED_WITH = "deleted-with"
"""The form in the source tag of a disk that is deleted with its instance: ``region:deleted-with/instance``."""

PARTLY_DELETED = "partly deleted"
"""The state of a deleted instance of which disks that were restored with it still exist."""

_PHASES = {
    "running": Phase.DONE, "stopping": Phase.DONE, "stopped": Phase.DONE, "rebooting": Phase.DONE,
    "available": Phase.DONE, "in-use": Phase.DONE,
    "error": Phase.FAILED, "terminated": Phase.FAILED, PARTLY_DELETED: Phase.FAILED,
}  # fmt: skip


class Restored(Named):
    """A family of objects restored from a snapshot of the same region."""

    kind: str
    """The service's type of the restored object, Instance or Disk."""
    snapshot_argument: str
    """The argument that names the snapshot."""
    traits = Traits(tagged_in_call=True, forms=("snapshot",))
    region_argument = "region"

    def phase(self, state: str) -> Phase:
        """Return the phase that a state means: pending, done or failed."""
        return phase(state)

    def source(self, inputs: Inputs) -> tuple[str, str]:
        """Return the region and ``snapshot/name``."""
        return inputs.get("region") or "", f"snapshot/{inputs.get(self.snapshot_argument) or ''}"

    def route(self, inputs: Inputs) -> str:
        """Return the snapshot and the region, for messages."""
        return f"{inputs.get(self.snapshot_argument) or ''} in {inputs.get('region') or ''}"

    def source_tag(self, inputs: Inputs) -> str:
        """Return the value of the source tag: ``region:snapshot/name``."""
        name = inputs.get(self.snapshot_argument) or ""
        return str(SourceTag(region=inputs.get("region") or "", form="snapshot", name=name))

    def derive_name(self, inputs: Inputs, key: str) -> str | None:
        """Return the derived name, ``<snapshot>-restored-<key>``, of at most 255 characters.

        Example:
            >>> RestoredDisks().derive_name({"diskSnapshotName": "data-dr"}, "3f9c2a1b")
            'data-dr-restored-3f9c2a1b'
        """
        name, suffix = inputs.get(self.snapshot_argument), f"-restored-{key}"
        return name[: LONGEST_NAME - len(suffix)] + suffix if name and key else None

    def outputs(self, spec: Spec) -> dict[str, Any]:
        """Return the outputs known from the request: what isn't restored from the source."""
        given = {"key pair"} if spec.arguments.get("keyPairName") else set()
        return {"notRestored": [each for each in NOT_RESTORED[self.kind] if each not in given]}


class RestoredInstances(Restored):
    """The family of restored instances, with the disks in their snapshots."""

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
        """Return the arguments that identify the request; the default address type counts as not given."""
        found = super().request(inputs)
        if found["ipAddressType"] == DEFAULT_ADDRESS_TYPE:
            found["ipAddressType"] = None
        return found


class RestoredDisks(Restored):
    """The family of restored disks."""

    kind, snapshot_argument = "Disk", "diskSnapshotName"
    rules = RESTORED_DISK_RULES
    words = Words(
        noun="RestoredDisk", thing="disk", making="restoring", made="restored", provider="AWS", login=PROFILE,
        policy="snapcopy iam-policy --restoring",
        name_argument="disk_name", kind="disk", adopts=False,
    )  # fmt: skip
    name_argument = "diskName"


def phase(state: str) -> Phase:
    """Return the phase that an instance's or disk's state means; an instance that somebody has stopped is done, too.

    Example:
        >>> phase("running"), phase("stopped"), phase("in-use"), phase("pending")
        (<Phase.DONE: 'done'>, <Phase.DONE: 'done'>, <Phase.DONE: 'done'>, <Phase.PENDING: 'pending'>)
    """
    return _PHASES.get(state, Phase.PENDING)
