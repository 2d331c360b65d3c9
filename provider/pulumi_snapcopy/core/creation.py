"""Bringing a copy about: look → check the source → CopySnapshot → tag → wait.

Cut off anywhere and done again, it ends in the same one copy: the target's name is settled before anything is sent,
so what an earlier try started is found under it, and sending twice is refused by the service.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from . import explain
from .attempt import Attempt
from .durations import spoken
from .errors import (
    AnswerLost,
    Cancelled,
    NameInUse,
    NotFound,
    Refused,
    ServiceError,
    TooManyCopies,
    Transient,
)
from .inputs import fingerprint_of
from .model import OWNER_TAG, RETAIN_TAG, SNAPSHOT_TYPES, SOURCE_TAG, Copy, Operation, Phase, Snapshot
from .naming import derive
from .ownership import Claim, claim, has_derived_name, serves
from .sources import Source, SourceError, check_source
from .waiting import VISIBILITY, OutOfTime


def bring_about(attempt: Attempt) -> Copy:
    """See to it that the requested copy stands.

    Raises:
        CopyError: it doesn't; ``kept`` holds what is under way all the same.
    """
    try:
        return _bring_about(attempt)
    except SourceError as error:
        raise explain.wrong_source(attempt.request, error, kept=attempt.kept) from error
    except ServiceError as error:
        raise explain.service_error(attempt.request, error, kept=attempt.kept) from error
    except Cancelled:
        raise explain.cancelled(attempt.request, kept=attempt.kept) from None


def _bring_about(attempt: Attempt) -> Copy:
    attempt.teller.progress("looking for the copy")
    source = _settle(attempt)
    found = attempt.look()
    if found is not None:
        found = _take(attempt, found)
        if _made_way(attempt, found):
            found = None
    if found is None:
        source = source or _patient_source(attempt)
    if attempt.request.known_arn is None or found is None or found.phase is Phase.PENDING:
        _remove_leftovers(attempt, found.resource_type if found else source.copy_type if source else "")
    if found is None:
        found = _start(attempt, source.copy_type if source else "")
        return _finish(attempt, found, born=attempt.clock.now())
    return _finish(attempt, found)


def _settle(attempt: Attempt) -> Source | None:
    """Settle "latest" and the name, where check couldn't."""
    request = attempt.request
    if request.target_snapshot_name is not None and (request.source_snapshot_name or request.restore_date):
        return None
    source = _patient_source(attempt)
    name = request.target_snapshot_name or derive(
        source=request.source, date=source.restore_date, fingerprint=fingerprint_of(request)
    )
    attempt.settle(restore_date=source.restore_date, name=name)
    return source


def _patient_source(attempt: Attempt) -> Source:
    return attempt.patiently(lambda: check_source(attempt.service, attempt.request))


def _take(attempt: Attempt, found: Snapshot) -> Snapshot:
    """Take what bears the target's name, if it is ours or may be adopted."""
    ours, found = attempt.judge(found)
    if not ours and not (attempt.request.adopt and found.phase is not Phase.FAILED):
        raise explain.taken(attempt.request, found)
    attempt.adopted = not ours
    attempt.keep(found)
    return found


def _made_way(attempt: Attempt, found: Snapshot) -> bool:
    """Delete a copy of ours that is of no use, if it is none."""
    if not (useless := _useless(attempt, found)):
        return False
    attempt.teller.warning(f'deleting "{found.name}", {useless}, to start again')
    attempt.remove(found)
    attempt.kept = None
    return True


def _useless(attempt: Attempt, found: Snapshot) -> str:
    """Why a copy of ours has to make way for a new one, if it has to."""
    request = attempt.request
    if found.phase is Phase.FAILED:
        return "a failed copy"
    if attempt.adopted or request.known_arn == found.arn or serves(request, found):
        return ""
    if _retained(found):
        raise explain.retained(request, found)
    return f"a copy of {found.tags[SOURCE_TAG]} that a cut-off run left behind"


def _retained(snapshot: Snapshot) -> bool:
    """Whether it was kept on purpose when its declaration went."""
    return RETAIN_TAG in snapshot.tags and snapshot.phase is Phase.DONE


def _remove_leftovers(attempt: Attempt, resource_type: str) -> None:
    """Remove what earlier tries at this very request left behind under another date.

    Neither the copy in the stack's state (the engine deletes it) nor one that was retained on purpose is a leftover.
    """
    request = attempt.request
    if request.restore_date is None or not has_derived_name(request, request.name):
        return
    types = [resource_type] if resource_type else SNAPSHOT_TYPES
    for snapshot in attempt.patiently(
        lambda: [each for kind in types for each in attempt.watch.snapshots(kind)]
    ):
        spared = snapshot.name in (request.name, request.supersedes)
        someones = snapshot.tags.get(OWNER_TAG, request.owner) != request.owner
        if spared or _retained(snapshot) or someones or not has_derived_name(request, snapshot.name):
            continue
        attempt.teller.warning(
            f'removing "{snapshot.name}", left behind by a run of this declaration that was cut off'
        )
        attempt.remove(snapshot)


def _start(attempt: Attempt, copy_type: str) -> Snapshot:
    """Send CopySnapshot until it is known to have been taken on."""
    attempt.forget_the_former()
    request = attempt.request
    pending = Snapshot(name=request.name, region=request.target_region, resource_type=copy_type)
    tries = 0
    unseen_since: float | None = None
    while True:
        try:
            attempt.teller.progress("starting the copy")
            if not attempt.wanted():
                raise Cancelled
            operation = attempt.service.copy(request)
        except NameInUse as error:
            trouble: ServiceError = error
            unseen_since = attempt.clock.now() if unseen_since is None else unseen_since
        except AnswerLost as error:
            trouble = error
            attempt.keep(pending)
        except Transient as error:
            trouble = error
        else:
            attempt.keep(
                Snapshot(
                    name=request.name,
                    region=request.target_region,
                    resource_type=operation.resource_type or copy_type,
                    created_at=operation.created_at,
                ),
                operation.id,
            )
            assert attempt.kept is not None
            return attempt.kept.snapshot
        if not isinstance(trouble, TooManyCopies) and (found := attempt.look(copy_type)) is not None:
            of_this_run = attempt.kept is not None
            found = _take(attempt, found)
            if of_this_run or not _made_way(attempt, found):
                return found
            unseen_since = None
            continue
        if isinstance(trouble, NameInUse):
            unseen = attempt.clock.now() - (unseen_since or 0.0)
            if unseen > VISIBILITY or _taken_by_another_type(attempt):
                attempt.kept = None
                raise explain.name_in_use(request, attempt.operations())
        attempt.back_off(tries, trouble)
        tries += 1


def _taken_by_another_type(attempt: Attempt) -> bool:
    """Whether the service's record says that the name belongs to something that is no snapshot."""
    records = attempt.operations()
    return bool(records) and not any(record.resource_type.endswith("Snapshot") for record in records)


@dataclass(slots=True)
class _Tagging:
    """Tags a copy as soon as the service lets us: a pending or just made one may not take tags yet."""

    attempt: Attempt
    wanted: Mapping[str, str]
    done: bool = False

    def once(self, snapshot: Snapshot, *, must: bool = False) -> None:
        attempt = self.attempt
        if not attempt.adopted and claim(attempt.request, snapshot) is Claim.FOREIGN:
            attempt.kept = None
            raise explain.taken(attempt.request, snapshot)
        if self.done or self.wanted.items() <= snapshot.tags.items():
            self.done = True
            return
        try:
            self.attempt.service.tag(snapshot.region, snapshot.name, self.wanted)
            self.done = True
        except (NotFound, Refused, Transient):
            if must:
                raise

    def finally_(self, snapshot: Snapshot) -> None:
        """Now it must."""
        self.attempt.patiently(lambda: self.once(snapshot, must=True))


def _wanted_tags(attempt: Attempt, found: Snapshot) -> dict[str, str]:
    """The tags to set; of what a snapshot is that we didn't start, we can't say."""
    request = attempt.request
    made_before = request.known_arn == found.arn and found.phase is Phase.DONE
    return {
        key: value
        for key, value in request.all_tags.items()
        if key != SOURCE_TAG or not (attempt.adopted or made_before)
    }


def _finish(attempt: Attempt, found: Snapshot, *, born: float | None = None) -> Copy:
    """Tag and wait."""
    tagging = _Tagging(attempt, _wanted_tags(attempt, found))

    def seen(snapshot: Snapshot | None, trouble: Transient | None) -> None:
        if snapshot is None:
            _raise_if_failed(attempt)
            attempt.teller.progress("waiting for the copy to show")
            return
        attempt.keep(snapshot)
        tagging.once(snapshot)
        percent = f" {snapshot.progress}" if snapshot.progress else ""
        since = f"; the service doesn't answer: {trouble}" if trouble else ""
        attempt.teller.progress(f"{snapshot.state}{percent}, {spoken(attempt.elapsed)}{since}")

    tagging.once(found)
    try:
        final = attempt.watch.wait(found, deadline=attempt.deadline, seen=seen, born=born)
    except OutOfTime as end:
        raise explain.out_of_time(
            attempt.request, attempt.timeout, kept=attempt.kept, trouble=end.trouble
        ) from None
    if final is None:
        kept, attempt.kept = attempt.kept, None
        raise explain.disappeared(attempt.request, kept)
    attempt.keep(final)
    if final.phase is Phase.FAILED:
        raise explain.failed(attempt.request, attempt.kept, _records(attempt))
    tagging.finally_(final)
    assert attempt.kept is not None
    return attempt.kept


def _records(attempt: Attempt) -> Sequence[Operation]:
    """The service's records; not being allowed to read them is told as the reason that can't be had."""
    try:
        return attempt.operations()
    except ServiceError as error:
        operation_id = attempt.kept.operation_id if attempt.kept else None
        reason = f"the service's reason can't be read: {error} ({error.call})"
        return [Operation(id=operation_id or "", type="CopySnapshot", status="Failed", error=reason)]


def _raise_if_failed(attempt: Attempt) -> None:
    """A copy that isn't shown may have failed before it ever was; only its operation can tell."""
    kept = attempt.kept
    records = attempt.operations()
    if any(record.failed for record in records if kept and record.id == kept.operation_id):
        attempt.kept = None
        raise explain.failed(attempt.request, kept, records)
