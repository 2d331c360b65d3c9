"""The properties of a policy's resource as the rules read them: camelCase, without None, UNKNOWN for unknown values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pulumi_policy import PolicyResource, proxy
from pulumi_policy.proxy import UnknownValueError

from ..core.fields import camel_case
from ..core.rules.bags import as_inputs
from ..core.rules.judgement import UNKNOWN, Inputs, Resource

_UNKNOWN = frozenset(value for name, value in vars(proxy).items() if name.startswith("UNKNOWN_"))
"""The protocol's own markers, which remediation gets unchanged."""


def inputs(props: Mapping[str, Any]) -> Inputs:
    """Return properties of either spelling as the rules read them; if both are given, camelCase counts."""
    return as_inputs(plain(props))


def resource(given: PolicyResource) -> Resource:
    """Return a resource of a stack as the rules read it."""
    return Resource(
        urn=given.urn,
        type=given.resource_type,
        inputs=inputs(given.props),
        depends={
            camel_case(key): [each.urn for each in resources]
            for key, resources in given.property_dependencies.items()
        },
    )


def plain(value: Any) -> Any:
    """Return a value without proxies, which raise an error for unknown values."""
    if isinstance(value, Mapping):
        return {key: _item(value, key) for key in value}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_item(value, index) for index in range(len(value))]
    return UNKNOWN if isinstance(value, str) and value in _UNKNOWN else value


def _item(container: Any, key: Any) -> Any:
    try:
        return plain(container[key])
    except UnknownValueError:
        return UNKNOWN
