"""EC2's refusals.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

from ..faults import STATUSES


class EC2Error(Exception):
    """A refusal: EC2's code, a sentence, and the HTTP status."""

    def __init__(self, code: str, message: str, *, status: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status if status is not None else STATUSES.get(code, 400)


def invalid(message: str) -> EC2Error:
    """A value is wrong."""
    return EC2Error("InvalidParameterValue", message)


def snapshot_not_found(snapshot_id: str) -> EC2Error:
    """There is no such snapshot, or this account can't see it."""
    return EC2Error("InvalidSnapshot.NotFound", f"The snapshot '{snapshot_id}' does not exist.")


def dry_run() -> EC2Error:
    """The request would have been allowed."""
    return EC2Error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", status=412)
