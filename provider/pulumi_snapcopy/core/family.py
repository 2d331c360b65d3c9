"""What the core has to know of a type of resource. Each service's package describes its own types."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, ClassVar

from .bookkeeping import Bookkeeping
from .fields import Change, Fields
from .keys import key as make_key
from .rules.rulebook import Rulebook
from .values import Phase, Source, Spec, Traits, Words

Inputs = Mapping[str, Any]


class Family(ABC):
    """One type of resource of one service.

    Inputs are camelCase, as in the state; a value may be ``UNKNOWN``.
    """

    rules: ClassVar[Rulebook]
    words: ClassVar[Words]
    traits: ClassVar[Traits] = Traits()
    key_digits: ClassVar[int] = 32
    """How many hex digits of the key the service has room for."""
    ref_output: ClassVar[str] = "arn"
    """The output that identifies the object for ever: the service never gives it to another."""
    settled: ClassVar[tuple[str, ...]] = ()
    """Outputs whose values check settles, such as the date of the latest snapshot."""
    region_argument: ClassVar[str]
    """The argument that says in which region the object is."""
    name_argument: ClassVar[str] = ""
    """The argument that names the object; empty where the service gives ids."""

    @property
    def fields(self) -> Fields:
        """The arguments and outputs."""
        return self.rules.fields

    @abstractmethod
    def phase(self, state: str) -> Phase:
        """Return what the service's word for a state means; an unknown word is waited on."""

    @abstractmethod
    def source(self, inputs: Inputs) -> tuple[str, str]:
        """Return the source's region and name."""

    @abstractmethod
    def route(self, inputs: Inputs) -> str:
        """Return source and target for messages, such as ``us-east-1 -> eu-west-1``."""

    def source_tag(self, inputs: Inputs) -> str:
        """Return the value of the source tag, at most 256 characters: what is copied, restored or taken."""
        return ":".join(self.source(inputs))[:256]

    def settle(  # noqa: B027
        self, olds: Inputs, inputs: dict[str, Any], *, same: bool, ask: Callable[..., Any]
    ) -> None:
        """Fill in what the program left open and only the service knows.

        Args:
            olds: the inputs in the state.
            inputs: the program's; changed.
            same: whether they identify the same request, so that what was settled stays.
            ask: makes a call to the service, or returns None where that isn't possible now.
        """

    def is_settled(self, inputs: Inputs) -> bool:
        """Whether all is known that has to be sent."""
        return True

    def follows(self, inputs: Inputs) -> bool:
        """Whether a source that was taken again under its name asks for another copy."""
        return False

    def source_argument(self, inputs: Inputs) -> str:
        """Return the argument that names the source."""
        return next(iter(self.request(inputs)))

    def taken(self, inputs: Inputs) -> Callable[[Any], datetime | None]:
        """Return the call that tells when the source was taken."""
        return lambda service: None

    def request(self, inputs: Inputs) -> dict[str, Any]:
        """Return the inputs that identify the request, by argument; a difference in one asks for a replacement."""
        return {name: inputs.get(name) for name in self.fields.names(Change.REPLACE)}

    @property
    def optional(self) -> frozenset[str]:
        """Arguments whose absence is no difference, since they are settled later."""
        return frozenset({self.name_argument} - {""})

    def is_default(self, name: str, value: Any, outputs: Inputs) -> bool:
        """Whether a value only writes out a default that the object in the state already has."""
        return False

    def shown_at(self, name: str, inputs: Inputs) -> str:
        """Return the property at which the engine shows a difference in the request."""
        return name

    def key_covers(self, inputs: Inputs) -> dict[str, Any]:
        """Return the part of the request that the key covers."""
        return {name: value for name, value in self.request(inputs).items() if name != self.name_argument}

    def derive_name(self, inputs: Inputs, key: str) -> str | None:
        """Return the derived name, or None if it can't be known yet or the service gives ids."""
        return None

    def carried_key(self, inputs: Inputs, key: str) -> str:
        """Return the key in the form in which the object carries it."""
        return key

    def is_dated(self, inputs: Inputs, name: str, key: str) -> bool:
        """Whether the same request makes differently named objects on different days."""
        return False

    def is_itself(self, inputs: Inputs) -> bool:
        """Whether the source is the very object that is to be adopted."""
        return False

    def outputs(self, spec: Spec) -> dict[str, Any]:
        """Return the outputs that follow from the request alone."""
        return {}

    def wrong_service(self, outputs: Inputs) -> tuple[str, str] | None:
        """Return cause and next step if the state's object belongs to another service than the configured one, else None."""
        return None

    def is_over_limit(self, reason: str) -> bool:
        """Whether a failure's reason is only that too many were in progress."""
        return False

    def region_of(self, ref: str) -> str:
        """Return the region of a ref, or an empty string if it doesn't say."""
        return ""

    def key(self, inputs: Inputs, bookkeeping: Bookkeeping, *, place: str) -> str:
        """Return the key of a request."""
        taken = {"taken": bookkeeping.taken} if self.follows(inputs) else {}
        return make_key(
            bookkeeping.identity, place, {**self.key_covers(inputs), **taken}, digits=self.key_digits
        )

    def settled_id(self, inputs: Inputs) -> str | None:
        """Return the resource id that settled inputs lead to, or None while it isn't known."""
        region, name = inputs.get(self.region_argument), inputs.get(self.name_argument)
        return f"{region}/{name}" if isinstance(region, str) and isinstance(name, str) else None

    def adopted_id(self, inputs: Inputs) -> str | None:
        """Return the resource id of the object to adopt, or None if there is none or it isn't known."""
        region, name = inputs.get(self.region_argument), inputs.get("adoptSnapshotId")
        is_known = not self.name_argument and isinstance(region, str) and isinstance(name, str)
        return f"{region}/{name}" if is_known else None

    def settle_spec(self, spec: Spec, source: Source) -> Spec:
        """Return the spec with what its source has settled."""
        return self._spec({**spec.arguments, **source.settled}, spec)

    def spec(self, inputs: Inputs, bookkeeping: Bookkeeping) -> Spec:
        """Return settled inputs, or outputs from the state, as a `Spec`.

        Args:
            inputs: without unknowns.
            bookkeeping: our bookkeeping beside them.
        """
        blank = Spec(
            words=self.words,
            traits=self.traits,
            resource=bookkeeping.resource,
            subject="",
            owner=bookkeeping.owner,
            key=bookkeeping.key,
            region="",
            source_region="",
            retain=bookkeeping.retain,
            longest_run=max(bookkeeping.timeout("create"), bookkeeping.timeout("update", "create")),
            by_id=not self.name_argument,
        )
        return self._spec(inputs, blank)

    def _spec(self, inputs: Inputs, blank: Spec) -> Spec:
        region = inputs.get(self.region_argument) or ""
        source_region, source = self.source(inputs)
        given = inputs.get(self.name_argument) if self.name_argument else None
        settled = self.is_settled(inputs)
        name = given or (self.derive_name(inputs, blank.key) if settled else None) or ""
        return replace(
            blank,
            subject=f'{self.words.noun} "{blank.resource}" ({self.route(inputs)})',
            region=region,
            source_region=source_region,
            name=name,
            carried_key=self.carried_key(inputs, blank.key),
            dated=self.is_dated(inputs, name, blank.key),
            settled=settled,
            source_tag=self.source_tag(inputs),
            source=f"{source_region}:{source}",
            itself=self.is_itself(inputs),
            arguments=dict(inputs),
            tags=inputs.get("tags") or {},
            adopt=bool(inputs.get("adopt") or inputs.get("adoptSnapshotId")),
            adopt_id=inputs.get("adoptSnapshotId") or "",
        )
