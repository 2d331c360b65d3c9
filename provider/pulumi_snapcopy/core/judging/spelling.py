"""A property's two spellings: camelCase in states and in the API, snake_case in Python programs."""

from __future__ import annotations

import re

from .request_rules import FLAGS, STRINGS

_ARGUMENT = re.compile(rf"\b({'|'.join((*STRINGS, *FLAGS))})\b")


def camel_case(name: str) -> str:
    """The API's spelling of a property; what begins with an underscore is left alone.

    Example:
        >>> camel_case("source_snapshot_name"), camel_case("__provider")
        ('sourceSnapshotName', '__provider')
    """
    return re.sub(r"(?<=[a-z0-9])_([a-z])", lambda letter: letter[1].upper(), name)


def snake_case(name: str) -> str:
    """The Python spelling of a property.

    Example:
        >>> snake_case("sourceSnapshotName")
        'source_snapshot_name'
    """
    return re.sub(r"[A-Z]", lambda capital: f"_{capital[0].lower()}", name)


def pythonic(message: str) -> str:
    """A rule's message with the arguments spelled as a Python program spells them."""
    return _ARGUMENT.sub(lambda argument: snake_case(argument[1]), message)
