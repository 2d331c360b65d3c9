"""Bringing a copy about: look → check the source → CopySnapshot → tag → wait.

Cut off anywhere and done again, it ends in the same one copy: the target's name is settled before anything is sent,
so what an earlier try started is found under it, and sending twice is refused by the service.
"""

from __future__ import annotations

from collections.abc import Sequence

from . import explain
from .attempt import Attempt
from .errors import Cancelled, ServiceError
from .finishing import finish
from .inputs import fingerprint_of
from .model import OWNER_TAG, SNAPSHOT_TYPES, Copy, Phase, Snapshot
from .naming import derive
from .ownership import has_derived_name
from .sending import start
from .sources import Source, SourceError, check_source
from .taking import is_retained, made_way, take


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
    found = _look(attempt)
    if found is not None:
        found = take(attempt, found)
        if made_way(attempt, found):
            found = None
    if found is None:
        source = source or _patient_source(attempt)
    if attempt.request.known_arn is None or found is None or found.phase is Phase.PENDING:
        _remove_leftovers(attempt, found.resource_type if found else source.copy_type if source else "")
    if found is None:
        found = start(attempt, source.copy_type if source else "")
        return finish(attempt, found, born=attempt.clock.now())
    return finish(attempt, found)


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


def _look(attempt: Attempt) -> Snapshot | None:
    """Find what bears the target's name; where leftovers may stand beside it, in the listing that shows them."""
    if not _may_have_leftovers(attempt):
        return attempt.look()
    name = attempt.request.name
    return next((each for each in _listed(attempt, SNAPSHOT_TYPES) if each.name == name), None)


def _may_have_leftovers(attempt: Attempt) -> bool:
    """Whether the same declaration may have started copies of other dates under other names."""
    request = attempt.request
    return request.restore_date is not None and has_derived_name(request, request.name)


def _listed(attempt: Attempt, resource_types: Sequence[str]) -> list[Snapshot]:
    listings = attempt.region.listings
    return attempt.patiently(lambda: [each for kind in resource_types for each in listings.snapshots(kind)])


def _remove_leftovers(attempt: Attempt, resource_type: str) -> None:
    """Remove what earlier tries at this very request left behind under another date.

    Neither the copy in the stack's state (the engine deletes it) nor one that was retained on purpose is a leftover.
    """
    if not _may_have_leftovers(attempt):
        return
    request = attempt.request
    for snapshot in _listed(attempt, [resource_type] if resource_type else SNAPSHOT_TYPES):
        spared = snapshot.name in (request.name, request.supersedes)
        someones = snapshot.tags.get(OWNER_TAG, request.owner) != request.owner
        if spared or is_retained(snapshot) or someones or not has_derived_name(request, snapshot.name):
            continue
        attempt.teller.warning(
            f'removing "{snapshot.name}", left behind by a run of this declaration that was cut off'
        )
        attempt.remove(snapshot)
