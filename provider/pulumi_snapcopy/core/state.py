"""The state: what a resource's inputs and outputs hold, as values of the core, and back.

The API's names are at the top level; our bookkeeping is under one key, ``snapcopy``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from .bookkeeping import Bookkeeping, iso
from .family import Family, Inputs
from .fields import BOOKKEEPING
from .rules.judgement import UNKNOWN
from .values import MISSING, Known, Phase, Seen, Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """What a verb is given of a resource.

    Args:
        inputs: the settled inputs; outputs among them are ignored.
        bookkeeping: ours beside them.
        olds: the outputs in the state; None if the state doesn't have the object.
        tags: the user's tags that the object has, or may have.
    """

    inputs: Inputs
    bookkeeping: Bookkeeping
    olds: Inputs | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of_state(cls, family: Family, outputs: Inputs) -> Given:
        """Return what the state gives of a resource."""
        return cls(inputs=asked(family, outputs), bookkeeping=Bookkeeping.of(outputs), olds=outputs)


def known(family: Family, outputs: Mapping[str, Any], id_: str = "") -> Known:
    """Return what the state knows of a resource's object."""
    bookkeeping, state = Bookkeeping.of(outputs), outputs.get("state")
    region, _, name = id_.partition("/")
    seen = None
    if state is not None:
        seen = Seen(
            name=name or outputs.get(family.name_argument) or outputs.get(family.ref_output) or "",
            region=region or outputs.get(family.region_argument) or "",
            kind=outputs.get("resourceType") or "",
            ref=outputs.get(family.ref_output),
            state=state,
            phase=phase_of(family, state),
            created_at=_time(outputs.get("createdAt")),
        )
    return Known(
        seen=seen,
        operation_id=outputs.get("operationId"),
        owner=bookkeeping.previous_owner or bookkeeping.owner or None,
        predecessors=frozenset(bookkeeping.predecessors),
        earlier_keys=bookkeeping.earlier_keys,
        in_state=seen is not None,
        partial=bookkeeping.partial,
    )


def outputs(family: Family, given: Given, spec: Spec, known: Known) -> dict[str, Any]:
    """Return the outputs of a resource for the state; the old ones of the very same object stay where nothing newer is known.

    Args:
        family: its kind.
        given: what a verb was given of it.
        spec: the same as a spec.
        known: what is known of the object.
    """
    seen, olds = known.seen, given.olds
    assert seen is not None, "only what was made, or is being made, is in the state"
    arguments = {each.name for each in family.fields.arguments} | {*family.settled}
    inputs = {key: value for key, value in given.inputs.items() if key in arguments}
    bookkeeping = replace(
        given.bookkeeping,
        predecessors=tuple(known.predecessors),
        earlier_keys=known.earlier_keys,
        partial=known.partial,
        asked={key: inputs[key] for key in family.fields.answered if key in inputs},
    )
    shown = {
        **seen.outputs,
        "state": seen.state,
        "createdAt": iso(seen.created_at) or None,
        "operationId": known.operation_id,
        **family.outputs(spec),
        family.region_argument: seen.region,
    }
    if family.name_argument:
        shown[family.name_argument] = seen.name
    same = olds is not None and olds.get(family.ref_output) in (None, seen.ref)
    names = {each.name for each in family.fields.outputs}
    before = {key: olds[key] for key in names if key in olds} if olds is not None and same else {}
    shown_now = {key: value for key, value in shown.items() if value is not None}
    return {**before, **inputs, **shown_now, BOOKKEEPING: bookkeeping.written()}


def asked(family: Family, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs in the state, with the arguments as the program gave them."""
    rest = {key: value for key, value in outputs.items() if key not in family.fields.answered}
    return {**rest, **Bookkeeping.of(outputs).asked}


def is_partial(family: Family, outputs: Mapping[str, Any]) -> bool:
    """Return whether the state's object has to be resumed: the object or its tags are incomplete."""
    return phase_of(family, outputs.get("state")) is not Phase.DONE or Bookkeeping.of(outputs).partial


def phase_of(family: Family, state: str | None) -> Phase:
    """Return what the output ``state`` means; a missing one is pending."""
    return Phase.FAILED if state == MISSING else family.phase(state or "pending")


def is_unknown(value: Any) -> bool:
    """Return whether a value, or something in it, isn't known yet."""
    if isinstance(value, Mapping):
        return any(map(is_unknown, value.values()))
    return value is UNKNOWN or (isinstance(value, (list, tuple)) and any(map(is_unknown, value)))


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
