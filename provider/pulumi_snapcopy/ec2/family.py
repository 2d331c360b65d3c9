"""The families of copies on EC2: on AWS, and on OUTSCALE through FCU."""

from __future__ import annotations

from typing import Any

from ..aws.advice import PROFILE
from ..aws.limits import is_in_flight_limit
from ..core.family import Family, Inputs
from ..core.values import Phase, Traits, Words
from .cloud import VARIABLE
from .rules import AWS_RULES, FCU_RULES


class CopiedSnapshots(Family):
    """The family of copies on AWS: EC2 gives a copy its id, and a repeated request makes a second copy."""

    rules = AWS_RULES
    words = Words(
        noun="CopiedSnapshot", thing="copy", making="copying", made="copied", provider="AWS", login=PROFILE,
        policy="snapcopy iam-policy --services ec2",
        name_argument="adopt_snapshot_id",
    )  # fmt: skip
    ref_output = "snapshotId"
    region_argument = "targetRegion"
    traits = Traits(duplicates=True, heritable=True)

    def phase(self, state: str) -> Phase:
        """Return the phase that a snapshot's state means: pending, done or failed."""
        return phase(state)

    def source(self, inputs: Inputs) -> tuple[str, str]:
        """Return the source's region and id."""
        return inputs.get("sourceRegion") or "", inputs.get("sourceSnapshotId") or ""

    def route(self, inputs: Inputs) -> str:
        """Return the source and target region, for messages."""
        return f"{inputs.get('sourceRegion') or ''} -> {inputs.get('targetRegion') or ''}"

    def key_covers(self, inputs: Inputs) -> dict[str, Any]:
        """Return what the key covers: the request, and the duration, which no longer matters for a complete copy."""
        return {
            **self.request(inputs),
            "completionDurationMinutes": inputs.get("completionDurationMinutes"),
        }

    def wrong_service(self, outputs: Inputs) -> tuple[str, str] | None:
        """Return the cause and the next step if the copy in the state is OUTSCALE's (it has no ARN), unknown to AWS."""
        if not outputs.get("snapshotId") or outputs.get("arn"):
            return None
        return (
            "the copy in the stack's state is at OUTSCALE, and AWS would be asked",
            f"set AWS_ENDPOINT_URL_EC2 to https://fcu.{outputs.get('targetRegion')}.outscale.com, or {VARIABLE} to fcu for another host",
        )

    def is_over_limit(self, reason: str) -> bool:
        """Whether a copy failed only because too many copies were in progress."""
        return is_in_flight_limit(reason)


class FcuCopiedSnapshots(CopiedSnapshots):
    """The family of copies on OUTSCALE, through FCU."""

    rules = FCU_RULES
    words = Words(
        noun="CopiedSnapshot", thing="copy", making="copying", made="copied", provider="OUTSCALE", login=PROFILE,
        policy="snapcopy iam-policy --services fcu",
        name_argument="adopt_snapshot_id",
    )  # fmt: skip

    def route(self, inputs: Inputs) -> str:
        """Return the region of the copy, for messages; FCU copies within a region."""
        return f"{inputs.get('targetRegion') or ''} of OUTSCALE"

    def wrong_service(self, outputs: Inputs) -> tuple[str, str] | None:
        """Return the cause and the next step if the copy in the state is AWS's (it has an ARN)."""
        if not outputs.get("arn"):
            return None
        return (
            "the copy in the stack's state is at AWS, and OUTSCALE would be asked",
            f"unset AWS_ENDPOINT_URL_EC2, snapcopy:ec2Api and {VARIABLE}, whichever is set",
        )


def phase(state: str) -> Phase:
    """Return the phase that a snapshot's state means; an unknown state is pending, never done or failed.

    Example:
        >>> phase("completed"), phase("error"), phase("in-queue")
        (<Phase.DONE: 'done'>, <Phase.FAILED: 'failed'>, <Phase.PENDING: 'pending'>)
    """
    return {"completed": Phase.DONE, "error": Phase.FAILED}.get(state, Phase.PENDING)
