"""How many examples Hypothesis tries: every day the same, and with `HYPOTHESIS_PROFILE=soak` many new ones."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# A property may drive a few hundred runs in one example; what takes long is no fault.
_PATIENT = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("everyday", settings(_PATIENT, max_examples=60, derandomize=True))
settings.register_profile("soak", settings(_PATIENT, max_examples=600))


def load() -> None:
    """Load the profile that the environment names."""
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))
