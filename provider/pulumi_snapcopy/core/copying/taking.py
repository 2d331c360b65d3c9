"""Taking what already bears the target's name: ours is gone on with, or makes way; a stranger's is refused."""

from __future__ import annotations

from ..errors import NotFound
from ..model import RETAIN_TAG, SOURCE_TAG, Operation, Phase, Snapshot
from . import explain
from .attempt import Attempt
from .ownership import has_derived_name, serves


def take(attempt: Attempt, found: Snapshot) -> Snapshot:
    """Take what bears the target's name, if it is ours or may be adopted."""
    ours, found = attempt.judge(found)
    if ours and attempt.record and _is_older_than_its_source(attempt, attempt.record):
        ours = False  # the record has no date: it proves a copy of this source, and not of the date asked for
    if not ours and not (attempt.request.adopt and found.phase is not Phase.FAILED):
        raise explain.taken(attempt.request, found)
    attempt.adopted = not ours
    attempt.keep(found)
    return found


def _is_older_than_its_source(attempt: Attempt, record: Operation) -> bool:
    """Whether what the record shows was copied before there was the automatic snapshot that is asked for now."""
    request = attempt.request
    if record.created_at is None or request.restore_date is None or request.half_made:
        return False
    day = f"{record.created_at:%Y-%m-%d}"
    if day != request.restore_date or not request.latest:
        return day < request.restore_date
    # "Latest" was yesterday's for a part of the day.
    try:
        listed = attempt.patiently(lambda: attempt.source.listings.automatic(request.source))
    except NotFound:
        return False
    made = next((each.created_at for each in listed if each.date == request.restore_date), None)
    return made is not None and record.created_at.timestamp() < made.timestamp() <= attempt.clock.now()


def make_way(attempt: Attempt, found: Snapshot, why: str) -> None:
    """Delete a copy of ours that is of no use."""
    attempt.teller.warning(f'deleting "{found.name}", {why}, to start again')
    attempt.remove(found)
    attempt.kept = None


def useless(attempt: Attempt, found: Snapshot) -> str:
    """Why a copy of ours has to make way for a new one, if it has to."""
    request = attempt.request
    if found.phase is Phase.FAILED:
        return "a failed copy"
    if attempt.adopted or request.known_arn == found.arn:
        return ""
    derived = has_derived_name(request, found.name)
    if is_retained(found) and found.arn == request.replaces and not derived:
        raise explain.retained(request, found)
    if serves(request, found):
        return ""
    if is_retained(found):
        raise explain.retained(request, found)
    return f"a copy of {found.tags[SOURCE_TAG]}, which isn't what is asked for now"


def is_retained(snapshot: Snapshot) -> bool:
    """Whether it was kept on purpose when its declaration went."""
    return RETAIN_TAG in snapshot.tags and snapshot.phase is Phase.DONE
