"""The rules for what CopySnapshot refuses, at once or minutes later: ids, descriptions, durations and keys."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ...core.rules.judgement import UNKNOWN, Config, Context, Inputs, Rule, Violation, known
from ..regions import partitions
from . import pages

IDS = ("sourceSnapshotId", "adoptSnapshotId")
SHORTEST, LONGEST, STEP = 15, 2880, 15
"""The limits of a time-based copy's duration and its step, in minutes."""

ALWAYS_ENABLED = ("us-east-1", "us-west-2")
"""Regions that every account can use; others may have to be enabled first."""

_ID = re.compile(r"snap-(?!0+\Z)(?:[0-9a-f]{8}|[0-9a-f]{17})")

_KEY_ARN = re.compile(r"arn:[^:]+:kms:([^:]+):")


def _snapshot_id(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    for key, value in known(inputs, IDS, str):
        if not _ID.fullmatch(value):
            yield Violation(
                property=key,
                message=f"{value!r} is not a snapshot's id. Write snap- and 8 or 17 hex digits, in lower case, such as "
                "snap-0123456789abcdef0.",
            )
    source, adopted = (inputs.get(key) for key in IDS)
    if isinstance(adopted, str) and adopted == source:
        yield Violation(
            property="adoptSnapshotId",
            message=f"{adopted} is the source itself. Write the id of an existing copy, or leave adoptSnapshotId out.",
        )


def _completion_duration(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    key = "completionDurationMinutes"
    value = inputs.get(key)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return
    if not SHORTEST <= value <= LONGEST or value % STEP:
        near = round(min(max(SHORTEST, value), LONGEST) / STEP) * STEP
        yield Violation(
            property=key,
            message=f"{key} is {value:g}. Write {SHORTEST} to {LONGEST} minutes in steps of {STEP}, such as {near}.",
        )


def _key_needs_encryption(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    key, encrypted = inputs.get("kmsKeyId"), inputs.get("encrypted")
    if UNKNOWN in (key, encrypted):  # an unknown key may turn out to be none
        return
    if key is not None and encrypted is not True:
        yield Violation(
            property="kmsKeyId",
            message="kmsKeyId is only taken with encrypted=True. Write encrypted=True, or leave kmsKeyId out.",
        )
    for key, value in known(inputs, ("kmsKeyId",), str):
        if not value.strip():
            yield Violation(
                property=key, message=f"{key} is empty. Write a key's id, alias/… or ARN, or leave {key} out."
            )
        found, target = _KEY_ARN.match(value), inputs.get("targetRegion")
        if found and isinstance(target, str) and found[1] != target:
            yield Violation(
                property=key,
                message=f"{key} is a key of {found[1]}, and the copy goes to {target}, which takes its own keys only. "
                f"Write a key of {target}.",
            )


def _one_partition(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    for _key, source in known(inputs, ("sourceRegion",), str):
        for key, target in known(inputs, ("targetRegion",), str):
            here, there = partitions().get(source), partitions().get(target)
            if here and there and here != there:
                inside = [name for name, partition in partitions().items() if partition == here]
                other = min(inside, key=lambda name: (name == source, name not in ALWAYS_ENABLED, name))
                yield Violation(
                    property=key,
                    message=f"{target} is in the partition {there}, and {source} in {here}: EC2 copies within a "
                    f"partition alone. Write a region of {here}, such as {other}.",
                )


SNAPSHOT_ID = Rule(
    name="snapshot-id", severity="high", page=pages.COPY, judge=_snapshot_id,
    description="Snapshots are named by their ids.",
    fix="Write snap- and 8 or 17 hex digits, in lower case.",
)  # fmt: skip

COMPLETION_DURATION = Rule(
    name="completion-duration", severity="high", page=pages.TIME_BASED, judge=_completion_duration,
    description="A time-based copy takes 15 to 2880 minutes, in steps of 15.",
    fix="Write a number of minutes that 15 divides, from 15 to 2880.",
)  # fmt: skip

KEY_NEEDS_ENCRYPTION = Rule(
    name="key-needs-encryption", severity="high", page=pages.COPY, judge=_key_needs_encryption,
    description="A key is named only for a copy that is to be encrypted, and is one of the copy's region.",
    fix="Write encrypted=True beside kmsKeyId, and a key of the target region.",
)  # fmt: skip

ONE_PARTITION = Rule(
    name="one-partition", severity="high", page=pages.PARTITIONS, judge=_one_partition,
    description="A copy stays in the partition of its source, such as AWS GovCloud (US).",
    fix="Write a target region of the source's partition.",
)  # fmt: skip
