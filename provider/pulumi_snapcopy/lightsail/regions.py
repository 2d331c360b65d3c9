"""The regions of Lightsail."""

from __future__ import annotations

from functools import cache
from importlib.metadata import version

from ..core.rules.judgement import Regions

SERVICE = "Lightsail"


@cache
def regions() -> Regions:
    """Return the regions of Lightsail, from botocore's model; no settings and no network are needed."""
    from botocore.loaders import Loader

    shapes = Loader().load_service_model("lightsail", "service-2")["shapes"]
    return Regions(
        service=SERVICE,
        names=frozenset(shapes["RegionName"]["enum"]),
        known_to=f"boto3 {version('boto3')}",
        upgrade="pip install --upgrade boto3",
    )
