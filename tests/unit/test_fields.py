"""The fields of a resource, and what is made of them."""

from __future__ import annotations

from pathlib import Path

import pytest
from pulumi_snapcopy.core.fields import Change, Field, Fields, Type, camel_case, snake_case
from pulumi_snapcopy.families import RULEBOOKS

FIELDS = Fields(
    arguments=[
        Field(name="sourceRegion", type=Type.STRING, meaning="where from", change=Change.REPLACE),
        Field(name="adopt", type=Type.FLAG, meaning="take over", change=Change.NOTHING, default="`False`"),
    ],
    outputs=[Field(name="sizeInGb", type=Type.NUMBER, meaning="its size")],
)


def test_the_pages_tables_are_those_of_the_fields() -> None:
    """Every resource's arguments and outputs, with types, defaults and meanings, in the README or its service's page."""
    root = Path(__file__).parents[2]
    pages = "\n".join(page.read_text() for page in (root / "README.md", *(root / "docs").glob("*.md")))
    for book in RULEBOOKS:
        assert book.fields.table_of_arguments() in pages
        assert book.fields.table_of_outputs() in pages


def test_a_table_has_a_row_a_field() -> None:
    """As Markdown, in Python's spelling, with empty cells for what has no default."""
    assert FIELDS.table_of_arguments() == (
        "| argument | type | default | meaning |\n|---|---|---|---|\n"
        "| `source_region` | str | | where from |\n| `adopt` | bool | `False` | take over |\n"
    )
    assert (
        FIELDS.table_of_outputs()
        == "| output | type | meaning |\n|---|---|---|\n| `size_in_gb` | int | its size |\n"
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
