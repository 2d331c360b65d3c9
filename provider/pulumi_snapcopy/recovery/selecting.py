"""Select the sources to plan for: those that are protected, and those that only have copies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from .evidence import Presence, Unreadable

Protect = tuple[str, ...] | Mapping[str, str] | Literal["all"]
"""Names; tags, all of which must match; or "all"."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """An instance or disk as the service lists it."""

    name: str
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selected:
    """A source to plan for: protected, or with copies only."""

    name: str
    presence: Presence | Unreadable
    protected: bool


def protect_from(value: object) -> Protect:
    """Return the validated value of ``protect``.

    Raises:
        ValueError: if the value is neither a list of names, a mapping of tags nor "all".

    Example:
        >>> protect_from(["web-1", "data-1"])
        ('web-1', 'data-1')
    """
    if value == "all":
        return "all"
    if (
        isinstance(value, Mapping)
        and value
        and all(isinstance(each, str) for pair in value.items() for each in pair)
    ):
        return dict(value)
    if isinstance(value, list | tuple) and value and all(isinstance(each, str) and each for each in value):
        return tuple(dict.fromkeys(value))
    raise ValueError(
        f'protect must be a list of names, such as ["web-1"], a tag, such as {{"backup": "yes"}}, or "all", not {value!r}.'
    )


def select(
    protect: Protect, *, sources: tuple[Source, ...] | Unreadable, with_copies: Iterable[str]
) -> tuple[Selected, ...]:
    """Return every source to plan for, sorted by name.

    A source that has copies and is no longer listed counts as *gone*. Unless ``protect`` names the sources, it stays
    protected: an empty or incomplete list must not look like a decision to stop protecting.

    Args:
        protect: the value from `protect_from`.
        sources: the sources that the service lists in the source region.
        with_copies: the names of sources that have copies, from the service and the state.
    """
    if isinstance(sources, Unreadable):
        names = protect if isinstance(protect, tuple) else ()
        every = sorted({*names, *with_copies})
        return tuple(
            Selected(name=name, presence=sources, protected=not isinstance(protect, tuple) or name in names)
            for name in every
        )
    listed = {each.name: each for each in sources}
    asked = (
        set(protect)
        if isinstance(protect, tuple)
        else {name for name, source in listed.items() if is_asked_for(source, protect)}
    )

    def one(name: str) -> Selected:
        gone = name not in listed
        return Selected(
            name=name,
            presence=Presence.GONE if gone else Presence.SEEN,
            protected=name in asked or (gone and not isinstance(protect, tuple)),
        )

    return tuple(one(name) for name in sorted({*asked, *with_copies}))


def is_asked_for(source: Source, protect: Protect) -> bool:
    """Return whether ``protect`` means a source that is listed.

    Example:
        >>> is_asked_for(Source(name="web-1", tags={"backup": "yes"}), {"backup": "yes", "team": "shop"})
        False
    """
    if isinstance(protect, Mapping):
        return all(source.tags.get(key) == value for key, value in protect.items())
    return protect == "all" or source.name in protect
