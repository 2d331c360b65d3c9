"""Waiting for a copy to its end, and tagging it as soon as the service lets us."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field, replace

from ..durations import spoken
from ..errors import NotFound, Refused, ServiceError, Transient
from ..model import ADOPTED, OWNER_TAG, SOURCE_TAG, Copy, Operation, Phase, Snapshot
from ..waiting import OutOfTime
from ..watching.looking import Look
from ..watching.pauses import VISIBILITY, pause
from . import explain
from .attempt import Attempt
from .ownership import GRACE, Claim, claim, has_derived_name, is_made_by, started


@dataclass(slots=True)
class _Tagging:
    """Tags a copy as soon as the service lets us: a pending or just made one may not take tags yet."""

    attempt: Attempt
    wanted: Mapping[str, str]
    started_here: bool
    was_pending: bool
    done: bool = False
    trouble: Transient | None = None
    """What the last try ended with, if nothing was seen of the copy since."""
    began: float = field(init=False)
    next_try: float = field(init=False)
    """When a copy that was refused its tags may be asked again; ever more rarely. Seconds since the epoch."""

    def __post_init__(self) -> None:
        self.began = self.next_try = self.attempt.clock.now()

    def once(self, snapshot: Snapshot, *, must: bool = False) -> None:
        attempt, self.trouble = self.attempt, None
        if not attempt.adopted and claim(attempt.request, snapshot) is Claim.FOREIGN:
            attempt.kept = None
            raise explain.taken(attempt.request, snapshot)
        if self.done or self.wanted.items() <= snapshot.tags.items():
            self.done = True
            return
        now = attempt.clock.now()
        if not must and (now < self.next_try or self._is_left_to_its_maker(snapshot)):
            return
        try:
            attempt.change(lambda: attempt.service.tag(snapshot.region, snapshot.name, self.wanted))
            self.done = True
        except (NotFound, Refused, Transient) as error:
            if must:
                raise
            self.trouble = error if isinstance(error, Transient) else None
            self.next_try = now + (now - self.began)

    def finally_(self, snapshot: Snapshot) -> None:
        """Now it must; but whoever started it comes first, and the service may not know yet that it is complete."""
        attempt = self.attempt
        if not self.done and self._is_left_to_its_maker(snapshot):
            age = attempt.clock.now() - snapshot.created_at.timestamp() if snapshot.created_at else 0.0
            attempt.clock.sleep(min(GRACE + pause(age), max(attempt.deadline - attempt.clock.now(), 0.0)))
            snapshot = attempt.read(snapshot.resource_type) or snapshot
            attempt.keep(snapshot)
        complete, tries = attempt.clock.now(), 0
        while True:
            try:
                return attempt.patiently(lambda: self.once(snapshot, must=True))
            except (NotFound, Refused) as error:
                if not self.was_pending or attempt.clock.now() - complete > VISIBILITY:
                    raise
                attempt.back_off(tries, error)
                tries += 1

    def _is_left_to_its_maker(self, snapshot: Snapshot) -> bool:
        """Whether another run may have started it and be about to tag it, which it couldn't while it was pending."""
        ours_by_right = self.started_here or self.attempt.adopted
        unproven = claim(self.attempt.request, snapshot) is Claim.UNPROVEN
        return snapshot.phase is Phase.DONE and unproven and not ours_by_right


def _wanted_tags(attempt: Attempt, found: Snapshot, *, started_here: bool) -> dict[str, str]:
    """The tags to set; of what a snapshot is that we didn't start, we can't say."""
    request = attempt.request
    in_state = request.known_operation_id is not None and request.known_arn == found.arn
    proven = started_here or in_state or attempt.record is not None or has_derived_name(request, found.name)
    if attempt.adopted or (request.adopt and not proven and SOURCE_TAG not in found.tags):
        return {**request.all_tags, SOURCE_TAG: ADOPTED}
    made_before = request.known_arn == found.arn and found.phase is Phase.DONE
    unknown = (made_before or _is_silent(found)) and not proven
    unknown = unknown or request.is_of_itself or found.tags.get(SOURCE_TAG) == ADOPTED
    return {key: value for key, value in request.all_tags.items() if key != SOURCE_TAG or not unknown}


def _is_silent(found: Snapshot) -> bool:
    """Whether somebody has taken away the tag that says what it is a copy of; it was set together with the other."""
    return OWNER_TAG in found.tags and SOURCE_TAG not in found.tags


def finish(attempt: Attempt, found: Snapshot, *, born: float | None = None) -> Copy:
    """Tag and wait."""
    started_here = attempt.kept is not None and attempt.kept.operation_id is not None
    was_pending = found.phase is Phase.PENDING
    wanted = _wanted_tags(attempt, found, started_here=started_here)
    tagging = _Tagging(attempt, wanted, started_here=started_here, was_pending=was_pending)
    missing = _Missing(attempt)

    def seen(look: Look) -> None:
        snapshot = look.snapshot
        if snapshot is None:
            missing.seen(look)
            return
        if attempt.kept is not None and attempt.kept.snapshot.arn not in (None, snapshot.arn):
            kept, attempt.kept = attempt.kept, None
            raise explain.disappeared(attempt.request, kept)
        attempt.keep(snapshot)
        tagging.once(snapshot)
        attempt.teller.progress(_row(look, snapshot, attempt.elapsed))

    tagging.once(found)
    try:
        with attempt.target.starts.under_way() if was_pending else nullcontext():
            final = attempt.target.watch.wait(
                found,
                deadline=attempt.deadline,
                seen=seen,
                born=born,
                others=(attempt.request.supersedes | attempt.gone) - {found.arn},
            )
    except OutOfTime as end:
        raise attempt.out_of_time(end.trouble or tagging.trouble) from None
    if final is None:
        kept, attempt.kept = attempt.kept, None
        raise explain.disappeared(attempt.request, kept)
    attempt.keep(final)
    if final.phase is Phase.FAILED:
        raise explain.failed(attempt.request, attempt.kept, _records(attempt))
    tagging.finally_(final)
    assert attempt.kept is not None
    return replace(attempt.kept, operation_id=attempt.kept.operation_id or _operation_id(attempt, final))


def _operation_id(attempt: Attempt, final: Snapshot) -> str | None:
    """The operation of a copy that an earlier run has started; it isn't worth waiting for, nor failing."""
    request = attempt.request
    if attempt.adopted or (request.known_operation_id and request.known_arn == final.arn):
        return None
    if request.restore_date is not None and _is_silent(final):
        return None  # the record says nothing of the date
    made = next((each for each in attempt.told_operations() if each.makes_or_ends), None)
    return made.id if made and started(request, made) and is_made_by(made, final) else None


def _row(look: Look, snapshot: Snapshot, elapsed: float) -> str:
    """What to show of a copy: state, percent where there is one, time so far, time to go where it can be told.

    Example:
        >>> copy = Snapshot(name="db", region="eu-west-1", resource_type="DiskSnapshot", progress="40%")
        >>> _row(Look(copy, rest=1080.0), copy, 720.0)
        'pending 40%, 12 min, about 18 min left'
    """
    percent = f" {snapshot.progress}" if snapshot.progress else ""
    left = f", about {spoken(look.rest)} left" if look.rest and look.rest >= 1 else ""
    since = f"; the service doesn't answer: {look.trouble}" if look.trouble else ""
    return f"{snapshot.state}{percent}, {spoken(elapsed)}{left}{since}"


def _records(attempt: Attempt) -> Sequence[Operation]:
    """The service's records; not being allowed to read them is told as the reason that can't be had."""
    try:
        return attempt.operations()
    except ServiceError as error:
        operation_id = attempt.kept.operation_id if attempt.kept else None
        reason = f"the service's reason can't be read: {error} ({error.call})"
        return [Operation(id=operation_id or "", type="CopySnapshot", status="Failed", error=reason)]


@dataclass(slots=True)
class _Missing:
    """Sees to a copy that isn't shown: it may show later, or have failed before it ever did; its operation can tell."""

    attempt: Attempt
    next_ask: float = 0.5
    """Seconds for which it is missing when the operation is asked for; ever more rarely."""

    def seen(self, look: Look) -> None:
        attempt = self.attempt
        attempt.teller.progress("waiting for the copy to show")
        if look.missing_for < self.next_ask and look.missing_for <= VISIBILITY:
            return
        self.next_ask = 2 * look.missing_for
        kept, records = attempt.kept, attempt.told_operations()
        if any(record.failed for record in records if kept and record.id == kept.operation_id):
            attempt.kept = None
            raise explain.failed(attempt.request, kept, records)
