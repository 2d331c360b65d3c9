"""Snapshots that aren't provably ours are never tagged, changed or deleted, and never reported as ours."""

from __future__ import annotations

import copy
import math
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from pulumi_snapcopy.core import ledger as core
from pulumi_snapcopy.core.converge import converge
from pulumi_snapcopy.core.errors import CopyError
from pulumi_snapcopy.core.values import ADOPTED, OWNER_TAG, SOURCE_TAG, Known, Phase, Record, Seen, Spec

from tests.harness import Kill
from tests.harness.fake_service import Held
from tests.harness.scripted import FRIDAY_NIGHT, Fault

from .strategies import kills, requests, worlds
from .world import HERE, NAMESAKE, THERE, Progress, World, date_of, held, manual, never_seen, wanted

NAMED = wanted(targetSnapshotName="web-1-dr")
TAGS = st.sampled_from([{}, {"team": "theirs"}, {OWNER_TAG: NAMESAKE}, {OWNER_TAG: ""}])
KINDS = st.sampled_from(["InstanceSnapshot", "DiskSnapshot"])


@given(
    world=worlds(faults=tuple(Fault)), request=requests(targetSnapshotName="web-1-dr"), tags=TAGS, kind=KINDS
)
def test_a_taken_name_is_refused_and_the_taker_left_alone(
    world: World, request: Spec, tags: dict[str, str], kind: str
) -> None:
    """Under a name that somebody else's snapshot has nothing is copied, and that snapshot stays as it is."""
    world.stranger(request.name, THERE, kind=kind, tags=tags)
    assert isinstance(world.create(request), CopyError)
    world.service.faults = []
    refused = world.create(request)
    assert isinstance(refused, CopyError) and refused.kept is None
    assert "is taken" in str(refused) and "write another target_snapshot_name" in str(refused)
    assert world.ours() == [] and world.service.taken_on == 0
    world.assert_foreign_untouched()


@given(world=worlds(), request=requests(targetSnapshotName="web-1-dr"))
def test_a_name_taken_by_another_type_is_refused(world: World, request: Spec) -> None:
    """A name that belongs to what is no snapshot is refused, with the name and what to do."""
    world.service.other_names.add((THERE, request.name))
    refused = world.create(request)
    assert isinstance(refused, CopyError) and "is in use" in str(refused) and refused.kept is None
    assert world.ours() == []


@given(world=worlds(), request=requests(targetSnapshotName="web-1-dr", adopt=True), tags=TAGS)
def test_adopt_takes_over_what_is_there(world: World, request: Spec, tags: dict[str, str]) -> None:
    """With adopt the snapshot is taken and tagged as ours, not as a copy of our source; nothing is copied."""
    held = world.service.plant(request.name, THERE, tags=tags)
    result = world.create(request)
    assert isinstance(result, Known) and result.ref == held.arn
    ours = {"team": "shop", OWNER_TAG: request.owner, SOURCE_TAG: ADOPTED}
    assert held.tags == {**tags, **ours} and world.service.taken_on == 0
    world.assert_foreign_untouched()


@given(
    world=worlds(faults=tuple(Fault)), request=requests(), tags=TAGS,
    kill=st.none() | kills(),
)  # fmt: skip
def test_delete_deletes_only_what_is_ours(
    world: World, request: Spec, tags: dict[str, str], kill: Kill | None
) -> None:
    """A snapshot that now has our copy's name, and neither our ARN nor our tag, is left alone by delete."""
    world.stranger(request.name, THERE, tags=tags)
    ours = Seen(
        name=request.name, region=THERE, kind="InstanceSnapshot", ref="arn:ours", state="available", phase=Phase.DONE,
        outputs={"arn": "arn:ours"},
    )  # fmt: skip
    known = held(request, Known(seen=ours))
    if kill:
        world.killed(request, kill, known, verb="delete")
    world.delete(request, known)
    world.service.faults = []
    assert world.delete(request, known) is None
    world.assert_foreign_untouched()


@given(world=worlds(faults=tuple(Fault)), request=requests())
def test_delete_ends_or_says_why(world: World, request: Spec) -> None:
    """Whatever the service answers, delete ends in an error or in nothing; a clean one after it deletes our copy."""
    faults, world.service.faults = world.service.faults, []
    copied = world.create(request)
    assert isinstance(copied, Known)
    world.service.faults = faults
    world.delete(request, held(request, copied))
    world.service.faults = []
    assert world.delete(request, held(request, copied)) is None
    assert world.ours() == []
    world.assert_foreign_untouched()


def test_adopt_takes_over_another_declarations_copy_of_something_else() -> None:
    """What is adopted is never deleted for being a copy of another source."""
    world = World()
    theirs = {OWNER_TAG: NAMESAKE, SOURCE_TAG: "us-east-2:other"}
    held = world.service.plant(NAMED.name, THERE, tags=theirs)
    result = world.create(replace(NAMED, adopt=True))
    assert held.deleted == math.inf
    assert isinstance(result, Known) and result.ref == held.arn and world.service.taken_on == 0


def test_a_retained_copy_under_an_explicit_name_is_not_deleted_for_a_new_one() -> None:
    """With retain_on_delete the engine leaves the old copy when it is replaced; its name is taken, and it stays."""
    world = World()
    retained = world.create(replace(NAMED, retain=True))
    assert isinstance(retained, Known)
    world.pass_time(86400)
    other = replace(wanted(targetSnapshotName=NAMED.name, restoreDate="2026-11-21"), retain=True)
    result = world.create(other, Known(replaces=retained.ref))
    assert [held.arn for held in world.ours()] == [retained.ref]
    assert isinstance(result, CopyError)


def test_an_untagged_copy_of_the_name_made_after_ours_is_foreign() -> None:
    """Our old record proves nothing of a snapshot that somebody took under the name since our copy was deleted."""
    world = World()
    world.killed(NAMED, Kill(at="CopySnapshot", done=True))
    assert [each.origin is not None for each in world.ours()] == [True]
    world.ours()[0].deleted = world.service.clock.now()
    world.pass_time(600)
    held = world.stranger(NAMED.name, THERE)
    held.created = held.done = world.service.clock.now() - 60
    world.before[-1].created = world.before[-1].done = held.created
    refused = world.create(NAMED)
    world.assert_foreign_untouched()
    assert isinstance(refused, CopyError) and "is taken" in str(refused)


@pytest.mark.parametrize("tags", [{}, {OWNER_TAG: NAMESAKE}], ids=["untagged", "tagged"])
def test_a_refresh_of_a_partial_copy_takes_no_foreign_one(tags: dict[str, str]) -> None:
    """A partial copy without an ARN isn't found in a stranger's snapshot, which a later delete would then end."""
    world = World()
    world.stranger(NAMED.name, THERE, tags=tags)
    assert world.read(NAMED, never_seen(NAMED)) is None
    assert world.progress.warnings


def test_a_copy_somebody_else_made_at_the_same_time_is_left_to_them() -> None:
    """Another run's copy, of the same source under the same explicit name, is theirs once they have tagged it."""
    world = World()
    service = world.service
    service.create(NAMED)
    held = world.ours()[0]
    tag_at = service.clock.now() + 2
    sleep = service.clock.sleep

    def sleep_and_tag(seconds: float) -> None:
        sleep(seconds)
        if service.clock.now() >= tag_at:
            held.tags[OWNER_TAG] = NAMESAKE

    service.clock.sleep = sleep_and_tag  # type: ignore[method-assign]
    refused = world.create(NAMED)
    assert isinstance(refused, CopyError) and "is taken" in str(refused)
    assert held.tags == {OWNER_TAG: NAMESAKE} and service.taken_on == 1


@given(
    world=worlds(),
    kill=kills(),
    named=st.booleans(),
    edited=st.sampled_from(["source", "date", "resource"]),
)
def test_what_is_reported_is_a_copy_of_what_was_asked_for(
    world: World, kill: Kill, named: bool, edited: str
) -> None:
    """A run that is killed, and repeated with another source or date, ends in a copy of that, or says why not."""
    name = {"targetSnapshotName": "web-1-dr"} if named else {}
    first, second = {
        "source": (manual(**name), manual(sourceSnapshotName="db-2", **name)),
        "date": (wanted(**name), wanted(restoreDate="2026-11-18", **name)),
        "resource": (wanted(**name), wanted(sourceResourceName="data-1", **name)),
    }[edited]
    world.killed(first, kill)
    world.pass_time(61)
    # The service records no date: what wasn't tagged yet, under a name without a date, can't be told from another date's.
    assume(not (named and edited == "date" and any(not held.tags for held in world.ours())))
    result = world.create(second)
    if isinstance(result, Known):
        (held,) = (each for each in world.ours() if each.arn == result.ref)
        assert held.origin == (second.source_region, second.source.partition(":")[2], date_of(second))
    world.assert_foreign_untouched()


@pytest.mark.parametrize("tagged", [True, False])
def test_a_stranger_under_the_name_of_a_copy_that_went_in_mid_wait_is_left_alone(tagged: bool) -> None:
    """The copy is deleted while it is waited for, and its name taken: the wait ends, and says what is true."""
    world = World()
    world.service.copy_seconds, world.service.tags_while_pending = 600, tagged
    swapped: list[Held] = []

    class Swapper(Progress):
        def show(self, text: str) -> None:
            if text.startswith("pending") and world.service.clock.now() > FRIDAY_NIGHT + 60 and not swapped:
                world.service.held.remove(
                    next(each for each in world.service.held if each.name == NAMED.name)
                )
                swapped.append(world.stranger(NAMED.name, THERE))

    world.progress = Swapper()
    result = world.create(NAMED)
    assert isinstance(result, CopyError) and "the copy is no longer there" in str(result) and swapped
    assert result.kept is None
    world.assert_foreign_untouched()


def _orphan(world: World) -> Held:
    """What an interrupted run made for a request that has been edited since."""
    tags = {OWNER_TAG: wanted().owner, SOURCE_TAG: f"{HERE}:db-1"}
    orphan = world.service.plant("web-old-dr", THERE, tags=tags)
    world.service.copy_seconds = 7200.0
    return orphan


@pytest.mark.parametrize("tagged", [True, False])
def test_an_orphan_that_became_somebody_elses_during_the_wait_is_left_to_them(tagged: bool) -> None:
    """Hours after it was seen: another has taken its name, or another stack has taken it over."""
    world = World()
    orphan = _orphan(world)

    def act() -> None:
        if tagged:
            orphan.tags[OWNER_TAG] = NAMESAKE
            world.foreign.append(orphan)
            world.before.append(copy.deepcopy(orphan))
        else:
            orphan.deleted = world.service.clock.now()
            world.stranger("web-old-dr", THERE)

    world.service.meanwhile.append((world.service.clock.now() + 3000, act))
    assert isinstance(world.create(replace(wanted(), longest_run=10_000.0)), Known)
    assert len(world.ours()) == 1
    world.assert_foreign_untouched()


def test_what_turns_out_to_be_in_the_state_under_another_name_is_kept() -> None:
    """Renamed in the state: the engine shows the resource that has it while another of the old name is being made."""
    world = World()
    renamed, shown = _orphan(world), world.service.clock.now() + 60
    run = world.run(replace(wanted(), longest_run=10_000.0))

    class Ledger(core.Ledger):
        def is_in_state(self, seen: Seen) -> bool:
            return seen.ref == renamed.arn and world.service.clock.now() > shown

    run.ledger = Ledger()
    assert converge(run).complete
    assert renamed in world.service.living(THERE) and not world.progress.warnings


def test_an_orphan_that_one_read_misses_is_deleted_all_the_same() -> None:
    """A stale read isn't the word of the service; a list shows it."""
    world = World()
    _orphan(world)
    read = world.service.get
    world.service.get = lambda region, name, kind=None: (  # type: ignore[method-assign]
        None if name == "web-old-dr" else read(region, name, kind)
    )
    assert isinstance(world.create(replace(wanted(), longest_run=10_000.0)), Known)
    world.assert_one_copy(wanted())


def test_a_name_that_only_ends_like_a_derived_one_is_its_makers() -> None:
    """Somebody has put a word before the name of our copy: it is none that this request derives."""
    world = World()
    friday, saturday = wanted(), wanted(restoreDate="2026-11-21")
    first = world.create(friday)
    assert isinstance(first, Known)
    world.stranger(f"pre-upgrade-{friday.name}", THERE)
    world.pass_time(86400)
    assert isinstance(world.create(saturday, Known(predecessors=frozenset({first.ref or ""}))), Known)
    world.assert_foreign_untouched()
    assert [each.name for each in world.ours()] == [friday.name, saturday.name]


@pytest.mark.parametrize("reason", ["scripted", "Too many snapshot copies in progress"])
def test_an_adopted_snapshot_that_fails_before_it_has_our_tag_is_left(reason: str) -> None:
    """It isn't in the state, and stays where it is, whatever it failed for."""
    world, request = World(), manual(targetSnapshotName="mine", adopt=True)
    theirs = world.stranger("mine", THERE)
    theirs.done, theirs.outcome = world.service.clock.now() + 60, "error"
    world.before[-1] = copy.deepcopy(theirs)
    world.service.tags_while_pending = False
    world.service.records = lambda spec: [  # type: ignore[method-assign]
        Record(id="o", kind="InstanceSnapshot", decides=True, failed=True, reason=reason)
    ]
    for _ in range(2):
        refused = world.create(request)
        assert isinstance(refused, CopyError) and refused.kept is None
        assert "failed (state: error), and can't be adopted" in str(refused)
    assert world.service.taken_on == 0
    world.assert_foreign_untouched()


def test_a_copy_that_the_engine_keeps_under_an_explicit_name_is_kept() -> None:
    """A component retains it, of which only the engine knows: it was to be deleted first, and still stands."""
    world = World()
    first = world.create(wanted(targetSnapshotName="mine"))
    assert isinstance(first, Known) and first.ref is not None
    edited = manual(targetSnapshotName="mine")
    refused = world.create(edited, Known(predecessors=frozenset({first.ref}), replaces=first.ref))
    assert isinstance(refused, CopyError) and "is taken in eu-west-1 by an earlier copy" in str(refused)
    assert [each.arn for each in world.ours()] == [first.ref] and world.service.taken_on == 1


def test_nothing_in_progress_is_deleted_for_a_source_that_is_not_there() -> None:
    """An earlier request's copy has the name, and the new one can't be made: what the message says is true."""
    world = World()
    world.service.copy_seconds = 600.0
    world.killed(wanted(targetSnapshotName="mine"), Kill(at="GetSnapshot", done=True, skip=3))
    assert len(world.ours()) == 1
    refused = world.create(manual(targetSnapshotName="mine", sourceSnapshotName="nowhere"))
    assert isinstance(refused, CopyError) and "nothing was sent" in str(refused)
    assert len(world.ours()) == 1


def test_what_was_accepted_and_does_not_show_stays_in_the_state() -> None:
    """It may show after its minute, and go with its declaration even if that is removed next."""
    world, request = World(), manual(targetSnapshotName="mine")
    world.service.shown_after = 120.0
    stopped = world.create(request)
    assert isinstance(stopped, CopyError) and "is no longer there" in str(stopped)
    assert stopped.kept is not None and stopped.kept.operation_id is not None
    world.pass_time(600)
    assert world.delete(request, stopped.kept) is None
    assert world.ours() == []


def test_the_verbs_own_timeout_says_nothing_of_whose_it_is() -> None:
    """A copy whose answer was lost, and a deletion that may take five minutes, ten later."""
    world, request = World(), manual(targetSnapshotName="mine")
    world.service.faults_of["CopySnapshot"] = [Fault.LOST]
    world.service.shown_after = 4000.0
    stopped = world.create(request)
    assert isinstance(stopped, CopyError) and stopped.kept is not None
    world.service.held[-1].shown = 0.0
    world.pass_time(600)
    assert world.delete(request, stopped.kept, timeout="5m") is None
    assert world.ours() == []


def test_a_stranger_that_has_the_name_meanwhile_is_told_of_plainly() -> None:
    """The copy was deleted by hand while it was waited for, and the name taken."""
    world, request = World(), manual(targetSnapshotName="mine")
    world.service.copy_seconds = 600.0

    def act() -> None:
        (ours,) = world.ours()
        ours.deleted = world.service.clock.now()
        world.stranger("mine", THERE, kind=ours.resource_type)

    world.service.meanwhile.append((world.service.clock.now() + 100, act))
    refused = world.create(request)
    assert '"mine" in eu-west-1 is another DiskSnapshot now; it was not changed' in str(refused)
    world.assert_foreign_untouched()
