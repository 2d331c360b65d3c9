"""The table of a resource's fields: types, what a change does, outputs, both spellings; the documentation is made from it."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cache

BOOKKEEPING = "snapcopy"
"""The one property of a request that isn't the user's; ``timeouts`` in it are ``opts.custom_timeouts``."""


class Type(Enum):
    """What a field's value must be; the value is how messages say it."""

    STRING = "a string"
    DATE = "a date, YYYY-MM-DD"
    FLAG = "True or False"
    NUMBER = "a whole number"
    LIST = "a list"
    MAPPING = "a mapping of strings to strings"

    @property
    def python(self) -> type:
        """The Python type of a known value."""
        return {
            Type.STRING: str,
            Type.DATE: str,
            Type.FLAG: bool,
            Type.NUMBER: int,
            Type.LIST: list,
            Type.MAPPING: dict,
        }[self]

    def fits(self, value: object) -> bool:
        """Whether a known value is of the type.

        Example:
            >>> Type.NUMBER.fits(7), Type.NUMBER.fits(True), Type.NUMBER.fits(7.0)
            (True, False, True)
        """
        if self is Type.NUMBER:  # the engine hands numbers on as floats
            return not isinstance(value, bool) and (
                isinstance(value, int) or (isinstance(value, float) and value.is_integer())
            )
        return isinstance(value, self.python)


class Change(Enum):
    """What a change of an argument leads to."""

    REPLACE = "another snapshot"
    IN_PLACE = "an update"
    NOTHING = "nothing by itself"


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """An argument or an output.

    Args:
        name: the API's name, camelCase, as it stands in the state.
        type: what its value must be.
        meaning: for the documentation's table.
        change: what a change asks for; None for an output.
        default: the default, as the documentation's table shows it.
        is_secret: whether its value is never shown, and is encrypted in the state. The engine prints the value of a
            property that a failed check names, secret or not, so a failure about this one names none.
        is_answered: whether an output of the same name says what the service made of the argument.
        shows: of an output, the argument whose value it may show; it is as secret as that.
    """

    name: str
    type: Type
    meaning: str
    change: Change | None = None
    default: str = ""
    is_secret: bool = False
    is_answered: bool = False
    shows: str = ""

    @property
    def snake(self) -> str:
        """The Python spelling."""
        return snake_case(self.name)


class Fields:
    """All fields of one resource.

    Example:
        >>> fields = Fields(arguments=[Field(name="sourceRegion", type=Type.STRING, meaning="", change=Change.REPLACE)],
        ...                 outputs=[Field(name="arn", type=Type.STRING, meaning="")])
        >>> fields.names(Change.REPLACE), fields.camel("source_region"), fields.pythonic("sourceRegion is missing")
        (('sourceRegion',), 'sourceRegion', 'source_region is missing')
    """

    def __init__(self, *, arguments: Iterable[Field], outputs: Iterable[Field]) -> None:
        self.arguments = tuple(arguments)
        self.outputs = tuple(outputs)
        names = dict.fromkeys(each.name for each in self)
        self._camel = {snake_case(name): name for name in names}
        longest_first = sorted(names, key=len, reverse=True)
        self._mentioned = re.compile(rf"\b({'|'.join(longest_first)})\b")

    def __iter__(self) -> Iterator[Field]:
        yield from self.arguments
        yield from self.outputs

    def names(self, change: Change) -> tuple[str, ...]:
        """Return the names of the arguments whose change leads to this."""
        return tuple(each.name for each in self.arguments if each.change is change)

    @property
    def answered(self) -> tuple[str, ...]:
        """The names of the arguments that have an output of the same name, which says what the service made of them."""
        return tuple(each.name for each in self.arguments if each.is_answered)

    def of_type(self, type_: Type) -> tuple[str, ...]:
        """Return the arguments of one type."""
        return tuple(each.name for each in self.arguments if each.type is type_)

    def camel(self, name: str) -> str:
        """Return the API's spelling of a field; any other name is returned as it is."""
        return self._camel.get(name, name)

    def snake(self, name: str) -> str:
        """Return the Python spelling of a field; any other name is returned as it is."""
        camel = self.camel(name)
        return snake_case(camel) if snake_case(camel) in self._camel else name

    def table_of_arguments(self, *, required: Container[str] = ()) -> str:
        """Return the arguments as a table for the documentation.

        Args:
            required: those that the resource class requires, in Python's spelling.
        """
        rows = [
            (
                f"`{each.snake}`",
                each.type.python.__name__,
                "required" if each.snake in required else each.default,
                each.meaning,
            )
            for each in self.arguments
        ]
        return _table(("argument", "type", "default", "meaning"), rows)

    def table_of_outputs(self, *, shown: Container[str] = ()) -> str:
        """Return the outputs as a table for the documentation, and a line with the arguments that are outputs too.

        Args:
            shown: the properties that the resource class declares, in Python's spelling.
        """
        rows = [(f"`{each.snake}`", each.type.python.__name__, each.meaning) for each in self.outputs]
        names = {each.name for each in self.outputs}
        both = [
            f"`{each.snake}`" for each in self.arguments if each.snake in shown and each.name not in names
        ]
        line = f"\nThese arguments are outputs too: {', '.join(both)}.\n" if both else ""
        return _table(("output", "type", "meaning"), rows) + line

    def pythonic(self, message: str) -> str:
        """Return a message with the fields spelled as a Python program spells them."""
        return self._mentioned.sub(lambda found: snake_case(found[1]), message)


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [" | ".join(heads), "|".join(["---"] * len(heads)), *(" | ".join(row) for row in rows)]
    first, rule, *others = lines
    return (
        "\n".join([f"| {first} |", f"|{rule}|", *(f"| {line} |".replace("|  |", "| |") for line in others)])
        + "\n"
    )


@cache
def snake_case(name: str) -> str:
    """Return the Python spelling of a camelCase name.

    Example:
        >>> snake_case("sizeInGb"), snake_case("kmsKeyId")
        ('size_in_gb', 'kms_key_id')
    """
    return re.sub(r"(?<=[a-z0-9])[A-Z]", lambda capital: f"_{capital[0].lower()}", name)


def camel_case(name: str) -> str:
    """Return the API's spelling of a snake_case name; what begins with an underscore is left alone.

    Example:
        >>> camel_case("source_snapshot_name"), camel_case("__provider")
        ('sourceSnapshotName', '__provider')
    """
    return re.sub(r"(?<=[a-z0-9])_([a-z])", lambda letter: letter[1].upper(), name)
