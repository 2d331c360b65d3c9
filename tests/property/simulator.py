"""The smallest service that the plan can run on, in memory: objects, lags, lost answers, and a clock."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from pulumi_snapcopy.core import plan
from pulumi_snapcopy.core.ownership import classify
from pulumi_snapcopy.core.plan import Because, Observation, Sent, next_step
from pulumi_snapcopy.core.sorting import sort
from pulumi_snapcopy.core.values import (
    Known,
    Phase,
    Record,
    Seen,
    Source,
    Spec,
    Words,
    without,
)
from pulumi_snapcopy.core.waiting.policy import CREATION_GRACE

WORDS = Words(noun="Thing", thing="thing", making="making", made="made", provider="P", name_argument="name")
OURS, THEIRS = "shop/dev/web@0123456789abcdef", "shop/dev/web@fedcba9876543210"
SOURCE = "here:s1"
MOST_STEPS = 300
"""More than any run needs; one that doesn't end by then never does."""


@dataclass(slots=True)
class Thing:
    """A thing of the service. Times are seconds since the epoch."""

    seen: Seen
    whose: str
    visible_at: float = 0.0
    done_at: float = 0.0
    outcome: Phase = Phase.DONE

    def at(self, now: float) -> Seen:
        """As the service shows it at a moment."""
        return replace(self.seen, phase=self.outcome if now >= self.done_at else Phase.PENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What becomes of one request."""

    sent: Sent = Sent.ACCEPTED
    done: bool = True
    """Of a lost answer: whether the work was done."""
    hidden: float = 0.0
    seconds: float = 60.0
    outcome: Phase = Phase.DONE


@dataclass(slots=True)
class Simulator:
    """A service that performs each step's effect, and nothing else."""

    spec: Spec
    answers: list[Answer]
    things: list[Thing]
    carries_keys: bool
    now: float = 1_000_000.0
    records: list[tuple[str, Record]] = field(default_factory=list)
    steps: Counter[str] = field(default_factory=Counter)
    known: Known = field(default_factory=Known)
    seen: Observation = field(init=False)
    interrupted: Known = field(default_factory=Known)
    """What the state has for the next run."""

    def run(self, stop_after: int | None = None) -> plan.Step | None:
        """Run until Done or Fail, or until so many steps were performed."""
        self.known, self.seen = (
            self.interrupted,
            Observation(now=self.now, looked_again=not self.spec.traits.duplicates),
        )
        self._look(whole=True)
        for number in range(MOST_STEPS):
            step = next_step(self.spec, self.known, self.seen)
            why = getattr(step, "because", getattr(step, "why", ""))
            self.steps[f"{type(step).__name__} {why}".strip()] += 1
            if isinstance(step, plan.Done | plan.Fail):
                self._end(step)
                return step
            if number == stop_after:
                return None
            self.now += 1
            getattr(self, f"_{type(step).__name__.lower()}")(step)
            self.seen = replace(self.seen, now=self.now)
        raise AssertionError(f"it doesn't end: {self.steps}")

    def ours(self) -> list[Thing]:
        """What was made for this request, or an earlier one, and isn't kept on purpose."""
        return [each for each in self.things if each.whose == "ours"]

    def _end(self, step: plan.Step) -> None:
        """The engine writes down what the run has made, or was making."""
        if self.seen.taken_up and self.known.seen is not None:
            known, lost = self.known, isinstance(step, plan.Fail) and step.because is Because.DISAPPEARED
            if self.spec.by_id and isinstance(step, plan.Fail) and step.because is Because.FAILED:
                self.things.remove(
                    self._of(self.seen.existing)
                )  # the engine replaces it: an id can't change in place
                lost = True
            self.interrupted = Known() if lost else replace(
                known, seen=self.seen.existing or known.seen, owner=OURS, in_state=True, adopted=False, by_record=False
            )  # fmt: skip

    def _visible(self) -> list[Thing]:
        return [each for each in self.things if self.now >= each.visible_at]

    def _matching(self) -> list[Seen]:
        shown = [each.at(self.now) for each in self._visible()]
        if self.spec.traits.duplicates:
            return [each for each in shown if each.key == self.spec.key]
        return [each for each in shown if each.name == self.spec.name]

    def _look(self, *, whole: bool = False, only: str | None = None) -> None:
        found = [each for each in self._matching() if only in (None, each.ref)]
        assert all(each.created_at for each in found)
        given = self.known.ref if self.spec.by_id and self.known.in_state else None
        found.sort(
            key=lambda each: (each.ref != given, each.phase is Phase.FAILED, each.created_at, each.ref)
        )
        self.seen = replace(self.seen, existing=found[0] if found else None, twins=tuple(found[1:]))
        if found:
            records = [record for name, record in reversed(self.records) if name == found[0].name]
            verdict = classify(self.spec, self.known, found[0], records=records, now=self.now)
            self.seen = replace(self.seen, verdict=verdict, missing_for=0.0)
        if whole:
            visible = [each.at(self.now) for each in self._visible()]
            rest = sort(self.spec, self.known, visible, lambda seen: False, since=self.now, own=found)
            self.seen = replace(self.seen, orphans=rest.orphans, failed_before=rest.failed_before)

    # The steps

    def _checksource(self, step: plan.CheckSource) -> None:
        self.seen = replace(self.seen, source=Source(kind="Thing"))

    def _create(self, step: plan.Create) -> None:
        if not self.spec.traits.duplicates and any(each.seen.name == self.spec.name for each in self.things):
            since = self.seen.in_use_since if self.seen.sent is Sent.NAME_IN_USE else self.now
            self.seen = replace(self.seen, sent=Sent.NAME_IN_USE, in_use_since=since)
            self.now += 10
            self._look()
            return
        answer = self.answers.pop(0) if self.answers else Answer()
        made = self._make(answer) if answer.done else None
        if self.seen.sent is Sent.LOST:  # of several requests more than one may have made one
            lost_at = self.now if answer.sent is Sent.LOST else self.seen.lost_at or 0.0
            self.seen = replace(
                self.seen, look_again_from=max(self.seen.look_again_from, lost_at + CREATION_GRACE)
            )
        if answer.sent is Sent.LOST:
            pending = Seen(name=self.spec.name, region="there", kind="Thing")
            self.known = replace(self.known, seen=self.known.seen or pending)
            self.seen = replace(self.seen, taken_up=True, sent=Sent.LOST, lost_at=self.now)
            self._look()
            return
        assert made is not None
        # Where names are the key, what was started is known by its ref once it is seen.
        seen = made if self.spec.traits.duplicates else replace(made, ref=None)
        self.known = Known(seen=seen, operation_id=made.ref, predecessors=self.known.predecessors)
        self.seen = replace(self.seen, taken_up=True, sent=Sent.ACCEPTED, existing=seen, verdict=classify(self.spec, self.known, seen, records=[], now=self.now))  # fmt: skip
        self.seen = replace(self.seen, existing=None, waited=True)

    def _make(self, answer: Answer) -> Seen:
        ref = f"ours-{len(self.records)}"
        made = datetime.fromtimestamp(self.now, timezone.utc)
        key = self.spec.key if self.carries_keys else ""
        name = self.spec.name or ref
        seen = Seen(name=name, region="there", kind="Thing", ref=ref, key=key, created_at=made)
        self.things.append(
            Thing(seen, "ours", self.now + answer.hidden, self.now + answer.seconds, answer.outcome)
        )
        self.records.append((name, Record(id=ref, source=SOURCE, decides=True, created_at=made)))
        return seen

    def _searchforlost(self, step: plan.SearchForLost) -> None:
        self.now += 5
        self._look()
        self.seen = replace(self.seen, looked_again=False)

    def _lookagain(self, step: plan.LookAgain) -> None:
        self.now = max(self.now + 5, step.not_before)
        self._look()
        is_done = self.seen.existing is not None and self.seen.existing.phase is Phase.DONE
        self.seen = replace(self.seen, looked_again=is_done)

    def _rest(self, step: plan.Rest) -> None:
        self.now = max(self.now, step.until)
        self._look()
        self.seen = replace(self.seen, rested=True)

    def _takeup(self, step: plan.TakeUp) -> None:
        known, existing = self.known, self.seen.existing
        assert existing is not None
        same = known.seen is not None and known.ref in (None, existing.ref)
        if self.seen.taken_up and known.ref != existing.ref:  # what was tagged is its younger twin
            self.seen = replace(self.seen, tagged=False)
        self.known = replace(
            known, seen=existing, adopted=step.adopted or (same and known.adopted),
            operation_id=known.operation_id if same else None,
            in_state=known.in_state and same and known.ref is not None,
            by_record=self.seen.verdict.evidence.name == "RECORD",
        )  # fmt: skip
        self.seen = replace(self.seen, taken_up=True, rested=self.seen.taken_up and self.seen.rested)

    def _wait(self, step: plan.Wait) -> None:
        self.now += 20
        before = self.seen
        self._look(only=self.known.ref)  # a wait looks at the one that it waits for
        if self.seen.existing is None:
            self.seen = replace(self.seen, waited=True, missing_for=before.missing_for + 20)
            return
        existing = self.seen.existing
        if self.known.ref is None and self.seen.sent is Sent.ACCEPTED:
            self.known = replace(self.known, seen=existing)
        failed = existing.phase is Phase.FAILED
        self.seen = replace(self.seen, waited=True, failure="no room" if failed else None)
        if self.known.ref == existing.ref:
            self.known = replace(self.known, seen=existing)

    def _tag(self, step: plan.Tag) -> None:
        thing = self._of(self.seen.existing)
        assert thing.whose == "ours" or self.spec.adopt, f"a stranger's thing was tagged: {thing}"
        thing.seen = replace(thing.seen, tags={**thing.seen.tags, **step.tags})
        self.seen = replace(self.seen, tagged=True, existing=thing.at(self.now))

    def _untag(self, step: plan.Untag) -> None:
        thing = self._of(self.seen.existing)
        assert thing.whose != "theirs"
        tags = {key: value for key, value in thing.seen.tags.items() if key not in step.keys}
        thing.seen = replace(thing.seen, tags=tags)
        self.seen = replace(self.seen, dropped=frozenset(), existing=thing.at(self.now))

    def _delete(self, step: plan.Delete) -> None:
        thing = self._of(step.seen)
        assert thing.whose == "ours", f"deleted, and not ours: {thing} ({step.why})"
        self.things.remove(thing)
        if self.seen.existing is None or step.seen.ref != self.seen.existing.ref:
            self.seen = replace(
                self.seen,
                orphans=without(self.seen.orphans, step.seen.ref),
                failed_before=without(self.seen.failed_before, step.seen.ref),
                twins=without(self.seen.twins, step.seen.ref),
            )
            return
        self.known = Known(predecessors=self.known.predecessors, replaces=self.known.replaces)
        self.seen = replace(
            self.seen,
            existing=None,
            taken_up=False,
            waited=False,
            sent=Sent.NOTHING,
            failure=None,
            tagged=False,
        )

    def _of(self, seen: Seen | None) -> Thing:
        assert seen is not None
        (thing,) = (each for each in self.things if each.seen.ref == seen.ref)
        return thing


def planted(ref: str, whose: str, name: str, key: str, tags: dict[str, str]) -> Thing:
    made = datetime.fromtimestamp(900_000.0, timezone.utc)
    seen = Seen(name=name, region="there", kind="Thing", ref=ref, key=key, tags=tags, created_at=made)
    return Thing(seen, whose)
