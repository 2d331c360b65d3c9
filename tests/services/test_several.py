"""Several of one request, or with our mark: which one is the resource's, what goes, and what is only named."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest

from tests.harness.served import Life
from tests.harness.services import EC2_COPY, FCU_COPY, LIGHTSAIL_COPY, OUTSCALE_COPY, ROWS
from tests.harness.target import Kill

from .test_life import by_hand, seen

DUPLICATES = pytest.mark.parametrize("row", [EC2_COPY, FCU_COPY], ids=str)
"""Services on which a repeated request makes a second one."""
BY_ID = pytest.mark.parametrize("row", [EC2_COPY, FCU_COPY, OUTSCALE_COPY], ids=str)


def bag(life: Life, **more: Any) -> dict[str, Any]:
    """What the program's options say."""
    return {**life.inputs, "snapcopy": {"identity": life.identity, **more}}


def killed(life: Life, **settings: float) -> str:
    """Have a run killed that has sent its request, and return the ref of what it made."""
    life.set(**settings)
    assert life.run(kill=Kill(at=life.row.create, done=True)) == ["killed"]
    life.clock.sleep(2.0)  # times are told to the second
    return life.only().arn


@DUPLICATES
def test_an_elder_one_that_is_still_pending_is_waited_for(life: Life) -> None:
    """The elder of two copies stays, even if it is a killed run's that shows late and our own is complete before."""
    first = killed(life, filter_seconds=8.0, copy_seconds=60.0)
    life.set(copy_seconds=5.0)
    life.ok()
    assert life.only().arn == first
    life.assert_well(sent=2)


@DUPLICATES
def test_what_the_state_has_stays_though_another_is_elder(life: Life) -> None:
    """The copy in the state stays although another is elder, since an update can't change the id."""
    first = killed(life, filter_seconds=20.0, copy_seconds=600.0)
    (error,) = life.run(program={"vol": bag(life, timeouts={"create": "60s"})})
    assert "timed out" in error and life.ref != first
    kept = life.ref
    life.ok()
    assert life.only().arn == kept
    life.assert_well(sent=2)


@pytest.mark.parametrize("row", [EC2_COPY], ids=str)
def test_a_limit_that_an_update_is_told_is_a_failure_that_the_next_run_replaces(life: Life) -> None:
    """A late limit during an update fails the run, since another request would have another id; the next run replaces the copy."""
    words = "Too many snapshot copies in progress. The limit is 5 for this destination region."
    life.inject("fail-copy", error_details=words, seconds=90)
    (stopped,) = life.run(program={"vol": bag(life, timeouts={"create": "30s"})})
    assert "timed out" in stopped
    first = life.ref
    (failed,) = life.run()
    assert "Too many snapshot copies" in failed and "run `pulumi up` again" in failed and life.ref == first
    life.ok()
    life.assert_well(sent=2)


@pytest.mark.parametrize("row", [each for each in ROWS if each.tags_in_call], ids=str)
def test_what_could_not_be_deleted_is_deleted_by_the_next_run_that_may(life: Life) -> None:
    """An orphan that the role may not delete is named, and deleted by a later run that may."""
    killed(life)
    life.emulator.finish_copies()
    denied = life.trouble("denied", life.row.delete, times=None)
    life.inputs |= life.row.edit
    for _ in range(2):
        life.ok()
        assert len(life.ours()) == 2 and any("isn't allowed" in each for each in life.shown.warnings)
    denied.remove()
    life.ok()
    life.assert_well()


@DUPLICATES
def test_a_second_one_that_may_not_be_deleted_is_named_until_it_may(life: Life) -> None:
    """A twin that the role may not delete ends no run; each later run tries again."""
    first = killed(life, filter_seconds=8.0, copy_seconds=4.0)
    denied = life.trouble("denied", life.row.delete, times=None)
    for _ in range(2):
        life.ok()
        assert len(life.ours()) == 2 and any("isn't allowed" in each for each in life.shown.warnings)
    denied.remove()
    life.ok()
    assert life.only().arn == first
    life.assert_well(sent=2)


@pytest.mark.parametrize("row", [EC2_COPY], ids=str)
def test_a_deletion_that_does_not_end_loses_nothing(life: Life) -> None:
    """If a twin is still shown at the deadline, the first copy is in the state and is deleted with its declaration."""
    killed(life, filter_seconds=8.0, copy_seconds=4.0, deletion_seconds=500.0)
    (error,) = life.run(program={"vol": bag(life, timeouts={"create": "2m"})})
    assert "still shows" in error and len(life.engine.state) == 1
    life.set(deletion_seconds=0.0)
    life.emulator.advance(600)
    life.ok("destroy")
    assert life.made() == []


@DUPLICATES
def test_a_retained_one_has_no_second_one_either(life: Life) -> None:
    """A twin that this run made is deleted although its request has the tag of `retain_on_delete`."""
    life.inputs = bag(life, retain=True)
    first = killed(life, filter_seconds=8.0, copy_seconds=4.0)
    life.ok()
    assert life.only().arn == first and life.ref == first


@pytest.mark.parametrize("row", [OUTSCALE_COPY], ids=str)
def test_a_token_proves_what_a_run_made_that_was_interrupted_long_ago(life: Life) -> None:
    """What a run made before it was killed, untagged, is taken up by its token however old it is; nothing is copied."""
    first = killed(life)
    life.emulator.advance(5 * 3600.0)
    life.ok()
    assert life.only().arn == first
    life.assert_well(sent=1)


def put(life: Life, region: str | None = None, **more: Any) -> str:
    """Somebody makes a snapshot; returns its id."""
    service = life.emulator.ec2 if life.row is EC2_COPY else life.emulator.outscale
    return service.put_snapshot(region or life.row.region, **more)


@DUPLICATES
def test_under_the_id_that_the_state_has_no_other_one_is_taken_up(life: Life) -> None:
    """If the state's copy was deleted, an update doesn't take up another one under its id; the next run does, under that one's id."""
    first = killed(life, filter_seconds=20.0, copy_seconds=600.0)
    (error,) = life.run(program={"vol": bag(life, timeouts={"create": "60s"})})
    assert "timed out" in error and life.ref != first
    service = by_hand(life)
    own = service.get(life.row.region, life.ref.rpartition("/")[2])
    assert own is not None
    service.delete(own)
    (error,) = life.run()
    assert "no longer there" in error
    life.ok()
    assert life.only().arn == first
    life.assert_well(sent=2)


@pytest.mark.parametrize("row", [LIGHTSAIL_COPY], ids=str)
def test_what_was_deleted_to_be_replaced_is_not_taken_for_the_new_one(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that was deleted for its explicit name isn't taken for the new one when stale reads show it again."""
    life.inputs["targetSnapshotName"] = "dr"
    life.ok()
    ghost, service = seen(life), type(by_hand(life))
    read, listed, delete = service.get, service.all, service.delete
    deleted: list[float] = []
    reads = count()

    def is_shown() -> bool:
        return bool(deleted) and life.clock.now() - deleted[0] < 10

    def deleting(self: Any, doomed: Any) -> None:
        delete(self, doomed)
        deleted.append(life.clock.now())

    def reading(self: Any, region: str, name: str, kind: str | None = None) -> Any:
        stale = name == "dr" and is_shown() and next(reads) > 0
        return ghost if stale else read(self, region, name, kind)

    def listing(self: Any, region: str, kind: str) -> Any:
        found = listed(self, region, kind)
        stale = is_shown() and (region, kind) == (ghost.region, ghost.kind)
        return [*[each for each in found if each.name != "dr"], ghost] if stale else found

    for name, method in (("get", reading), ("all", listing), ("delete", deleting)):
        monkeypatch.setattr(service, name, method)
    life.inputs["triggers"] = ["again"]
    life.ok()
    assert life.only().arn == life.ref != ghost.ref and life.sent() == 2


@pytest.mark.parametrize("row", [LIGHTSAIL_COPY, EC2_COPY], ids=str)
def test_what_a_list_still_shows_is_not_taken_for_what_was_deleted(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that is deleted and declared again within a minute is made again, although lists still show the old one."""
    life.ok()
    ghost, service = seen(life), type(by_hand(life))
    life.ok("destroy")
    listed, found = service.all, service.find
    monkeypatch.setattr(
        service,
        "all",
        lambda self, region, kind: [
            *listed(self, region, kind),
            *[ghost] * ((region, kind) == (ghost.region, ghost.kind)),
        ],
    )
    if life.row.by_id:
        monkeypatch.setattr(service, "find", lambda self, spec, listing: [*found(self, spec, listing), ghost])
    life.ok()
    assert life.only().arn == life.ref != ghost.ref and life.sent() == 2


@BY_ID
def test_one_that_was_stopped_before_it_shows_is_waited_for(life: Life) -> None:
    """A copy whose id is in the state and that no read shows yet isn't taken for gone."""
    life.set(visibility_seconds=40.0, copy_seconds=60.0)
    (error,) = life.run(program={"vol": bag(life, timeouts={"create": "5s"})})
    assert "timed out" in error
    life.ok()
    life.assert_well(sent=1)


@pytest.mark.parametrize("row", [EC2_COPY, OUTSCALE_COPY, LIGHTSAIL_COPY], ids=str)
def test_what_a_run_made_that_was_killed_days_ago_is_taken_up(life: Life) -> None:
    """What a run killed days ago made is taken up by its owner tag and key, token or name; where they are inherited, `up` warns."""
    first = killed(life)
    life.emulator.advance(3 * 86400.0)
    life.ok()
    assert life.only().arn == first and life.sent() == 1
    said = [each for each in life.shown.warnings if each.startswith(f'took up "{life.only().name}"')]
    assert len(said) == life.row.family.traits.heritable


@pytest.mark.parametrize("row", [EC2_COPY], ids=str)
def test_a_second_one_that_is_in_use_is_named_and_ends_no_run(life: Life) -> None:
    """A twin that is in use is named and ends no run; each run tries to delete it again."""
    killed(life, filter_seconds=8.0, copy_seconds=4.0)
    life.inject("error", life.row.delete, times=1, code="InvalidSnapshot.InUse", message="in use by ami-1")
    life.ok()
    assert len(life.made()) == 2
    assert any("can't be deleted: InvalidSnapshot.InUse" in each for each in life.shown.warnings)
    life.ok()
    assert [each.name for each in life.made()] == [life.ref.rpartition("/")[2]]
