"""Names that say whose copy it is.

A derived name is ``<source>-<date or "manual">-<8 hex>``. The hex covers the declaration and its request but not
the date, so the same request always derives the same name, and a later run knows what an earlier one left behind.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence

LONGEST_NAME = 255
LONGEST_TAG_VALUE = 256
_NOT_IN_TAGS = re.compile(r"[^\w .:/=+@-]", re.ASCII)


def owner(*, project: str, stack: str, resource: str) -> str:
    """Name a declaration as the value of a tag can: ``project/stack/resource``.

    What a tag can't hold is replaced, and eight hex digits keep such names apart.

    Example:
        >>> owner(project="shop", stack="dev", resource="web")
        'shop/dev/web'
    """
    plain = f"{project}/{stack}/{resource}"
    value = _NOT_IN_TAGS.sub("_", plain)
    if value == plain and len(value) <= LONGEST_TAG_VALUE:
        return value
    return f"{value[: LONGEST_TAG_VALUE - 9]}-{_hex(plain)}"


def fingerprint(
    *, owner: str, source: str, source_region: str, target_region: str, triggers: Sequence[object]
) -> str:
    """Eight hex digits over the declaration and its request, not over the date."""
    return _hex(json.dumps([owner, source, source_region, target_region, list(triggers)], sort_keys=True))


def derive(*, source: str, date: str | None, fingerprint: str) -> str:
    """The target name of a request, within the service's 255 characters.

    Example:
        >>> derive(source="web-1", date="2026-11-20", fingerprint="3f9c2a1b")
        'web-1-2026-11-20-3f9c2a1b'
    """
    suffix = f"-{date or 'manual'}-{fingerprint}"
    return source[: LONGEST_NAME - len(suffix)] + suffix


def is_derived(name: str, *, source: str, fingerprint: str) -> bool:
    """Whether the name is one that this request derives, of whatever date."""
    match = re.search(rf"-(\d{{4}}-\d{{2}}-\d{{2}}|manual)-{fingerprint}$", name)
    return match is not None and name == derive(source=source, date=match[1], fingerprint=fingerprint)


def of_any_date(name: str) -> str:
    """A derived name without its date: what all copies of one request share.

    Example:
        >>> of_any_date("web-1-2026-11-20-3f9c2a1b")
        'web-1-*-3f9c2a1b'
    """
    return re.sub(r"-\d{4}-\d{2}-\d{2}-([0-9a-f]{8})$", r"-*-\1", name)


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]
