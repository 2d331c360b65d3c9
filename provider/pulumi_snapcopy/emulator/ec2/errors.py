"""Errors of EC2.

https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
"""

from __future__ import annotations

from ..statuses import STATUSES


class EC2Error(Exception):
    """An error of EC2, with the code, a message and the HTTP status."""

    def __init__(self, code: str, message: str, *, status: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status if status is not None else STATUSES.get(code, 400)


def invalid(message: str) -> EC2Error:
    """Return the error for an invalid value."""
    return EC2Error("InvalidParameterValue", message)


def snapshot_not_found(snapshot_id: str) -> EC2Error:
    """Return the error for a snapshot that doesn't exist or that this account can't read."""
    return EC2Error("InvalidSnapshot.NotFound", f"The snapshot '{snapshot_id}' does not exist.")


def dry_run() -> EC2Error:
    """Return the error that reports that a dry run would have succeeded."""
    return EC2Error("DryRunOperation", "Request would have succeeded, but DryRun flag is set.", status=412)
