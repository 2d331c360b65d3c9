"""Property bags of any tool's resources, in the form that the rules read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..fields import camel_case


def as_inputs(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties in camelCase, without None, and with tags as a mapping.

    Both spellings are kept, and where both are given camelCase counts. Tags may be as APIs have them, a list of keys
    and values.

    Example:
        >>> as_inputs({"source_region": "eu-west-1", "tags": [{"key": "team", "value": "shop"}], "arn": None})
        {'sourceRegion': 'eu-west-1', 'tags': {'team': 'shop'}, 'source_region': 'eu-west-1'}
    """
    found = {key: value for key, value in properties.items() if value is not None}
    if isinstance(tags := found.get("tags"), list):
        found["tags"] = _by_key(tags)
    return {**{camel_case(key): value for key, value in found.items()}, **found}


def is_snake_case(keys: Iterable[str]) -> bool:
    """Return whether properties are spelled in snake_case."""
    return any("_" in key.strip("_") for key in keys)


def _by_key(tags: list[Any]) -> Any:
    """Return the API's form of tags, ``[{"key": …, "value": …}]``, as a mapping; other values as they are."""
    if not all(isinstance(tag, Mapping) and isinstance(tag.get("key"), str) for tag in tags):
        return tags
    return {tag["key"]: tag.get("value", "") for tag in tags}
