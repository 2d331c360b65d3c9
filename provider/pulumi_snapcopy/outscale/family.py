"""The families of OUTSCALE's resources: the service gives ids, and returns the same snapshot to a repeated request."""

from __future__ import annotations

from typing import Any

from ..core.family import Family, Inputs
from ..core.values import Phase, Traits, Words
from .errors import PROFILE
from .modes import FILE, FORMS, location, made_from
from .rules import COPIED_SNAPSHOT_RULES, SNAPSHOT_RULES

_PHASES = {"completed": Phase.DONE, "error": Phase.FAILED, "deleting": Phase.FAILED}


class _OfOutscale(Family):
    ref_output = "snapshotId"
    region_argument = "regionName"
    settled = ("regionName",)

    def phase(self, state: str) -> Phase:
        """Return the phase that a snapshot's state means: pending, done or failed."""
        return phase(state)

    def source(self, inputs: Inputs) -> tuple[str, str]:
        """Return the region and the source: the id of a volume or snapshot, or the digest of a file."""
        return inputs.get("regionName") or "", made_from(inputs)

    def route(self, inputs: Inputs) -> str:
        """Return the source (or "import") and the region, for messages."""
        region, source = self.source(inputs)
        return f"{source if inputs.get(FILE) is None else 'import'} in {region}"

    def request(self, inputs: Inputs) -> dict[str, Any]:
        """Return the arguments that identify the request, with the file's digest in place of a pre-signed URL."""
        found = {**super().request(inputs), "regionName": inputs.get("regionName")}
        if FILE in found:
            found[FILE] = location(found[FILE])
        return found

    def is_default(self, name: str, value: Any, outputs: Inputs) -> bool:
        """Whether a value is the description that a copy has taken from its source."""
        taken = not outputs.get("description") and outputs.get("snapshotDescription") == value
        return name == "description" and taken


class CopiedSnapshots(_OfOutscale):
    """The family of copies of snapshots within the account's region."""

    rules = COPIED_SNAPSHOT_RULES
    words = Words(
        noun="CopiedSnapshot",
        thing="copy",
        making="copying",
        made="copied",
        provider="OUTSCALE",
        login=PROFILE,
        policy="snapcopy iam-policy --services outscale",
        name_argument="adopt_snapshot_id",
    )


class Snapshots(_OfOutscale):
    """The family of snapshots of volumes, copies, and imports."""

    rules = SNAPSHOT_RULES
    traits = Traits(forms=tuple(FORMS.values()))
    words = Words(
        noun="Snapshot",
        thing="snapshot",
        making="creating",
        made="created",
        provider="OUTSCALE",
        login=PROFILE,
        policy="snapcopy iam-policy --services outscale --taking",
        name_argument="adopt_snapshot_id",
    )

    def source_tag(self, inputs: Inputs) -> str:
        """Return the value of the source tag, with the mode, so that it differs from that of a `CopiedSnapshot`.

        Example:
            >>> Snapshots().source_tag({"regionName": "eu-west-2", "volumeId": "vol-12345678"})
            'eu-west-2:volume/vol-12345678'
        """
        region, source = self.source(inputs)
        form = next((form for mode, form in FORMS.items() if inputs.get(mode) is not None), "")
        return f"{region}:{form}/{source}"


def phase(state: str) -> Phase:
    """Return the phase that a snapshot's state means; in-queue, importing and unknown states are pending.

    Example:
        >>> phase("completed"), phase("pending/queued"), phase("deleting")
        (<Phase.DONE: 'done'>, <Phase.PENDING: 'pending'>, <Phase.FAILED: 'failed'>)
    """
    return _PHASES.get(state, Phase.PENDING)
