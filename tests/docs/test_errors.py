"""docs/errors.md has the messages as the code prints them."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pulumi_snapcopy
import pytest

PACKAGE = Path(pulumi_snapcopy.__file__).parent
PAGE = Path(__file__).parents[2] / "docs" / "errors.md"
OURS = PAGE.read_text().partition("## At preview")[2].partition("## Python environments")[0]
OF_OTHERS = {"property … has a problem: …", "signature expired", "signature not yet current"}
"""Printed by Pulumi or the service."""

TEXTS = "\n".join(
    node.value.lower()
    for path in PACKAGE.rglob("*.py")
    for node in ast.walk(ast.parse(path.read_text()))
    if isinstance(node, ast.Constant) and isinstance(node.value, str)
)
SAID = sorted(
    text
    for cell in re.findall(r"^\| (`.+?`[^|]*) \|", OURS, re.M)
    for text in re.findall(r"`([^`]+)`", cell)
    if text not in OF_OTHERS and "Exception" not in text
)


def pieces(text: str) -> list[str]:
    """What stands between the parts that are filled in: names, regions, and the words of a family."""
    found = re.split(
        r"…|\bcopy\b|\bcopied\b|Lightsail|boto3|127\.0\.0\.1|state: error|pending|\ba string\b", text
    )
    return [bare.lower() for piece in found if len(bare := piece.strip(" \"':(")) >= 5]


@pytest.mark.parametrize("text", SAID)
def test_each_message_is_one_that_the_code_prints(text: str) -> None:
    """Each part of it that isn't filled in stands in a string of the package."""
    for piece in pieces(text):
        assert piece in TEXTS, f"nothing prints {piece!r}"
