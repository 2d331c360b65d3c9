"""What the machine's rules are made of: runs of a world's program on its target, and what may be drawn for them."""

from __future__ import annotations

from dataclasses import replace
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine

from . import checks, handover
from .counts import Counts
from .edits import declared
from .engine import EngineKilled, Resource
from .program import Declaration, urn
from .target import Disturbance, HostDied, Kill, Power, Seen, Stop, Target
from .world import World


class Driven(World, RuleBasedStateMachine):
    """A stack on a target, without rules."""

    def __init__(self, target: Target, counts: Counts | None = None) -> None:
        RuleBasedStateMachine.__init__(self)
        World.__init__(self, target, counts or Counts())
        self.numbers = count(1)

    def _run(self, command: str, disturbance: Disturbance | None) -> list[str]:
        """Run the engine once; a run that is cut off returns why."""
        provider = self.target.start(disturbance)
        calls, started = self.engine.calls, self.target.copies_started()
        errors: list[str]
        try:
            if command == "up":
                errors = self.engine.up(provider, {n: d.goal() for n, d in self.program.items()})
            else:
                errors = getattr(self.engine, command)(provider)
        except HostDied:
            self.counts.add("hosts killed")
            errors = ["the host was killed"]
            assert isinstance(disturbance, Kill), "the host died by itself"
        except EngineKilled:
            self.counts.add("engines killed")
            errors = ["the engine was killed"]
        finally:
            reached = self.target.stop()
            self.counts.add("runs")
            self.counts.add("verbs", self.engine.calls - calls)
            self.counts.add("copies", self.target.copies_started() - started)
        handover.settle(self)
        if isinstance(disturbance, Stop):
            reached = self.target.copies_started() > started
        if reached and disturbance is not None and not isinstance(disturbance, Kill):
            self.counts.add(str(getattr(disturbance, "kind", "stopped")))
        return errors

    def _add(self, data: st.DataObject) -> None:
        name = f"copy-{next(self.numbers)}"
        self.program[name] = data.draw(declared(self.target, name), label="declaration")

    def _refresh(self) -> None:
        errors = self._run("refresh", None)
        assert errors == [], errors
        self.drifted = False
        checks.state_agrees_with_the_service(self)

    def _count(self) -> None:
        self.counts.add("steps")

    def _may_be_tagged(self, declaration: Declaration) -> bool:
        """Whether a run was cut off that may have set tags of which the state doesn't know."""
        resource = self._held(declaration)
        return urn(declaration.name) in self.engine.pending or (resource is not None and resource.cut_off)

    def _held(self, declaration: Declaration) -> Resource | None:
        """What the state has of a declaration, if need be under its name before."""
        return self.engine.current(urn(declaration.name)) or self.engine.current(
            declaration.alias and urn(declaration.alias)
        )

    def _is_whole(self, declaration: Declaration) -> bool:
        """Whether a declaration's copy is in the state and there."""
        resource = self._held(declaration)
        return not self.drifted and resource is not None and not resource.init_errors

    def _has_work(self) -> bool:
        return bool(self.program or self.engine.state)

    def _can(self, power: Power) -> bool:
        return power in self.target.powers

    def _certain(self) -> list[Declaration]:
        """The declarations of which all that has been made is known."""
        return [each for name, each in self.program.items() if urn(name) not in self.engine.pending]

    def _draw_certain(self, data: st.DataObject) -> Declaration:
        names = sorted(each.name for each in self._certain())
        return self.program[data.draw(st.sampled_from(names), label="declaration")]

    def _draw_copy(self, data: st.DataObject) -> Seen | None:
        """A copy in the state, of a declaration of which all that has been made is known, and that isn't being renamed.

        A renaming whose copy is gone makes it again, and tags it with a name that the state doesn't know if it is cut off.
        """
        renamed = {
            urn(each.alias) for each in self.program.values() if each.alias and each.name != each.alias
        }
        uncertain = renamed | self.engine.pending.keys()
        there = {each.place: each for each in self.target.snapshots() if each.place not in self.foreign}
        held = [
            there[each.place]
            for each in self.engine.state
            if each.place in there and each.urn not in uncertain
        ]
        places = sorted(each.place for each in held)
        return there[data.draw(st.sampled_from(places), label="copy")] if places else None

    def _datable(self, declaration: Declaration) -> Declaration:
        """The declaration with a date that still is to be had."""
        if declaration.automatic != "date":
            return declaration
        dates = self.target.dates(declaration.source)
        if declaration.date in dates:
            return declaration
        return self._beside_retained(declaration, replace(declaration, date=dates[-1]))

    def _beside_retained(self, old: Declaration, new: Declaration) -> Declaration:
        """The declaration under another name, where a copy that stays has its own: the provider refuses that."""
        held = self._held(old)
        stays = old.retain or (held is not None and held.retain)
        if stays and new.explicit is not None and new.explicit == old.explicit:
            return replace(new, explicit=f"named-new-{next(self.numbers)}")
        return new

    def _renamed_from(self, declaration: Declaration, seen: Seen) -> Declaration:
        """The declaration so that it asks for no name that is somebody else's, where it has no copy yet."""
        if self.engine.current(urn(declaration.name)) is not None:
            return declaration
        new = f"new-{next(self.numbers)}"
        return replace(
            declaration, triggers=(new,), explicit=f"named-{new}" if declaration.explicit else None
        )

    def _day_may_pass(self) -> bool:
        """Whether no cut-off run depends on what a day takes away: a pinned date, or the proof of being recent."""
        if any(each.cut_off for each in self.engine.state):
            return False
        uncertain = [each for name, each in self.program.items() if urn(name) in self.engine.pending]
        return checks.a_day_is_left(self) and not any(
            each.explicit or each.date or each.retain for each in uncertain
        )
