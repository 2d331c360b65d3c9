"""Two stacks of one project and name, on two backends, in one account: neither takes, changes or deletes the other's."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.harness import Disturbance, Kill, Model
from tests.harness.engine import Engine, EngineKilled
from tests.harness.program import Declaration, identity, urn
from tests.harness.target import HostDied, Seen

from .life import COPY, LATEST

DATED = replace(LATEST, automatic="date")
NAMED = replace(COPY, explicit="db-dr")


KILLS = [
    Kill(at=at, done=done, skip=skip)
    for at, most in (("CopySnapshot", 1), ("TagResource", 1), ("Get", 3))
    for skip in range(most)
    for done in (False, True)
]


class Twin:
    """One of the stacks: an engine of its own, and an identity."""

    def __init__(self, target: Model, number: int) -> None:
        self.target, self.number, self.engine = target, number, Engine()

    def run(self, command: str, *program: Declaration, disturbance: Disturbance | None = None) -> list[str]:
        """Run the engine; an interrupted run says so."""
        provider = self.target.start(disturbance)
        goals = {each.name: replace(each, identity=identity(self.number)).goal() for each in program}
        try:
            if command == "up":
                return self.engine.up(provider, goals)
            errors: list[str] = getattr(self.engine, command)(provider)
            return errors
        except (HostDied, EngineKilled):
            return ["interrupted"]
        finally:
            self.target.stop()

    def up(self, *program: Declaration) -> None:
        """Run it; all must go well."""
        assert self.run("up", *program) == []

    def copies(self) -> dict[str, Seen]:
        """The copies that its state holds, as the service has them, by ARN."""
        held = {each.outputs["arn"] for each in self.engine.state}
        return {arn: seen for arn, seen in there(self.target).items() if arn in held}

    @property
    def owner(self) -> str:
        """The value of its copies' owner tag."""
        return replace(COPY, identity=identity(self.number)).owner


def there(target: Model) -> dict[str, Seen]:
    """The snapshots where copies are made, by ARN."""
    return {each.arn: each for each in target.snapshots() if each.region == COPY.target_region}


@pytest.fixture
def twins() -> tuple[Twin, Twin]:
    """Two stacks on one service."""
    target = Model()
    target.reset()
    return Twin(target, 1), Twin(target, 2)


def assert_apart(*twins: Twin) -> None:
    """Each has its own copies, tagged as its own, and there are no others."""
    held = [each.copies() for each in twins]
    assert sum(map(len, held)) == len(there(twins[0].target)) == sum(len(each.engine.state) for each in twins)
    for twin, copies in zip(twins, held, strict=True):
        assert {seen.tags["snapcopy:owner"].rpartition("@")[2] for seen in copies.values()} <= {
            identity(twin.number)
        }


@pytest.mark.parametrize("declared", [COPY, LATEST], ids=["manual", "latest"])
def test_each_has_a_copy_of_its_own(twins: tuple[Twin, Twin], declared: Declaration) -> None:
    """Under derived names that differ; a second `up` of either changes nothing; the end of one is its own."""
    first, second = twins
    first.up(declared)
    second.up(declared)
    assert_apart(*twins)
    assert first.target.copies_started() == 2
    for twin in twins:
        twin.up(declared)
        assert twin.engine.operations == []
    kept = first.copies()
    assert second.run("refresh") == [] and second.run("destroy") == []
    assert there(first.target) == kept and first.run("refresh") == []


def test_an_explicit_name_is_the_firsts(twins: tuple[Twin, Twin]) -> None:
    """The second is told whose it is and what to write; nothing of its runs, and not its end, touches the copy."""
    first, second = twins
    first.up(NAMED)
    kept = there(first.target)
    (error,) = second.run("up", NAMED)
    assert 'the name "db-dr" is taken in eu-west-1' in error
    assert f"belongs to another stack of the same name ({first.owner}); it was not changed" in error
    assert "leave it out: derived names differ from stack to stack. If it was this stack's before" in error
    assert second.run("refresh") == [] and second.run("destroy") == []
    assert there(first.target) == kept and first.target.copies_started() == 1
    first.up(NAMED)
    assert first.engine.operations == []


def test_a_newer_date_in_one_is_nothing_to_the_other(twins: tuple[Twin, Twin]) -> None:
    """One tracks the latest: its own copy of yesterday goes, the other's stays."""
    first, second = twins
    tracked = replace(LATEST, automatic="track")
    first.up(tracked)
    second.up(tracked)
    kept = first.copies()
    first.target.next_day()
    second.up(tracked)
    assert_apart(*twins)
    assert first.copies() == kept and first.target.copies_started() == 3


def test_an_edited_date_in_one_is_nothing_to_the_other(twins: tuple[Twin, Twin]) -> None:
    """Written dates, too."""
    first, second = twins
    dates = first.target.dates("web-1")
    for twin in twins:
        twin.up(replace(DATED, date=dates[-2]))
    kept = first.copies()
    second.up(replace(DATED, date=dates[-1]))
    assert_apart(*twins)
    assert first.copies() == kept


@pytest.mark.parametrize("declared", [COPY, LATEST], ids=["manual", "latest"])
@pytest.mark.parametrize(
    "kill", KILLS, ids=lambda kill: f"{kill.at}-{kill.skip}-{'after' if kill.done else 'before'}"
)
def test_one_killed_beside_the_other_ends_in_its_own(
    twins: tuple[Twin, Twin], kill: Kill, declared: Declaration
) -> None:
    """At each call, while the other makes its own and is destroyed: what the killed run has made is nobody else's."""
    first, second = twins
    assert first.run("up", declared, disturbance=kill) == ["interrupted"]
    left = set(there(first.target))
    second.up(declared)
    assert second.run("refresh") == [] and second.run("destroy") == []
    assert set(there(first.target)) == left
    second.up(declared)
    first.up(declared)
    assert_apart(*twins)
    assert first.target.copies_started() - len(there(first.target)) == 1, "what was destroyed was a third one"


@pytest.mark.parametrize("done", [False, True], ids=["before", "after"])
def test_a_killed_destroy_is_its_own_stacks(twins: tuple[Twin, Twin], done: bool) -> None:
    """The other's `up` in between makes nothing and deletes nothing."""
    first, second = twins
    first.up(COPY)
    second.up(COPY)
    assert first.run("destroy", disturbance=Kill(at="Delete", done=done)) == ["interrupted"]
    second.up(COPY)
    assert second.engine.operations == []
    assert first.run("destroy") == []
    assert there(first.target) == second.copies() and len(second.copies()) == 1


def test_a_resource_renamed_in_one_keeps_both_copies(twins: tuple[Twin, Twin]) -> None:
    """With an alias nothing is copied; its tag is its stack's, and the other's stays."""
    first, second = twins
    first.up(LATEST)
    second.up(LATEST)
    before = set(there(first.target))
    second.up(replace(LATEST, name="shop", alias="web"))
    assert_apart(*twins)
    assert set(there(first.target)) == before
    (renamed,) = second.copies().values()
    assert renamed.tags["snapcopy:owner"] == f"shop/dev/shop@{identity(2)}"


@pytest.mark.parametrize("declared", [COPY, LATEST, NAMED], ids=["manual", "latest", "explicit"])
def test_a_renamed_stack_copies_nothing(twins: tuple[Twin, Twin], declared: Declaration) -> None:
    """`pulumi stack rename`: the URNs change, the identity stays; the owner tag is updated in place, and that is all."""
    first, second = twins
    first.up(declared)
    (before,) = there(first.target).values()
    for each in first.engine.state:
        each.urn = each.urn.replace("urn:pulumi:dev::", "urn:pulumi:prod::")
    goal = replace(declared, identity=identity(1)).goal()
    renamed = replace(goal, urn=goal.urn.replace("urn:pulumi:dev::", "urn:pulumi:prod::"))
    for operations in (["update web"], []):
        provider = first.target.start(None)
        assert first.engine.up(provider, {"web": renamed}) == []
        first.target.stop()
        assert first.engine.operations == operations
    (after,) = there(first.target).values()
    assert after.arn == before.arn and first.target.copies_started() == 1
    assert after.tags["snapcopy:owner"] == f"shop/prod/web@{identity(1)}"
    if declared.explicit is None:
        second.up(declared)
        assert_apart(*twins)


@pytest.mark.parametrize("declared", [COPY, LATEST, NAMED], ids=["manual", "latest", "explicit"])
def test_a_state_that_moves_to_another_backend_is_the_same_stack(
    twins: tuple[Twin, Twin], declared: Declaration
) -> None:
    """`stack export`, `import`: the identity goes along, so `up` there changes nothing, and `destroy` ends it."""
    first, _ = twins
    first.up(declared)
    before = there(first.target)
    moved = Twin(first.target, 1)
    moved.engine.state = first.engine.state
    moved.up(declared)
    assert moved.engine.operations == [] and there(first.target) == before
    assert moved.run("destroy") == [] and there(first.target) == {}


def test_what_only_carries_the_others_tag_is_not_deleted(twins: tuple[Twin, Twin]) -> None:
    """Somebody copies the first's tags onto a snapshot of theirs; the second's runs leave both alone."""
    first, second = twins
    first.up(LATEST)
    (copy,) = there(first.target).values()
    first.target.plant(COPY.target_region, "by-hand", dict(copy.tags))
    before = there(first.target)
    second.up(replace(LATEST, triggers=("again",)))
    assert second.run("destroy") == []
    assert there(first.target) == before


def test_the_identity_is_what_tells_them_apart(twins: tuple[Twin, Twin]) -> None:
    """Names, URNs and requests are the same."""
    first, second = twins
    first.up(COPY)
    second.up(COPY)
    one, other = first.engine.state[0], second.engine.state[0]
    assert one.urn == other.urn == urn("web")
    assert one.outputs["snapcopy"]["key"] != other.outputs["snapcopy"]["key"] and one.id != other.id


def test_a_pending_replacement_knows_its_copy_by_the_state(twins: tuple[Twin, Twin]) -> None:
    """An interrupted `up --replace`, a day, and a removed owner tag: the ref in the state's entry says that it is ours.

    Beside it the other copy of the program is deleted, and a stranger takes its name.
    """
    first, _ = twins
    target, engine = first.target, first.engine
    other = replace(COPY, name="other", explicit="other-dr")
    dates = target.dates("web-1")
    named = replace(DATED, explicit="web-dr", date=dates[-1])
    first.up(named, other)
    copies = {each.name: each for each in there(target).values()}
    target.remove(copies["other-dr"])
    target.plant(COPY.target_region, "other-dr", {})
    tainted = engine.current(urn("web"))
    assert tainted is not None
    tainted.taint = True
    assert first.run("up", named, disturbance=Kill(at="Get", done=False)) == ["interrupted"]
    target.next_day()
    target.untag(copies["web-dr"], "snapcopy:owner")
    tainted.pending_replacement, tainted.taint = True, False
    assert first.run("up", named) == []
    (kept,) = (each for each in there(target).values() if each.name == "web-dr")
    assert kept.arn == copies["web-dr"].arn and target.copies_started() == 2
    assert kept.tags["snapcopy:owner"] == named.owner
