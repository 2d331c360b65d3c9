"""Lives that the state machine has found not to end as promised once; each is told in a few steps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pulumi_snapcopy.testing import Disturbance, Fault, Kill, Model, Stop
from pulumi_snapcopy.testing.engine import Engine, EngineKilled
from pulumi_snapcopy.testing.fake_service import FakeService
from pulumi_snapcopy.testing.program import Declaration
from pulumi_snapcopy.testing.target import HostDied, Seen

COPY = Declaration(
    name="web", source="db-1", source_region="us-east-1", target_region="eu-west-1", tags={"team": "shop"}
)
FAILING = Fault(kind="copy-fails", operation="CopySnapshot")


class Life:
    """One declaration on the model, step by step."""

    def __init__(self, declared: Declaration = COPY, **service: float) -> None:
        self.target, self.engine, self.declared = Model(lambda: FakeService(**service)), Engine(), declared  # type: ignore[arg-type]
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

    def there(self) -> dict[str, Seen]:
        """The snapshots where the copy is made, by ARN."""
        return {each.arn: each for each in self.target.snapshots() if each.region == COPY.target_region}

    def tags(self) -> list[dict[str, str]]:
        """The tags of each copy."""
        return [dict(each.tags) for each in self.there().values()]

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


THEIRS = {"snapcopy:owner": "shop/prod/web", "snapcopy:source": "us-east-2:other"}


@pytest.mark.parametrize("tags", [{}, THEIRS], ids=["made by hand", "another stack's copy"])
def test_an_adoption_that_was_cut_off_after_its_tag_is_gone_on_with(tags: dict[str, str]) -> None:
    """The next `up` leaves the adopted snapshot what it is, and says nothing of what it is a copy of."""
    life = Life(replace(COPY, explicit="web-dr", adopt=True))
    life.target.plant(COPY.target_region, "web-dr", tags)
    (adopted,) = life.there()
    # Before TagResource come: look, and for an untagged one the service's record.
    assert life.run("up", Kill(call=1 if tags else 2, done=True)) == ["cut off"]
    assert life.run("up") == []
    assert life.there().keys() == {adopted} and life.target.copies_started() == 0
    assert life.there()[adopted].tags.get("snapcopy:source") != "us-east-1:db-1"


def test_a_retained_copy_that_was_stopped_before_its_tags_is_kept() -> None:
    """Stopped before it showed, refreshed, replaced: it is marked by then, and no later run takes it for a leftover."""
    life = Life(shown_after=600.0)
    dates = life.target.dates("web-1")
    of_a_date = replace(COPY, tags={}, source="web-1", automatic="date", retain=True)
    life.declared = replace(of_a_date, date=dates[-3])
    assert "stopped, as asked" in life.run("up", Stop())[0]
    life.target.service.shown_after = 0.0
    assert life.run("refresh") == []
    for date in dates[-3:]:
        life.declared = replace(of_a_date, date=date)
        assert life.run("up") == []
    assert len(life.there()) == 3


def test_triggers_copy_again_beside_a_retained_copy_or_say_that_they_can_not() -> None:
    """Under an explicit name the retained copy is in the way: `up` says so, it doesn't pass it off as the new one."""
    life = Life(replace(COPY, explicit="web-dr", retain=True))
    assert life.run("up") == []
    (retained,) = life.there()
    life.declared = replace(life.declared, triggers=("again",))
    assert "by a retained copy" in life.run("up")[0]
    assert life.there().keys() == {retained}


@pytest.mark.parametrize("then", ["up", "destroy"])
def test_a_copy_whose_renaming_was_refused_is_still_known(then: str) -> None:
    """The new name couldn't be tagged: the next run tags it, and `destroy` deletes the copy."""
    life = Life()
    assert life.run("up") == []
    life.declared = replace(COPY, name="shop", alias="web")
    assert "DENIED" in life.run("up", Fault(kind="denied", operation="TagResource"))[0]
    assert life.run(then) == []
    assert [each["snapcopy:owner"] for each in life.tags()] == (["shop/dev/shop"] if then == "up" else [])


def test_a_replacement_that_fails_twice_leaves_the_copy_that_it_replaces() -> None:
    """What a half-made replacement is to replace goes when the new copy stands, however many runs that takes."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    first, second, third = life.target.dates("web-1")[-3:]
    life.declared = replace(life.declared, date=first)
    assert life.run("up") == []
    good = set(life.there())
    for date, runs in ((second, 2), (third, 2)):
        life.declared = replace(life.declared, date=date)
        for _ in range(runs):
            assert life.run("up", FAILING) != []
            assert good <= set(life.there())
    assert life.run("up") == []
    assert len(life.there()) == 1 and not good & set(life.there())
    assert life.engine.current(life.declared.goal().urn) is not None and len(life.engine.state) == 1


def test_going_back_to_a_retained_copy_takes_it_up() -> None:
    """Under a derived name it is the very copy that is asked for again, whatever was half made in between."""
    life = Life(replace(COPY, source="web-1", automatic="date", retain=True))
    first, second = life.target.dates("web-1")[-2:]
    life.declared = replace(life.declared, date=first)
    assert life.run("up") == []
    (kept,) = life.there()
    life.declared = replace(life.declared, date=second)
    assert life.run("up", FAILING) != []
    life.declared = replace(life.declared, date=first)
    assert life.run("up") == []
    assert [each.outputs["arn"] for each in life.engine.state] == [kept]


def test_a_copy_that_is_made_again_under_its_own_name_does_not_supersede_itself() -> None:
    """Retained from now on, copied again under one name, failed, made again and killed: the next run takes it up."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run("up") == []
    life.declared = replace(life.declared, retain=True, triggers=("again",))
    assert life.run("up", FAILING) != []
    for call in range(4, 12):
        life.run("up", Kill(call=call, done=True))
    assert life.run("up") == []
    assert len(life.there()) == 1


def test_what_a_refreshed_copy_was_to_replace_is_forgotten() -> None:
    """Stopped, and found complete by a refresh: the state holds no more than of any copy."""
    life = Life(replace(COPY, source="web-1", automatic="date"), copy_seconds=300)
    first, second = life.target.dates("web-1")[-2:]
    life.declared = replace(life.declared, date=first)
    assert life.run("up") == []
    life.declared = replace(life.declared, date=second)
    assert life.run("up", Stop()) != []
    life.target.service.clock.time += 600
    assert life.run("refresh") == []
    assert not any("supersedes" in each.outputs for each in life.engine.state)
    assert life.run("up") == []
    assert len(life.there()) == 1
