"""The other stack: of the same project and name, and perhaps of the same copies, on the same service."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import strategies as st

from .edits import IN_PLACE, TAGS, sourced
from .engine import Engine
from .program import Declaration, identity
from .target import Seen, Target

Place = tuple[str, str]
NAMES = ("copy-1", "copy-2")
"""What the machine's own stack calls its first two copies, too."""
_IN_PLACE = sorted(IN_PLACE.keys() - {"retained"})


class OtherStack:
    """A stack with an engine's state of its own, that nobody disturbs.

    Args:
        target: the service, which the machine's own stack uses as well.
        number: which one it is; the machine's own is the first.
    """

    def __init__(self, target: Target, number: int) -> None:
        self.target = target
        self.number = number
        self.engine = Engine()
        self.program: dict[str, Declaration] = {}

    def edit(self, data: st.DataObject) -> None:
        """Declare a copy, edit one, or leave one out."""
        name = data.draw(st.sampled_from(NAMES), label="the other's declaration")
        old = self.program.get(name)
        edits = ["source", *(["none", *_IN_PLACE] if old else [])]
        edit = data.draw(st.sampled_from(edits), label="the other's edit")
        if old is None or edit == "source":
            self.program[name] = data.draw(_declared(self, name), label="the other's copy")
        elif edit == "none":
            del self.program[name]
        else:
            self.program[name] = IN_PLACE[edit](old, f"the-others-{len(old.tags)}")

    def run(self, command: str) -> None:
        """Run its engine undisturbed; nothing that isn't its own may change by that."""
        others = _tagged(self.target.snapshots(), without=self.places())
        provider = self.target.start(None)
        try:
            if command == "up":
                goals = {name: each.goal() for name, each in self.program.items()}
                errors = self.engine.up(provider, goals)
            else:
                errors = self.engine.destroy(provider)
        finally:
            self.target.stop()
        assert errors == [], f"the other stack: {errors}"
        assert _tagged(self.target.snapshots(), without=self.places()) == others, (
            "the other stack has changed what isn't its own"
        )

    def places(self) -> set[Place]:
        """Where its copies are."""
        return {each.place for each in self.engine.state}

    def copies(self) -> dict[Place, Seen]:
        """Its copies: the very ones that its state names, complete and tagged as its own."""
        there = {each.place: each for each in self.target.snapshots()}
        for each in self.engine.state:
            seen = there.get(each.place)
            assert seen is not None and seen.arn == each.outputs[self.target.family.ref_output], (
                f"{each.id} of the other stack is gone"
            )
        return {place: there[place] for place in self.places()}


@st.composite
def _declared(draw: st.DrawFn, other: OtherStack, name: str) -> Declaration:
    bare = Declaration(
        name=name,
        project=other.target.project,
        identity=identity(other.number),
        asks=other.target.asks,
        source="",
        source_region=other.target.sources.region,
        target_region=draw(st.sampled_from(other.target.regions)),
        tags=draw(TAGS),
    )
    drawn = draw(sourced(other.target, bare))
    # A date would age out while only the machine's own stack looks after its dates.
    return replace(drawn, automatic="latest", date=None) if drawn.automatic == "date" else drawn


def _tagged(snapshots: list[Seen], *, without: set[Place]) -> dict[Place, tuple[str, Mapping[str, str]]]:
    """What time alone doesn't change; a copy that is pending may come to its end."""
    return {each.place: (each.arn, each.tags) for each in snapshots if each.place not in without}
