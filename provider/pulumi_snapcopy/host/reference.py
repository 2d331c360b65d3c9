"""What the state holds of a provider: a reference to its factory, at most 200 bytes, and the same ones under each Python."""

from __future__ import annotations

import base64
import pickle
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

PROTOCOL = 4
"""Of pickle. The SDK takes Python's default, another one from 3.14 on; the state of a stack would change with who runs it."""


@dataclass(frozen=True, slots=True)
class _Reference:
    """Pickles as a call of the factory."""

    factory: Callable[[], Any]

    def __reduce__(self) -> tuple[Callable[[], Any], tuple[()]]:
        return self.factory, ()


@cache
def reference(factory: Callable[[], Any]) -> str:
    """Return the value of the property ``__provider``: the path of a factory, which may never move, in base64."""
    return base64.b64encode(pickle.dumps(_Reference(factory), protocol=PROTOCOL)).decode()
