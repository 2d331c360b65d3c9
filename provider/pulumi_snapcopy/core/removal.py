"""Finding what the state has, and deleting it until the service no longer shows it."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from . import messages
from .errors import AnswerLost, CopyError, NotFound, Refused, ServiceError, Transient
from .ownership import deciding, is_being_made_again
from .run import Run
from .values import OWNER_TAG, Phase, Seen
from .waiting.policy import CREATION_GRACE, LONGEST_SKEW, SAME_EVENT, USUAL_SKEW, backoff, pause


def find_known(run: Run) -> Seen | None:
    """Return what the state has, or None only if it is gone, and isn't about to become visible."""
    name = run.known.seen.name if run.known.seen and run.known.seen.name else run.spec.name
    # A read may be stale, and a list be denied, or hold only what has our mark.
    found = run.retry(lambda: run.target.listing.find(name)) or run.listed(name) or run.read(name)
    if found is not None or not (_is_new(run) or _was_made_again(run)):
        return found
    until, tries = run.clock.now() + CREATION_GRACE, 0
    while found is None and run.clock.now() <= until:
        run.progress.show(f"waiting for the {run.spec.words.thing} to become visible")
        run.clock.sleep(backoff(tries))
        found = run.read(name)
        tries += 1
    return found


def remove(run: Run, seen: Seen) -> None:
    """Delete one of ours, and wait until the service no longer shows it.

    Raises:
        CopyError: if it is still shown at the deadline.
    """
    run.gone.add(seen.ref)
    seen = _marked(run, seen)
    began, attempt, lost = run.clock.now(), 0, False
    current: Seen | None = seen
    while current is not None:
        doomed = current
        try:
            run.begin(partial(run.service.delete, doomed))
            break
        except NotFound as error:
            # It was shown: it is being deleted, or isn't visible everywhere and has to be asked for again.
            run.deadline.rest(attempt, error)
        except Refused as error:
            # After a lost answer it may be refused because it is being deleted.
            is_asked = lost and run.clock.now() - began <= CREATION_GRACE
            if doomed.phase is not Phase.PENDING and not is_asked:
                raise
            run.deadline.rest(attempt, error)
        except Transient as error:
            lost = lost or isinstance(error, AnswerLost)
            run.deadline.rest(attempt, error)
        attempt += 1
        current = _still_there(run, seen, agree=run.clock.now() - began <= CREATION_GRACE)
    asked = run.clock.now()
    while current is not None and _still_there(run, seen) is not None:
        rest = pause(run.clock.now() - asked)
        if run.clock.now() + rest > run.deadline.at:
            raise messages.still_shown(run.spec, seen, run.timeout)
        run.progress.show("deleting: the service still shows it")
        run.clock.sleep(rest)


def _marked(run: Run, seen: Seen) -> Seen:
    """Tag it as ours: a role may be allowed to delete only what has the owner tag."""
    if OWNER_TAG in seen.tags:
        return seen
    tag = {OWNER_TAG: run.spec.owner}
    try:
        run.change(lambda: run.service.tag(seen, tag))
    except ServiceError:
        return seen  # then the deletion itself tells
    return replace(seen, tags={**seen.tags, **tag})


def made_again_meanwhile(run: Run, found: Seen) -> CopyError | None:
    """Return what to raise if it was made since this run began, by a run that took this one for dead.

    Where the service's clock is ahead of ours that is said of one made a little earlier, too.
    """
    known, made = run.known, found.created_at
    if made is None or made.timestamp() <= run.began + USUAL_SKEW:
        return None
    before = known.seen.created_at if known.seen else None
    if known.ref is not None:
        another = found.ref != known.ref
    else:
        another = before is not None and made.timestamp() > before.timestamp() + SAME_EVENT
    return messages.made_again_meanwhile(run.spec, found) if another else None


def _still_there(run: Run, seen: Seen, *, agree: bool = False) -> Seen | None:
    """The very thing, not another that has taken its name; ``agree``: it is gone only if a list says so, too."""
    found = run.read(seen.name, seen.kind)
    if found is None and agree:
        found = run.listed(seen.name)
    return found if found is not None and found.ref == seen.ref else None


def _is_new(run: Run) -> bool:
    """Whether it was started a moment ago, as far as is known, and may not be visible yet."""
    known = run.known
    if known.seen is None or not known.partial or known.seen.created_at is None:
        return known.never_seen
    return run.clock.now() - known.seen.created_at.timestamp() <= CREATION_GRACE + LONGEST_SKEW


def _was_made_again(run: Run) -> bool:
    """Whether an interrupted run made it again, a moment ago."""
    record = deciding(run.records_if_readable(tries=4))
    return record is not None and is_being_made_again(run.spec, run.known, record, now=run.clock.now())
