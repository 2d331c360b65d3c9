"""What an organisation may ask of a copy that the service would make all the same."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta, timezone

from .judgement import Config, Context, Inputs, Violation, known
from .request_rules import tags as tag_rule

AUTOMATIC_SNAPSHOTS_KEPT = 7


def copy_leaves_region(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
    """A copy in the source's own region doesn't survive that region."""
    for key, target in known(inputs, ("targetRegion",), str):
        if target == inputs.get("sourceRegion"):
            yield Violation(
                property=key,
                message=f"the copy stays in {target}, with its source. Write another targetRegion, so that it "
                "outlives the region.",
            )


def required_tags(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
    """Config: ``tags``, the keys."""
    tags = inputs.get("tags") or {}
    if not isinstance(tags, Mapping):
        return
    if missing := [key for key in config.get("tags", ()) if tags.get(key) in (None, "")]:
        yield Violation(property="tags", message=f"lack {', '.join(missing)}. Add {_each(missing)}.")


def missing_tags(inputs: Inputs, config: Config) -> dict[str, str]:
    """The tags to add: those required and missing for which the config has a value."""
    tags, defaults = inputs.get("tags") or {}, config.get("defaults") or {}
    if not isinstance(tags, Mapping):
        return {}
    return {key: defaults[key] for key in config.get("tags", ()) if key in defaults and not tags.get(key)}


def config_faults(config: Mapping[str, Config], regions: Collection[str]) -> Iterator[str]:
    """What is wrong with the values of a config, by rule; its types are those of the schemas already."""
    for region in config.get("allowed-regions", {}).get("regions", ()):
        if region not in regions:
            near = difflib.get_close_matches(region, sorted(regions), n=1)
            hint = f'Did you mean "{near[0]}"?' if near else f"There are {', '.join(sorted(regions))}."
            yield f'allowed-regions: Lightsail has no region "{region}". {hint}'
    values = config.get("required-tags", {})
    required, defaults = values.get("tags", ()), values.get("defaults", {})
    for key in defaults:
        if key not in required:
            yield f'required-tags: "defaults" has "{key}", which "tags" doesn\'t require. Add it there, or leave it out.'
    anywhere = Context(regions=frozenset(regions), now=datetime.now(timezone.utc))
    for fault in tag_rule({"tags": {**dict.fromkeys(required, ""), **defaults}}, anywhere, {}):
        yield f"required-tags: {fault.message}"


def allowed_regions(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
    """Config: ``regions``, those a copy may go to."""
    allowed = config.get("regions")
    for key, target in known(inputs, ("targetRegion",), str):
        if allowed and target not in allowed:
            yield Violation(
                property=key,
                message=f"{target} is not allowed here. Write one of {', '.join(sorted(allowed))}.",
            )


def restore_date_not_aged_out(inputs: Inputs, context: Context, config: Config) -> Iterator[Violation]:
    """The service keeps the latest seven daily snapshots."""
    oldest = context.now.date() - timedelta(days=AUTOMATIC_SNAPSHOTS_KEPT)
    for key, value in known(inputs, ("restoreDate",), str):
        try:
            aged_out = date.fromisoformat(value) < oldest
        except ValueError:
            continue  # restore-date-format speaks of it
        if aged_out:
            yield Violation(
                property=key,
                message=f"the automatic snapshot of {value} has most likely aged out: the service keeps the latest "
                f"{AUTOMATIC_SNAPSHOTS_KEPT}. A copy already made stays; to copy again, write a date since {oldest}.",
            )


def _each(keys: list[str]) -> str:
    return ", ".join(f"tags[{key!r}]" for key in keys)
