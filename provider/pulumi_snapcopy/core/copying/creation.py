"""Bringing a copy about: look → check the source → CopySnapshot → tag → wait.

Cut off anywhere and done again, it ends in the same one copy: the target's name is settled before anything is sent,
so what an earlier try started is found under it, and sending twice is refused by the service.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ..errors import Cancelled, Denied, ServiceError
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
    found, listed = _look(attempt)
    if found is not None:
        found = take(attempt, found)
        if why := useless(attempt, found):
            if found.phase is Phase.DONE:
                # A complete copy of ours, if not of what is asked for: where there is no source it stays, as it was.
                attempt.kept = None
                source = source or _patient_source(attempt)
            make_way(attempt, found, why)
            found = None
    if found is None:
        source = source or _patient_source(attempt)
    if attempt.request.known_arn is None or found is None or found.phase is Phase.PENDING:
        _remove_leftovers(attempt, listed)
    born = None
    if found is None:
        found, born = start(attempt, source.copy_type if source else ""), attempt.clock.now()
    copy = finish(attempt, found, born=born)
    superseded = attempt.request.supersedes - {copy.snapshot.arn}
    return replace(copy, supersedes=superseded - _known_to_be_gone(attempt, superseded, listed))


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


def _look(attempt: Attempt) -> tuple[Snapshot | None, list[Snapshot] | None]:
    """Find what bears the target's name; and list all there is, if other copies of the declaration may be there."""
    request = attempt.request
    of_many = request.restore_date is not None and has_derived_name(request, request.name)
    if not of_many and not _of_region(request.supersedes, request.target_region):
        return _sure(attempt, attempt.find()), None
    try:
        listed = attempt.patiently(attempt.target.listings.all)
    except Denied:
        if of_many:
            raise
        return _sure(attempt, attempt.find()), None
    return _sure(attempt, next((each for each in listed if each.name == request.name), None)), listed


def _known_to_be_gone(attempt: Attempt, arns: frozenset[str], listed: Sequence[Snapshot] | None) -> set[str]:
    """Those that a list of their region doesn't show."""
    if listed is None:
        return set()
    return _of_region(arns, attempt.request.target_region) - {each.arn or "" for each in listed}


def _of_region(arns: frozenset[str], region: str) -> set[str]:
    return {arn for arn in arns if f":{region}:" in arn}


def _sure(attempt: Attempt, found: Snapshot | None) -> Snapshot | None:
    """What is said to be there, read: a list may lag behind. What isn't listed and is there all the same, shows later."""
    return attempt.read(found.resource_type) if found else None


def _remove_leftovers(attempt: Attempt, listed: Sequence[Snapshot] | None) -> None:
    """Remove what an earlier try at this very request has left behind under another date.

    What the state holds, or held, is the engine's to delete or to keep; what is retained was kept on purpose.
    """
    request = attempt.request
    for snapshot in listed or ():
        ours = snapshot.tags.get(OWNER_TAG, request.owner) == request.owner
        if not ours or snapshot.arn in request.supersedes or is_retained(snapshot):
            continue
        of_another_date = snapshot.name != request.name and has_derived_name(request, snapshot.name)
        if of_another_date and not attempt.is_in_the_state(snapshot):
            attempt.teller.warning(
                f'removing "{snapshot.name}", left behind by a run of this declaration that was cut off'
            )
            attempt.remove(snapshot)
