"""What the state holds, read as a request and as what is known, and written."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone

import pytest
from pulumi_snapcopy.core import state
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.state import Given
from pulumi_snapcopy.core.values import Known, Phase, Seen
from pulumi_snapcopy.core.waiting.policy import DEFAULT_TIMEOUT

from .settling import (
    DATED,
    FAMILY,
    IDENTITY,
    MANUAL,
    OURS,
    outputs,
    settled,
)


def test_inputs_are_read_as_a_spec() -> None:
    """Every input lands where the core reads it."""
    given = {
        **DATED, "targetSnapshotName": "mine", "tags": {"team": "shop"}, "adopt": True, "triggers": ["1"],
        "snapcopy": {**OURS["snapcopy"], "retain": True, "timeouts": {"create": "90m"}},
    }  # fmt: skip
    inputs = settled(given)
    bookkeeping = Bookkeeping.of(inputs)
    spec = FAMILY.spec(inputs, bookkeeping)
    assert (spec.resource, spec.owner, spec.key) == ("web", f"shop/dev/web@{IDENTITY}", bookkeeping.key)
    assert (spec.source_region, spec.region, spec.source, spec.name) == (
        "us-east-1", "eu-west-1", "us-east-1:web-1", "mine",
    )  # fmt: skip
    assert spec.all_tags == {
        "team": "shop", "snapcopy:owner": f"shop/dev/web@{IDENTITY}", "snapcopy:retain": "true",
        "snapcopy:source": "us-east-1:web-1:2026-11-20",
    }  # fmt: skip
    assert (spec.adopt, spec.retain, spec.longest_run, spec.settled, spec.dated) == (
        True,
        True,
        5400.0,
        True,
        False,
    )
    assert spec.subject == 'CopiedSnapshot "web" (us-east-1 -> eu-west-1)'


def test_only_a_derived_name_of_a_date_is_dated() -> None:
    """Runs on other days make others under other names; under an explicit one, or of a manual source, they don't."""
    dated = {
        kind: FAMILY.spec(inputs, Bookkeeping.of(inputs)).dated
        for kind, inputs in {
            "derived": settled(DATED), "explicit": settled({**DATED, "targetSnapshotName": "mine"}), "manual": settled(MANUAL),
        }.items()
    }  # fmt: skip
    assert dated == {"derived": True, "explicit": False, "manual": False}


@pytest.mark.parametrize(
    ("timeouts", "verbs", "expected"),
    [
        ({}, ("create",), DEFAULT_TIMEOUT),
        ({"create": "1h"}, ("create",), 3600),
        ({"create": "1h"}, ("delete",), DEFAULT_TIMEOUT),
        ({"create": "1h"}, ("update", "create"), 3600),
        ({"create": "1h", "update": "2h"}, ("update", "create"), 7200),
    ],
)
def test_the_first_timeout_given_holds(
    timeouts: dict[str, str], verbs: tuple[str, ...], expected: float
) -> None:
    """An update goes on for as long as it, or else the create, may take; by default three hours."""
    bookkeeping = Bookkeeping(timeouts=timeouts)
    assert bookkeeping.timeout(*verbs) == expected


@pytest.mark.parametrize(
    ("timeouts", "expected"),
    [
        ({}, DEFAULT_TIMEOUT),
        ({"create": "1h"}, 3600),
        ({"create": "1h", "update": "2h"}, 7200),
        ({"create": "5h", "update": "10m"}, 18000),
        ({"delete": "5m"}, DEFAULT_TIMEOUT),
    ],
)
def test_what_an_interrupted_run_made_is_as_old_as_a_run_may_take(
    timeouts: dict[str, str], expected: float
) -> None:
    """The longest run is the longer of create's and update's timeouts, whichever verb looks."""
    assert FAMILY.spec(settled(MANUAL), Bookkeeping(timeouts=timeouts)).longest_run == expected


def test_bookkeeping_is_written_and_read_again() -> None:
    """Bookkeeping stands under one key of the state as JSON, without what has its default, and is read back the same."""
    bookkeeping = Bookkeeping(
        identity=IDENTITY, owner="o", key="k", previous_owner="p", predecessors=("b", "a"), partial=True
    )
    written = bookkeeping.written()
    assert written == {
        "identity": IDENTITY, "owner": "o", "key": "k", "previousOwner": "p", "predecessors": ["a", "b"], "partial": True,
    }  # fmt: skip
    assert Bookkeeping.of({"snapcopy": {**written, "of a later version": 1}}) == replace(
        bookkeeping, predecessors=("a", "b")
    )
    assert Bookkeeping().written() == {} and Bookkeeping.of({}) == Bookkeeping()


def test_what_the_state_holds_is_known_again() -> None:
    """The state gives back the object's ref, state and time, its owner, and what it replaced."""
    inputs = settled(MANUAL)
    bookkeeping = replace(Bookkeeping.of(inputs), previous_owner="old", predecessors=("arn:0",))
    made = datetime(2026, 11, 20, 9, 5, 1, 999, tzinfo=timezone.utc)
    seen = Seen(
        name="db-1-copy", region="eu-west-1", kind="DiskSnapshot", ref="arn:1", state="completed", phase=Phase.DONE,
        created_at=made, outputs={"arn": "arn:1", "resourceType": "DiskSnapshot", "sizeInGb": 32},
    )  # fmt: skip
    spec = FAMILY.spec(inputs, bookkeeping)
    known = Known(seen=seen, operation_id="op-1", predecessors=frozenset({"arn:0"}))
    held = state.outputs(FAMILY, Given(inputs=inputs, bookkeeping=bookkeeping), spec, known)
    assert held == {
        **inputs, "targetSnapshotName": "db-1-copy", "arn": "arn:1", "state": "completed", "resourceType": "DiskSnapshot",
        "createdAt": "2026-11-20T09:05:01Z", "sizeInGb": 32, "operationId": "op-1", "snapcopy": bookkeeping.written(),
    }  # fmt: skip
    known = state.known(FAMILY, held, "eu-west-1/db-1-copy")
    assert known.seen is not None and known.in_state
    assert (known.ref, known.seen.id, known.seen.phase) == ("arn:1", "eu-west-1/db-1-copy", Phase.DONE)
    assert known.seen.created_at == made.replace(microsecond=0)
    assert (known.operation_id, known.owner, known.predecessors) == ("op-1", "old", frozenset({"arn:0"}))


def test_outputs_of_another_thing_are_not_taken_from_the_state() -> None:
    """What was made again under the name has its own size and source."""
    inputs = settled(MANUAL)
    olds = outputs(inputs, sizeInGb=32)
    for ref, size in (("arn:1", 32), ("arn:2", None)):
        seen = Seen(name="x", region="eu-west-1", kind="DiskSnapshot", ref=ref, outputs={"arn": ref})
        spec = FAMILY.spec(inputs, Bookkeeping.of(inputs))
        given = Given(inputs=inputs, bookkeeping=Bookkeeping.of(inputs), olds=olds)
        held = state.outputs(FAMILY, given, spec, Known(seen=seen))
        assert held.get("sizeInGb") == size
