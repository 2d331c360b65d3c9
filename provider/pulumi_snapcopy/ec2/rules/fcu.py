"""The rules of OUTSCALE's FCU, which has neither encryption, keys, durations nor copies to other regions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...core.rules.judgement import UNKNOWN, Config, Context, Inputs, Rule, Violation
from ..cloud import region_of_endpoint
from . import pages

_NOT_THERE = {
    "encrypted": "encryption of copies",
    "kmsKeyId": "encryption keys",
    "completionDurationMinutes": "time-based copies",
}


def fcu_plain_copy(*, applies: bool) -> Rule:
    """Return the rule that a copy on FCU uses no argument that only AWS supports; on AWS the rule doesn't apply."""

    def judge(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
        given = [key for key in _NOT_THERE if inputs.get(key) not in (None, False, UNKNOWN)]
        source, target = inputs.get("sourceRegion"), inputs.get("targetRegion")
        elsewhere = isinstance(source, str) and isinstance(target, str) and source != target
        if not applies:
            return
        for key in given:
            message = f"OUTSCALE's FCU has no {_NOT_THERE[key]}. Leave {key} out."
            yield Violation(property=key, message=message)
        if elsewhere:
            here = f"{source} as targetRegion"
            if source not in context.regions().names:
                here = "one region of OUTSCALE as sourceRegion and targetRegion"
            yield Violation(
                property="targetRegion",
                message=f"OUTSCALE's FCU copies within a region, not from {source} to {target}. Write {here}; for another "
                "region export the snapshot to a bucket and import it there.",
            )

    return Rule(
        name="fcu-plain-copy", severity="high", page=pages.FCU, judge=judge,
        description="On OUTSCALE's FCU a copy has neither encryption, key, duration nor another region.",
        fix="Leave those arguments out, and write one region.",
    )  # fmt: skip


def source_region_is_own(endpoint: Callable[[], str | None], *, applies: bool) -> Rule:
    """Return the rule that a source on FCU is in the endpoint's region: an account belongs to one region."""

    def judge(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
        source = inputs.get("sourceRegion")
        if not applies or not isinstance(source, str):
            return
        own = region_of_endpoint(endpoint())
        if own is not None and own != source:
            other = f", or set AWS_ENDPOINT_URL_EC2 to https://fcu.{source}.outscale.com"
            yield Violation(
                property="sourceRegion",
                message=f"{source} isn't the region of the endpoint fcu.{own}.outscale.com. Write {own}"
                f"{other if source in context.regions().names else ''}.",
            )

    return Rule(
        name="source-region-is-own", severity="high", page=pages.FCU, judge=judge,
        description="On OUTSCALE the source is in the account's own region.",
        fix="Write the account's own region.",
    )  # fmt: skip
