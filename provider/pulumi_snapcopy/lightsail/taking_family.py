"""The families of snapshots that Lightsail takes of an instance or a disk; a derived name contains the key."""

from __future__ import annotations

from ..aws.advice import PROFILE
from ..core.family import Inputs
from ..core.values import Phase, Traits, Words
from .family import LONGEST_NAME, Named
from .rules.taken import DISK_SNAPSHOT_RULES, INSTANCE_SNAPSHOT_RULES
from .shapes import phase, taken_of
from .source_tag import SourceTag


class TakenSnapshots(Named):
    """A family of manual snapshots, taken of instances or disks of the same region."""

    kind: str
    """The service's type of the snapshot."""
    traits = Traits(tagged_in_call=True, forms=("instance", "disk"))
    region_argument = "region"

    def phase(self, state: str) -> Phase:
        """Return the phase that a snapshot's state means: pending, done or failed."""
        return phase(state)

    def source(self, inputs: Inputs) -> tuple[str, str]:
        """Return the region, and the source as in the service's records."""
        return inputs.get("region") or "", taken_of(self.kind, self.source_form_and_name(inputs)[1])

    def source_form_and_name(self, inputs: Inputs) -> tuple[str, str]:
        """Return the source's type, "instance" or "disk", and its name."""
        form = "disk" if inputs.get("diskName") else "instance"
        return form, inputs.get(f"{form}Name") or ""

    def route(self, inputs: Inputs) -> str:
        """Return the source and the region, for messages."""
        return f"{self.source_form_and_name(inputs)[1]} in {inputs.get('region') or ''}"

    def source_tag(self, inputs: Inputs) -> str:
        """Return the value of the source tag: ``region:instance/name`` or ``region:disk/name``.

        Example:
            >>> DiskSnapshots().source_tag({"region": "us-east-1", "diskName": "data-1"})
            'us-east-1:disk/data-1'
        """
        form, name = self.source_form_and_name(inputs)
        return str(SourceTag(region=inputs.get("region") or "", form=form, name=name))

    def derive_name(self, inputs: Inputs, key: str) -> str | None:
        """Return the derived name, ``<source>-manual-<key>``, of at most 255 characters.

        Example:
            >>> DiskSnapshots().derive_name({"region": "us-east-1", "diskName": "data-1"}, "3f9c2a1b")
            'data-1-manual-3f9c2a1b'
        """
        name = self.source_form_and_name(inputs)[1]
        suffix = f"-manual-{key}"
        return name[: LONGEST_NAME - len(suffix)] + suffix if name and key else None


class InstanceSnapshots(TakenSnapshots):
    """The family of snapshots of instances, with their attached disks."""

    kind = "InstanceSnapshot"
    rules = INSTANCE_SNAPSHOT_RULES
    words = Words(
        noun="InstanceSnapshot", thing="snapshot", making="taking", made="taken", provider="AWS", login=PROFILE,
        policy="snapcopy iam-policy --taking",
        name_argument="instance_snapshot_name",
    )  # fmt: skip
    name_argument = "instanceSnapshotName"


class DiskSnapshots(TakenSnapshots):
    """The family of snapshots of disks, or of instances' system disks."""

    kind = "DiskSnapshot"
    rules = DISK_SNAPSHOT_RULES
    words = Words(
        noun="DiskSnapshot", thing="snapshot", making="taking", made="taken", provider="AWS", login=PROFILE,
        policy="snapcopy iam-policy --taking",
        name_argument="disk_snapshot_name",
    )  # fmt: skip
    name_argument = "diskSnapshotName"
