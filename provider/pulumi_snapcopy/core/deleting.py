"""Deletion: of what the state has, if it is provably ours, and of anything else of ours, until the service stops showing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from . import messages, notices
from .errors import (
    AnswerLost,
    CopyError,
    Denied,
    LoginFailed,
    NotFound,
    Refused,
    ServiceError,
    SourceError,
    Transient,
)
from .presence import find_known, read_or_list
from .run import Run
from .service import Service
from .values import OWNER_TAG, Phase, Seen, Source, Spec
from .waiting.clock import Clock
from .waiting.listing import Listing
from .waiting.policy import CREATION_GRACE, SAME_EVENT, USUAL_SKEW, pause


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """A replacement that is created after a deletion; its source is checked before anything is deleted."""

    spec: Spec
    service: Service
    clock: Clock

    def check_source(self) -> Source:
        """Return the replacement's source.

        Raises:
            SourceError: if the source doesn't exist, or can't be used.
        """
        listing = Listing(self.service, self.spec.source_region, self.clock)
        return self.service.check_source(self.spec, listing)


class NotAllowed(Exception):
    """The credentials' role isn't allowed to delete an object of ours."""

    def __init__(self, seen: Seen, error: Denied) -> None:
        super().__init__()
        self.seen = seen
        self.error = error


def delete_known(run: Run, replacements: Sequence[Replacement]) -> bool:
    """Delete what the state has, and wait until the service no longer shows it; return at once if it is gone already.

    Returns:
        Whether it is gone; False if it is still there, and isn't ours any more.

    Args:
        run: the verb at work.
        replacements: what is created in its place, or in place of a resource that it depends on; empty for a plain deletion.

    Raises:
        NotAllowed: if the role isn't allowed to delete it.
        CopyError: if it can't be deleted for another reason.
    """
    found = find_known(run)
    if found is None:
        return True
    ours, found = run.await_verdict(found)
    if not ours:
        run.progress.warn(notices.another_of_that_name(run.spec, found))
        return found.ref != run.known.ref
    if found.ref != run.known.ref and (error := _made_again_meanwhile(run, found)):
        raise error
    for each in replacements:
        _check_replacement(run, each, found)
    delete_one(run, found)
    return True


def give_back(run: Run, owner: str) -> None:
    """Set the owner tag of the resource that still has the object, if this one has adopted it from there."""
    found = find_known(run)
    if found is None or found.ref != run.known.ref or found.tags.get(OWNER_TAG) != run.spec.owner:
        return
    try:
        run.retry(lambda: run.change(lambda: run.service.tag(found, {OWNER_TAG: owner})))
    except ServiceError as error:
        run.progress.warn(notices.not_given_back(found, owner, error))


def delete_one(run: Run, seen: Seen) -> None:
    """Delete an object of ours, and wait until the service no longer shows it.

    Raises:
        NotAllowed: if the role isn't allowed to delete it.
        CopyError: if it is still shown at the deadline.
    """
    run.doomed.add(seen.ref)
    seen = _marked(run, seen)
    began, attempt, lost = run.clock.now(), 0, False
    current: Seen | None = seen
    while current is not None:
        shown = current
        try:
            run.begin(partial(run.service.delete, shown))
            break
        except LoginFailed:
            raise  # which says nothing of what the role may do
        except Denied as denied:
            raise NotAllowed(seen, denied) from denied
        except NotFound as error:
            # It was shown: it is being deleted, or isn't visible everywhere and has to be asked for again.
            run.deadline.back_off(attempt, error)
        except Refused as error:
            # After a lost answer it may be refused because it is being deleted.
            is_asked = lost and run.clock.now() - began <= CREATION_GRACE
            if shown.phase is not Phase.PENDING and not is_asked:
                raise
            run.deadline.back_off(attempt, error)
        except Transient as error:
            lost = lost or isinstance(error, AnswerLost)
            run.deadline.back_off(attempt, error)
        attempt += 1
        current = _still_shown(run, seen, is_new=run.clock.now() - began <= CREATION_GRACE)
    asked = run.clock.now()
    while current is not None and _still_shown(run, seen) is not None:
        rest = pause(run.clock.now() - asked)
        if run.clock.now() + rest > run.deadline.at:
            raise messages.still_shown(run.spec, seen, run.timeout)
        run.progress.show("deleting: the service still shows it")
        run.clock.sleep(rest)


def _marked(run: Run, seen: Seen) -> Seen:
    """Set the owner tag before a deletion: a role may be allowed to delete only what has it."""
    if OWNER_TAG in seen.tags:
        return seen
    tag = {OWNER_TAG: run.spec.owner}
    try:
        run.change(lambda: run.service.tag(seen, tag))
    except ServiceError:
        return seen  # the deletion itself shows whether it matters
    return replace(seen, tags={**seen.tags, **tag})


def _check_replacement(run: Run, replacement: Replacement, doomed: Seen) -> None:
    """Refuse the deletion if the replacement has no usable source."""
    spec = replacement.spec

    def look() -> Source:
        if spec.source == f"{doomed.region}:{doomed.name}":
            raise SourceError(
                f'"{doomed.name}" in {doomed.region} is its own source',
                "it would be deleted before it could be copied.",
                f"undo the edit, or write another source for the {spec.words.thing}.",
            )
        return replacement.check_source()

    try:
        run.retry(look)
    except SourceError as error:
        raise messages.no_replacement(run.spec.words.thing, doomed.name, spec, error) from error


def _made_again_meanwhile(run: Run, found: Seen) -> CopyError | None:
    """Return the error for an object that another run has made since this run began, or None.

    A service's clock that is ahead of ours makes it look a little older.
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


def _still_shown(run: Run, seen: Seen, *, is_new: bool = False) -> Seen | None:
    """Return the object as the service shows it now, or None if it is gone or another has its name.

    ``is_new``: the deletion was just asked for, so a single read may be stale."""
    found = read_or_list(run, seen.name, seen.kind) if is_new else run.read(seen.name, seen.kind)
    return found if found is not None and found.ref == seen.ref else None
