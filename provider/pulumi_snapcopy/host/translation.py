"""Translation between Pulumi's property bags and the core's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pulumi.output import Unknown
from pulumi.runtime import rpc

from ..core.rules.judgement import UNKNOWN
from ._sdk import PROVIDER_KEY


def known(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties for the core: without the provider and None, and with unknowns as `UNKNOWN`."""
    given = {key: value for key, value in properties.items() if key != PROVIDER_KEY and value is not None}
    return dict(_replace(given, lambda value: UNKNOWN if _is_unknown(value) else value))


def unknown_again(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return properties for the engine, with the SDK's marker for unknowns."""
    return dict(_replace(properties, lambda value: rpc.UNKNOWN if value is UNKNOWN else value))


def _is_unknown(value: Any) -> bool:
    # The SDK hands on an object or the wire's own marker, depending on its version.
    return isinstance(value, Unknown) or (isinstance(value, str) and value == rpc.UNKNOWN)


def _replace(value: Any, by: Callable[[Any], Any]) -> Any:
    if isinstance(value, Mapping):
        return {key: _replace(each, by) for key, each in value.items()}
    if isinstance(value, list):
        return [_replace(each, by) for each in value]
    return by(value)
