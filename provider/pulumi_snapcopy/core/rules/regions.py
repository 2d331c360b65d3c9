"""Rules about regions: those that a service has, and those that an organisation allows."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from .judgement import Config, Context, Inputs, Regions, Rule, Violation, known
from .suggest import did_you_mean

_STRINGS = {"type": "array", "items": {"type": "string"}, "minItems": 1}


def unknown_region(name: str, regions: Regions, *, quote: str = "") -> str:
    """Return the sentence about a region that the service doesn't have.

    Example:
        >>> of = Regions(service="Acme", names=frozenset({"eu-west-1"}), known_to="boto3 1.40.0",
        ...              upgrade="pip install --upgrade boto3")
        >>> print(unknown_region("eu-wst-1", of))
        Acme has no region 'eu-wst-1' that boto3 1.40.0 knows. Did you mean eu-west-1? \
For a region that is newer, run `pip install --upgrade boto3`.
    """
    meant = did_you_mean(name, regions.names, most=2, quote=quote, otherwise="It has")
    return f"{regions.service} has no region {name!r}{regions.where}. {meant}{regions.hint}"


def known_region(keys: Sequence[str], *, required: str | None = None, page: str, service: str) -> Rule:
    """Return the rule that the service has each region.

    Args:
        keys: the arguments that name a region.
        required: the one of them that has to be given, if any has.
        page: where it comes from.
        service: the service's name.
    """

    def judge(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
        if required and inputs.get(required) is None:
            message = f"{required} is missing. Write the region of the source, such as us-east-1."
            yield Violation(property=required, message=message)
        for key, value in known(inputs, keys, str):
            if value not in context.regions().names:
                yield Violation(property=key, message=unknown_region(value, context.regions()))

    return Rule(
        name="known-region", severity="high", page=page, judge=judge,
        description="Regions are ones that the service has.",
        fix=f"Write a region of {service}, such as eu-west-1.",
    )  # fmt: skip


def copy_leaves_region(source: str, target: str, *, page: str) -> Rule:
    """Return the rule that a copy goes to another region: a copy in the source's region doesn't survive its failure."""

    def judge(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
        for key, region in known(inputs, (target,), str):
            if region and region == inputs.get(source):
                message = f"the copy stays in {region}, with its source. Write another {target}, so that it outlives the region."
                yield Violation(property=key, message=message)

    return Rule(
        name="copy-leaves-region", severity="medium", page=page, judge=judge,
        description="A copy goes to another region than its source's.",
        fix=f"Write another {target}.",
    )  # fmt: skip


def allowed_regions(target: str, *, page: str, opt_in: bool = False) -> Rule:
    """Return the rule that a copy goes to a region that the organisation allows.

    Args:
        target: the argument that names the region.
        page: where it comes from.
        opt_in: whether it is about what has no choice, as it stands where its source is; see `Rule`.
    """

    def judge(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
        allowed = config.get("regions")
        for key, region in known(inputs, (target,), str):
            if allowed and region not in allowed:
                message = f"{region} is not allowed here. Write one of {', '.join(sorted(allowed))}."
                yield Violation(property=key, message=message)

    def faults(config: Config, regions: Callable[[], Regions]) -> Iterator[str]:
        for region in config.get("regions", ()):
            if region not in regions().names:
                yield unknown_region(region, regions(), quote='"')

    return Rule(
        name="allowed-regions", severity="medium", page=page, judge=judge, faults=faults, opt_in=opt_in,
        description="A copy goes to a region that the organisation allows.",
        fix=f"Write one of the regions that the message names as {target}.",
        schema={"regions": {**_STRINGS, "description": "The regions a copy may go to."}},
    )  # fmt: skip
