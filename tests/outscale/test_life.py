"""Copies, snapshots of volumes and imports, from creation to deletion, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pulumi_snapcopy.core.state import Bag
from pulumi_snapcopy.emulator import Emulator, Settings
from pulumi_snapcopy.outscale.family import CopiedSnapshots
from pulumi_snapcopy.outscale.sdk import Connection
from pulumi_snapcopy.outscale.service import Outscale

from .life import COPY, IMPORT, OTHER, REGION, SECRET, SOURCE, URL, VOLUME, Life

Begin = Callable[..., Life]


@pytest.mark.parametrize(
    ("inputs", "size"),
    [({"volumeId": VOLUME}, 10), (COPY, 10), (IMPORT, 10)],
    ids=["volume", "copy", "import"],
)
def test_each_mode_makes_one_waits_tags_and_deletes(inputs: dict[str, Any], size: int, life: Begin) -> None:
    """It is made once, complete and ours; a second run changes and asks nothing; destroy leaves nothing."""
    one = life(inputs, copies=False)
    one.up()
    made, outputs = one.only(), one.outputs
    assert (outputs["snapshotId"], outputs["state"], outputs["progress"]) == (made.id, "completed", 100)
    assert (outputs["volumeSize"], outputs["regionName"]) == (size, REGION)
    assert outputs["createdAt"].endswith("Z") and one.engine.state[0].id == f"{REGION}/{made.id}"
    assert made.tags["snapcopy:owner"] == f"shop/dev/vol@{one.identity}"
    assert made.token == f"{outputs['snapcopy']['key']}-0" and len(made.token) <= 64
    one.emulator.clear_calls()
    one.up()
    assert one.engine.operations == [] and one.emulator.calls() == []
    assert one.run("refresh") == [] and one.outputs == outputs
    assert one.run("destroy") == [] and one.made() == []


def test_a_copy_without_a_description_takes_its_sources(life: Begin) -> None:
    """That is no drift, nor is writing it out; another one makes a new copy, the new one first."""
    one = life(COPY)
    one.up()
    first = one.only()
    assert first.description == one.outputs["snapshotDescription"] == "nightly"
    assert one.run("refresh") == []
    one.inputs = {**COPY, "description": "nightly"}
    one.up()
    assert one.only().id == first.id
    one.inputs = {**COPY, "description": "mine"}
    one.up()
    assert one.engine.operations == ["create vol", "delete vol"]
    assert one.only().description == "mine"
    one.inputs = COPY
    one.up()
    assert one.only().description == "nightly"


@pytest.mark.parametrize(
    "kill", [("after", "CreateSnapshot"), ("before", "CreateTags"), ("after", "CreateTags")]
)
def test_a_run_that_was_killed_is_resumed(kill: tuple[str, str], life: Begin) -> None:
    """The next run finds what the killed one has started by its token, and sends nothing."""
    one = life(COPY)
    assert one.run(kill=kill) == ["killed"]
    started = one.only()
    one.up()
    assert one.only().id == started.id and one.sent() == 1
    assert one.only().tags["snapcopy:source"] == f"{REGION}:{SOURCE}"


def test_a_run_that_was_killed_hours_ago_is_resumed(life: Begin) -> None:
    """A token isn't inherited: however old it is, what was made with it is ours."""
    one = life(COPY)
    assert one.run(kill=("after", "CreateSnapshot")) == ["killed"]
    one.clock.sleep(7 * 3600)
    one.up()
    assert one.only().tags["snapcopy:owner"].startswith("shop/dev/vol@")


def test_an_import_that_was_killed_is_resumed_with_a_url_signed_again(life: Begin) -> None:
    """The service knows the token with another URL; what it has made is taken up, also where it isn't visible at once."""
    one = life(IMPORT, copies=False)
    one.emulator.settings = Settings(snapshot_seconds=60, visibility_seconds=5)
    assert one.run(kill=("after", "CreateSnapshot")) == ["killed"]
    one.inputs = {**IMPORT, "fileLocation": URL.replace("Expires=1", "Expires=2")}
    one.up()
    assert one.only().state(one.clock.now()) == "completed"


@pytest.mark.parametrize("kind", ["lost", "garbage", "empty", "error-after"])
def test_a_lost_answer_is_searched_by_the_token(kind: str, life: Begin) -> None:
    """Whatever becomes of the answer, there is one copy in the end."""
    one = life(COPY)
    one.inject(kind, code="InternalError", status=500)
    one.up()
    assert one.only().tags["team"] == "shop"


def test_a_lost_answer_that_is_not_visible_is_sent_again_with_the_same_token(life: Begin) -> None:
    """A second send answers the same snapshot."""
    one = life(COPY)
    one.emulator.settings = Settings(copy_seconds=60, visibility_seconds=10)
    one.inject("lost")
    one.up()
    assert one.sent() > 1 and one.only().token.endswith("-0")  # type: ignore[union-attr]


def test_a_copy_that_failed_is_replaced_with_a_new_token(life: Begin) -> None:
    """The failed one stays in the state until the next run has made another, and then goes."""
    one = life(COPY)
    one.inject("fail-copy", seconds=30)
    (error,) = one.run()
    assert "the copy failed" in error and "run `pulumi up` again" in error
    failed = one.only()
    one.up()
    assert one.only().id != failed.id and one.only().token.endswith("-1")  # type: ignore[union-attr]
    assert one.run("destroy") == [] and one.made() == []


def test_a_copy_that_fails_at_once_ends_the_run(life: Begin) -> None:
    """It isn't taken for an older one of the same token, and made again and again."""
    one = life(COPY)
    one.inject("fail-copy", seconds=0, times=None)
    assert "the copy failed" in one.run()[0] and one.sent() == 1
    one.emulator.faults.clear()
    one.up()
    assert one.only().state(one.clock.now()) == "completed"


def test_a_failed_copy_of_a_killed_run_is_deleted_and_made_again(life: Begin) -> None:
    """What a killed run has started and what failed since is found by its token."""
    one = life(COPY)
    one.inject("fail-copy", seconds=1)
    assert one.run(kill=("after", "CreateSnapshot")) == ["killed"]
    one.clock.sleep(10)
    one.up()
    assert one.only().token.endswith("-1") and one.only().state(one.clock.now()) == "completed"  # type: ignore[union-attr]


def test_destroy_after_a_failed_copy_leaves_nothing(life: Begin) -> None:
    """A failed copy is in the state, and is deleted with it."""
    one = life(COPY)
    one.inject("fail-copy", seconds=30)
    assert one.run() != []
    assert one.run("destroy") == [] and one.made() == []


def test_adopting_takes_over_what_is_there(life: Begin) -> None:
    """It is tagged as ours, keeps its description, and goes with its declaration."""
    one = life({**COPY, "adoptSnapshotId": OTHER, "description": "mine"})
    one.up()
    adopted = one.there()[OTHER]
    assert one.made() == [] and one.sent() == 0
    assert adopted.tags["snapcopy:source"] == "adopted" and adopted.description == "weekly"
    one.up()
    assert one.engine.operations == []
    assert one.run("destroy") == [] and OTHER not in one.there()


@pytest.mark.parametrize("id_", ["snap-00000000", "snap-nonsense"])
def test_what_is_to_be_adopted_has_to_be_there_and_own(id_: str, life: Begin) -> None:
    """Nothing is sent where there is no such snapshot."""
    one = life({**COPY, "adoptSnapshotId": id_})
    assert f'there is no snapshot "{id_}" in {REGION} to adopt' in one.run()[0] and one.sent() == 0


def test_a_snapshot_that_another_account_shares_is_copied_and_never_adopted(life: Begin) -> None:
    """It can be a source; ours it can't be."""
    one = life(COPY)
    one.emulator.outscale.put_snapshot(REGION, "snap-aaaaaaaa", owner="210987654321", public=True)
    one.before = set(one.there())
    one.inputs = {**COPY, "adoptSnapshotId": "snap-aaaaaaaa"}
    assert "to adopt" in one.run()[0]
    one.inputs = {**COPY, "sourceSnapshotId": "snap-aaaaaaaa"}
    one.up()
    assert one.only().owner == "123456789012"


def test_what_is_not_ours_is_never_touched(life: Begin, emulator: Emulator) -> None:
    """Neither another stack of the same name nor what somebody tagged loses or gains anything."""
    theirs = life(COPY)
    theirs.identity = "f" * 16
    theirs.up()
    token = theirs.only().token
    foreign = emulator.outscale.put_snapshot(REGION, tags={"snapcopy:owner": "shop/dev/other@" + "e" * 16})
    before = theirs.there()
    ours = life(COPY)
    ours.up()
    assert ours.only().token != token
    assert ours.run("destroy") == []
    assert ours.there() == before and foreign in before


def test_an_orphan_of_an_edited_request_is_removed(life: Begin) -> None:
    """A killed run's copy goes when the request was edited before the next run, as its tag proves whose it is."""
    one = life(COPY)
    assert one.run(kill=("after", "CreateTags")) == ["killed"]
    orphan = one.only().id
    one.inputs = {**COPY, "sourceSnapshotId": OTHER}
    one.up()
    assert one.only().id != orphan and one.only().size == 20


def test_a_source_that_is_pending_is_waited_for(life: Begin) -> None:
    """Nothing is sent before it is complete."""
    one = life(COPY)
    one.emulator.outscale.set_state(REGION, SOURCE, "pending")
    sent: list[int] = []
    sleep = one.clock.sleep

    def complete(seconds: float) -> None:
        sent.append(one.sent())
        if len(sent) == 20:
            one.emulator.outscale.set_state(REGION, SOURCE, "completed")
        sleep(seconds)

    one.clock.sleep = complete  # type: ignore[method-assign]
    one.up()
    assert sent[:20] == [0] * 20 and one.only().state(one.clock.now()) == "completed"


@pytest.mark.parametrize(
    ("inputs", "said"),
    [
        ({**COPY, "sourceSnapshotId": "snap-00000000"}, f'there is no snapshot "snap-00000000" in {REGION}'),
        ({"volumeId": "vol-00000000"}, f'there is no volume "vol-00000000" in {REGION}'),
    ],
)
def test_a_source_that_is_not_there_is_said_before_anything_is_sent(
    inputs: dict[str, Any], said: str, life: Begin
) -> None:
    """The message says what there is."""
    one = life(inputs, copies=False)
    (error,) = one.run()
    assert said in error and ("snap-12345678" in error or VOLUME in error) and one.sent() == 0


def test_a_source_that_failed_is_refused(life: Begin) -> None:
    """It never will be complete."""
    one = life(COPY)
    one.emulator.outscale.set_state(REGION, SOURCE, "error")
    assert "is not complete" in one.run()[0] and one.sent() == 0


def test_too_many_in_progress_is_a_queue(life: Begin) -> None:
    """The refused request is sent again until it is accepted."""
    one = life(COPY)
    one.inject("error", code="10008", times=3)
    one.up()
    assert one.sent() == 4 and one.only()


def test_a_quota_that_is_used_up_ends_at_once_with_the_services_words(life: Begin) -> None:
    """Waiting doesn't help where nothing of ours is in progress."""
    one = life(COPY)
    one.emulator.settings = Settings(max_snapshots=2)
    (error,) = one.run()
    assert "10026: The limit of 2 snapshots is reached." in error and "have the quota raised" in error
    assert one.sent() == 1


def test_a_quota_is_a_queue_while_others_of_ours_are_in_progress(life: Begin, connection: Connection) -> None:
    """What another run has in progress may make room when it fails; once nothing is, the quota ends the run."""
    one = life(COPY)
    one.emulator.settings = Settings(copy_seconds=60, max_snapshots=3)
    others = Outscale(lambda: connection, clock=one.clock)
    spec = CopiedSnapshots().spec({**COPY, "regionName": REGION}, Bag(key="a" * 32, owner="shop/dev/other@1"))
    others.tag(others.create(spec, attempt=0).seen, spec.all_tags)
    (error,) = one.run()
    assert one.clock.ahead > 50
    assert "10026: The limit of 3 snapshots is reached." in error and "have the quota raised" in error


def test_a_delete_whose_answer_was_lost_has_succeeded(life: Begin) -> None:
    """The service then says that there is no such snapshot."""
    one = life(COPY)
    one.up()
    one.inject("lost", "DeleteSnapshot")
    assert one.run("destroy") == [] and one.made() == [] and one.engine.state == []


def test_a_snapshot_that_an_image_uses_stays_in_the_state(life: Begin) -> None:
    """The service's words are shown."""
    one = life(COPY)
    one.up()
    made = one.only().id
    one.emulator.outscale.use(REGION, made, "ami-12345678")
    (error,) = one.run("destroy")
    assert "is in use by ami-12345678" in error and "9029" in error
    assert [each.id for each in one.engine.state] == [f"{REGION}/{made}"]


def test_denied_tags_keep_it_in_the_state_and_the_next_run_tags(life: Begin) -> None:
    """The error names the action; nothing is made a second time."""
    one = life(COPY)
    one.inject("error", "CreateTags", code="AccessDenied", status=403, times=None)
    (error,) = one.run()
    assert "api:CreateTags" in error
    one.emulator.faults.clear()
    one.up()
    assert one.sent() == 1 and one.only().tags["team"] == "shop"


def test_lists_that_lag_hide_nothing(life: Begin) -> None:
    """A new snapshot is found by token and id while filters by tag don't show it."""
    one = life(COPY)
    one.emulator.settings = Settings(copy_seconds=60, filter_seconds=3600)
    one.up()
    assert one.run("refresh") == [] and one.run("destroy") == [] and one.made() == []


def test_tags_change_in_place_and_are_taken_away_with_their_values(life: Begin) -> None:
    """A changed value is set, a dropped key goes, those of others stay."""
    one = life({**COPY, "tags": {"team": "shop", "old": "x"}})
    one.up()
    first = one.only()
    one.inputs = {**COPY, "tags": {"team": "dr"}}
    one.up()
    tags = one.only().tags
    assert one.only().id == first.id and tags["team"] == "dr" and "old" not in tags


def test_a_url_that_is_signed_again_is_the_same_import(life: Begin) -> None:
    """Another object is another one; the state holds no secret but in the encrypted input, the service's tags none."""
    one = life(IMPORT, copies=False)
    one.up()
    first = one.only()
    one.inputs = {**IMPORT, "fileLocation": URL.replace(f"Signature={SECRET}", "Signature=again")}
    one.up()
    assert one.only().id == first.id
    one.inputs = {**IMPORT, "fileLocation": URL.replace("disk.qcow2", "other.qcow2")}
    one.up()
    assert one.only().id != first.id
    assert SECRET not in str(first.tags) and "disk.qcow2" not in str(first.tags)


def test_no_error_quotes_the_url(life: Begin) -> None:
    """Not where the service itself quotes it, and not in the state."""
    one = life(IMPORT, copies=False)
    one.inject("error", code="4074", message=f"The URL {URL} can't be read.", status=400)
    (error,) = one.run()
    assert "4074" in error and SECRET not in error
    one.inject("fail-copy", seconds=30)
    (error,) = one.run()
    assert SECRET not in error and SECRET not in one.text()


def test_a_snapshot_that_somebody_deleted_is_made_again_after_a_refresh(life: Begin) -> None:
    """The token's old snapshot is gone; the service makes a new one."""
    one = life(COPY)
    one.up()
    first = one.only().id
    one.wire.connection.call("DeleteSnapshot", clock=one.clock, SnapshotId=first)
    assert one.run("refresh") == [] and one.engine.state == []
    one.up()
    assert one.only().id != first


def test_credentials_of_another_region_are_refused(life: Begin) -> None:
    """There everything would seem to be gone."""
    one = life(COPY)
    one.up()
    one.engine.state[0].id = one.engine.state[0].id.replace(REGION, "us-east-2")
    assert "OSC_REGION=us-east-2" in one.run("refresh")[0] and len(one.engine.state) == 1
