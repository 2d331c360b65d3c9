"""A copy that is gone, or never came about."""

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
    service.faults_of["GetOperationsForResource"] = [fault] * 1000
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


def test_a_copy_that_never_came_about_can_be_destroyed_in_a_short_time() -> None:
    """CopySnapshot's answer was lost, and so was the call: there is nothing to delete, and the state lets go of it."""
    life = Life(replace(COPY, timeouts={"create": "2s", "delete": "10s"}))
    life.target.service.faults_of["CopySnapshot"] = [scripted.Fault.UNSENT] * 100
    assert "it may be in progress" in life.run("up")[0]
    assert len(life.engine.state) == 1 and life.target.copies_started() == 0
    assert life.run("destroy") == [] and life.engine.state == []
