"""One verb's try at a request: its deadline, what it knows so far, and the steps that all verbs take."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Protocol, TypeVar

from ..errors import Cancelled, CopyError, Denied, NotFound, Refused, ServiceError, Transient
from ..model import Copy, CopyRequest, Operation, Phase, Service, Snapshot
from ..watching.clock import Clock
from ..watching.pauses import VISIBILITY, backoff, pause
from . import explain
from .ownership import GRACE, MOMENT, Claim, claim, is_being_made_again, proves, records_the_half_made
from .region import Region

T = TypeVar("T")

APART = 1.0
"""Seconds by which our clock and the service's are apart as a rule."""

SKEW = 300.0
"""Seconds by which our clock may differ from the service's, which refuses calls beyond them."""


class Teller(Protocol):
    """Takes what happens, for the resource's own row."""

    def progress(self, text: str) -> None:
        """A line that the next one replaces."""

    def warning(self, text: str) -> None:
        """A line that stays."""


@dataclass(slots=True, kw_only=True)
class Attempt:
    """A try at a request.

    Args:
        request: what is wanted.
        service: what does the work.
        clock: the time.
        source: what it shares with all that is done in the source's region.
        target: the same of the target's region.
        teller: is told what happens.
        timeout: seconds this try may take.
        doing: the gerund for messages.
        wanted: whether anybody still waits for it.
        is_in_the_state: whether a declaration has this copy, or had it before this run.
    """

    request: CopyRequest
    service: Service
    clock: Clock
    source: Region
    target: Region
    teller: Teller
    timeout: float
    doing: str = "copying"
    wanted: Callable[[], bool] = lambda: True
    is_in_the_state: Callable[[Snapshot], bool] = lambda copy: False
    began: float = 0.0
    adopted: bool = False
    """Whether it takes over what somebody else has made."""
    record: Operation | None = None
    """What proved the copy that was found ours, where nothing else did."""
    gone: set[str | None] = field(default_factory=set)
    """The ARNs of what it deletes; lists may go on showing that."""
    has_started: bool = False
    """Whether it has started a copy, and the service said so."""
    kept: Copy | None = None
    """The copy that is, or may be, under way: it has to stay in the stack's state whatever happens."""

    def __post_init__(self) -> None:
        self.began = self.clock.now()

    @property
    def deadline(self) -> float:
        """When to give up, seconds since the epoch."""
        return self.began + self.timeout

    @property
    def elapsed(self) -> float:
        """Seconds since the try began."""
        return self.clock.now() - self.began

    def patiently(self, call: Callable[[], T]) -> T:
        """Make a call, safe to be made twice, again while it fails for the time being, until the deadline."""
        attempt = 0
        while True:
            try:
                return call()
            except Transient as error:
                self.back_off(attempt, error)
                attempt += 1

    def back_off(self, attempt: int, trouble: ServiceError) -> None:
        """Let the service rest, and say why; at the deadline, give up."""
        rest = backoff(attempt)
        if self.clock.now() + rest > self.deadline:
            raise self.out_of_time(trouble)
        self.teller.progress(f"waiting for the service: {trouble}")
        self.clock.sleep(rest)

    def out_of_time(self, trouble: ServiceError | None) -> CopyError:
        """What to raise at the deadline."""
        return explain.out_of_time(
            self.request, self.timeout, doing=self.doing, kept=self.kept, trouble=trouble
        )

    def find(self) -> Snapshot | None:
        """Find what bears the target's name, together with others that look for theirs."""
        return self.patiently(lambda: self.target.listings.find(self.request.name))

    def read(self, resource_type: str = "") -> Snapshot | None:
        """Read what bears the target's name; ``None`` only if the service says that it isn't there."""
        region, name = self.request.target_region, self.request.name
        return self.patiently(lambda: self.service.snapshot(region, name, resource_type or None))

    def find_the_made(self) -> Snapshot | None:
        """Find the copy in the state; ``None`` only if it is gone, and not if it was started and is about to show."""
        found = self.find() or self.read() or self._listed(self.request.name)
        may_show = found is None and (self._is_new() or self._was_made_again())
        until, tries = self.clock.now() + VISIBILITY, 0
        while found is None and may_show and self.clock.now() <= until:
            self.teller.progress("waiting for the copy to show")
            self.clock.sleep(backoff(tries))
            found = self.read()
            tries += 1
        return found

    def _listed(self, name: str) -> Snapshot | None:
        """What a list has under a name: reads may say of what is there that it isn't."""
        try:
            listed = self.patiently(self.target.listings.all)
        except Denied:
            return None
        return next((each for each in listed if each.name == name), None)

    def _is_new(self) -> bool:
        """Whether it was started and never seen, as far as is known a moment ago."""
        request = self.request
        if not request.was_never_seen or request.known_created_at is None:
            return request.was_never_seen
        return self.clock.now() - _timestamp(request.known_created_at) <= VISIBILITY + SKEW

    def _was_made_again(self) -> bool:
        """Whether a run that was cut off has started it anew, a moment ago."""
        record = next((each for each in self.told_operations(tries=4) if each.makes_or_ends), None)
        return record is not None and is_being_made_again(self.request, record, now=self.clock.now())

    def change(self, call: Callable[[], T]) -> T:
        """Make a call that changes something, unless nobody waits for it any more: others may be at work by now."""
        if not self.wanted():
            raise Cancelled
        return call()

    def operations(self) -> Sequence[Operation]:
        """Read what the service has recorded about the target's name."""
        request = self.request
        try:
            return self.patiently(lambda: self.service.operations(request.target_region, request.name))
        except NotFound:
            return []

    def told_operations(self, *, tries: int = 1) -> Sequence[Operation]:
        """The same where it is worth knowing, and neither waiting for long nor failing for it."""
        for attempt in range(tries):
            if attempt:
                self.clock.sleep(backoff(attempt - 1))
            try:
                return self.service.operations(self.request.target_region, self.request.name)
            except Transient:
                continue
            except ServiceError:
                break
        return []

    def judge(self, snapshot: Snapshot) -> tuple[bool, Snapshot]:
        """Whether a snapshot is provably ours, and the snapshot as last seen: judging may take a second look."""
        self.record = None
        verdict = claim(self.request, snapshot)
        if verdict is not Claim.UNPROVEN:
            return verdict is Claim.OURS, snapshot
        now = self.clock.now()
        record = self._last_making()
        if record and records_the_half_made(self.request, record, snapshot):
            return True, snapshot
        if not record or not proves(self.request, record, snapshot, now=now):
            return False, snapshot
        # Another run may have started it a moment ago and be about to tag it.
        rest = GRACE - (now - record.created_at.timestamp()) if record.created_at else 0.0
        if rest > 0:
            self.clock.sleep(min(rest, GRACE))
            again = self.read(snapshot.resource_type)
            if again is None:
                return False, snapshot
            snapshot, verdict = again, claim(self.request, again)
        if verdict is Claim.UNPROVEN:
            self.record = record
        return verdict is not Claim.FOREIGN, snapshot

    def was_made_again_meanwhile(self, snapshot: Snapshot) -> bool:
        """Whether it was made since this try began, and after the copy in the state: by a run that took this for dead.

        Where the service's clock is ahead of ours that is said of one made a little earlier, too.
        """
        request, made = self.request, snapshot.created_at
        if made is None or made.timestamp() <= self.began + APART:
            return False
        if request.known_arn is not None:
            return snapshot.arn != request.known_arn
        known = request.known_created_at
        return known is not None and made.timestamp() > _timestamp(known) + MOMENT

    def _last_making(self) -> Operation | None:
        """The record of what made the snapshot that bears the target's name now, or ended it."""
        return next((each for each in self.operations() if each.makes_or_ends), None)

    def remove(self, snapshot: Snapshot) -> None:
        """Delete a snapshot that is ours, and wait until the service no longer shows it."""
        self.gone.add(snapshot.arn)
        began, attempt = self.clock.now(), 0
        while True:
            try:
                self.change(partial(self.service.delete, snapshot))
                break
            except NotFound as error:
                # It was shown: it is on its way out, or isn't known everywhere and has to be asked for again.
                self.back_off(attempt, error)
            except Refused as error:
                if snapshot.phase is not Phase.PENDING:
                    raise
                self.back_off(attempt, error)
            except Transient as error:
                self.back_off(attempt, error)
            attempt += 1
            # Reads may say of what is there that it isn't, and lists go on showing what is gone, for a while.
            found = self._find(snapshot, sure=self.clock.now() - began <= VISIBILITY)
            if found is None:
                return
            snapshot = found
        asked = self.clock.now()
        while self._find(snapshot) is not None:
            rest = pause(self.clock.now() - asked)
            if self.clock.now() + rest > self.deadline:
                raise explain.still_shown(self.request, snapshot, self.timeout)
            self.teller.progress("deleting: the service still shows it")
            self.clock.sleep(rest)

    def _find(self, snapshot: Snapshot, *, sure: bool = False) -> Snapshot | None:
        """The very snapshot, not another that has taken its name; to be sure that it is gone, a list is asked, too."""
        found = self.patiently(
            lambda: self.service.snapshot(snapshot.region, snapshot.name, snapshot.resource_type or None)
        )
        if found is None and sure:
            found = self._listed(snapshot.name)
        return found if found is not None and found.arn == snapshot.arn else None

    def keep(self, snapshot: Snapshot, operation_id: str | None = None) -> None:
        """Remember the copy as one that exists."""
        if operation_id is None and self.kept is not None:
            operation_id = self.kept.operation_id
        elif (
            operation_id is None and self.request.half_made and self.request.known_arn in (None, snapshot.arn)
        ):
            operation_id = self.request.known_operation_id
        self.kept = Copy(snapshot=snapshot, restore_date=self.request.restore_date, operation_id=operation_id)

    def forget_the_former(self) -> None:
        """The copy in the state is no more: the ARN and operation that are known aren't those of the next one."""
        self.request = replace(self.request, known_arn=None, known_created_at=None, known_operation_id=None)

    def settle(self, *, restore_date: str | None, name: str) -> None:
        """Fill in what could not be settled before."""
        self.request = replace(self.request, restore_date=restore_date, target_snapshot_name=name)


def _timestamp(created_at: str) -> float:
    return datetime.fromisoformat(created_at.replace("Z", "+00:00")).timestamp()
