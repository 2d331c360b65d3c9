"""The rules of EC2's resource, in lists that `check`, the policy pack and ``snapcopy check`` read."""

from __future__ import annotations

from collections.abc import Callable

from ...core.rules.arguments import custom_timeouts, value_types
from ...core.rules.judgement import Regions
from ...core.rules.regions import allowed_regions, copy_leaves_region, known_region
from ...core.rules.rulebook import Rulebook
from ...core.rules.tags import TagLimits, required_tags, tag_characters
from ..cloud import is_fcu_here
from ..fields import COPIED_SNAPSHOT
from ..regions import aws_regions, fcu_regions
from . import pages, request
from .encryption import COPIES_ENCRYPTED
from .fcu import fcu_plain_copy, source_region_is_own

TAGS = TagLimits(service="EC2", key=127, punctuation=None, ours=4)
"""Ours are the owner's, the source's, the key's, and that of what is retained."""


def rulebook(is_fcu: Callable[[], bool]) -> Rulebook:
    """Return the rules.

    Args:
        is_fcu: whether FCU is meant; asked when a rule is applied.
    """

    def regions() -> Regions:
        return fcu_regions() if is_fcu() else aws_regions()

    return Rulebook(
        token="pulumi-python:dynamic/ec2:CopiedSnapshot",
        noun="CopiedSnapshot",
        fields=COPIED_SNAPSHOT,
        regions=regions,
        arguments=(
            value_types(COPIED_SNAPSHOT, page=pages.COPY),
            custom_timeouts(page=pages.COPY),
        ),
        request=(
            request.SNAPSHOT_ID,
            request.DESCRIPTION_LENGTH,
            request.COMPLETION_DURATION,
            request.KEY_NEEDS_ENCRYPTION,
            known_region(("sourceRegion", "targetRegion"), required="sourceRegion", page=pages.COPY, service="EC2"),
            tag_characters(TAGS, page=pages.TAGS),
            fcu_plain_copy(is_fcu),
            source_region_is_own(is_fcu),
        ),
        organisation=(
            copy_leaves_region("sourceRegion", "targetRegion", page=pages.COPYING),
            required_tags(TAGS, page=pages.TAGS),
            allowed_regions("targetRegion", page=pages.COPYING),
            COPIES_ENCRYPTED,
        ),
        other_types=("aws:ebs/snapshotCopy:*",),
    )  # fmt: skip


AWS_RULES = rulebook(lambda: False)
FCU_RULES = rulebook(lambda: True)
COPIED_SNAPSHOT_RULES = rulebook(is_fcu_here)
"""For readers that have no stack's settings: this process's environment says which cloud is meant."""
