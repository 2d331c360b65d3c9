"""The rules for what CopySnapshot refuses or would misread: sources, dates and names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from ...core.rules.judgement import UNKNOWN, Config, Context, Inputs, Rule, Violation, known
from . import pages

SOURCES = ("sourceSnapshotName", "sourceResourceName")
NAMES = (*SOURCES, "targetSnapshotName")

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,253}[A-Za-z0-9]")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _manual_or_automatic_source(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
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
            message="sourceSnapshotName or sourceResourceName is required. Write sourceSnapshotName (a manual "
            "snapshot), or sourceResourceName (the instance or disk of an automatic snapshot) with restoreDate or "
            "useLatestRestorableAutoSnapshot.",
        )


def _date_or_latest(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
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
            message="restoreDate or useLatestRestorableAutoSnapshot is required with sourceResourceName. Write "
            "restoreDate (YYYY-MM-DD), or useLatestRestorableAutoSnapshot=True.",
        )
    elif manual and not automatic and (dated or latest is True):
        key = "restoreDate" if dated else "useLatestRestorableAutoSnapshot"
        yield Violation(
            property=key,
            message=f"{key} belongs to automatic snapshots, and sourceSnapshotName names a manual one. "
            f"Leave {key} out, or write sourceResourceName instead of sourceSnapshotName.",
        )
    if inputs.get("trackLatest") is True and automatic and not manual and dated and latest is not UNKNOWN:
        yield Violation(
            property="trackLatest",
            message="trackLatest follows the latest automatic snapshot, and restoreDate names one. Write "
            "useLatestRestorableAutoSnapshot=True instead of restoreDate, or leave trackLatest out.",
        )


def _restore_date_format(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
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


def wrong_names(inputs: Inputs, keys: Sequence[str]) -> Iterator[Violation]:
    """Yield a violation for each name that the service doesn't accept."""
    for key, value in known(inputs, keys, str):
        if not _NAME.fullmatch(value):
            yield Violation(
                property=key,
                message=f"{value!r} is not a name that Lightsail takes. Write 2 to 255 letters, digits, '-', '_' or "
                "'.', with a letter or digit first and last.",
            )


def _snapshot_name(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    yield from wrong_names(inputs, NAMES)
    for key, source in known(inputs, SOURCES, str):
        one_region = inputs.get("sourceRegion") == inputs.get("targetRegion") is not UNKNOWN
        may_be_adopted = key == "sourceSnapshotName"
        if may_be_adopted and inputs.get("adopt"):
            continue
        if source == inputs.get("targetSnapshotName") and one_region:
            yield Violation(
                property="targetSnapshotName",
                message=f"{source!r} is what {key} names in the same region, and a region has each name once. Write "
                f"another name{', or adopt=True to take over that snapshot' if may_be_adopted else ''}.",
            )


MANUAL_OR_AUTOMATIC_SOURCE = Rule(
    name="manual-or-automatic-source", severity="high", page=pages.COPY, judge=_manual_or_automatic_source,
    description="Exactly one of source snapshot and source resource is named.",
    fix="Write sourceSnapshotName to copy a manual snapshot, or sourceResourceName to copy an automatic one.",
)  # fmt: skip

DATE_OR_LATEST = Rule(
    name="date-or-latest", severity="high", page=pages.COPY, judge=_date_or_latest,
    description="An automatic snapshot is meant by its date or as the latest, not both.",
    fix="Beside sourceResourceName write restoreDate or useLatestRestorableAutoSnapshot, and neither beside "
        "sourceSnapshotName.",
)  # fmt: skip

RESTORE_DATE_FORMAT = Rule(
    name="restore-date-format", severity="high", page=pages.COPY, judge=_restore_date_format,
    description="The restore date is a real date, YYYY-MM-DD, and not in the future.",
    fix="Write the date of an automatic snapshot that exists, YYYY-MM-DD.",
)  # fmt: skip

SNAPSHOT_NAME = Rule(
    name="snapshot-name", severity="high", page=pages.COPY, judge=_snapshot_name,
    description="Names are ones that the service takes.",
    fix="Write 2 to 255 letters, digits, '-', '_' or '.', with a letter or digit first and last.",
)  # fmt: skip
