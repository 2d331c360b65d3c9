"""Looking at a source before anything is sent: the service would refuse a wrong one too, but not say what there is."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ..errors import NotFound, ServiceError
from ..model import CopyRequest, Phase, Service, Snapshot
from ..watching.listing import Listings

_MOST_NAMES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source that can be copied now."""

    copy_type: str
    restore_date: str | None


class SourceError(Exception):
    """A source that can't be copied: what is wrong, what there is, and what to write."""

    def __init__(self, cause: str, there_is: str, next_step: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.there_is = there_is
        self.next_step = next_step


def latest_date(service: Service, region: str, resource: str) -> str | None:
    """The date of the newest automatic snapshot that can be copied."""
    dates = [auto.date for auto in service.automatic_snapshots(region, resource) if auto.restorable]
    return max(dates, default=None)


def check_source(listings: Listings, request: CopyRequest) -> Source:
    """Find the source.

    Args:
        listings: of the source's region.
        request: whose source is meant.

    Raises:
        SourceError: it isn't there or isn't complete.
        ServiceError: the service won't say.
    """
    if request.source_snapshot_name is not None:
        return _manual(listings, request.source_snapshot_name)
    return _automatic(listings, request.source, request.restore_date, latest=request.latest)


def check_successor(listings: Listings, request: CopyRequest, doomed: Snapshot) -> Source:
    """Find the source of what is to take the place of a snapshot that goes before."""
    if (request.source_snapshot_name, request.source_region) == (doomed.name, doomed.region):
        raise SourceError(
            f'"{doomed.name}" in {doomed.region} is its own source',
            "it would be deleted before it could be copied.",
            "take the edit back, or write another source_snapshot_name.",
        )
    return check_source(listings, request)


def _manual(listings: Listings, name: str) -> Source:
    region, found = listings.region, listings.find(name)
    if found is None:
        names = _if_told(lambda: [each.name for each in listings.all()])
        raise SourceError(
            f'there is no manual snapshot "{name}" in {region}',
            _there_is(region, "manual snapshots", names, name),
            "write the name of one that exists as source_snapshot_name, or another source_region.",
        )
    if found.phase is not Phase.DONE:
        raise SourceError(
            f'the source "{name}" in {region} is not complete',
            f"its state is {found.state}.",
            "run `pulumi up` again when it is complete."
            if found.phase is Phase.PENDING
            else "name another snapshot as source_snapshot_name; this one failed and can't be copied.",
        )
    return Source(copy_type=found.resource_type, restore_date=None)


def _automatic(listings: Listings, resource: str, date: str | None, *, latest: bool) -> Source:
    region = listings.region
    try:
        listed = listings.automatic(resource)
    except NotFound:
        names = _if_told(listings.resource_names)
        raise SourceError(
            f'there is no instance or disk "{resource}" in {region}',
            _there_is(region, "instances and disks", names, resource),
            "write the name of one that exists as source_resource_name, or another source_region.",
        ) from None
    dates = sorted(auto.date for auto in listed if auto.restorable)
    if not dates:
        raise SourceError(
            f"{resource} has no automatic snapshot in {region} that can be copied",
            f"automatic snapshots of {resource}: {', '.join(f'{a.date} ({a.status})' for a in listed) or 'none'}.",
            "enable automatic snapshots for it and run `pulumi up` again after the first, or copy a manual snapshot.",
        )
    wanted = date or dates[-1]
    if wanted not in dates:
        status = next((f" whose status is {auto.status}" for auto in listed if auto.date == wanted), "")
        cause = (
            f"an automatic snapshot of {wanted}{status}" if status else f"no automatic snapshot of {wanted}"
        )
        raise SourceError(
            f"{resource} has {cause} in {region}",
            f"automatic snapshots of {resource}: {', '.join(dates)}.",
            'run `pulumi refresh`, then `pulumi up`: "latest" is then settled anew.'
            if latest
            else "write one of these as restore_date, or use_latest_restorable_auto_snapshot=True; the service keeps the "
            "latest seven.",
        )
    return Source(copy_type=listed[0].copy_type, restore_date=wanted)


def _if_told(names: Callable[[], Iterable[str]]) -> list[str] | ServiceError:
    """Alternatives are a courtesy: not being allowed to list them isn't the error to report."""
    try:
        return list(names())
    except ServiceError as error:
        return error


def _there_is(region: str, what: str, names: list[str] | ServiceError, wanted: str) -> str:
    if isinstance(names, ServiceError):
        return f"what {region} has can't be listed: {names}{f' ({names.call})' if names.call else ''}."
    if not names:
        return f"{region} has no {what}."
    near = difflib.get_close_matches(wanted, names, n=_MOST_NAMES, cutoff=0.5)
    shown = (near + sorted(set(names) - set(near)))[:_MOST_NAMES]
    more = f" and {len(names) - len(shown)} more" if len(names) > len(shown) else ""
    return f"{region} has the {what} {', '.join(shown)}{more}."
