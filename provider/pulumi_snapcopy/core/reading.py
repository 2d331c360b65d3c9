"""Refresh: read the object in the state, and warn of what can't show as drift."""

from __future__ import annotations

from . import notices
from .bookkeeping import Bookkeeping, iso
from .errors import ServiceError, SourceError
from .presence import find_known
from .run import Run
from .values import Seen


def read(run: Run) -> Seen | None:
    """Return the object in the state, or None if it is gone or its name belongs to another one now."""
    found = find_known(run)
    # What is not in the state yet is read without a look at its owner.
    if found is None or not run.known.in_state or found.ref == run.known.ref:
        return found
    ours, found = run.await_verdict(found)
    if ours:
        return found
    run.progress.warn(notices.another_of_that_name(run.spec, found))
    return None


def warn_of_source_changes(run: Run, found: Seen | None, bookkeeping: Bookkeeping) -> None:
    """Warn of a source that was taken again under its name, or that is gone together with its copy."""
    if not run.known.in_state or (found is not None and not bookkeeping.taken):
        return
    try:
        source = run.service.check_source(run.spec, run.source_region.listing)
    except SourceError as error:
        if found is None:
            run.progress.warn(notices.gone_for_good(run.spec, error))
        return
    except ServiceError:
        return  # it is only worth knowing
    if found is not None and source.taken_at and iso(source.taken_at) != bookkeeping.taken:
        run.progress.warn(notices.taken_again(run.spec, bookkeeping.taken, iso(source.taken_at)))
