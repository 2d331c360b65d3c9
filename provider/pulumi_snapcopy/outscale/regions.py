"""The regions of OUTSCALE, for OAPI and for FCU, its EC2-compatible API.

Page: https://docs.outscale.com/en/userguide/About-Regions-and-Subregions.html
"""

from __future__ import annotations

from ..core.rules.judgement import Regions


def outscale_regions() -> Regions:
    """Return the regions of OUTSCALE; an account belongs to one."""
    names = (
        "ap-northeast-1",
        "cloudgouv-eu-west-1",
        "cloudgouv-eu-west-2",
        "eu-west-2",
        "us-east-2",
        "us-west-1",
    )
    return Regions(service="OUTSCALE", names=frozenset(names))
