"""``snapcopy status --region``: all manual snapshots of regions, also those that Pulumi's state doesn't have."""

from __future__ import annotations

import json
import socket
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import click

from ..core.durations import spoken
from ..core.errors import Denied, ServiceError
from ..core.values import OWNER_TAG, Phase, Seen
from . import asking

if TYPE_CHECKING:
    from rich.table import Table

TYPES = ("InstanceSnapshot", "DiskSnapshot")
STYLES = {Phase.DONE: "green", Phase.PENDING: "yellow", Phase.FAILED: "red"}


@dataclass(slots=True)
class Holdings:
    """What the regions hold, and why some wouldn't say."""

    snapshots: list[Seen] = field(default_factory=list)
    errors: dict[str, ServiceError] = field(default_factory=dict)


def show(regions: tuple[str, ...], all_regions: bool, as_json: bool) -> None:
    """Show the manual snapshots of these regions, or of all.

    OWNER is the resource (project/stack/resource@identity) that a copy belongs to; "-": none.
    """
    if regions and all_regions:
        raise click.UsageError("--region and --all-regions exclude each other.")
    from ..aws.login import Login

    try:
        asked = _settle(regions, all_regions)
        urls = Login().endpoints(asked, "lightsail")
        click.echo(f"Lightsail: {asking.described(urls[asked[0]])}.", err=as_json)
    except ServiceError as error:
        raise click.ClickException(asking.sentence(error)) from None
    found = look(urls)
    left_out = _left_out(found, asked) if all_regions else []
    failed = [region for region in found.errors if region not in left_out]
    if len(failed) == len(asked):
        raise click.ClickException(asking.sentence(found.errors[failed[0]]))
    if as_json:
        click.echo(json.dumps([as_the_api_does(each) for each in found.snapshots], indent=2))
    else:
        _show(found.snapshots, [region for region in asked if region not in found.errors])
    if left_out:
        click.echo(f"Left out, not open to this account: {', '.join(left_out)}.", err=True)
    for region in failed:
        click.echo(f"Error: {region}: {asking.sentence(found.errors[region])}", err=True)
    if failed:
        raise click.exceptions.Exit(1)


def look(urls: Mapping[str, str]) -> Holdings:
    """Ask all regions, given with their endpoints, at once for their manual snapshots."""
    from ..lightsail.service import Lightsail

    service, found = Lightsail(), Holdings()

    def ask(region: str) -> list[Seen] | ServiceError:
        try:
            asking.reach(urls[region])
            listed = [each for kind in TYPES for each in service.all(region, kind)]
            return sorted(listed, key=lambda snapshot: snapshot.name)
        except ServiceError as error:
            return error

    with ThreadPoolExecutor(len(urls)) as pool:
        for region, answer in zip(urls, pool.map(ask, urls), strict=True):
            if isinstance(answer, ServiceError):
                found.errors[region] = answer
            else:
                found.snapshots += answer
    return found


def as_the_api_does(snapshot: Seen) -> dict[str, Any]:
    """A snapshot with the API's member names; ``fromResourceName`` is its fromInstanceName or fromDiskName."""
    return {
        "name": snapshot.name,
        "arn": snapshot.ref,
        "resourceType": snapshot.kind,
        "location": {"regionName": snapshot.region},
        "state": snapshot.state,
        "progress": snapshot.progress,
        "createdAt": snapshot.created_at.strftime("%Y-%m-%dT%H:%M:%SZ") if snapshot.created_at else None,
        "sizeInGb": snapshot.size,
        "fromResourceName": snapshot.outputs.get("fromResourceName"),
        "tags": [{"key": key, "value": value} for key, value in snapshot.tags.items()],
    }


def _settle(regions: Sequence[str], all_regions: bool) -> list[str]:
    if all_regions:
        from ..lightsail.regions import regions as lightsail_regions

        return sorted(lightsail_regions().names)
    asking.refuse_unknown(regions)
    return list(dict.fromkeys(regions)) or [asking.settle_region(None)]


def _left_out(found: Holdings, asked: Sequence[str]) -> list[str]:
    """The regions that aren't this account's to use, if others show that the credentials are good."""
    if len(found.errors) == len(asked):
        return []
    return [
        region
        for region, error in found.errors.items()
        if (isinstance(error, Denied) and error.code in asking.NOT_ENABLED)
        or isinstance(error.__cause__, socket.gaierror)
    ]


def _show(snapshots: Sequence[Seen], regions: Sequence[str]) -> None:
    from rich.console import Console

    if not snapshots:
        click.echo(f"There are no manual snapshots in {', '.join(regions)}.")
        return
    console, table = Console(highlight=False), _table(snapshots)
    if not console.is_terminal:  # a file or a pipe is as wide as its lines
        console.width = console.measure(table, options=console.options.update(max_width=100_000)).maximum
    console.print(table)


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
            Text(each.outputs.get("fromResourceName") or "-"),
            Text(age(each.created_at, now)),
            Text(each.tags.get(OWNER_TAG, "-")),
        )
        table.add_row(*cells)
    return table


def age(made: datetime | None, now: datetime) -> str:
    """How long ago something was made; days, from two on.

    Example:
        >>> age(datetime(2026, 11, 18, tzinfo=timezone.utc), datetime(2026, 11, 20, tzinfo=timezone.utc))
        '2 days ago'
    """
    if made is None:
        return "-"
    seconds = max((now - made).total_seconds(), 0.0)
    return f"{int(seconds // 86400)} days ago" if seconds >= 2 * 86400 else f"{spoken(seconds)} ago"
