"""Deleting what the state has, if it is provably ours."""

from __future__ import annotations

from collections.abc import Callable

from . import messages
from .errors import Denied, LoginFailed, SourceError
from .removal import find_known, made_again_meanwhile, remove
from .run import Run
from .values import Seen, Source, Spec
from .waiting.listing import Listing


class NotAllowed(Exception):
    """The role may not delete what is ours."""

    def __init__(self, seen: Seen, error: Denied) -> None:
        super().__init__()
        self.seen = seen
        self.error = error


def delete(run: Run, replacement: Spec | None, listing_of: Callable[[str], Listing]) -> None:
    """Delete it, and wait until the service no longer shows it; gone already is fine.

    Args:
        run: the verb at work.
        replacement: what is to be made in its place, if it is deleted for that.
        listing_of: returns a region's listing.

    Raises:
        NotAllowed: if the role may not delete it.
        CopyError: if it stays for another reason.
    """
    found = find_known(run)
    if found is None:
        return
    ours, found = run.decide(found)
    if not ours:
        run.progress.warn(messages.another_of_that_name(run.spec, found))
        return
    if found.ref != run.known.ref and (error := made_again_meanwhile(run, found)):
        raise error
    if replacement is not None:
        _check_replacement(run, replacement, found, listing_of)
    try:
        remove(run, found)
    except LoginFailed:
        raise  # which says nothing of what the role may do
    except Denied as denied:
        raise NotAllowed(found, denied) from denied


def _check_replacement(run: Run, spec: Spec, doomed: Seen, listing_of: Callable[[str], Listing]) -> None:
    """Without a source for what is to be made in its place it stays."""

    def look() -> Source:
        if spec.source == f"{doomed.region}:{doomed.name}":
            raise SourceError(
                f'"{doomed.name}" in {doomed.region} is its own source',
                "it would be deleted before it could be copied.",
                f"undo the edit, or write another source for the {spec.words.thing}.",
            )
        return run.service.check_source(spec, listing_of(spec.source_region))

    try:
        run.retry(look)
    except SourceError as error:
        raise messages.no_replacement(spec.name or doomed.name, spec, error) from error
