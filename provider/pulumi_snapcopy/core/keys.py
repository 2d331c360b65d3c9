"""Keys and owner tags: how an object says which resource of which stack it belongs to.

A stack's names don't identify it: two backends can hold stacks of one name. Its identity does, 16 hex digits that its
first resource of ours puts into the state.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from typing import Any

LONGEST_TAG_VALUE = 255
"""Characters; what every service takes."""

_LONGEST_NAME = 48
"""Characters of a project's or stack's name in an owner tag."""

_LONGEST_RESOURCE = LONGEST_TAG_VALUE - 2 * (_LONGEST_NAME + 1) - len("@0123456789abcdef")
_NOT_IN_TAGS = re.compile(r"[^\w .:/=+@-]", re.ASCII)


def place(urn: str) -> str:
    """Return a resource's place in its stack: its URN without stack and project.

    Example:
        >>> place("urn:pulumi:dev::shop::my:Web$pulumi-python:dynamic/x:CopiedSnapshot::db")
        'my:Web$pulumi-python:dynamic/x:CopiedSnapshot::db'
    """
    return "::".join(urn.split("::")[2:])


def name(urn: str) -> str:
    """Return a resource's name, which may contain colons.

    Example:
        >>> name("urn:pulumi:dev::shop::pulumi-python:dynamic/x:CopiedSnapshot::shop::db")
        'shop::db'
    """
    return place(urn).partition("::")[2]


def name_in_program(urn: str) -> str:
    """Return a resource's name in the program, behind the types of the components that it is in.

    Example:
        >>> name_in_program("urn:pulumi:dev::shop::my:Web$pulumi-python:dynamic/x:CopiedSnapshot::db")
        'my:Web/db'
    """
    types, _, name = place(urn).partition("::")
    return "/".join([*types.split("$")[:-1], name])


def owner(urn: str, identity: str) -> str:
    """Return the value of the owner tag: ``project/stack/resource@identity``.

    What a tag can't hold is replaced, and eight hex digits keep such names apart, and names with a slash from those of
    resources in components. Each part is shortened by itself: a resource's has the same form in a stack of any name.

    Example:
        >>> owner("urn:pulumi:dev::shop::pulumi-python:dynamic/x:CopiedSnapshot::db", "0123456789abcdef")
        'shop/dev/db@0123456789abcdef'
    """
    stack, project, *_ = [*urn.removeprefix("urn:pulumi:").split("::"), ""]
    by_place = place(urn) if "/" in name(urn) else ""
    resource = _as_tag(name_in_program(urn), _LONGEST_RESOURCE, by_place)
    return f"{_stack_as_tag(project, stack)}/{resource}@{identity}"


def is_of_stack(owner: str, name: str) -> bool:
    """Return whether an owner tag names a resource of a stack.

    Args:
        owner: the tag's value.
        name: ``project/stack``.

    Example:
        >>> is_of_stack("shop/dev/db@0123456789abcdef", "shop/dev")
        True
        >>> is_of_stack("shop/dev/db@0123456789abcdef", "shop/d")
        False
    """
    project, _, stack = name.partition("/")
    return owner.startswith(f"{_stack_as_tag(project, stack)}/")


def same_owner(one: str, other: str) -> bool:
    """Return whether two owner tags mean the same resource of the same stack, also after a rename of stack or project.

    Example:
        >>> same_owner("shop/dev/db@0123456789abcdef", "shop/prod/db@0123456789abcdef")
        True
        >>> same_owner("shop/dev/db@0123456789abcdef", "shop/dev/db@fedcba9876543210")
        False
    """
    return one == other or (_identifying(one) is not None and _identifying(one) == _identifying(other))


def is_namesake(one: str, other: str) -> bool:
    """Return whether two owner tags differ only in the stack's identity: another stack of the same name.

    Example:
        >>> is_namesake("shop/dev/db@0123456789abcdef", "shop/dev/db@fedcba9876543210")
        True
    """
    (name, _, mine), (other_name, _, theirs) = one.rpartition("@"), other.rpartition("@")
    return name == other_name and mine != theirs


def same_stack(one: str, other: str) -> bool:
    """Return whether two owner tags have the same stack's identity.

    Example:
        >>> same_stack("shop/dev/db@0123456789abcdef", "shop/dev/web@0123456789abcdef"), same_stack("db", "web")
        (True, False)
    """
    (_, at, identity), (_, _, second) = one.rpartition("@"), other.rpartition("@")
    return bool(at) and identity == second


def key(identity: str, place: str, covers: Mapping[str, Any], *, digits: int) -> str:
    """Return the key of a request: hex digits over the stack's identity, the resource's place and the request.

    Args:
        identity: the stack's.
        place: the resource's.
        covers: the part of the request that makes another snapshot, by argument; empty values are ignored.
        digits: how many the service has room for.
    """
    given = {name: value for name, value in covers.items() if value not in (None, [], {})}
    text = json.dumps([identity, place, given], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:digits]


def _identifying(owner: str) -> tuple[str, str] | None:
    found = re.fullmatch(r"[^/]*/[^/]*/(.+)@([0-9a-f]{16})", owner)
    return (found[1], found[2]) if found else None


def _stack_as_tag(project: str, stack: str) -> str:
    return f"{_as_tag(project, _LONGEST_NAME)}/{_as_tag(stack, _LONGEST_NAME)}"


def _as_tag(text: str, longest: int, distinct: str = "") -> str:
    """Return a text as part of a tag; ``distinct`` keeps it apart from the same text of another one."""
    value = _NOT_IN_TAGS.sub("_", text)
    if value == text and len(value) <= longest and not distinct:
        return value
    return f"{value[: longest - 9]}-{hashlib.sha256((distinct or text).encode()).hexdigest()[:8]}"
