"""TagResource and UntagResource: 50 tags a resource, keys of 128 and values of 256 characters, no ``aws:``.

https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_TagResource.html and, for the characters,
https://docs.aws.amazon.com/lightsail/2016-11-28/api-reference/API_Tag.html
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from typing import Any

from ..shared import SHARED, now
from .errors import LightsailError, invalid_input, not_found
from .models import LightsailBackend
from .resources import SNAPSHOTS, Resource

_PUNCTUATION = frozenset("+-=._:/@")
_MOST_TAGS, _LONGEST_KEY, _LONGEST_VALUE = 50, 128, 256


def tag_resource(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer TagResource: add tags to a resource, or change their values."""
    resource = _tagged(backend, parameters)
    check_tags(parameters["tags"])
    merged = {tag["key"]: tag for tag in [*resource.members["tags"], *parameters["tags"]]}
    if len(merged) > _MOST_TAGS:
        raise invalid_input(f"A resource can have {_MOST_TAGS} tags, these would be {len(merged)}")
    return _set(backend, resource, list(merged.values()), "TagResource")


def untag_resource(backend: LightsailBackend, parameters: dict[str, Any]) -> dict[str, Any]:
    """Answer UntagResource: remove tags from a resource; keys that it doesn't have are ignored."""
    resource = _tagged(backend, parameters)
    left = [tag for tag in resource.members["tags"] if tag["key"] not in parameters["tagKeys"]]
    return _set(backend, resource, left, "UntagResource")


def check_tags(tags: list[dict[str, Any]]) -> None:
    """Refuse tags that the service doesn't accept."""
    if len(tags) > _MOST_TAGS:
        raise invalid_input(f"A resource can have {_MOST_TAGS} tags, these are {len(tags)}")
    for tag in tags:
        key, value = tag.get("key", ""), tag.get("value", "")
        if not 1 <= len(key) <= _LONGEST_KEY:
            raise invalid_input(f"A tag's key has 1 to {_LONGEST_KEY} characters: '{key}'")
        if len(value) > _LONGEST_VALUE:
            raise invalid_input(f"A tag's value has at most {_LONGEST_VALUE} characters: '{key}'")
        if key.lower().startswith("aws:"):
            raise invalid_input(f"A tag's key can't begin with aws:, which is reserved: '{key}'")
        for text in (key, value):
            wrong = next((each for each in text if not _is_allowed(each)), None)
            if wrong is not None:
                raise invalid_input(
                    f"A tag can only contain letters, digits, spaces and + - = . _ : / @, not {wrong!r}: '{text}'"
                )


def _is_allowed(character: str) -> bool:
    # Letters of any language: Hindi, Thai and others also need marks.
    kind = unicodedata.category(character)
    return kind[0] in "LM" or kind == "Nd" or character == " " or character in _PUNCTUATION


def _tagged(backend: LightsailBackend, parameters: dict[str, Any]) -> Resource:
    resource = backend.find(parameters["resourceName"])
    arn = parameters.get("resourceArn")
    if arn is not None and arn != resource.members["arn"]:
        raise not_found("resource", arn)
    if not SHARED.settings.taggable_when_pending and resource.state(now()) == "pending":
        raise LightsailError("OperationFailureException", f"The {resource.kind} is pending: {resource.name}")
    return resource


def _set(backend: LightsailBackend, resource: Resource, tags: list[Any], operation: str) -> dict[str, Any]:
    at = now()
    shown = resource.describe(at)["tags"]
    changed = replace(resource, members={**resource.members, "tags": tags})
    if resource.kind in SNAPSHOTS:
        changed = replace(changed, former_tags=shown, tags_at=at + SHARED.settings.tagging_seconds)
    backend.resources[resource.name] = changed
    return {"operations": [backend.begin(operation, changed).describe(now())]}
