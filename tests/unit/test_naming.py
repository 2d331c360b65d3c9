"""Names that say whose copy it is."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_snapcopy.core import naming

REQUEST = {
    "owner": "shop/dev/web",
    "source": "web-1",
    "source_region": "us-east-1",
    "target_region": "eu-west-1",
    "triggers": (),
}
SOURCES = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,253}[A-Za-z0-9]", fullmatch=True)
DATES = st.dates().map(str) | st.none()
HEX = st.from_regex(r"[0-9a-f]{8}", fullmatch=True)


def hex_of(**changes: object) -> str:
    """The fingerprint of the request, changed."""
    return naming.fingerprint(**{**REQUEST, **changes})  # type: ignore[arg-type]


def test_the_same_request_derives_the_same_name_in_every_process() -> None:
    """The hex is eight digits over the declaration and its request; it is kept in services, so it never changes."""
    assert hex_of() == hex_of(triggers=[]) == "29ad5a23"
    assert re.fullmatch(r"[0-9a-f]{8}", hex_of(triggers=["a", {"b": 1}]))


@pytest.mark.parametrize(
    "change",
    [
        {"owner": "shop/dev/web2"},
        {"source": "web-2"},
        {"source_region": "us-east-2"},
        {"target_region": "eu-west-2"},
        {"triggers": ["1"]},
    ],
    ids=lambda change: next(iter(change)),
)
def test_another_request_derives_another_name(change: dict[str, object]) -> None:
    """Owner, source, either region and triggers each make it another request."""
    assert hex_of(**change) != hex_of()


def test_triggers_are_compared_by_value_and_order() -> None:
    """The keys of a trigger may come in any order, its elements may not."""
    assert hex_of(triggers=[{"a": 1, "b": 2}]) == hex_of(triggers=[{"b": 2, "a": 1}])
    assert hex_of(triggers=["a", "b"]) != hex_of(triggers=["b", "a"])


@given(source=SOURCES, date=DATES, fingerprint=HEX)
def test_a_derived_name_is_one_the_service_takes_and_is_known_again(
    source: str, date: str | None, fingerprint: str
) -> None:
    """Whatever the source is called, the name has 2 to 255 characters and is recognised, for any date."""
    name = naming.derive(source=source, date=date, fingerprint=fingerprint)
    assert 2 <= len(name) <= naming.LONGEST_NAME
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]", name)
    assert name.endswith(f"-{date or 'manual'}-{fingerprint}")
    assert naming.is_derived(name, source=source, fingerprint=fingerprint)


@given(date=DATES, other=DATES)
def test_the_date_is_in_the_name_and_not_in_the_hex(date: str | None, other: str | None) -> None:
    """The names of two dates differ by the date alone, so that a later run knows both."""
    names = [naming.derive(source="web-1", date=each, fingerprint=hex_of()) for each in (date, other)]
    assert all(naming.is_derived(name, source="web-1", fingerprint=hex_of()) for name in names)
    assert (names[0] == names[1]) == (date == other)


@pytest.mark.parametrize(
    "name",
    [
        "web-1",
        "web-1-2026-11-20-29ad5a24",
        "web-2-2026-11-20-29ad5a23",
        "web-1-backup-29ad5a23",
        "x-web-1-2026-11-20-29ad5a23",
        "web-1-2026-11-20-29ad5a23-x",
        "web-1-2026-11-20-29ad5a23\n",
        "web-1-2026-11-2-29ad5a23",
        "web-1-20261120-29ad5a23",
        "-2026-11-20-29ad5a23",
        "29ad5a23",
        "",
    ],
)
def test_a_name_that_only_looks_like_it_is_not_derived(name: str) -> None:
    """Another hex, source, date, or anything around it, and the name isn't this request's."""
    assert not naming.is_derived(name, source="web-1", fingerprint="29ad5a23")


@given(source=st.text("ab", min_size=231, max_size=255), other=st.text("ab", min_size=231, max_size=255))
def test_long_sources_are_cut_and_told_apart_by_the_hex(source: str, other: str) -> None:
    """Two long sources whose names are cut to the same have different hex digits."""
    names = [
        naming.derive(source=each, date="2026-11-20", fingerprint=hex_of(source=each))
        for each in (source, other)
    ]
    assert all(len(name) <= 255 for name in names)
    assert (names[0] == names[1]) == (source == other)


def test_an_owner_is_the_path_of_its_declaration() -> None:
    """A plain declaration is named as it is."""
    assert naming.owner(project="shop", stack="dev", resource="fleet/web") == "shop/dev/fleet/web"


@given(project=st.text(min_size=1), stack=st.text(min_size=1), resource=st.text(min_size=1, max_size=400))
def test_an_owner_is_always_a_tags_value(project: str, stack: str, resource: str) -> None:
    """Whatever a declaration is called, its owner has at most 256 characters, of those a tag takes."""
    owner = naming.owner(project=project, stack=stack, resource=resource)
    assert len(owner) <= 256
    assert re.fullmatch(r"[A-Za-z0-9_ .:/=+@-]+", owner)


def test_declarations_that_a_tag_cannot_tell_apart_differ_all_the_same() -> None:
    """What is replaced or cut is told apart by eight hex digits."""
    owners = {
        naming.owner(project="shop", stack="dev", resource=resource)
        for resource in ("web!", "web?", "web_", "wéb", "x" * 300, "x" * 301)
    }
    assert len(owners) == 6
    assert "shop/dev/web_" in owners
