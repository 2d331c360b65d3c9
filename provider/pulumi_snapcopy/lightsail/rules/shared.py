"""Limits and rules that several resources share."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...core.rules.judgement import Config, Context, Inputs, Rule, Violation, known
from ...core.rules.tags import TagLimits
from ..regions import SERVICE
from .request import wrong_names

TAGS = TagLimits(service=SERVICE)


def names(keys: Sequence[str], *, page: str) -> Rule:
    """Return the rule that the service accepts the names, and that a new name isn't a source's."""

    def judge(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
        yield from wrong_names(inputs, keys)
        *sources, own = keys
        for key, value in known(inputs, sources, str):
            if value and value == inputs.get(own):
                yield Violation(
                    property=own,
                    message=f"{value!r} is what {key} names in the same region, and a region has each name once. Write "
                    f"another {own}, or leave it out.",
                )

    return Rule(
        name="snapshot-name", severity="high", page=page, judge=judge,
        description="Names are ones that the service takes.",
        fix="Write 2 to 255 letters, digits, '-', '_' or '.', with a letter or digit first and last.",
    )  # fmt: skip
