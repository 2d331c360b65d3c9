"""Sorting: what each of several objects is to a resource. Pure; whose a single one is says `ownership`.

What the state has under another entry is the engine's to delete or to keep. Of the rest, what an interrupted run of this
resource made is an orphan or a twin, and what only bears its mark is named and left.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from .bookkeeping import iso, iso_of
from .keys import same_owner
from .ownership import Whose, carries_key, classify, is_named, is_of_this_type, is_recent
from .stack import Stack
from .values import ADOPTED, OWNER_TAG, SOURCE_TAG, Known, Phase, Seen, Spec, is_retained


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What a list shows of a resource, besides its own object.

    Args:
        orphans: what its interrupted runs made, and no entry of the state has.
        failed_before: its earlier objects that failed; the engine would delete them only after the replacement.
        unproven: what looks like an orphan, and may be somebody's copy of one of ours.
    """

    orphans: tuple[Seen, ...] = ()
    failed_before: tuple[Seen, ...] = ()
    unproven: tuple[Seen, ...] = ()


def sort(
    spec: Spec, known: Known, listed: Sequence[Seen], stack: Stack, *, now: float, own: Sequence[Seen] = ()
) -> Sorted:
    """Return what of a region's objects concerns a resource; the rest is others'.

    Args:
        spec: what is asked for.
        known: what is known.
        listed: the region's objects.
        stack: what else the stack has.
        now: when the run began, seconds since the epoch: who was interrupted was so before.
        own: those of them that have its name or carry its key.
    """
    elsewhere = [each for each in listed if is_elsewhere(known, each, stack)]
    apart = {each.ref for each in (*own, *elsewhere)}
    orphans = [each for each in listed if each.ref not in apart and is_orphan(spec, known, each)]
    recently = iso_of(now - spec.longest_run)
    keys = {key for key, at in stack.replaced.items() if at >= recently} | {each.key for each in elsewhere}
    unproven = [each for each in orphans if _may_be_inherited(spec, each, keys=keys - {""}, now=now)]
    return Sorted(
        orphans=tuple(each for each in orphans if each not in unproven),
        failed_before=tuple(each for each in elsewhere if _has_failed_before(spec, known, each)),
        unproven=tuple(unproven),
    )


def is_elsewhere(known: Known, seen: Seen, stack: Stack) -> bool:
    """Return whether the state has an object under an entry that is, or may be, another one than the resource's."""
    return seen.ref in known.predecessors or stack.has(seen)


def is_orphan(spec: Spec, known: Known, seen: Seen) -> bool:
    """Return whether an interrupted run of this very resource made it, for this request or an earlier one.

    What the state has, or had, is the engine's to delete or to keep; what is retained was kept on purpose.
    """
    if seen.ref in {known.ref, *known.predecessors} or is_retained(seen):
        return False
    owner = seen.tags.get(OWNER_TAG)
    only_marked = owner is not None and same_owner(owner, spec.owner) and SOURCE_TAG not in seen.tags
    # Who made it was interrupted before it was tagged, or who was to delete it after it was marked as ours.
    if owner is None or only_marked:
        return carries_key(spec, seen) and not spec.by_id
    if seen.tags.get(SOURCE_TAG) in (None, ADOPTED) or not is_of_this_type(spec, seen):
        return False
    return same_owner(owner, spec.owner)


def is_twin(spec: Spec, known: Known, seen: Seen, existing: Seen, stack: Stack, *, now: float) -> bool:
    """Return whether a run of this request made it beside the existing one, and not somebody who copied that with its marks.

    Args:
        spec: what is asked for.
        known: what is known.
        seen: what has the name or carries the key, too.
        existing: the resource's object.
        stack: what else the stack has.
        now: when the run began, seconds since the epoch.
    """
    if existing.ref == spec.adopt_id:
        return False
    if seen.ref is not None and seen.ref == known.ref and (known.in_state or not known.adopted):
        return True  # this run has made it, or taken it up
    if is_elsewhere(known, seen, stack):
        return False
    same_size = None in (seen.size, existing.size) or seen.size == existing.size
    return same_size and is_recent(spec, seen.created_at, now) and not is_retained(seen)


def is_of_an_earlier_key(spec: Spec, known: Known, seen: Seen, stack: Stack) -> bool:
    """Return whether its key was replaced after it was made: a run that asks for that again made a later one.

    Only somebody's copy of the object that was replaced can have the key, too.
    """
    at = stack.replaced.get(seen.key)
    is_own = seen.ref == known.ref or is_named(spec, seen)
    return at is not None and not is_own and seen.created_at is not None and iso(seen.created_at) <= at


def _has_failed_before(spec: Spec, known: Known, seen: Seen) -> bool:
    failed = seen.ref in known.predecessors and seen.phase is Phase.FAILED
    return failed and classify(spec, known, seen).whose is Whose.OURS


def _may_be_inherited(spec: Spec, seen: Seen, *, keys: Collection[str], now: float) -> bool:
    """Whether it may be somebody's copy of one of ours, made with all its tags, as backup tools do.

    Where ids are given no name says otherwise: only of what is as young as an interrupted run, and whose key no other of
    ours has, is it known.
    """
    if not (spec.by_id and seen.key):
        return spec.by_id  # it has our tags alone
    recent = is_recent(spec, seen.created_at, now)
    return spec.traits.heritable and (seen.key in keys or not recent)
