"""Runs as the engine drives them, killed and repeated: a clean run leaves one copy, a clean destroy leaves none.

The state that the engine keeps is modelled; checks, differences, requests and verbs are the core's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from pulumi_snapcopy.core.errors import CopyError
from pulumi_snapcopy.core.inputs import differences, request, settle
from pulumi_snapcopy.core.lifecycle import Lifecycle
from pulumi_snapcopy.core.model import Copy

from .fake_service import Fault, Kill, Killed
from .strategies import worlds
from .world import HERE, HONEST, OWNER, THERE, World

KILLS = st.builds(Kill, st.integers(1, 30), st.booleans())
PROGRAM: dict[str, Any] = {
    "sourceRegion": HERE, "targetRegion": THERE, "owner": OWNER, "tags": {"team": "shop"},
}  # fmt: skip
SOURCES: list[dict[str, Any]] = [
    {"sourceSnapshotName": "db-1"},
    {"sourceResourceName": "web-1", "useLatestRestorableAutoSnapshot": True},
    {"sourceResourceName": "web-1", "useLatestRestorableAutoSnapshot": True, "trackLatest": True},
    {"sourceResourceName": "data-1", "useLatestRestorableAutoSnapshot": True, "trackLatest": True},
]
EDITS: list[dict[str, Any]] = [
    {"tags": {"team": "web", "cost": "7"}},
    {"tags": {}},
    {"triggers": ["1"]},
    {"triggers": ["2"]},
    {"owner": "shop/dev/renamed"},
    {"customTimeouts": {"create": "2h"}},
]


@dataclass
class State:
    """What the engine keeps: the inputs and outputs of the copy, and of what it has still to delete."""

    inputs: dict[str, Any] | None = None
    outputs: dict[str, Any] = field(default_factory=dict)
    half_made: bool = False
    """Kept of a verb that failed: the engine updates it, whatever diff says."""
    to_delete: list[dict[str, Any]] = field(default_factory=list)

    def keep(self, inputs: dict[str, Any], copied: Copy, *, half_made: bool = False) -> None:
        """Remember a copy, done or not."""
        self.half_made = half_made
        snapshot = copied.snapshot
        found = {
            "arn": snapshot.arn, "state": snapshot.state, "restoredDate": copied.restore_date,
            "targetSnapshotName": snapshot.name, "targetRegion": snapshot.region,
        }  # fmt: skip
        self.inputs, self.outputs = (
            inputs,
            {**inputs, **{key: value for key, value in found.items() if value}},
        )


class Runs(RuleBasedStateMachine):
    """A declaration's life under an engine that may be killed."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State()
        self.program: dict[str, Any] = {}
        self.settled = True

    @initialize(world=worlds(), source=st.sampled_from(SOURCES))
    def start(self, world: World, source: dict[str, Any]) -> None:
        self.world, self.program = world, {**PROGRAM, **source}

    @precondition(lambda self: self.settled)
    @rule(edit=st.sampled_from(EDITS))
    def edit(self, edit: dict[str, Any]) -> None:
        """Between runs that ended the program may be changed."""
        self.program = {**self.program, **edit}

    @rule(hours=st.sampled_from([0.02, 5.0, 26.0]))
    def pass_time(self, hours: float) -> None:
        self.world.pass_time(hours * 3600)

    @rule(kill=KILLS, faults=st.lists(st.sampled_from([None, *HONEST, Fault.DENIED]), max_size=8))
    def killed_up(self, kill: Kill, faults: list[Fault | None]) -> None:
        """A run that is killed, if it gets that far, of a service that fails."""
        self.settled = False
        self.world.service.kill, self.world.service.faults = kill, faults
        try:
            self._up()
        except (Killed, CopyError):
            pass
        finally:
            self.world.service.kill, self.world.service.faults = None, []
        self.world.pass_time(61)

    @rule()
    def clean_up(self) -> None:
        """A run that nobody disturbs ends in one copy of what the program says; the next one changes nothing."""
        self._up()
        self.settled = True
        self._assert_one_copy()
        taken_on = self.world.service.taken_on
        self._up()
        assert self.world.service.taken_on == taken_on
        self._assert_one_copy()

    @rule(kill=st.none() | KILLS)
    def destroy(self, kill: Kill | None) -> None:
        """A destroy, killed and repeated, leaves the service as it was, if the last run had ended."""
        if not self.settled:
            self.clean_up()
        self.world.service.kill = kill
        try:
            self._destroy()
        except Killed:
            self.world.service.kill = None
            self._destroy()
        self.world.service.kill = None
        assert self.world.ours() == []
        self.world.pass_time(61)

    @invariant()
    def nothing_foreign_is_touched(self) -> None:
        if hasattr(self, "world"):
            self.world.assert_foreign_untouched()

    # The engine

    def _up(self) -> None:
        lifecycle, state = self.world.lifecycle(), self.state
        inputs = self._check(state.inputs or {})
        if state.inputs is None:
            self._create(lifecycle, inputs, supersedes=None)
        elif (found := differences(state.outputs, inputs)).replaces:
            self._delete_what_is_left(lifecycle)
            old = state.outputs
            if found.same_name:
                lifecycle.delete(request(old, olds=old), self.world.teller)
                state.inputs, state.outputs = None, {}
            fresh = self._check({})
            self._create(lifecycle, fresh, supersedes=old.get("targetSnapshotName"), replaced=old)
        elif found.update or state.half_made:
            self._update(lifecycle, inputs)
        else:
            state.inputs = inputs
        self._delete_what_is_left(lifecycle)

    def _check(self, olds: dict[str, Any]) -> dict[str, Any]:
        def latest(region: str, resource: str) -> str | None:
            return max(self.world.service.dates())

        return settle(olds, self.program, latest=latest)

    def _create(
        self, lifecycle: Lifecycle, inputs: dict[str, Any], *, supersedes: str | None, replaced: Any = None
    ) -> None:
        try:
            copied = lifecycle.create(request(inputs, supersedes=supersedes), self.world.teller)
        except CopyError as error:
            if error.kept:
                self._keep_new(inputs, error.kept, replaced, half_made=True)
            raise
        self._keep_new(inputs, copied, replaced, half_made=False)

    def _keep_new(self, inputs: dict[str, Any], copied: Copy, replaced: Any, *, half_made: bool) -> None:
        if replaced and self.state.inputs is not None:
            self.state.to_delete.append(replaced)
        self.state.keep(inputs, copied, half_made=half_made)

    def _update(self, lifecycle: Lifecycle, inputs: dict[str, Any]) -> None:
        olds = self.state.outputs
        wanted = request({**inputs, "restoredDate": olds.get("restoredDate")}, olds=olds)
        dropped = set(olds.get("tags") or {}) - set(wanted.tags)
        try:
            copied = lifecycle.update(wanted, self.world.teller, dropped_tags=dropped)
        except CopyError as error:
            if error.kept:
                self.state.keep(
                    {**inputs, "tags": olds.get("tags"), "owner": olds["owner"]}, error.kept, half_made=True
                )
            raise
        self.state.keep(inputs, copied)

    def _delete_what_is_left(self, lifecycle: Lifecycle) -> None:
        while self.state.to_delete:
            old = self.state.to_delete[0]
            lifecycle.delete(request(old, olds=old), self.world.teller)
            self.state.to_delete.pop(0)

    def _destroy(self) -> None:
        lifecycle = self.world.lifecycle()
        self._delete_what_is_left(lifecycle)
        if self.state.inputs is not None:
            lifecycle.delete(request(self.state.outputs, olds=self.state.outputs), self.world.teller)
            self.state.inputs, self.state.outputs = None, {}

    def _assert_one_copy(self) -> None:
        outputs = self.state.outputs
        wanted = request({**outputs, **{"owner": self.program["owner"]}})
        # What is in the state without having been tagged by its maker isn't said to be a copy of anything.
        self.world.assert_one_copy(wanted, source_tagged=False)
        (held,) = self.world.ours()
        assert outputs["arn"] == held.arn
        assert outputs.get("tags", {}) == self.program["tags"]
        if self.program.get("trackLatest"):
            assert outputs["restoredDate"] == max(self.world.service.dates())


TestRuns = Runs.TestCase
TestRuns.settings = settings(stateful_step_count=15)
