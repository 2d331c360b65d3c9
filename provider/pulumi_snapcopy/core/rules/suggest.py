"""Suggestions for names that are misspelled or don't exist."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Collection, Iterable

from ..errors import ServiceError

_MOST_NAMES = 10


def did_you_mean(
    name: str, known: Iterable[str], *, most: int = 1, quote: str = "", otherwise: str = "There is"
) -> str:
    """Return a sentence with similar names, or with all names if none is similar.

    Args:
        name: what was written.
        known: what could have been.
        most: the most names to list.
        quote: what stands around each name.
        otherwise: the beginning of the sentence that lists all names.

    Example:
        >>> did_you_mean("eu-wst-1", ["us-east-1", "eu-west-1"])
        'Did you mean eu-west-1?'
        >>> did_you_mean("EU-WEST-1", ["us-east-1", "eu-west-1"])
        'Did you mean eu-west-1?'
        >>> did_you_mean("mars", ["us-east-1", "eu-west-1"], quote="'", otherwise="It has")
        "It has 'eu-west-1', 'us-east-1'."
    """
    names = sorted(set(known))
    by_lower = {each.lower(): each for each in names}  # also what differs in its case alone
    near = [by_lower[each] for each in difflib.get_close_matches(name.lower(), by_lower, n=most)]
    if near:
        return f"Did you mean {' or '.join(listed(near, quote))}?"
    return f"{otherwise} {', '.join(listed(names, quote))}." if names else ""


def nearest_first(name: str, known: Iterable[str], *, most: int) -> list[str]:
    """Return at most so many of the known names: those similar to ``name`` first, then the others in their order."""
    names = sorted(set(known))
    near = difflib.get_close_matches(name, names, n=most, cutoff=0.5)
    return [*near, *(each for each in names if each not in near)][:most]


def existing_sentence(holder: str, what: str, names: Callable[[], Iterable[str]], wanted: str) -> str:
    """Return a sentence about existing objects, the most similar first; a failure to list them is part of it, not raised.

    Args:
        holder: what has the objects, such as a region.
        what: what the objects are, in the plural.
        names: lists the names of the objects.
        wanted: the name that doesn't exist.

    Example:
        >>> existing_sentence("eu-west-1", "disks", lambda: ["web-1", "data-1"], "data-2")
        'eu-west-1 has the disks data-1, web-1.'
    """
    try:
        found = list(names())
    except ServiceError as error:
        return f"what {holder} has can't be listed: {error}{f' ({error.call})' if error.call else ''}."
    if not found:
        return f"{holder} has no {what}."
    shown = nearest_first(wanted, found, most=_MOST_NAMES)
    more = f" and {len(found) - len(shown)} more" if len(found) > len(shown) else ""
    return f"{holder} has the {what} {', '.join(shown)}{more}."


def listed(names: Collection[str], quote: str = '"') -> list[str]:
    """Return the names in quotes."""
    return [f"{quote}{each}{quote}" for each in names]
