"""The random part: which declarations, which edits, which disturbances."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from hypothesis import strategies as st
from pulumi_snapcopy.core.values import OWNER_TAG, SOURCE_TAG

from .program import Declaration, Follow
from .target import Disturbance, Fault, Kill, Stop, Target

TAGS = st.sampled_from([{}, {"team": "shop"}, {"team": "web", "cost": "7"}, {"cost": "8"}])
THEIR_TAGS = st.sampled_from(
    [
        {},
        {"team": "theirs", "cost": "9"},
        {OWNER_TAG: "shop/prod/copy-1"},
        {OWNER_TAG: "shop/prod/copy-1", SOURCE_TAG: "us-east-2:other", "team": "theirs"},
    ]
)
"""Of a snapshot that is to be adopted: made by hand, or another stack's copy."""
FOLLOWS: st.SearchStrategy[Follow] = st.sampled_from(["date", "latest", "track"])

FAULTS = st.one_of(
    st.builds(
        Fault,
        kind=st.sampled_from(["throttled", "failing", "lost", "reset", "garbage", "denied"]),
        skip=st.integers(0, 12),
        times=st.integers(1, 3),
    ),
    st.builds(
        Fault,
        kind=st.sampled_from(["throttled", "failing", "lost", "reset", "garbage", "denied"]),
        operation=st.sampled_from(["CopySnapshot", "TagResource", "Delete", "Get"]),
        times=st.integers(1, 2),
    ),
    st.builds(Fault, kind=st.just("hidden"), operation=st.just("Get"), times=st.integers(1, 2)),
    st.just(Fault(kind="copy-fails", operation="CopySnapshot")),
)


def kills(target: Target) -> st.SearchStrategy[Kill]:
    """Around each of the calls that the target has; most runs make few, and nearly all of those are reads."""
    at = st.sampled_from([*target.calls, *(each for each in ("Get", "CopySnapshot") if each in target.calls)])
    return st.builds(Kill, at=at, done=st.booleans(), skip=st.sampled_from([0, 0, 0, 1, 2, 4]))


def disturbances(target: Target) -> st.SearchStrategy[Disturbance | None]:
    """What may disturb a run on this target."""
    kinds: list[st.SearchStrategy[Disturbance | None]] = [st.none()]
    if "faults" in target.powers:
        kinds.append(FAULTS)
    if "kills" in target.powers:
        kinds += [kills(target), st.just(Stop())]
    return st.one_of(kinds)


@st.composite
def sourced(draw: st.DrawFn, target: Target, declaration: Declaration) -> Declaration:
    """The declaration with another source, or another of its source's dates."""
    named = declaration.explicit is not None
    kinds = (["manual"] if target.sources.snapshots else []) + (
        ["automatic"] if target.sources.resources else []
    )
    if draw(st.sampled_from(kinds)) == "manual":
        source = draw(st.sampled_from(target.sources.snapshots))
        return replace(declaration, source=source, automatic=None, date=None)
    source = draw(st.sampled_from(target.sources.resources))
    # Under a name without a date, what a run left untagged before midnight can't be told from what one of today would
    # make; the provider refuses it then, as it must.
    follow: Follow = "date" if named else draw(FOLLOWS)
    date = draw(st.sampled_from(target.dates(source))) if follow == "date" else None
    return replace(declaration, source=source, automatic=follow, date=date)


@st.composite
def declared(draw: st.DrawFn, target: Target, name: str, *, named: bool = False) -> Declaration:
    """A new declaration, under an explicit name or perhaps so."""
    bare = Declaration(
        name=name,
        project=target.project,
        asks=target.asks,
        source="",
        source_region=target.sources.region,
        target_region=draw(st.sampled_from(target.regions)),
        explicit=f"{name}-dr" if named or ("names" in target.powers and draw(st.booleans())) else None,
        tags=draw(TAGS),
        retain="behind" in target.powers and draw(st.integers(0, 3)) == 3,
    )
    return draw(sourced(target, bare))


Edit = Callable[[Declaration, str], Declaration]

IN_PLACE: dict[str, Edit] = {
    "no tags": lambda declaration, new: replace(declaration, tags={}),
    "a tag": lambda declaration, new: replace(declaration, tags={**declaration.tags, "edit": new}),
    "another tag": lambda declaration, new: replace(declaration, tags={"team": new}),
    "retained": lambda declaration, new: replace(declaration, retain=not declaration.retain),
}
"""Edits that ask for no other copy; each is told a text that was never used before."""

REPLACING: dict[str, Edit] = {
    "triggers": lambda declaration, new: replace(declaration, triggers=(new,)),
    "explicit name": lambda declaration, new: replace(
        declaration,
        explicit=f"named-{new}",
        automatic="date" if declaration.automatic and declaration.date else declaration.automatic,
    ),
    "derived name": lambda declaration, new: replace(declaration, explicit=None),
    "renamed with an alias": lambda declaration, new: replace(declaration, name=new, alias=declaration.name),
    "renamed": lambda declaration, new: replace(
        declaration,
        name=new,
        explicit=f"named-{new}" if declaration.explicit else None,
    ),
}
"""Edits that ask for another copy, or for the same one under another name in the program."""
