"""What is gone, what isn't, and what is about to show."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.harness import Stop, scripted

from .life import COPY, Life


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


def test_a_short_timeout_takes_no_copy_that_is_about_to_show_for_gone() -> None:
    """Stopped right after it was started, and then destroyed with ten seconds' time: it is waited for, and deleted."""
    life = Life(replace(COPY, timeouts={"delete": "10s"}), shown_after=30.0, copy_seconds=60.0)
    assert "stopped, as asked" in life.run("up", Stop(), after=2.0)[0]
    assert life.run("destroy") == []
    assert life.there() == {} and life.engine.state == []


def test_a_throttled_look_at_the_records_forgets_no_copy_that_was_made_again() -> None:
    """The run that made it again was killed before it showed, and its record is hard to get."""
    life = Life()
    life.killed_right_after_copying_again(shown_after=20.0)
    life.target.service.faults_of["operations"] = [scripted.Fault.TRANSIENT] * 2
    assert life.run("destroy") == []
    assert life.there() == {} and life.engine.state == []


def test_a_copy_that_never_came_about_can_be_destroyed_in_a_short_time() -> None:
    """CopySnapshot's answer was lost, and so was the call: there is nothing to delete, and the state lets go of it."""
    life = Life(replace(COPY, timeouts={"create": "2s", "delete": "10s"}))
    life.target.service.faults_of["copy"] = [scripted.Fault.UNSENT] * 100
    assert "it may be under way" in life.run("up")[0]
    assert len(life.engine.state) == 1 and life.target.copies_started() == 0
    assert life.run("destroy") == [] and life.engine.state == []


def test_a_deletion_that_is_answered_by_lies_is_asked_for_again() -> None:
    """Reads and the deletion say that there is no such copy, and the list shows it."""
    life = Life()
    assert life.run("up") == []
    service = life.target.service
    service.faults_of["snapshot"] = [scripted.Fault.NOT_FOUND] * 3
    service.faults_of["delete"] = [scripted.Fault.NOT_FOUND]
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
