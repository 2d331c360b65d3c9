"""What the machine's rules are made of: runs of a world's program on its target, and what may be drawn for them."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import count

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine
from pulumi_snapcopy.core.fields import Change
from pulumi_snapcopy.core.values import OWNER_TAG, SOURCE_TAG

from . import checks, handover
from .counts import Counts
from .edits import declared
from .engine import EngineKilled, Resource
from .other import OtherStack
from .program import Declaration, urn
from .target import Disturbance, Fault, HostDied, Kill, Power, Seen, Stop, Target
from .world import World


class Driven(World, RuleBasedStateMachine):
    """A stack on a target, without rules."""

    def __init__(self, target: Target, counts: Counts | None = None) -> None:
        RuleBasedStateMachine.__init__(self)
        World.__init__(self, target, counts or Counts())
        self.numbers = count(1)
        self.others: list[OtherStack] = []
        """Stacks that work beside this one; their copies are somebody else's."""

    def _run(self, command: str, disturbance: Disturbance | None, *, refresh: bool = False) -> list[str]:
        """Run the engine once, perhaps with ``--refresh``; an interrupted run returns why."""
        provider = self.target.start(disturbance)
        calls, started = self.engine.calls, self.target.copies_started()
        errors: list[str]
        try:
            if command == "up":
                program = {name: each.goal() for name, each in self.program.items()}
                errors = self.engine.up(provider, program, refresh=refresh)
            elif command == "destroy":
                errors = self.engine.destroy(provider, refresh=refresh)
            else:
                errors = self.engine.refresh(provider)
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
        denied = isinstance(disturbance, Fault) and disturbance.kind == "denied"
        handover.let_go(self, provider.warnings, denied=denied)
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
        before: list[Seen] | None = None
        while before != (now := self.target.snapshots()):  # a copy may come to its end meanwhile
            before, errors = now, self._run("refresh", None)
            assert errors == [], errors
        self.drifted = False
        checks.state_agrees_with_the_service(self)

    def _beside(self, other: OtherStack, command: str) -> None:
        """Run another stack's engine; what it has by then is what mustn't change from now on."""
        for place in other.places():
            del self.foreign[place]
        started = self.target.copies_started()
        other.run(command)
        self.foreign.update(other.copies())
        self.counts.add("copies of the other stack", self.target.copies_started() - started)

    def _count(self) -> None:
        self.counts.add("steps")

    def _may_be_tagged(self, declaration: Declaration) -> bool:
        """Whether a copy may have tags of which the next run doesn't know: its run was interrupted, or the next one isn't told."""
        resource = self._held(declaration)
        untold = resource is not None and (resource.interrupted or resource.taint)
        return untold or urn(declaration.name) in self.engine.pending

    def _may_be_retained(self, declaration: Declaration) -> bool:
        """Whether it can be left on purpose: somebody would clear it away, and the state holds just it, once."""
        resource = self._held(declaration)
        if resource is None or not self._can("behind"):
            return self._can("behind")
        entries = [each for each in self.engine.state if each.place == resource.place]
        asked = declaration.goal().inputs
        as_it_is = all(asked.get(key) == resource.inputs.get(key) for key in self._identity())
        return as_it_is and len(entries) == 1 and not (resource.taint or resource.forced)

    def _identity(self) -> list[str]:
        """The arguments that identify a request, but for its name."""
        family = self.target.family
        return [name for name in family.fields.names(Change.REPLACE) if name != family.name_argument]

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

        A renaming whose copy is gone makes it again, and tags it with a name that the state doesn't know if it is interrupted.
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
        places = [each.place for each in held]  # in the state's order: ids are others in each run
        return there[data.draw(st.sampled_from(places), label="copy")] if places else None

    def _revertible(self) -> dict[str, Declaration]:
        """What declarations whose copies are all known could be again, by name: what they were before their last edit.

        Not where a copy that is still to be deleted has tags that aren't asked for now: a run that takes it up again
        knows nothing of them.
        """
        there = {each.place: each for each in self.target.snapshots()}
        found = {}
        for now in self._certain():
            if (before := self.earlier.get(now.name)) is None:
                continue
            left = [each.place for each in self.engine.state if each.delete and each.urn == urn(now.name)]
            asked = {OWNER_TAG: now.owner, **now.tags}
            tags = [there[place].tags for place in left if place in there]
            if all({**each, SOURCE_TAG: "", **asked} == {SOURCE_TAG: "", **asked} for each in tags):
                new = replace(before, tags=now.tags, retain=now.retain, adopt=now.adopt, alias=now.alias)
                new = self._beside_retained(now, new)
                # Under an explicit name a copy that is retained can't be told from one of other triggers.
                retained = [each.place for each in self.engine.state if each.retain and each.delete]
                if (new.target_region, new.explicit) not in retained:
                    found[now.name] = new
        return found

    def _replaceable(self) -> list[Resource]:
        """What the user may want to be replaced by its like, of which nobody has changed anything since the last run."""
        declarations = {} if self.drifted else {urn(each.name): each for each in self._certain()}
        ours = {each.place for each in self.target.snapshots() if {OWNER_TAG, SOURCE_TAG} <= each.tags.keys()}
        return [
            each
            for each in self.engine.state
            if each.urn in declarations
            and each.place in ours
            and not (each.init_errors or each.interrupted or each.delete)
            and each.retain == declarations[each.urn].retain
            and (each.outputs.get("tags") or {}) == declarations[each.urn].tags
        ]

    def _datable(self, declaration: Declaration) -> Declaration:
        """The declaration with a date that is still available."""
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

    def _yield(self, errors: list[str]) -> list[str]:
        """Rename the declarations that were refused since somebody else has their name; returns the other errors."""
        others = []
        for error in errors:
            said = re.search(r'CopiedSnapshot "(.+?)" .*the name "(.+?)" is taken in (\S+)', error)
            if said and (said[3], said[2]) in self.foreign:
                self.program[said[1]] = self._renamed(self.program[said[1]])
            else:
                others.append(error)
        return others

    def _renamed(self, declaration: Declaration) -> Declaration:
        """The declaration so that it asks for a name that nobody has."""
        new = f"new-{next(self.numbers)}"
        return replace(
            declaration, triggers=(new,), explicit=f"named-{new}" if declaration.explicit else None
        )

    def _day_may_pass(self) -> bool:
        """Whether no interrupted run depends on what a day takes away: a pinned date, or the proof of being recent."""
        if any(each.interrupted for each in self.engine.state):
            return False
        uncertain = [each for name, each in self.program.items() if urn(name) in self.engine.pending]
        return checks.a_day_is_left(self) and not any(
            each.explicit or each.date or each.retain for each in uncertain
        )
