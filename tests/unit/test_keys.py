"""Keys and owners, and the names that carry a key."""

from __future__ import annotations

import re
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_snapcopy.core import keys
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.lightsail.family import LONGEST_NAME, CopiedSnapshots
from pulumi_snapcopy.lightsail.shapes import key_of

FAMILY = CopiedSnapshots()
IDENTITY, ANOTHER = "0123456789abcdef", "fedcba9876543210"
TYPE = "pulumi-python:dynamic/lightsail:CopiedSnapshot"
REQUEST = {"sourceResourceName": "web-1", "sourceRegion": "us-east-1", "targetRegion": "eu-west-1"}
LETTERS = st.sampled_from(ascii_letters + digits)
PLAIN = st.builds("{}{}{}".format, LETTERS, st.text(f"{ascii_letters}{digits}._-", max_size=253), LETTERS)
"""The same as a regular expression takes ten times as long."""
SOURCES = PLAIN | st.builds(
    "{}-{}-{}".format, LETTERS, st.sampled_from(["manual", "2026-11-20", "restored"]), st.just("0badf00d")
)
"""What is copied may have a derived name itself."""
DATES = st.dates().map(str) | st.none()
HEX = st.from_regex(r"[0-9a-f]{8}", fullmatch=True)


def urn(resource: str, *, stack: str = "dev", project: str = "shop", parents: str = "") -> str:
    """The URN of a declaration."""
    return f"urn:pulumi:{stack}::{project}::{parents}{TYPE}::{resource}"


def key_of_request(identity: str = IDENTITY, of: str = urn("web"), **changes: object) -> str:
    """The key of the request, changed."""
    return FAMILY.key({**REQUEST, **changes}, Bookkeeping(identity=identity), place=keys.place(of))


def inputs_of(source: str, date: str | None) -> dict[str, str]:
    """The inputs of a copy."""
    return {"sourceResourceName": source, "restoreDate": date} if date else {"sourceSnapshotName": source}


def derived(source: str, date: str | None, key: str) -> str:
    """The derived name of a copy."""
    name = FAMILY.derive_name(inputs_of(source, date), key)
    assert name is not None
    return name


def test_the_same_request_has_the_same_key_in_every_process() -> None:
    """A request has the same key in every process and version; arguments that aren't given don't count."""
    assert key_of_request() == key_of_request(triggers=[]) == key_of_request(triggers=None) == "19527646"
    assert re.fullmatch(r"[0-9a-f]{8}", key_of_request(triggers=["a", {"b": 1}]))


@pytest.mark.parametrize(
    "change",
    [
        {"identity": ANOTHER},
        {"of": urn("web2")},
        {"of": urn("web", parents="my:Fleet$")},
        {"sourceResourceName": "web-2"},
        {"sourceResourceName": None, "sourceSnapshotName": "web-1"},
        {"sourceRegion": "us-east-2"},
        {"targetRegion": "eu-west-2"},
        {"triggers": ["1"]},
    ],
    ids=str,
)
def test_another_request_has_another_key(change: dict[str, str]) -> None:
    """The stack's identity, the resource's place, source, either region and triggers each make it another one."""
    assert key_of_request(**change) != key_of_request()


@pytest.mark.parametrize(
    "change",
    [
        {"of": urn("web", stack="prod")},
        {"of": urn("web", project="store")},
        {"restoreDate": "2026-11-20"},
        {"restoredDate": "2026-11-20"},
        {"targetSnapshotName": "web-dr"},
        {"tags": {"team": "shop"}},
        {"adopt": True},
    ],
    ids=str,
)
def test_what_makes_no_other_copy_keeps_the_key(change: dict[str, str]) -> None:
    """A renamed stack, another date, an explicit name and tags leave the key as it is, so that a later run finds the copy."""
    assert key_of_request(**change) == key_of_request()


def test_triggers_are_compared_by_value_and_order() -> None:
    """The keys of a trigger may come in any order, its elements may not."""
    assert key_of_request(triggers=[{"a": 1, "b": 2}]) == key_of_request(triggers=[{"b": 2, "a": 1}])
    assert key_of_request(triggers=["a", "b"]) != key_of_request(triggers=["b", "a"])


@given(source=SOURCES, date=DATES, key=HEX)
def test_a_derived_name_is_one_the_service_takes_and_carries_the_key(
    source: str, date: str | None, key: str
) -> None:
    """Whatever the source is called, the name has 2 to 255 characters, and the key is read from it for any date."""
    name = derived(source, date, key)
    assert 2 <= len(name) <= LONGEST_NAME
    assert re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*[A-Za-z0-9]", name)
    assert name.endswith(f"-{date or 'manual'}-{key}")
    assert (
        key_of(name)
        == FAMILY.carried_key(inputs_of(source, date), key)
        == key_of(derived(source, date and "2026-01-02", key))
    )
    assert key_of(f"x-{name}") != key_of(name)


@pytest.mark.parametrize(
    "name",
    [
        "web-1",
        "web-1-backup-29ad5a23",
        "web-1-2026-11-20-29ad5a23-x",
        "web-1-2026-11-20-29ad5a23\n",
        "web-1-2026-11-2-29ad5a23",
        "web-1-20261120-29ad5a23",
        "web-1-2026-11-20-29AD5A23",
        "29ad5a23",
        "",
    ],
)
def test_a_name_that_only_looks_like_a_derived_one_carries_no_key(name: str) -> None:
    """A name that doesn't end as a derived one does carries no key."""
    assert key_of(name) == ""


@given(source=st.text("ab", min_size=231, max_size=255), other=st.text("ab", min_size=231, max_size=255))
def test_long_sources_are_cut_and_told_apart_by_the_key(source: str, other: str) -> None:
    """Two long sources whose names are cut to the same have different keys."""
    names = [derived(each, "2026-11-20", key_of_request(sourceResourceName=each)) for each in (source, other)]
    assert all(len(name) <= LONGEST_NAME for name in names)
    assert (names[0] == names[1]) == (source == other)


@pytest.mark.parametrize("date", ["2026-11-20", None])
def test_the_source_of_a_copy_always_fits_a_tag(date: str | None) -> None:
    """Long names are cut to 256 characters, their date kept."""
    origin = FAMILY.source_tag(
        {"sourceResourceName": "x" * 255, "sourceRegion": "us-east-1", "restoreDate": date}
    )
    assert len(origin) == 256
    assert origin.endswith(f":{date}")


# Owners


def test_an_owner_is_for_people_up_to_the_at_sign() -> None:
    """An owner is project, stack and resource with its components, then `@` and the identity."""
    nested = urn("web", parents="my:Fleet$my:Shop$")
    assert keys.owner(nested, IDENTITY) == f"shop/dev/my:Fleet/my:Shop/web@{IDENTITY}"


@given(resource=st.text(min_size=1, max_size=400), project=st.text(min_size=1), stack=st.text(min_size=1))
def test_an_owner_is_always_a_tags_value(resource: str, project: str, stack: str) -> None:
    """Whatever a declaration is called, its owner has at most 256 characters, of those a tag takes."""
    owner = keys.owner(urn(resource, stack=stack, project=project), IDENTITY)
    assert len(owner) <= 256
    assert re.fullmatch(r"[A-Za-z0-9_ .:/=+@-]+", owner)
    assert owner.endswith(f"@{IDENTITY}")


def test_resources_that_a_tag_cannot_tell_apart_differ_all_the_same() -> None:
    """What is replaced or cut is told apart by eight hex digits."""
    names = ("web!", "web?", "web_", "wéb", "x" * 300, "x" * 301)
    for project in ("shop", "p" * 100):
        owners = [keys.owner(urn(each, project=project), IDENTITY) for each in names]
        assert len(set(owners)) == len(names)
        assert not any(keys.same_owner(one, other) for one in owners for other in owners if one is not other)


def test_a_name_with_a_slash_is_not_taken_for_a_resource_in_a_component() -> None:
    """A resource's own name may look like that of a component's type and a name in it."""
    places = (("my:C/db", ""), ("db", "my:C$"), ("D/db", "my:C$"), ("db", "my:C/D$"), ("my:C/D/db", ""))
    owners = [keys.owner(urn(name, parents=parents), IDENTITY) for name, parents in places]
    assert not any(keys.same_owner(one, other) for one in owners for other in owners if one is not other)


@given(resource=st.text(min_size=1, max_size=400), project=st.text(max_size=200), stack=st.text(max_size=200))
def test_names_of_any_length_change_nothing_of_whose_it_is(resource: str, project: str, stack: str) -> None:
    """A resource is the same one in a project and stack of short or long names."""
    one = keys.owner(urn(resource), IDENTITY)
    assert keys.same_owner(
        one, keys.owner(urn(resource, project=project or "p", stack=stack or "s"), IDENTITY)
    )


@pytest.mark.parametrize(
    ("other", "same", "namesake", "reason"),
    [
        (f"shop/dev/web@{IDENTITY}", True, False, "it is the very one"),
        (f"shop/prod/web@{IDENTITY}", True, False, "a renamed stack is the same stack"),
        (f"store/dev/web@{IDENTITY}", True, False, "so is one of a renamed project"),
        (f"shop/dev/web@{ANOTHER}", False, True, "another backend may have a stack of this name"),
        (f"shop/dev/web2@{IDENTITY}", False, False, "another resource of ours isn't this one"),
        (f"shop/dev/a/web@{IDENTITY}", False, False, "nor is one in a component"),
        (f"SHOP/DEV/WEB@{IDENTITY}", False, False, "names are as they are spelled"),
        ("shop/dev/web", False, False, "without an identity nothing is said"),
        (f"web@{IDENTITY}", False, False, "nor without project and stack"),
        ("", False, False, "an empty tag is somebody's"),
    ],
)
def test_the_resource_and_the_identity_decide(other: str, same: bool, namesake: bool, reason: str) -> None:
    """Two owner tags are of the same owner if resource and identity are the same, whatever project and stack are called."""
    owner = keys.owner(urn("web"), IDENTITY)
    assert (keys.same_owner(owner, other), keys.same_owner(other, owner)) == (same, same), reason
    assert keys.is_namesake(other, owner) is namesake, reason


@given(resource=st.text("a/@", min_size=1, max_size=6), other=st.text("a/@", min_size=1, max_size=6))
def test_no_name_of_a_resource_is_taken_for_another_ones(resource: str, other: str) -> None:
    """Slashes and at signs in a resource's name don't make its owner another resource's."""
    same = keys.same_owner(keys.owner(urn(resource), IDENTITY), keys.owner(urn(other), IDENTITY))
    assert same == (resource == other)
