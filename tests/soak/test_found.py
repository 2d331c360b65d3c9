"""Lives that the state machine has found not to end as promised once; each is told in a few steps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pulumi_snapcopy.testing import Disturbance, Fault, Kill, Model, Stop, scripted
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
        self.keeps = False
        """Whether the engine keeps what it replaces, and the provider isn't told."""
        self.target.reset()

    def run(
        self, command: str = "up", disturbance: Disturbance | None = None, *, after: float | None = None
    ) -> list[str]:
        """Run the engine; a run that is cut off says so; ``after`` is when the user asks to stop, in seconds."""
        provider = self.target.start(disturbance)
        if after is not None:
            clock = self.target.service.clock
            clock.cancelled_at = clock.time + after
        try:
            if command == "up":
                goal = self.declared.goal()
                return self.engine.up(
                    provider, {self.declared.name: replace(goal, retain=goal.retain or self.keeps)}
                )
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
    life = Life(shown_after=40.0)
    dates = life.target.dates("web-1")
    of_a_date = replace(COPY, tags={}, source="web-1", automatic="date", retain=True)
    life.declared = replace(of_a_date, date=dates[-3])
    assert "stopped, as asked" in life.run("up", Stop(), after=2.0)[0]
    life.target.service.clock.time += 600
    assert life.run("refresh") == []
    for date in dates[-3:]:
        life.declared = replace(of_a_date, date=date)
        assert life.run("up") == []
    assert len(life.there()) == 3


@pytest.mark.parametrize("commands", [("destroy",), ("refresh", "destroy")], ids=" and ".join)
def test_a_copy_that_was_stopped_before_it_showed_is_deleted(commands: tuple[str, ...]) -> None:
    """It is in the state and not yet to be seen: that is no proof that it is gone."""
    life = Life(copy_seconds=30.0, shown_after=30.0)
    assert "stopped, as asked" in life.run("up", Stop(), after=2.0)[0]
    assert life.target.copies_started() == 1
    for command in commands:
        assert life.run(command) == []
    life.target.service.clock.time += 3600
    assert life.there() == {} and life.engine.state == []


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


def test_what_a_refreshed_copy_was_to_replace_is_deleted() -> None:
    """Stopped, and found complete by a refresh: the next run deletes the earlier copy, which no later one looks for."""
    life = Life(replace(COPY, source="web-1", automatic="date"), copy_seconds=300)
    first, second = life.target.dates("web-1")[-2:]
    life.declared = replace(life.declared, date=first)
    assert life.run("up") == []
    life.declared = replace(life.declared, date=second)
    assert life.run("up", Stop()) != []
    life.target.service.clock.time += 600
    assert life.run("refresh") == []
    assert life.run("up") == []
    assert len(life.there()) == 1
    life.declared = replace(life.declared, triggers=("again",))
    assert life.run("up") == []
    assert len(life.there()) == 1
    assert len(life.engine.state[0].outputs["supersedes"]) == 1, (
        "the one that was still there when it was made"
    )


LATEST = replace(COPY, source="web-1", automatic="latest")


def test_a_date_that_could_not_be_settled_at_check_is_replaced_as_any_other() -> None:
    """Check couldn't ask for "latest", create could: the next copy stands before this one goes."""
    life = Life(LATEST)
    assert life.run("up", Fault(kind="throttled", operation="Get")) == []
    (first,) = life.there()
    assert "restoredDate" not in life.engine.state[0].inputs
    life.declared = replace(LATEST, automatic="date", date=life.target.dates("web-1")[-2])
    assert "DENIED" in life.run("up", Fault(kind="denied", operation="CopySnapshot"))[0]
    assert life.there().keys() == {first}
    assert life.run("up") == []
    assert len(life.there()) == 1 and first not in life.there()


@pytest.mark.parametrize("between", ["nothing", "refresh", "an edit of tags"])
def test_copies_that_the_engine_keeps_without_our_knowing_are_kept(between: str) -> None:
    """`retain_on_delete` that a component hands down reaches the engine alone: what the state held is no leftover."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    life.keeps = True
    for count, date in enumerate(life.target.dates("web-1")[-4:], 1):
        life.declared = replace(life.declared, date=date)
        assert life.run("up") == []
        assert len(life.there()) == count
        if between == "refresh":
            assert life.run("refresh") == []
        elif between == "an edit of tags":
            life.declared = replace(life.declared, tags={"count": str(count)})
            assert life.run("up") == []


@pytest.mark.parametrize(
    "wrong", [{"date": "2026-10-01"}, {"source": "wbe-1"}, {"automatic": None, "source": "bd-1"}], ids=str
)
def test_a_wrong_source_under_the_same_name_costs_no_copy(wrong: dict[str, str]) -> None:
    """The copy would have to make way first: the wrong source is refused before, and what there is is told."""
    life = Life(replace(COPY, source="web-1", automatic="date", explicit="web-dr"))
    right = replace(life.declared, date=life.target.dates("web-1")[-2])
    life.declared = right
    assert life.run("up") == []
    (copy,) = life.there()
    life.declared = replace(right, **wrong)  # type: ignore[arg-type]
    (error,) = life.run("up")
    assert error.startswith("replacing CopiedSnapshot") and "would have to go first, and stays" in error
    assert life.there().keys() == {copy}
    life.declared = right
    assert life.run("up") == [] and life.there().keys() == {copy}


def test_a_wrong_source_after_a_killed_run_costs_no_copy() -> None:
    """What the killed run has made isn't what is asked for now: it goes when there is something to copy instead."""
    life = Life(replace(COPY, source="web-1", automatic="date", explicit="web-dr"))
    dates = life.target.dates("web-1")
    life.declared = replace(life.declared, date=dates[-2])
    assert life.run("up", Kill(call=4, done=False)) == ["cut off"]
    (copy,) = life.there()
    assert copy and life.tags()[0]["snapcopy:source"].endswith(dates[-2])
    life.target.service.clock.time += 600
    life.declared = replace(life.declared, date="2026-10-01")
    assert "no automatic snapshot of 2026-10-01" in life.run("up")[0]
    assert life.there().keys() == {copy} and life.engine.state == []
    life.declared = replace(life.declared, date=dates[-1])
    assert life.run("up") == []
    assert len(life.there()) == 1 and copy not in life.there()


def test_a_latest_whose_date_is_gone_can_be_settled_anew() -> None:
    """The copy has failed, and its date aged out before the next run: the message names what helps, and it does."""
    life = Life(LATEST)
    assert life.run("up", FAILING) != []
    for _ in range(8):
        life.target.next_day()
    (error,) = life.run("up")
    assert "run `pulumi refresh`, then `pulumi up`" in error
    assert life.run("refresh") == [] and life.run("up") == []
    assert len(life.there()) == 1


def test_a_copy_that_a_later_run_has_found_knows_its_operation() -> None:
    """The run that started it was killed: the next one reads its operation from the service's record."""
    life = Life()
    assert life.run("up", Kill(call=3, done=True)) == ["cut off"]
    assert life.run("up") == []
    (record,) = (each for _, _, each in life.target.service.records if each.type == "CopySnapshot")
    assert life.engine.state[0].outputs["operationId"] == record.id


def test_what_a_cut_off_run_left_is_removed_where_a_copy_had_that_name_before() -> None:
    """One date, another, the first again and killed, a third: the state has held a copy of that name, and not this one."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    first, second, third = life.target.dates("web-1")[-3:]
    for date in (first, second):
        life.declared = replace(life.declared, date=date)
        assert life.run("up") == []
    life.declared = replace(life.declared, date=first)
    assert life.run("up", Kill(call=4, done=True)) == ["cut off"]
    assert life.target.copies_started() == 3
    life.declared = replace(life.declared, date=third)
    assert life.run("up") == []
    assert len(life.there()) == 1
    assert life.run("destroy") == [] and life.there() == {}


def test_copies_that_the_engine_keeps_are_kept_through_other_triggers() -> None:
    """Copied again for a trigger, and that taken back: the copies from before are still known."""
    life = Life(replace(COPY, source="web-1", automatic="date"))
    life.keeps = True
    dates = life.target.dates("web-1")[-3:]
    for date, triggers in zip(dates, [(), ("again",), ()], strict=True):
        life.declared = replace(life.declared, date=date, triggers=triggers)
        assert life.run("up") == []
    assert len(life.there()) == 3


def test_a_name_may_be_given_to_another_declaration() -> None:
    """One is renamed and keeps its copy; another takes its name, and has a copy of another date: each keeps its own."""
    life = Life()
    dates = life.target.dates("web-1")
    web = replace(COPY, source="web-1", automatic="date", date=dates[-2])
    old = replace(web, name="web-old", alias="web")
    new = replace(web, date=dates[-1])
    for program in ([web], [old], [new, old], [old, new], [replace(new, date=dates[-3]), old]):
        for expected in (None, []):
            provider = life.target.start(None)
            assert life.engine.up(provider, {each.name: each.goal() for each in program}) == []
            life.target.stop()
            assert expected is None or life.engine.operations == expected
        assert len(life.there()) == len(program) == len(life.engine.state)


@pytest.mark.parametrize("fault", [scripted.Fault.TRANSIENT, scripted.Fault.REFUSED])
@pytest.mark.parametrize("command", ["refresh", "destroy"])
def test_a_copy_that_is_gone_needs_no_records(command: str, fault: scripted.Fault) -> None:
    """Whatever becomes of the service's records, what isn't there is gone, and it takes no time to find out."""
    life = Life()
    assert life.run("up") == []
    service = life.target.service
    (copy,) = life.there().values()
    life.target.remove(copy)
    service.clock.time += 86400
    service.faults_of["operations"] = [fault] * 1000
    began = service.clock.time
    assert life.run(command) == [] and life.engine.state == []
    assert service.clock.time - began < 5


def test_a_copy_that_was_stopped_before_it_showed_is_not_waited_for_a_week_later() -> None:
    """It was new then; if it isn't there now, it is gone."""
    life = Life(copy_seconds=30.0, shown_after=30.0)
    assert "stopped, as asked" in life.run("up", Stop(), after=2.0)[0]
    (copy,) = life.there().values()
    life.target.remove(copy)
    began = life.target.service.clock.time = life.target.service.clock.time + 7 * 86400
    assert life.run("refresh") == [] and life.engine.state == []
    assert life.target.service.clock.time - began < 5


def test_a_renamed_declaration_loses_no_copy_to_a_wrong_source() -> None:
    """Renamed and given a source that isn't there in one edit: the engine deletes under the name before."""
    life = Life(replace(COPY, explicit="db-dr"))
    assert life.run("up") == []
    (copy,) = life.there()
    right = replace(life.declared, name="shop", alias="web")
    life.declared = replace(right, source="bd-1")
    (error,) = life.run("up")
    assert "would have to go first, and stays" in error and life.there().keys() == {copy}
    life.declared = replace(right, source="data-2")
    assert life.run("up") == []
    assert len(life.there()) == 1 == len(life.engine.state) and copy not in life.there()
    assert "supersedes" not in life.engine.state[0].outputs


def test_what_is_copied_again_and_again_remembers_no_more_than_is_there() -> None:
    """Each trigger copies again: the state names the one copy that was still there."""
    life = Life()
    for trigger in "abcdef":
        life.declared = replace(life.declared, triggers=(trigger,))
        assert life.run("up") == []
    assert len(life.engine.state[0].outputs["supersedes"]) == 1 == len(life.there())


def test_a_tag_that_was_to_go_goes_after_a_refresh_too() -> None:
    """A run that was to take it away was stopped; a refresh finds the copy whole, and the next run takes it away."""
    life = Life(copy_seconds=300)
    assert "stopped, as asked" in life.run("up", Stop())[0]
    life.declared = replace(COPY, tags={"cost": "7"})
    assert "stopped, as asked" in life.run("up", Stop())[0]
    life.target.service.clock.time += 600
    assert life.run("refresh") == [] and life.run("up") == []
    assert [each.get("team") for each in life.tags()] == [None]
    assert (
        life.engine.state[0].outputs["tags"] == {"cost": "7"}
        and "unsettledTags" not in life.engine.state[0].outputs
    )


def test_going_back_to_a_retained_copy_under_its_explicit_name_takes_it_up() -> None:
    """Another name, and that taken back: the copy that was kept under the first is the very copy that is asked for."""
    life = Life(replace(COPY, explicit="db-dr", retain=True))
    assert life.run("up") == []
    (kept,) = life.there()
    life.declared = replace(life.declared, explicit="db-other")
    assert life.run("up") == []
    life.declared = replace(life.declared, explicit="db-dr")
    assert life.run("up") == []
    assert [each.outputs["arn"] for each in life.engine.state] == [kept]
