"""The verbs of a copy: ensure, read and delete, so that whatever is cut off can be done again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial

from .copying import explain
from .copying.account import AccountGuard
from .copying.attempt import Attempt, Teller
from .copying.creation import bring_about
from .copying.region import Region
from .copying.sources import SourceError, check_successor, latest_date
from .errors import Cancelled, ServiceError
from .model import RETAIN_TAG, Copy, CopyRequest, Service, Snapshot
from .watching.clock import Clock
from .watching.pauses import LONGEST_PAUSE

READ_TIMEOUT = 5 * 60.0
"""Seconds for which a read goes on asking a service that doesn't answer."""


@dataclass(slots=True, kw_only=True)
class Lifecycle:
    """The verbs of a copy on one service.

    Args:
        service: what does the work.
        clock: the time.
        longest_pause: seconds between two looks at a copy, at most.
        wanted: whether anybody still waits for what is done; asked right before each change.
        guard: admits each verb, where only some accounts are allowed.
        is_in_the_state: whether a declaration has this copy, or had it before this run.
    """

    service: Service
    clock: Clock
    longest_pause: float = LONGEST_PAUSE
    wanted: Callable[[], bool] = lambda: True
    guard: AccountGuard | None = None
    is_in_the_state: Callable[[Snapshot], bool] = lambda copy: False
    _regions: dict[str, Region] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def latest(self, region: str, resource: str) -> str | None:
        """The date of a resource's newest automatic snapshot that can be copied.

        Raises:
            ServiceError: the service won't say.
        """
        return latest_date(self.service, region, resource)

    def read(self, request: CopyRequest, teller: Teller) -> Snapshot | None:
        """Read the copy; ``None`` only if the service says that it is gone."""
        attempt = self._attempt(request, teller, doing="reading", timeout=READ_TIMEOUT)
        try:
            found = attempt.find_the_made()
            if found is None or not self._may_be_another(request, found):
                return found
            ours, found = attempt.judge(found)
            if ours:
                return found
        except ServiceError as error:
            raise explain.service_error(request, error, doing="reading") from error
        except Cancelled:
            raise explain.cancelled(request, doing="reading") from None
        teller.warning(explain.another_of_that_name(found))
        return None

    @staticmethod
    def _may_be_another(request: CopyRequest, found: Snapshot) -> bool:
        """Whether it may not be the copy in the state; what isn't in the state yet is read whosever it is."""
        in_state = request.known_arn is not None or request.former_owner is not None
        return in_state and found.arn != request.known_arn

    def delete(self, request: CopyRequest, teller: Teller, *, successor: CopyRequest | None = None) -> None:
        """Delete the copy, if it is provably ours; gone already is fine.

        Args:
            request: the copy in the state.
            teller: is told what happens.
            successor: what is to be copied in its place; without a source for that the copy stays.
        """
        attempt = self._attempt(request, teller, doing="deleting")
        try:
            found = attempt.find_the_made()
            if found is None:
                return
            ours, found = attempt.judge(found)
            if not ours:
                teller.warning(explain.another_of_that_name(found))
                return
            if self._may_be_another(request, found) and attempt.was_made_again_meanwhile(found):
                raise explain.made_again_meanwhile(request, found)
            if successor is not None:
                listings = self._region(successor.source_region).listings
                attempt.patiently(lambda: check_successor(listings, successor, found))
            attempt.remove(found)
        except SourceError as error:
            raise explain.no_successor(request, successor or request, error) from error
        except ServiceError as error:
            raise explain.service_error(request, error, doing="deleting") from error
        except Cancelled:
            raise explain.cancelled(request, doing="deleting") from None

    def ensure(self, request: CopyRequest, teller: Teller, *, dropped_tags: Iterable[str] = ()) -> Copy:
        """See to it that the copy stands, tagged as asked: made, or gone on with, or taken as it is.

        Args:
            request: what is wanted.
            teller: is told what happens.
            dropped_tags: the keys that the last request set and this one doesn't.

        Raises:
            CopyError: it doesn't; ``kept`` holds what is under way all the same.
        """
        attempt = self._attempt(request, teller)
        copy = bring_about(attempt)
        no_longer_retained = {RETAIN_TAG} & copy.snapshot.tags.keys() if not request.retain else set()
        # The others are taken away unread: a tag that was set a moment ago may not show yet.
        dropped = {*dropped_tags} if not attempt.has_started else set()
        if keys := sorted(dropped | no_longer_retained):
            snapshot = copy.snapshot
            try:
                untag = partial(self.service.untag, snapshot.region, snapshot.name, keys)
                attempt.patiently(lambda: attempt.change(untag))
            except ServiceError as error:
                raise explain.service_error(request, error, kept=copy) from error
            except Cancelled:
                raise explain.cancelled(request, kept=copy) from None
        return copy

    def _region(self, name: str) -> Region:
        with self._lock:
            if name not in self._regions:
                self._regions[name] = Region.of(
                    self.service, name, self.clock, longest_pause=self.longest_pause
                )
            return self._regions[name]

    def _attempt(
        self, request: CopyRequest, teller: Teller, *, doing: str = "copying", timeout: float | None = None
    ) -> Attempt:
        if self.guard:
            self.guard.admit(request, doing=doing)
        return Attempt(
            request=request,
            service=self.service,
            clock=self.clock,
            source=self._region(request.source_region),
            target=self._region(request.target_region),
            teller=teller,
            timeout=timeout or request.timeout,
            doing=doing,
            wanted=self.wanted,
            is_in_the_state=self.is_in_the_state,
        )
