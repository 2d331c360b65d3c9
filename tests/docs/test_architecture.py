"""docs/architecture.md says what the code is like."""

from __future__ import annotations

import re
from pathlib import Path

import pulumi_snapcopy
import pytest
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.waiting import policy

ROOT = Path(__file__).parents[2]
PACKAGE = Path(pulumi_snapcopy.__file__).parent
PAGE = (ROOT / "docs" / "architecture.md").read_text()
NAMED = re.findall(r"`([a-z_]+(?:/[a-z_]+)*\.py)`, `([A-Za-z_.]+)`", PAGE)


@pytest.mark.parametrize("path", sorted(set(re.findall(r"`([a-z_]+/[a-z_/]+\.py)`", PAGE))))
def test_each_file_that_it_names_exists(path: str) -> None:
    """Files of the package, and those of the tests."""
    assert (PACKAGE / path).is_file() or (ROOT / path).is_file()


@pytest.mark.parametrize(("path", "name"), sorted(set(NAMED)))
def test_each_function_is_in_the_file_that_it_is_named_with(path: str, name: str) -> None:
    """A class, method, function or constant is defined there."""
    text = (PACKAGE / path).read_text()
    for part in name.split("."):
        assert re.search(rf"(?:def|class) {part}\b|^\s*{part}\b.*=", text, re.M), f"{path} has no {part}"


def test_the_states_keys_are_those_of_the_bag() -> None:
    """Each key of our bookkeeping has its row."""
    table = PAGE.partition("| key in `snapcopy` |")[2].partition("\n\n")[0]
    assert set(re.findall(r"^\| `(\w+)` \|", table, re.M)) == {
        re.sub(r"_([a-z])", lambda letter: letter[1].upper(), name) for name in Bookkeeping.__slots__
    }


def test_each_waiting_time_has_its_value() -> None:
    """The table has every constant of the policy, in seconds or as a share."""
    values = {name: value for name, value in vars(policy).items() if name.isupper()}
    assert values
    for name, value in values.items():
        shown = f"{value * 100:g} %" if name == "SHARE_OF_AGE" else f"{value:g}"
        assert f"| `{name}` | {shown} |" in PAGE
