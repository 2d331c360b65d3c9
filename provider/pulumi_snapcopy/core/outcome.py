"""What a verb returns, or leaves in the state when it fails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from . import messages, state
from .bookkeeping import Bookkeeping
from .errors import CopyError, SnapcopyError
from .family import Family
from .rules.judgement import BOOKKEEPING
from .values import Known, Spec

Properties = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A resource as a verb leaves it in the state; ``inputs`` are set if they have drifted."""

    id: str
    outputs: Properties
    inputs: Properties | None = None


class VerbFailed(SnapcopyError):
    """A verb ended with an error; ``kept`` is what has to stay in the state."""

    def __init__(self, message: str, kept: Made | None = None) -> None:
        super().__init__(message)
        self.kept = kept


def made(
    family: Family,
    inputs: Properties,
    spec: Spec,
    known: Known,
    bookkeeping: Bookkeeping,
    olds: Mapping[str, Any] | None = None,
) -> Made:
    """Return a resource for the state from what is known of its object, once a run has succeeded."""
    return _entry(family, inputs, spec, known, replace(bookkeeping, partial=known.partial), olds)


def _entry(
    family: Family,
    inputs: Properties,
    spec: Spec,
    known: Known,
    bookkeeping: Bookkeeping,
    olds: Mapping[str, Any] | None,
) -> Made:
    assert known.seen is not None, "only what was made, or is being made, is in the state"
    bookkeeping = replace(
        bookkeeping, predecessors=tuple(known.predecessors), earlier_keys=known.earlier_keys
    )
    return Made(
        id=known.seen.id,
        outputs=state.outputs(family, inputs, spec, known, bookkeeping=bookkeeping, olds=olds),
    )


def refreshed(family: Family, id_: str, outputs: Properties, spec: Spec, known: Known) -> Made:
    """Return what a refresh leaves in the state.

    Of the tags, those of the program show as drift; what others have set doesn't.

    Args:
        family: the resource's kind.
        id_: its id.
        outputs: the outputs in the state.
        spec: the same, read.
        known: what the state said, with the object as it was read now.

    Raises:
        VerbFailed: if the next ``up`` has something to complete; ``kept`` is what was read.
    """
    found, bookkeeping, asked = known.seen, Bookkeeping.of(outputs), state.asked(family, outputs)
    assert found is not None, "what is gone leaves nothing"
    if known.in_state and (reason := messages.incomplete(spec, found)):
        outs = state.outputs(family, asked, spec, known, bookkeeping=bookkeeping, olds=outputs)
        raise VerbFailed(reason, Made(id=id_, outputs=outs))
    tags = {key: found.tags[key] for key in spec.tags if key in found.tags}
    given = {**asked, "tags": tags} if spec.tags else asked
    outs = state.outputs(family, given, spec, known, bookkeeping=bookkeeping, olds=outputs)
    names = (*(each.name for each in family.fields.arguments), *family.settled, BOOKKEEPING)
    shown = state.asked(family, outs)
    drifted = {key: shown[key] for key in names if key in asked} if tags != spec.tags else None
    return Made(id=id_, outputs=outs, inputs=drifted)


def verb_failed(
    family: Family,
    error: CopyError,
    inputs: Properties,
    spec: Spec,
    bookkeeping: Bookkeeping,
    *,
    olds: Mapping[str, Any] | None = None,
    tags: Mapping[str, str] | None = None,
) -> VerbFailed:
    """Return the error of a verb; what it keeps has all tags that the object may have.

    Args:
        family: the resource's kind.
        error: why the verb failed, and what is known of the object.
        inputs: what was asked for.
        spec: the same, read.
        bookkeeping: our bookkeeping.
        olds: the outputs in the state.
        tags: the tags it had before: which of them were set and removed isn't known.
    """
    known = error.kept
    if known is None or known.seen is None or not known.seen.name:
        return VerbFailed(str(error))
    bookkeeping = replace(bookkeeping, partial=True)
    known = replace(known, predecessors=known.predecessors - {known.ref or ""})
    if tags:
        inputs = {**inputs, "tags": {**tags, **inputs.get("tags", {})}}
    if olds is not None and (before := state.known(family, olds).owner) not in (None, bookkeeping.owner):
        bookkeeping = replace(bookkeeping, previous_owner=before)  # it may still be tagged so
    return VerbFailed(str(error), _entry(family, inputs, spec, known, bookkeeping, olds))
