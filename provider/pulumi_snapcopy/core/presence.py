"""Whether an object exists. Reads and lists are eventually consistent, so neither alone proves that it is gone.

It is gone if a read and a list agree, and if it was just created only after the creation grace period.
"""

from __future__ import annotations

from .ownership import deciding, is_being_made_again
from .run import Run
from .values import Phase, Seen
from .waiting.policy import CREATION_GRACE, LONGEST_SKEW, backoff

READS_BESIDE_A_LIST = 3
"""How many more reads there are of what a list shows and a read doesn't: some four seconds."""


def read_or_list(run: Run, name: str, kind: str = "") -> Seen | None:
    """Return the object of a name, or None only if a read and a list agree that there is none; where listing is denied, the read decides."""
    return run.read(name, kind) or _listed(run, name)


def find_known(run: Run) -> Seen | None:
    """Return the object in the state, or None only if it is gone and isn't about to become visible.

    Raises:
        OutOfTime: if the deadline comes before that is known; the object stays in the state.
    """
    name = run.known.seen.name if run.known.seen and run.known.seen.name else run.spec.name
    found = run.retry(lambda: run.target_region.listing.find(name)) or _listed(run, name) or run.read(name)
    if found is not None or not (_is_new(run) or _was_made_again(run)):
        return found
    # Of one whose time isn't known each run waits for the whole grace period: a shorter one would never find it gone.
    is_dated = run.known.seen is not None and run.known.seen.created_at is not None
    sleep = run.deadline.sleep if is_dated else run.clock.sleep
    until, tries = run.clock.now() + CREATION_GRACE, 0
    while found is None and run.clock.now() <= until:
        run.progress.show(f"waiting for the {run.spec.words.thing} to become visible")
        sleep(backoff(tries))
        found = run.read(name)
        tries += 1
    return found


def read_listed(run: Run, listed: Seen) -> Seen | None:
    """Read an object that a list shows; where they differ, again and again for some seconds, for either may be stale.

    In the end the read decides: lists may go on showing what was deleted.

    Raises:
        OutOfTime: if the deadline comes before.
    """
    seen = run.read(listed.name, listed.kind)
    born = listed.created_at.timestamp() if listed.created_at else 0.0
    is_new = run.clock.now() - born <= CREATION_GRACE
    for attempt in range(READS_BESIDE_A_LIST):
        is_read_again = is_new and attempt == 0  # a list may show a new one later than what has found it
        if seen is not None or not (is_read_again or _listed(run, listed.name)):
            return seen
        run.deadline.sleep(backoff(attempt))
        seen = run.read(listed.name, listed.kind)
    return seen


def _listed(run: Run, name: str) -> Seen | None:
    return run.retry(lambda: run.target_region.listing.find_listed(name))


def _is_new(run: Run) -> bool:
    """Whether it was created so recently that it may not be visible yet."""
    known = run.known
    if known.seen is None or known.seen.phase is not Phase.PENDING or known.seen.created_at is None:
        return known.never_seen
    return run.clock.now() - known.seen.created_at.timestamp() <= CREATION_GRACE + LONGEST_SKEW


def _was_made_again(run: Run) -> bool:
    """Whether an interrupted run has just made it again, by the service's records."""
    record = deciding(run.records_if_readable(tries=4))
    return record is not None and is_being_made_again(run.spec, run.known, record, now=run.clock.now())
