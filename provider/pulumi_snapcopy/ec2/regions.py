"""The regions of EC2 on AWS; those of OUTSCALE's FCU are OUTSCALE's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from importlib.metadata import version

from ..core.rules.judgement import Regions
from ..outscale.regions import outscale_regions


@cache
def partitions() -> Mapping[str, str]:
    """Return the partition of each region that EC2 has on AWS, from botocore's data; no settings and no network are needed."""
    from botocore.loaders import Loader
    from botocore.regions import EndpointResolver

    resolver = EndpointResolver(Loader().load_data("endpoints"))
    return {
        name: partition
        for partition in resolver.get_available_partitions()
        for name in resolver.get_available_endpoints("ec2", partition)
    }


@cache
def aws_regions() -> Regions:
    """Return the regions that EC2 has on AWS, in all partitions."""
    return Regions(
        service="EC2",
        names=frozenset(partitions()),
        known_to=f"boto3 {version('boto3')}",
        upgrade="pip install --upgrade boto3",
    )


def regions_of_both() -> Regions:
    """Return the regions of AWS and OUTSCALE, for settings that hold for both clouds."""
    aws = aws_regions()
    return replace(aws, names=aws.names | outscale_regions().names)
