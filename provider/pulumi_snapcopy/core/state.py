"""The state: the only reader and writer of what a resource's inputs and outputs hold.

The API's names are at the top level; our bookkeeping is under one key, ``snapcopy``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import datetime, timezone
from typing import Any

from .durations import seconds
from .family import Family, Inputs
from .fields import camel_case
from .rules.judgement import BOOKKEEPING, UNKNOWN
from .values import MISSING, Known, Phase, Seen, Spec
from .waiting.policy import DEFAULT_TIMEOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """Our bookkeeping of one resource; fields that have their default aren't written.

    Args:
        identity: the stack's identity; UNKNOWN until that is created.
        owner: the value of the owner tag; UNKNOWN while the identity is.
        key: the request's key; UNKNOWN while the identity is.
        timeouts: the user's ``custom_timeouts``, by verb.
        retain: whether it is declared with ``retain_on_delete``.
        partial: whether the last run left something to do: the object or its tags are incomplete.
        previous_owner: the owner tag that the object may still have after an interrupted rename.
        predecessors: refs of the resource's earlier objects, which the engine deletes or keeps.
        replaced: the keys of objects replaced within the time that a run may take, and when, ISO 8601 in UTC.
        taken: when the source was taken, ISO 8601 in UTC, where another may be taken under its name.
        asked: the arguments as the program gave them, where an output of the same name has another value.
        guarded: whether the stack has an account guard; an input only, which check removes.
    """

    identity: Any = ""
    owner: Any = ""
    key: Any = ""
    timeouts: Mapping[str, Any] = field(default_factory=dict)
    retain: bool = False
    partial: bool = False
    previous_owner: str = ""
    predecessors: tuple[str, ...] = ()
    replaced: Mapping[str, str] = field(default_factory=dict)
    taken: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    guarded: bool = False

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> Bag:
        """Return the bookkeeping in a resource's inputs or outputs."""
        raw = properties.get(BOOKKEEPING) or {}
        if raw is UNKNOWN:  # where the engine asks what a replacement of the identity would mean
            return cls(identity=UNKNOWN, owner=UNKNOWN, key=UNKNOWN)
        given = {_KEYS[key]: value for key, value in raw.items() if key in _KEYS and value is not None}
        given["predecessors"] = tuple(given.get("predecessors", ()))
        return cls(**given)

    def written(self) -> dict[str, Any]:
        """Return the bookkeeping as the state holds it."""
        values = {key: getattr(self, name) for key, name in _KEYS.items()}
        values["predecessors"] = sorted(self.predecessors)
        return {
            key: value
            for key, value in values.items()
            if value not in (getattr(_NOTHING, _KEYS[key]), [], {})
        }

    @property
    def resource(self) -> str:
        """The resource's name in the owner tag."""
        owner = self.owner if isinstance(self.owner, str) else ""
        return owner.rpartition("@")[0].split("/", 2)[-1]

    def remembering(self, spec: Spec, replaced: Mapping[str, str], key: str = "", *, now: float) -> Bag:
        """Return the bookkeeping with the recently replaced keys: somebody's copy of such an object isn't an orphan of ours.

        Args:
            spec: what is asked for.
            replaced: the keys remembered so far, and when they were replaced.
            key: the key of what is being replaced now.
            now: seconds since the epoch.
        """
        if not spec.traits.heritable:
            return replace(self, replaced={})
        found = {**replaced, **({key: iso_of(now)} if key and key != spec.key else {})}
        recent = {each: at for each, at in found.items() if at >= iso_of(now - spec.longest_run)}
        return replace(self, replaced=recent)

    def timeout(self, *verbs: str, default: float = DEFAULT_TIMEOUT) -> float:
        """Return the first given timeout of these verbs, in seconds."""
        given = next((self.timeouts[verb] for verb in verbs if self.timeouts.get(verb)), None)
        return default if given is None else seconds(given)


_KEYS = {camel_case(each.name): each.name for each in fields(Bag)}
_NOTHING = Bag()


def known(family: Family, outputs: Mapping[str, Any], id_: str = "") -> Known:
    """Return what the state knows of a resource's object."""
    bag, state = Bag.of(outputs), outputs.get("state")
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
        owner=bag.previous_owner or bag.owner or None,
        predecessors=frozenset(bag.predecessors),
        in_state=seen is not None,
        left_to_do=bag.partial,
    )


def outputs(
    family: Family,
    inputs: Inputs,
    spec: Spec,
    known: Known,
    *,
    bag: Bag,
    olds: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return the outputs of a resource for the state.

    Args:
        family: its kind.
        inputs: the inputs; outputs among them are ignored.
        spec: the inputs as a spec.
        known: what is known of the object.
        bag: our bookkeeping.
        olds: the outputs in the state; those of the very same object stay where nothing newer is known.
    """
    seen = known.seen
    assert seen is not None, "only what was made, or is being made, is in the state"
    arguments = {each.name for each in family.fields.arguments} | {*family.settled}
    given = {key: value for key, value in inputs.items() if key in arguments}
    bag = replace(bag, asked={key: given[key] for key in family.answered if key in given})
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
    return {**before, **given, **shown_now, BOOKKEEPING: bag.written()}


def asked(family: Family, outputs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the outputs in the state, with the arguments as the program gave them."""
    rest = {key: value for key, value in outputs.items() if key not in family.answered}
    return {**rest, **Bag.of(outputs).asked}


def is_partial(family: Family, outputs: Mapping[str, Any]) -> bool:
    """Return whether the state's object has to be resumed: the object or its tags are incomplete."""
    return phase_of(family, outputs.get("state")) is not Phase.DONE or Bag.of(outputs).partial


def phase_of(family: Family, state: str | None) -> Phase:
    """Return what the output ``state`` means; a missing one is pending."""
    return Phase.FAILED if state == MISSING else family.phase(state or "pending")


def is_unknown(value: Any) -> bool:
    """Return whether a value, or something in it, isn't known yet."""
    if isinstance(value, Mapping):
        return any(map(is_unknown, value.values()))
    return value is UNKNOWN or (isinstance(value, (list, tuple)) and any(map(is_unknown, value)))


def iso(time: datetime | None) -> str:
    """Return a time in the state's format: ISO 8601 in UTC, or an empty string."""
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if time else ""


def iso_of(seconds: float) -> str:
    """Return seconds since the epoch in the state's format."""
    return iso(datetime.fromtimestamp(seconds, timezone.utc))


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    return datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(timezone.utc)
