"""Check requests against OAPI's own description, which osc-sdk-python ships.

The description is loaded on first use, which takes a moment.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from .errors import OapiError

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
}


@cache
def description() -> dict[str, Any]:
    """Return OAPI's OpenAPI description."""
    text = (files("osc_sdk_python") / "resources" / "outscale.yaml").read_bytes()
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    loaded: dict[str, Any] = yaml.load(text, Loader=loader)
    return loaded


def regions() -> list[str]:
    """Return the regions in the description."""
    return list(description()["servers"][0]["variables"]["region"]["enum"])


def has_action(action: str) -> bool:
    """Whether the API has an action of this name."""
    return f"/{action}" in description()["paths"]


def schema(name: str) -> dict[str, Any]:
    """Return a schema by its name, such as ``CreateSnapshotRequest``."""
    found: dict[str, Any] = description()["components"]["schemas"][name]
    return found


def check_request(action: str, request: dict[str, Any]) -> None:
    """Refuse a request that the description doesn't allow.

    Raises:
        OapiError: 3001 for an unknown parameter, 7000 for a missing parameter, 4110 for a wrong type.
    """
    _check(schema(f"{action}Request"), request, "")


def _check(wanted: dict[str, Any], value: Any, where: str) -> None:
    wanted = _resolved(wanted)
    kind = wanted.get("type")
    wrong_bool = isinstance(value, bool) and kind != "boolean"
    if kind is not None and (wrong_bool or not isinstance(value, _TYPES[kind])):
        raise OapiError(4110, f"The value of the parameter {where} is not of the type {kind}.")
    if kind == "array":
        for item in value:
            _check(wanted["items"], item, where)
    elif kind == "object":
        _check_object(wanted, value, where)


def _check_object(wanted: dict[str, Any], value: dict[str, Any], where: str) -> None:
    known = wanted.get("properties", {})
    prefix = f"{where}." if where else ""
    for name, item in value.items():
        if name not in known:
            raise OapiError(3001, f"The parameter {prefix}{name} is not known.")
        _check(known[name], item, prefix + name)
    for name in wanted.get("required", ()):
        if name not in value:
            raise OapiError(7000, f"The parameter {prefix}{name} is required.")


def _resolved(wanted: dict[str, Any]) -> dict[str, Any]:
    reference = wanted.get("$ref")
    return schema(reference.rpartition("/")[2]) if reference else wanted
