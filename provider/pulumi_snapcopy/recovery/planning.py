"""Decide from evidence alone which copies of one source to hold and which to prune today."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date

from . import words
from .evidence import (
    Copy,
    CopyState,
    Evidence,
    Holding,
    Presence,
    Unreadable,
    doubts,
    holdings,
    quoted,
)
from .plan import Hold, Plan, Prune, Refusal
from .replaced import of_earlier
from .retention import Retention, gaps

MAX_PRUNE = 0.3


def plan_source(
    evidence: Evidence,
    *,
    retention: Retention,
    target_region: str,
    max_prune: float = MAX_PRUNE,
    protected: bool = True,
) -> Plan:
    """Return the plan for one source: which copies to hold and which to prune.

    The plan holds what the retention keeps of all that is held or can be copied. It prunes only if all evidence was
    read and agrees, and no more than ``max_prune`` of the copies beyond the one copy that an ordinary day replaces.

    Copies of an earlier source of the name stay, and the rest is planned as if there were none. Their days aren't copied
    of the present source, as a day has one resource.

    Args:
        evidence: what is known of the source and its copies.
        retention: what to keep.
        target_region: the region where copies belong; copies in other regions are pruned.
        max_prune: the share of the source's copies that one run may delete, from 0 to 1.
        protected: False for a source that has copies and is no longer protected: all its copies are pruned.

    Raises:
        ValueError: if max_prune isn't a number from 0 to 1.
    """
    check_max_prune(max_prune)
    every, ready = holdings(evidence), evidence.ready() if protected else frozenset()
    why_not = doubts(evidence, protected=protected)
    earlier = _earlier(evidence, every, target_region) if protected and not why_not else {}
    held, ready = [each for each in every if each.copy.date not in earlier], ready - earlier.keys()
    here = _by_date(each for each in held if each.copy.region == target_region)
    others = [each for each in held if each.copy.region != target_region]
    elsewhere = [each for each in others if each.recorded or isinstance(evidence.recorded, Unreadable)]
    chosen = [*here.values(), *earlier.values()]
    unclaimed = [each for each in every if not each.recorded and each not in chosen]
    usable = {day for day, each in here.items() if each.copy.state is not CopyState.FAILED or day in ready}
    unlisted = {
        day for day, each in here.items() if not each.listed and each.copy.state is CopyState.COMPLETE
    }  # a pending copy may have no tag yet; it is resumed before anything is deleted
    kept = set(retention.keep(usable | ready)) if protected else set()
    if protected and not why_not:
        why_not = _why_elsewhere_stays(kept, elsewhere, target_region)

    if why_not:
        stays, goes = elsewhere, _lost(here, usable)
        there = {day for day, each in here.items() if each not in goes}
        # A date that is held in another region can't be declared here, as its resource has one region.
        days = (there | kept) - {each.copy.date for each in elsewhere}
    else:
        # What isn't in the state must come into it before it can be deleted.
        unrecorded = {day for day, each in here.items() if not each.recorded}
        days = kept | _kept_without(kept, here, unlisted, ready, retention) | unrecorded
        dropped = [each for day, each in here.items() if day not in days]
        stays, goes = [], [each for each in (*dropped, *elsewhere) if each.recorded]
    hold = [
        Hold(date=day, region=target_region, name=here[day].copy.name if day in here else None)
        for day in days
    ]
    hold += [
        Hold(date=each.copy.date, region=each.copy.region, name=each.copy.name)
        for each in (*stays, *earlier.values())
    ]
    goes.sort(key=lambda each: (each.copy.date, each.copy.region), reverse=True)
    prune = [
        Prune(copy=each.copy, reason=_why_pruned(each.copy, evidence, target_region, usable, protected))
        for each in goes
    ]
    lost = _lost_days(kept, goes, target_region, usable | ready, retention) if protected else set()
    return Plan(
        source=evidence.source,
        hold=tuple(sorted(hold, key=lambda each: (each.date, each.region), reverse=True)),
        prune=tuple(prune),
        gaps=gaps(days & (usable | ready), days=retention.daily) if protected else (),
        doubts=why_not,
        warnings=_warnings(evidence, why_not, here, unclaimed, usable)
        + (() if protected else _last_copies(evidence, prune))
        + _lost_days_warning(evidence, lost, target_region)
        + _earlier_warning(evidence, earlier)
        + _unlisted(evidence, why_not, [*earlier.values(), *(here[day] for day in unlisted & days)]),
        refusal=_unknown_state_refusal(evidence)
        or _too_many_refusal(evidence, prune, held, max_prune, lost=_without_days(lost, target_region)),
    )


def check_max_prune(value: object) -> None:
    """Check the share of a source's copies that one run may delete.

    Raises:
        ValueError: if the share isn't a number from 0 to 1.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        raise ValueError(f"max_prune must be a number from 0 to 1, such as {MAX_PRUNE}, not {value!r}.")


def _earlier(evidence: Evidence, held: Iterable[Holding], target_region: str) -> dict[date, Holding]:
    """Return by date the copies to hold of an earlier source of the name, in whatever region the state has them."""
    every = tuple(held)
    earlier = of_earlier((each.copy for each in every), evidence.source_ref)
    chosen = _by_date(each for each in every if each.recorded or each.copy.region == target_region)
    return {day: each for day, each in chosen.items() if each.copy in earlier}


def _by_date(held: Iterable[Holding]) -> dict[date, Holding]:
    """Return the best copy for each date: recorded before not, complete before incomplete."""
    ranked = sorted(
        held,
        key=lambda each: (not each.recorded, list(CopyState).index(each.copy.state), each.copy.name),
        reverse=True,
    )
    best = {each.copy.date: each for each in ranked}
    return {day: best[day] for day in sorted(best)}


def _kept_without(
    kept: set[date],
    here: dict[date, Holding],
    unlisted: set[date],
    ready: frozenset[date],
    retention: Retention,
) -> set[date]:
    """Return the dates of the copies that the retention would keep if the unlisted ones were gone, all of them or all but one.

    A date that a retention keeps among some dates, it also keeps among fewer. So a copy missing here is never kept.
    """
    if not unlisted or not kept:
        return set()
    made = kept & ready
    there = {day for day, each in here.items() if each.copy.state is not CopyState.FAILED}
    sure = (made | there) - unlisted
    found = retention.keep(sure).keys() | {day for day in unlisted if day in retention.keep({*sure, day})}
    return found & here.keys()


def _unlisted(evidence: Evidence, why_not: tuple[str, ...], held: list[Holding]) -> tuple[str, ...]:
    found = [each.copy for each in held if not each.listed and each.copy.state is CopyState.COMPLETE]
    if why_not or not found:
        return ()
    names = [each.name for each in sorted(found, key=lambda copy: copy.date)]
    return (
        f"{evidence.source}: the service doesn't list {quoted(names)} in {', '.join(sorted({each.region for each in found}))};"
        " if that is right, run `pulumi refresh`, then `pulumi up` again.",
    )


def _earlier_warning(evidence: Evidence, earlier: dict[date, Holding]) -> tuple[str, ...]:
    listed = {day: each.copy.name for day, each in sorted(earlier.items()) if each.listed}
    if not listed:
        return ()
    return (
        f"{evidence.source} in {evidence.source_region} isn't the one that was copied until {max(listed)}, which doesn't"
        f" exist any more; its copies aren't pruned: {quoted([*listed.values()])}; if they may go, delete them by hand,"
        " then run `pulumi refresh`.",
    )


def _why_elsewhere_stays(
    kept: Iterable[date], elsewhere: list[Holding], target_region: str
) -> tuple[str, ...]:
    """Return the reason to keep the copies elsewhere if none in the target region is as new, or an empty tuple."""
    newest = max(
        (each.copy for each in elsewhere if each.copy.state is not CopyState.FAILED),
        key=lambda copy: copy.date,
        default=None,
    )
    if newest is None or newest.date <= max(kept, default=date.min):
        return ()
    return (
        f'"{newest.name}" in {newest.region} is newer than what can be held in {target_region};'
        " wait for the source's next snapshot",
    )


def _lost(here: dict[date, Holding], usable: set[date]) -> list[Holding]:
    """Return the state's copies that the service lists as failed, and that this run can't make again; they hold no data."""
    return [each for day, each in here.items() if day not in usable and each.listed and each.recorded]


def _why_pruned(copy: Copy, evidence: Evidence, target: str, usable: set[date], protected: bool) -> str:
    if not protected:
        return f"{evidence.source} is no longer protected"
    if copy.region != target:
        return f"the target region is {target}"
    if copy.date not in usable:
        return "it failed, and the source no longer has a snapshot of that day"
    return "no rule of the retention keeps it"


def _warnings(
    evidence: Evidence,
    why_not: tuple[str, ...],
    here: dict[date, Holding],
    unclaimed: list[Holding],
    usable: set[date],
) -> tuple[str, ...]:
    nothing = "copied or pruned" if isinstance(evidence.source_snapshots, Unreadable) else "pruned"
    found = [f"{evidence.source}: nothing is {nothing} in this run: {reason}." for reason in why_not]
    failed = [each.copy.name for each in _lost(here, usable)]
    if failed and why_not and evidence.presence is not Presence.GONE:
        found.append(
            f"{evidence.source}: {quoted(failed)} failed, and can't be copied again in this run; a failed copy is deleted."
        )
    if unclaimed:
        names = quoted([each.copy.name for each in unclaimed])
        found.append(
            f"{evidence.source}: not needed, and not pruned, as the stack's state doesn't have it: {names}."
        )
    return tuple(found)


def _last_copies(evidence: Evidence, prune: list[Prune]) -> tuple[str, ...]:
    """Return a warning of the copies that go because their source is no longer protected; max_prune may allow all of them."""
    names = [each.copy.name for each in prune if each.copy.state is not CopyState.FAILED]
    if not names:
        return ()
    back = "put it back into protect" if evidence.is_named else "give it the tags of protect again"
    return (
        f"{evidence.source} is no longer protected: this run deletes"
        f" {'its last copy' if len(names) == 1 else f'its last {len(names)} copies'}, {quoted(names)};"
        f" to keep {'it' if len(names) == 1 else 'them'}, {back}.",
    )


def _lost_days(
    kept: set[date], goes: list[Holding], target: str, had: set[date] | frozenset[date], retention: Retention
) -> set[date]:
    """Return the days that go with a former target region, that the new one can't get, and that the retention would keep."""
    elsewhere = {
        each.copy.date
        for each in goes
        if each.copy.region != target and each.copy.state is not CopyState.FAILED
    }
    return (elsewhere & retention.keep(had | elsewhere).keys()) - kept


def _without_days(days: set[date], target: str) -> str:
    return f"{target} won't have a copy of {words.days(days)}" if days else ""


def _lost_days_warning(evidence: Evidence, days: set[date], target: str) -> tuple[str, ...]:
    if not days:
        return ()
    return (
        f"{evidence.source}: the copies in the former target region that may be pruned are deleted, and {_without_days(days, target)}, as the"
        " source no longer has snapshots of then; to keep them, leave target_region as it was, and declare another"
        f" DisasterRecoveryRegion for {target}.",
    )


def _unknown_state_refusal(evidence: Evidence) -> Refusal | None:
    """Return a refusal if the state can't be read: what a run would delete by not declaring it is unknown then."""
    if not isinstance(evidence.recorded, Unreadable):
        return None
    return Refusal(
        cause=f"planning the copies of {evidence.source}: the copies in the stack's state can't be read:"
        f" {evidence.recorded.reason}",
        state="nothing was copied or deleted.",
        next="fix the problem named above, then run `pulumi up` again.",
    )


def _too_many_refusal(
    evidence: Evidence, prune: list[Prune], held: list[Holding], max_prune: float, *, lost: str
) -> Refusal | None:
    """Return a refusal if the run would delete too many copies; failed ones hold no data and aren't counted."""
    counted = [each for each in prune if each.copy.state is not CopyState.FAILED]
    whole = sum(each.copy.state is not CopyState.FAILED for each in held)
    beyond = len(counted) - 1
    if beyond <= max_prune * whole + 1e-9:
        return None
    share = math.ceil(beyond / whole * 100 - 1e-9) / 100
    reasons = "; ".join(dict.fromkeys(each.reason for each in counted))
    allowed = math.floor(max_prune * whole + 1e-9)
    return Refusal(
        cause=f"planning the copies of {evidence.source}: this run would delete {len(counted)} of {whole} copies"
        f" ({reasons}); max_prune={max_prune:g} allows {allowed + 1}",
        state="nothing was copied or deleted; the newest that would go is of"
        f" {counted[0].copy.date}, the oldest of {counted[-1].copy.date}{lost and f'; {lost}'}.",
        next=f"if they may go, run `pulumi up` once with max_prune={share:g}, then set it back to {max_prune:g};"
        " if not, undo the change that asks for it.",
    )
