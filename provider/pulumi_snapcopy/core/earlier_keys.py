"""Earlier keys: those of a resource's earlier objects, and until when each object was there.

Where somebody's copy of an object has its key, too (`Traits.heritable`), what was made while an earlier object of its key was
there is such a copy: a run that asks for that key again makes its object later.
"""

from __future__ import annotations

from collections.abc import Mapping

from .bookkeeping import iso, iso_of
from .values import Known, Seen

MOST_KEYS = 20
"""How many the state keeps, so that it stays small."""


def with_earlier_key(earlier: Mapping[str, str], key: str, *, now: float) -> dict[str, str]:
    """Return the earlier keys with one whose object is there now; the latest `MOST_KEYS` of them.

    Example:
        >>> with_earlier_key({"a1": "2026-11-20T00:00:00Z"}, "b2", now=1795780800.0)
        {'a1': '2026-11-20T00:00:00Z', 'b2': '2026-11-27T12:00:00Z'}
    """
    found = {**earlier, key: iso_of(now)}
    return {each: found[each] for each in sorted(found, key=found.__getitem__)[-MOST_KEYS:]}


def still_there(earlier: Mapping[str, str], *, now: float) -> Mapping[str, str]:
    """Return the earlier keys where the object of the latest one is still there.

    Args:
        earlier: the earlier keys.
        now: the moment by the service's clock, whose times they are compared with.
    """
    return with_earlier_key(earlier, max(earlier, key=earlier.__getitem__), now=now) if earlier else earlier


def is_of_an_earlier_object(known: Known, seen: Seen) -> bool:
    """Return whether an object is somebody's copy of an earlier one, which was there when it was made."""
    until = known.earlier_keys.get(seen.key)
    return until is not None and seen.created_at is not None and iso(seen.created_at) <= until
