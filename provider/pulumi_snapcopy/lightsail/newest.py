"""Finds the newest copy of ours of a source, and how old the copied data is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone
from typing import TYPE_CHECKING

from ..core.errors import ServiceError
from ..core.values import OWNER_TAG, Phase, Seen
from ..core.waiting.policy import SAME_EVENT
from .source_tag import SourceTag, last_date

if TYPE_CHECKING:
    from .service import Lightsail


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldCopy:
    """A complete copy of ours, and when its data was taken.

    Args:
        seen: the copy.
        taken_at: when the copy's data was taken, UTC; midnight of that day if the service no longer says.
    """

    seen: Seen
    taken_at: datetime


def newest_copy(service: Lightsail, source: str, source_region: str, target_region: str) -> HeldCopy | None:
    """Return our complete copy of a source with the newest data, or None if there is none.

    Args:
        service: Lightsail.
        source: the name of the instance or disk, or of the manual snapshot that was copied.
        source_region: the source's region; if it doesn't answer, ages are known by day only.
        target_region: the region of the copies.

    Raises:
        ServiceError: if the target region's snapshots can't be listed.
    """
    ours = [
        each
        for each in service.snapshots(target_region)
        if each.phase is Phase.DONE and is_of(each, source, source_region)
    ]
    tags = {each.name: SourceTag.of(each) for each in ours}
    known = dict[str, datetime]()
    if any(each.date for each in tags.values()):
        known |= _automatic(service, source_region, source)
    if not all(each.date for each in tags.values()):
        known |= _manual(service, source_region)
    held = [
        HeldCopy(seen=each, taken_at=data_taken_at(each, known.get(tags[each.name].snapshot)))
        for each in ours
    ]
    return max(held, key=lambda each: (each.taken_at, each.seen.name), default=None)


def sources_of(service: Lightsail, source_region: str, target_region: str) -> list[str]:
    """Return the names of the instances and disks in a region that have a complete copy of ours, sorted.

    Raises:
        ServiceError: if the target region's snapshots can't be listed.
    """
    found = set[str]()
    for each in service.snapshots(target_region):
        tag = SourceTag.of(each)
        if each.phase is Phase.DONE and is_of(each, tag.name, source_region):
            found.add(tag.name if tag.date else each.outputs.get("fromResourceName") or tag.name)
    return sorted(found)


def is_of(copy: Seen, source: str, source_region: str) -> bool:
    """Whether a snapshot has our owner tag, and its source tag says that it is a copy of this source.

    Example:
        >>> copy = Seen(name="c", region="eu-west-1", kind="DiskSnapshot",
        ...             tags={"snapcopy:owner": "shop/dev/data@1", "snapcopy:source": "us-east-1:data-1:2026-11-20"})
        >>> is_of(copy, "data-1", "us-east-1"), is_of(copy, "data-1", "us-west-2")
        (True, False)
    """
    tag = SourceTag.of(copy)
    if OWNER_TAG not in copy.tags or tag.region != source_region or not tag.is_of_copy:
        return False
    return source in (tag.name, copy.outputs.get("fromResourceName"))


def data_taken_at(copy: Seen, known: datetime | None) -> datetime:
    """Return when a copy's data was taken; if the service no longer says, the midnight (UTC) at which its day began.

    Without a known time, the day is the automatic snapshot's, or the one that the name of a recovery region's copy ends
    with; the data of any other copy is at least as old as the copy.

    Args:
        copy: a copy of ours.
        known: when the snapshot was taken that now has the source's date or name; None if the service doesn't say.

    Example:
        >>> copy = Seen(name="c", region="eu-west-1", kind="DiskSnapshot", created_at=datetime(2026, 11, 21, 6),
        ...             tags={"snapcopy:owner": "shop/dev/dr-web-1-2026-11-20@0123456789abcdef"})
        >>> data_taken_at(copy, datetime(2026, 11, 20, 5))
        datetime.datetime(2026, 11, 20, 5, 0)
        >>> data_taken_at(copy, datetime(2026, 11, 28, 5))  # of a snapshot taken again under the source's name
        datetime.datetime(2026, 11, 20, 0, 0, tzinfo=datetime.timezone.utc)
    """
    made = copy.created_at
    if known is not None and (made is None or known <= made + timedelta(seconds=SAME_EVENT)):
        return known
    resource = copy.tags.get(OWNER_TAG, "").rpartition("@")[0]
    latest = (made or datetime.now(timezone.utc)).date()
    day = SourceTag.of(copy).day or min(last_date(resource) or latest, latest)
    return datetime.combine(day, time(), timezone.utc)


def _automatic(service: Lightsail, region: str, source: str) -> dict[str, datetime]:
    try:
        listed = service.automatic_snapshots(region, source)
    except ServiceError:
        return {}
    return {each.date: each.created_at for each in listed if each.created_at}


def _manual(service: Lightsail, region: str) -> dict[str, datetime]:
    try:
        listed = service.snapshots(region)
    except ServiceError:
        return {}
    return {each.name: each.created_at for each in listed if each.created_at}
