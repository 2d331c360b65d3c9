"""What the rules of several resources are made of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...core.rules.judgement import Config, Context, Inputs, Rule, Violation
from ...core.rules.tags import TagLimits
from ..regions import SERVICE
from .request import wrong_names

TAGS = TagLimits(service=SERVICE)


def required_arguments(*keys: str, page: str) -> Rule:
    """Make the rule that arguments are given; Python's own signature lets None through."""

    def judge(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
        for key in keys:
            if inputs.get(key) in (None, ""):
                yield Violation(property=key, message=f"{key} is required. Write {key}.")

    return Rule(
        name="required-arguments", severity="high", page=page, judge=judge,
        description="What the service can't do without is given.",
        fix="Write the argument that the message names.",
    )  # fmt: skip


def names(keys: Sequence[str], *, page: str) -> Rule:
    """Make the rule that names are ones that the service takes."""

    def judge(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
        yield from wrong_names(inputs, keys)

    return Rule(
        name="snapshot-name", severity="high", page=page, judge=judge,
        description="Names are ones that the service takes.",
        fix="Write 2 to 255 letters, digits, '-', '_' or '.', with a letter or digit first and last.",
    )  # fmt: skip
