"""Bringing a copy about: look → check the source → CopySnapshot → tag → wait.

Cut off anywhere and done again, it ends in the same one copy: the target's name is settled before anything is sent,
so what an earlier try started is found under it, and sending twice is refused by the service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import Cancelled, ServiceError
from ..inputs import fingerprint_of
from ..model import OWNER_TAG, Copy, Phase, Snapshot
from ..naming import derive
from . import explain
from .attempt import Attempt
from .finishing import finish
from .ownership import has_derived_name
from .sending import start
from .sources import Source, SourceError, check_source
from .taking import is_retained, make_way, take, useless


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
    found, others = _look(attempt)
    earlier = frozenset(each.name for each in others if each.name in attempt.request.supersedes)
    leftovers = [each for each in others if each.name not in earlier and not is_retained(each)]
    if found is not None:
        found = take(attempt, found)
        if why := useless(attempt, found):
            if found.phase is Phase.DONE:
                attempt.kept = (
                    None  # it isn't what is asked for: it stays, and not in the state, if there is no source
                )
                source = source or _patient_source(attempt)
            make_way(attempt, found, why)
            found = None
    if found is None:
        source = source or _patient_source(attempt)
    if attempt.request.known_arn is None or found is None or found.phase is Phase.PENDING:
        _remove(attempt, leftovers)
    if found is None:
        found = start(attempt, source.copy_type if source else "")
        return replace(finish(attempt, found, born=attempt.clock.now()), earlier=earlier)
    return replace(finish(attempt, found), earlier=earlier)


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
    return attempt.patiently(lambda: check_source(attempt.source.listings, attempt.request))


def _look(attempt: Attempt) -> tuple[Snapshot | None, list[Snapshot]]:
    """Find what bears the target's name, and this declaration's copies of other dates.

    One that the state held is the engine's to delete or to keep, one that is retained was kept on purpose; any other is
    what an earlier try has left behind.
    """
    request = attempt.request
    if request.restore_date is None or not has_derived_name(request, request.name):
        return _sure(attempt, attempt.find()), []
    listed = attempt.patiently(attempt.target.listings.all)
    others = [
        each
        for each in listed
        if has_derived_name(request, each.name)
        and each.name != request.name
        and each.tags.get(OWNER_TAG, request.owner) == request.owner
    ]
    return _sure(attempt, next((each for each in listed if each.name == request.name), None)), others


def _sure(attempt: Attempt, found: Snapshot | None) -> Snapshot | None:
    """What is said to be there, read: a list may lag behind. What isn't listed and is there all the same, shows later."""
    return attempt.read(found.resource_type) if found else None


def _remove(attempt: Attempt, leftovers: Sequence[Snapshot]) -> None:
    for snapshot in leftovers:
        attempt.teller.warning(
            f'removing "{snapshot.name}", left behind by a run of this declaration that was cut off'
        )
        attempt.remove(snapshot)
