"""What only OUTSCALE does with a snapshot: tokens, imports, quotas; what holds on every service is in tests/services."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.values import Seen
from pulumi_snapcopy.core.waiting.policy import CREATION_GRACE
from pulumi_snapcopy.emulator.blocks import Region, Snapshot
from pulumi_snapcopy.outscale.family import CopiedSnapshots
from pulumi_snapcopy.outscale.sdk import Connection
from pulumi_snapcopy.outscale.service import Outscale

from tests.harness.served import Life, Running
from tests.harness.services import OUTSCALE_COPY, OUTSCALE_SNAPSHOT
from tests.harness.target import Kill

from .life import COPY, IMPORT, MADE_OF_VOLUME, REGION, SECRET, SOURCE, URL, VOLUME, raw, text

Begin = Callable[[dict[str, Any]], Life]
KILLED = Kill(at="CreateSnapshot", done=True)


@pytest.fixture
def copy(served: Running) -> Life:
    """A stack of a copy."""
    served.reset(OUTSCALE_COPY)
    return Life(OUTSCALE_COPY, served)


@pytest.fixture
def snapshot(served: Running) -> Begin:
    """Begin a stack of a snapshot that is made in one of the three ways."""

    def begin(inputs: dict[str, Any]) -> Life:
        served.reset(OUTSCALE_SNAPSHOT)
        life = Life(OUTSCALE_SNAPSHOT, served)
        life.inputs = {"tags": {"team": "shop"}, **inputs}
        return life

    return begin


@pytest.mark.parametrize("inputs", [MADE_OF_VOLUME, COPY, IMPORT], ids=["volume", "copy", "import"])
def test_each_mode_makes_one_and_reads_it_at_the_end(inputs: dict[str, Any], snapshot: Begin) -> None:
    """In each mode one snapshot is made, with the key and the attempt as token, and a refresh changes nothing."""
    life = snapshot(inputs)
    life.ok()
    outputs, made = life.outputs, raw(life)
    assert (outputs["snapshotId"], outputs["state"], outputs["progress"]) == (made.id, "completed", 100)
    assert (outputs["volumeSize"], outputs["regionName"]) == (10, REGION) and outputs["createdAt"].endswith(
        "Z"
    )
    assert made.token == f"{outputs['snapcopy']['key']}-0" and len(made.token) <= 64
    life.ok("refresh")
    assert life.outputs == outputs
    life.assert_well(sent=1)


def test_a_copy_and_a_snapshot_of_one_name_leave_each_other_alone(copy: Life, served: Running) -> None:
    """A CopiedSnapshot and a Snapshot of one name have one owner tag, and neither takes the other's for its orphan."""
    snapshot = Life(OUTSCALE_SNAPSHOT, served)
    copy.ok()
    snapshot.ok()
    first, second = copy.made()
    copy.inputs["description"] = "another"
    copy.ok()
    assert first not in copy.made() and second in copy.made() and len(copy.made()) == 2
    assert {each.tags["snapcopy:owner"] for each in copy.made()} == {second.tags["snapcopy:owner"]}


def test_a_stale_read_forgets_no_adopted_snapshot(copy: Life, monkeypatch: pytest.MonkeyPatch) -> None:
    """An adopted snapshot that a stale read misses is read again by its id, and tagged."""
    copy.emulator.outscale.put_snapshot(REGION, "snap-bbbbbbbb")
    copy.inputs["adoptSnapshotId"] = "snap-bbbbbbbb"
    copy.ok()
    del copy.inputs["adoptSnapshotId"]
    copy.inputs["tags"] = {"team": "web"}
    get, reads = Outscale.get, list[str]()

    def stale(service: Outscale, region: str, name: str, kind: str | None = None) -> Seen | None:
        reads.append(name)
        return None if len(reads) == 1 else get(service, region, name, kind)

    monkeypatch.setattr(Outscale, "get", stale)
    copy.ok()
    assert copy.outputs["snapshotId"] == "snap-bbbbbbbb" == reads[0] and copy.sent() == 0
    assert next(each for each in copy.row.things() if each.name == "snap-bbbbbbbb").tags["team"] == "web"


def test_a_copy_without_a_description_takes_its_sources(copy: Life) -> None:
    """The source's description is no drift, whether it is written out or not; another description makes a new copy first."""
    copy.ok()
    first = raw(copy)
    assert first.description == copy.outputs["snapshotDescription"] == "nightly"
    copy.ok("refresh")
    copy.inputs["description"] = "nightly"
    copy.ok()
    assert raw(copy).id == first.id
    copy.inputs["description"] = "mine"
    copy.ok()
    assert copy.engine.operations == ["create vol", "delete vol"] and raw(copy).description == "mine"
    del copy.inputs["description"]
    copy.ok()
    assert raw(copy).description == "nightly"


def test_a_run_that_was_killed_hours_ago_is_resumed(copy: Life) -> None:
    """What a run killed hours ago made is found by its token, which is never inherited."""
    assert copy.run(kill=KILLED) == ["killed"]
    copy.clock.sleep(7 * 3600)
    copy.ok()
    copy.assert_well()


def test_an_import_that_was_killed_is_resumed_with_a_url_signed_again(snapshot: Begin) -> None:
    """A killed import is resumed with a URL that is signed again, although the service knows the token with another URL."""
    life = snapshot(IMPORT)
    life.set(visibility_seconds=5)
    assert life.run(kill=KILLED) == ["killed"]
    life.inputs["fileLocation"] = URL.replace("Expires=1", "Expires=2")
    life.ok()
    assert any("what it has made isn't visible yet" in each for each in life.shown.lines)
    life.assert_well()


def test_a_lost_answer_that_is_not_visible_is_sent_again_with_the_same_token(copy: Life) -> None:
    """After a lost answer the same token is sent again, and answers the same snapshot."""
    copy.set(visibility_seconds=10)
    copy.inject("lost")
    copy.ok()
    assert copy.sent() > 1 and str(raw(copy).token).endswith("-0")


def test_a_copy_that_failed_is_replaced_with_a_new_token(copy: Life) -> None:
    """A failed copy is replaced with a new token, as the old one answers the failed copy."""
    copy.inject("fail-copy")
    assert copy.run() != []
    copy.ok()
    assert str(raw(copy).token).endswith("-1")


def test_a_copy_that_somebody_deletes_while_it_is_pending_is_said_to_be_being_deleted(
    copy: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cause names the deletion while the service still shows the copy, and the next run makes a new one."""
    tag = Outscale.tag

    def tag_and_delete(service: Outscale, seen: Seen, tags: Mapping[str, str]) -> None:
        tag(service, seen, tags)
        service.delete(seen)

    copy.set(deletion_seconds=60)
    with monkeypatch.context() as patch:
        patch.setattr(Outscale, "tag", tag_and_delete)
        (error,) = copy.run()
    assert "the copy failed: it is being deleted\n" in error, error
    copy.ok()
    assert copy.outputs["state"] == "completed"


@pytest.fixture(params=[0, 200], ids=["same time", "clock ahead"])
def remembered(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A token goes on answering its snapshot after that was deleted; the service's clock may be ahead of ours."""

    def delete(region: Region, made: Snapshot) -> None:
        region.put(replace(made, visible_at=math.inf, created_at=made.created_at + request.param))

    monkeypatch.setattr(Region, "delete", delete)


def fail(life: Life) -> str:
    """Let a snapshot fail some seconds after it was accepted; returns the error."""
    life.inject("fail-copy", seconds=2)
    (error,) = life.run()
    assert "failed" in error
    return error


def attempt(life: Life) -> str:
    """The number in the token of the snapshot in the state."""
    (made,) = (each for each in life.emulator.outscale.snapshots(REGION) if each.id == life.ref)
    return str(made.token).rpartition("-")[2]


@pytest.mark.usefixtures("remembered")
def test_a_failed_snapshot_whose_deletion_was_killed_is_replaced_at_once(snapshot: Begin) -> None:
    """The token still answers the failed snapshot that a killed run has deleted: the next token is sent."""
    life = snapshot(MADE_OF_VOLUME)
    fail(life)
    assert life.run(kill=Kill(at="DeleteSnapshot", done=True)) == ["killed"]
    begun = life.clock.now()
    life.ok()
    assert life.clock.now() - begun < CREATION_GRACE and attempt(life) == "1"


@pytest.mark.usefixtures("remembered")
@pytest.mark.parametrize("remembered", [0], indirect=True)
def test_a_failed_snapshot_that_somebody_deleted_is_replaced_at_once(
    snapshot: Begin, connection: Connection
) -> None:
    """The token still answers the failed snapshot that a refresh has dropped from the state: the next token is sent."""
    life = snapshot(MADE_OF_VOLUME)
    fail(life)
    connection.call("DeleteSnapshot", clock=life.clock, SnapshotId=life.ref)
    life.ok("refresh")
    assert life.engine.state == []
    begun = life.clock.now()
    life.ok()
    assert life.clock.now() - begun < CREATION_GRACE and attempt(life) == "1"


@pytest.mark.usefixtures("remembered")
@pytest.mark.parametrize("done", [False, True])
def test_an_edit_that_is_undone_after_a_failure_makes_another_snapshot(done: bool, snapshot: Begin) -> None:
    """A request fails, a run of the edited one is killed, and the edit is undone: a snapshot with the next token is made at once."""
    life = snapshot(MADE_OF_VOLUME)
    fail(life)
    life.inputs["description"] = "edited"
    assert life.run(kill=Kill(at="CreateTags", done=done)) == ["killed"]
    del life.inputs["description"]
    begun = life.clock.now()
    life.ok()
    assert life.clock.now() - begun < CREATION_GRACE and attempt(life) == "1"


@pytest.mark.parametrize("kill", [None, *(Kill(at=at, done=True) for at in ("CreateSnapshot", "CreateTags"))])
@pytest.mark.parametrize("seconds", [0, 5], ids=["", "visible late"])
def test_an_earlier_trigger_makes_a_snapshot_beside_the_retained_one(
    kill: Kill | None, seconds: int, snapshot: Begin
) -> None:
    """Going back to an earlier value makes one more snapshot, of the next token, also if the run is killed and repeated."""
    life = snapshot(MADE_OF_VOLUME)
    life.retain = True
    life.set(visibility_seconds=seconds)
    for trigger in ("first", "second"):
        life.inputs["triggers"] = [trigger]
        life.ok()
    before = life.made()
    life.inputs["triggers"] = ["first"]
    if kill:
        assert life.run(kill=kill) == ["killed"]
    life.ok()
    (new,) = (each for each in life.made() if each not in before)
    assert len(life.made()) == 3 and life.ref == new.name and attempt(life) == "1"
    life.ok()
    assert life.engine.operations == []


def test_what_pulumi_replaces_for_its_own_reason_is_made_again(snapshot: Begin) -> None:
    """An option such as `replace_on_changes` finds the reason: a snapshot of the next token, and the old one is deleted then."""
    life = snapshot(MADE_OF_VOLUME)
    life.ok()
    old = life.ref
    life.engine.state[0].forced = True
    life.inputs["tags"] = {"team": "web"}
    life.ok()
    assert life.ref != old and attempt(life) == "1"
    life.assert_well(sent=3)


def test_a_snapshot_that_another_account_shares_is_copied_and_never_adopted(copy: Life) -> None:
    """Another account's shared snapshot can be a source, and can't be adopted."""
    copy.emulator.outscale.put_snapshot(REGION, "snap-aaaaaaaa", owner="210987654321", public=True)
    copy.before = {each.arn: each for each in copy.row.things()}
    copy.inputs["adoptSnapshotId"] = "snap-aaaaaaaa"
    assert "to adopt" in copy.run()[0]
    del copy.inputs["adoptSnapshotId"]
    copy.inputs["sourceSnapshotId"] = "snap-aaaaaaaa"
    copy.ok()
    assert raw(copy).owner == "123456789012"


def test_a_volume_that_is_not_there_is_said_before_anything_is_sent(snapshot: Begin) -> None:
    """The message about a missing volume says which there are, and nothing is sent."""
    life = snapshot({"volumeId": "vol-00000000"})
    (error,) = life.run()
    assert f'there is no volume "vol-00000000" in {REGION}' in error and VOLUME in error and life.sent() == 0


def test_a_quota_that_is_used_up_ends_at_once_with_the_services_words(copy: Life) -> None:
    """Waiting doesn't help where nothing of ours is in progress."""
    copy.set(max_snapshots=2)
    (error,) = copy.run()
    assert "10026: The limit of 2 snapshots is reached." in error and "have the quota raised" in error
    assert copy.sent() == 1


def test_a_quota_is_a_queue_while_others_of_ours_are_in_progress(copy: Life, connection: Connection) -> None:
    """What another run has in progress may make room when it fails; once nothing is, the quota ends the run."""
    most = len(copy.emulator.outscale.snapshots(REGION)) + 1
    copy.set(copy_seconds=60, max_snapshots=most)
    others = Outscale(lambda: connection, clock=copy.clock)
    spec = CopiedSnapshots().spec(
        {**COPY, "regionName": REGION}, Bookkeeping(key="a" * 32, owner="shop/dev/other@1")
    )
    others.tag(others.create(spec).seen, spec.all_tags)
    before = copy.clock.now()
    (error,) = copy.run()
    assert copy.clock.now() - before > 50
    assert f"10026: The limit of {most} snapshots is reached." in error and "have the quota raised" in error


def test_a_snapshot_that_an_image_uses_stays_in_the_state(copy: Life) -> None:
    """Deleting a snapshot that an image uses fails with the service's words, and the state keeps it."""
    copy.ok()
    made = copy.only().name
    copy.emulator.outscale.use(REGION, made, "ami-12345678")
    (error,) = copy.run("destroy")
    assert "is in use by ami-12345678" in error and "9029" in error
    assert [each.id for each in copy.engine.state] == [f"{REGION}/{made}"]


def test_a_url_that_is_signed_again_is_the_same_import(snapshot: Begin) -> None:
    """A URL that is signed again is the same import, another object is another one; no tag has the URL."""
    life = snapshot(IMPORT)
    life.ok()
    first = life.only()
    life.inputs["fileLocation"] = URL.replace(f"Signature={SECRET}", "Signature=again")
    life.ok()
    assert life.only().arn == first.arn
    life.inputs["fileLocation"] = URL.replace("disk.qcow2", "other.qcow2")
    life.ok()
    assert life.only().arn != first.arn
    assert SECRET not in str(first.tags) and "disk.qcow2" not in str(first.tags)


def test_an_import_that_failed_is_made_again_with_the_url_that_is_asked_for_now(snapshot: Begin) -> None:
    """A late failure asks for another URL, and one that is signed again serves the next run, which deletes the failed snapshot."""
    life = snapshot(IMPORT)
    error = fail(life)
    assert (
        "write a new pre-signed URL as file_location if this one has expired" in error and SECRET not in error
    )
    life.inputs["fileLocation"] = URL.replace("Expires=1", "Expires=2")
    life.ok()
    assert attempt(life) == "1"
    life.assert_well(sent=2)


def test_no_error_quotes_the_url(snapshot: Begin) -> None:
    """No error and no state has the URL, even where the service quotes it."""
    life = snapshot(IMPORT)
    life.inject("error", code="4074", message=f"The URL {URL} can't be read.", status=400)
    (error,) = life.run()
    assert "4074" in error and SECRET not in error
    life.inject("fail-copy")
    (error,) = life.run()
    assert "file_location" in error and SECRET not in error and SECRET not in text(life)


def test_the_source_tag_names_region_and_source(copy: Life) -> None:
    """The source tag has the region and the source, as on the other services."""
    copy.ok()
    assert copy.only().tags["snapcopy:source"] == f"{REGION}:{SOURCE}"


def test_credentials_of_another_region_are_refused(copy: Life) -> None:
    """Credentials of another region are refused, since everything would seem to be gone there."""
    copy.ok()
    copy.engine.state[0].id = copy.engine.state[0].id.replace(REGION, "us-east-2")
    assert "OSC_REGION=us-east-2" in copy.run("refresh")[0] and len(copy.engine.state) == 1


def test_a_repeated_deletion_that_is_refused_is_under_way(copy: Life) -> None:
    """After a deletion's lost answer the refusal of the next one isn't an error: the snapshot is being deleted."""
    copy.ok()
    copy.set(deletion_seconds=20.0)
    copy.inject("lost", copy.row.delete)
    copy.inject("error", copy.row.delete, code="6003", status=409, skip=1)
    copy.ok("destroy")
    assert copy.made() == [] or all(each.state == "deleting" for each in copy.made())
