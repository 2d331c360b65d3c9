"""Former keys: those of a resource's earlier objects, and until when each object was there.

Where somebody's copy of an object has its key, too (`Traits.heritable`), what was made while an earlier object of its key was
there is such a copy: a run that asks for that key again makes its object later.
"""

from __future__ import annotations

from collections.abc import Mapping

from .bookkeeping import iso, iso_of
from .values import Known, Seen

REMEMBERED = 20
"""How many the state keeps, so that it stays small."""


def with_former_key(former: Mapping[str, str], key: str, *, now: float) -> dict[str, str]:
    """Return the former keys with one whose object is there now; the latest `REMEMBERED` of them.

    Example:
        >>> with_former_key({"a1": "2026-11-20T00:00:00Z"}, "b2", now=1795780800.0)
        {'a1': '2026-11-20T00:00:00Z', 'b2': '2026-11-27T12:00:00Z'}
    """
    found = {**former, key: iso_of(now)}
    return {each: found[each] for each in sorted(found, key=found.__getitem__)[-REMEMBERED:]}


def still_there(former: Mapping[str, str], *, now: float) -> Mapping[str, str]:
    """Return the former keys where the object of the latest one is still there.

    Args:
        former: the former keys.
        now: the moment by the service's clock, whose times they are compared with.
    """
    return with_former_key(former, max(former, key=former.__getitem__), now=now) if former else former


def is_of_a_former_object(known: Known, seen: Seen) -> bool:
    """Return whether an object is somebody's copy of an earlier one, which was there when it was made."""
    until = known.former_keys.get(seen.key)
    return until is not None and seen.created_at is not None and iso(seen.created_at) <= until
