"""Converts requests and snapshots between OUTSCALE's API and the core."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ..core.values import SOURCE_TAG, Seen, form_of
from .family import phase
from .modes import FILE, FORMS, SOURCE, VOLUME

KIND = "snapshot"

_IMPORT_FAILED = (
    "the service gives no reason; before the next run check the file, and write a new pre-signed URL as file_location if "
    "this one has expired"
)

_TOKEN = re.compile(r"([0-9a-f]{32})-\d+")


def request(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parameters of CreateSnapshot from settled inputs."""
    size, source = given.get("snapshotSize"), given.get(SOURCE)
    parameters = {
        "VolumeId": given.get(VOLUME),
        "SourceSnapshotId": source,
        "SourceRegionName": given.get("sourceRegionName") if source else None,
        "FileLocation": given.get(FILE),
        "SnapshotSize": None if size is None else int(size),
        "Description": given.get("description"),
    }
    return {name: value for name, value in parameters.items() if value is not None}


def snapshot(raw: Mapping[str, Any], region: str) -> Seen:
    """Return a snapshot of the API as a `Seen`; its key comes from the ClientToken that it was made with."""
    state, progress = raw.get("State") or "pending", raw.get("Progress")
    token = _TOKEN.fullmatch(raw.get("ClientToken") or "")
    name = raw.get("SnapshotId") or ""
    tags = {tag["Key"]: tag.get("Value", "") for tag in raw.get("Tags") or []}
    return Seen(
        name=name,
        region=region,
        kind=KIND,
        ref=name or None,
        key=token[1] if token else "",
        state=state,
        phase=phase(state),
        message=_reason(state, tags),
        progress=None if progress is None else f"{progress}%",
        created_at=_time(raw.get("CreationDate")),
        size=raw.get("VolumeSize"),
        tags=tags,
        outputs={
            "snapshotId": name or None,
            "progress": progress,
            "volumeSize": raw.get("VolumeSize"),
            "snapshotDescription": raw.get("Description"),
        },
    )


def _reason(state: str, tags: Mapping[str, str]) -> str:
    """Return why a snapshot failed, as far as it can be told: the API gives no reasons."""
    if state == "deleting":
        return "it is being deleted"
    is_import = form_of(tags.get(SOURCE_TAG, "")) == FORMS[FILE]
    return _IMPORT_FAILED if state == "error" and is_import else ""


def _time(text: Any) -> datetime | None:
    if not isinstance(text, str):
        return None
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError:
        return None
    return found.astimezone(timezone.utc) if found.tzinfo else found.replace(tzinfo=timezone.utc)
