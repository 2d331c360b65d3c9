"""The loop behind create and update: look once, then plan and perform one step, until the request is fulfilled or time is up.

Steps that have to be repeated are repeated within the one deadline of the run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from . import conflicts, messages, notices, plan
from .awaiting import Waiter
from .deleting import NotAllowed, delete_one
from .errors import (
    CopyError,
    NotFound,
    Refused,
    ServiceError,
    Transient,
)
from .observing import Observer
from .ownership import Evidence, deciding, is_made_by, is_named, is_within_a_run
from .plan import Because, Sent, Step, next_step
from .run import Run
from .sending import Sending
from .values import OWNER_TAG, SOURCE_TAG, Known, Phase, Seen, without
from .waiting.policy import CREATION_GRACE, SHORTEST_PAUSE, backoff


def converge(run: Run) -> Known:
    """Create, resume or adopt what is asked for, wait until it is complete, and tag it; return what is known of it.

    Args:
        run: the verb at work.

    Raises:
        CopyError: if the run fails; ``kept`` is what has to stay in the state.
    """
    with run.explained(), ExitStack() as ends:
        return _Convergence(run, ends).run_to_end()


class _Convergence:
    """One run of the loop; each method performs one type of step."""

    def __init__(self, run: Run, ends: ExitStack) -> None:
        self._run = run
        self._observer = Observer(run)
        self._waiter = Waiter(run, ends)
        self._sending = Sending(run, self._observer, self._waiter, ends)
        self._tagging_since: float | None = None
        self._partial = False
        self._looks = 0
        self._named: set[str | None] = set()

    @property
    def _existing(self) -> Seen:
        assert self._run.observed.existing is not None, "the plan has this step only for what exists"
        return self._run.observed.existing

    def run_to_end(self) -> Known:
        run = self._run
        perform: dict[type[Step], Callable[[Any], None]] = {
            plan.CheckSource: self._check_source, plan.Create: self._sending.create,
            plan.SearchForLost: self._sending.search_for_lost, plan.LookAgain: self._look_again,
            plan.Rest: self._rest, plan.TakeUp: self._take_up, plan.Wait: lambda _: self._waiter.poll(),
            plan.Tag: self._tag, plan.Untag: self._untag, plan.Delete: self._delete, plan.Fail: self._fail,
        }  # fmt: skip
        run.progress.show(f"looking for the {run.spec.words.thing} at {run.spec.words.provider}")
        if run.spec.settled:
            self._look()
        while not isinstance(step := next_step(run.spec, run.known, run.observed), plan.Done):
            perform[type(step)](step)
            run.note()
        self._name_what_is_left(run.observed.unproven)
        return self._finished()

    def _look(self) -> None:
        """Make the first observation, and name what stays until the object is complete."""
        run = self._run
        self._observer.look()
        existing = run.observed.existing
        if existing is None or existing.phase is not Phase.DONE:
            for each in run.observed.orphans:
                run.progress.log(notices.goes_later(run.spec, each))

    def _check_source(self, _: plan.CheckSource) -> None:
        run = self._run
        source = run.retry(lambda: run.service.check_source(run.spec, run.source_region.listing))
        run.note(source=source)
        if not run.spec.settled:
            run.spec = run.family.settle_spec(run.spec, source)
            self._look()

    def _look_again(self, step: plan.LookAgain) -> None:
        run, existing = self._run, self._existing
        rest = max(step.not_before - run.clock.now(), 0.0)
        if self._looks:  # what they have shown isn't there, or wasn't complete
            rest = max(rest, backoff(self._looks))
        if rest > 0:
            run.progress.show(f"looking for a second {run.spec.words.thing}")
            run.clock.sleep(rest)
        self._looks += 1
        found = self._observer.look_again()
        if not run.spec.traits.duplicates:
            run.note(looked_again=True)
            return
        # A filter may not show the existing one yet, or not as it is.
        found = [existing, *without(found, existing.ref)]
        self._observer.observe(found, read=existing)
        now = run.observed.existing
        looked_again = now is not None and now.phase is Phase.DONE
        run.note(looked_again=looked_again)
        if looked_again:
            self._name_what_is_left(found)

    def _name_what_is_left(self, found: Sequence[Seen]) -> None:
        """Warn of what carries our mark without proof: somebody may have copied it from one of ours."""
        run, observed = self._run, self._run.observed
        ours = {run.known.ref, self._existing.ref, *(each.ref for each in observed.twins), *run.doomed}
        for each in found:
            if each.ref not in (*ours, *self._named):
                self._named.add(each.ref)
                run.progress.warn(notices.not_proven(run.spec, each))

    def _rest(self, step: plan.Rest) -> None:
        run, existing = self._run, self._existing
        run.rest(step.until)
        self._observer.reread(existing.name, existing.kind)

    def _take_up(self, step: plan.TakeUp) -> None:
        run, known, existing = self._run, self._run.known, self._existing
        is_known = existing.ref in (known.ref, known.replaces, *known.predecessors)
        is_young = is_within_a_run(run.spec, existing.created_at, run.clock.now())
        if run.spec.traits.heritable and not (
            is_known or is_young or step.adopted or is_named(run.spec, existing)
        ):
            run.progress.warn(notices.taken_up_late(run.spec, existing))
        if run.observed.taken_up and known.ref != existing.ref:  # a second request's has an elder twin
            self._waiter.leave()
            run.note(tagged=False)
        same = known.seen is not None and known.ref in (None, existing.ref)
        self._observer.take_up(
            replace(
                known,
                seen=existing,
                adopted=step.adopted or (same and known.adopted),
                operation_id=known.operation_id if same else None,
                in_state=known.in_state and same and known.ref is not None,
                by_record=run.observed.verdict.evidence is Evidence.RECORD,
            )
        )

    def _tag(self, step: plan.Tag) -> None:
        run, existing, now = self._run, self._existing, self._run.clock.now()
        self._tagging_since = now if self._tagging_since is None else self._tagging_since
        self._waiter.trouble = None
        attempt = 0
        while not run.observed.tagged:
            try:
                run.change(lambda: run.service.tag(existing, step.tags))
                run.note(tagged=True)
            except (NotFound, Refused, Transient) as error:
                if not step.must:
                    self._waiter.trouble = error if isinstance(error, Transient) else None
                    run.note(tag_again_at=now + max(now - self._tagging_since, SHORTEST_PAUSE))
                    return
                if self._is_final(error) and attempt:  # one refusal may be a stale read's
                    raise
                run.deadline.back_off(attempt, error)
                attempt += 1

    def _is_final(self, error: ServiceError) -> bool:
        """Whether a refusal to tag is final: just after completion the service may still take it for pending."""
        since = self._waiter.complete_since
        is_new = since is not None and self._run.clock.now() - since <= CREATION_GRACE
        return not isinstance(error, Transient) and not is_new

    def _untag(self, step: plan.Untag) -> None:
        run, existing = self._run, self._existing
        run.retry(lambda: run.change(lambda: run.service.untag(existing, sorted(step.keys))))
        rest = {key: value for key, value in existing.tags.items() if key not in step.keys}
        run.note(dropped=frozenset(), existing=replace(existing, tags=rest))

    def _delete(self, step: plan.Delete) -> None:
        """Delete, if the plan still says so after another read: the observation may be hours old."""
        run, existing = self._run, self._run.observed.existing
        self._observer.confirm(step.seen)
        if existing is not None and existing.ref == step.seen.ref and run.observed.existing is None:
            self._forget(existing)  # it is gone
            return
        again = next_step(run.spec, run.known, run.observed)
        if not isinstance(again, plan.Delete) or again.seen.ref != step.seen.ref:
            return
        step, observed = again, run.observed
        run.progress.warn(notices.deleting(step.seen, step.why))
        try:
            delete_one(run, step.seen)
        except CopyError as error:
            error.kept = error.kept or run.kept
            raise
        except (NotAllowed, Refused) as refusal:
            reason = refusal.error if isinstance(refusal, NotAllowed) else refusal
            if step.seen not in observed.surplus:
                raise reason from None
            run.progress.warn(notices.left_over(step.seen, step.why, reason))
            self._partial = True
        if observed.existing is None or step.seen.ref != observed.existing.ref:
            self._observer.strike(step.seen)
            return
        self._forget(step.seen)

    def _forget(self, gone: Seen) -> None:
        """Forget what was deleted, so that the plan starts over."""
        run = self._run
        if gone.phase is Phase.FAILED:
            self._sending.failed.add(gone.ref)
        self._waiter.leave()
        self._tagging_since = None
        run.known = run.known.next
        run.note(
            existing=None,
            taken_up=False,
            waited=False,
            sent=Sent.NOTHING,
            failure=None,
            over_limit=False,
            tagged=False,
            tag_again_at=0.0,
        )

    def _fail(self, step: plan.Fail) -> None:
        run, existing, known, because = self._run, self._run.observed.existing, self._run.known, step.because
        if because is Because.NAME_IN_USE:
            raise conflicts.name_in_use(run.spec, run.records(), run.kept)
        if because is Because.FAILED:
            known = replace(known, seen=existing) if existing else known
            raise messages.copy_failed(
                run.spec, known, run.observed.failure or (existing.message if existing else "")
            )
        if because is Because.DISAPPEARED or existing is None:
            raise messages.disappeared(run.spec, known, instead=existing)
        explain = conflicts.retained if because is Because.RETAINED else conflicts.not_ours
        raise explain(run.spec, existing)

    def _finished(self) -> Known:
        run, known, existing, listed = self._run, self._run.known, self._existing, self._observer.listed
        operation_id = known.operation_id or self._operation_id(existing)
        left = known.predecessors - {existing.ref or ""}
        if listed is not None:  # those of this region that a list doesn't show are gone
            there = {each.ref for each in listed}
            left = frozenset(
                ref for ref in left if run.family.region_of(ref) not in ("", run.spec.region) or ref in there
            )
        return replace(
            known, seen=existing, operation_id=operation_id, predecessors=frozenset(left),
            partial=self._partial,
        )  # fmt: skip

    def _operation_id(self, existing: Seen) -> str | None:
        """The operation that an interrupted run started, as an output only: it is neither waited for nor a reason to fail."""
        run, known = self._run, self._run.known
        somebody_removed_it = OWNER_TAG in existing.tags and SOURCE_TAG not in existing.tags
        of_an_unknown_date = run.spec.dated and somebody_removed_it  # of which a record says nothing
        if known.adopted or known.in_state or of_an_unknown_date:
            return None
        record = deciding(run.records_if_readable())
        if record is None or record.source != run.spec.source or not is_made_by(record, existing):
            return None
        return record.id
