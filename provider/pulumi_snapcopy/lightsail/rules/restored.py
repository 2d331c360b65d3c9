"""The rules of restored instances and disks."""

from __future__ import annotations

from collections.abc import Iterator

from ...core.rules.arguments import custom_timeouts, required_arguments, value_types
from ...core.rules.judgement import Config, Context, Inputs, Rule, Violation, known
from ...core.rules.regions import allowed_regions, known_region
from ...core.rules.rulebook import Rulebook
from ...core.rules.tags import OUR_TAGS, TagLimits, required_tags, tag_characters
from ..regions import SERVICE, regions
from ..restored_fields import RESTORED_DISK, RESTORED_INSTANCE
from . import pages
from .shared import names

ADDRESS_TYPES = ("dualstack", "ipv4", "ipv6")
DEFAULT_ADDRESS_TYPE = "dualstack"

_TAGS = TagLimits(service=SERVICE, ours=OUR_TAGS + 2)
"""The limits on tags; the restore call sets two more of our tags: the key, and the disks restored with an instance."""


_ZONE = "a zone of the region, such as eu-west-1a"
_SIZE = "the disk's size in GiB, at least the snapshot's"


def _zone_of_region(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
    for region in (each for _key, each in known(inputs, ("region",), str) if each in context.regions().names):
        for key, zone in known(inputs, ("availabilityZone",), str):
            if zone and zone[:-1] != region:
                message = (
                    f"{zone!r} is not a zone of {region}. Write one such as {region}a, or another region."
                )
                yield Violation(property=key, message=message)


def _size(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    size = inputs.get("sizeInGb")
    if isinstance(size, int | float) and not isinstance(size, bool) and size <= 0:
        message = f"sizeInGb is {size:g}. Write {_SIZE}."
        yield Violation(property="sizeInGb", message=message)


def _address_type(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    for key, value in known(inputs, ("ipAddressType",), str):
        if value not in ADDRESS_TYPES:
            message = f"{value!r} is not a type of addresses. Write one of {', '.join(ADDRESS_TYPES)}."
            yield Violation(property=key, message=message)


ZONE_OF_REGION = Rule(
    name="zone-of-region", severity="high", page=pages.RESTORE_INSTANCE, judge=_zone_of_region,
    description="What is restored stands in a zone of the snapshot's region.",
    fix="Write a zone of the region, such as eu-west-1a.",
)  # fmt: skip

SIZE = Rule(
    name="size-in-gb", severity="high", page=pages.RESTORE_DISK, judge=_size,
    description="A disk has a size.",
    fix=f"Write {_SIZE}.",
)  # fmt: skip

ADDRESS_TYPE = Rule(
    name="ip-address-type", severity="high", page=pages.RESTORE_INSTANCE, judge=_address_type,
    description="The type of addresses is one that the service has.",
    fix=f"Write one of {', '.join(ADDRESS_TYPES)}.",
)  # fmt: skip


RESTORED_INSTANCE_RULES = Rulebook(
    token="pulumi-python:dynamic/lightsail:RestoredInstance",
    noun="RestoredInstance",
    fields=RESTORED_INSTANCE,
    regions=regions,
    arguments=(
        value_types(RESTORED_INSTANCE, page=pages.RESTORE_INSTANCE),
        custom_timeouts(page=pages.RESTORE_INSTANCE),
        required_arguments(
            instanceSnapshotName="the name of the snapshot to restore", availabilityZone=_ZONE,
            bundleId="the plan, such as small_3_0; `aws lightsail get-bundles` lists them", page=pages.RESTORE_INSTANCE,
        ),
    ),
    request=(
        names(("instanceSnapshotName", "instanceName"), page=pages.RESTORE_INSTANCE),
        known_region(("region",), page=pages.RESTORE_INSTANCE, service=SERVICE),
        tag_characters(_TAGS, page=pages.TAGS),
        ZONE_OF_REGION,
        ADDRESS_TYPE,
    ),
    organisation=(
        required_tags(_TAGS, page=pages.TAGS),
        allowed_regions("region", page=pages.RESTORE_INSTANCE, opt_in=True),
    ),
)  # fmt: skip

RESTORED_DISK_RULES = Rulebook(
    token="pulumi-python:dynamic/lightsail:RestoredDisk",
    noun="RestoredDisk",
    fields=RESTORED_DISK,
    regions=regions,
    arguments=(
        value_types(RESTORED_DISK, page=pages.RESTORE_DISK),
        custom_timeouts(page=pages.RESTORE_DISK),
        required_arguments(
            diskSnapshotName="the name of the snapshot to restore", availabilityZone=_ZONE,
            sizeInGb=_SIZE, page=pages.RESTORE_DISK,
        ),
        SIZE,
    ),
    request=(
        names(("diskSnapshotName", "diskName"), page=pages.RESTORE_DISK),
        known_region(("region",), page=pages.RESTORE_DISK, service=SERVICE),
        tag_characters(_TAGS, page=pages.TAGS),
        ZONE_OF_REGION,
    ),
    organisation=(
        required_tags(_TAGS, page=pages.TAGS),
        allowed_regions("region", page=pages.RESTORE_DISK, opt_in=True),
    ),
)  # fmt: skip
