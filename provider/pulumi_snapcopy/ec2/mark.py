"""Where a copy's key is stored: in a tag on AWS, at the very end of the description on FCU."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ..core.values import KEY_TAG

LONGEST_DESCRIPTION = 255
_MARK = re.compile(r"\[snapcopy ([0-9a-f]{32})\]\Z")


def description_with_key(text: str, key: str) -> str:
    """Return a description of at most 255 characters that ends with the key; the user's text is cut to fit.

    Example:
        >>> description_with_key("nightly", "0f" * 16)
        'nightly [snapcopy 0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f]'
    """
    mark = f"[snapcopy {key}]"
    before = text[: LONGEST_DESCRIPTION - len(mark) - 1].rstrip()
    return f"{before} {mark}" if before else mark


def key_in(description: str) -> str:
    """Return the key at the end of a description, or an empty string."""
    found = _MARK.search(description)
    return found[1] if found else ""


def key_of(tags: Mapping[str, str], description: str, *, fcu: bool) -> str:
    """Return a snapshot's key, from its tags or on FCU from its description, or an empty string."""
    return key_in(description) if fcu else tags.get(KEY_TAG, "")
