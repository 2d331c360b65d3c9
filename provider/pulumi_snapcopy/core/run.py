"""A run: one verb at work on one resource, with what it was given, what it knows so far, and its calls to the service."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Protocol, TypeVar

from . import messages
from .errors import Cancelled, CopyError, NotFound, ServiceError, SourceError, SourcePending, Transient
from .family import Family
from .keys import same_owner
from .ledger import Ledger
from .messages import MAKING
from .ownership import Verdict, Whose, classify, deciding
from .plan import Observation
from .service import Service
from .values import OWNER_TAG, Known, Record, Seen, Spec
from .waiting.clock import Clock
from .waiting.deadline import Deadline, OutOfTime
from .waiting.policy import CREATION_GRACE, LONGEST_SKEW, RECORDS_LAG, backoff
from .waiting.region import Region

T = TypeVar("T")


class Progress(Protocol):
    """Shows what a run does, in the resource's own row."""

    def show(self, text: str) -> None:
        """Show a line that the next one replaces."""

    def warn(self, text: str) -> None:
        """Show a warning, which stays."""

    def log(self, text: str) -> None:
        """Show a line about the whole run, which stays and is no warning."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a verb by the engine: the resource's URN, and where progress is shown."""

    urn: str
    progress: Progress


@dataclass(slots=True, kw_only=True)
class Run:
    """One verb at work on one resource.

    Args:
        family: what the resource is like.
        spec: what is asked for.
        known: what is known.
        service: the service.
        clock: the time.
        source_region: what all runs share in the source's region.
        target_region: what all runs share in the object's region.
        progress: shows what happens.
        timeout: seconds it may take.
        doing: what the verb does, for messages.
        is_wanted: whether the engine still waits for the verb.
        ledger: which resource has which object, as far as the engine has shown.
        is_first_run: whether it is the stack's first, so that no earlier one was interrupted.
        replaced: refs of what this `up` has deleted already, to make this instead.
    """

    family: Family
    spec: Spec
    known: Known
    service: Service
    clock: Clock
    source_region: Region
    target_region: Region
    progress: Progress
    timeout: float
    doing: str = MAKING
    is_wanted: Callable[[], bool] = lambda: True
    ledger: Ledger = field(default_factory=Ledger)
    is_first_run: bool = False
    replaced: Set[str] = frozenset()
    ahead: float = 0.0
    """By how many seconds the service's clock is ahead of ours, as far as this run has seen."""
    doomed: set[str | None] = field(default_factory=set)
    """Refs of what this run deletes or has deleted; lists may go on showing them."""
    began: float = field(init=False)
    observed: Observation = field(init=False)
    """What the service has shown, and what this run has done so far."""
    _at_start: Known = field(init=False)
    deadline: Deadline = field(init=False)

    def __post_init__(self) -> None:
        self.began, self._at_start = self.clock.now(), self.known
        self.doomed |= self.replaced
        self.observed = Observation(now=self.began)
        self.deadline = Deadline(clock=self.clock, at=self.began + self.timeout, report=self._report)

    def note(self, **changes: Any) -> None:
        """Change the observation, and set its time to now."""
        self.observed = replace(self.observed, now=self.clock.now(), **changes)

    @property
    def kept(self) -> Known | None:
        """What has to stay in the state if the run fails: what it has started or found; None if nothing.

        An adopted object isn't ours before it has our tag: a run that fails before leaves it out of the state.
        """
        known = self.known
        owner = known.seen.tags.get(OWNER_TAG, "") if known.seen else ""
        ours = (
            not known.adopted or known.in_state or self.observed.tagged or same_owner(owner, self.spec.owner)
        )
        return known if self.observed.taken_up and ours else None

    @property
    def _in_state(self) -> Known | None:
        """What the state has of the object, and goes on having if an update fails; None if nothing."""
        known = self._at_start
        return known if known.in_state and (known.ref is None or known.ref not in self.doomed) else None

    @contextmanager
    def explained(self) -> Iterator[None]:
        """Turn what ends the verb early into the error that the user reads; ``kept`` is what stays in the state.

        Raises:
            CopyError: if the service refuses, the source can't be used, the deadline passes, or the user stops.
        """
        try:
            yield
        except (SourceError, ServiceError, OutOfTime, Cancelled) as end:
            raise self._explanation(end) from end

    def _explanation(self, end: SourceError | ServiceError | OutOfTime | Cancelled) -> CopyError:
        spec, doing = self.spec, self.doing
        left = messages.Left(
            kept=self.kept, in_state=self._in_state, replaced=bool(self.replaced), deleted=bool(self.doomed)
        )
        if isinstance(end, SourceError):
            return messages.wrong_source(spec, end, left)
        if isinstance(end, ServiceError):
            return messages.service_error(spec, end, doing=doing, left=left)
        if isinstance(end, OutOfTime):
            return messages.out_of_time(spec, self.timeout, doing=doing, left=left, trouble=end.trouble)
        return messages.cancelled(spec, doing=doing, left=left)

    def retry(self, call: Callable[[], T]) -> T:
        """Make a call that is safe to repeat, until the deadline."""
        return self.deadline.retry(call)

    def change(self, call: Callable[[], T]) -> T:
        """Make a call that changes something, unless the engine is gone: another run may be at work.

        Raises:
            Cancelled: if the engine no longer waits for the verb."""
        if not self.is_wanted():
            raise Cancelled
        return call()

    def begin(self, call: Callable[[], T]) -> T:
        """Make a call that starts something, unless the user has asked to stop: the host still serves queued verbs then.

        Raises:
            Cancelled: if the user has asked to stop, or the engine is gone."""
        self.clock.sleep(0.0)  # raises Cancelled then, however short
        return self.change(call)

    def read(self, name: str, kind: str = "") -> Seen | None:
        """Return the object of a name, or None only if the service says that there is none."""
        return self.retry(lambda: self.service.get(self.spec.region, name, kind or None))

    def records(self) -> Sequence[Record]:
        """Return the service's records about the name, newest first."""
        try:
            return self.retry(lambda: self.service.records(self.spec))
        except NotFound:
            return []

    def records_if_readable(self, *, tries: int = 1) -> Sequence[Record]:
        """Return the service's records about the name, or none if they can't be read; for what doesn't depend on them."""
        for attempt in range(tries):
            if attempt:
                self.deadline.sleep(backoff(attempt - 1))
            try:
                return self.service.records(self.spec)
            except Transient:
                continue
            except ServiceError:
                break
        return []

    def judge(self, seen: Seen) -> Verdict:
        """Return whose an object is; the service's records are read only if there is no stronger evidence."""
        verdict = classify(self.spec, self.known, seen, now=self.clock.now())
        if verdict.whose is not Whose.UNDECIDED:
            return verdict
        records = [each for each in self.records() if not self._is_from_before(each)]
        record = deciding(records)
        if (
            record
            and not self.known.incomplete
            and not self.retry(partial(self.service.describes, self.spec, record))
        ):
            records = []  # it is of another date, and proves nothing of this one
        return classify(
            self.spec, self.known, seen, records=records, now=self.clock.now(), rested=self.observed.rested,
            records_until=self._records_until,
        )  # fmt: skip

    @property
    def _records_until(self) -> float:
        """Until when the service's records may miss the call that made an object."""
        looked_at, lost_at = self.observed.looked_at, self.observed.lost_at
        looked = (self.began if looked_at is None else looked_at) + RECORDS_LAG
        return looked if lost_at is None else max(looked, lost_at + CREATION_GRACE)

    def _is_from_before(self, record: Record) -> bool:
        """Whether a record is older than the stack's first run, and so of somebody else's call."""
        at = record.created_at
        return self.is_first_run and at is not None and at.timestamp() < self.began - LONGEST_SKEW

    def rest(self, until: float) -> None:
        """Leave another run that may have made an object the time to tag it.

        Raises:
            OutOfTime: if the deadline comes before, unless this run has asked for such an object itself.
        """
        now, at = self.clock.now(), self.deadline.at
        if now >= at or (until > at and self.observed.lost_at is None):
            raise OutOfTime
        self.clock.sleep(max(min(until, at) - now, 0.0))
        self.note(rested=True)

    def await_verdict(self, seen: Seen) -> tuple[bool, Seen]:
        """Return whether an object is provably ours, and the object as last seen; wait while that is undecided."""
        verdict = self.judge(seen)
        while verdict.whose is Whose.UNDECIDED:
            self.rest(verdict.until or 0.0)
            again = self.read(seen.name, seen.kind)
            if again is None:
                return False, seen
            seen, verdict = again, self.judge(again)
        return verdict.whose is Whose.OURS, seen

    def _report(self, trouble: ServiceError) -> None:
        what = "source" if isinstance(trouble, SourcePending) else "service"
        self.progress.show(f"waiting for the {what}: {trouble}")
