"""Sorting: what each of several objects is to a resource. It is pure; `ownership` says whose a single object is.

What the state has under another entry the engine deletes or keeps. What an interrupted run of this resource made besides
is an orphan or a twin. What only has our tags or key, and may be somebody's copy, is named in the output and left.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from .earlier_keys import is_of_an_earlier_object
from .keys import same_owner
from .ownership import Whose, carries_key, classify, is_of_this_type, is_within_a_run
from .values import ADOPTED, OWNER_TAG, SOURCE_TAG, Known, Phase, Seen, Spec, is_retained

InState = Callable[[Seen], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sorted:
    """What a list shows of a resource, besides its own object.

    Args:
        orphans: what its interrupted runs made, and no entry of the state has.
        failed_before: its earlier objects that failed; the engine would delete them only after the replacement.
        unproven: what looks like an orphan or has our owner tag alone, and may be somebody's copy of one of ours.
    """

    orphans: tuple[Seen, ...] = ()
    failed_before: tuple[Seen, ...] = ()
    unproven: tuple[Seen, ...] = ()


def sort(
    spec: Spec,
    known: Known,
    listed: Sequence[Seen],
    is_in_state: InState,
    *,
    since: float,
    own: Sequence[Seen] = (),
) -> Sorted:
    """Return what of a region's objects concerns a resource; the rest is others'.

    Args:
        spec: what is asked for.
        known: what is known.
        listed: the region's objects.
        is_in_state: whether the state has an object under any entry.
        since: when the run began, seconds since the epoch: who was interrupted was so before.
        own: those of them that have its name, or carry its key and are its own.
    """
    refs = {each.ref for each in own}
    orphans = [
        each
        for each in listed
        if each.ref not in refs
        and is_orphan(spec, known, each)
        and not is_of_another_entry(known, each, is_in_state)
    ]
    candidates = {each.key for each in orphans} - {""}
    keys = {each.key for each in own} | {
        each.key
        for each in listed
        if each.key in candidates and is_of_another_entry(known, each, is_in_state)
    }
    unproven = [each for each in orphans if _may_be_inherited(spec, known, each, keys=keys, since=since)]
    marked = [
        each
        for each in listed
        if spec.traits.heritable
        and _is_only_marked(spec, each)
        and each.ref not in {*refs, known.ref}
        and not (is_retained(each) or is_of_another_entry(known, each, is_in_state))
    ]
    return Sorted(
        orphans=tuple(each for each in orphans if each not in unproven),
        failed_before=tuple(each for each in listed if _has_failed_before(spec, known, each)),
        unproven=(*unproven, *marked),
    )


def is_of_another_entry(known: Known, seen: Seen, is_in_state: InState) -> bool:
    """Return whether the state has an object under another entry than the resource's own."""
    return seen.ref != known.ref and (seen.ref in known.predecessors or is_in_state(seen))


def is_orphan(spec: Spec, known: Known, seen: Seen) -> bool:
    """Return whether an interrupted run of this very resource made it, for this request or an earlier one.

    What the state has, or had, is the engine's to delete or to keep; what is retained was kept on purpose.
    """
    if seen.ref in {known.ref, *known.predecessors} or is_retained(seen):
        return False
    owner = seen.tags.get(OWNER_TAG)
    # Who made it was interrupted before it was tagged, or who was to delete it after it was marked as ours.
    if owner is None or _is_only_marked(spec, seen):
        return carries_key(spec, seen) and not spec.traits.heritable
    if seen.tags.get(SOURCE_TAG) in (None, ADOPTED) or not is_of_this_type(spec, seen):
        return False
    return same_owner(owner, spec.owner)


def is_twin(
    spec: Spec, known: Known, seen: Seen, existing: Seen, is_in_state: InState, *, since: float
) -> bool:
    """Return whether a run of this request made it beside the existing one, and not somebody who copied that with its marks.

    Args:
        spec: what is asked for.
        known: what is known.
        seen: what has the name or carries the key, too.
        existing: the resource's object.
        is_in_state: whether the state has an object under any entry.
        since: when the run began, seconds since the epoch.
    """
    if existing.ref == spec.adopt_id:
        return False
    if seen.ref is not None and seen.ref == known.ref and (known.in_state or not known.adopted):
        return True  # this run has made it, or taken it up
    if is_of_another_entry(known, seen, is_in_state):
        return False
    same_size = None in (seen.size, existing.size) or seen.size == existing.size
    return same_size and is_within_a_run(spec, seen.created_at, since) and not is_retained(seen)


def _is_only_marked(spec: Spec, seen: Seen) -> bool:
    """Whether it has the resource's owner tag, and none that says of what it was made."""
    return same_owner(seen.tags.get(OWNER_TAG, ""), spec.owner) and SOURCE_TAG not in seen.tags


def _has_failed_before(spec: Spec, known: Known, seen: Seen) -> bool:
    failed = seen.ref in known.predecessors and seen.phase is Phase.FAILED
    return failed and classify(spec, known, seen).whose is Whose.OURS


def _may_be_inherited(spec: Spec, known: Known, seen: Seen, *, keys: Collection[str], since: float) -> bool:
    """Whether it may be somebody's copy of one of ours, made with all its tags, as backup tools do.

    Where ids are given no name says otherwise: only of what is as young as an interrupted run, and whose key no other of
    ours has or had then, is it known.
    """
    if not (spec.by_id and seen.key):
        return spec.by_id  # it has our tags alone
    is_unique = seen.key not in keys and not is_of_an_earlier_object(known, seen)
    return spec.traits.heritable and not (is_unique and is_within_a_run(spec, seen.created_at, since))
