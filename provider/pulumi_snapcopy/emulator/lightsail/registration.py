"""Register Lightsail as one of moto's services, which moto doesn't have."""

from __future__ import annotations

import re
import sys
from types import ModuleType

from moto import backend_index

_URL = re.compile(r"https?://lightsail\.(.+)\.amazonaws\.com")


class _Lightsail(ModuleType):
    """``moto.lightsail``: the module that moto looks for; the backend is imported on first use."""

    def __getattr__(self, name: str) -> object:
        if name != "lightsail_backends":
            raise AttributeError(name)
        from .models import lightsail_backends

        return lightsail_backends


def register() -> None:
    """Make ``mock_aws`` and moto's server answer for Lightsail; further calls change nothing."""
    if not isinstance(sys.modules.get("moto.lightsail"), _Lightsail):
        sys.modules["moto.lightsail"] = _Lightsail("moto.lightsail")
        # First in the list, to precede a Lightsail that a later moto may have.
        backend_index.backend_url_patterns.insert(0, ("lightsail", _URL))
