"""The plan: a pure function from what is asked for, known and observed to the next step.

Replayed from any prefix of its steps it ends with the same single object, so the next run resumes an interrupted one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from .ownership import (
    Evidence,
    Verdict,
    Whose,
    carries_key,
    is_named,
    matches,
)
from .values import (
    ADOPTED,
    MOST_TAGS,
    OWNER_TAG,
    RETAIN_TAG,
    SOURCE_TAG,
    Known,
    Phase,
    Seen,
    Source,
    Spec,
    is_retained,
)
from .waiting.policy import CREATION_GRACE, NAME_GRACE, SEARCH_FOR_LOST, TAGGING_GRACE, pause

_UNSEEN = Verdict(Whose.UNDECIDED, Evidence.NONE)


class Sent(Enum):
    """What came of this run's last request."""

    NOTHING = "none was sent"
    ACCEPTED = "the service accepted it"
    LOST = "its answer was lost"
    NAME_IN_USE = "the service says that the name is in use"


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """What is observed at one moment, and what this run has done so far.

    The service: ``now`` to ``taken_by_another_type``. This run: ``looked_at`` and what follows.

    Args:
        now: the moment, seconds since the epoch.
        existing: the object that has our name or carries our key; of several the eldest that didn't fail.
        verdict: whose ``existing`` is.
        twins: other objects of the same request, where a repeated request makes another.
        orphans: what interrupted runs of this resource made, and the state doesn't have.
        failed_before: earlier objects of this resource that failed.
        unproven: what has our tags or key, and may be somebody's copy of one of ours.
        source: the source, once it was checked.
        missing_for: seconds for which the requested object hasn't been visible.
        failure: the reason of a failure, once that is known.
        over_limit: whether it failed only because too many copies were in progress.
        taken_by_another_type: whether a name in use belongs to an object of another type, by the service's records.
        looked_at: when this run first looked for its object; None if it hasn't.
        taken_up: whether this run has taken ``existing`` up, or started it.
        waited: whether this run has polled it.
        sent: what came of this run's last request.
        lost_at: when the answer to a request was last lost; None if it wasn't.
        in_use_since: when the service first said that the name is in use.
        tagged: whether this run has set the tags.
        tag_again_at: when refused tags are tried again.
        rested: whether another run that may have made it has had time to tag it.
        dropped: keys of the tags to remove.
        looked_again: whether the last search for twins and orphans is done, or isn't needed.
        look_again_from: when lists may be relied on for it.
    """

    now: float
    existing: Seen | None = None
    verdict: Verdict = _UNSEEN
    twins: tuple[Seen, ...] = ()
    orphans: tuple[Seen, ...] = ()
    failed_before: tuple[Seen, ...] = ()
    unproven: tuple[Seen, ...] = ()
    source: Source | None = None
    missing_for: float = 0.0
    failure: str | None = None
    over_limit: bool = False
    taken_by_another_type: bool = False
    looked_at: float | None = None
    taken_up: bool = False
    waited: bool = False
    sent: Sent = Sent.NOTHING
    lost_at: float | None = None
    in_use_since: float = 0.0
    tagged: bool = False
    tag_again_at: float = 0.0
    rested: bool = False
    dropped: frozenset[str] = frozenset()
    looked_again: bool = True
    look_again_from: float = 0.0

    @property
    def surplus(self) -> tuple[Seen, ...]:
        """What is deleted beside the object itself."""
        return (*self.orphans, *self.failed_before, *self.twins)


class Step:
    """One step; `converge` performs it, then observes again."""


@dataclass(frozen=True, slots=True)
class CheckSource(Step):
    """Check that the source exists and is complete, before anything is sent; it settles an open date."""


@dataclass(frozen=True, slots=True)
class Create(Step):
    """Send the request, queueing if the service takes no more for now."""


@dataclass(frozen=True, slots=True)
class SearchForLost(Step):
    """Search for the object of a request whose answer was lost, where sending again would make a second one."""


@dataclass(frozen=True, slots=True)
class LookAgain(Step):
    """Look once more for second objects of the same request, and for orphans, which the first look may have missed.

    Args:
        not_before: when lists can be relied on, seconds since the epoch.
    """

    not_before: float = 0.0


@dataclass(frozen=True, slots=True)
class Rest(Step):
    """Leave another run that may have made the object time to tag it, then read it again."""

    until: float


@dataclass(frozen=True, slots=True)
class TakeUp(Step):
    """Resume with the existing object; ``adopted``: it isn't ours, and the program asks to take it over."""

    adopted: bool = False


@dataclass(frozen=True, slots=True)
class Wait(Step):
    """Wait for the next poll."""


@dataclass(frozen=True, slots=True)
class Tag(Step):
    """Set tags; ``must``: a refusal is an error, where otherwise it is tried again later."""

    tags: Mapping[str, str] = field(default_factory=dict)
    must: bool = False


@dataclass(frozen=True, slots=True)
class Untag(Step):
    """Remove tags."""

    keys: frozenset[str]


@dataclass(frozen=True, slots=True)
class Delete(Step):
    """Delete an object of ours, and show why."""

    seen: Seen
    why: str


class Because(Enum):
    """Why a run ends with an error."""

    NOT_OURS = "the name belongs to something that isn't ours"
    RETAINED = "the name belongs to one of ours that was kept on purpose"
    NAME_IN_USE = "the name belongs to something else, or to what isn't shown"
    FAILED = "the service gave up on it"
    DISAPPEARED = "it was started, and is no longer shown"


@dataclass(frozen=True, slots=True)
class Fail(Step):
    """End the run with an error."""

    because: Because


@dataclass(frozen=True, slots=True)
class Done(Step):
    """The object is complete and tagged as asked."""


def next_step(spec: Spec, known: Known, observed: Observation) -> Step:
    """Return the next step."""
    existing, whose = observed.existing, observed.verdict.whose
    if not spec.settled:
        return CheckSource()
    if existing is None:
        return _nothing_visible(spec, known, observed)
    if observed.taken_up and known.ref not in (None, existing.ref, *(twin.ref for twin in observed.twins)):
        return Fail(Because.DISAPPEARED)
    is_given = spec.by_id and known.in_state
    if is_given and existing.ref != known.ref:  # the engine changes no id in an update
        return Fail(Because.DISAPPEARED)
    if whose is Whose.UNDECIDED:
        return Rest(observed.verdict.until or observed.now)
    if whose is Whose.THEIRS and (not known.adopted or existing.phase is Phase.FAILED):
        may_be_adopted = spec.adopt and existing.phase is not Phase.FAILED
        return TakeUp(adopted=True) if may_be_adopted else Fail(Because.NOT_OURS)
    if existing.phase is Phase.FAILED and (is_given or (observed.waited and not observed.over_limit)):
        return Fail(Because.FAILED)
    if step := _make_way(spec, known, observed, existing):
        return step
    if not observed.taken_up or known.ref != existing.ref:
        return TakeUp()
    if step := _tag(spec, known, observed, existing):
        return step
    if existing.phase is Phase.PENDING:
        return Wait()
    if step := _orphan(spec, known, observed):
        return step
    if keys := observed.dropped | ({RETAIN_TAG} & existing.tags.keys() if not spec.retain else set()):
        return Untag(frozenset(keys))
    if not observed.looked_again:
        return LookAgain(observed.look_again_from)
    if observed.twins:
        return Delete(observed.twins[0], "a second one of the same request")
    return Done()


def _nothing_visible(spec: Spec, known: Known, observed: Observation) -> Step:
    """Return the next step while no object is visible: wait for the accepted request, search, or send."""
    if observed.waited or observed.sent is Sent.ACCEPTED:
        if observed.missing_for <= CREATION_GRACE:
            return Wait()  # also for one that has failed: it is to be deleted, and can't be before it shows
        return Fail(Because.DISAPPEARED if observed.failure is None else Because.FAILED)
    if spec.by_id and known.in_state:
        return Fail(Because.DISAPPEARED)
    if observed.source is None:
        return CheckSource()
    if step := _failed_before(spec, observed):
        return step
    in_use_for, lost_for = observed.now - observed.in_use_since, observed.now - (observed.lost_at or 0.0)
    if observed.sent is Sent.NAME_IN_USE and (observed.taken_by_another_type or in_use_for > NAME_GRACE):
        return Fail(Because.NAME_IN_USE)
    if observed.sent is Sent.LOST and spec.traits.duplicates and lost_for < SEARCH_FOR_LOST:
        return SearchForLost()
    return Create()


def _make_way(spec: Spec, known: Known, observed: Observation, existing: Seen) -> Step | None:
    """Return the step that deletes a failed object, or one of an earlier request that is in the way; None if there is none."""
    thing = spec.words.thing
    if existing.phase is Phase.FAILED:
        return Delete(existing, f"a failed {thing}")
    if observed.taken_up or known.adopted or (known.in_state and known.ref == existing.ref):
        return None
    of_this_request = matches(spec, existing)
    if is_retained(existing):
        in_the_way = existing.ref == known.replaces and not (
            carries_key(spec, existing) or is_named(spec, existing)
        )
        return Fail(Because.RETAINED) if in_the_way or not of_this_request else None
    if of_this_request:
        return None
    # What was replaced the engine has kept, or it would be deleted by now; what is to be adopted is never deleted.
    if existing.ref in known.predecessors or (spec.adopt and existing.ref != known.replaces):
        return Fail(Because.RETAINED)
    if observed.source is None:
        return CheckSource()
    source = existing.tags.get(SOURCE_TAG, spec.source_tag)
    what = f"a {thing} of {source}" if source != spec.source_tag else f"a {thing} of an earlier request"
    return Delete(existing, f"{what}, which isn't what is asked for now")


def _orphan(spec: Spec, known: Known, observed: Observation) -> Delete | None:
    """Return the deletion of the first orphan, or None; it comes last, since before an orphan may be all there is."""
    why = f"a {spec.words.thing} that an earlier run of this declaration made"
    return next((Delete(each, why) for each in observed.orphans if each.ref != known.ref), None)


def _failed_before(spec: Spec, observed: Observation) -> Delete | None:
    """Return the deletion of a failed earlier object, or None: it precedes the request, as that one may fail, too."""
    return (
        Delete(observed.failed_before[0], f"a failed {spec.words.thing}") if observed.failed_before else None
    )


def _tag(spec: Spec, known: Known, observed: Observation, existing: Seen) -> Step | None:
    """Return the step that sets the tags, removes the old ones before, or leaves another run time to do so; None if none is due.

    The service may refuse tags while the object is pending; then they are set as soon as it allows it.
    """
    wanted = wanted_tags(spec, known, existing)
    if observed.tagged or wanted.items() <= existing.tags.items():
        return None
    if existing.phase is Phase.PENDING:
        return Tag(wanted) if observed.now >= observed.tag_again_at else None
    if known.by_record and not observed.rested:
        # Another run may have started it and be about to tag it, which it couldn't do while it was pending.
        age = observed.now - existing.created_at.timestamp() if existing.created_at else 0.0
        return Rest(observed.now + TAGGING_GRACE + pause(age))
    too_many = len(existing.tags.keys() | wanted.keys()) > MOST_TAGS
    if too_many and observed.dropped and observed.verdict.whose is Whose.OURS:
        return Untag(observed.dropped)  # the service doesn't take the old tags and the new ones together
    return Tag(wanted, must=True)


def wanted_tags(spec: Spec, known: Known, existing: Seen) -> dict[str, str]:
    """Return the tags to set. The source tag is set only where the source is proven."""
    ours, tags = spec.all_tags, existing.tags
    without_source = {key: value for key, value in ours.items() if key != SOURCE_TAG}
    proven = known.operation_id is not None or known.by_record or carries_key(spec, existing)
    if known.adopted or (spec.adopt and not proven and SOURCE_TAG not in tags):
        return {**ours, SOURCE_TAG: ADOPTED}
    if spec.itself or tags.get(SOURCE_TAG) == ADOPTED or (SOURCE_TAG in tags and is_named(spec, existing)):
        return without_source  # what the tag says stays true
    complete_before_this_run = known.in_state and existing.phase is Phase.DONE
    somebody_removed_it = OWNER_TAG in tags and SOURCE_TAG not in tags
    if not proven and (complete_before_this_run or somebody_removed_it):
        return without_source  # nobody can say it any more
    return ours
