"""Errors of Lightsail, with the service's messages.

https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/CommonErrors.html
"""

from __future__ import annotations

import json

DOCS = "https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference"


class LightsailError(Exception):
    """An error of Lightsail, with the code, a message and the HTTP status (400, or 500 for ServiceException)."""

    def __init__(self, code: str, message: str, *, status: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status if status is not None else (500 if code == "ServiceException" else 400)

    def body(self, modelled: bool) -> str:
        """Return the response body: modelled errors have code, docs, message and tip, other errors a message only."""
        members: dict[str, str | None] = {"__type": self.code, "message": self.message}
        if modelled:
            members |= {"code": self.code, "docs": f"{DOCS}/CommonErrors.html", "tip": None}
        return json.dumps(members)


def invalid_input(message: str) -> LightsailError:
    """Return the error for a request that is malformed or can't be fulfilled."""
    return LightsailError("InvalidInputException", message)


def not_found(kind: str, name: str) -> LightsailError:
    """Return the error for a resource that doesn't exist; the docs document 404, the service responds 400."""
    return LightsailError("NotFoundException", f"The {kind} does not exist: {name}")


def names_in_use(names: list[str]) -> LightsailError:
    """Return the error for names that are in use by resources of any type."""
    return invalid_input(f"Some names are already in use: {', '.join(names)}")
