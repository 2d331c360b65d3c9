"""Waiting for a request that was accepted: one poll at a time, and what each poll means for the run."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, replace

from .durations import spoken
from .errors import ServiceError, TooManyCopies, Transient
from .plan import Sent
from .run import Run
from .values import Phase, Seen
from .waiting.deadline import OutOfTime
from .waiting.policy import CREATION_GRACE
from .waiting.watch import Poll, Watched

FIRST_ASK = 0.5
"""Seconds after which the records are read for an object that isn't visible; the interval doubles with each read."""


@dataclass(slots=True)
class Waiter:
    """Polls one object, together with all other waits in its region.

    Args:
        run: the verb at work.
        ends: leaves the shared watch when it closes.
        born: when this run's request was accepted, if it sent one.
        complete_since: when this run first saw it complete.
        trouble: the service's last transient error, named if the deadline passes.
    """

    run: Run
    ends: ExitStack
    born: float | None = None
    complete_since: float | None = None
    trouble: Transient | None = None
    _watched: Watched | None = None
    _next_ask: float = FIRST_ASK

    def poll(self) -> None:
        """Wait for the next poll, and take its result into the observation."""
        run, known = self.run, self.run.known
        watched = self._watched = self._watched or self._join()
        try:
            poll = run.target_region.watch.poll(watched, run.deadline)
        except OutOfTime as end:
            raise OutOfTime(end.trouble or self.trouble) from None
        run.note(waited=True)
        if poll.trouble is not None:  # nothing was seen: what is known stays as it is
            self._shown(poll)
            return
        if poll.seen is None:
            self._missing(poll)
            return
        if known.ref is None and run.observed.sent is Sent.ACCEPTED:
            # What the service accepted is visible for the first time.
            run.known = replace(known, seen=poll.seen)
        if self.born is not None and poll.seen.created_at:
            run.ahead = poll.seen.created_at.timestamp() - self.born
        run.note(existing=poll.seen, verdict=run.judge(poll.seen), missing_for=0.0)
        self._shown(poll)
        if poll.seen.phase is not Phase.PENDING:
            self.complete_since = run.clock.now()
            self.leave()
        if poll.seen.phase is Phase.FAILED:
            self._look_up_the_failure(poll.seen)

    def leave(self) -> None:
        """Stop waiting, and leave the region's watch."""
        self._watched, self.born = None, None
        self.ends.close()

    def _join(self) -> Watched:
        run = self.run
        assert run.known.seen is not None
        if self.born is None:  # what this run started is in flight since it was accepted
            run.target_region.queue.count_in_flight(self.ends)
        others = frozenset(run.known.predecessors | run.doomed) - {run.known.ref}
        waiting = run.target_region.watch.waiting(run.known.seen, born=self.born, others=others)
        return self.ends.enter_context(waiting)

    def _shown(self, poll: Poll) -> None:
        run, existing = self.run, self.run.observed.existing or poll.seen
        if existing is None:
            return
        if run.known.ref == existing.ref:
            run.known = replace(run.known, seen=existing)
        run.progress.show(row(poll, existing, run.clock.now() - run.began))

    def _missing(self, poll: Poll) -> None:
        """Note that it isn't visible. It may show later, or have failed before; the service's record says which."""
        run = self.run
        run.progress.show(f"waiting for the {run.spec.words.thing} to become visible")
        run.note(existing=None, missing_for=poll.missing_for)
        if poll.missing_for < self._next_ask and poll.missing_for <= CREATION_GRACE:
            return
        self._next_ask = 2 * poll.missing_for
        for record in run.records_if_readable():
            if record.failed and record.id == run.known.operation_id:
                run.note(failure=record.reason)

    def _look_up_the_failure(self, failed: Seen) -> None:
        run = self.run
        reason = failed.message or self._recorded_reason()
        over_limit = run.family.is_over_limit(reason)
        run.note(failure=reason, over_limit=over_limit)
        if over_limit:
            run.target_region.queue.refuse(TooManyCopies(reason))

    def _recorded_reason(self) -> str:
        run = self.run
        try:
            failures = [each for each in run.records() if each.failed]
        except ServiceError as error:
            return f"the service's reason can't be read: {error} ({error.call})"
        own = [each for each in failures if each.id == run.known.operation_id]
        return next((each.reason for each in own or failures), "")


def row(poll: Poll, seen: Seen, elapsed: float) -> str:
    """Return the progress line: state, percent if the service has one, elapsed time, and time left if it can be estimated.

    Example:
        >>> copy = Seen(name="db", region="eu-west-1", kind="DiskSnapshot", progress="40%")
        >>> row(Poll(copy, remaining=1080.0), copy, 720.0)
        'pending 40%, 12 min, about 18 min left'
    """
    percent = f" {seen.progress}" if seen.progress else ""
    left = f", about {spoken(poll.remaining)} left" if poll.remaining and poll.remaining >= 1 else ""
    since = f"; the service doesn't answer: {poll.trouble}" if poll.trouble else ""
    return f"{seen.state}{percent}, {spoken(elapsed)}{left}{since}"
