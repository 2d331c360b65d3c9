"""Settling a request, and comparing it with the one in the state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from . import keys, notices, state
from .bookkeeping import Bookkeeping, iso
from .family import Family, Inputs
from .fields import BOOKKEEPING, Change
from .rules.judgement import UNKNOWN
from .values import Phase


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """What a changed request leads to.

    Args:
        replaces: the properties whose change asks for a replacement.
        update: whether anything has to be changed in place, or completed.
        partial: whether the state's object is incomplete and has to be resumed.
        same_name: whether a replacement would have the same name in the same region.
        warnings: lines about what changes nothing.
    """

    replaces: list[str]
    update: bool
    partial: bool
    same_name: bool
    warnings: tuple[str, ...] = ()


def settle(
    family: Family, urn: str, olds: Inputs, news: Inputs, *, ask: Callable[..., Any]
) -> dict[str, Any]:
    """Return the inputs with what the program left open: owner, key, the date of "latest", the derived name.

    What was settled once stays while the request does. What can't be settled yet is left out.

    Args:
        family: the resource's kind.
        urn: its URN.
        olds: the inputs in the state; empty for a new resource.
        news: the program's; judged by the rules already.
        ask: makes a call to the service, or returns None where that isn't possible now.
    """
    inputs = {key: value for key, value in news.items() if value is not None}
    named = bool(family.name_argument) and family.name_argument in inputs
    before, now = family.key_covers(olds), family.key_covers(inputs)
    same = bool(olds) and all(equal(before.get(name), value) for name, value in now.items())
    same = same and (not named or equal(olds.get(family.name_argument), inputs[family.name_argument]))
    if state.is_unknown([value for name, value in inputs.items() if name != BOOKKEEPING]):
        ask = _nobody  # no network while an input is unknown
    taken = _taken(family, olds, inputs, same=same, ask=ask)
    # Where the first check couldn't ask, create has settled it; `differences` compares it.
    before_taken = Bookkeeping.of(olds).taken
    if family.follows(inputs) and before_taken and taken != before_taken:
        same = False  # of the source as it is now, another one is asked for
    bookkeeping = _signed(family, urn, olds, inputs, taken=taken, same=same)
    inputs[BOOKKEEPING] = bookkeeping.written()
    family.settle(olds, inputs, same=same, ask=ask)
    if not family.name_argument or named:
        return inputs
    before, now = family.request(olds), family.request(inputs)
    if same and all(equal(before.get(name), now[name]) for name in now.keys() - {family.name_argument}):
        return inputs | {key: olds[key] for key in (family.name_argument,) if key in olds}
    if state.is_unknown([bookkeeping.key, *now.values()]):
        inputs[family.name_argument] = UNKNOWN  # which a saved plan allows to become a name
    elif name := family.derive_name(inputs, bookkeeping.key):
        inputs[family.name_argument] = name
    return inputs


def _nobody(region: Any, call: Callable[..., Any]) -> None:
    """Answer None: it can't be known now."""


def _taken(family: Family, olds: Inputs, inputs: Inputs, *, same: bool, ask: Callable[..., Any]) -> str:
    """Return when the source was taken, if the request follows that; the known time if it can't be read now."""
    held = Bookkeeping.of(olds).taken if same else ""
    if not family.follows(inputs) or state.is_unknown(list(family.key_covers(inputs).values())):
        return held
    return iso(ask(family.source(inputs)[0], family.taken(inputs))) or held


def _signed(family: Family, urn: str, olds: Inputs, inputs: Inputs, *, taken: str, same: bool) -> Bookkeeping:
    """Return the bookkeeping with owner and key; the key stays while the request does, also if the resource is renamed."""
    bookkeeping, old = replace(Bookkeeping.of(inputs), taken=taken), Bookkeeping.of(olds)
    if bookkeeping.identity is UNKNOWN or not bookkeeping.identity:
        return (
            replace(bookkeeping, owner=UNKNOWN, key=UNKNOWN)
            if bookkeeping.identity is UNKNOWN
            else bookkeeping
        )
    owner = keys.owner(urn, bookkeeping.identity)
    if same and old.key and old.identity == bookkeeping.identity:
        return replace(bookkeeping, owner=owner, key=old.key)
    if state.is_unknown(list(family.key_covers(inputs).values())):
        return replace(bookkeeping, owner=owner, key=UNKNOWN)
    return replace(bookkeeping, owner=owner, key=family.key(inputs, bookkeeping, place=keys.place(urn)))


def differences(family: Family, olds: Mapping[str, Any], news: Inputs) -> Differences:
    """Compare the outputs in the state with settled inputs.

    What isn't settled is no difference; "latest" settled as a date is the same request as that date.
    """
    asked = state.asked(family, olds)
    replaces = [
        name for name in _changed(family, asked, news) if not family.is_default(name, news.get(name), olds)
    ]
    if not family.name_argument and state.phase_of(family, olds.get("state")) is Phase.FAILED:
        replaces.append("state")  # an id can't change in place
    partial = state.is_partial(family, olds)
    old, new = Bookkeeping.of(olds), Bookkeeping.of(news)
    in_place = any(not equal(olds.get(name), news.get(name)) for name in family.fields.names(Change.IN_PLACE))
    bookkeeping = (old.timeouts, old.owner, old.retain) != (new.timeouts, new.owner, new.retain)
    adopt, current = (family.adopted_id(news) or "").rpartition("/")[2], olds.get(family.ref_output)
    is_ignored = bool(adopt and current) and adopt != current and not replaces
    place = [name for name in (family.region_argument, family.name_argument) if name]
    return Differences(
        replaces=[family.shown_at(name, news) for name in replaces],
        partial=partial,
        update=partial or in_place or bookkeeping,
        same_name=bool(family.name_argument) and all(equal(olds.get(name), news.get(name)) for name in place),
        warnings=(notices.adoption_ignored(adopt, str(current)),) if is_ignored else (),
    )


def is_another_request(family: Family, olds: Inputs, news: Inputs) -> bool:
    """Return whether settled inputs ask for another object than the inputs in the state; `differences` knows better."""
    return bool(_changed(family, olds, news))


def _changed(family: Family, olds: Inputs, news: Inputs) -> list[str]:
    """Return the properties of the request that have changed, and the source's if that was taken again since."""
    before, now = family.request(olds), family.request(news)
    changed = [
        name
        for name, value in now.items()
        if not equal(before.get(name), value) and not (value is None and name in family.optional)
    ]
    old, new = Bookkeeping.of(olds).taken, Bookkeeping.of(news).taken
    if family.follows(news) and old and new and old != new:
        changed.append(family.source_argument(news))
    return changed


def equal(old: Any, new: Any) -> bool:
    """Return whether two values are the same. None equals empty; an unknown value differs from everything."""
    return not state.is_unknown(new) and bool((old or None) == (new or None))
