"""The life of one resource, on every service: made, tagged, replaced, read, deleted."""

from __future__ import annotations

import pytest
from pulumi_snapcopy.core.service import Service
from pulumi_snapcopy.core.values import Seen
from pulumi_snapcopy.core.waiting.policy import CREATION_GRACE

from tests.harness.served import Life
from tests.harness.services import EC2_COPY, FCU_COPY, OUTSCALE_COPY


def test_it_is_made_changed_replaced_and_deleted(life: Life) -> None:
    """A resource is made by one request, unchanged by a second run, tagged in place, replaced before its old object goes, and deleted."""
    before = life.row.things()
    life.ok()
    life.assert_well(sent=1)
    first, inputs = life.only(), dict(life.inputs)

    life.inputs["tags"] = {"cost": "7"}
    life.ok()
    assert life.engine.operations == ["update vol"]
    life.assert_well(sent=1)
    assert life.only().arn == first.arn

    life.ok("refresh")
    life.assert_well(sent=1)

    life.inputs |= life.row.edit
    life.ok()
    assert life.engine.operations == ["create vol", "delete vol"]
    life.assert_well(sent=2)
    assert life.only().arn != first.arn

    life.inputs = {**inputs, "triggers": ["again"]}
    life.ok()
    life.assert_well(sent=3)

    life.ok("destroy")
    assert life.engine.state == [] and life.row.things() == before
    assert life.sent() == 3


def test_the_service_is_named_before_anything_is_sent(life: Life) -> None:
    """The first line of progress says whose API is called."""
    life.ok()
    words = life.row.family.words
    assert life.shown.lines[0] == f"looking for the {words.thing} at {words.provider}"


def test_an_edit_and_its_undoing_never_takes_up_the_one_that_is_to_be_deleted(life: Life) -> None:
    """When an edit is undone, the old object with the same key isn't taken up while it is being deleted."""
    life.ok()
    inputs = dict(life.inputs)
    life.inputs |= life.row.edit
    life.ok()
    life.inputs = inputs
    life.ok()
    life.assert_well(sent=3)


def test_what_somebody_deletes_is_dropped_by_refresh_and_made_again(life: Life) -> None:
    """`refresh` drops an object that somebody has deleted, and only on a proven "not found"."""
    life.ok()
    first = life.only()
    by_hand(life).delete(seen(life))
    life.ok("refresh")
    assert life.engine.state == []
    life.ok()
    life.assert_well(sent=2)
    assert life.only().arn != first.arn


def test_without_its_owner_tag_it_is_still_the_one_in_the_state(life: Life) -> None:
    """An object whose owner tag was removed is known by the ref in the state, and an update tags it again."""
    life.ok()
    by_hand(life).untag(seen(life), ["snapcopy:owner"])
    assert "snapcopy:owner" not in life.only().tags
    life.inputs["tags"] = {"team": "other"}
    life.ok()
    life.assert_well(sent=1)


def test_tags_of_others_stay(life: Life) -> None:
    """An update leaves tags that the program never set."""
    life.ok()
    by_hand(life).tag(seen(life), {"theirs": "1"})
    life.inputs["tags"] = {"cost": "7"}
    life.ok()
    assert {key: life.only().tags.get(key) for key in ("theirs", "cost", "team")} == {
        "theirs": "1",
        "cost": "7",
        "team": None,
    }


@pytest.mark.parametrize("row", [EC2_COPY, FCU_COPY, OUTSCALE_COPY], ids=str)
def test_tags_are_exchanged_up_to_the_most_that_the_service_takes(life: Life) -> None:
    """The old tags and the new ones together would be too many: the old ones go first."""
    life.inputs["tags"] = {f"old-{number}": "1" for number in range(46)}
    life.ok()
    life.inputs["tags"] = {f"new-{number}": "1" for number in range(46)}
    life.ok()
    life.assert_well(sent=1)


def by_hand(life: Life) -> Service:
    """The service, as somebody else uses it."""
    return life.row.service(life.clock)


def seen(life: Life) -> Seen:
    """The one that was made, as the service shows it."""
    one = life.only()
    found = by_hand(life).get(one.region, one.name)
    assert found is not None
    return found


@pytest.mark.parametrize("row", [EC2_COPY, FCU_COPY, OUTSCALE_COPY], ids=str)
def test_a_failed_one_is_replaced_without_waiting_for_it_to_show(life: Life) -> None:
    """A failed copy was visible: the next `up` deletes it and makes another, and waits for nothing else."""
    life.inject("fail-copy")
    assert life.run() != []
    slept = life.clock.slept
    life.ok()
    life.assert_well(sent=2)
    assert life.clock.slept - slept < CREATION_GRACE / 2
