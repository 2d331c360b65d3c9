"""One state machine for the life of copies: programs, runs, accidents, and what must hold after each."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from pulumi_snapcopy.core.values import RETAIN_TAG

from . import checks, handover
from .driven import Driven
from .edits import FAULTS, IN_PLACE, REPLACING, THEIR_TAGS, declared, disturbances, kills, sourced
from .other import OtherStack
from .program import urn
from .target import Fault, Stop

STACKS = 2
"""Stacks of one project and name that work on the same service."""
MOST = 3
"""Declarations in a program, at most."""


class SnapshotCopies(Driven):
    """A stack of snapshot copies under an engine that may be killed, on a service that fails and that others use.

    Args:
        target: what is driven.
        counts: are added to.

    After every step: nothing of others has changed, every copy is in the state or belongs to a create that was cut
    off, at most one to each. After a refresh the state says what the service has. After a run that nobody
    disturbed there is exactly one complete copy for each declaration, and a second run does nothing. What is adopted is
    the very snapshot, with its tags beside ours; what is retained is marked, and touched by nobody but its own
    declaration.

    One thing is left out, since nobody can know of it: what an interrupted run has made or tagged is found again by a run
    of the same request; the request isn't edited or removed before.
    """

    @initialize(data=st.data())
    def start(self, data: st.DataObject) -> None:
        """Begin with the sources, what is somebody else's, and a program that isn't empty."""
        self.target.reset()
        if "behind" in self.target.powers:
            region = self.target.regions[0]
            self.target.plant(region, "by-hand", {})
            self.target.plant(region, "web-1-2026-11-19-0123abcd", {"team": "theirs"})
            self.target.plant(region, "db-1-manual-01234567", {"snapcopy:owner": "shop/prod/copy-1"})
            self.others = [OtherStack(self.target, number) for number in range(2, STACKS + 1)]
        self.foreign = {each.place: each for each in self.target.snapshots()}
        for _ in range(data.draw(st.integers(1, MOST), label="declarations")):
            self._add(data)

    # The program

    @precondition(lambda self: len(self.program) < MOST)
    @rule(data=st.data())
    def add(self, data: st.DataObject) -> None:
        """A declaration more."""
        self._add(data)
        self._count()

    @precondition(lambda self: self._can("behind") and self._can("names") and len(self.program) < MOST)
    @rule(data=st.data())
    def adopt(self, data: st.DataObject) -> None:
        """A declaration more, of a name that is somebody else's, to be taken over."""
        name = f"copy-{next(self.numbers)}"
        drawn = data.draw(declared(self.target, name, named=True), label="declaration")
        self.program[name] = replace(drawn, adopt=True)
        handover.offer(self, drawn.target_region, drawn.explicit or "", data.draw(THEIR_TAGS, label="tags"))
        self._count()

    @precondition(lambda self: len(self._certain()) > 1)
    @rule(data=st.data())
    def leave_out(self, data: st.DataObject) -> None:
        """A declaration less."""
        self.program.pop(self._draw_certain(data).name)
        self._count()

    @precondition(lambda self: self.program)
    @rule(data=st.data())
    def edit_in_place(self, data: st.DataObject) -> None:
        """An edit that asks for no other copy."""
        name = data.draw(st.sampled_from(sorted(self.program)), label="declaration")
        # What an interrupted run has tagged isn't untagged by the next one: it can't tell whose tags these are.
        edits = {"a tag"} if self._may_be_tagged(self.program[name]) else set(IN_PLACE)
        if not self._may_be_retained(self.program[name]):
            edits.discard("retained")
        edit = data.draw(st.sampled_from(sorted(edits)), label="edit")
        self.program[name] = IN_PLACE[edit](self.program[name], f"new-{next(self.numbers)}")
        self._count()

    @precondition(lambda self: self._certain())
    @rule(data=st.data())
    def edit(self, data: st.DataObject) -> None:
        """An edit that asks for another copy, or that renames."""
        old = self._draw_certain(data)
        edits = ["source", "region", *sorted(REPLACING)]
        if not self._can("names"):
            edits = [each for each in edits if each not in ("explicit name", "derived name")]
        if not self._is_whole(old):
            # An update would make the copy again, tagged with a name that the state doesn't know if it is interrupted.
            edits.remove("renamed with an alias")
        edit = data.draw(st.sampled_from(edits), label="edit")
        if edit == "source":
            new = data.draw(sourced(self.target, old), label="declaration")
        elif edit == "region":
            new = replace(old, target_region=data.draw(st.sampled_from(self.target.regions)))
        else:
            new = REPLACING[edit](old, f"copy-{next(self.numbers)}")
        if new.explicit and new.automatic:
            new = replace(new, automatic="date", date=new.date or max(self.target.dates(new.source)))
        if new.name != old.name and new.alias:
            # In the state it still has its earlier name, if no run has ended under the new one.
            new = replace(new, alias=old.name if self.engine.current(urn(old.name)) else old.alias)
        new = self._beside_retained(old, new)
        self.earlier[old.name] = old
        self.program = {
            (new if each is old else each).name: self._datable(new) if each is old else each
            for each in self.program.values()
        }
        self._count()

    @precondition(lambda self: self._revertible())
    @rule(data=st.data())
    def edit_back(self, data: st.DataObject) -> None:
        """An edit is taken back; what it was to replace may still be there."""
        name = data.draw(st.sampled_from(sorted(self._revertible())), label="declaration")
        self.program[name] = self._datable(self._revertible()[name])
        del self.earlier[name]
        self._count()

    @precondition(lambda self: self._replaceable())
    @rule(data=st.data())
    def replace_by_its_like(self, data: st.DataObject) -> None:
        """A copy is to be replaced by its like, for a reason that isn't ours: the next run does it, if nothing comes between."""
        resource = data.draw(st.sampled_from(self._replaceable()), label="resource")
        if data.draw(st.booleans(), label="by the user"):
            resource.taint = True
        else:
            resource.forced = True
        self._run("up", data.draw(disturbances(self.target), label="disturbance"))
        self._count()

    # Runs

    @precondition(lambda self: self._can("faults") and self._has_work())
    @rule(fault=FAULTS)
    def up_on_a_failing_service(self, fault: Fault) -> None:
        """Calls to the service fail."""
        self._run("up", fault)
        self._count()

    @precondition(lambda self: self._can("kills") and self._has_work())
    @rule(data=st.data())
    def up_with_a_killed_host(self, data: st.DataObject) -> None:
        """The provider's process is killed at a call to the service."""
        self._run("up", data.draw(kills(self.target), label="kill"))
        self._count()

    @precondition(lambda self: self._can("kills") and self._has_work())
    @rule(verbs=st.integers(0, 3))
    def up_with_a_killed_engine(self, verbs: int) -> None:
        """The engine is killed when so many verbs were answered, before it has written down the last one."""
        self.engine.dies_after = verbs
        self._run("up", None)
        self.engine.dies_after = None
        self._count()

    @precondition(lambda self: self._can("kills") and self._has_work())
    @rule()
    def up_that_is_stopped(self) -> None:
        """The user asks to stop while a copy is in progress."""
        self._run("up", Stop())
        self._count()

    @rule(again=st.booleans(), refresh=st.booleans())
    def clean_up(self, again: bool, refresh: bool) -> None:
        """A run that nobody disturbs ends in one copy of each declaration, and a second one does nothing."""
        if self.drifted:
            self._refresh()
        errors = self._run("up", None, refresh=refresh)
        if (
            errors and self._yield(errors) == []
        ):  # an edit may have come back to a name that was taken meanwhile
            errors = self._run("up", None)
        assert errors == [], errors
        checks.one_copy_each(self)
        if again:
            started = self.target.copies_started()
            assert self._run("up", None) == []
            assert self.engine.operations == [], "a second run has something to do"
            assert self.target.copies_started() == started
        self._count()

    @precondition(lambda self: self.engine.state)
    @rule()
    def refresh(self) -> None:
        """The state is brought in line with the service."""
        self._refresh()
        self._count()

    @precondition(lambda self: self.engine.state and not self.engine.pending)
    @rule(data=st.data())
    def destroy(self, data: st.DataObject) -> None:
        """Everything is deleted, in a second run if the first is interrupted, and the service is as it was."""
        disturbance = data.draw(disturbances(self.target), label="disturbance")
        self._run("destroy", disturbance)
        assert self._run("destroy", None, refresh=data.draw(st.booleans(), label="refresh")) == []
        assert self.engine.state == []
        checks.nothing_is_left(self)
        self.program.clear()
        self._count()

    # The other stack

    @precondition(lambda self: self.others)
    @rule(data=st.data())
    def the_other_stack_ups(self, data: st.DataObject) -> None:
        """Another stack's program is edited and brought about, while this stack's state is as it is."""
        other = data.draw(st.sampled_from(self.others), label="the other")
        other.edit(data)
        self._beside(other, "up")
        self._count()

    @precondition(lambda self: any(each.engine.state for each in self.others))
    @rule(data=st.data())
    def the_other_stack_is_destroyed(self, data: st.DataObject) -> None:
        """Another stack deletes what is its own."""
        other = data.draw(
            st.sampled_from([each for each in self.others if each.engine.state]), label="the other"
        )
        self._beside(other, "destroy")
        self._count()

    # Behind its back

    @precondition(lambda self: self._can("behind") and self.engine.state)
    @rule(data=st.data())
    def somebody_deletes_a_copy(self, data: st.DataObject) -> None:
        """A copy in the state goes; its declaration can still be brought about."""
        if (seen := self._draw_copy(data)) is not None:
            self.target.remove(seen)
            self.earlier.clear()
            self.drifted = True
            self.program = {name: self._datable(each) for name, each in self.program.items()}
        self._count()

    @precondition(lambda self: self._can("behind") and self.engine.state)
    @rule(data=st.data())
    def somebody_removes_a_tag(self, data: st.DataObject) -> None:
        """A tag goes, ours or the user's."""
        seen = self._draw_copy(data)
        # A copy without this mark isn't known to be left on purpose.
        if seen is not None and (tags := sorted(seen.tags.keys() - {RETAIN_TAG})):
            self.target.untag(seen, data.draw(st.sampled_from(tags), label="tag"))
            self.earlier.clear()
            self.drifted = True
        self._count()

    @precondition(
        lambda self: (
            self._can("behind") and self._can("names") and not self.engine.pending and self.engine.state
        )
    )
    @rule(data=st.data())
    def somebody_takes_a_copys_name(self, data: st.DataObject) -> None:
        """Under the name of a copy there is suddenly somebody else's: it is left alone, and the run says so."""
        if (seen := self._draw_copy(data)) is not None:
            self.target.remove(seen)
            self.earlier.clear()
            handover.offer(self, seen.region, seen.name, {"snapcopy:owner": "shop/prod/theirs"})
            self.program = {name: self._datable(each) for name, each in self.program.items()}
            self._refresh()
            assert self._yield(self._run("up", None)) == []
        self._count()

    @precondition(lambda self: self._can("behind") and self._can("names"))
    @rule()
    def next_day(self) -> None:
        """There are newer automatic snapshots, and the oldest are gone."""
        if self._day_may_pass():
            self.target.next_day()
            self.program = {
                name: each if urn(name) in self.engine.pending else self._datable(each)
                for name, each in self.program.items()
            }
        self._count()

    # What holds after each step

    @invariant()
    def nothing_of_others_has_changed(self) -> None:
        """What is somebody else's is there, and as it was."""
        checks.foreign_is_untouched(self)

    @invariant()
    def every_copy_has_an_owner(self) -> None:
        """A copy is in the state, or is that of one create that was interrupted."""
        checks.every_copy_has_an_owner(self)

    def teardown(self) -> None:
        """Count the example; leave nothing where nobody else cleans up."""
        if not self._can("behind") and self.engine.state:
            self._run("destroy", None)
        self.counts.add("examples")
