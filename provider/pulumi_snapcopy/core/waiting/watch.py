"""The shared watch of a region: who waits, and is due first, polls for all that wait; there is no thread behind it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import contextmanager
from dataclasses import dataclass, field

from ..errors import Denied, ServiceError, Transient
from ..values import Phase, Seen
from .clock import Clock
from .deadline import Deadline, OutOfTime
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
class Watched:
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

    def poll(self, watched: Sequence[Watched]) -> list[tuple[Watched, Answer]]:
        """Return the service's answer for each; nothing is changed yet."""
        kinds: dict[str, list[Watched]] = {}
        for each in watched:
            kinds.setdefault(each.seen.kind, []).append(each)
        return [answer for kind, of_kind in kinds.items() for answer in self._ask(kind, of_kind)]

    def update(self, answers: Sequence[tuple[Watched, Answer]]) -> None:
        """Note the answers, and set when each is due again."""
        now = self.listing.clock.now()
        failed = any(isinstance(answer, Transient) for _, answer in answers)
        self._failures = self._failures + 1 if failed else 0
        for watched, answer in answers:
            watched.polls += 1
            self._update(watched, answer, now)

    def _ask(self, kind: str, watched: Sequence[Watched]) -> list[tuple[Watched, Answer]]:
        listed: dict[str, Seen] | None = None
        if len(watched) > 1 and kind and not self._listing_denied:
            try:
                listed = {each.name: each for each in self.listing.of(kind)}
            except Denied:
                self._listing_denied = True
            except ServiceError as error:
                return [(each, error) for each in watched]
        return [(each, self._answer(each, listed)) for each in watched]

    def _answer(self, watched: Watched, listed: Mapping[str, Seen] | None) -> Answer:
        """Answer from a list; what it doesn't show is read only shortly before it would be given up."""
        if listed and (found := listed.get(watched.seen.name)) and found.ref not in watched.others:
            return found
        since = watched.missing_since
        if listed is not None and (since is None or self.listing.clock.now() - since < CREATION_GRACE / 2):
            return None
        return self._read(watched)

    def _read(self, watched: Watched) -> Answer:
        seen = watched.seen
        try:
            found = self.listing.service.get(self.listing.region, seen.name, seen.kind or None)
        except ServiceError as error:
            return error
        return None if found is not None and found.ref in watched.others else found

    def _update(self, watched: Watched, answer: Answer, now: float) -> None:
        age = now - watched.born
        rest = pause(age, self.longest_pause)
        if isinstance(answer, Transient):
            watched.last, watched.missing_since = Poll(watched.seen, trouble=answer), None
            rest = max(rest, backoff(self._failures - 1))
        elif isinstance(answer, ServiceError):
            watched.error = answer
        elif answer is None:
            watched.missing_since = now if watched.missing_since is None else watched.missing_since
            watched.last = Poll(None, missing_for=now - watched.missing_since)
        else:
            expected = self._expectation.remaining(answer, age)
            if answer.phase is Phase.DONE:
                # As it was shown in progress: some services show the size at the end alone.
                self._expectation.ended(watched.seen, (watched.age + age) / 2)
            elif expected is not None:
                rest = pause_before_end(rest, expected)
            watched.seen, watched.missing_since = answer, None
            watched.last = Poll(answer, remaining=expected)
            watched.age = age
        watched.due = now + rest


@dataclass(slots=True)
class Watch:
    """Serves all waits in one region with common polls.

    Args:
        poller: polls.
        clock: the time.
    """

    poller: Poller
    clock: Clock
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _watched: list[Watched] = field(default_factory=list)
    _polling: bool = False

    @contextmanager
    def waiting(
        self, seen: Seen, *, born: float | None = None, others: Set[str | None] = frozenset()
    ) -> Iterator[Watched]:
        """Add an object to the watch until the context ends.

        Args:
            seen: the object as last seen.
            born: when its creation began, by our clock; default: the service's time of creation.
            others: refs of earlier objects of its name, which stale answers may still show.
        """
        now = self.clock.now()
        if born is None:
            born = seen.created_at.timestamp() if seen.created_at else now
        born = min(born, now)
        watched = Watched(seen=seen, born=born, due=now, others=others, age=now - born)
        with self._changed:
            if self._watched:  # their next poll serves it, too
                watched.due += pause(0, self.poller.longest_pause)
            self._watched.append(watched)
        try:
            yield watched
        finally:
            with self._changed:
                self._watched.remove(watched)
                self._changed.notify_all()

    def poll(self, watched: Watched, deadline: Deadline) -> Poll:
        """Return the result of the next poll, which another caller may make.

        Raises:
            OutOfTime: if the deadline passes before.
            ServiceError: if the service refuses the poll for good.
        """
        with self._changed:
            polls = watched.polls
            while watched.polls == polls and not watched.ended:
                now = self.clock.now()
                if now >= deadline.at:
                    raise OutOfTime(watched.last.trouble)
                if not self._polling and now >= watched.due:
                    self._polling = True
                    break
                until = deadline.at if self._polling else min(watched.due, deadline.at)
                self.clock.wait(self._changed, until - now)
        if watched.polls == polls and not watched.ended:
            self._poll_for_all()
        if watched.error is not None:
            raise watched.error
        return watched.last

    def _poll_for_all(self) -> None:
        with self._changed:
            unended = [each for each in self._watched if not each.ended]
        answers = []
        try:
            answers = self.poller.poll(unended)
        finally:
            with self._changed:
                self._polling = False
                self._changed.notify_all()
                self.poller.update(answers)
