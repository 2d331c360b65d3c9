"""Bringing a thing about: observe, plan, perform, until it stands or time is up.

The only loop, and the only place where something partial is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from typing import Any

from . import messages
from .durations import spoken
from .errors import (
    AnswerLost,
    Cancelled,
    CopyError,
    Denied,
    NameInUse,
    NotFound,
    Refused,
    ServiceError,
    SourceError,
    TooManyCopies,
    Transient,
)
from .ownership import Evidence, Verdict, Whose, deciding, is_made_by
from .plan import (
    Because,
    CheckSource,
    Create,
    Delete,
    Done,
    Fail,
    Observation,
    Rest,
    Search,
    Sent,
    Step,
    Tag,
    TakeUp,
    Untag,
    Wait,
    next_step,
)  # fmt: skip
from .removal import find_known, remove
from .run import Run
from .values import OWNER_TAG, SOURCE_TAG, Known, Phase, Seen, without
from .waiting.deadline import OutOfTime
from .waiting.looking import Look, Waiter
from .waiting.policy import CREATION_GRACE, backoff


def converge(run: Run, *, dropped: Iterable[str] = ()) -> Known:
    """See to it that what is asked for stands, tagged as asked.

    Args:
        run: the verb at work.
        dropped: the keys of the tags that are no longer asked for.

    Raises:
        CopyError: if it doesn't; ``kept`` holds what is in progress all the same.
    """
    try:
        with ExitStack() as ends:
            return _Convergence(run, ends, frozenset(dropped)).run_to_end()
    except SourceError as error:
        raise messages.wrong_source(run.spec, error, kept=run.kept) from error
    except ServiceError as error:
        raise messages.service_error(run.spec, error, doing=run.doing, kept=run.kept) from error
    except OutOfTime as end:
        raise messages.out_of_time(
            run.spec, run.timeout, doing=run.doing, kept=run.kept, trouble=end.trouble
        ) from None
    except Cancelled:
        raise messages.cancelled(run.spec, doing=run.doing, kept=run.kept) from None


@dataclass(slots=True)
class _Convergence:
    """One run of the loop; each method performs one kind of step."""

    run: Run
    ends: ExitStack
    dropped: frozenset[str]
    seen: Observation = field(init=False)
    listed: list[Seen] | None = None
    waiter: Waiter | None = None
    born: float | None = None
    sends: int = 0
    next_ask: float = 0.5
    """Seconds for which it isn't visible when the records are asked; ever more rarely."""
    complete_since: float | None = None
    tag_since: float | None = None
    trouble: Transient | None = None

    def run_to_end(self) -> Known:
        run = self.run
        perform: dict[type[Step], Callable[[Any], None]] = {
            CheckSource: self._check_source, Create: self._create, Search: self._search, Rest: self._rest,
            TakeUp: self._take_up, Wait: self._wait, Tag: self._tag, Untag: self._untag, Delete: self._delete,
            Fail: self._fail,
        }  # fmt: skip
        run.progress.show(f"looking for the {run.spec.words.thing}")
        self.seen = Observation(now=run.clock.now(), dropped=self.dropped)
        if run.spec.settled:
            self._look()
        while not isinstance(step := next_step(run.spec, run.known, self.seen), Done):
            perform[type(step)](step)
            self._observed()
        return self._finished()

    # Observing

    def _observed(self, **changes: Any) -> None:
        self.seen = replace(self.seen, now=self.run.clock.now(), **changes)

    def _look(self) -> None:
        """Find what has our name or carries our key; and list all, where orphans of ours may be there."""
        run, known = self.run, self.run.known
        is_whole = known.complete and known.in_state
        found: list[Seen] = []
        if is_whole:
            name = known.seen.name if known.seen else run.spec.name
            one = run.retry(lambda: run.target.listing.find(name))
            found = [one] if one else []
        if not found:
            self._list_all()
            found = self._found()
        if not found and known.partial and run.spec.repeats:
            one = find_known(run)
            found = [one] if one else []
        self._exists(found, sure=False)
        fresh = not is_whole or not found
        others = [each for each in self.listed or () if each not in found and not run.is_in_state(each)]
        self._observed(others=tuple(others) if fresh else (), searched=not (fresh and run.spec.repeats))

    def _list_all(self) -> None:
        run = self.run
        try:
            self.listed = run.retry(run.target.listing.all)
        except Denied:
            if run.spec.dated:
                raise
            self.listed = None  # finding one by its name may be allowed

    def _found(self) -> list[Seen]:
        run = self.run
        if run.spec.name and self.listed is not None:
            return [each for each in self.listed if each.name == run.spec.name]
        return run.retry(lambda: run.service.find(run.spec, run.target.listing))

    def _exists(self, found: list[Seen], *, sure: bool) -> None:
        """Of several the eldest that didn't fail exists; what a list shows is read, since it may be stale."""
        run = self.run
        found = [each for each in found if each.ref not in run.gone]
        eldest_first = sorted(found, key=lambda each: (each.phase is Phase.FAILED, _born(each), each.name))
        existing = next(iter(eldest_first), None)
        if existing is not None and not sure:
            existing = run.read(existing.name, existing.kind)
        if existing is None:
            self._observed(existing=None, twins=())
        else:
            self._observed(
                existing=existing, verdict=run.judge(existing), twins=tuple(eldest_first[1:]), missing_for=0.0
            )

    # Performing

    def _check_source(self, _: CheckSource) -> None:
        run = self.run
        source = run.retry(lambda: run.service.check_source(run.spec, run.source.listing))
        self._observed(source=source)
        if not run.spec.settled:
            run.spec = run.family.settle_spec(run.spec, source)
            self._look()

    def _create(self, _: Create) -> None:
        run, tries = self.run, self.sends
        if not self.seen.held:
            run.known = Known(predecessors=run.known.predecessors, replaces=run.known.replaces)
        self.sends += 1
        run.progress.show(f"starting the {run.spec.words.thing}")
        try:
            started = run.target.queue.start(
                lambda: run.change(lambda: run.service.create(run.spec, attempt=tries)),
                deadline=run.deadline,
                tell=lambda trouble: run.progress.show(f"queued: {trouble}"),
            )
        except AnswerLost as error:
            trouble: AnswerLost | NameInUse = error
            self._hold(replace(run.known, seen=run.known.seen or self._pending()))
            self._observed(sent=Sent.LOST, sent_at=run.clock.now())
        except NameInUse as error:
            trouble = error
            since = self.seen.sent_at if self.seen.sent is Sent.NAME_IN_USE else run.clock.now()
            self._observed(sent=Sent.NAME_IN_USE, sent_at=since)
        else:
            self.born = run.clock.now()
            self._hold(
                Known(
                    seen=started.seen, operation_id=started.operation_id, predecessors=run.known.predecessors
                )
            )
            self._observed(
                existing=started.seen,
                verdict=Verdict(Whose.OURS, Evidence.RECORD),
                sent=Sent.ACCEPTED,
                tagged=started.tagged,
                dropped=frozenset(),
            )
            return
        self._look_after(tries, trouble)

    def _look_after(self, tries: int, trouble: AnswerLost | NameInUse) -> None:
        """Look at what an answer that isn't to be relied on is about."""
        run = self.run
        self._look_again()
        if self.seen.existing is None:
            if self.seen.sent is Sent.NAME_IN_USE and not self.seen.held:
                kinds = {each.kind for each in run.records()}
                another = bool(kinds) and not kinds & {*run.service.kinds, ""}
                self._observed(taken_by_another_type=another)
                if another:
                    return
            run.deadline.rest(tries, trouble)
            self._look_again()  # it may have become visible meanwhile

    def _look_again(self) -> None:
        """Look for what the last request is about, without a list of all."""
        run = self.run
        if run.spec.name:
            found = run.read(run.spec.name, self.seen.source.kind if self.seen.source else "")
            self._exists([found] if found else [], sure=True)
        else:
            self._exists(self._found(), sure=True)

    def _search(self, _: Search) -> None:
        run = self.run
        last = self.seen.existing is not None
        if not last:
            run.progress.show(f"searching for the {run.spec.words.thing} whose request had no answer")
            run.clock.sleep(backoff(self.sends))
            self.sends += 1
        found = self._found()
        if (existing := self.seen.existing) is not None and all(each.ref != existing.ref for each in found):
            found.append(existing)
        self._exists(found, sure=False)
        self._observed(searched=last)

    def _rest(self, step: Rest) -> None:
        run, existing = self.run, self.seen.existing
        assert existing is not None
        run.clock.sleep(max(min(step.until, run.deadline.at) - run.clock.now(), 0.0))
        again = run.read(existing.name, existing.kind)
        self._exists([again] if again else [], sure=True)
        self._observed(left_to_maker=self.seen.held)

    def _take_up(self, step: TakeUp) -> None:
        known, existing = self.run.known, self.seen.existing
        assert existing is not None
        same = known.seen is not None and known.ref in (None, existing.ref)
        self._hold(
            replace(
                known,
                seen=existing,
                adopted=step.adopted or (same and known.adopted),
                operation_id=known.operation_id if same else None,
                in_state=known.in_state and same and known.ref is not None,
                by_record=self.seen.verdict.evidence is Evidence.RECORD,
            )
        )

    def _wait(self, _: Wait) -> None:
        run, known = self.run, self.run.known
        assert known.seen is not None
        if self.waiter is None:
            self.ends.enter_context(run.target.queue.flying())
            others = frozenset(known.predecessors | run.gone) - {known.ref}
            waiting = run.target.watch.waiting(known.seen, born=self.born, others=others)
            self.waiter = self.ends.enter_context(waiting)
        try:
            look = run.target.watch.look(self.waiter, run.deadline)
        except OutOfTime as end:
            raise OutOfTime(end.trouble or self.trouble) from None
        self._observed(waited=True)
        if look.seen is None:
            self._missing(look)
            return
        if known.ref is None and self.seen.sent is Sent.ACCEPTED:
            run.known = replace(
                known, seen=look.seen
            )  # what the service accepted is shown for the first time
        self._exists([look.seen], sure=True)
        self._shown(look)
        if look.seen.phase is not Phase.PENDING:
            self.complete_since, self.waiter = run.clock.now(), None
            self.ends.close()
        if look.seen.phase is Phase.FAILED:
            self._look_up_the_failure(look.seen)

    def _shown(self, look: Look) -> None:
        """Keep what was seen, and show it."""
        run, existing = self.run, self.seen.existing
        if existing is not None and run.known.ref == existing.ref:
            run.known = replace(run.known, seen=existing)
        if existing is not None:
            run.progress.show(row(look, existing, run.clock.now() - run.began))

    def _missing(self, look: Look) -> None:
        """It may become visible later, or have failed before it ever did; the service's record can tell."""
        run = self.run
        run.progress.show(f"waiting for the {run.spec.words.thing} to become visible")
        self._observed(existing=None, missing_for=look.missing_for)
        if look.missing_for < self.next_ask and look.missing_for <= CREATION_GRACE:
            return
        self.next_ask = 2 * look.missing_for
        for record in run.records_if_readable():
            if record.failed and record.id == run.known.operation_id:
                self._observed(failure=record.reason)

    def _look_up_the_failure(self, failed: Seen) -> None:
        run = self.run
        reason = failed.message
        if not reason:
            try:
                records = [each for each in run.records() if each.failed]
            except ServiceError as error:
                reason = f"the service's reason can't be read: {error} ({error.call})"
            else:
                own = [each for each in records if each.id == run.known.operation_id]
                reason = next((each.reason for each in own or records), "")
        self._observed(failure=reason, over_limit=run.family.is_over_limit(reason))
        if self.seen.over_limit:
            run.target.queue.refuse(TooManyCopies(reason))

    def _tag(self, step: Tag) -> None:
        run, existing = self.run, self.seen.existing
        assert existing is not None
        now = run.clock.now()
        self.tag_since = now if self.tag_since is None else self.tag_since
        self.trouble = None
        attempt = 0
        while True:
            try:
                run.change(lambda: run.service.tag(existing, step.tags))
                self._observed(tagged=True)
                return
            except (NotFound, Refused, Transient) as error:
                if not step.must:
                    self.trouble = error if isinstance(error, Transient) else None
                    self._observed(tag_again_at=now + (now - self.tag_since))
                    return
                self._must_be_tagged(error)
                run.deadline.rest(attempt, error)
                attempt += 1

    def _must_be_tagged(self, error: ServiceError) -> None:
        """The service may not know yet that what was pending is complete."""
        since = self.complete_since
        late = since is None or self.run.clock.now() - since > CREATION_GRACE
        if late and not isinstance(error, Transient):
            raise error

    def _untag(self, step: Untag) -> None:
        run, existing = self.run, self.seen.existing
        assert existing is not None
        run.retry(lambda: run.change(lambda: run.service.untag(existing, sorted(step.keys))))
        rest = {key: value for key, value in existing.tags.items() if key not in step.keys}
        self._observed(dropped=frozenset(), existing=replace(existing, tags=rest))

    def _delete(self, step: Delete) -> None:
        run, seen = self.run, self.seen
        run.progress.warn(f'deleting "{step.seen.name}" in {step.seen.region}: {step.why}')
        remove(run, step.seen)
        if seen.existing is None or step.seen.ref != seen.existing.ref:
            self._observed(
                others=without(seen.others, step.seen.ref), twins=without(seen.twins, step.seen.ref)
            )
            return
        run.held = False
        run.known = Known(predecessors=run.known.predecessors, replaces=run.known.replaces)
        self.waiter, self.born = None, None
        self._observed(
            existing=None,
            held=False,
            waited=False,
            sent=Sent.NOTHING,
            failure=None,
            over_limit=False,
            tagged=False,
        )

    def _fail(self, step: Fail) -> None:
        raise self._failure(step.because)

    def _failure(self, because: Because) -> CopyError:
        run, existing, known = self.run, self.seen.existing, self.run.known
        if because is Because.NAME_IN_USE:
            return messages.name_in_use(run.spec, run.records())
        if because is Because.FAILED:
            return messages.failed(run.spec, known, self.seen.failure or "")
        if because is Because.DISAPPEARED or existing is None:
            return messages.disappeared(run.spec, known)
        explain = messages.retained if because is Because.RETAINED else messages.taken
        return explain(run.spec, existing)

    # Ending

    def _hold(self, known: Known) -> None:
        self.run.known, self.run.held = known, True
        self._observed(held=True)

    def _pending(self) -> Seen:
        spec, source = self.run.spec, self.seen.source
        return Seen(name=spec.name, region=spec.region, kind=source.kind if source else "")

    def _finished(self) -> Known:
        run, known, existing = self.run, self.run.known, self.seen.existing
        assert existing is not None
        operation_id = known.operation_id or self._operation_id(existing)
        left = known.predecessors - {existing.ref or ""}
        if self.listed is not None:  # those of this region that a list doesn't show are gone
            there = {each.ref for each in self.listed}
            left = frozenset(
                ref for ref in left if run.family.region_of(ref) != run.spec.region or ref in there
            )
        return replace(known, seen=existing, operation_id=operation_id, predecessors=frozenset(left))

    def _operation_id(self, existing: Seen) -> str | None:
        """The operation of one that an interrupted run started; it is neither waited for nor a reason to fail."""
        run, known = self.run, self.run.known
        silent = OWNER_TAG in existing.tags and SOURCE_TAG not in existing.tags
        if known.adopted or (run.spec.dated and silent):
            return None
        record = deciding(run.records_if_readable())
        if record is None or record.origin != run.spec.source or not is_made_by(record, existing):
            return None
        return record.id


def row(look: Look, seen: Seen, elapsed: float) -> str:
    """What to show of it: state, percent where there is one, time so far, time left where it can be told.

    Example:
        >>> copy = Seen(name="db", region="eu-west-1", kind="DiskSnapshot", progress="40%")
        >>> row(Look(copy, rest=1080.0), copy, 720.0)
        'pending 40%, 12 min, about 18 min left'
    """
    percent = f" {seen.progress}" if seen.progress else ""
    left = f", about {spoken(look.rest)} left" if look.rest and look.rest >= 1 else ""
    since = f"; the service doesn't answer: {look.trouble}" if look.trouble else ""
    return f"{seen.state}{percent}, {spoken(elapsed)}{left}{since}"


def _born(seen: Seen) -> float:
    return seen.created_at.timestamp() if seen.created_at else 0.0
