"""Checks a source before a request is sent: the service would refuse it too, but without naming what exists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from ..core.errors import NotFound, ServiceError, SourceError
from ..core.rules.suggest import existing_sentence
from ..core.values import Phase, Record, Source, Spec
from ..core.waiting.listing import Listing
from .shapes import date_of


@dataclass(frozen=True, slots=True, kw_only=True)
class AutomaticSnapshot:
    """One of the daily snapshots that the service keeps with an instance or disk, identified by its date.

    Args:
        date: YYYY-MM-DD, UTC.
        status: the service's own word.
        kind: the type of its copy, InstanceSnapshot or DiskSnapshot; empty if the service doesn't say.
        created_at: when the snapshot was taken, UTC.
    """

    date: str
    status: str
    kind: str = ""
    created_at: datetime | None = None

    @property
    def restorable(self) -> bool:
        """Whether the snapshot can be copied now."""
        return self.status == "Success"


class Sources(Protocol):
    """The reads that `check_source` needs."""

    def automatic_snapshots(self, region: str, resource: str) -> list[AutomaticSnapshot]:
        """Return an instance's or disk's automatic snapshots; raise ``NotFound`` if it doesn't exist."""

    def resource_names(self, region: str) -> list[str]:
        """Return the names of a region's instances and disks."""

    def database_names(self, region: str) -> list[str]:
        """Return the names of a region's relational databases."""


def check_source(service: Sources, spec: Spec, listing: Listing) -> Source:
    """Return the source of a copy, or raise an error if it can't be copied.

    Args:
        service: reads the source.
        spec: the copy that the program asks for.
        listing: the list of manual snapshots in the source's region.

    Raises:
        SourceError: if the source doesn't exist or isn't complete.
        ServiceError: if the service doesn't answer.
    """
    if (name := spec.arguments.get("sourceSnapshotName")) is not None:
        return _manual(service, spec, listing, name)
    return _automatic(service, spec)


def is_older_than(service: Sources, spec: Spec, record: Record, *, now: float) -> bool:
    """Whether a record's copy was started before the automatic snapshot existed that the spec asks for."""
    given, date = spec.arguments, date_of(spec.arguments)
    if record.created_at is None or date is None:
        return False
    day = f"{record.created_at:%Y-%m-%d}"
    if day != date or not given.get("useLatestRestorableAutoSnapshot"):
        return day < str(date)
    # For a part of the day, "latest" was yesterday's snapshot.
    try:
        listed = service.automatic_snapshots(spec.source_region, given.get("sourceResourceName") or "")
    except NotFound:
        return False
    made = next((each.created_at for each in listed if each.date == date), None)
    return made is not None and record.created_at.timestamp() < made.timestamp() <= now


def _manual(service: Sources, spec: Spec, listing: Listing, name: str) -> Source:
    region = listing.region
    # With trackLatest the source has to be the newest of its name; else a complete source stays complete.
    lately = None if spec.arguments.get("trackLatest") else listing.recent()
    found = next((each for each in lately or () if each.name == name and each.phase is Phase.DONE), None)
    found = found or listing.find(name) or listing.find_listed(name)
    if found is not None and found.phase is not Phase.DONE:  # a list may lag
        found = listing.service.get(region, name, found.kind)
    if found is None:
        _refuse_databases(service, region, name)
        raise SourceError(
            f'there is no manual snapshot "{name}" in {region}',
            existing_sentence(
                region, "manual snapshots", lambda: [each.name for each in listing.all()], name
            ),
            "write the name of an existing one as source_snapshot_name, or another source_region.",
        )
    if found.phase is not Phase.DONE:
        raise SourceError(
            f'the source "{name}" in {region} is not complete',
            f"its state is {found.state}.",
            "run `pulumi up` again when it is complete."
            if found.phase is Phase.PENDING
            else "name another snapshot as source_snapshot_name; this one failed and can't be copied.",
        )
    return Source(kind=found.kind, taken_at=found.created_at)


def _automatic(service: Sources, spec: Spec) -> Source:
    given, region = spec.arguments, spec.source_region
    resource, date = given.get("sourceResourceName") or "", date_of(given)
    try:
        listed = service.automatic_snapshots(region, resource)
    except NotFound:
        raise _no_such_resource(service, region, resource) from None
    dates = sorted(auto.date for auto in listed if auto.restorable)
    if not dates:
        raise SourceError(
            f"{resource} has no automatic snapshot in {region} that can be copied",
            f"automatic snapshots of {resource}: {', '.join(f'{a.date} ({a.status})' for a in listed) or 'none'}.",
            "enable automatic snapshots for it and run `pulumi up` again after the first, or copy a manual snapshot.",
        )
    wanted = date or dates[-1]
    if wanted not in dates:
        raise _no_such_date(spec, listed, dates, wanted)
    return Source(kind=listed[0].kind, settled={"restoredDate": wanted})


def _no_such_resource(service: Sources, region: str, resource: str) -> SourceError:
    _refuse_databases(service, region, resource)
    return SourceError(
        f'there is no instance or disk "{resource}" in {region}',
        existing_sentence(region, "instances and disks", lambda: service.resource_names(region), resource),
        "write the name of an existing one as source_resource_name, or another source_region.",
    )


def _refuse_databases(service: Sources, region: str, name: str) -> None:
    try:
        names = service.database_names(region)
    except ServiceError:
        return  # it isn't the error to report
    if name in names:
        raise SourceError(
            f'"{name}" in {region} is a relational database',
            "Lightsail can't copy databases to another region.",
            "name an instance, a disk, or a snapshot of one; to keep a database elsewhere, export its data.",
        )


def _no_such_date(
    spec: Spec, listed: Sequence[AutomaticSnapshot], dates: Sequence[str], wanted: str
) -> SourceError:
    resource = spec.arguments.get("sourceResourceName")
    status = next((f" whose status is {auto.status}" for auto in listed if auto.date == wanted), "")
    what = f"an automatic snapshot of {wanted}{status}" if status else f"no automatic snapshot of {wanted}"
    latest = spec.arguments.get("useLatestRestorableAutoSnapshot")
    return SourceError(
        f"{resource} has {what} in {spec.source_region}",
        f"automatic snapshots of {resource}: {', '.join(dates)}.",
        'run `pulumi refresh`, then `pulumi up`: "latest" is then settled again.'
        if latest
        else "write one of these as restore_date, or use_latest_restorable_auto_snapshot=True; the service keeps the "
        "latest seven.",
    )
