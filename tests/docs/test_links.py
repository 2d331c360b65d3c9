"""The links in the pages lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/*.md")])
LINKS = [
    (page, target)
    for page in PAGES
    for target in re.findall(
        r"\[[^\]]*\]\(([^)\s]+)\)", re.sub(r"```.*?```", "", page.read_text(), flags=re.S)
    )
    if "://" not in target
]


def name_of(page: Path) -> str:
    """Such as ``docs/tasks.md``."""
    return str(page.relative_to(ROOT))


@cache
def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.S)
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", text, re.M):
        anchor = re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")
        number = 1
        while anchor in found:
            anchor, number = f"{anchor}-{number}", number + 1
        found.add(anchor)
    return found


def linked(page: Path) -> Iterator[Path]:
    """The pages that a page links to."""
    for each, target in LINKS:
        path = target.partition("#")[0]
        if each == page and path.endswith(".md"):
            yield (page.parent / path).resolve()


@pytest.mark.parametrize(("page", "target"), LINKS, ids=lambda value: str(value).removeprefix(f"{ROOT}/"))
def test_each_relative_link_leads_to_a_file_and_a_heading(page: Path, target: str) -> None:
    """Files exist, and anchors are those of headings."""
    path, _, anchor = target.partition("#")
    there = (page.parent / path).resolve() if path else page
    assert there.exists(), f"{name_of(page)} links to {path}, which doesn't exist"
    if anchor:
        assert anchor in anchors(there), f"{name_of(there)} has no heading #{anchor}"


def test_each_page_of_the_documentation_is_linked_from_the_readme() -> None:
    """Directly: nobody has to search."""
    linked_to = set(linked(ROOT / "README.md"))
    pages = {page.resolve() for page in (ROOT / "docs").glob("*.md")}
    assert {name_of(page) for page in pages - linked_to} == set()


def test_the_readme_can_be_read_at_a_stretch() -> None:
    """150 lines at most."""
    assert len((ROOT / "README.md").read_text().splitlines()) <= 150


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_each_test_that_a_page_names_exists(page: Path) -> None:
    """A promise names the file that shows it."""
    for path in re.findall(r"`(tests/[\w/]+(?:\.py)?)[ `]", page.read_text()):
        assert (ROOT / path).exists(), f"{name_of(page)} names {path}"
