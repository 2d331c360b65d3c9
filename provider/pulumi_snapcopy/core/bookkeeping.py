"""Our bookkeeping of a resource, which its inputs and outputs hold under one key, ``snapcopy``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timezone
from typing import Any

from .durations import seconds
from .fields import BOOKKEEPING, camel_case
from .rules.judgement import UNKNOWN
from .waiting.policy import DEFAULT_TIMEOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookkeeping:
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
        earlier_keys: the keys of earlier objects, and until when each was there; see `Known.earlier_keys`.
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
    earlier_keys: Mapping[str, str] = field(default_factory=dict)
    taken: str = ""
    asked: Mapping[str, Any] = field(default_factory=dict)
    guarded: bool = False

    @classmethod
    def of(cls, properties: Mapping[str, Any]) -> Bookkeeping:
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

    def timeout(self, *verbs: str, default: float = DEFAULT_TIMEOUT) -> float:
        """Return the first given timeout of these verbs, in seconds."""
        given = next((self.timeouts[verb] for verb in verbs if self.timeouts.get(verb)), None)
        return default if given is None else seconds(given)


_KEYS = {camel_case(each.name): each.name for each in fields(Bookkeeping)}
_NOTHING = Bookkeeping()


def iso(time: datetime | None) -> str:
    """Return a time in the state's format: ISO 8601 in UTC, or an empty string."""
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ") if time else ""


def iso_of(seconds: float) -> str:
    """Return seconds since the epoch in the state's format."""
    return iso(datetime.fromtimestamp(seconds, timezone.utc))
