"""The fields of a resource, and what is made of them."""

from __future__ import annotations

import inspect
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from pulumi_snapcopy.core.fields import Change, Field, Fields, Type, camel_case, snake_case
from pulumi_snapcopy.core.rules.rulebook import Rulebook
from pulumi_snapcopy.families import RULEBOOKS

FIELDS = Fields(
    arguments=[
        Field(name="sourceRegion", type=Type.STRING, meaning="where from", change=Change.REPLACE),
        Field(name="adopt", type=Type.FLAG, meaning="take over", change=Change.NOTHING, default="`False`"),
    ],
    outputs=[Field(name="sizeInGb", type=Type.NUMBER, meaning="its size")],
)


def tables(book: Rulebook) -> tuple[str, str]:
    """The tables of a resource's arguments and outputs, as its class has them."""
    room = book.token.rpartition("/")[2].partition(":")[0]
    resource: type[Any] = getattr(import_module(f"pulumi_snapcopy.{room}"), book.noun)
    parameters = inspect.signature(resource).parameters.values()
    required = {each.name for each in parameters if each.default is each.empty}
    shown = {each for each in dir(resource) if isinstance(inspect.getattr_static(resource, each), property)}
    return (
        book.fields.table_of_arguments(required=required),
        book.fields.table_of_outputs(shown=shown),
    )


@pytest.mark.parametrize("book", RULEBOOKS, ids=lambda book: book.token)
def test_the_pages_tables_are_those_of_the_fields(book: Rulebook) -> None:
    """The README or the service's page has each resource's arguments and outputs, with what its class requires and shows."""
    root = Path(__file__).parents[2]
    pages = "\n".join(page.read_text() for page in (root / "README.md", *(root / "docs").glob("*.md")))
    for table in tables(book):
        assert table in pages


def test_a_table_has_a_row_a_field() -> None:
    """A table is Markdown in Python's spelling, and a field without a default has an empty cell."""
    assert FIELDS.table_of_arguments() == (
        "| argument | type | default | meaning |\n|---|---|---|---|\n"
        "| `source_region` | str | | where from |\n| `adopt` | bool | `False` | take over |\n"
    )
    assert "| `source_region` | str | required |" in FIELDS.table_of_arguments(required={"source_region"})
    table = "| output | type | meaning |\n|---|---|---|\n| `size_in_gb` | int | its size |\n"
    assert FIELDS.table_of_outputs() == table
    assert (
        FIELDS.table_of_outputs(shown={"source_region", "size_in_gb"})
        == table + "\nThese arguments are outputs too: `source_region`.\n"
    )


@pytest.mark.parametrize(
    ("type_", "value", "fits"),
    [
        (Type.STRING, "", True), (Type.STRING, 1, False), (Type.FLAG, False, True), (Type.FLAG, 0, False),
        (Type.NUMBER, 7, True), (Type.NUMBER, 7.0, True), (Type.NUMBER, 7.5, False), (Type.NUMBER, True, False),
        (Type.NUMBER, float("inf"), False), (Type.NUMBER, "7", False), (Type.LIST, [], True), (Type.LIST, "a", False),
        (Type.MAPPING, {}, True), (Type.MAPPING, [], False),
    ],
)  # fmt: skip
def test_values_fit_their_types(type_: Type, value: object, fits: bool) -> None:
    """A flag is no number, and the engine's floats are whole numbers where they are whole."""
    assert type_.fits(value) is fits


@pytest.mark.parametrize("name", ["sourceRegion", "adopt", "sizeInGb", "kmsKeyId"])
def test_the_two_spellings_lead_to_each_other(name: str) -> None:
    """A name of the API's becomes Python's, and the API's again."""
    assert camel_case(snake_case(name)) == name


def test_only_fields_change_their_spelling() -> None:
    """Names that are no fields, and words that merely contain one, are left alone."""
    assert (FIELDS.camel("size_in_gb"), FIELDS.camel("cost_center")) == ("sizeInGb", "cost_center")
    assert (FIELDS.snake("sizeInGb"), FIELDS.snake("costCenter")) == ("size_in_gb", "costCenter")
    assert (
        FIELDS.pythonic("sourceRegion, mySourceRegion, costCenter")
        == "source_region, mySourceRegion, costCenter"
    )
