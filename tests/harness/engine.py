"""What Pulumi's engine does with a program, a state and a provider, as far as copies can tell.

One resource after the other: what runs at the same time in the real engine is left to tests through the real one.
Read from pulumi 3.259, ``pkg/resource/deploy/step_generator.go`` and ``step.go``; tests/engine/test_engine_parity.py holds it
against the real one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from .target import HostDied, Made, Properties, Provider, VerbFailed

T = TypeVar("T")


@dataclass(slots=True, kw_only=True, eq=False)
class Resource:
    """A resource in the state."""

    urn: str
    id: str
    inputs: Properties
    outputs: Properties
    init_errors: list[str] = field(default_factory=list)
    """Why it is partial; the next run updates it."""
    delete: bool = False
    """It has been replaced, and is to be deleted."""
    pending_replacement: bool = False
    """It was deleted to be replaced, and its replacement isn't there yet."""
    retain: bool = False
    """It is only dropped from the state where others are deleted."""
    refreshed: bool = False
    """It was partial when a refresh found it complete; no run has looked at its tags since."""
    interrupted: bool = False
    """Its last update was interrupted; what it has done isn't in the state."""
    taint: bool = False
    """The next run replaces it, whatever its provider would say: ``pulumi state taint``, ``pulumi up --replace``."""
    forced: bool = False
    """The next run replaces it, whatever its provider says: an option such as ``replace_on_changes``."""

    @property
    def place(self) -> tuple[str, str]:
        """Region and name of the copy."""
        region, _, name = self.id.partition("/")
        return region, name


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A resource as the program registers it."""

    urn: str
    inputs: Properties
    alias: str | None = None
    retain: bool = False


class EngineKilled(Exception):
    """The engine was killed after a verb had ended and before its result was in the state."""


@dataclass(slots=True)
class Engine:
    """The engine of one stack."""

    state: list[Resource] = field(default_factory=list)
    pending: dict[str, list[Properties]] = field(default_factory=dict)
    """Creates and renamings that were interrupted, by URN: their inputs. What they did is in no state."""
    retained: list[Resource] = field(default_factory=list)
    """What was dropped from the state and not deleted; who reads it empties it."""
    operations: list[str] = field(default_factory=list)
    """What the last run did, such as ``create db``."""
    dies_after: int | None = None
    """The verb, counted from 0, whose result the engine doesn't live to write down."""
    calls: int = 0
    """Verbs called, checks and diffs included."""

    def up(self, provider: Provider, program: Mapping[str, Goal], *, refresh: bool = False) -> list[str]:
        """Bring the state in line with the program, and before that with the service, if asked for.

        Returns:
            The errors; none if all went well.

        Raises:
            HostDied, EngineKilled: The run was interrupted.
        """
        errors = self.refresh(provider) if refresh else []
        if errors:
            return errors
        self.operations.clear()
        registered: list[Resource] = []
        for goal in program.values():
            try:
                self._register(provider, goal)
            except VerbFailed as failed:
                errors.append(failed.message)
            registered += [each for each in self.state if each.urn == goal.urn]
        if not errors:
            errors += self._delete(provider, [each for each in self.state if each not in registered])
        if not errors:
            errors += self._delete(provider, [each for each in self.state if each.delete])
        return errors

    def destroy(self, provider: Provider, *, refresh: bool = False) -> list[str]:
        """Delete all that is in the state; returns the errors."""
        errors = self.refresh(provider) if refresh else []
        if errors:
            return errors
        self.operations.clear()
        return self._delete(provider, list(self.state))

    def refresh(self, provider: Provider) -> list[str]:
        """Read all that is in the state, whether to be deleted or not; returns the errors."""
        self.operations.clear()
        errors = []
        for each in list(self.state):
            if not each.pending_replacement:
                try:
                    self._refresh(provider, each)
                except VerbFailed as failed:
                    errors.append(failed.message)
        return errors

    def current(self, urn: str | None) -> Resource | None:
        """The resource of that URN that isn't to be deleted."""
        return next((each for each in self.state if each.urn == urn and not each.delete), None)

    def _register(self, provider: Provider, goal: Goal) -> None:
        old = self.current(goal.urn) or self.current(goal.alias)
        inputs = self._check(provider, goal, old.inputs if old and not old.taint else {})
        if old is None or old.taint:
            self._create(provider, goal, inputs, old)
            return
        self.calls += 1
        diff = provider.diff(goal.urn, old.id, old.outputs, inputs)
        changes = old.inputs != inputs if diff.changes is None else diff.changes
        if old.pending_replacement or old.forced or (changes and diff.replaces):
            # What was settled for the old resource doesn't hold for the new one.
            inputs = self._check(provider, goal, {})
            if diff.delete_before_replace and not old.pending_replacement:
                self._end(provider, old)
                old.pending_replacement = True
            self._create(provider, goal, inputs, old)
        elif changes or old.init_errors:
            self._update(provider, goal, old, inputs)
        else:
            if old.refreshed:  # its create has cleared away what was left before it
                self.pending.pop(goal.urn, None)
            old.urn, old.inputs, old.retain, old.refreshed = goal.urn, inputs, goal.retain, False

    def _check(self, provider: Provider, goal: Goal, olds: Properties) -> Properties:
        self.calls += 1
        inputs, failures = provider.check(goal.urn, olds, goal.inputs)
        if failures:
            raise VerbFailed("; ".join(failures))
        return inputs

    def _create(self, provider: Provider, goal: Goal, inputs: Properties, old: Resource | None) -> None:
        try:
            made = self._run("create", goal.urn, lambda: provider.create(goal.urn, inputs))
        except (HostDied, EngineKilled):
            self.pending.setdefault(goal.urn, []).append(inputs)
            raise
        except VerbFailed as failed:
            if failed.kept:
                self._add(goal, inputs, failed.kept, old, failed.message)
            raise
        self._add(goal, inputs, made, old)

    def _add(
        self, goal: Goal, inputs: Properties, made: Made, old: Resource | None, error: str | None = None
    ) -> None:
        urn = goal.urn
        added = Resource(urn=urn, id=made.id, inputs=inputs, outputs=made.outputs, retain=goal.retain)
        added.init_errors = [error] if error else []
        # What is made stands before what it replaces.
        self.state.insert(len(self.state) if old is None else self.state.index(old), added)
        if old is not None and old.pending_replacement:
            self.state.remove(old)
        elif old is not None:
            old.delete = True
        # What was interrupted and is now in the state is no longer uncertain; all of it once the resource is whole.
        region, _, name = made.id.partition("/")
        left = [
            each
            for each in self.pending.pop(urn, [])
            if error is not None
            and (each.get("targetRegion"), each.get("targetSnapshotName")) != (region, name)
        ]
        if left:
            self.pending[urn] = left

    def _update(self, provider: Provider, goal: Goal, old: Resource, inputs: Properties) -> None:
        urn = goal.urn
        try:
            outputs = self._run("update", urn, lambda: provider.update(urn, old.id, old.outputs, inputs))
        except (HostDied, EngineKilled):
            old.interrupted = True
            if urn != old.urn:  # it may be tagged with a name that the state doesn't know yet
                self.pending.setdefault(urn, []).append(inputs)
            raise
        except VerbFailed as failed:
            if failed.kept:
                assert failed.kept.id == old.id, "an update has no other id"
                old.urn, old.inputs, old.outputs = urn, inputs, failed.kept.outputs
                old.init_errors, old.retain = [failed.message], goal.retain
            raise
        assert outputs.get("snapshotId", old.place[1]) == old.place[1], "an update has no other id"
        old.urn, old.inputs, old.outputs, old.init_errors = urn, inputs, outputs, []
        old.retain, old.interrupted, old.refreshed = goal.retain, False, False
        self.pending.pop(urn, None)

    def _refresh(self, provider: Provider, each: Resource) -> None:
        errors = []
        try:
            read = self._run(
                "read", each.urn, lambda: provider.read(each.urn, each.id, each.inputs, each.outputs)
            )
        except VerbFailed as failed:
            if failed.kept is None:
                raise
            read, errors = failed.kept, [failed.message]
        if read is None:
            self.state.remove(each)
            return
        each.refreshed |= bool(each.init_errors and not errors)
        each.id, each.outputs, each.init_errors = read.id, read.outputs, errors
        self.calls += 1
        provider.diff(each.urn, each.id, each.outputs, each.inputs)  # only to show what has drifted
        each.inputs = each.inputs if read.inputs is None else read.inputs

    def _delete(self, provider: Provider, doomed: list[Resource]) -> list[str]:
        errors = []
        for each in reversed(doomed):
            try:
                if not each.pending_replacement:
                    self._end(provider, each)
                self.state.remove(each)
            except VerbFailed as failed:
                errors.append(failed.message)
        return errors

    def _end(self, provider: Provider, each: Resource) -> None:
        """Delete what is behind a resource, or let it be."""
        if each.retain:
            self.operations.append(f"retain {each.urn.rpartition('::')[2]}")
            self.retained.append(each)
        else:
            self._run("delete", each.urn, lambda: provider.delete(each.urn, each.id, each.outputs))

    def _run(self, verb: str, urn: str, work: Callable[[], T]) -> T:
        self.calls += 1
        self.operations.append(f"{verb} {urn.rpartition('::')[2]}")
        result = work()
        if self.dies_after is not None and verb != "read":
            self.dies_after -= 1
            if self.dies_after < 0:
                self.dies_after = None
                raise EngineKilled
        return result
