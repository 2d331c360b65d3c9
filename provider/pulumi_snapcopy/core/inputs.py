"""From what the user wrote to a settled request, and what has changed since the last one.

Inputs are camelCase, as they stand in the state. Beside the user's they hold two of ours: ``owner`` (the
declaration) and ``restoredDate`` (the date that "latest" was settled as).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from . import naming
from .durations import seconds
from .model import DEFAULT_TIMEOUT, CopyRequest, Phase
from .rules.judgement import UNKNOWN, Inputs

SOURCES = ("sourceSnapshotName", "sourceResourceName")

IDENTITY = (*SOURCES, "sourceRegion", "targetRegion", "triggers")
"""What makes it another copy when it changes, beside the date and the target's name."""

IN_PLACE = ("tags", "customTimeouts", "owner", "retainOnDelete")
"""What changes without a new copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What has to happen: properties that ask for a new copy, and whether anything else has to be done."""

    replaces: list[str]
    update: bool
    unfinished: bool
    """The copy in the state isn't done, or its tags aren't: it is gone on with."""
    same_name: bool
    """The new copy would bear the old one's name in the old one's region."""


def settle(olds: Inputs, news: Inputs, *, latest: Callable[[str, str], str | None]) -> dict[str, Any]:
    """Fill in what the user left open: the date of "latest", and the target's name.

    What was settled once stays while the request stays. What can't be settled yet is left out.

    Args:
        olds: the inputs in the state; empty for a new resource.
        news: what the user wrote; judged by the rules already.
        latest: finds the date of the latest automatic snapshot of (region, resource), if that can be known now.
    """
    inputs = {key: value for key, value in news.items() if value is not None}
    named = "targetSnapshotName" in inputs
    unchanged = bool(olds) and all(_same(olds, inputs, key) for key in IDENTITY)
    unchanged = unchanged and (not named or _same(olds, inputs, "targetSnapshotName"))
    follows = inputs.get("useLatestRestorableAutoSnapshot") is True
    if follows and (date := _latest_date(olds, inputs, unchanged=unchanged, latest=latest)):
        inputs["restoredDate"] = date
    if unchanged and _date(inputs) == _date(olds):
        return inputs | {key: olds[key] for key in ("targetSnapshotName",) if key in olds}
    if not named and (name := derived_name(inputs)):
        inputs["targetSnapshotName"] = name
    return inputs


def _latest_date(
    olds: Inputs, inputs: Inputs, *, unchanged: bool, latest: Callable[[str, str], str | None]
) -> str | None:
    if unchanged and not inputs.get("trackLatest"):
        return _date(olds)
    source, region = inputs.get("sourceResourceName"), inputs.get("sourceRegion")
    if _unknown(inputs) or source is None or region is None:
        return None
    held = _date(olds) if unchanged else None
    return max(filter(None, (latest(region, source), held)), default=None)


def differences(olds: Inputs, news: Inputs) -> Differences:
    """Compare the outputs in the state with settled inputs.

    A date that isn't settled is no difference, and "latest" settled as a date is the same copy as that date.
    """
    replaces = [key for key in IDENTITY if not _same(olds, news, key)]
    if (date := _date(news)) is not None and date != _date(olds):
        replaces.append("restoreDate" if "restoreDate" in news else "restoredDate")
    if "targetSnapshotName" in news and not _same(olds, news, "targetSnapshotName"):
        replaces.append("targetSnapshotName")
    unfinished = Phase.of(olds.get("state") or "pending") is not Phase.DONE or bool(olds.get("unsettledTags"))
    return Differences(
        replaces=replaces,
        unfinished=unfinished,
        update=unfinished or any(not _same(olds, news, key) for key in IN_PLACE),
        same_name=all(_same(olds, news, key) for key in ("targetRegion", "targetSnapshotName")),
    )


def request(
    inputs: Inputs,
    *,
    timeout: tuple[str, ...] = ("create",),
    olds: Inputs | None = None,
    supersedes: Iterable[str] = (),
) -> CopyRequest:
    """Read settled inputs, or outputs, as a request.

    Args:
        inputs: without unknowns.
        timeout: which of the user's timeouts hold, the first one given.
        olds: the outputs in the state, if the copy is there already.
        supersedes: the ARNs of the copies in the state that this one replaces; those in ``olds`` come to them.
    """
    timeouts: Mapping[str, str] = inputs.get("customTimeouts") or {}
    chosen = next((timeouts[verb] for verb in timeout if verb in timeouts), None)
    owner = inputs.get("owner") or ""
    state = (olds or {}).get("state")
    return CopyRequest(
        resource=owner.split("/", 2)[-1],
        owner=owner,
        source_region=inputs.get("sourceRegion") or "",
        target_region=inputs.get("targetRegion") or "",
        source_snapshot_name=inputs.get("sourceSnapshotName"),
        source_resource_name=inputs.get("sourceResourceName"),
        restore_date=_date(inputs),
        target_snapshot_name=inputs.get("targetSnapshotName"),
        triggers=inputs.get("triggers") or (),
        tags=inputs.get("tags") or {},
        adopt=bool(inputs.get("adopt")),
        latest=bool(inputs.get("useLatestRestorableAutoSnapshot")),
        retain=bool(inputs.get("retainOnDelete")),
        timeout=seconds(chosen) if chosen else DEFAULT_TIMEOUT,
        known_arn=(olds or {}).get("arn"),
        half_made=state is not None and Phase.of(state) is not Phase.DONE,
        known_created_at=(olds or {}).get("createdAt"),
        known_operation_id=(olds or {}).get("operationId"),
        former_owner=(olds or {}).get("formerOwner") or (olds or {}).get("owner"),
        supersedes=frozenset(supersedes) | frozenset((olds or {}).get("supersedes") or ()),
    )


def fingerprint_of(copy: CopyRequest) -> str:
    """The hex of a request's derived names."""
    return naming.fingerprint(
        owner=copy.owner,
        source=copy.source,
        source_region=copy.source_region,
        target_region=copy.target_region,
        triggers=copy.triggers,
    )


def derived_name(inputs: Inputs) -> str | None:
    """The name these inputs derive; ``None`` while something that it is made of isn't known."""
    needed = (*IDENTITY, "restoreDate")
    if any(_unknown(inputs.get(key)) for key in needed) or not inputs.get("targetRegion"):
        return None
    copy = request({key: value for key, value in inputs.items() if not _unknown(value)})
    if copy.source_resource_name and not copy.restore_date:
        return None
    return naming.derive(source=copy.source, date=copy.restore_date, fingerprint=fingerprint_of(copy))


def _date(inputs: Inputs) -> str | None:
    date: str | None = inputs.get("restoreDate") or inputs.get("restoredDate")
    return date


def _same(olds: Inputs, news: Inputs, key: str) -> bool:
    """Equal, where nothing and empty are the same, and what isn't known differs from everything."""
    old, new = olds.get(key) or None, news.get(key) or None
    return not _unknown(new) and bool(old == new)


def _unknown(value: Any) -> bool:
    if isinstance(value, Mapping):
        return any(map(_unknown, value.values()))
    return value is UNKNOWN or (isinstance(value, list) and any(map(_unknown, value)))
