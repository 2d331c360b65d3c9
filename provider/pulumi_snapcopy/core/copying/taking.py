"""Taking what already bears the target's name: ours is gone on with, or makes way; a stranger's is refused."""

from __future__ import annotations

from ..model import RETAIN_TAG, SOURCE_TAG, Phase, Snapshot
from . import explain
from .attempt import Attempt
from .ownership import has_derived_name, may_serve, serves


def take(attempt: Attempt, found: Snapshot) -> Snapshot:
    """Take what bears the target's name, if it is ours or may be adopted."""
    ours, found = attempt.judge(found)
    if not ours and not (attempt.request.adopt and found.phase is not Phase.FAILED):
        raise explain.taken(attempt.request, found)
    attempt.adopted = not ours
    attempt.keep(found)
    return found


def made_way(attempt: Attempt, found: Snapshot) -> bool:
    """Delete a copy of ours that is of no use, if it is none."""
    if not (useless := _useless(attempt, found)):
        return False
    attempt.teller.warning(f'deleting "{found.name}", {useless}, to start again')
    attempt.remove(found)
    attempt.kept = None
    return True


def _useless(attempt: Attempt, found: Snapshot) -> str:
    """Why a copy of ours has to make way for a new one, if it has to."""
    request = attempt.request
    if found.phase is Phase.FAILED:
        return "a failed copy"
    if attempt.adopted or request.known_arn == found.arn:
        return ""
    derived = has_derived_name(request, found.name)
    if is_retained(found) and found.name in request.supersedes and not derived:
        raise explain.retained(request, found)
    if attempt.record and not may_serve(request, attempt.record):
        return f"a copy that a cut-off run left behind, perhaps of another date than {request.restore_date}"
    if serves(request, found):
        return ""
    if is_retained(found):
        raise explain.retained(request, found)
    return f"a copy of {found.tags[SOURCE_TAG]} that a cut-off run left behind"


def is_retained(snapshot: Snapshot) -> bool:
    """Whether it was kept on purpose when its declaration went."""
    return RETAIN_TAG in snapshot.tags and snapshot.phase is Phase.DONE
