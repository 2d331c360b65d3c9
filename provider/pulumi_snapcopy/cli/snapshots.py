"""``snapcopy status --region``: list the snapshots of regions, including those that aren't in Pulumi's state."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timezone
from multiprocessing.pool import ThreadPool
from typing import TYPE_CHECKING, Any

import click

from ..core.durations import spoken
from ..core.errors import ConfigError, Denied, ServiceError
from ..core.values import OWNER_TAG, SOURCE_TAG, Phase, Seen
from ..host.settings import Settings
from . import endpoints
from .services import access_of
from .stack_login import StackConfig

if TYPE_CHECKING:
    from rich.table import Table

    from .access import Access

STYLES = {Phase.DONE: "green", Phase.PENDING: "yellow", Phase.FAILED: "red"}


@dataclass(slots=True)
class Listed:
    """The snapshots of the regions, and the errors of regions that couldn't be listed."""

    snapshots: list[Seen] = field(default_factory=list)
    errors: dict[str, ServiceError] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)
    """The regions whose error counts as a failure."""


def show(services: Sequence[str], regions: tuple[str, ...], all_regions: bool, as_json: bool) -> None:
    """Print the snapshots of these regions or of all regions; on EC2 and OUTSCALE only those that are ours.

    The column OWNER shows the owner, project/stack/resource@identity; "-" for no owner.
    """
    if regions and all_regions:
        raise click.UsageError("--region and --all-regions exclude each other.")
    try:
        settings = Settings.read(lambda _: None)
    except ConfigError as error:
        raise click.ClickException(str(error)) from None
    accesses = [access_of(name)(StackConfig(), settings, None, None) for name in services]
    complete = [_show_one(each, regions, all_regions, as_json) for each in accesses]
    if as_json:
        click.echo(json.dumps([_as_json(each) for found in complete for each in found.snapshots], indent=2))
    if any(found.failed for found in complete):
        raise click.exceptions.Exit(1)


def _show_one(access: Access, regions: tuple[str, ...], all_regions: bool, as_json: bool) -> Listed:
    try:
        urls = access.open_regions(regions, every=all_regions)
        click.echo(f"{access.title}: {endpoints.described(next(iter(urls.values())))}.", err=as_json)
    except (ServiceError, ConfigError) as error:
        raise click.ClickException(_sentence(error, access)) from None
    try:
        access.guard(urls)
    except click.ClickException as error:
        raise endpoints.Undetermined(error.message) from None
    except (ServiceError, ConfigError) as error:
        raise endpoints.Undetermined(_sentence(error, access)) from None
    found = look(access, urls)
    left_out = _left_out(found, urls) if all_regions else []
    found.failed = [region for region in found.errors if region not in left_out]
    if len(found.failed) == len(urls):
        raise click.ClickException(_sentence(found.errors[found.failed[0]], access))
    if not as_json:
        _show(access, found.snapshots, [region for region in urls if region not in found.errors])
    if left_out:
        click.echo(f"Left out, not open to this account: {', '.join(left_out)}.", err=True)
    for region in found.failed:
        click.echo(f"Error: {region}: {_sentence(found.errors[region], access)}", err=True)
    return found


def look(access: Access, urls: Mapping[str, str]) -> Listed:
    """List the snapshots of all regions, given with their endpoints, in parallel."""
    service, found = access.service(), Listed()

    def ask(region: str) -> list[Seen] | ServiceError:
        try:
            endpoints.reach(urls[region], setting=access.setting)
            listed = [each for kind in service.kinds for each in service.all(region, kind)]
            shown = listed if access.lists_all else filter(_is_ours, listed)
            return sorted(shown, key=lambda snapshot: snapshot.name)
        except ServiceError as error:
            return error

    with ThreadPool(
        len(urls)
    ) as pool:  # its threads are daemons: Ctrl-C doesn't wait for an endpoint that hangs
        for region, answer in zip(urls, pool.map(ask, urls), strict=True):
            if isinstance(answer, ServiceError):
                found.errors[region] = answer
            else:
                found.snapshots += answer
    return found


def _is_ours(snapshot: Seen) -> bool:
    """Whether a snapshot has our owner tag or our key."""
    return OWNER_TAG in snapshot.tags or bool(snapshot.key)


def _as_json(snapshot: Seen) -> dict[str, Any]:
    """Return a snapshot with its API's names; ``fromResourceName`` is Lightsail's fromInstanceName or fromDiskName."""
    by_name = {
        "name": snapshot.name,
        "arn": snapshot.ref,
        "resourceType": snapshot.kind,
        "sizeInGb": snapshot.size,
        "fromResourceName": snapshot.outputs.get("fromResourceName"),
    }
    by_id = {"snapshotId": snapshot.name, "volumeSize": snapshot.size}
    return {
        **(by_id if "snapshotId" in snapshot.outputs else by_name),
        "location": {"regionName": snapshot.region},
        "state": snapshot.state,
        "progress": snapshot.progress,
        "createdAt": snapshot.created_at.strftime("%Y-%m-%dT%H:%M:%SZ") if snapshot.created_at else None,
        "tags": [{"key": key, "value": value} for key, value in snapshot.tags.items()],
    }


def _sentence(error: ServiceError | ConfigError, access: Access) -> str:
    return endpoints.sentence(error, policy=access.policy) if isinstance(error, ServiceError) else str(error)


def _left_out(found: Listed, asked: Mapping[str, str]) -> list[str]:
    """Return the regions that this account can't use, if other regions show that the credentials are valid."""
    if len(found.errors) == len(asked):
        return []
    return [
        region
        for region, error in found.errors.items()
        if (isinstance(error, Denied) and error.code in endpoints.NOT_ENABLED)
        or isinstance(error.__cause__, socket.gaierror)
    ]


def _show(access: Access, snapshots: Sequence[Seen], regions: Sequence[str]) -> None:
    from .tables import print_table

    if not snapshots:
        what = "manual snapshots" if access.lists_all else "snapshots of snapcopy's"
        click.echo(f"There are no {what} in {', '.join(regions)}.")
        return
    print_table(_table(snapshots))


def _table(snapshots: Sequence[Seen]) -> Table:
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False)
    for title in ("REGION", "NAME", "TYPE", "STATE", "SIZE", "FROM", "MADE", "OWNER"):
        table.add_column(title, overflow="fold")
    now = datetime.now(timezone.utc)
    for each in snapshots:
        progress = f" ({each.progress})" if each.progress and each.phase is Phase.PENDING else ""
        cells = (
            Text(each.region),
            Text(each.name),
            Text(each.kind),
            Text(each.state + progress, style=STYLES[each.phase]),
            Text("-" if each.size is None else f"{each.size} GiB"),
            Text(each.outputs.get("fromResourceName") or each.tags.get(SOURCE_TAG, "-")),
            Text(ago(each.created_at, now)),
            Text(each.tags.get(OWNER_TAG, "-")),
        )
        table.add_row(*cells)
    return table


def ago(made: datetime | None, now: datetime) -> str:
    """Return how long ago something was made; from two days on, in days.

    Example:
        >>> ago(datetime(2026, 11, 18, tzinfo=timezone.utc), datetime(2026, 11, 20, tzinfo=timezone.utc))
        '2 days ago'
    """
    if made is None:
        return "-"
    seconds = max((now - made).total_seconds(), 0.0)
    return f"{int(seconds // 86400)} days ago" if seconds >= 2 * 86400 else f"{spoken(seconds)} ago"
