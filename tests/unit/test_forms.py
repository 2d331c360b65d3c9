"""Resources of one name and different types have one owner tag; the form of the source tag keeps them apart."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pulumi_snapcopy.core.ownership import Whose, classify
from pulumi_snapcopy.core.sorting import is_orphan
from pulumi_snapcopy.core.values import (
    ADOPTED,
    OWNER_TAG,
    SOURCE_TAG,
    Known,
    Seen,
    Spec,
    Traits,
    Words,
    form_of,
)

OWNER = "shop/dev/web@0000000000000001"
COPY = Spec(
    words=Words(noun="Copy", thing="copy", making="copying", made="copied", provider="Acme"),
    resource="web", subject="", owner=OWNER, key="", region="b", source_region="a", source_tag="a:snap",
)  # fmt: skip
TAKEN = replace(COPY, source_tag="b:instance/web-1", traits=Traits(forms=("instance", "disk")))


def seen(source: str | None) -> Seen:
    """A thing of our owner, made from this."""
    tags = {OWNER_TAG: OWNER, **({SOURCE_TAG: source} if source is not None else {})}
    return Seen(name="x1", region="b", kind="Thing", ref="1", tags=tags)


@pytest.mark.parametrize(
    ("spec", "source", "whose", "orphan"),
    [
        (COPY, "a:snap", Whose.OURS, True),
        (COPY, "a:web-1:2026-11-20", Whose.OURS, True),
        (COPY, "b:instance/web-1", Whose.THEIRS, False),
        (COPY, "b:disk/data-1", Whose.THEIRS, False),
        (TAKEN, "b:instance/web-1", Whose.OURS, True),
        (TAKEN, "b:disk/data-1", Whose.OURS, True),
        (TAKEN, "b:snapshot/web-1", Whose.THEIRS, False),
        (TAKEN, "a:snap", Whose.THEIRS, False),
        # What doesn't say anything about its source is judged by its owner, and is no orphan of anybody's.
        (COPY, None, Whose.OURS, False),
        (TAKEN, ADOPTED, Whose.OURS, False),
    ],
)
def test_whose_it_is_and_whether_it_is_an_orphan(
    spec: Spec, source: str | None, whose: Whose, orphan: bool
) -> None:
    """An object with our owner tag isn't this resource's if its source tag has a form of another type."""
    assert classify(spec, Known(), seen(source)).whose is whose
    assert is_orphan(spec, Known(), seen(source)) is orphan


def test_what_the_state_has_is_of_this_type_whatever_its_form() -> None:
    """A resource that got another type by an alias keeps what it has; another resource's thing stays that one's."""
    found = seen("b:instance/web-1")
    assert classify(COPY, Known(seen=found, in_state=True), found).whose is Whose.OURS
    assert classify(COPY, Known(seen=replace(found, ref="2"), in_state=True), found).whose is Whose.THEIRS
    assert classify(COPY, Known(seen=found, adopted=True), found).whose is Whose.THEIRS


@pytest.mark.parametrize(
    ("origin", "form"),
    [("a:snap", ""), ("a:web:2026-11-20", ""), ("a:instance/web-1", "instance"), ("adopted", ""), ("", "")],
)
def test_forms(origin: str, form: str) -> None:
    """The form of a source tag is what stands between the region and the slash."""
    assert form_of(origin) == form
