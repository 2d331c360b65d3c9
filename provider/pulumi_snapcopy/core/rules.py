"""Every rule, once: `check` and the policy pack are two readers of these lists."""

from __future__ import annotations

from collections.abc import Iterator

from .judging import organisation_rules as organisation
from .judging import request_rules as request
from .judging import stack_rules as stack
from .judging.judgement import Context, Inputs, Rule, StackRule, Violation

_API = "https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference"
_GUIDE = "https://docs.aws.amazon.com/lightsail/latest/userguide"
_COPY = f"{_API}/API_CopySnapshot.html"
_TAGS = f"{_API}/API_TagResource.html"
_AUTOMATIC = f"{_GUIDE}/amazon-lightsail-configuring-automatic-snapshots.html"
_COPYING = f"{_GUIDE}/amazon-lightsail-copying-snapshots-from-one-region-to-another.html"

_STRINGS = {"type": "array", "items": {"type": "string"}, "minItems": 1}

COPIES = ("pulumi-python:dynamic/lightsail:CopiedSnapshot",)
"""The types that are judged unless configured otherwise."""

ARGUMENTS: tuple[Rule, ...] = (
    Rule(name="value-types", severity="high", page=_COPY, judge=request.value_types,
         description="Each argument has the type that it is documented with.",
         fix="Write a value of the type that the message names."),
    Rule(name="tags", severity="high", page=_TAGS, judge=request.tags,
         description="Tags are ones that the service takes, and not snapcopy's own.",
         fix="Write at most 47 tags, none of which begins with 'aws:' or 'snapcopy:'."),
    Rule(name="custom-timeouts", severity="high", page=_COPY, judge=request.custom_timeouts,
         description="Timeouts are durations.",
         fix="Write durations such as '90m' or '1h30m'."),
)  # fmt: skip
"""What `check` alone refuses: our own arguments."""

REQUEST: tuple[Rule, ...] = (
    Rule(name="manual-or-automatic-source", severity="high", page=_COPY, judge=request.manual_or_automatic_source,
         description="Exactly one of source snapshot and source resource is named.",
         fix="Write sourceSnapshotName to copy a manual snapshot, or sourceResourceName to copy an automatic one."),
    Rule(name="date-or-latest", severity="high", page=_COPY, judge=request.date_or_latest,
         description="An automatic snapshot is meant by its date or as the latest, not both.",
         fix="Beside sourceResourceName write restoreDate or useLatestRestorableAutoSnapshot, and neither beside "
             "sourceSnapshotName."),
    Rule(name="restore-date-format", severity="high", page=_COPY, judge=request.restore_date_format,
         description="The restore date is a real date, YYYY-MM-DD, and not in the future.",
         fix="Write the date of an automatic snapshot that exists, YYYY-MM-DD."),
    Rule(name="snapshot-name", severity="high", page=_COPY, judge=request.snapshot_name,
         description="Names are ones that the service takes.",
         fix="Write 2 to 255 letters, digits, '-', '_' or '.', with a letter or digit first and last."),
    Rule(name="known-region", severity="high", page=_COPY, judge=request.known_region,
         description="Regions are ones that the service has.",
         fix="Write a region of Lightsail, such as eu-west-1."),
)  # fmt: skip
"""What both `check` and the pack refuse: what the service would refuse."""

ORGANISATION: tuple[Rule, ...] = (
    Rule(name="copy-leaves-region", severity="medium", page=_COPYING, judge=organisation.copy_leaves_region,
         description="A copy goes to another region than its source's.",
         fix="Write another targetRegion."),
    Rule(name="required-tags", severity="medium", page=_TAGS, judge=organisation.required_tags,
         description="A copy carries the tags that the organisation requires.",
         fix="Add the tags that the message names, or let the level 'remediate' add them.",
         schema={"tags": {**_STRINGS, "description": "The keys a copy must carry."},
                 "defaults": {"type": "object", "additionalProperties": {"type": "string", "minLength": 1},
                              "description": "Values to add for missing keys, at enforcement level remediate."}}),
    Rule(name="allowed-regions", severity="medium", page=_COPYING, judge=organisation.allowed_regions,
         description="A copy goes to a region that the organisation allows.",
         fix="Write one of the regions that the message names as targetRegion.",
         schema={"regions": {**_STRINGS, "description": "The regions a copy may go to."}}),
    Rule(name="restore-date-not-aged-out", severity="low", page=_AUTOMATIC,
         judge=organisation.restore_date_not_aged_out,
         description="The automatic snapshot of the date is one of the seven that the service keeps.",
         fix="To copy again, write the date of one of the latest seven automatic snapshots."),
)  # fmt: skip
"""What the pack alone says of one copy: the organisation's own rules, advisory until configured."""

STACK: tuple[StackRule, ...] = (
    StackRule(name="copies-cover-instances", severity="medium", page=_COPYING, judge=stack.copies_cover_instances,
              description="Each Lightsail instance and disk that the stack declares has a copy.",
              fix="Declare a CopiedSnapshot of it."),
    StackRule(name="recovery-point-objective", severity="medium", page=_AUTOMATIC,
              judge=stack.recovery_point_objective,
              description="The newest copy of each source is no older than the organisation's objective.",
              fix="Copy a newer snapshot, or follow the latest with trackLatest.",
              schema={"hours": {"type": "number", "exclusiveMinimum": 0,
                                "description": "The age in hours that the newest copy may have."}}),
)  # fmt: skip
"""What the pack alone says of a whole stack."""


def violations(inputs: Inputs, context: Context) -> Iterator[Violation]:
    """Everything that makes a request wrong in itself, in the rules' order."""
    for rule in (*ARGUMENTS, *REQUEST):
        yield from rule.judge(inputs, context, {})
