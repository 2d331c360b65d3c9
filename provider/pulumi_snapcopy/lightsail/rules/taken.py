"""The rules of taken snapshots: of an instance, of a disk, or of an instance's system disk."""

from __future__ import annotations

from collections.abc import Iterator

from ...core.rules.arguments import custom_timeouts, required_arguments, value_types
from ...core.rules.judgement import Config, Context, Inputs, Rule, Violation
from ...core.rules.regions import allowed_regions, known_region
from ...core.rules.rulebook import Rulebook
from ...core.rules.tags import required_tags, tag_characters
from ..fields import DISK_SNAPSHOT, INSTANCE_SNAPSHOT
from ..regions import SERVICE, regions
from . import pages
from .shared import TAGS, names

DISK_SOURCES = ("diskName", "instanceName")


def _disk_or_instance(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    given = [key for key in DISK_SOURCES if inputs.get(key) is not None]
    if len(given) == 2:
        yield Violation(
            property="diskName",
            message="diskName and instanceName exclude each other. Write diskName alone for a snapshot of that disk, or "
            "instanceName alone for one of the instance's system disk.",
        )
    elif not given:
        yield Violation(
            property="diskName",
            message="diskName or instanceName is required. Write diskName (a disk), or instanceName (an instance whose "
            "system disk is meant).",
        )


DISK_OR_INSTANCE = Rule(
    name="disk-or-instance", severity="high", page=pages.TAKE_DISK, judge=_disk_or_instance,
    description="A disk snapshot names exactly one of a disk and an instance, whose system disk is then meant.",
    fix="Write diskName for a snapshot of a disk, or instanceName for one of an instance's system disk.",
)  # fmt: skip


INSTANCE_SNAPSHOT_RULES = Rulebook(
    token="pulumi-python:dynamic/lightsail:InstanceSnapshot",
    noun="InstanceSnapshot",
    fields=INSTANCE_SNAPSHOT,
    regions=regions,
    arguments=(
        value_types(INSTANCE_SNAPSHOT, page=pages.TAKE_INSTANCE),
        custom_timeouts(page=pages.TAKE_INSTANCE),
        required_arguments(instanceName="the name of the instance to take it of", page=pages.TAKE_INSTANCE),
    ),
    request=(
        names(("instanceName", "instanceSnapshotName"), page=pages.TAKE_INSTANCE),
        known_region(("region",), page=pages.TAKE_INSTANCE, service=SERVICE),
        tag_characters(TAGS, page=pages.TAGS),
    ),
    organisation=(
        required_tags(TAGS, page=pages.TAGS),
        allowed_regions("region", page=pages.TAKE_INSTANCE, opt_in=True),
    ),
)  # fmt: skip

DISK_SNAPSHOT_RULES = Rulebook(
    token="pulumi-python:dynamic/lightsail:DiskSnapshot",
    noun="DiskSnapshot",
    fields=DISK_SNAPSHOT,
    regions=regions,
    arguments=(
        value_types(DISK_SNAPSHOT, page=pages.TAKE_DISK),
        custom_timeouts(page=pages.TAKE_DISK),
    ),
    request=(
        DISK_OR_INSTANCE,
        names((*DISK_SOURCES, "diskSnapshotName"), page=pages.TAKE_DISK),
        known_region(("region",), page=pages.TAKE_DISK, service=SERVICE),
        tag_characters(TAGS, page=pages.TAGS),
    ),
    organisation=(
        required_tags(TAGS, page=pages.TAGS),
        allowed_regions("region", page=pages.TAKE_DISK, opt_in=True),
    ),
)  # fmt: skip
