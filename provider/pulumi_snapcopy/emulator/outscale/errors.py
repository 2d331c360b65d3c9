"""Errors of OAPI: a number, a type, and details.

https://docs.outscale.com/en/userguide/api-errors.html
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from ..statuses import STATUSES

_TYPES = {
    "1": ("AccessDenied", 401),
    "3001": ("InvalidParameter", 400),
    "3002": ("InvalidParameter", 400),
    "4061": ("InvalidParameterValue", 400),
    "4091": ("InvalidParameterValue", 400),
    "5054": ("InvalidResource", 400),
    "5064": ("InvalidResource", 400),
    "6": ("ServiceUnavailable", 503),
    "6003": ("InvalidState", 409),
    "7000": ("MissingParameter", 400),
    "8019": ("OperationNotSupported", 400),
    "9029": ("ResourceConflict", 409),
    "24": ("RequestLimitExceeded", 429),
    "25": ("RequestLimitExceeded", 429),
}
_FAMILIES = {
    "4": "InvalidParameterValue",
    "5": "InvalidResource",
    "6": "InvalidState",
    "9": "ResourceConflict",
}


class OapiError(Exception):
    """An error of OAPI, with the code, details, and the HTTP status (default: the code's)."""

    def __init__(self, code: int | str, details: str, *, status: int | None = None) -> None:
        super().__init__(f"{code}: {details}")
        self.code = str(code)
        self.details = details
        kind, usual = _TYPES.get(self.code, (_family(self.code), STATUSES.get(self.code, 400)))
        self.kind = kind
        self.status = usual if status is None else status

    def body(self) -> dict[str, Any]:
        """Return the response body."""
        error = {"Code": self.code, "Type": self.kind, "Details": self.details}
        return {"Errors": [error], "ResponseContext": {"RequestId": str(uuid4())}}


def _family(code: str) -> str:
    if code.startswith("10") and len(code) == 5:
        return "TooManyResources (QuotaExceded)"  # sic
    return _FAMILIES.get(code[0], "InternalError") if len(code) == 4 else "InternalError"


def no_such_snapshot(snapshot_id: str) -> OapiError:
    """Return the error for a snapshot that doesn't exist or that this account can't read."""
    return OapiError(5054, f"The snapshot {snapshot_id} does not exist.")
