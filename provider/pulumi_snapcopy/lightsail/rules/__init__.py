"""The rules of Lightsail's copies, in lists that `check`, the policy pack and ``snapcopy check`` read."""

from __future__ import annotations

from ...core.rules.arguments import custom_timeouts, value_types
from ...core.rules.objective import recovery_point_objective
from ...core.rules.regions import allowed_regions, copy_leaves_region, known_region
from ...core.rules.rulebook import Rulebook
from ...core.rules.tags import required_tags, tag_characters
from ..fields import COPIED_SNAPSHOT
from ..regions import SERVICE, regions
from . import pages, request
from .coverage import COPIES_COVER_INSTANCES
from .dates import RESTORE_DATE_NOT_AGED_OUT
from .shared import TAGS

COPIED_SNAPSHOT_RULES = Rulebook(
    token="pulumi-python:dynamic/lightsail:CopiedSnapshot",
    noun="CopiedSnapshot",
    fields=COPIED_SNAPSHOT,
    regions=regions,
    arguments=(
        value_types(COPIED_SNAPSHOT, page=pages.COPY),
        custom_timeouts(page=pages.COPY),
    ),
    request=(
        request.MANUAL_OR_AUTOMATIC_SOURCE,
        request.DATE_OR_LATEST,
        request.RESTORE_DATE_FORMAT,
        request.SNAPSHOT_NAME,
        known_region(("sourceRegion", "targetRegion"), required="sourceRegion", page=pages.COPY, service=SERVICE),
        tag_characters(TAGS, page=pages.TAGS),
    ),
    organisation=(
        copy_leaves_region("sourceRegion", "targetRegion", page=pages.COPYING),
        required_tags(TAGS, page=pages.TAGS),
        allowed_regions("targetRegion", page=pages.COPYING),
    ),
    stack=(
        RESTORE_DATE_NOT_AGED_OUT,
        COPIES_COVER_INSTANCES,
        recovery_point_objective(
            sources=("sourceResourceName", "fromResourceName"), region="sourceRegion",
            taken=("restoreDate", "restoredDate", "createdAt"), shown="restoreDate",
            fix="Copy a newer snapshot; each `pulumi up` does with track_latest=True, for automatic snapshots beside "
                "use_latest_restorable_auto_snapshot=True instead of a date.", page=pages.AUTOMATIC,
        ),
    ),
    other_types=("*",),
)  # fmt: skip
"""The rules of copies, also for configured types of other tools, unless another rulebook names these types."""
