"""Ownership: whose an object is. What isn't provably ours is never changed, tagged or deleted.

The evidence, strongest first: an owner tag (ours or another's), the ref in the state, the key that it carries, the
service's own record of our call. A name proves nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from .keys import same_owner, same_stack
from .values import (
    ADOPTED,
    KEY_TAG,
    OWNER_TAG,
    SOURCE_TAG,
    Known,
    Record,
    Seen,
    Spec,
    form_of,
    is_retained,
)
from .waiting.policy import CREATION_GRACE, LONGEST_SKEW, SAME_EVENT, TAGGING_GRACE


class Whose(Enum):
    """Whose an object is."""

    OURS = "ours"
    THEIRS = "theirs"
    UNDECIDED = "undecided"


class Evidence(Enum):
    """What proves it."""

    TAG = "the owner tag"
    STATE = "the ref in the state"
    KEY = "the key that it carries"
    RECORD = "the service's record of our call"
    ANSWER = "the service's answer to our request"
    NONE = "nothing"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whose an object is, and the evidence.

    Args:
        whose: whose the object is.
        evidence: what proves it.
        until: when an undecided one is to be looked at again, seconds since the epoch; None: once the records are read.
    """

    whose: Whose
    evidence: Evidence
    until: float | None = None


def classify(
    spec: Spec,
    known: Known,
    seen: Seen,
    *,
    records: Sequence[Record] | None = None,
    now: float = 0.0,
    rested: bool = False,
    records_until: float = 0.0,
) -> Verdict:
    """Return whose an object is that has our name, carries our key, or may be an orphan of ours.

    Args:
        spec: what is asked for.
        known: what is known.
        seen: what the service shows.
        records: the service's records about the name, newest first; None if they weren't read.
        now: seconds since the epoch.
        rested: whether another run that may have made it was left its time to tag it.
        records_until: until when the record of an object that has none yet is waited for, seconds since the epoch.
    """
    if (owner := seen.tags.get(OWNER_TAG)) is not None:
        ours = same_owner(owner, spec.owner) or (known.owner is not None and same_owner(owner, known.owner))
        ours = ours and (_is_known(known, seen) or is_of_this_type(spec, seen))
        if not ours and _is_known(known, seen) and is_of_an_undone_rename(spec, seen):
            return Verdict(Whose.OURS, Evidence.STATE)
        return Verdict(Whose.OURS if ours else Whose.THEIRS, Evidence.TAG)
    if _is_known(known, seen):
        return Verdict(Whose.OURS, Evidence.STATE)
    # Beside a complete one that the state knows by its ref, a name that carries the key may be somebody else's.
    if carries_key(spec, seen) and (spec.by_id or not (known.complete and known.ref is not None)):
        inherited = spec.traits.heritable and not is_within_a_run(spec, seen.created_at, now)
        return Verdict(*((Whose.THEIRS, Evidence.NONE) if inherited else (Whose.OURS, Evidence.KEY)))
    if spec.traits.tagged_in_call:
        return Verdict(Whose.THEIRS, Evidence.NONE)  # ours would have its tag
    if records is None:
        return Verdict(Whose.UNDECIDED, Evidence.NONE)
    record = deciding(records)
    if record is not None and _is_of_the_incomplete(known, record, seen):
        return Verdict(Whose.OURS, Evidence.RECORD)
    if record is None or not _proves(spec, known, record, seen, now):
        if now < records_until and _record_may_follow(record, seen, now):
            return Verdict(Whose.UNDECIDED, Evidence.NONE, min(records_until, now + TAGGING_GRACE))
        return Verdict(Whose.THEIRS, Evidence.NONE)
    # Another run may have started it just now, and be about to tag it; by how much the clocks differ isn't known.
    if (
        not rested
        and record.created_at
        and now - record.created_at.timestamp() < TAGGING_GRACE + LONGEST_SKEW
    ):
        return Verdict(Whose.UNDECIDED, Evidence.RECORD, now + TAGGING_GRACE)
    return Verdict(Whose.OURS, Evidence.RECORD)


def deciding(records: Sequence[Record]) -> Record | None:
    """Return the newest record of a creation or deletion, or None."""
    return next((each for each in records if each.decides), None)


def carries_key(spec: Spec, seen: Seen) -> bool:
    """Return whether it carries this request's key, of any date."""
    return bool(spec.carried_key) and seen.key == spec.carried_key


def _is_known(known: Known, seen: Seen) -> bool:
    taken_over = known.adopted and not known.in_state  # by this run: it isn't ours before it has our tag
    return seen.ref is not None and seen.ref in {None if taken_over else known.ref, *known.predecessors}


def is_of_an_undone_rename(spec: Spec, seen: Seen) -> bool:
    """Return whether the owner tag of an object in the state is that of a rename which was undone, or which reads show late.

    It names another resource of this stack. That one has neither adopted the object, which its source tag would say, nor
    kept it on purpose.
    """
    owner, source = seen.tags.get(OWNER_TAG, ""), seen.tags.get(SOURCE_TAG)
    is_of_another_name = same_stack(owner, spec.owner) and not same_owner(owner, spec.owner)
    return is_of_another_name and source not in (None, ADOPTED) and not is_retained(seen)


def is_of_this_type(spec: Spec, seen: Seen) -> bool:
    """Return whether its source tag is missing or has a form of this type of resource: two types can have one owner tag."""
    source = seen.tags.get(SOURCE_TAG, ADOPTED)
    return source == ADOPTED or form_of(source) in spec.traits.forms


def matches(spec: Spec, seen: Seen) -> bool:
    """Return whether an object of ours fulfils the present request; it may be of one that was edited since."""
    if spec.itself or is_named(spec, seen):
        return True
    # Where ids are given, what is found has the key.
    of_this_request = spec.by_id or seen.tags.get(KEY_TAG, spec.key) == spec.key
    return of_this_request and seen.tags.get(SOURCE_TAG, ADOPTED) in (spec.source_tag, ADOPTED)


def is_named(spec: Spec, seen: Seen) -> bool:
    """Return whether the program asks to adopt it by its id."""
    return bool(spec.adopt_id) and seen.ref == spec.adopt_id


def is_being_made_again(spec: Spec, known: Known, record: Record, *, now: float) -> bool:
    """Return whether a record shows that another run has just made it again, so that it may not be visible yet."""
    if record.failed or record.created_at is None or record.source != spec.source:
        return False
    return _is_newer(known, record) and now - record.created_at.timestamp() <= CREATION_GRACE


def is_made_by(record: Record, seen: Seen) -> bool:
    """Return whether a record can be that of an object, which must not be younger."""
    if record.created_at is None or seen.created_at is None:
        return True
    return seen.created_at.timestamp() <= record.created_at.timestamp() + SAME_EVENT


def _record_may_follow(record: Record | None, seen: Seen, now: float) -> bool:
    """Whether an object is so new that its tags, or the record of the call that made it, may not be visible yet."""
    if record is not None and not record.deletes and is_made_by(record, seen):
        return False
    return seen.created_at is None or abs(now - seen.created_at.timestamp()) < LONGEST_SKEW + CREATION_GRACE


def _proves(spec: Spec, known: Known, record: Record, seen: Seen, now: float) -> bool:
    """Whether a record shows an interrupted run of this request: same source and region, and recent.

    The record of the complete one in the state says nothing of another one under its name; and what was made after the
    record has taken the name since.
    """
    if known.complete and known.ref is not None and not _is_newer(known, record):
        return False
    if not record.source or record.source != spec.source:
        return False
    return is_within_a_run(spec, record.created_at, now) and is_made_by(record, seen)


def is_within_a_run(spec: Spec, at: datetime | None, now: float) -> bool:
    """Return whether a run that is still at work, or was interrupted, can have made something at that time.

    However little time a run is given: it may look a moment after its deadline for what it has made, by the service's
    clock.
    """
    return at is None or now - at.timestamp() < max(spec.longest_run, CREATION_GRACE + LONGEST_SKEW)


def _is_newer(known: Known, record: Record) -> bool:
    """Whether a record is of a later call than the one that made the known object."""
    if known.operation_id is not None:
        return record.id != known.operation_id
    made = known.seen.created_at if known.seen else None
    if made is None or record.created_at is None:
        return False
    return record.created_at.timestamp() > made.timestamp() + SAME_EVENT


def _is_of_the_incomplete(known: Known, record: Record, seen: Seen) -> bool:
    """Whether a record is that of the state's incomplete object, which was never visible."""
    return known.never_seen and record.id == known.operation_id and is_made_by(record, seen)
