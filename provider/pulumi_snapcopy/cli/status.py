"""``snapcopy status``: show how much data would be lost today, by the service's answers, not by Pulumi's state."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import click
from click.core import ParameterSource

from ..core.errors import SnapcopyError
from . import endpoints, options, services, snapshots

if TYPE_CHECKING:
    from ..recovery.drill import DrillResult
    from ..recovery.report import Report
    from ..recovery.retention import Retention

PRICE = 0.05
"""US dollars for a GiB and month, as `recovery.report.PRICE`, which isn't imported for ``--help``."""

PAUSE = 30.0
"""Seconds between two reports of ``--watch``."""


def _age(ctx: click.Context, param: click.Parameter, value: str | None) -> timedelta | None:
    seconds = options.duration(ctx, param, value)
    return None if seconds is None else timedelta(seconds=seconds)


def _keep(ctx: click.Context, param: click.Parameter, value: str | None) -> Retention | None:
    if value is None:
        return None
    from ..recovery.retention import RULES, Retention

    given = dict(each.strip().partition("=")[::2] for each in value.split(","))
    try:
        if unknown := given.keys() - RULES.keys():
            raise ValueError(f"{', '.join(sorted(unknown))}: not one of {', '.join(RULES)}.")
        if wrong := [rule for rule, count in given.items() if not count.isdecimal()]:
            raise ValueError(f"{', '.join(wrong)}: no number is given.")
        return Retention(**{rule: int(count) for rule, count in given.items()})
    except ValueError as error:
        raise click.BadParameter(f"{error} Write it as daily=7,weekly=4.") from None


def _stack(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    if value is not None and not re.fullmatch("[^/]+/[^/]+", value):
        raise click.BadParameter(
            f'"{value}" names no stack of a project: write PROJECT/STACK, such as shop/prod.'
        )
    return value


@click.command("status")
@click.option("--source-region", help="Where the sources are. [default: as the copies say]")
@click.option("--target-region", help="Where the copies are. [default: AWS tooling's]")
@click.option(
    "--protect",
    multiple=True,
    callback=options.not_empty,
    metavar="NAME|KEY=VALUE|all",
    help="A source, or a tag of sources, or all; repeatable. [default: the sources that have copies]",
)
@click.option(
    "--max-age",
    callback=_age,
    metavar="DURATION",
    help="The objective: how old the newest copy's data may be, such as 30h.",
)
@click.option(
    "--keep",
    callback=_keep,
    metavar="RULE=N,…",
    help="The retention, such as daily=7,weekly=4: shows why each copy is kept, and which goes next.",
)
@click.option(
    "--stack", callback=_stack, metavar="PROJECT/STACK", help="Count the copies of this stack alone."
)
@click.option(
    "--format", "form", type=click.Choice(["table", "json", "html"]), default="table", show_default=True
)
@click.option("--watch", is_flag=True, help=f"Look again every {PAUSE:g} s, until Ctrl-C.")
@click.option(
    "--price",
    type=click.FloatRange(min=0),
    callback=options.finite,
    default=PRICE,
    show_default=True,
    help="Dollars a GiB and month.",
)
@click.option(
    "--drills",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file that `snapcopy drill` remembers its results in; they are shown too.",
)
@click.option(
    "--region", "regions", multiple=True, help="List all manual snapshots of this region instead; repeatable."
)
@click.option("--all-regions", is_flag=True, help="List those of all regions that the account has enabled.")
@services.option("List the snapshots of these services, of all but lightsail those that are ours")
@click.option("--json", "as_json", is_flag=True, help="With --region or --services: print a JSON array.")
def status(
    source_region: str | None,
    target_region: str | None,
    protect: tuple[str, ...],
    max_age: timedelta | None,
    keep: Retention | None,
    stack: str | None,
    form: str,
    watch: bool,
    price: float,
    drills: Path | None,
    regions: tuple[str, ...],
    all_regions: bool,
    names: list[str],
    as_json: bool,
) -> None:
    """Show each source's copies: the newest, its age, gaps, size and cost.

    Exit code 0: the objective is met, or none was given. 1: it is missed. 2: it couldn't be determined.
    With --region, --all-regions or --services: 1 if a list couldn't be read, 2 if the account isn't an allowed one.
    """
    if regions or all_regions or names != ["lightsail"]:
        if _given() - {"regions", "all_regions", "names", "as_json"}:
            raise click.UsageError(
                "--region, --all-regions and --services list snapshots: no other option but --json goes with them."
            )
        snapshots.show(names, regions, all_regions, as_json)
        return
    if as_json:
        raise click.UsageError("--json goes with --region or --services; write --format json.")
    if watch and form != "table":
        raise click.UsageError("--watch shows tables; leave --format out.")
    from .recovery_facts import Question, Reached, report

    question = Question.of(source_region=source_region, protect=protect, stack=stack, keep=keep)
    lookups = cache(Reached.of_the_program)  # clients are kept for the next report
    warnings = list[str]()

    def look() -> Report:
        warnings.clear()
        try:
            region = endpoints.settle_region(target_region)
            if source_region:
                endpoints.refuse_unknown([source_region])
            return report(
                lookups(),
                question,
                region,
                max_age=max_age,
                price=price,
                drills=_history(drills, warnings.append),
                now=datetime.now(timezone.utc),
                warn=warnings.append,
            )
        except click.ClickException as error:
            raise endpoints.Undetermined(error.message) from None
        except SnapcopyError as error:
            lookups.cache_clear()  # the credentials may change before the next attempt
            raise endpoints.Undetermined(_sentence(error)) from None

    def show(report: Report) -> None:
        described = map(endpoints.described, lookups().urls.values())
        if emulated := next((each for each in described if each != endpoints.REAL), None):
            click.echo(f"Lightsail: {emulated}.", err=True)
        for text in warnings:
            click.echo(f"Warning: {text}", err=True)
        _print(report, form)

    found = _watched(look, show) if watch else look()
    if not watch:
        show(found)
    raise click.exceptions.Exit(found.exit_code)


def _given() -> set[str]:
    """Return the names of the parameters given on the command line."""
    ctx = click.get_current_context()
    return {name for name in ctx.params if ctx.get_parameter_source(name) is ParameterSource.COMMANDLINE}


def _print(report: Report, form: str) -> None:
    if form == "json":
        click.echo(json.dumps(report.as_json(), indent=2))
    elif form == "html":
        from ..recovery.page import render

        click.echo(render(report).encode())  # UTF-8, as the page's meta element says
    else:
        _table(report)


def _table(report: Report) -> None:
    from ..recovery.table import drill_table, status_table
    from ..recovery.words import summary
    from .tables import print_table

    if report.sources:
        print_table(status_table(report))
    if report.drills:
        print_table(drill_table(report.drills))
    click.echo(summary(report))


def _watched(look: Callable[[], Report], show: Callable[[Report], None]) -> Report:
    """Show reports until the user stops the command; a failed report prints its error, and the next one follows."""
    found: Report | None = None
    try:
        while True:
            try:
                found = look()
            except endpoints.Undetermined as error:
                error.show()
            else:
                click.clear()
                click.echo(f"{found.made_at:%Y-%m-%d %H:%M:%S} UTC; Ctrl-C ends it.", err=True)
                show(found)
            time.sleep(PAUSE)
    except KeyboardInterrupt:
        if found is None:
            raise endpoints.Undetermined("nothing could be read.") from None
        return found


def _history(path: Path | None, warn: Callable[[str], None]) -> tuple[DrillResult, ...]:
    if path is None:
        return ()
    from ..recovery.drill import load_history

    if path.parent.is_dir() and not path.exists():
        warn(f"there is no {path}, so no drills are shown; `snapcopy drill --history` writes one.")
    try:
        history = load_history(path, limit=20)
    except OSError as error:
        raise endpoints.Undetermined(f"{path} can't be read: {error.strerror}.") from None
    for line in history.unreadable_lines:
        warn(f"{path}, line {line}: not a drill's result; it was left out.")
    return history.drills


def _sentence(error: SnapcopyError) -> str:
    from ..core.errors import ServiceError

    return endpoints.sentence(error) if isinstance(error, ServiceError) else str(error)
