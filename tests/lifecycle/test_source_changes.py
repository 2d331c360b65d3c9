"""A source that changes behind the copy: taken again under its name, or gone together with the copy."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pulumi_snapcopy.core.errors import Denied, LoginFailed

from tests.harness import Fault
from tests.harness.fake_service import FakeService

from .life import COPY, LATEST, Life


def take_again(life: Life) -> None:
    """Somebody deletes the manual source and takes it again under its name, as a nightly script does."""
    service = life.target.service
    service.held = [each for each in service.held if each.name != COPY.source]
    life.target.next_day()
    service.plant(COPY.source, COPY.source_region)


def test_a_refresh_says_that_the_source_was_taken_again() -> None:
    """Both times are named, and what to write; the copy stays as it is, also in the next run."""
    life = Life()
    assert life.run("up") == []
    (copy,) = life.there()
    assert life.run("refresh") == [] and life.warnings == []
    take_again(life)
    assert life.run("refresh") == []
    (warning,) = life.warnings
    assert (
        warning.startswith("us-east-1:db-1 was taken again: this copy is of the one of ")
        and "triggers" in warning
    )
    assert life.run("up") == [] and life.engine.operations == []
    assert life.there().keys() == {copy}


def test_a_tracked_manual_source_is_copied_again_when_it_was_taken_again() -> None:
    """The new copy stands before the old one goes, and nothing happens until the source is taken again."""
    life = Life(replace(COPY, tracked=True))
    assert life.run("up") == []
    (before,) = life.there()
    assert life.run("up") == [] and life.engine.operations == []
    take_again(life)
    assert life.run("up") == []
    assert life.engine.operations == ["create web", "delete web"]
    (after,) = life.there()
    assert after != before
    assert life.run("up") == [] and life.engine.operations == []


@pytest.mark.parametrize("explicit", [None, "db-dr"])
def test_following_a_manual_source_copies_nothing_again_by_itself(explicit: str | None) -> None:
    """Where the first check can't ask, or track_latest is written later: what the copy is of is known from its making."""
    throttled = Life(replace(COPY, tracked=True, explicit=explicit))
    assert throttled.run("up", Fault(kind="throttled", operation="Get")) == []
    switched_on = Life(replace(COPY, explicit=explicit))
    assert switched_on.run("up") == []
    switched_on.declared = replace(switched_on.declared, tracked=True)
    for life in (throttled, switched_on):
        (before,) = life.there()
        for _ in range(2):
            assert life.run("up") == [] and life.there().keys() == {before}
        assert life.target.copies_started() == 1
        take_again(life)
        assert life.run("up") == [] and life.there().keys() != {before}
        assert life.target.copies_started() == 2 and len(life.there()) == 1


def test_a_refresh_says_which_copies_are_gone_for_good() -> None:
    """Somebody deleted the copy, and the source no longer has its date: it can't be made again."""
    life = Life(replace(LATEST, automatic="date"))
    life.declared = replace(life.declared, date=life.target.dates("web-1")[0])
    assert life.run("up") == []
    (copy,) = life.there().values()
    life.target.next_day()
    life.target.remove(copy)
    assert life.run("refresh") == []
    (warning,) = life.warnings
    assert f'the copy "{copy.name}" is gone from eu-west-1 and can\'t be made again' in warning
    assert "web-1 has no automatic snapshot of" in warning


def test_a_refresh_says_nothing_of_a_copy_that_can_be_made_again() -> None:
    """It is gone from the state, and the next run makes it."""
    life = Life()
    assert life.run("up") == []
    (copy,) = life.there().values()
    life.target.remove(copy)
    assert life.run("refresh") == [] and life.warnings == []


def test_a_role_that_may_not_delete_goes_on_with_replacements(monkeypatch: pytest.MonkeyPatch) -> None:
    """The new copy stands, the old one stays and is named once; later runs leave it alone and do nothing."""

    def refuse(service: FakeService, seen: object) -> None:
        raise Denied("not allowed", call="lightsail:DeleteInstanceSnapshot", code="AccessDeniedException")

    monkeypatch.setattr(FakeService, "delete", refuse)
    life = Life()
    assert life.run("up") == []
    life.declared = replace(life.declared, triggers=("again",))
    assert life.run("up") == []
    (warning,) = life.warnings
    assert "deleting it isn't allowed (lightsail:DeleteInstanceSnapshot)" in warning
    assert len(life.there()) == 2 and len(life.engine.state) == 1
    assert life.run("up") == [] and life.engine.operations == [] and life.warnings == []
    life.declared = replace(life.declared, triggers=("once more",))
    assert life.run("up") == []
    assert len(life.warnings) == 1 and len(life.there()) == 3


def test_expired_credentials_are_no_word_on_what_a_role_may_delete(monkeypatch: pytest.MonkeyPatch) -> None:
    """The old copy stays in the state, and the next run deletes it."""

    def refuse(service: FakeService, seen: object) -> None:
        raise LoginFailed("expired", code="ExpiredToken", advice="renew the credentials")

    life = Life()
    assert life.run("up") == []
    life.declared = replace(life.declared, triggers=("again",))
    with monkeypatch.context() as expired:
        expired.setattr(FakeService, "delete", refuse)
        (error,) = life.run("up")
    assert "Next:  renew the credentials, then run the same command again." in error
    assert len(life.there()) == 2 and life.warnings == []
    assert life.run("up") == []
    assert len(life.there()) == 1 and len(life.engine.state) == 1


@pytest.mark.parametrize("alias", [False, True], ids=["edited", "renamed and edited"])
def test_a_role_that_may_not_delete_goes_on_after_a_rename(alias: bool) -> None:
    """The engine deletes what was replaced under the old name, which the renamed resource had."""
    life = Life()
    assert life.run() == []
    named = replace(COPY, name="shop", alias="web") if alias else COPY
    life.declared = replace(named, triggers=("2",))
    assert life.run("up", Fault(kind="denied", operation="DeleteSnapshot", times=3)) == []
    assert len(life.there()) == 2 and any("deleting it isn't allowed" in each for each in life.warnings)
    assert len(life.engine.state) == 1
    assert life.run() == [] and life.engine.operations == []


@pytest.mark.parametrize("follows", ["the latest", "a manual source"])
def test_a_source_that_cannot_be_asked_for_a_newer_snapshot_is_warned_of(follows: str) -> None:
    """The copy stays as it is; `up` goes well, and says what it doesn't know."""
    life = Life(
        replace(LATEST, automatic="track") if follows == "the latest" else replace(COPY, tracked=True)
    )
    assert life.run() == []
    before = life.there()
    operation = "GetAutoSnapshots" if follows == "the latest" else "GetSnapshot"
    assert life.run("up", Fault(kind="denied", operation=operation, times=9)) == []
    assert life.there() == before
    (warning,) = life.warnings
    assert warning.startswith("can't tell whether us-east-1:") and "So no newer one is copied." in warning


@pytest.mark.parametrize("stopped", [1, 2], ids=["create", "create and update"])
def test_a_refresh_says_that_the_source_was_taken_again_after_runs_that_ran_out_of_time(stopped: int) -> None:
    """When the source was taken that was copied is known from the first of them."""
    life = Life(replace(COPY, timeouts={"create": "20s"}), copy_seconds=90.0)
    for _ in range(stopped):
        assert "timed out" in life.run()[0]
    life.declared = COPY
    assert life.run() == []
    take_again(life)
    assert life.run("refresh") == []
    assert any("was taken again" in each for each in life.warnings)


def test_a_new_copy_whose_source_cannot_be_asked_fails_without_that_warning() -> None:
    """Its creation asks again, and says why not."""
    life = Life(replace(LATEST, automatic="track"))
    (error,) = life.run("up", Fault(kind="denied", operation="GetAutoSnapshots", times=9))
    assert "DENIED" in error and life.warnings == []


def test_a_refresh_that_is_stopped_while_it_looks_at_the_source_says_so() -> None:
    """At whatever moment the user asks."""
    ends = set()
    for after in range(40):
        life = Life()
        assert life.run() == []
        ends |= {error.partition(":")[0] for error in life.run("refresh", after=after * 0.02)}
    assert ends == {'reading CopiedSnapshot "web" (us-east-1 -> eu-west-1)'}


def test_what_is_said_to_be_kept_is_there_whichever_call_is_denied() -> None:
    """A read after an accepted deletion, too: the run fails, and the next one finds the copy gone."""
    kept = 0
    for skip in range(16):
        life = Life()
        assert life.run() == []
        life.declared = replace(COPY, triggers=("2",))
        errors = life.run("up", Fault(kind="denied", skip=skip, times=1))
        names = {each.name for each in life.there().values()}
        said = [warning.split('"')[1] for warning in life.warnings if warning.startswith("kept")]
        assert set(said) <= names
        kept += len(said)
        assert life.run() == [] and len(life.engine.state) == 1, (skip, errors)
    assert kept == 1
