"""Deleting what the state has, if it is provably ours."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import messages
from .errors import Denied, LoginFailed, SourceError
from .removal import find_known, made_again_meanwhile, remove
from .run import Run
from .service import Service
from .values import Seen, Source, Spec
from .waiting.clock import Clock
from .waiting.listing import Listing


@dataclass(frozen=True, slots=True, kw_only=True)
class Replacement:
    """What is to be made once others are deleted, and the service that knows its source."""

    spec: Spec
    service: Service
    clock: Clock

    def check_source(self) -> Source:
        """Return its source.

        Raises:
            SourceError: if it isn't there, or can't be used.
        """
        listing = Listing(self.service, self.spec.source_region, self.clock)
        return self.service.check_source(self.spec, listing)


class NotAllowed(Exception):
    """The role may not delete what is ours."""

    def __init__(self, seen: Seen, error: Denied) -> None:
        super().__init__()
        self.seen = seen
        self.error = error


def delete(run: Run, replacements: Sequence[Replacement]) -> None:
    """Delete it, and wait until the service no longer shows it; gone already is fine.

    Args:
        run: the verb at work.
        replacements: what is to be made in its place, or in place of what it depends on, if it is deleted for that.

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
    for each in replacements:
        _check_replacement(run, each, found)
    try:
        remove(run, found)
    except LoginFailed:
        raise  # which says nothing of what the role may do
    except Denied as denied:
        raise NotAllowed(found, denied) from denied


def _check_replacement(run: Run, replacement: Replacement, doomed: Seen) -> None:
    """Without a source for what is to be made in its place it stays."""
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
