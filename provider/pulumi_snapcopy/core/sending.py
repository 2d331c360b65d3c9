"""Sending: the request, when it is its turn, and the search for what a request without an answer has made."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from . import notices, plan
from .awaiting import Waiter
from .errors import AnswerLost, NameInUse, ServiceError, Transient
from .observing import Observer
from .ownership import Evidence, Verdict, Whose
from .plan import Sent
from .run import Run
from .values import Phase, Seen, Started
from .waiting.policy import CREATION_GRACE, USUAL_SKEW, backoff


@dataclass(slots=True)
class Sending:
    """The requests of one run.

    Args:
        run: the verb at work.
        observer: looks for what a request has made.
        waiter: waits for what was accepted.
        ends: an accepted request counts as in flight until this closes.
        unanswered: how many requests had no answer that can be relied on.
        failed: the refs of what accepted requests made, and failed later.
        tried_at: when the last request was sent.
    """

    run: Run
    observer: Observer
    waiter: Waiter
    ends: ExitStack
    unanswered: int = 0
    failed: set[str | None] = field(default_factory=set)
    tried_at: float = 0.0

    def create(self, _: plan.Create) -> None:
        """Send the request, when it is its turn."""
        run = self.run
        if not run.observed.taken_up:
            run.known = run.known.next
        run.progress.show(f"starting the {run.spec.words.thing}")
        try:
            started = run.target_region.queue.start(
                lambda: run.begin(self._send),
                deadline=run.deadline,
                report=self._report_queue,
                ends=self.ends,
                others_in_progress=self._are_others_in_progress,
            )
        except AnswerLost as error:
            self.observer.take_up(replace(run.known, seen=run.known.seen or self._never_seen()))
            is_second = run.observed.sent is Sent.LOST
            run.note(sent=Sent.LOST, lost_at=run.clock.now())
            if is_second:
                self._look_for_twins_later()
            self._look_for_it(error)
            self._beware_of_an_earlier_one()
        except NameInUse as error:
            since = run.observed.in_use_since if run.observed.sent is Sent.NAME_IN_USE else run.clock.now()
            run.note(sent=Sent.NAME_IN_USE, in_use_since=since)
            self._look_for_it(error)
        else:
            self._accepted(started)

    def search_for_lost(self, _: plan.SearchForLost) -> None:
        """Search once more for what a request without an answer may have made."""
        run = self.run
        run.progress.show(f"searching for the {run.spec.words.thing} whose request had no answer")
        run.deadline.sleep(backoff(self.unanswered))
        self.unanswered += 1
        self.observer.observe(self.observer.find())
        run.note(looked_again=False)
        self._beware_of_an_earlier_one()

    def _send(self) -> Started:
        run, known = self.run, self.run.known
        self.tried_at = run.clock.now()
        refs = {known.replaces, *known.predecessors, *run.doomed, *self.failed}
        return run.service.create(run.spec, earlier=[each for each in refs if each])

    def _accepted(self, started: Started) -> None:
        run, seen = self.run, started.seen
        self.waiter.born = now = run.clock.now()
        if seen.created_at is None:  # so that the next run knows for how long it may not be visible
            seen = replace(seen, created_at=datetime.fromtimestamp(now, timezone.utc))
        if run.observed.sent is Sent.LOST:
            self._look_for_twins_later()
        self.observer.take_up(replace(run.known.next, seen=seen, operation_id=started.operation_id))
        run.note(
            existing=seen, verdict=Verdict(Whose.OURS, Evidence.ANSWER), sent=Sent.ACCEPTED,
            tagged=started.tagged, dropped=frozenset(),
        )  # fmt: skip

    def _report_queue(self, trouble: Transient) -> None:
        run = self.run
        run.progress.show(f"queued: {trouble}")
        if run.target_region.queue.is_news(trouble):
            run.progress.log(notices.queued(run.spec, trouble))

    def _are_others_in_progress(self) -> bool:
        """Whether the region shows a copy in progress, of whatever run; some services list only what has an owner tag."""
        try:
            return any(each.phase is Phase.PENDING for each in self.run.target_region.listing.all())
        except Transient:
            return True  # the next request shows it
        except ServiceError:
            return False

    def _look_for_it(self, trouble: AnswerLost | NameInUse) -> None:
        """Look for what an unreliable answer is about; if nothing shows, pause before the next request."""
        run = self.run
        self._look_without_a_list()
        if run.observed.existing is not None:
            return
        if run.observed.sent is Sent.NAME_IN_USE and not run.observed.taken_up:
            kinds = {each.kind for each in run.records()}
            another_type = bool(kinds) and not kinds & {*run.service.kinds, ""}
            run.note(taken_by_another_type=another_type)
            if another_type:
                return
        run.deadline.back_off(self.unanswered, trouble)
        self.unanswered += 1
        self._look_without_a_list()  # it may have become visible meanwhile

    def _look_without_a_list(self) -> None:
        run, source = self.run, self.run.observed.source
        if run.spec.by_id:
            self.observer.observe(self.observer.find())
        else:
            self.observer.reread(run.spec.name, source.kind if source else "")

    def _look_for_twins_later(self) -> None:
        """Have twins looked for once what the lost request may have made can be visible."""
        run, observed = self.run, self.run.observed
        if observed.lost_at is None or not run.spec.traits.duplicates:
            return
        until = min(observed.lost_at + CREATION_GRACE, run.deadline.at)
        run.note(look_again_from=max(observed.look_again_from, until))

    def _beware_of_an_earlier_one(self) -> None:
        """Have twins looked for if an interrupted run made what was found: the lost request's own may show later."""
        found = self.run.observed.existing
        if found and found.created_at and found.created_at.timestamp() < self.tried_at - USUAL_SKEW:
            self._look_for_twins_later()

    def _never_seen(self) -> Seen:
        spec, source = self.run.spec, self.run.observed.source
        return Seen(name=spec.name, region=spec.region, kind=source.kind if source else "")
