"""Whatever the service answers, create ends, and ends in at most one copy."""

from __future__ import annotations

import itertools
from copy import deepcopy
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pulumi_snapcopy.core.converge import converge
from pulumi_snapcopy.core.errors import CopyError
from pulumi_snapcopy.core.outcome import VerbFailed
from pulumi_snapcopy.core.values import Known, Phase, Record, Seen, Spec
from pulumi_snapcopy.core.waiting.policy import SHORTEST_PAUSE

from tests.harness.fake_service import FakeService
from tests.harness.scripted import LATENCY, Fault

from .strategies import requests, worlds
from .world import HONEST, THERE, TIMEOUT, World, held, manual, wanted

SLACK = 60.0
"""Seconds that a run may take beyond its time-out: the last pause, and the calls in progress."""


def name_of(known: Known | None) -> str | None:
    """The name of what a failed run has kept."""
    return known.seen.name if known is not None and known.seen is not None else None


@given(world=worlds(faults=tuple(Fault)), request=requests())
def test_any_answers_end_in_a_copy_or_an_error_and_never_in_two(world: World, request: Spec) -> None:
    """Any sequence of answers, true or not, ends in a copy or a CopyError, with one copy at most."""
    began = world.service.clock.now()
    result = world.create(request)
    assert isinstance(result, Known | CopyError)
    assert world.service.clock.now() - began <= TIMEOUT + SLACK
    assert len(world.ours()) <= 1 and world.service.taken_on <= 1
    world.assert_foreign_untouched()


@given(
    world=worlds(),
    request=requests(),
    first=st.integers(0, 12),
    fault=st.sampled_from(
        [Fault.TRANSIENT, Fault.LOST, Fault.UNSENT, Fault.TOO_MANY, Fault.DENIED, Fault.REFUSED]
    ),
)
def test_a_fault_that_never_ends_ends_in_an_error_in_time(
    world: World, request: Spec, first: int, fault: Fault
) -> None:
    """An outage that outlasts the time-out ends in an error by then, and a copy that was started is kept."""
    began = world.service.clock.now()
    world.service.faults = [None] * first + [fault] * 20_000
    result = world.create(request)
    assert world.service.clock.now() - began <= TIMEOUT + SLACK
    if isinstance(result, CopyError) and world.ours():
        assert name_of(result.kept) == request.name
    world.assert_foreign_untouched()


@given(world=worlds(faults=HONEST), request=requests())
def test_what_passes_is_waited_out(world: World, request: Spec) -> None:
    """Throttling, lost answers and too many copies in progress only delay."""
    result = world.create(request)
    assert isinstance(result, Known), str(result)
    assert world.service.taken_on == 1
    world.assert_one_copy(request)


@given(world=worlds(faults=(*HONEST, Fault.DENIED)), request=requests())
def test_a_started_copy_is_kept_whatever_fails(world: World, request: Spec) -> None:
    """An error that comes after the service has taken the copy on says which copy to keep, and a rerun ends it."""
    result = world.create(request)
    if isinstance(result, CopyError) and world.ours():
        assert name_of(result.kept) == request.name, str(result)
    world.service.faults = []
    assert isinstance(world.create(request), Known)
    assert world.service.taken_on == 1
    world.assert_one_copy(request)


@given(world=worlds(), request=requests(), failures=st.integers(1, 3))
def test_a_failed_copy_is_reported_kept_and_replaced_by_the_next_run(
    world: World, request: Spec, failures: int
) -> None:
    """A copy that fails fails the run with the service's reason; the next run deletes it and starts again."""
    world.service.failing_copies = failures
    for _ in range(failures):
        result = world.create(request)
        assert isinstance(result, CopyError) and "scripted" in str(result)
        assert result.kept is None or (result.kept.seen is not None and result.kept.seen.state == "error")
        world.pass_time(61)
    assert isinstance(world.create(request), Known)
    world.assert_one_copy(request)
    assert world.service.taken_on == failures + 1


@given(world=worlds(), request=requests(), at=st.floats(0, 60))
def test_asked_to_stop_it_stops_and_keeps_what_was_started(world: World, request: Spec, at: float) -> None:
    """A cancelled run ends at once in a CopyError that keeps what was started."""
    clock = world.service.clock
    clock.cancelled_at = clock.now() + at
    result = world.create(request)
    if isinstance(result, CopyError):
        assert (result.kept is not None) == bool(world.ours()), str(result)
    else:
        world.assert_one_copy(request)


@given(
    world=worlds(), request=requests(), outage=st.integers(1, 40), shown_after=st.sampled_from([0.0, 5.0, 50.0]),
    after=st.integers(0, 6),
)  # fmt: skip
def test_an_outage_after_the_start_is_no_proof_that_the_copy_is_gone(
    world: World, request: Spec, outage: int, shown_after: float, after: int
) -> None:
    """A copy that isn't shown at first, in a service that can't be asked for a while, is not taken for gone."""
    service = world.service
    service.shown_after = shown_after
    calls = _calls_until_copy(world, request) + after
    service.faults = [None] * calls + [Fault.TRANSIENT] * outage
    result = world.create(request)
    assert isinstance(result, Known), str(result)
    world.assert_one_copy(request)


@given(
    request=requests(),
    shown_after=st.sampled_from([5.0, 30.0, 55.0]),
    outages=st.lists(st.tuples(st.sampled_from([None, *HONEST]), st.integers(1, 10)), max_size=5),
)
def test_a_lost_answer_is_found_again_however_the_service_goes_on(
    request: Spec, shown_after: float, outages: list[tuple[Fault | None, int]]
) -> None:
    """A copy whose answer was lost is found when it shows, not taken for somebody else's or given up."""
    world = World()
    world.service.shown_after = shown_after
    before = [None] * (_calls_until_copy(world, request) - 1)
    world.service.faults = [*before, Fault.LOST, *(fault for fault, times in outages for _ in range(times))]
    result = world.create(request)
    assert isinstance(result, Known), str(result)
    assert world.service.taken_on == 1
    world.assert_one_copy(request)


@given(
    world=worlds(),
    request=requests(),
    fault=st.sampled_from([Fault.DENIED, Fault.TRANSIENT, Fault.UNSENT, Fault.TOO_MANY]),
)
def test_a_copy_whose_answer_was_lost_is_kept_if_it_cannot_be_looked_for(
    world: World, request: Spec, fault: Fault
) -> None:
    """What may be in progress is kept, also when nothing more is heard of the service."""
    world.service.faults = [None] * (_calls_until_copy(world, request) - 1) + [Fault.LOST] + [fault] * 20_000
    result = world.create(request)
    assert isinstance(result, CopyError) and result.kept is not None
    assert name_of(result.kept) == request.name
    world.service.faults = []
    assert isinstance(world.create(request, held(request, result.kept)), Known)
    assert world.service.taken_on == 1
    world.assert_one_copy(request)


@pytest.mark.parametrize("verb", ["create", "untag", "read", "delete"])
def test_asked_to_stop_every_verb_says_so(verb: str) -> None:
    """Whatever verb is cancelled while the service is throttling, it ends in the house's format, not in a bare Cancelled."""
    world, request = World(), wanted()
    copied = world.create(request)
    assert isinstance(copied, Known)
    service = world.service
    service.clock.cancelled_at = service.clock.now() + 1
    service.faults = [None] * (verb == "untag") + [Fault.TRANSIENT] * 50
    known = held(request, copied)
    if verb in ("create", "untag"):
        ended: object = world.create(request, known, dropped=["team"] if verb == "untag" else [])
    elif verb == "delete":
        ended = world.delete(request, known)
    else:
        with pytest.raises(VerbFailed) as caught:
            world.read(request, known)
        ended = caught.value
    assert "stopped, as asked" in str(ended)


def test_what_the_host_has_queued_when_the_user_asks_to_stop_is_not_begun() -> None:
    """After Ctrl-C the host serves the rest of its queue, whose looks are answered by what others have just listed."""
    world = World()
    run = world.run(manual())
    run.source_region.listing.all()
    run.target_region.listing.all()
    world.service.clock.cancelled_at = world.service.clock.now()
    with pytest.raises(CopyError, match="stopped, as asked") as stopped:
        converge(run)
    assert world.ours() == [] and stopped.value.kept is None


@pytest.mark.parametrize(("verb", "gerund"), [("read", "reading"), ("delete", "deleting")])
def test_a_service_that_never_answers_fails_each_verb_in_its_own_words(verb: str, gerund: str) -> None:
    """A read or a delete that runs out of time says that it read or deleted, not that nothing was copied."""
    world, request = World(), wanted()
    copied = world.create(request)
    assert isinstance(copied, Known)
    world.service.faults = [Fault.TRANSIENT] * 20_000
    with pytest.raises(VerbFailed) as caught:
        raise getattr(world, verb)(request, held(request, copied))
    assert str(caught.value).startswith(f"{gerund} CopiedSnapshot")
    assert "nothing was copied" not in str(caught.value)


def _calls_until_copy(world: World, request: Spec) -> int:
    """How many calls the service gets up to CopySnapshot, in a world like this one."""
    trial = World(
        service=replace(
            world.service, held=[], recorded=[], calls=[], faults=[], clock=type(world.service.clock)()
        )
    )
    trial.create(request)
    calls = itertools.takewhile(lambda call: call[1] != "CopySnapshot", trial.service.calls)
    return len(list(calls)) + 1


@given(world=worlds(), request=requests(), share=st.sampled_from([600.0, 7000.0]))
def test_pauses_are_short_beside_the_age(world: World, request: Spec, share: float) -> None:
    """Looks at a copy come after 5 % of its age, `SHORTEST_PAUSE` at least and 30 s at most."""
    service = world.service
    service.copy_seconds, service.shown_after = share, 0.0
    world.create(replace(request, longest_run=10_000.0))
    (started,) = (time for time, call in service.calls if call == "CopySnapshot")
    looks = [
        time
        for time, call in service.calls
        if call.startswith(f"GetSnapshot {request.region}") and time > started
    ]
    assert len(looks) > 50
    for look, next_look in itertools.pairwise(looks):
        rest = next_look - look - 3 * LATENCY
        assert rest <= min(max(0.05 * (look - started + 3 * LATENCY), SHORTEST_PAUSE), 30.0) + 1e-3


def test_a_resumed_wait_tells_of_the_operation_that_failed() -> None:
    """The next run knows the operation, and says why the copy failed, not that somebody deleted it."""
    world = World()
    world.service.copy_seconds, world.service.failing_copies = 100.0, 1
    first = world.create(replace(manual(), longest_run=5.0))
    assert isinstance(first, CopyError) and first.kept is not None and "operation-" in str(first)
    began = world.service.clock.now()
    second = world.create(manual(), held(manual(), first.kept))
    assert "the copy failed" in str(second) and "scripted" in str(second)
    assert f"AWS:   operation {first.kept.operation_id}" in str(second)
    assert world.service.clock.now() - began < 130


def test_of_a_copy_that_a_stranger_has_replaced_nothing_is_taken_up() -> None:
    """Deleted by hand, and its name taken by another's snapshot within the minute: that isn't the one we made."""
    world = World()
    request = manual(targetSnapshotName="db-dr")
    assert isinstance(world.create(request), Known)
    (ours,) = world.ours()
    ours.deleted = world.service.clock.now()
    theirs = world.stranger("db-dr", THERE, kind="DiskSnapshot")
    theirs.created = theirs.shown = world.service.clock.now()
    world.before[-1] = deepcopy(theirs)
    result = world.create(request)
    assert "is taken in eu-west-1" in str(result) and "has no snapcopy:owner tag" in str(result)
    world.assert_foreign_untouched()


class Thin(FakeService):
    """A service whose records leave out what needn't be in them."""

    def records(self, spec: Spec) -> list[Record]:
        return [replace(each, kind="") for each in super().records(spec)]


def test_a_record_that_names_no_type_is_no_proof_of_another_type() -> None:
    """The answer to CopySnapshot is lost and the copy isn't shown yet: it is waited for, whatever its record leaves out."""
    world = World(service=Thin(shown_after=20.0))
    world.service.faults_of["CopySnapshot"] = [Fault.LOST]
    result = world.create(wanted())
    assert isinstance(result, Known), str(result)
    world.assert_one_copy(wanted())


def test_an_older_record_is_no_proof_that_a_lost_copy_was_refused() -> None:
    """An instance bore the name once, and the service's new record lags: the copy may be ours, and is waited for."""
    world, request = World(service=FakeService(shown_after=20.0)), wanted()
    old = Record(id="old", kind="Instance")
    world.service.records = lambda spec: [old]  # type: ignore[method-assign]
    world.service.faults_of["CopySnapshot"] = [Fault.LOST]
    result = world.create(request)
    assert isinstance(result, Known), str(result)
    world.assert_one_copy(request)


def test_a_copy_that_shows_late_needs_no_records() -> None:
    """A role that may not read the service's records can still wait for a copy that isn't shown at first."""
    world = World(service=FakeService(shown_after=20.0))
    world.service.faults_of["GetOperationsForResource"] = [Fault.DENIED] * 100
    result = world.create(wanted())
    assert isinstance(result, Known), str(result)
    world.assert_one_copy(wanted())


class Vanishing(FakeService):
    """A service that shows what has failed once, and then no more."""

    def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
        found = super().get(region, name, kind)
        for each in self.held:
            if found is not None and each.arn == found.ref and found.phase is Phase.FAILED:
                each.deleted = self.clock.now()
        return found

    def records(self, spec: Spec) -> list[Record]:
        words = "You cannot copy more than 5 snapshots at a time."
        return [replace(each, reason=each.reason and words) for each in super().records(spec)]


def test_a_copy_that_fails_over_a_limit_and_vanishes_is_made_again() -> None:
    """There is nothing to delete, and nothing to wait for."""
    world = World(service=Vanishing(failing_copies=1))
    began = world.service.clock.now()
    result = world.create(wanted())
    assert isinstance(result, Known), str(result)
    world.assert_one_copy(wanted())
    assert world.service.taken_on == 2 and world.service.clock.now() - began < 40
