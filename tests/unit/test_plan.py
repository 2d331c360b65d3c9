"""What happens next: a row for each decision."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import datetime, timezone
from types import FrameType
from typing import TYPE_CHECKING, Any

import pytest
from pulumi_snapcopy.core import plan
from pulumi_snapcopy.core.ownership import Evidence, Verdict, Whose
from pulumi_snapcopy.core.plan import (
    Because,
    CheckSource,
    Create,
    Delete,
    Done,
    Fail,
    LookAgain,
    Observation,
    Rest,
    SearchForLost,
    Sent,
    Step,
    Tag,
    TakeUp,
    Untag,
    Wait,
    next_step,
)
from pulumi_snapcopy.core.values import (
    ADOPTED,
    OWNER_TAG,
    RETAIN_TAG,
    SOURCE_TAG,
    Known,
    Phase,
    Seen,
    Source,
    Spec,
    Traits,
    Words,
)
from pulumi_snapcopy.core.waiting.policy import (
    CREATION_GRACE,
    NAME_GRACE,
    SEARCH_FOR_LOST,
    TAGGING_GRACE,
    pause,
)

if TYPE_CHECKING:
    from _typeshed import TraceFunction

WORDS = Words(noun="Thing", thing="thing", making="making", made="made", provider="P", name_argument="name")
OURS, THEIRS = "shop/dev/web@0123456789abcdef", "shop/dev/web@fedcba9876543210"
SPEC = Spec(
    words=WORDS, resource="web", subject="", owner=OURS, key="k1", carried_key="k1", region="there", source_region="here", name="mine",
    source_tag="here:s1", source="here:s1", tags={"team": "shop"},
)  # fmt: skip
DUPLICATING = replace(SPEC, traits=Traits(duplicates=True))
NOW = datetime(2026, 11, 20, 12, tzinfo=timezone.utc).timestamp()
READY = Observation(now=NOW, source=Source(kind="Thing"))
OUR_TAG, OUR_KEY = Verdict(Whose.OURS, Evidence.TAG), Verdict(Whose.OURS, Evidence.KEY)
STRANGERS = Verdict(Whose.THEIRS, Evidence.NONE)
TAGGED = {"team": "shop", OWNER_TAG: OURS, SOURCE_TAG: "here:s1"}
EARLIER = {**TAGGED, SOURCE_TAG: "here:s0"}


def thing(
    ref: str = "r1", phase: Phase = Phase.DONE, tags: dict[str, str] | None = None, key: str = "k1"
) -> Seen:
    """A real thing, complete and tagged as asked unless said otherwise."""
    made = datetime.fromtimestamp(NOW - 100, timezone.utc)
    return Seen(
        name="mine", region="there", kind="Thing", ref=ref, key=key, phase=phase, tags=TAGGED if tags is None else tags,
        created_at=made,
    )  # fmt: skip


WHOLE, PENDING, FAILED = thing(), thing(phase=Phase.PENDING), thing(phase=Phase.FAILED)
UNTAGGED = thing(tags={})
HELD, HELD_PENDING = Known(seen=WHOLE, operation_id="1"), Known(seen=PENDING, operation_id="1")
IN_STATE = Known(seen=WHOLE, in_state=True, owner=OURS)


def shown(existing: Seen, verdict: Verdict = OUR_TAG, **more: Any) -> Observation:
    """What is observed where a thing exists."""
    return replace(READY, existing=existing, verdict=verdict, **more)


def held(existing: Seen, **more: Any) -> Observation:
    """The same, of one that this run has taken up."""
    return shown(existing, taken_up=True, **more)


ORPHAN = thing("r9", tags=EARLIER, key="k0")
"""Of an earlier request of this resource."""
SAME_ORPHAN = replace(thing("r8", tags={}), name="of another day")
FAILED_BEFORE = thing("r7", phase=Phase.FAILED)
WHY_ORPHAN = "a thing that an earlier run of this declaration made"

NOTHING_THERE: list[tuple[Spec, Known, Observation, Step, str]] = [
    (replace(SPEC, settled=False), Known(), Observation(now=NOW), CheckSource(), "the source settles the name"),
    (SPEC, Known(), Observation(now=NOW), CheckSource(), "nothing is sent before the source is known"),
    (SPEC, Known(), READY, Create(), "nothing is there"),
    (SPEC, IN_STATE, READY, Create(), "what the state has is gone"),
    (SPEC, Known(), replace(READY, orphans=(SAME_ORPHAN,)), Create(), "one of another day stays until the new one stands"),
    (SPEC, Known(), replace(READY, failed_before=(FAILED_BEFORE,)), Delete(FAILED_BEFORE, "a failed thing"),
     "what failed goes first, as the new one may fail, too"),
    (SPEC, Known(), replace(READY, orphans=(ORPHAN,)), Create(), "one of an earlier request stays until the new one stands"),
    (SPEC, HELD_PENDING, replace(READY, taken_up=True, sent=Sent.ACCEPTED), Wait(), "accepted, and not visible yet"),
    (SPEC, HELD_PENDING, replace(READY, taken_up=True, waited=True, missing_for=CREATION_GRACE), Wait(),
     "within the creation grace period"),
    (SPEC, HELD_PENDING, replace(READY, taken_up=True, waited=True, missing_for=CREATION_GRACE + 1), Fail(Because.DISAPPEARED),
     "longer than the creation grace period"),
    (replace(SPEC, by_id=True, name=""), IN_STATE, READY, Fail(Because.DISAPPEARED),
     "what has an id is another resource when it is made again: the state's stays until it is replaced"),
    (replace(SPEC, by_id=True, name=""), IN_STATE, replace(READY, existing=FAILED, verdict=OUR_TAG), Fail(Because.FAILED),
     "nor is a failed one with an id made again in place"),
    (replace(SPEC, by_id=True, name=""), IN_STATE, replace(READY, existing=FAILED, verdict=OUR_TAG, waited=True, over_limit=True),
     Fail(Because.FAILED), "not even where it failed because of the limit"),
    (replace(SPEC, by_id=True, name=""), IN_STATE, shown(thing("r9")), Fail(Because.DISAPPEARED),
     "nor is another one with its key taken up under its id"),
    (SPEC, HELD_PENDING, replace(READY, taken_up=True, sent=Sent.ACCEPTED, failure="no room"), Wait(),
     "its record says that it failed before it was visible: once it shows it is kept, and deleted"),
    (SPEC, HELD_PENDING, replace(READY, taken_up=True, sent=Sent.ACCEPTED, failure="no room", missing_for=CREATION_GRACE + 1),
     Fail(Because.FAILED), "it has failed, and never showed"),
    (SPEC, Known(), replace(READY, sent=Sent.NAME_IN_USE, in_use_since=NOW - 5), Create(), "the name's owner may be on its way out"),
    (SPEC, Known(), replace(READY, sent=Sent.NAME_IN_USE, in_use_since=NOW - NAME_GRACE - 1), Fail(Because.NAME_IN_USE),
     "it is still in use after the grace period"),
    (SPEC, Known(), replace(READY, sent=Sent.NAME_IN_USE, in_use_since=NOW, taken_by_another_type=True), Fail(Because.NAME_IN_USE),
     "waiting for another type's thing is in vain"),
    (SPEC, Known(), replace(READY, sent=Sent.LOST, lost_at=NOW), Create(), "a repeated request is refused by the service"),
    (DUPLICATING, Known(), replace(READY, sent=Sent.LOST, lost_at=NOW - SEARCH_FOR_LOST + 1), SearchForLost(),
     "a repeated request would make a second one"),
    (DUPLICATING, Known(), replace(READY, sent=Sent.LOST, lost_at=NOW - SEARCH_FOR_LOST), Create(),
     "the search is over"),
]  # fmt: skip

WHOSE: list[tuple[Spec, Known, Observation, Step, str]] = [
    (SPEC, Known(), shown(UNTAGGED, Verdict(Whose.UNDECIDED, Evidence.RECORD, NOW + 5)), Rest(NOW + 5),
     "another run may be about to tag it"),
    (SPEC, Known(), shown(UNTAGGED, Verdict(Whose.UNDECIDED, Evidence.NONE)), Rest(NOW), "the records aren't read yet"),
    (SPEC, Known(), shown(UNTAGGED, STRANGERS), Fail(Because.NOT_OURS), "a stranger has the name"),
    (replace(SPEC, adopt=True), Known(), shown(UNTAGGED, STRANGERS), TakeUp(adopted=True), "the program asks for it"),
    (replace(SPEC, adopt=True), Known(), shown(thing(tags=EARLIER)), Fail(Because.RETAINED), "ours, of another source"),
    (replace(SPEC, adopt=True), Known(replaces="r1"), shown(thing(tags=EARLIER)), Delete(thing(tags=EARLIER), "a thing of here:s0, which isn't what is asked for now"),
     "what it replaces isn't what is to be adopted"),
    (replace(SPEC, adopt=True), Known(predecessors=frozenset({"r1"})), shown(thing(tags=EARLIER)), Fail(Because.RETAINED),
     "what was replaced and kept isn't adopted"),
    (replace(SPEC, adopt=True), Known(), shown(thing(tags={}, phase=Phase.FAILED), STRANGERS), Fail(Because.NOT_OURS),
     "a failed one can't be adopted"),
    (SPEC, Known(), shown(WHOLE), TakeUp(), "an interrupted run made it"),
    (SPEC, IN_STATE, shown(WHOLE), TakeUp(), "it is the one in the state"),
    (SPEC, replace(HELD, seen=thing("r0")), held(WHOLE), Fail(Because.DISAPPEARED), "another one has taken the name"),
]  # fmt: skip

IN_THE_WAY: list[tuple[Spec, Known, Observation, Step, str]] = [
    (SPEC, Known(), shown(FAILED), Delete(FAILED, "a failed thing"), "a failed one of an earlier run"),
    (SPEC, HELD_PENDING, held(FAILED, waited=True), Fail(Because.FAILED), "it failed while this run waited"),
    (SPEC, HELD_PENDING, held(FAILED, waited=True, over_limit=True), Delete(FAILED, "a failed thing"),
     "only too many were in progress"),
    (SPEC, Known(), shown(thing(tags=EARLIER)), Delete(thing(tags=EARLIER), "a thing of here:s0, which isn't what is asked for now"),
     "an interrupted run made it before an edit"),
    (SPEC, Known(), replace(shown(thing(tags=EARLIER)), source=None), CheckSource(),
     "a complete one isn't deleted before its replacement can be made"),
    (SPEC, Known(), replace(shown(thing(phase=Phase.PENDING, tags=EARLIER)), source=None), CheckSource(),
     "nor is one that is in progress"),
    (SPEC, Known(predecessors=frozenset({"r1"})), shown(thing(tags=EARLIER)), Fail(Because.RETAINED),
     "the engine has kept what it was to delete first"),
    (SPEC, IN_STATE, shown(thing(tags=EARLIER)), TakeUp(), "what the state has stays, whatever its tag says"),
    (SPEC, Known(), shown(thing(tags={**EARLIER, RETAIN_TAG: "true"})), Fail(Because.RETAINED), "kept on purpose"),
    (SPEC, Known(replaces="r1"), shown(thing(tags={**TAGGED, RETAIN_TAG: "true"}, key="")), Fail(Because.RETAINED),
     "the very one that was to be replaced was kept"),
    (SPEC, Known(), shown(thing(tags={**TAGGED, RETAIN_TAG: "true"})), TakeUp(), "one that was kept is what is asked for"),
    (replace(SPEC, by_id=True, adopt=True, adopt_id="r1"), Known(replaces="r1"),
     shown(thing(tags={**TAGGED, RETAIN_TAG: "true"}, key="")), TakeUp(), "one that is adopted by its id stays what is asked for"),
]  # fmt: skip

MADE: list[tuple[Spec, Known, Observation, Step, str]] = [
    (SPEC, HELD_PENDING, held(PENDING), Wait(), "it is pending, and tagged"),
    (SPEC, HELD_PENDING, held(thing(phase=Phase.PENDING, tags={})), Tag(TAGGED), "tagged as soon as the service allows it"),
    (SPEC, HELD_PENDING, held(thing(phase=Phase.PENDING, tags={}), tag_again_at=NOW + 1), Wait(), "it refused a moment ago"),
    (SPEC, HELD_PENDING, held(thing(phase=Phase.PENDING, tags={}), tagged=True), Wait(), "this run has tagged it"),
    (SPEC, HELD, held(UNTAGGED), Tag(TAGGED, must=True), "complete, it has to be tagged"),
    (SPEC, replace(HELD, by_record=True), held(UNTAGGED), Rest(NOW + TAGGING_GRACE + pause(100)),
     "its run couldn't tag it while it was pending"),
    (SPEC, replace(HELD, by_record=True), held(UNTAGGED, rested=True), Tag(TAGGED, must=True), "and had the time to"),
    (SPEC, HELD, held(WHOLE, dropped=frozenset({"cost"})), Untag(frozenset({"cost"})), "a tag is no longer asked for"),
    (SPEC, HELD, held(thing(tags={OWNER_TAG: TAGGED[OWNER_TAG]}), dropped=frozenset({"cost"})), Tag(TAGGED, must=True),
     "what isn't asked for any more goes after that"),
    (SPEC, HELD, held(thing(tags=dict.fromkeys((OWNER_TAG, *map(str, range(49))), TAGGED[OWNER_TAG])), dropped=frozenset({"1"})),
     Untag(frozenset({"1"})), "old and new tags together are too many"),
    (SPEC, HELD, held(thing(tags={**TAGGED, RETAIN_TAG: "true"})), Untag(frozenset({RETAIN_TAG})), "no longer kept on purpose"),
    (DUPLICATING, HELD, held(WHOLE, looked_again=False), LookAgain(), "a last look for second ones"),
    (DUPLICATING, HELD, held(WHOLE, looked_again=False, look_again_from=NOW + 5), LookAgain(NOW + 5), "lists may lag"),
    (DUPLICATING, HELD, held(WHOLE, twins=(thing("r2"),)), Delete(thing("r2"), "a second one of the same request"),
     "the eldest stays"),
    (SPEC, HELD, held(WHOLE, orphans=(ORPHAN,)), Delete(ORPHAN, WHY_ORPHAN), "one of an earlier request, now that this one stands"),
    (SPEC, HELD, held(WHOLE, orphans=(SAME_ORPHAN,)), Delete(SAME_ORPHAN, WHY_ORPHAN), "one of another day"),
    (SPEC, HELD, held(WHOLE), Done(), "it stands"),
]  # fmt: skip

ROWS = [*NOTHING_THERE, *WHOSE, *IN_THE_WAY, *MADE]


@pytest.mark.parametrize(
    ("spec", "known", "observed", "step", "reason"), ROWS, ids=[row[-1].replace(" ", "-") for row in ROWS]
)
def test_each_decision(spec: Spec, known: Known, observed: Observation, step: Step, reason: str) -> None:
    """Each row of request, knowledge and observation leads to its one step."""
    assert next_step(spec, known, observed) == step, reason


@pytest.mark.parametrize(
    ("spec", "known", "tags", "said", "reason"),
    [
        (SPEC, HELD, {}, "here:s1", "this run's request made it"),
        (SPEC, replace(IN_STATE, operation_id=None), {OWNER_TAG: OURS}, "here:s1", "its key proves it"),
        (SPEC, replace(IN_STATE, operation_id=None), {}, None, "what the state had before says nothing of its source"),
        (SPEC, Known(seen=WHOLE), {OWNER_TAG: OURS}, None, "somebody removed the source tag"),
        (SPEC, replace(HELD, adopted=True), {SOURCE_TAG: "x"}, ADOPTED, "an adopted one, whatever it said"),
        (SPEC, HELD, {SOURCE_TAG: ADOPTED, OWNER_TAG: OURS}, None, "an adopted one stays one"),
        (replace(SPEC, adopt=True), Known(seen=WHOLE), {OWNER_TAG: OURS}, ADOPTED, "an adoption was interrupted"),
        (replace(SPEC, itself=True), HELD, {}, None, "it is its own source"),
    ],
)  # fmt: skip
def test_the_source_is_said_only_where_it_is_proven(
    spec: Spec, known: Known, tags: dict[str, str], said: str | None, reason: str
) -> None:
    """The source tag is set only on objects whose source is proven, since it can't be read from them later."""
    key = "k1" if reason == "its key proves it" else ""
    step = next_step(spec, known, held(thing(tags=tags, key=key)))
    assert isinstance(step, Tag) and step.tags.get(SOURCE_TAG) == said, reason
    assert step.tags[OWNER_TAG] == OURS


def test_the_rows_reach_every_line_of_the_plan() -> None:
    """The rows of this test execute every line of the plan."""
    functions = [
        next_step,
        *(getattr(plan, name) for name in ("_nothing_visible", "_make_way", "_orphan", "_tag")),
    ]
    reached: set[int] = set()

    def trace(frame: FrameType, event: str, arg: object) -> TraceFunction | None:
        if frame.f_code.co_filename != plan.__file__:
            return None
        if event == "line":
            reached.add(frame.f_lineno)
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        for spec, known, observed, *_ in ROWS:
            next_step(spec, known, observed)
    finally:
        sys.settrace(before)
    for function in functions:
        code = function.__code__
        lines = {line for _, _, line in code.co_lines() if line and line != code.co_firstlineno}
        assert lines <= reached, f"{function.__name__}: lines {sorted(lines - reached)}"
