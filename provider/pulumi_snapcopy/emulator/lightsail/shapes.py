"""Check requests and responses against botocore's model of Lightsail, so that its rules aren't repeated here."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape
from botocore.session import get_session

from .errors import invalid_input

# Dots are missing from the model's pattern; the service accepts them, as its own message says:
# https://github.com/hashicorp/terraform-provider-aws/pull/8647
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,253}[A-Za-z0-9]")
_NAME_RULE = (
    "Resource names must be at least 2 characters long and contain only alphanumerics, -, _, and ., "
    "must begin and end with an alphanumeric, and have at most 255 characters."
)
_PYTHON_TYPES: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
    "structure": dict,
    "map": dict,
    "list": list,
}


@cache
def service_model() -> ServiceModel:
    """Return the installed botocore's model of Lightsail."""
    return get_session().get_service_model("lightsail")


def enum(shape_name: str) -> list[str]:
    """Return the values that a shape of the model allows, such as ``RegionName``."""
    shape = service_model().shape_for(shape_name)
    assert isinstance(shape, StringShape)
    return list(shape.enum)


def is_modelled_error(code: str) -> bool:
    """Whether the model describes an error of this code."""
    return any(shape.name == code for shape in service_model().error_shapes)


def check_name(name: str) -> None:
    """Refuse a name that the service doesn't accept for a resource."""
    if not _NAME.fullmatch(name):
        raise invalid_input(f"{name} is not a valid resource name. {_NAME_RULE}")


def check_input(operation: str, parameters: dict[str, Any]) -> None:
    """Refuse a request that the model doesn't allow: a missing member, a wrong type, value or pattern.

    Members that the model doesn't know are ignored, as in the service.

    Raises:
        LightsailError: InvalidInputException, with the member's name.
    """
    shape = service_model().operation_model(operation).input_shape
    if shape is not None:
        _check(shape, parameters, "")


def conform(operation: str, answer: dict[str, Any]) -> dict[str, Any]:
    """Return the response with only the members that the operation's model has and that have a value."""
    shape = service_model().operation_model(operation).output_shape
    conformed: dict[str, Any] = _conform(shape, answer) if shape is not None else {}
    return conformed


def _refusal(value: str, where: str, rule: str) -> Exception:
    return invalid_input(f"Value {value} at '{where}' failed to satisfy constraint: {rule}")


def _check(shape: Shape, value: Any, where: str) -> None:
    expected = _PYTHON_TYPES.get(shape.type_name)
    wrong_bool = isinstance(value, bool) and shape.type_name != "boolean"
    if expected is not None and (wrong_bool or not isinstance(value, expected)):
        raise _refusal(repr(value), where, f"Member must be of type {shape.type_name}")
    if isinstance(shape, StructureShape):
        _check_structure(shape, value, where)
    elif isinstance(shape, StringShape):
        _check_string(shape, value, where)
    else:
        for inner, item, at in _items(shape, value, where):
            _check(inner, item, at)


def _check_structure(shape: StructureShape, value: dict[str, Any], where: str) -> None:
    prefix = f"{where}." if where else ""
    for name in shape.required_members:
        if value.get(name) is None:
            raise _refusal("null", prefix + name, "Member must not be null")
    for name, member in shape.members.items():
        if value.get(name) is not None:
            _check(member, value[name], prefix + name)


def _check_string(shape: StringShape, value: str, where: str) -> None:
    if shape.name == "ResourceName":
        check_name(value)
    elif shape.enum and value not in shape.enum:
        raise _refusal(f"'{value}'", where, f"Member must satisfy enum value set: [{', '.join(shape.enum)}]")
    elif (pattern := shape.metadata.get("pattern")) and not re.fullmatch(pattern, value):
        raise _refusal(f"'{value}'", where, f"Member must satisfy regular expression pattern: {pattern}")


def _items(shape: Shape, value: Any, where: str) -> Iterator[tuple[Shape, Any, str]]:
    if isinstance(shape, ListShape):
        for index, item in enumerate(value, start=1):
            yield shape.member, item, f"{where}.{index}.member"
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield shape.key, key, f"{where}.{key}"
            yield shape.value, item, f"{where}.{key}"


def _conform(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape):
        known = shape.members
        return {k: _conform(known[k], v) for k, v in value.items() if v is not None and k in known}
    if isinstance(shape, ListShape):
        return [_conform(shape.member, item) for item in value]
    return value
