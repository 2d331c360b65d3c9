"""The rules of OUTSCALE's resources.

The engine prints the value of the property that a failed check names, even if it is a secret, so no failure names or
quotes ``fileLocation``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..core.fields import Fields
from ..core.rules.arguments import (
    custom_timeouts,
    description_length,
    required_arguments,
    value_types,
)
from ..core.rules.judgement import Config, Context, Inputs, Rule, Violation, known
from ..core.rules.objective import recovery_point_objective
from ..core.rules.rulebook import Rulebook
from ..core.rules.tags import TagLimits, required_tags, tag_characters
from .fields import COPIED_SNAPSHOT, SNAPSHOT
from .modes import FILE, MODES, SOURCE, VOLUME
from .regions import outscale_regions

PAGE = "https://docs.outscale.com/api.html#createsnapshot"
TAGS_PAGE = "https://docs.outscale.com/api.html#createtags"
TAGS = TagLimits(service="OUTSCALE", key=255, value=255, reserved=(), punctuation=None)
LONGEST_DESCRIPTION = 255
OWN = {SOURCE: "sourceRegionName", FILE: "snapshotSize"}
"""The argument that belongs to one mode alone, and is required with it."""

_WRITE = {
    "sourceRegionName": "the account's own region, such as eu-west-2",
    "snapshotSize": "the size in bytes that the snapshot shall have",
}


_ADOPTED = "adoptSnapshotId"
_IDS = {VOLUME: "vol", SOURCE: "snap", _ADOPTED: "snap"}
"""How the ids in each argument begin."""


def _ids(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    for key, kind in _IDS.items():
        for _key, value in known(inputs, (key,), str):
            if not re.fullmatch(rf"{kind}-[0-9A-Za-z]+", value):
                what = "volume" if kind == "vol" else "snapshot"
                yield Violation(
                    property=key,
                    message=f"{value!r} is not a {what}'s id. Write one such as {kind}-12345678.",
                )
    adopted = inputs.get(_ADOPTED)
    if isinstance(adopted, str) and adopted == inputs.get(SOURCE):
        yield Violation(
            property=_ADOPTED,
            message=f"{adopted} is the source itself. Write the id of an existing copy, or leave {_ADOPTED} out.",
        )


def _one_snapshot_mode(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    given = [name for name in MODES if inputs.get(name) is not None]
    if not given:
        yield Violation(
            property=MODES[0],
            message="volumeId, sourceSnapshotId or fileLocation is required. Write volumeId to take a snapshot of a "
            "volume, sourceSnapshotId with sourceRegionName to copy one, or fileLocation with snapshotSize to import one.",
        )
    elif len(given) > 1:
        yield Violation(
            property=given[0], message=f"{' and '.join(given)} exclude each other. Write one of them alone."
        )
    for mode, name in OWN.items():
        there = inputs.get(name) is not None
        if there and given and mode not in given:
            yield Violation(
                property=name,
                message=f"{name} belongs to {mode} alone. Leave it out, or write {mode} instead of {given[0]}.",
            )
        elif given == [mode] and not there:
            yield Violation(property=name, message=f"{name} is required with {mode}. Write {_WRITE[name]}.")


def _source_region_is_own(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    own = inputs.get("regionName")
    for key, region in known(inputs, ("sourceRegionName",), str):
        if isinstance(own, str) and region != own:
            other = f"; if the account is of {region}, set OSC_REGION={region}, or region in its profile"
            yield Violation(
                property=key,
                message=f"{region!r} is not the account's own region, {own}: OUTSCALE copies within it alone. Write "
                f"{own}{other if region in outscale_regions().names else ''}.",
            )


def _file_location(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    for key, url in known(inputs, (FILE,), str):
        if not url.lower().startswith(("https://", "http://")):
            message = (
                f"{key} isn't the URL of a file. Write the pre-signed URL of an object in a bucket, https://…"
            )
            yield Violation(property="", message=message)


def _snapshot_size(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    key = "snapshotSize"
    size = inputs.get(key)
    if isinstance(size, int | float) and not isinstance(size, bool) and size <= 0:
        yield Violation(
            property=key, message=f"{key} is {size:g}. Write a number of bytes, such as 10 * 2**30."
        )


ONE_SNAPSHOT_MODE = Rule(
    name="one-snapshot-mode", severity="high", page=PAGE, judge=_one_snapshot_mode,
    description="A snapshot is taken of a volume, copied, or imported: one of the three.",
    fix="Write one of volumeId, sourceSnapshotId (with sourceRegionName) and fileLocation (with snapshotSize).",
)  # fmt: skip

SOURCE_REGION_IS_OWN = Rule(
    name="source-region-is-own", severity="high", page=PAGE, judge=_source_region_is_own,
    description="A snapshot is copied within the account's own region.",
    fix="Write the account's own region as sourceRegionName.",
)  # fmt: skip

_REQUIRED = required_arguments(
    sourceSnapshotId="the id of the snapshot to copy, snap-…",
    sourceRegionName=_WRITE["sourceRegionName"],
    page=PAGE,
)

SNAPSHOT_ID = Rule(
    name="snapshot-id", severity="high", page=PAGE, judge=_ids,
    description="Volumes and snapshots are named by their ids.",
    fix="Write ids such as vol-12345678 and snap-12345678.",
)  # fmt: skip

_FILE_LOCATION = Rule(
    name="file-location", severity="high", page=PAGE, judge=_file_location,
    description="The file to import is named by its URL.",
    fix="Write the pre-signed URL of an object in a bucket.",
)  # fmt: skip

_SNAPSHOT_SIZE = Rule(
    name="snapshot-size", severity="high", page=PAGE, judge=_snapshot_size,
    description="The size of an import is above 0.",
    fix="Write the size in bytes, such as 10 * 2**30.",
)  # fmt: skip


def _book(noun: str, fields: Fields, *, arguments: tuple[Rule, ...], request: tuple[Rule, ...]) -> Rulebook:
    return Rulebook(
        token=f"pulumi-python:dynamic/outscale:{noun}", noun=noun, fields=fields, regions=outscale_regions,
        arguments=(value_types(fields, page=PAGE), custom_timeouts(page=PAGE), *arguments),
        request=(
            *request, SNAPSHOT_ID, description_length(LONGEST_DESCRIPTION, page=PAGE), SOURCE_REGION_IS_OWN,
            tag_characters(TAGS, page=TAGS_PAGE),
        ),
        organisation=(required_tags(TAGS, page=TAGS_PAGE),),
        stack=(
            recovery_point_objective(
                sources=("sourceSnapshotId", "volumeId"), region="regionName", taken=("createdAt",),
                shown="sourceSnapshotId", fix="Make a newer one: change triggers.", page=PAGE,
            ),
        ),
    )  # fmt: skip


COPIED_SNAPSHOT_RULES = _book("CopiedSnapshot", COPIED_SNAPSHOT, arguments=(_REQUIRED,), request=())
SNAPSHOT_RULES = _book(
    "Snapshot", SNAPSHOT, arguments=(_FILE_LOCATION, _SNAPSHOT_SIZE), request=(ONE_SNAPSHOT_MODE,)
)
