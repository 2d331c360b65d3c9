"""Lives that the state machine has found not to end as promised once; each is told in a few steps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pulumi_snapcopy.testing import Disturbance, Fault, Kill, Model
from pulumi_snapcopy.testing.engine import Engine, EngineKilled
from pulumi_snapcopy.testing.program import Declaration
from pulumi_snapcopy.testing.target import HostDied

COPY = Declaration(
    name="web", source="db-1", source_region="us-east-1", target_region="eu-west-1", tags={"team": "shop"}
)
FAILING = Fault(kind="copy-fails", operation="CopySnapshot")


class Life:
    """One declaration on the model, step by step."""

    def __init__(self) -> None:
        self.target, self.engine, self.declared = Model(), Engine(), COPY
        self.target.reset()

    def run(self, command: str = "up", disturbance: Disturbance | None = None) -> list[str]:
        """Run the engine; a run that is cut off says so."""
        provider = self.target.start(disturbance)
        try:
            if command == "up":
                return self.engine.up(provider, {self.declared.name: self.declared.goal()})
            errors: list[str] = getattr(self.engine, command)(provider)
            return errors
        except (HostDied, EngineKilled):
            return ["cut off"]
        finally:
            self.target.stop()

    def tags(self) -> list[dict[str, str]]:
        """The tags of each copy."""
        return [dict(each.tags) for each in self.target.snapshots() if each.region == COPY.target_region]

    def killed_right_after_copying_again(self) -> None:
        """The copy fails; the run that makes it again is killed between CopySnapshot and TagResource."""
        assert self.run("up", FAILING) and not self.engine.pending
        # Before CopySnapshot come: look, delete, look whether it is gone, check the source.
        assert self.run("up", Kill(call=4, done=True)) == ["cut off"]


def test_a_failed_copy_that_a_killed_run_made_again_is_gone_on_with() -> None:
    """`up` goes on with the copy of the killed run."""
    life = Life()
    life.killed_right_after_copying_again()
    assert life.run("up") == []
    assert len(life.tags()) == 1


@pytest.mark.parametrize("forgetting", ["refresh", "destroy"])
def test_a_failed_copy_that_a_killed_run_made_again_is_not_forgotten(forgetting: str) -> None:
    """`refresh` finds the copy of the killed run, `destroy` deletes it."""
    life = Life()
    life.killed_right_after_copying_again()
    assert life.run(forgetting) == []
    assert len(life.engine.state) == len(life.tags())


def test_a_copy_whose_renaming_was_cut_off_is_deleted_after_the_next_up() -> None:
    """Its tag bears the new name and the state the old one: `destroy` leaves it to that name, `up` settles it."""
    life = Life()
    assert life.run("up") == []
    life.declared = replace(COPY, name="shop", alias="web")
    life.engine.dies_after = 0
    assert life.run("up") == ["cut off"]
    life.engine.dies_after = None
    assert life.run("up") == []
    assert life.run("destroy") == []
    assert life.tags() == []
