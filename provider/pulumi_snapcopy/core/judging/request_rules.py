"""What makes a request wrong in itself: the service would refuse it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from datetime import date

from ..durations import DurationError, seconds
from ..model import RESERVED_TAG_PREFIX
from .judgement import UNKNOWN, Config, Context, Inputs, Violation, known

SOURCES = ("sourceSnapshotName", "sourceResourceName")
NAMES = (*SOURCES, "targetSnapshotName")
REGIONS = ("sourceRegion", "targetRegion")
STRINGS = (*NAMES, *REGIONS, "restoreDate")
FLAGS = ("useLatestRestorableAutoSnapshot", "adopt", "trackLatest")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,253}[A-Za-z0-9]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def value_types(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    kinds: list[tuple[tuple[str, ...], type, str]] = [
        (STRINGS, str, "a string"),
        (FLAGS, bool, "True or False"),
        (("triggers",), list, "a list"),
        (("tags", "customTimeouts"), dict, "a mapping of strings to strings"),
    ]
    for keys, kind, words in kinds:
        for key in keys:
            value = inputs.get(key)
            if value is not None and value is not UNKNOWN and not isinstance(value, kind):
                yield Violation(property=key, message=f"must be {words}; it is {value!r}.")


def manual_or_automatic_source(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    given = [key for key in SOURCES if inputs.get(key) is not None]
    if len(given) == 2:
        yield Violation(
            property="sourceSnapshotName",
            message="sourceSnapshotName and sourceResourceName exclude each other. Write sourceSnapshotName alone "
            "to copy a manual snapshot, or sourceResourceName alone to copy an automatic one.",
        )
    elif not given:
        yield Violation(
            property="sourceSnapshotName",
            message="nothing to copy is named. Write sourceSnapshotName (a manual snapshot), or sourceResourceName "
            "(the instance or disk of an automatic snapshot) with restoreDate or useLatestRestorableAutoSnapshot.",
        )


def date_or_latest(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    manual, automatic = (inputs.get(key) is not None for key in SOURCES)
    dated = inputs.get("restoreDate") is not None
    latest = inputs.get("useLatestRestorableAutoSnapshot")
    if dated and latest is True:
        yield Violation(
            property="restoreDate",
            message="restoreDate and useLatestRestorableAutoSnapshot exclude each other. Keep one of the two, with "
            "sourceResourceName only.",
        )
    elif automatic and not manual and not dated and latest is not True and latest is not UNKNOWN:
        yield Violation(
            property="restoreDate",
            message="which automatic snapshot to copy isn't said. Write restoreDate (YYYY-MM-DD), or "
            "useLatestRestorableAutoSnapshot=True.",
        )
    elif manual and not automatic and (dated or latest is True):
        key = "restoreDate" if dated else "useLatestRestorableAutoSnapshot"
        yield Violation(
            property=key,
            message=f"{key} belongs to automatic snapshots, and sourceSnapshotName names a manual one. "
            f"Leave {key} out, or write sourceResourceName instead of sourceSnapshotName.",
        )
    if inputs.get("trackLatest") is True and latest is not True and latest is not UNKNOWN:
        yield Violation(
            property="trackLatest",
            message="trackLatest follows the latest automatic snapshot. Write useLatestRestorableAutoSnapshot=True "
            "beside it, or leave it out.",
        )


def restore_date_format(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
    for key, value in known(inputs, ("restoreDate",), str):
        try:
            day = date.fromisoformat(value) if _DATE.fullmatch(value) else None
        except ValueError:
            day = None
        if day is None:
            yield Violation(
                property=key, message=f"{value!r} is not a date. Write YYYY-MM-DD, such as {context.today}."
            )
        elif day > context.now.date():
            yield Violation(
                property=key,
                message=f"{value} is in the future (today is {context.today}, UTC). Write the date of an automatic "
                "snapshot that exists.",
            )


def snapshot_name(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    for key, value in known(inputs, NAMES, str):
        if not _NAME.fullmatch(value):
            yield Violation(
                property=key,
                message=f"{value!r} is not a name that Lightsail takes. Write 2 to 255 letters, digits, '-', '_' or "
                "'.', with a letter or digit first and last.",
            )
    for key, source in known(inputs, SOURCES, str):
        one_place = inputs.get("sourceRegion") == inputs.get("targetRegion") is not UNKNOWN
        may_be_taken_over = key == "sourceSnapshotName"
        if may_be_taken_over and inputs.get("adopt"):
            continue
        if source == inputs.get("targetSnapshotName") and one_place:
            yield Violation(
                property="targetSnapshotName",
                message=f"{source!r} is what {key} names in the same region, and a region has each name once. Write "
                f"another name{', or adopt=True to take that snapshot over' if may_be_taken_over else ''}.",
            )


def known_region(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
    if inputs.get("sourceRegion") is None:
        yield Violation(
            property="sourceRegion", message="is missing. Write the region of the source, such as us-east-1."
        )
    for key, value in known(inputs, REGIONS, str):
        if value not in context.regions:
            near = difflib.get_close_matches(value, sorted(context.regions), n=2)
            hint = (
                f"Did you mean {' or '.join(near)}?"
                if near
                else f"It has {', '.join(sorted(context.regions))}."
            )
            yield Violation(property=key, message=f"Lightsail has no region {value!r}. {hint}")


def tags(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    for _key, tags in known(inputs, ("tags",), dict):
        if len(tags) > 47:
            yield Violation(
                property="tags",
                message=f"{len(tags)} tags are too many. Write at most 47; three are snapcopy's own.",
            )
        for key, value in tags.items():
            if key.startswith(("aws:", RESERVED_TAG_PREFIX)) or not 1 <= len(key) <= 128:
                wrong = "Write a key of 1 to 128 characters that begins with neither 'aws:' nor 'snapcopy:'."
                yield Violation(property="tags", message=f"the key {key!r} can't be used. {wrong}")
            if value is not UNKNOWN and (not isinstance(value, str) or len(value) > 256):
                yield Violation(
                    property="tags",
                    message=f"the value of {key!r} can't be used. Write a string of at most 256 characters.",
                )


def custom_timeouts(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    for _key, timeouts in known(inputs, ("customTimeouts",), dict):
        for verb, value in timeouts.items():
            if value is UNKNOWN:
                continue
            try:
                seconds(value)
            except DurationError as error:
                yield Violation(property="customTimeouts", message=f"{verb}: {error}")
