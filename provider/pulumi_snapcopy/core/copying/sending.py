"""Sending CopySnapshot until it is known to have been taken on, once, whatever becomes of the answers."""

from __future__ import annotations

from dataclasses import replace

from ..errors import AnswerLost, NameInUse, Transient
from ..model import Operation, Snapshot
from ..waiting import OutOfTime
from ..watching.pauses import VISIBILITY
from . import explain
from .attempt import Attempt
from .taking import make_way, take, useless


def start(attempt: Attempt, copy_type: str) -> Snapshot:
    """Have a copy under way, and keep it.

    Args:
        attempt: the try.
        copy_type: the type that the copy will have, or an empty string where the source doesn't tell.
    """
    attempt.forget_the_former()
    tries = 0
    unseen_since: float | None = None
    while True:
        attempt.teller.progress("starting the copy")
        try:
            return _taken_on(attempt, _send(attempt), copy_type)
        except AnswerLost as error:
            trouble: AnswerLost | NameInUse = error
            attempt.keep(_pending(attempt, copy_type))
        except NameInUse as error:
            trouble = error
            unseen_since = attempt.clock.now() if unseen_since is None else unseen_since
        found = attempt.read(copy_type)
        if found is not None:
            of_this_run = attempt.kept is not None
            found = take(attempt, found)
            if of_this_run or not (why := useless(attempt, found)):
                return found
            make_way(attempt, found, why)
            unseen_since = None
            continue
        if isinstance(trouble, NameInUse) and unseen_since is not None:
            unseen = attempt.clock.now() - unseen_since
            if unseen > VISIBILITY or (attempt.kept is None and _taken_by_another_type(attempt)):
                attempt.kept = None
                raise explain.name_in_use(attempt.request, attempt.operations())
        attempt.back_off(tries, trouble)
        tries += 1


def _send(attempt: Attempt) -> Operation:
    """Send when it is this copy's turn."""

    def send() -> Operation:
        return attempt.change(lambda: attempt.service.copy(attempt.request))

    def told(trouble: Transient) -> None:
        attempt.teller.progress(f"waiting for its turn: {trouble}")

    try:
        return attempt.target.starts.start(send, deadline=attempt.deadline, told=told)
    except OutOfTime as end:
        raise attempt.out_of_time(end.trouble) from None


def _taken_on(attempt: Attempt, operation: Operation, copy_type: str) -> Snapshot:
    started = replace(
        _pending(attempt, operation.resource_type or copy_type), created_at=operation.created_at
    )
    attempt.keep(started, operation.id)
    attempt.has_started = True
    return started


def _pending(attempt: Attempt, copy_type: str) -> Snapshot:
    request = attempt.request
    return Snapshot(name=request.name, region=request.target_region, resource_type=copy_type)


def _taken_by_another_type(attempt: Attempt) -> bool:
    """Whether the service's record says that the name belongs to something that is no snapshot."""
    kinds = {record.resource_type for record in attempt.operations()}
    return bool(kinds) and not any(kind == "" or kind.endswith("Snapshot") for kind in kinds)
