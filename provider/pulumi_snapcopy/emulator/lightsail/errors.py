"""The service's refusals, as Lightsail words them.

https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/CommonErrors.html
"""

from __future__ import annotations

import json

DOCS = "https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference"


class LightsailError(Exception):
    """A refusal: the service's code, a sentence, and the HTTP status (400, or 500 for ServiceException)."""

    def __init__(self, code: str, message: str, *, status: int | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status if status is not None else (500 if code == "ServiceException" else 400)

    def body(self, modelled: bool) -> str:
        """The answer's JSON: modelled errors have code, docs, message and tip, the others a message only."""
        members: dict[str, str | None] = {"__type": self.code, "message": self.message}
        if modelled:
            members |= {"code": self.code, "docs": f"{DOCS}/CommonErrors.html", "tip": None}
        return json.dumps(members)


def invalid_input(message: str) -> LightsailError:
    """The request is wrong in itself, or asks for what can't be."""
    return LightsailError("InvalidInputException", message)


def not_found(kind: str, name: str) -> LightsailError:
    """There is no such resource; the docs say 404, the service answers 400."""
    return LightsailError("NotFoundException", f"The {kind} does not exist: {name}")


def names_in_use(names: list[str]) -> LightsailError:
    """The names are taken, by resources of whatever type."""
    return invalid_input(f"Some names are already in use: {', '.join(names)}")
