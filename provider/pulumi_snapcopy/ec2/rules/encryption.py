"""The organisation's rule that copies are encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from ...core.rules.judgement import UNKNOWN, Config, Context, Inputs, Rule, Violation
from . import pages


def _copies_encrypted(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    encrypted = inputs.get("encrypted")
    if encrypted is not True and encrypted is not UNKNOWN:
        yield Violation(
            property="encrypted",
            message="the copy isn't asked to be encrypted. Write encrypted=True, and kmsKeyId for a key of your own: "
            "without one a copy to another region ends under the default key there, whatever its source's.",
        )


COPIES_ENCRYPTED = Rule(
    name="copies-encrypted", severity="high", page=pages.ENCRYPTION, judge=_copies_encrypted,
    description="Copies are encrypted.",
    fix="Write encrypted=True, and kmsKeyId for a key of your own.",
)  # fmt: skip
