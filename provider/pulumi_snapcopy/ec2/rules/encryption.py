"""The organisation's rule that copies are encrypted."""

from __future__ import annotations

from collections.abc import Iterator

from ...core.rules.judgement import UNKNOWN, Config, Context, Inputs, Rule, Violation
from . import pages


def _copies_encrypted(inputs: Inputs, _: Context, config: Config) -> Iterator[Violation]:
    encrypted, key = inputs.get("encrypted"), inputs.get("kmsKeyId")
    if encrypted is UNKNOWN:
        return
    if encrypted is not True:
        yield Violation(
            property="encrypted",
            message="the copy isn't asked to be encrypted. Write encrypted=True, and kmsKeyId for a key of your own: "
            "without one a copy to another region ends under the default key there, whatever its source's.",
        )
    elif config.get("ownKey") and key is None:
        yield Violation(
            property="kmsKeyId",
            message="the copy would be encrypted under the region's default key. Write kmsKeyId.",
        )


COPIES_ENCRYPTED = Rule(
    name="copies-encrypted", severity="high", page=pages.ENCRYPTION, judge=_copies_encrypted,
    description="Copies are encrypted, and under a key of the organisation's where that is asked for.",
    fix="Write encrypted=True, and kmsKeyId.",
    schema={"ownKey": {"type": "boolean", "default": False, "description": "Whether a key has to be named."}},
)  # fmt: skip
