"""The verb check: judge the inputs by the rules, then settle what the program left open."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone
from typing import Any

from .account import AccountGuard
from .bookkeeping import Bookkeeping
from .errors import ServiceError, WrongAccount
from .family import Family
from .fields import BOOKKEEPING
from .ledger import Ledger
from .messages import other_account
from .notices import not_followed
from .rules.judgement import UNKNOWN, Violation
from .rules.suggest import did_you_mean
from .service import Service
from .settle import is_another_request, settle
from .waiting.clock import Clock

UNGUARDED = (
    "snapcopy:allowedAccountIds is set, and Pulumi hands no stack configuration on to an explicit provider; set "
    "SNAPCOPY_ALLOWED_ACCOUNT_IDS, which reaches all, or give it to this one, too: "
    'pulumi.ProviderResource("pulumi-python", …, {"snapcopy:allowedAccountIds": …}).'
)

Properties = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """The result of a check: the settled inputs, or the failures."""

    inputs: Properties
    failures: list[Violation] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Checking:
    """Checks the resources of one type that the program declares.

    Args:
        family: what the resource is like.
        ledger: what the engine has shown this process.
        guard: the account guard, if there is one.
        service: returns the service, for what only it knows.
        clock: the time.
        default_region: the region that the service's own tooling would use.
    """

    family: Family
    ledger: Ledger
    guard: AccountGuard | None
    service: Callable[[], Service]
    clock: Clock
    default_region: Callable[[], str | None]
    _unanswered: ServiceError | None = None
    """Why the service couldn't be asked what only it knows."""

    def check(self, urn: str, olds: Properties, news: Properties) -> Checked:
        """Return the settled inputs of a resource, or why the rules refuse them."""
        entry, inputs = self.ledger.entry(urn), dict(news)
        if olds:
            entry.region = olds.get(self.family.region_argument)
            entry.ids.update(filter(None, [self.family.settled_id(olds)]))
            entry.tags = olds.get("tags") or {}
            entry.key = entry.key or Bookkeeping.of(olds).key
        bookkeeping = Bookkeeping.of(inputs)
        if bookkeeping.guarded and self.guard is None:
            return Checked(inputs=news, failures=[Violation(property="", message=UNGUARDED)])
        inputs[BOOKKEEPING] = replace(bookkeeping, guarded=False).written()
        if failures := self._default(inputs, entry.region) or list(self._misspelled(inputs)):
            return Checked(inputs=news, failures=failures)
        now = datetime.fromtimestamp(self.clock.now(), timezone.utc)
        if failures := list(self.family.rules.violations(inputs, now=now)):
            return Checked(inputs=news, failures=failures)
        try:
            settled = settle(self.family, urn, olds, inputs, ask=self._ask)
            if settled != olds:
                self._may_ask(inputs[self.family.region_argument])
        except WrongAccount as error:
            advice = other_account(self.family.words)
            return Checked(inputs=news, failures=[Violation(property="", message=f"{error}; {advice}.")])
        adopted = self.family.adopted_id(settled)
        id_ = self.family.settled_id(settled) or adopted
        other = self.ledger.declare(urn, id_)
        if other := other or (self.ledger.other_asking(urn, adopted) if adopted else None):
            twice = self._adopted_twice if adopted else self._asked_for_twice
            return Checked(inputs=news, failures=[twice(settled, other)])
        # The engine checks what it will replace a second time, as if it were new.
        if olds:
            entry.is_another_request = is_another_request(self.family, olds, settled)
        entry.replacement = None if olds else settled
        if not olds and not self.ledger.is_assigned(self.family.settled_id(settled) or ""):
            self.ledger.unassign(urn)
        warnings = []
        if olds and not entry.is_another_request and self._unanswered:  # else create asks again, and fails
            warnings = [
                not_followed(self.family.words, ":".join(self.family.source(settled)), self._unanswered)
            ]
        return Checked(inputs=settled, warnings=warnings)

    def _default(self, inputs: Properties, region: str | None) -> list[Violation]:
        """Fill in a missing region: the state's, or else that of the service's own tooling.

        Where the region isn't an argument, an account has only one: the tooling's.
        """
        name = self.family.region_argument
        if inputs.get(name) is not None:
            return []
        if all(each.name != name for each in self.family.fields.arguments):
            try:
                inputs[name] = self.default_region()
            except ServiceError as error:
                return [Violation(property="", message=str(error))]
            return []
        why = "no AWS_REGION is set"
        if region is None:
            try:
                region = self.default_region()
            except ServiceError as error:
                why = str(error)
        if region is None:
            argument = self.family.fields.snake(name)
            return [
                Violation(
                    property=name, message=f"is missing, and {why}. Write {argument}, such as eu-west-1."
                )
            ]
        inputs[name] = region
        return []

    def _misspelled(self, inputs: Properties) -> Iterator[Violation]:
        """Yield what is no argument, which only a transform can have written: the classes take their own alone."""
        fields = self.family.fields
        arguments = {each.name for each in fields.arguments}
        ours = {BOOKKEEPING, *self.family.settled, *(each.name for each in fields.outputs)}
        for name in inputs:
            if name not in arguments | ours and not name.startswith("__"):
                advice = did_you_mean(name, arguments, otherwise="Its arguments are")
                # Not as the property: the engine would print its value, which may be a secret.
                message = f'"{name}" is no argument of {self.family.words.noun}. {advice}'
                yield Violation(property="", message=message)

    def _ask(self, region: Any, call: Callable[[Service], Any]) -> Any:
        """Return the service's answer, or None if it can't be asked now."""
        if not self._may_ask(region):
            self._unanswered = ServiceError("the account isn't known")
            return None
        try:
            return call(self.service())
        except ServiceError as error:
            self._unanswered = error
            return None

    def _may_ask(self, region: Any) -> bool:
        """Whether the account guard lets a preview ask the service."""
        return self.guard is None or (region is not UNKNOWN and self.guard.foresee(region))

    def _asked_for_twice(self, settled: Properties, other: str) -> Violation:
        name, region = self.family.name_argument, settled[self.family.region_argument]
        argument = self.family.fields.snake(name)
        return Violation(
            property=name,
            message=f"{settled.get(name)!r} in {region} is already asked for by {other}. Write another {argument}, or "
            "leave it out; where both leave it out, give one of them triggers.",
        )

    def _adopted_twice(self, settled: Properties, other: str) -> Violation:
        region = settled[self.family.region_argument]
        return Violation(
            property="adoptSnapshotId",
            message=f'"{settled["adoptSnapshotId"]}" in {region} is that of another resource of this program, {other}. Write '
            "the id of another snapshot as adopt_snapshot_id, leave it out, or remove that resource.",
        )
