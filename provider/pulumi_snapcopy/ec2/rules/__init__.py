"""The rules of ``ec2.CopiedSnapshot``, in lists that `check`, the policy pack and ``snapcopy check`` read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ...core.rules.arguments import (
    custom_timeouts,
    description_length,
    required_arguments,
    value_types,
)
from ...core.rules.judgement import Config
from ...core.rules.regions import allowed_regions, copy_leaves_region, known_region
from ...core.rules.rulebook import Rulebook
from ...core.rules.tags import TagLimits, required_tags, tag_characters
from ...outscale.regions import outscale_regions
from ..cloud import configured_endpoint, endpoint_of, is_fcu
from ..fields import COPIED_SNAPSHOT
from ..mark import LONGEST_DESCRIPTION
from ..regions import aws_regions, regions_of_both
from . import pages, request
from .encryption import COPIES_ENCRYPTED
from .fcu import fcu_plain_copy, source_region_is_own

TAGS = TagLimits(service="EC2", key=127, punctuation=None, ours=4)
"""EC2's limits on tags; our four tags are those for the owner, the source, the key, and retained copies."""


def rulebook(*, fcu: bool, endpoint: Callable[[], str | None] = configured_endpoint) -> Rulebook:
    """Return the rules of copies on one cloud.

    Args:
        fcu: whether the cloud is OUTSCALE's FCU.
        endpoint: returns the configured endpoint, or None; called when a rule is applied.
    """
    tags = replace(TAGS, value=255) if fcu else TAGS
    return Rulebook(
        token="pulumi-python:dynamic/ec2:CopiedSnapshot",
        noun="CopiedSnapshot",
        fields=COPIED_SNAPSHOT,
        regions=outscale_regions if fcu else aws_regions,
        arguments=(
            value_types(COPIED_SNAPSHOT, page=pages.COPY),
            custom_timeouts(page=pages.COPY),
            required_arguments(
                sourceSnapshotId="the id of the snapshot to copy, such as snap-0123456789abcdef0", page=pages.COPY,
            ),
        ),
        request=(
            request.SNAPSHOT_ID,
            description_length(LONGEST_DESCRIPTION, page=pages.COPY),
            request.COMPLETION_DURATION,
            request.KEY_NEEDS_ENCRYPTION,
            known_region(("sourceRegion", "targetRegion"), required="sourceRegion", page=pages.COPY, service="EC2"),
            *([] if fcu else [request.ONE_PARTITION]),
            tag_characters(tags, page=pages.TAGS),
            fcu_plain_copy(applies=fcu),
            source_region_is_own(endpoint, applies=fcu),
        ),
        organisation=(
            *([] if fcu else [copy_leaves_region("sourceRegion", "targetRegion", page=pages.COPYING), COPIES_ENCRYPTED]),
            required_tags(tags, page=pages.TAGS),
            allowed_regions("targetRegion", page=pages.COPYING),
        ),
        other_types=("aws:ebs/snapshotCopy:*",),
    )  # fmt: skip


AWS_RULES = rulebook(fcu=False)
FCU_RULES = rulebook(fcu=True)


def _by_stack(config: Config) -> Rulebook:
    return rulebook(fcu=True, endpoint=lambda: endpoint_of(config)) if is_fcu(config) else AWS_RULES


COPIED_SNAPSHOT_RULES = replace(AWS_RULES, regions=regions_of_both, by_stack=_by_stack)
"""The rules for readers such as the policy pack; the stack's configuration, else the environment, selects the cloud."""
