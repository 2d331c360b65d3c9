"""Decides what one run of a recovery region does, or why it must not go on, from what was gathered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from ..core.durations import spoken
from ..core.rules.suggest import did_you_mean
from ..recovery.evidence import (
    CopyState,
    Presence,
    SourceSnapshot,
    SourceSnapshotState,
    Unreadable,
    holdings,
    source_snapshots,
)
from ..recovery.manual import plan_manual
from ..recovery.plan import Plan
from ..recovery.planning import plan_source
from ..recovery.replaced import earlier_until
from ..recovery.report import CopyFacts
from ..recovery.retention import Retention
from ..recovery.selecting import Protect, Selected
from .children import Taken
from .gathering import PlanInputs, is_without_auto_snapshots
from .inventory import Instance

WhenMissing = Literal["fail", "snapshot"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """The arguments of a `DisasterRecoveryRegion`, checked."""

    source_region: str
    target_region: str
    protect: Protect
    keep: Retention
    max_age: timedelta | None
    max_prune: float
    when_missing: WhenMissing


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What one run of a recovery region declares, warns of, or refuses.

    Args:
        plans: the plans of the sources that are protected or still have copies after the run.
        includes: the disks that an instance's snapshots contain, by instance.
        take: the manual snapshots to declare at the source; the engine deletes those that aren't declared.
        warnings: sentences for the preview.
        refusals: why the run must not go on; if there are any, nothing is declared.
    """

    plans: tuple[Plan, ...]
    includes: dict[str, list[str]]
    take: tuple[Taken, ...]
    warnings: tuple[str, ...]
    refusals: tuple[str, ...]


def decide(request: Request, gathered: PlanInputs, *, now: datetime) -> Decision:
    """Return what a run does, decided from what was gathered."""
    plans = tuple(
        plan_source(
            gathered.evidence[each.name],
            retention=request.keep,
            target_region=request.target_region,
            max_prune=request.max_prune,
            protected=each.protected,
        )
        for each in gathered.selected
    )
    refusals = [str(each.refusal) for each in plans if each.refusal]
    refusals += _missing(request, gathered)
    if not refusals and not any(each.hold for each in plans):
        refusals = [_nothing(request, gathered)]
    protected = {each.name for each in gathered.selected if each.protected}
    instances = [gathered.sources.find(name) for name in sorted(protected)]
    return Decision(
        # The next run knows nothing of a source that is neither: it must not be in this run's outputs.
        plans=tuple(each for each in plans if each.hold or each.source in protected),
        includes={
            each.name: [*each.disks] for each in instances if isinstance(each, Instance) and each.disks
        },
        take=tuple(sorted(_take(request, gathered, plans, now), key=lambda each: (each.source, each.date))),
        warnings=tuple(
            [*(text for each in plans for text in each.warnings), *_warnings(request, gathered, plans, now)]
        ),
        refusals=tuple(refusals),
    )


def _take(request: Request, gathered: PlanInputs, plans: tuple[Plan, ...], now: datetime) -> Iterator[Taken]:
    """Yield the manual snapshots to keep at the sources: today's, and those that aren't copied yet."""
    for plan in plans:
        known = {each for each in gathered.taken if each.source == plan.source}
        evidence = gathered.evidence[plan.source]
        held = holdings(evidence)
        until = earlier_until((each.copy for each in held), evidence.source_ref) or date.min
        wanted = {*plan.dates, *(each.date for each in known if each.date <= until)}
        copied = {
            each.copy.date
            for each in held
            if each.listed and each.copy.state is CopyState.COMPLETE
            if each.copy.region == request.target_region
        }
        may_prune = not plan.doubts and gathered.taken_listed
        if plan.source in gathered.manual:
            kind = gathered.manual[plan.source]
            days = plan_manual(
                {each.date for each in known},
                copied=copied,
                wanted=wanted,
                today=now.date(),
                may_prune=may_prune,
            )
            yield from (Taken(source=plan.source, kind=kind, date=day) for day in days)
        elif not may_prune:
            yield from known
        elif any(each.name == plan.source and each.protected for each in gathered.selected):
            newest = max(copied, default=date.min)
            pending = {each for each in known if each.date not in copied}
            keep = {each for each in pending if each.date > newest or each.date in wanted}
            yield from keep | _newest_without_automatic(known, gathered.automatic.get(plan.source, ()))


def _newest_without_automatic(
    known: set[Taken], automatic: tuple[SourceSnapshot, ...] | Unreadable
) -> set[Taken]:
    """Return the newest manual snapshot, unless the source has an automatic one that is as new."""
    newest = max(known, key=lambda each: each.date, default=None)
    if newest is None or isinstance(automatic, Unreadable):
        return known
    ready = (each.date for each in automatic if each.state is SourceSnapshotState.READY)
    return set() if max(ready, default=date.min) >= newest.date else {newest}


def _missing(request: Request, gathered: PlanInputs) -> list[str]:
    """Return one refusal that names every protected source of which nothing is held and nothing can be copied."""
    found = [
        missing
        for each in gathered.selected
        if each.protected and (missing := _why_missing(each, gathered, request))
    ]
    if not found:
        return []
    remedies = dict.fromkeys(remedy for _, remedies in found for remedy in remedies)
    return [
        f"planning the copies of what is in {request.source_region}: {_sources(len(found))} can't be protected:\n"
        + "\n".join(f"    {line}" for line, _ in found)
        + "\n  State: nothing was copied or deleted."
        + f"\n  Next:  {', or '.join([*remedies, _take_out(request.protect)])}, then run `pulumi up` again."
    ]


def _take_out(protect: Protect) -> str:
    if isinstance(protect, tuple):
        return "remove it from protect"
    return (
        'write the names of the others as protect instead of "all"' if protect == "all" else "remove its tag"
    )


_RENAME = "write its right name"
_TAKE = 'write when_missing="snapshot" to take a manual snapshot a day'


def _why_missing(
    selected: Selected, gathered: PlanInputs, request: Request
) -> tuple[str, tuple[str, ...]] | None:
    """Return why a source has neither copies nor snapshots, and the remedies besides removing it; None if it has."""
    name, evidence = selected.name, gathered.evidence[selected.name]
    if holdings(evidence) or evidence.source_snapshots:
        return None
    where = request.source_region
    if selected.presence is Presence.GONE:
        databases = gathered.sources.databases
        if not isinstance(databases, Unreadable) and name in databases:
            return (
                f"{name} is a database, and databases can't be copied to another region; export its data instead.",
                (),
            )
        meant = did_you_mean(name, gathered.sources.names, otherwise=f"{where} has")
        line = f"{name} doesn't exist in {where}: there is no instance or disk of this name. {meant}".rstrip()
        return line, (_RENAME,)
    if isinstance(selected.presence, Unreadable):
        return None
    found = gathered.sources.find(name)
    if isinstance(found, Instance) and found.is_windows:
        return (
            f"{name} runs Windows, which has no automatic snapshots; take and copy manual snapshots of it.",
            (_TAKE,),
        )
    if found is not None and found.automatic_snapshots:
        return None
    return (
        f"{name} has no automatic snapshots enabled.",
        (f"{_enable(where)} and wait for the first", _TAKE),
    )


def _enable(region: str, name: str = "NAME") -> str:
    return (
        f"enable automatic snapshots (`aws lightsail enable-add-on --region {region} --resource-name {name}"
        " --add-on-request addOnType=AutoSnapshot`)"
    )


def _nothing(request: Request, gathered: PlanInputs) -> str:
    """Return the refusal of a run that would keep no copy at all, with the reason."""
    reasons = [
        each for each in (gathered.sources.instances, gathered.sources.disks) if isinstance(each, Unreadable)
    ]
    unreadable = [
        each.source_snapshots
        for each in gathered.evidence.values()
        if isinstance(each.source_snapshots, Unreadable)
    ]
    said = next((each.reason for each in (*reasons, *unreadable)), None)
    where = request.source_region
    if said:
        cause, step = f"the sources in {where} can't be read: {said}", "fix the problem named above"
    elif gathered.selected:
        cause, step = "none of its sources has a snapshot that can be copied yet", "wait for the first"
    else:
        what = "an instance or disk" if request.protect == "all" else f"the tags {request.protect}"
        cause, step = f"nothing in {where} is or has {what}", "check protect and source_region"
    return (
        f"planning the copies of what is in {where}: {cause}\n  State: nothing was copied or deleted."
        f"\n  Next:  {step}, then run `pulumi up` again."
    )


def _warnings(
    request: Request, gathered: PlanInputs, plans: tuple[Plan, ...], now: datetime
) -> Iterator[str]:
    sources, protected = gathered.sources, {each.name for each in gathered.selected if each.protected}
    if not isinstance(request.protect, tuple):
        yield from _left_out(request, gathered)
    for name in sorted(protected):
        found = sources.find(name)
        if found is not None and found.state == "error":
            yield f"{name}: its state is error in {request.source_region}; check it: its snapshots may be of no use."
        snapshots = source_snapshots(gathered.evidence[name])
        if (
            found is not None
            and snapshots
            and name not in gathered.manual
            and is_without_auto_snapshots(found, gathered.automatic.get(name), today=now.date())
        ):
            newest = max(each.date for each in snapshots)
            if isinstance(found, Instance) and found.is_windows:
                yield f"{name} runs Windows, which has no automatic snapshots, and its last one is of {newest}; {_TAKE}."
            else:
                yield (
                    f"{name}: its automatic snapshots are disabled, and its last one is of {newest};"
                    f" {_enable(request.source_region, name)}, or {_TAKE}."
                )
    for plan in plans:
        if plan.source in protected and not plan.hold and not plan.doubts:
            yield f"{plan.source}: it has no automatic snapshot that can be copied yet; the next run looks again."
        if plan.source in protected and (late := _late(request, plan, now)):
            yield late


def _left_out(request: Request, gathered: PlanInputs) -> Iterator[str]:
    """Yield warnings that name the objects that a tag or "all" selects, but that can't be protected."""
    sources, planned = gathered.sources, {each.name for each in gathered.selected}
    instances = {} if isinstance(sources.instances, Unreadable) else sources.instances
    windows = [
        each.name
        for each in instances.values()
        if each.is_windows
        and each.name not in planned
        and (request.protect == "all" or request.protect.items() <= each.tags.items())  # type: ignore[union-attr]
    ]
    if windows:
        yield (
            f"not protected, as Windows has no automatic snapshots: {', '.join(windows)};"
            " take and copy manual snapshots of them."
        )
    if isinstance(sources.databases, Unreadable):
        yield f"whether {request.source_region} has databases, which can't be protected, is unknown: {sources.databases.reason}."
    elif sources.databases and request.protect == "all":
        yield (
            "not protected, as databases can't be copied to another region:"
            f" {', '.join(sources.databases)}; export their data instead."
        )


def _late(request: Request, plan: Plan, now: datetime) -> str | None:
    if request.max_age is None or plan.newest is None:
        return None
    age = now - CopyFacts(date=plan.newest, name="").data_from
    if age <= request.max_age:
        return None
    return (
        f"{plan.source}: its newest copy is of {plan.newest}, at most {spoken(age.total_seconds())} old; max_age is"
        f" {spoken(request.max_age.total_seconds())}."
    )


def _sources(count: int) -> str:
    return "1 source" if count == 1 else f"{count} sources"
