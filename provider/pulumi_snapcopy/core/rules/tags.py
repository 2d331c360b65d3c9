"""Rules about tags: what a service accepts, and what an organisation requires."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..values import MOST_TAGS
from .judgement import UNKNOWN, Config, Context, Inputs, Regions, Rule, Violation, known

OURS = "snapcopy:"
OUR_TAGS = 3
"""How many tags of ours a resource has at most: owner, source and retain."""

_STRINGS = {"type": "array", "items": {"type": "string"}, "minItems": 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class TagLimits:
    """The limits that a service sets for tags.

    Args:
        service: the service's name in messages.
        in_all: how many a resource may have, ours included.
        ours: how many of them are ours at most.
        key: the longest key, in characters.
        value: the longest value, in characters.
        reserved: how keys may not begin, in any case of letters.
        punctuation: what may stand beside letters, digits and spaces; None: anything may.
    """

    service: str
    in_all: int = MOST_TAGS
    ours: int = OUR_TAGS
    key: int = 128
    value: int = 256
    reserved: tuple[str, ...] = ("aws:",)
    punctuation: str | None = "+-=._:/@"

    @property
    def most(self) -> int:
        """How many tags a user may set."""
        return self.in_all - self.ours

    def refused(self, text: str) -> str | None:
        """Return the first character that the service doesn't accept, or None.

        Letters are those of any language.

        Example:
            >>> TagLimits(service="").refused("Sicherung für Köln/7"), TagLimits(service="").refused("a&b")
            (None, '&')
        """
        if self.punctuation is None:
            return None
        return next(
            (each for each in text if each not in self.punctuation and not _is_plain(each)),
            None,
        )

    def faults(self, tags: Mapping[Any, Any]) -> Iterator[str]:
        """Yield a sentence for each fault in tags; unknown values are valid."""
        if len(tags) > self.most:
            yield f"{len(tags)} tags are too many. Write at most {self.most}; {self.ours} are snapcopy's own."
        for key, value in tags.items():
            yield from self._of_a_key(key)
            if value is UNKNOWN:
                continue
            if not isinstance(value, str):
                yield f"the value of tag {key!r} is no string. Write a string of at most {self.value} characters."
            elif len(value) > self.value:
                yield (
                    f"the value of tag {key!r} has {len(value)} characters. Write a string of at most "
                    f"{self.value} characters."
                )
            elif wrong := self.refused(value):
                yield f"the value of tag {key!r} has {wrong!r}, which {self._takes}"

    def _of_a_key(self, key: Any) -> Iterator[str]:
        reserved = (*self.reserved, OURS)
        if not isinstance(key, str) or not 1 <= len(key) <= self.key:
            yield f"the key {key!r} can't be used. Write a key of 1 to {self.key} characters."
        elif key.lower().startswith(reserved):
            names = " or ".join(repr(each) for each in reserved)
            yield f"the key {key!r} is reserved. Write a key that doesn't begin with {names}."
        elif wrong := self.refused(key):
            yield f"the key {key!r} has {wrong!r}, which {self._takes}"

    @property
    def _takes(self) -> str:
        marks = " ".join(self.punctuation or "")
        return f"{self.service} refuses in tags. Write letters, digits, spaces and {marks} only."


def _is_plain(character: str) -> bool:
    """Return whether a character is a letter or digit of any language, or a space."""
    return unicodedata.category(character)[0] in "LN" or unicodedata.category(character) == "Zs"


def tag_characters(limits: TagLimits, *, page: str) -> Rule:
    """Return the rule that the service accepts the tags."""

    def judge(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
        for key, tags in known(inputs, ("tags",), dict):
            for fault in limits.faults(tags):
                yield Violation(property=key, message=fault)

    return Rule(
        name="tag-characters", severity="high", page=page, judge=judge,
        description="Tags are ones that the service takes, and not snapcopy's own.",
        fix=f"Write at most {limits.most} tags of the characters that the message names, none of which begins with "
            f"{' or '.join(repr(each) for each in (*limits.reserved, OURS))}.",
    )  # fmt: skip


def required_tags(limits: TagLimits, *, page: str) -> Rule:
    """Return the rule that a resource has the tags that the organisation requires."""

    def judge(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
        tags = inputs.get("tags") or {}
        if not isinstance(tags, Mapping):
            return
        missing = [key for key in dict.fromkeys(config.get("tags", ())) if tags.get(key) in (None, "")]
        if missing:
            names = ", ".join(f'"{key}"' for key in missing)
            each = ", ".join(f"tags[{key!r}]" for key in missing)
            message = f"missing required tag{'s' if len(missing) > 1 else ''} {names}. Add {each}."
            yield Violation(property="tags", message=message)

    def faults(config: Config, regions: Callable[[], Regions]) -> Iterator[str]:
        required, defaults = config.get("tags", ()), config.get("defaults", {})
        for key in defaults:
            if key not in required:
                yield f'"defaults" has "{key}", which "tags" doesn\'t require. Add it there, or leave it out.'
        yield from limits.faults({**dict.fromkeys(required, ""), **defaults})

    return Rule(
        name="required-tags", severity="medium", page=page, judge=judge, faults=faults, tags_to_add=_missing,
        description="A copy has the tags that the organisation requires.",
        fix="Add the tags that the message names, or let the level 'remediate' add them.",
        schema={"tags": {**_STRINGS, "description": "The keys a copy must have."},
                "defaults": {"type": "object", "additionalProperties": {"type": "string", "minLength": 1},
                             "description": "Values to add for missing keys, at enforcement level remediate."}},
    )  # fmt: skip


def _missing(inputs: Inputs, config: Config) -> dict[str, str]:
    """Return the missing required tags for which the configuration has a value."""
    tags, defaults = inputs.get("tags") or {}, config.get("defaults") or {}
    if not isinstance(tags, Mapping):
        return {}
    return {key: defaults[key] for key in config.get("tags", ()) if key in defaults and not tags.get(key)}
