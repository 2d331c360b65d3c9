"""The verbs over plain data, for any host: check, diff, create, read, update, delete."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Any

from . import conflicts, messages, notices, state
from .account import AccountGuard
from .bookkeeping import Bookkeeping, iso
from .checking import Checked, Checking
from .converge import converge
from .deleting import NotAllowed, Replacement, delete_known, give_back
from .earlier_keys import still_there, with_earlier_key
from .errors import CopyError
from .family import Family
from .keys import name_in_program, owner
from .ledger import Entry, Ledger
from .messages import DELETING, MAKING, READING
from .outcome import Made, Properties, VerbFailed, made, refreshed, verb_failed
from .reading import read, warn_of_source_changes
from .run import Call, Run
from .service import Service
from .settle import Differences, differences
from .state import Given
from .values import Known, Spec
from .waiting.clock import Clock
from .waiting.policy import LONGEST_PAUSE, READ_TIMEOUT
from .waiting.region import Region


@dataclass(slots=True, kw_only=True)
class Verbs:
    """The verbs of one type of resource on one service.

    Args:
        family: what the resource is like.
        make_service: makes the service when it is first needed; a preview without changes needs none.
        clock: the time.
        default_region: the region that the service's own tooling would use.
        longest_pause: the longest pause between two polls, in seconds.
        is_wanted: whether the engine still waits for the verb; asked right before each change.
        guard: admits each verb, if only some accounts are allowed.
        is_first_run: whether this process has created a stack's identity.
        peers: the verbs of all resource types in this process.
    """

    family: Family
    make_service: Callable[[], Service]
    clock: Clock
    default_region: Callable[[], str | None] = lambda: None
    longest_pause: float = LONGEST_PAUSE
    is_wanted: Callable[[], bool] = lambda: True
    guard: AccountGuard | None = None
    is_first_run: Callable[[str], bool] = lambda identity: False
    ledger: Ledger = field(default_factory=Ledger)
    peers: list[Verbs] = field(default_factory=list)
    _service: Service | None = None
    _regions: dict[str, Region] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        self.peers.append(self)

    @property
    def service(self) -> Service:
        """The service, made when it is first needed."""
        with self._lock:
            if self._service is None:
                self._service = self.make_service()
            return self._service

    def check(self, urn: str, olds: Properties, news: Properties) -> Checked:
        """Return the settled inputs, or the failures of the rules."""
        checking = Checking(
            family=self.family, ledger=self.ledger, guard=self.guard, service=lambda: self.service, clock=self.clock,
            default_region=self.default_region,
        )  # fmt: skip
        return checking.check(urn, olds, news)

    def diff(self, urn: str, id_: str, olds: Properties, news: Properties) -> Differences:
        """Return which changes ask for a replacement, and whether anything is done in place.

        Raises:
            VerbFailed: if another resource of the program asks for its object, or a replacement would be made at another
                service than the one that has it.
        """
        found = differences(self.family, olds, news)
        if found.replaces and (why := self.family.wrong_service(olds)):
            spec, known = self._spec_of_state(id_, olds), state.known(self.family, olds, id_)
            raise VerbFailed(str(messages.wrong_service(spec, known, why, doing=MAKING)))
        stays = not self.family.name_argument and not found.replaces and self.ledger.is_declared(urn)
        if stays and (other := self.ledger.other_asking(urn, id_)):
            raise VerbFailed(str(conflicts.adopted_by_another(self._spec_of_state(id_, olds), other)))
        known, bookkeeping = state.known(self.family, olds, id_), Bookkeeping.of(olds)
        entry = self.ledger.remember(urn, id_, known, bookkeeping, tags=olds.get("tags") or {})
        entry.is_another_request = bool(found.replaces)
        if found.replaces:
            self.ledger.unassign(urn)
        else:
            self.ledger.assign(urn, id_)
        return found

    def create(self, call: Call, inputs: Properties) -> Made:
        """Create the object, or resume what an interrupted run started, and wait until it is complete.

        Raises:
            VerbFailed: if it fails or time runs out; ``kept`` is what is in progress.
        """
        entry = self.ledger.entry(call.urn)
        entry.replacement = None  # it is being created
        another, bookkeeping = entry.is_another_request, Bookkeeping.of(inputs)
        earlier = entry.earlier_keys
        if self.family.traits.heritable and entry.key not in ("", bookkeeping.key):
            earlier = with_earlier_key(earlier, entry.key, now=self.clock.now())
        start = Known(
            predecessors=frozenset(entry.refs),
            replaces=entry.ref if another else None,
            earlier_keys=earlier,
        )
        given = Given(inputs=inputs, bookkeeping=bookkeeping, tags={} if another else dict(entry.tags))
        return self._make(call, given, start, timeout=bookkeeping.timeout("create"), replaced=entry.deleted)

    def update(self, call: Call, olds: Properties, inputs: Properties) -> Made:
        """Complete a partial object, and set and remove tags.

        Raises:
            VerbFailed: if it fails or time runs out; ``kept`` is what is known of the object.
        """
        settled = (*self.family.settled, self.family.name_argument)
        inputs = {**{key: olds[key] for key in settled if key in olds}, **inputs}
        old, start = Bookkeeping.of(olds), state.known(self.family, olds)
        bookkeeping = Bookkeeping.of(inputs)
        if old.key and old.identity == bookkeeping.identity:
            bookkeeping = replace(bookkeeping, key=old.key)  # the object carries it; an update makes no other
        given = Given(inputs=inputs, bookkeeping=bookkeeping, olds=olds, tags=olds.get("tags") or {})
        return self._make(call, given, start, timeout=bookkeeping.timeout("update", "create"))

    def read(self, call: Call, id_: str, outputs: Properties) -> Made | None:
        """Return the resource as the service has it, or None only if it is gone.

        Raises:
            VerbFailed: if it can't be read, or isn't complete; ``kept`` is what was read.
        """
        given = Given.of_state(self.family, outputs)
        known = state.known(self.family, outputs, id_)
        spec = self._spec_of_state(id_, outputs)
        timeout = given.bookkeeping.timeout("read", default=READ_TIMEOUT)
        run = self._run(spec, known, call, timeout=timeout, doing=READING)
        try:
            self._admit(run, outputs)
            with run.explained():
                found = read(run)
                warn_of_source_changes(run, found, given.bookkeeping)
        except CopyError as error:
            raise verb_failed(run, given, error) from error
        return None if found is None else refreshed(run, id_, given, found)

    def delete(self, call: Call, id_: str, outputs: Properties) -> None:
        """Delete the object if it is provably ours, and wait until the service no longer shows it.

        Raises:
            VerbFailed: if the object may still exist.
        """
        urn = self.ledger.urn_of(id_, call.urn)
        entry = self.ledger.entry(urn)
        spec, bookkeeping = self._spec_of_state(id_, outputs), Bookkeeping.of(outputs)
        holder = self.ledger.holder(id_)
        if holder or self._is_replaced_by_the_same(id_, entry):
            call.progress.warn(notices.still_declared(id_))
            if holder in (None, call.urn):
                return
        known = state.known(self.family, outputs, id_)
        timeout = bookkeeping.timeout("delete")
        run = self._run(spec, known, call, timeout=timeout, doing=DELETING)
        try:
            other = None if holder or self.ledger.is_declared(urn) else self.ledger.other_asking(urn, id_)
            if other:
                raise conflicts.asked_for_by_another(spec, name_in_program(other))
            self._admit(run, outputs)
            with run.explained():
                if holder:
                    give_back(run, owner(holder, bookkeeping.identity))
                    return
                deleted = self._delete(run, entry, urn)
        except CopyError as error:
            raise verb_failed(run, Given.of_state(self.family, outputs), error) from error
        if deleted and known.ref:
            entry.deleted.add(known.ref)

    # How they do it

    def _make(
        self,
        call: Call,
        given: Given,
        start: Known,
        *,
        timeout: float,
        replaced: Set[str] = frozenset(),
    ) -> Made:
        """Make what is asked for, or complete it, and note which object the resource has then.

        Args:
            call: the engine's call.
            given: what it is given of the resource.
            start: what is known before.
            timeout: seconds it may take.
            replaced: refs of what this `up` has deleted already, to make this instead.
        """
        spec = self.family.spec(given.inputs, given.bookkeeping)
        is_first = given.olds is None and self.is_first_run(given.bookkeeping.identity)
        run = self._run(spec, start, call, timeout=timeout, is_first=is_first, replaced=replaced)
        try:
            self._admit(run, given.olds or {})
            run.note(dropped=frozenset(given.tags.keys() - spec.tags.keys()))
            known = converge(run)
        except CopyError as error:
            if error.kept:
                error.kept = _at_end(run, error.kept, start)
            failure = verb_failed(run, _with_source(run, given), error)
            if failure.kept:
                self.ledger.assign(call.urn, failure.kept.id)
            raise failure from error
        result = made(run, _with_source(run, given), _at_end(run, known, start))
        self.ledger.assign(call.urn, result.id)
        return result

    def _delete(self, run: Run, entry: Entry, urn: str) -> bool:
        """Delete the state's object; False if it stays: it isn't ours, or was replaced and the role may not delete it."""
        try:
            return delete_known(run, self._replacements(entry, urn))
        except NotAllowed as refusal:
            # A role may copy and not delete: what was replaced stays, and the run goes on.
            if entry.replacement is not None or not self.ledger.is_replaced(urn, run.known.seen):
                raise refusal.error from None
            run.progress.warn(notices.not_deleted(refusal.seen, refusal.error))
            return False

    def _replacements(self, entry: Entry, urn: str) -> list[Replacement]:
        """Return what a resource is deleted for: its own replacement, or those of resources that it may depend on.

        A dependent of a resource that is deleted before its replacement is deleted before it, and declared after it.
        """
        if entry.replacement is not None:
            return [self._replacement(entry.replacement)]
        if self.ledger.is_declared(urn):
            return []
        return [replacement for verbs in list(self.peers) for replacement in verbs._awaited()]

    def _awaited(self) -> list[Replacement]:
        """Return the replacements of this type that aren't created yet; types may share a ledger."""
        awaited, token = self.ledger.replacements().items(), self.family.rules.token
        return [self._replacement(inputs) for urn, inputs in awaited if urn.split("::")[2].endswith(token)]

    def _replacement(self, inputs: Properties) -> Replacement:
        spec = self.family.spec(inputs, Bookkeeping.of(inputs))
        return Replacement(spec=spec, service=self.service, clock=self.clock)

    def _run(
        self,
        spec: Spec,
        known: Known,
        call: Call,
        *,
        timeout: float,
        doing: str = MAKING,
        is_first: bool = False,
        replaced: Set[str] = frozenset(),
    ) -> Run:
        return Run(
            family=self.family, spec=spec, known=known, service=self.service, clock=self.clock,
            source_region=self._region(spec.source_region), target_region=self._region(spec.region),
            progress=call.progress, timeout=timeout, doing=doing, is_wanted=self.is_wanted,
            ledger=self.ledger, is_first_run=is_first, replaced=replaced,
        )  # fmt: skip

    def _admit(self, run: Run, olds: Mapping[str, Any]) -> None:
        """Return if the verb may call the service.

        Raises:
            CopyError: if the state's object belongs to another service than the configured one, or to another account.
        """
        if why := self.family.wrong_service(olds):
            raise messages.wrong_service(run.spec, run.known, why, doing=run.doing)
        if self.guard:
            self.guard.admit(run.spec, run.known, doing=run.doing)

    def _region(self, name: str) -> Region:
        with self._lock:
            if name not in self._regions:
                self._regions[name] = Region.of(
                    self.service, name, self.clock, longest_pause=self.longest_pause
                )
            return self._regions[name]

    def _spec_of_state(self, id_: str, outputs: Properties) -> Spec:
        """Return the state's outputs as a spec; region and name are those of the id."""
        region, _, name = id_.partition("/")
        place = {self.family.region_argument: region}
        if self.family.name_argument:
            place[self.family.name_argument] = name
        spec = self.family.spec({**outputs, **place}, Bookkeeping.of(outputs))
        return replace(spec, name=name) if spec.by_id else spec

    def _is_replaced_by_the_same(self, id_: str, entry: Entry) -> bool:
        """Whether the engine replaces an object by the very same request, as with ``up --replace``."""
        replacement = entry.replacement
        return (
            replacement is not None
            and not entry.is_another_request
            and self.family.settled_id(replacement) == id_
        )


def _with_source(run: Run, given: Given) -> Given:
    """Return what was given with the time at which the source was taken, as this run or an earlier one has seen it."""
    source, bookkeeping = run.observed.source, given.bookkeeping
    taken = iso(source.taken_at) if source else ""
    taken = taken or bookkeeping.taken or Bookkeeping.of(given.olds or {}).taken
    return replace(given, bookkeeping=replace(bookkeeping, taken=taken))


def _at_end(run: Run, known: Known, start: Known) -> Known:
    """Return what is known at the end of a run: which earlier objects there still are, and until when each key's was."""
    left, earlier = known.predecessors - run.replaced, known.earlier_keys
    if left and not start.whole:
        earlier = still_there(earlier, now=run.clock.now() + run.ahead)
    return replace(known, predecessors=left, earlier_keys=earlier)
