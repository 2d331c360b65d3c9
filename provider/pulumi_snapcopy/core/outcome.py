"""What a verb returns, or leaves in the state when it fails."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from . import messages, state
from .errors import CopyError, SnapcopyError
from .fields import BOOKKEEPING
from .run import Run
from .state import Given
from .values import Known, Seen

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


def made(run: Run, given: Given, known: Known) -> Made:
    """Return a resource for the state from what is known of its object."""
    assert known.seen is not None, "only what was made, or is being made, is in the state"
    return Made(id=known.seen.id, outputs=state.outputs(run.family, given, run.spec, known))


def refreshed(run: Run, id_: str, given: Given, found: Seen) -> Made:
    """Return what a refresh leaves in the state.

    Of the tags, those of the program show as drift; what others have set doesn't.

    Args:
        run: the verb at work; it knows what the state said.
        id_: the resource's id.
        given: what the state has of it.
        found: the object as it was read now.

    Raises:
        VerbFailed: if the next ``up`` has something to complete; ``kept`` is what was read.
    """
    family, spec = run.family, run.spec
    known = replace(run.known, seen=found, operation_id=None)
    if known.in_state and (reason := messages.incomplete(spec, found)):
        raise VerbFailed(reason, Made(id=id_, outputs=state.outputs(family, given, spec, known)))
    tags = {key: found.tags[key] for key in spec.tags if key in found.tags}
    now = replace(given, inputs={**given.inputs, "tags": tags}) if spec.tags else given
    outs = state.outputs(family, now, spec, known)
    names = (*(each.name for each in family.fields.arguments), *family.settled, BOOKKEEPING)
    shown = state.asked(family, outs)
    drifted = {key: shown[key] for key in names if key in given.inputs} if tags != spec.tags else None
    return Made(id=id_, outputs=outs, inputs=drifted)


def verb_failed(run: Run, given: Given, error: CopyError) -> VerbFailed:
    """Return the error of a verb; what it keeps has all tags that the object may have.

    Args:
        run: the verb at work.
        given: what it was given.
        error: why it failed, and what is known of the object.
    """
    known = error.kept
    if known is None or known.seen is None or not known.seen.name:
        return VerbFailed(str(error))
    known = replace(known, partial=True, predecessors=known.predecessors - {known.ref or ""})
    if given.tags:
        given = replace(
            given, inputs={**given.inputs, "tags": {**given.tags, **given.inputs.get("tags", {})}}
        )
    if given.olds is not None:
        before = state.known(run.family, given.olds).owner
        if before not in (None, given.bookkeeping.owner):  # it may still be tagged so
            given = replace(given, bookkeeping=replace(given.bookkeeping, previous_owner=before))
    return VerbFailed(str(error), made(run, given, known))
