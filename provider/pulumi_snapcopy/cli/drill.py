"""``snapcopy drill``: restore the newest copy of each source under a temporary name, check it, and remove it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..core.errors import LoginFailed, ServiceError, SnapcopyError, SourceError
from ..recovery.drill import DrillResult, append_drill, exit_code
from . import drill_check, endpoints, options
from .signals import ended_in_order, put_off, say

if TYPE_CHECKING:
    from ..aws.clients import Clients
    from ..lightsail.drilling import Drilling, RestoredCopy

EVERY = "all"
"""The argument that means each source that has copies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrillRequest:
    """What `snapcopy drill` is asked to do with each source.

    Args:
        source_region: the region of the source.
        target_region: the region of the copies.
        bundle_id: the plan of a restored instance; None: the source's, else the cheapest that fits.
        zone: the availability zone; None: the first.
        check: the shell command that must succeed; None: no check.
        check_timeout: seconds that the check is tried.
        timeout: seconds that a restore may take.
    """

    source_region: str
    target_region: str
    bundle_id: str | None
    zone: str | None
    check: str | None
    check_timeout: float
    timeout: float


@click.command("drill")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE…", callback=options.not_empty)
@click.option("--source-region", required=True, help="The region of the source.")
@click.option("--target-region", required=True, help="The region of the copies, where one is restored.")
@click.option(
    "--max-age", callback=options.duration, help="The objective: how old the data may be, such as 30h or 30d."
)
@click.option(
    "--bundle-id",
    help="The plan of a restored instance. [default: the source's, else the cheapest that fits]",
)
@click.option("--availability-zone", help="A zone of the target region. [default: the first]")
@click.option("--check", "command", help="A shell command that has to succeed; {ip} and {name} are replaced.")
@click.option(
    "--check-timeout",
    callback=options.duration,
    default="10m",
    show_default=True,
    help="How long it is tried.",
)
@click.option(
    "--timeout",
    callback=options.duration,
    default="2h",
    show_default=True,
    help="How long a restore may take.",
)
@click.option("--format", "style", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option(
    "--history", type=click.Path(dir_okay=False, path_type=Path), help="A file that remembers drills."
)
def drill(
    sources: tuple[str, ...],
    source_region: str,
    target_region: str,
    max_age: float | None,
    bundle_id: str | None,
    availability_zone: str | None,
    command: str | None,
    check_timeout: float,
    timeout: float,
    style: str,
    history: Path | None,
) -> None:
    """Restore the newest copy of SOURCE as snapcopy-drill-…, with what is attached, and remove all of it.

    Several sources are restored one after the other; "all" is each that has a copy. What drills that were killed have
    left is removed first. Exit code 0: restored, and the data is young enough; 1: not; 2: the copies couldn't be read, or
    the drill was stopped.
    """
    _check_regions_and_account(source_region, target_region)
    if history is not None:
        _open(history)
    request = DrillRequest(
        source_region=source_region,
        target_region=target_region,
        bundle_id=bundle_id,
        zone=availability_zone,
        check=command,
        check_timeout=check_timeout,
        timeout=timeout,
    )
    results = list[DrillResult]()
    as_list = len(sources) > 1 or EVERY in sources
    try:
        with ended_in_order():
            for source in _each(sources, source_region, target_region):
                blank = DrillResult(
                    source=source,
                    target_region=target_region,
                    started_at=datetime.now(timezone.utc),
                    max_age=None if max_age is None else timedelta(seconds=max_age),
                )
                try:
                    result = _run(request, blank)
                except drill_check.NoAddress as error:
                    if EVERY in sources:
                        say(f"Skipped {source}: {error}.")
                        continue
                    result = replace(blank, error=str(error))
                results.append(result)
                if history is not None:
                    _append_to_history(history, result)
    except endpoints.Undetermined:  # stopped, after drills that took time and money
        if results:
            _show(results, style, as_list=as_list)
        raise
    _show(results, style, as_list=as_list)
    raise click.exceptions.Exit(exit_code(results))


def _check_regions_and_account(source_region: str, target_region: str) -> None:
    """Refuse regions that don't exist, and accounts that the account guard doesn't allow.

    Raises:
        Undetermined: if a region or the account is refused, or the account can't be determined.
    """
    from ..lightsail.lookups import Lookups

    try:
        endpoints.refuse_unknown([source_region, target_region])
        Lookups.of_the_program().admit(target_region)
    except click.ClickException as error:
        raise endpoints.Undetermined(error.message) from None
    except SnapcopyError as error:
        raise endpoints.Undetermined(f"{_sentence(error)}.") from None


def _each(sources: tuple[str, ...], source_region: str, target_region: str) -> list[str]:
    """Return the sources to restore, each once.

    Raises:
        click.exceptions.Exit: if "all" is given and there is no source (1), or that can't be determined (2).
    """
    if EVERY not in sources:
        return list(dict.fromkeys(sources))
    from ..aws.login import Login
    from ..lightsail.newest import sources_of
    from ..lightsail.service import Lightsail

    try:
        endpoints.reach(Login().endpoints([target_region], "lightsail")[target_region])
        found = sources_of(Lightsail(), source_region, target_region)
    except ServiceError as error:
        say(f"Error: {endpoints.sentence(error)}")
        raise click.exceptions.Exit(2) from None
    if not found:
        say(
            f"Error: {target_region} holds no complete copy of anything in {source_region} that is snapcopy's."
        )
        raise click.exceptions.Exit(1)
    return found


def _open(history: Path) -> None:
    """Create the history file before a restore costs anything.

    Raises:
        Undetermined: if the file can't be written.
    """
    try:
        history.open("ab").close()
    except OSError as error:
        raise endpoints.Undetermined(
            f"{history} can't be written: {error.strerror}. Nothing was restored; write another --history."
        ) from None


def _append_to_history(history: Path, result: DrillResult) -> None:
    try:
        append_drill(history, result)
    except OSError as error:
        say(f"Error: {history} can't be written: {error.strerror}.")


def _run(request: DrillRequest, result: DrillResult) -> DrillResult:
    """Restore the newest copy of a result's source, check and remove it, and return the result."""
    from ..aws.login import Login
    from ..core.waiting.deadline import OutOfTime
    from ..lightsail.adapter import connect
    from ..lightsail.newest import newest_copy
    from ..lightsail.service import Lightsail

    clients = connect()
    drilling = _drilling(request, result.source, clients)
    try:
        endpoints.reach(Login().endpoints([drilling.region], "lightsail")[drilling.region])
        service = Lightsail(clients, clock=drilling.clock)
        held = drilling.deadline.retry(
            lambda: newest_copy(service, result.source, request.source_region, drilling.region)
        )
    except (ServiceError, OutOfTime) as error:
        return replace(result, error=_sentence(error), is_unknown=True)
    if held is None:
        text = f"{drilling.region} holds no complete copy of {result.source} in {request.source_region} that is snapcopy's"
        return replace(result, error=text)
    drill_check.refuse_impossible_check(request.check, held.seen)
    result = replace(
        result,
        snapshot_name=held.seen.name,
        date=held.taken_at.date(),
        data_age_seconds=max((result.started_at - held.taken_at).total_seconds(), 0.0),
    )
    restored: RestoredCopy | None = None
    began = time.monotonic()
    try:
        for name in drilling.clean():
            say(f"Removed {name}, which an interrupted drill had left.")
        began = time.monotonic()
        result = replace(result, restored_as=drilling.name)
        restored = drilling.restore(held.seen, bundle_id=request.bundle_id, zone=request.zone)
        if request.check is not None:
            drill_check.run(request.check, restored, request.check_timeout)
        result = replace(result, recovery_seconds=time.monotonic() - began)
    except SourceError as error:
        return replace(result, restored_as=None, error=_sentence(error))
    except (SnapcopyError, OutOfTime) as error:
        result = replace(result, error=_sentence(error))
    finally:
        with put_off():
            trouble = _remove(drilling)
    if trouble and result.error is None:
        result = replace(result, error=trouble)
    return replace(result, cost=restored.cost(time.monotonic() - began) if restored else None)


def _remove(drilling: Drilling) -> str | None:
    """Remove the restored resources, and return the error if some may be left."""
    from ..core.waiting.deadline import OutOfTime

    # A restore that ends late still costs, and is removed too.
    drilling.deadline = replace(drilling.deadline, at=drilling.clock.now() + 600.0)
    try:
        drilling.remove()
    except (SnapcopyError, OutOfTime) as error:
        return _left(drilling, _sentence(error))
    except KeyboardInterrupt:
        _left(drilling, "its removal was stopped")
        raise
    return None


def _left(drilling: Drilling, why: str) -> str:
    text = f"{drilling.name} in {drilling.region} may be left, and costs: {why}"
    say(f"Error: {text}. The next drill of this source removes it.")
    return text


def _drilling(request: DrillRequest, source: str, clients: Clients[Any]) -> Drilling:
    from ..core.waiting.clock import SystemClock
    from ..core.waiting.deadline import Deadline
    from ..lightsail.drilling import Drilling
    from ..lightsail.restoring_service import RestoringLightsail
    from ..lightsail.source_tag import SourceTag

    clock = SystemClock()
    deadline = Deadline(
        clock=clock,
        at=clock.now() + request.timeout,
        report=lambda trouble: say(f"waiting for the service: {_sentence(trouble)} …"),
    )
    return Drilling(
        region=request.target_region,
        of=str(SourceTag(region=request.source_region, name=source)),
        services={kind: RestoringLightsail(kind, clients, clock=clock) for kind in ("Instance", "Disk")},
        clock=clock,
        deadline=deadline,
        tell=lambda text: say(f"{text} …"),
    )


def _sentence(error: Exception) -> str:
    from ..core.waiting.deadline import OutOfTime

    if isinstance(error, SourceError):
        return f"{error.cause}: {error.state} {error.next_step[0].upper()}{error.next_step[1:]}".rstrip(".")
    if isinstance(error, LoginFailed):
        return endpoints.sentence(error).rstrip(".")
    if isinstance(error, OutOfTime):
        return f"timed out; the service last said: {error.trouble}" if error.trouble else "timed out"
    called = f" ({error.call})" if isinstance(error, ServiceError) and error.call else ""
    return f"{str(error).rstrip('.')}{called}"


def _show(results: list[DrillResult], style: str, *, as_list: bool) -> None:
    """Print one drill as a JSON object, several as a JSON list, or all as a table."""
    if style == "json":
        drills = [each.as_json() for each in results]
        click.echo(json.dumps(drills if as_list else drills[0], indent=2))
        return
    from ..recovery.table import drill_table
    from .tables import print_table

    print_table(drill_table(results))
