"""Lightsail as one of moto's services: moto has none of its own."""

from __future__ import annotations

import re
import sys
from types import ModuleType

from moto import backend_index

_URL = re.compile(r"https?://lightsail\.(.+)\.amazonaws\.com")


class _Lightsail(ModuleType):
    """``moto.lightsail``: what moto looks for in a service's package, loaded when it is looked for."""

    def __getattr__(self, name: str) -> object:
        if name != "lightsail_backends":
            raise AttributeError(name)
        from .models import lightsail_backends

        return lightsail_backends


def register() -> None:
    """Make ``mock_aws`` and moto's server answer for Lightsail; doing it again changes nothing."""
    if not isinstance(sys.modules.get("moto.lightsail"), _Lightsail):
        sys.modules["moto.lightsail"] = _Lightsail("moto.lightsail")
        # First, so that it also comes before a Lightsail that a later moto may have.
        backend_index.backend_url_patterns.insert(0, ("lightsail", _URL))
