"""The regions of Lightsail."""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib.metadata import version
from importlib.resources import files

from ..core.rules.judgement import Regions

SERVICE = "Lightsail"
_MODEL = "data/lightsail/2016-11-28/service-2.json.gz"


@cache
def regions() -> Regions:
    """Return the regions of Lightsail, from botocore's model; no settings and no network are needed.

    The model is read as a file, since botocore's loader imports urllib3 and more: 0.1 s of every preview.
    """
    shapes = json.loads(gzip.decompress(files("botocore").joinpath(_MODEL).read_bytes()))["shapes"]
    return Regions(
        service=SERVICE,
        names=frozenset(shapes["RegionName"]["enum"]),
        known_to=f"boto3 {version('boto3')}",
        upgrade="pip install --upgrade boto3",
    )
