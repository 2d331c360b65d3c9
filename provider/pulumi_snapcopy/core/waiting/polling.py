"""Polling: one poll for all objects that are waited for in a region, and when to poll again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from ..errors import Denied, ServiceError, Transient
from ..values import Phase, Seen
from .expectation import Expectation
from .listing import Listing
from .policy import CREATION_GRACE, LONGEST_PAUSE, backoff, pause, pause_before_end


@dataclass(frozen=True, slots=True)
class Poll:
    """The result of one poll, for one object.

    Args:
        seen: the object; None if it wasn't visible.
        trouble: the transient error of the poll, which delays the wait and doesn't end it.
        remaining: seconds that it is expected to take, or None.
        missing_for: seconds for which it hasn't been visible.
    """

    seen: Seen | None
    trouble: Transient | None = None
    remaining: float | None = None
    missing_for: float = 0.0


@dataclass(slots=True, eq=False)
class Waiter:
    """An object that is waited for.

    Args:
        seen: the object as last seen.
        born: when its creation began, by our clock.
        due: when to poll it again.
        others: refs of earlier objects of its name, which stale answers may still show.
        age: its age when it was last seen in progress, in seconds.
    """

    seen: Seen
    born: float
    due: float
    others: Set[str | None] = frozenset()
    age: float = 0.0
    polls: int = 0
    last: Poll = Poll(None)
    error: ServiceError | None = None
    """The error that ends the wait."""
    missing_since: float | None = None

    @property
    def ended(self) -> bool:
        """Whether a poll has shown that there is nothing more to wait for."""
        shown = None if self.last.trouble else self.last.seen
        return self.error is not None or (shown is not None and shown.phase is not Phase.PENDING)


Answer = Seen | ServiceError | None


@dataclass(slots=True)
class Poller:
    """Polls: lists where several wait, reads where one does. It has neither a thread nor a lock.

    Args:
        listing: the region's listing.
        longest_pause: the longest pause between two polls, in seconds.
    """

    listing: Listing
    longest_pause: float = LONGEST_PAUSE
    _expectation: Expectation = field(default_factory=Expectation)
    _failures: int = 0
    _listing_denied: bool = False

    def poll(self, waiters: Sequence[Waiter]) -> list[tuple[Waiter, Answer]]:
        """Return the service's answers for the waiters, which aren't changed yet."""
        kinds: dict[str, list[Waiter]] = {}
        for waiter in waiters:
            kinds.setdefault(waiter.seen.kind, []).append(waiter)
        return [answer for kind, of_kind in kinds.items() for answer in self._ask(kind, of_kind)]

    def update(self, answers: Sequence[tuple[Waiter, Answer]]) -> None:
        """Hand the answers to the waiters, and set when each is due again."""
        now = self.listing.clock.now()
        failed = any(isinstance(answer, Transient) for _, answer in answers)
        self._failures = self._failures + 1 if failed else 0
        for waiter, answer in answers:
            waiter.polls += 1
            self._update(waiter, answer, now)

    def _ask(self, kind: str, waiters: Sequence[Waiter]) -> list[tuple[Waiter, Answer]]:
        listed: dict[str, Seen] | None = None
        if len(waiters) > 1 and kind and not self._listing_denied:
            try:
                listed = {each.name: each for each in self.listing.of(kind)}
            except Denied:
                self._listing_denied = True
            except ServiceError as error:
                return [(waiter, error) for waiter in waiters]
        return [(waiter, self._answer(waiter, listed)) for waiter in waiters]

    def _answer(self, waiter: Waiter, listed: Mapping[str, Seen] | None) -> Answer:
        """Answer from a list; what it doesn't show is read only shortly before it would be given up."""
        if listed and (found := listed.get(waiter.seen.name)) and found.ref not in waiter.others:
            return found
        since = waiter.missing_since
        if listed is not None and (since is None or self.listing.clock.now() - since < CREATION_GRACE / 2):
            return None
        return self._read(waiter)

    def _read(self, waiter: Waiter) -> Answer:
        seen = waiter.seen
        try:
            found = self.listing.service.get(self.listing.region, seen.name, seen.kind or None)
        except ServiceError as error:
            return error
        return None if found is not None and found.ref in waiter.others else found

    def _update(self, waiter: Waiter, answer: Answer, now: float) -> None:
        age = now - waiter.born
        rest = pause(age, self.longest_pause)
        if isinstance(answer, Transient):
            waiter.last, waiter.missing_since = Poll(waiter.seen, trouble=answer), None
            rest = max(rest, backoff(self._failures - 1))
        elif isinstance(answer, ServiceError):
            waiter.error = answer
        elif answer is None:
            waiter.missing_since = now if waiter.missing_since is None else waiter.missing_since
            waiter.last = Poll(None, missing_for=now - waiter.missing_since)
        else:
            expected = self._expectation.remaining(answer, age)
            waiter.seen, waiter.missing_since = answer, None
            waiter.last = Poll(answer, remaining=expected)
            if answer.phase is Phase.DONE:
                self._expectation.ended(answer, (waiter.age + age) / 2)
            elif expected is not None:
                rest = pause_before_end(rest, expected)
            waiter.age = age
        waiter.due = now + rest
