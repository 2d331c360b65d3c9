"""Whose a thing is: the evidence, strongest first."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from pulumi_snapcopy.core.ownership import (
    Evidence,
    Whose,
    classify,
    is_being_made_again,
    matches,
)
from pulumi_snapcopy.core.sorting import is_orphan
from pulumi_snapcopy.core.values import (
    ADOPTED,
    OWNER_TAG,
    RETAIN_TAG,
    SOURCE_TAG,
    Known,
    Phase,
    Record,
    Seen,
    Spec,
    Traits,
    Words,
)

WORDS = Words(noun="Thing", thing="thing", making="making", made="made", provider="P", name_argument="name")
OURS, RENAMED_STACK = "shop/dev/web@0123456789abcdef", "shop/prod/web@0123456789abcdef"
NAMESAKE, OLD_NAME = "shop/dev/web@fedcba9876543210", "shop/dev/old@0123456789abcdef"
SPEC = Spec(
    words=WORDS, resource="web", subject="", owner=OURS, key="k1", carried_key="k1", region="there", source_region="here", name="mine",
    source_tag="here:web-1:2026-11-20", source="here:web-1", longest_run=3600,
)  # fmt: skip
NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc)
RECORD = Record(id="1", kind="Thing", source="here:web-1", decides=True, created_at=NOW)
LATER = NOW.timestamp() + 360


def thing(
    ref: str | None = "r1",
    owner: str | None = None,
    key: str = "",
    tags: dict[str, str] | None = None,
    made: float = 0.0,
) -> Seen:
    """What has the name, or carries the key."""
    tags = {"team": "shop", **(tags or {})} | ({OWNER_TAG: owner} if owner is not None else {})
    created = NOW + timedelta(seconds=made)
    return Seen(name="mine", region="there", kind="Thing", ref=ref, key=key, tags=tags, created_at=created)


def in_state(ref: str | None = "r1", phase: Phase = Phase.DONE, **more: object) -> Known:
    """What the state has."""
    seen = Seen(name="mine", region="there", kind="Thing", ref=ref, phase=phase)
    return Known(seen=seen, in_state=True, **more)  # type: ignore[arg-type]


NOTHING = Known()
PARTIAL = in_state(None, Phase.PENDING)


@pytest.mark.parametrize(
    ("seen", "known", "whose", "evidence", "reason"),
    [
        (thing(owner=OURS), NOTHING, Whose.OURS, Evidence.TAG, "the tag names us"),
        (thing(owner=OURS), in_state("r2"), Whose.OURS, Evidence.TAG, "also beside another ref in the state"),
        (thing(owner=RENAMED_STACK), NOTHING, Whose.OURS, Evidence.TAG, "the stack was renamed"),
        (thing(owner=OLD_NAME), in_state(owner=OLD_NAME), Whose.OURS, Evidence.TAG, "the resource was renamed"),
        (thing(owner=OLD_NAME), NOTHING, Whose.THEIRS, Evidence.TAG, "another resource of this stack has it"),
        (thing(owner=NAMESAKE), NOTHING, Whose.THEIRS, Evidence.TAG, "another stack of the same name has it"),
        (thing(owner=NAMESAKE), in_state(), Whose.THEIRS, Evidence.TAG, "a tag is stronger than the ref"),
        (thing(owner=NAMESAKE, key="k1"), NOTHING, Whose.THEIRS, Evidence.TAG, "and than the key"),
        (thing(owner=OLD_NAME, tags={SOURCE_TAG: "here:web-1"}), in_state(), Whose.OURS, Evidence.STATE, "of a rename that was undone"),
        (replace(thing(owner=OLD_NAME, tags={SOURCE_TAG: "here:web-1", RETAIN_TAG: "true"}), phase=Phase.DONE), in_state(),
         Whose.THEIRS, Evidence.TAG, "another resource has kept it on purpose"),
        (thing(owner=OLD_NAME, tags={SOURCE_TAG: ADOPTED}), in_state(), Whose.THEIRS, Evidence.TAG, "another resource adopted it"),
        (thing(owner=OLD_NAME, tags={SOURCE_TAG: "here:web-1"}), NOTHING, Whose.THEIRS, Evidence.TAG, "another resource's"),
        (thing(owner=""), in_state(), Whose.THEIRS, Evidence.TAG, "an empty owner is somebody's"),
        (thing(), in_state(), Whose.OURS, Evidence.STATE, "its ref is in the state"),
        (thing(), Known(predecessors=frozenset({"r1"})), Whose.OURS, Evidence.STATE, "or was before"),
        (thing(key="k1"), NOTHING, Whose.OURS, Evidence.KEY, "it carries the key"),
        (thing(key="k1"), PARTIAL, Whose.OURS, Evidence.KEY, "so does what was started and never seen"),
        (thing(key="k2"), NOTHING, Whose.UNDECIDED, Evidence.NONE, "another key is another request's"),
        (thing(key="k1"), in_state("r0"), Whose.UNDECIDED, Evidence.NONE, "beside a complete one a copied key is no proof"),
        (thing(None), in_state(None), Whose.UNDECIDED, Evidence.NONE, "no ref is equal to no ref"),
        (thing(), NOTHING, Whose.UNDECIDED, Evidence.NONE, "a name proves nothing"),
        (thing(), PARTIAL, Whose.UNDECIDED, Evidence.NONE, "not even beside a partial one"),
    ],
)  # fmt: skip
def test_the_tag_then_the_state_then_the_key_say_whose_it_is(
    seen: Seen, known: Known, whose: Whose, evidence: Evidence, reason: str
) -> None:
    """Owner tag, ref in the state, then key decide whose an object is; without them it is undecided until the records are read."""
    verdict = classify(SPEC, known, seen)
    assert (verdict.whose, verdict.evidence) == (whose, evidence), reason


def test_without_a_key_none_is_carried() -> None:
    """A request whose key isn't settled doesn't claim objects without a key."""
    assert classify(replace(SPEC, carried_key=""), NOTHING, thing()).whose is Whose.UNDECIDED


@pytest.mark.parametrize(
    ("record", "age", "whose", "reason"),
    [
        (RECORD, 360, Whose.OURS, "a copy of the same source, a moment ago"),
        (RECORD, 3599, Whose.OURS, "younger than the deadline"),
        (RECORD, 3601, Whose.THEIRS, "older: no run of ours is resumed after that"),
        (RECORD, 2, Whose.UNDECIDED, "its run may be about to tag it"),
        (RECORD, 300, Whose.UNDECIDED, "also where our clock is ahead of the service's"),
        (replace(RECORD, source="here:web-2"), 360, Whose.THEIRS, "another source"),
        (replace(RECORD, source="elsewhere:web-1"), 360, Whose.THEIRS, "another region"),
        (replace(RECORD, source=""), 360, Whose.THEIRS, "not made as a copy"),
        (replace(RECORD, decides=False), 360, Whose.THEIRS, "a record that doesn't decide"),
        (replace(RECORD, failed=True), 360, Whose.OURS, "a failed one of ours is ours"),
        (None, 360, Whose.THEIRS, "no record, no proof"),
    ],
)
def test_the_services_record_proves_an_interrupted_run(
    record: Record | None, age: float, whose: Whose, reason: str
) -> None:
    """A recent record of the same source and region proves an object, once its maker has had the time to tag it."""
    records = [record] if record else []
    assert classify(SPEC, NOTHING, thing(), records=records, now=NOW.timestamp() + age).whose is whose, reason


def test_a_run_of_seconds_still_knows_what_it_has_just_made() -> None:
    """Its answer was lost, it looks a moment after its deadline, and the service's clock may be five minutes behind ours."""
    hasty = replace(SPEC, longest_run=3)
    by_id = replace(hasty, by_id=True, traits=Traits(duplicates=True, heritable=True))
    for age, whose in ((10, Whose.OURS), (350, Whose.OURS), (361, Whose.THEIRS)):
        now = NOW.timestamp() + age
        assert classify(hasty, NOTHING, thing(), records=[RECORD], now=now, rested=True).whose is whose
        assert classify(by_id, NOTHING, thing(key="k1"), now=NOW.timestamp() + age).whose is whose


def test_only_the_newest_deciding_record_counts() -> None:
    """What is recorded of a name's earlier owner says nothing of its owner now."""
    newer = replace(RECORD, id="2", source="here:other")
    irrelevant = replace(RECORD, id="3", decides=False, source="here:other")
    assert classify(SPEC, NOTHING, thing(), records=[newer, RECORD], now=LATER).whose is Whose.THEIRS
    assert classify(SPEC, NOTHING, thing(), records=[irrelevant, RECORD], now=LATER).whose is Whose.OURS


def test_an_undecided_one_says_when_to_look_again() -> None:
    """Its maker is left the tagging grace period, by our own clock, once."""
    verdict = classify(SPEC, NOTHING, thing(), records=[RECORD], now=NOW.timestamp() + 2)
    assert verdict.until == NOW.timestamp() + 7
    rested = classify(SPEC, NOTHING, thing(), records=[RECORD], now=NOW.timestamp() + 7, rested=True)
    assert (rested.whose, rested.evidence) == (Whose.OURS, Evidence.RECORD)


@pytest.mark.parametrize(("made", "whose"), [(-600, Whose.OURS), (5, Whose.OURS), (600, Whose.THEIRS)])
def test_a_record_proves_nothing_of_what_was_made_after_it(made: float, whose: Whose) -> None:
    """A record doesn't prove an object that is younger than the record by more than a minute."""
    verdict = classify(SPEC, NOTHING, thing(made=made), records=[RECORD], now=NOW.timestamp() + 700)
    assert verdict.whose is whose


@pytest.mark.parametrize(
    ("known", "whose", "reason"),
    [
        (in_state("r0", operation_id="1"), Whose.THEIRS, "it is the record of the complete one in the state"),
        (in_state("r0", operation_id="0"), Whose.OURS, "a newer record: an interrupted run made it again"),
        (in_state("r0"), Whose.THEIRS, "whose own record isn't known"),
        (in_state("r0", Phase.PENDING, operation_id="1"), Whose.OURS, "a partial one is resumed"),
    ],
)
def test_the_record_of_the_complete_one_proves_nothing_of_another(
    known: Known, whose: Whose, reason: str
) -> None:
    """The record of the complete copy in the state proves no other object of its name; a newer record may."""
    assert classify(SPEC, known, thing(), records=[RECORD], now=LATER).whose is whose, reason


@pytest.mark.parametrize(
    ("earlier", "whose"), [(timedelta(0), Whose.THEIRS), (timedelta(hours=2), Whose.OURS)]
)
def test_where_the_operation_is_unknown_the_times_are_compared(earlier: timedelta, whose: Whose) -> None:
    """Without the operation's id, a record later than the complete copy is taken for another call."""
    known = in_state("r0")
    assert known.seen is not None
    known = replace(known, seen=replace(known.seen, created_at=NOW - earlier))
    assert classify(SPEC, known, thing(), records=[RECORD], now=LATER).whose is whose


@pytest.mark.parametrize(
    ("known", "made", "whose"),
    [
        (replace(PARTIAL, operation_id="1"), 5, Whose.OURS),
        (replace(PARTIAL, operation_id="1"), 600, Whose.THEIRS),
        (replace(PARTIAL, operation_id="0"), 5, Whose.THEIRS),
        (PARTIAL, 5, Whose.THEIRS),
        (in_state("r0", operation_id="1"), 5, Whose.THEIRS),
    ],
    ids=["its own", "a younger one", "another operation", "no operation", "complete"],
)
def test_the_record_of_a_partial_one_that_was_never_seen_proves_it(
    known: Known, made: float, whose: Whose
) -> None:
    """The record whose operation the state has proves a copy that was never visible, however old the record is."""
    a_day_later = NOW.timestamp() + 86400
    assert classify(SPEC, known, thing(made=made), records=[RECORD], now=a_day_later).whose is whose


@pytest.mark.parametrize(
    ("seen", "known", "orphan", "reason"),
    [
        (thing(owner=OURS, tags={SOURCE_TAG: "here:web-2"}), NOTHING, True, "an earlier request's, tagged in full"),
        (thing(owner=RENAMED_STACK, tags={SOURCE_TAG: "here:web-2"}), NOTHING, True, "of the stack's earlier name"),
        (thing(key="k1"), NOTHING, True, "untagged, with this request's key"),
        (thing(owner=OURS), NOTHING, False, "what it was made from isn't proven"),
        (thing(owner=OURS, tags={SOURCE_TAG: ADOPTED}), NOTHING, False, "an adopted one was somebody's"),
        (thing(owner=NAMESAKE, tags={SOURCE_TAG: "here:web-2"}), NOTHING, False, "another stack's"),
        (thing(owner=NAMESAKE, key="k1"), NOTHING, False, "another stack's, with a copied key"),
        (thing(owner=OLD_NAME, tags={SOURCE_TAG: "here:web-2"}), NOTHING, False, "another resource's"),
        (thing(key="k2"), NOTHING, False, "another key"),
        (thing(), NOTHING, False, "nothing says anything"),
        (thing(owner=OURS, tags={SOURCE_TAG: "here:web-2"}), in_state(), False, "it is in the state"),
        (thing(key="k1"), Known(predecessors=frozenset({"r1"})), False, "the engine deletes it"),
        (replace(thing(owner=OURS, tags={SOURCE_TAG: "x", RETAIN_TAG: "true"}), phase=Phase.DONE), NOTHING, False, "kept on purpose"),
    ],
)  # fmt: skip
def test_only_what_is_provably_ours_and_nobodys_is_an_orphan(
    seen: Seen, known: Known, orphan: bool, reason: str
) -> None:
    """An orphan has this resource's tag or key, stands in no state entry, and isn't retained."""
    assert is_orphan(SPEC, known, seen) is orphan, reason


@pytest.mark.parametrize(
    ("record", "made", "age", "whose", "reason"),
    [
        (None, 0, 5, Whose.UNDECIDED, "no record is shown yet"),
        (None, 0, 15, Whose.THEIRS, "by now it would be shown"),
        (None, -400, 5, Whose.THEIRS, "what is older has shown its record"),
        (None, 240, 5, Whose.UNDECIDED, "the service's clock may be ahead"),
        (
            replace(RECORD, source="", deletes=True),
            30,
            5,
            Whose.UNDECIDED,
            "the deletion of what had the name before",
        ),
        (replace(RECORD, source="here:web-2"), 0, 5, Whose.THEIRS, "the record of the call that made it"),
        (
            replace(RECORD, created_at=NOW - timedelta(hours=1)),
            0,
            5,
            Whose.UNDECIDED,
            "the record of an earlier one",
        ),
    ],
)
def test_the_record_of_what_is_new_is_waited_for(
    record: Record | None, made: float, age: float, whose: Whose, reason: str
) -> None:
    """So long it is undecided, and is looked at again within seconds."""
    now = NOW.timestamp() + age
    verdict = classify(
        SPEC, NOTHING, thing(made=made), records=[record] if record else [], now=now, rested=True,
        records_until=NOW.timestamp() + 15,
    )  # fmt: skip
    assert verdict.whose is whose, reason
    assert verdict.until is None or now < verdict.until <= now + 5


@pytest.mark.parametrize(
    ("tags", "itself", "expected"),
    [
        ({}, False, True),
        ({SOURCE_TAG: SPEC.source_tag}, False, True),
        ({SOURCE_TAG: ADOPTED}, False, True),
        ({SOURCE_TAG: "here:web-1:2026-11-19"}, False, False),
        ({SOURCE_TAG: "here:web-2:2026-11-20"}, False, False),
        ({SOURCE_TAG: "here:web-2:2026-11-20"}, True, True),
    ],
)
def test_it_matches_the_source_that_it_is_tagged_with(
    tags: dict[str, str], itself: bool, expected: bool
) -> None:
    """An object matches the source in its tag; one without a source tag, or adopted, matches any."""
    assert matches(replace(SPEC, itself=itself), thing(tags=tags)) is expected


@pytest.mark.parametrize(
    ("record", "age", "expected"),
    [
        (RECORD, 10, True),
        (RECORD, 61, False),
        (replace(RECORD, failed=True), 10, False),
        (replace(RECORD, source="here:web-2"), 10, False),
        (replace(RECORD, id="0"), 10, False),
    ],
    ids=["new", "older than the grace period", "failed", "another source", "the state's own"],
)
def test_what_is_being_made_again_may_not_be_visible_yet(record: Record, age: float, expected: bool) -> None:
    """A newer record of the same source within the creation grace period means that the object is being made again."""
    known = in_state("r0", operation_id="0")
    assert is_being_made_again(SPEC, known, record, now=NOW.timestamp() + age) is expected
