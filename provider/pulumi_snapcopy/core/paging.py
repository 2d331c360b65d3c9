"""Reads a list that a service returns in pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from .errors import Refused

P = TypeVar("P")

RESTARTS = 3
"""How many times a list is begun again."""


def read_pages(read: Callable[[str | None], P], token_of: Callable[[P], str | None]) -> list[P]:
    """Return the pages of a list, up to a page token that comes twice.

    The list is begun again if a later page is refused, since its token may have expired.

    Args:
        read: reads the page with a token, or the first page with None.
        token_of: returns the token of the page after a page, or None.

    Example:
        >>> pages = {None: ("web", "a"), "a": ("data", None)}
        >>> read_pages(pages.__getitem__, lambda page: page[1])
        [('web', 'a'), ('data', None)]
    """
    for _ in range(RESTARTS):
        found: list[P] = []
        try:
            for page in _page_by_page(read, token_of):
                found.append(page)
            return found
        except Refused:
            if not found:
                raise
    return list(_page_by_page(read, token_of))


def _page_by_page(read: Callable[[str | None], P], token_of: Callable[[P], str | None]) -> Iterator[P]:
    token, used = None, set[str]()
    while True:
        page = read(token)
        yield page
        token = token_of(page)
        if not token or token in used:
            return
        used.add(token)
