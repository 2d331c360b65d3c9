"""A service that doesn't show yet what it holds, or says that it is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.harness import Fault, Stop, scripted

from .life import COPY, Life


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


@pytest.mark.parametrize("forgetting", ["refresh", "destroy"])
def test_a_copy_that_reads_say_is_gone_is_not_forgotten_while_lists_show_it(forgetting: str) -> None:
    """Two reads in a row say so: `refresh` keeps it, `destroy` deletes it."""
    life = Life()
    assert life.run("up") == []
    assert life.run(forgetting, Fault(kind="hidden", operation="Get", times=2)) == []
    assert len(life.engine.state) == len(life.tags()) == (forgetting == "refresh")


@pytest.mark.parametrize("forgetting", ["refresh", "destroy"])
def test_a_stale_read_forgets_no_copy_where_lists_are_denied(forgetting: str) -> None:
    """One read that says so is then no proof."""
    life = Life()
    assert life.run("up") == []
    life.target.service.faults_of["GetSnapshots"] = [scripted.Fault.DENIED] * 1000
    assert life.run(forgetting, Fault(kind="hidden", operation="Get")) == []
    assert len(life.engine.state) == len(life.tags()) == (forgetting == "refresh")


@pytest.mark.parametrize(
    ("command", "verb", "said"),
    [("destroy", "delete", "in the stack's state"), ("refresh", "read", "nothing was changed")],
)
def test_a_short_timeout_takes_no_copy_that_is_about_to_show_for_gone(
    command: str, verb: str, said: str
) -> None:
    """Stopped right after it was started, it is waited for within the ten seconds given, and then kept in the state."""
    life = Life(replace(COPY, timeouts={verb: "10s"}), shown_after=30.0, copy_seconds=60.0)
    assert "stopped, as asked" in life.run("up", Stop(), after=2.0)[0]
    clock = life.target.service.clock
    began = clock.time
    (error,) = life.run(command)
    assert "timed out after 10 s" in error and said in error
    assert clock.time - began <= 12 and len(life.engine.state) == 1
    clock.time += 60
    assert life.run("destroy") == []
    assert life.there() == {} and life.engine.state == []


def test_a_throttled_look_at_the_records_forgets_no_copy_that_was_made_again() -> None:
    """The run that made it again was killed before it showed, and its record is hard to get."""
    life = Life()
    life.killed_right_after_copying_again(shown_after=20.0)
    life.target.service.faults_of["GetOperationsForResource"] = [scripted.Fault.TRANSIENT] * 2
    assert life.run("destroy") == []
    assert life.there() == {} and life.engine.state == []


def test_a_deletion_that_is_answered_by_stale_reads_is_asked_for_again() -> None:
    """Reads and the deletion say that there is no such copy, and the list shows it."""
    life = Life()
    assert life.run("up") == []
    service = life.target.service
    service.faults_of["GetSnapshot"] = [scripted.Fault.NOT_FOUND] * 3
    service.faults_of["DeleteSnapshot"] = [scripted.Fault.NOT_FOUND]
    assert life.run("destroy") == []
    assert life.there() == {}


def test_a_fast_clock_of_the_service_makes_nobody_elses_of_a_copy() -> None:
    """Stopped right after CopySnapshot, and destroyed: what the state has never seen is what it names."""
    life = Life(replace(COPY, explicit="db-dr"), shown_after=5.0, copy_seconds=60.0)
    assert "stopped, as asked" in life.run("up", Stop(), after=1.0)[0]
    (copy,) = (each for each in life.target.service.held if each.name == "db-dr")
    copy.created += 40
    assert life.run("destroy") == []
    assert life.there() == {} and life.engine.state == []


@pytest.mark.parametrize("explicit", [None, "db-dr"])
def test_a_copy_whose_answer_was_lost_and_that_shows_late_stays_in_the_state(explicit: str | None) -> None:
    """The name is in use, by what isn't shown for minutes: that may be ours, so the message says that it is kept."""
    life = Life(replace(COPY, explicit=explicit), shown_after=200.0)
    life.target.service.faults_of["CopySnapshot"] = [scripted.Fault.LOST]
    (error,) = life.run("up")
    assert "is in use in eu-west-1, by something that the service doesn't show" in error
    assert "it may be in progress" in error and "nothing was copied" not in error
    assert len(life.engine.state) == 1
    life.target.service.clock.time += 300
    assert life.run("up") == []
    assert len(life.there()) == life.target.copies_started() == 1


@pytest.mark.parametrize("named", ["web-dr", None])
def test_a_lost_answer_whose_record_shows_late_is_no_strangers(named: str | None) -> None:
    """The object shows before the record of the call that made it: it is waited for, and stays in the state."""
    life = Life(replace(COPY, explicit=named))
    service = life.target.service
    service.faults_of["CopySnapshot"] = [scripted.Fault.LOST]
    service.faults_of["GetOperationsForResource"] = [scripted.Fault.NOT_FOUND] * 4
    assert life.run("up") == []
    assert len(life.tags()) == life.target.copies_started() == 1
    assert life.run("destroy") == []
    assert life.there() == {}


def test_a_lost_answer_right_after_the_name_was_freed_is_no_strangers() -> None:
    """The newest record is that of the deletion, until the record of this run's own call shows."""
    life = Life(replace(COPY, explicit="web-dr"))
    assert life.run("up") == []
    life.declared = replace(life.declared, source="data-2")
    service = life.target.service
    service.faults_of["CopySnapshot"] = [scripted.Fault.LOST]
    service.faults_of["GetOperationsForResource"] = [scripted.Fault.NOT_FOUND] * 2
    assert life.run("up") == []
    assert len(life.tags()) == 1 and life.target.copies_started() == 2


def test_a_record_that_never_shows_ends_the_run_at_its_deadline() -> None:
    """Undecided is no state for ever: the run says that its time is up, and keeps what it has asked for."""
    life = Life(replace(COPY, explicit="web-dr", timeouts={"create": "20s"}))
    service = life.target.service
    service.faults_of["CopySnapshot"] = [scripted.Fault.LOST]
    service.faults_of["GetOperationsForResource"] = [scripted.Fault.NOT_FOUND] * 1000
    (error,) = life.run("up")
    assert "timed out after 20 s" in error and len(service.calls) < 100
    assert len(life.engine.state) == 1


def test_a_source_that_only_lists_show_is_copied() -> None:
    """Reads lag behind lists: what a list shows complete is there."""
    life = Life()
    life.target.service.faults_of["GetSnapshot"] = [scripted.Fault.NOT_FOUND] * 6
    assert life.run("up") == []
    assert life.target.copies_started() == 1
