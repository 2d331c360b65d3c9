"""The plan, replayed from any prefix on the smallest service there is, converges in one thing and deletes none but ours."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st
from pulumi_snapcopy.core import plan
from pulumi_snapcopy.core.plan import Because, Sent, wanted_tags
from pulumi_snapcopy.core.values import (
    ADOPTED,
    OWNER_TAG,
    RETAIN_TAG,
    SOURCE_TAG,
    Known,
    Phase,
    Seen,
    Spec,
    Traits,
)
from pulumi_snapcopy.core.waiting.policy import CREATION_GRACE, SEARCH_FOR_LOST

from .simulator import OURS, SOURCE, THEIRS, WORDS, Answer, Simulator, Thing, planted

ANSWERS = st.builds(
    Answer,
    sent=st.sampled_from([Sent.ACCEPTED, Sent.LOST]),
    hidden=st.sampled_from([0.0, 15.0, 45.0, 50.0]),
    seconds=st.sampled_from([20.0, 60.0, 200.0]),
    outcome=st.sampled_from([Phase.DONE, Phase.DONE, Phase.FAILED]),
) | st.just(Answer(sent=Sent.LOST, done=False))

BYSTANDERS: list[tuple[str, str, str, dict[str, str]]] = [
    ("theirs", "x1", "", {}),
    ("theirs", "x2", "", {OWNER_TAG: THEIRS, SOURCE_TAG: SOURCE}),
    ("theirs", "x3", "k1", {OWNER_TAG: THEIRS, SOURCE_TAG: SOURCE}),
    ("theirs", "x4", "k0", {OWNER_TAG: "shop/dev/other@0123456789abcdef", SOURCE_TAG: "here:s0"}),
    ("theirs", "x5", "", {OWNER_TAG: OURS, SOURCE_TAG: ADOPTED}),
    ("kept", "x6", "k0", {OWNER_TAG: OURS, SOURCE_TAG: "here:s0", RETAIN_TAG: "true"}),
    ("ours", "x7", "k0", {OWNER_TAG: OURS, SOURCE_TAG: "here:s0"}),
    ("ours", "x8", "k0", {OWNER_TAG: OURS, SOURCE_TAG: SOURCE}),
]
"""Whose, name, key and tags of what else there may be: those of ours are orphans of earlier requests."""


@st.composite
def simulators(draw: st.DrawFn, *, repeats: bool, derived: bool, taken: bool = False) -> Simulator:
    """A service with others' things, for a request whose key is in the name, in the thing, or only a name of the user's."""
    spec = Spec(
        words=WORDS, resource="web", subject="", owner=OURS, key="k1", carried_key="k1", region="there", source_region="here",
        name="" if repeats else "mine", source_tag=SOURCE, source=SOURCE, tags={"team": "shop"}, longest_run=3600, traits=Traits(duplicates=repeats), by_id=repeats,
        adopt=taken and draw(st.booleans()),
    )  # fmt: skip
    chosen = draw(st.lists(st.sampled_from(BYSTANDERS), unique_by=lambda each: each[1], max_size=4))
    # A thing of others' that carries our key is found by it where there is no name.
    things = [
        planted(f"r-{name}", whose, name, key, tags)
        for whose, name, key, tags in chosen
        if not (repeats and key == "k1")
    ]
    if taken:
        tags = draw(st.sampled_from([{}, {OWNER_TAG: THEIRS}, {OWNER_TAG: THEIRS, SOURCE_TAG: "here:s9"}]))
        things.append(planted("r-taken", "theirs", "mine", "", tags))
    answers = draw(st.lists(ANSWERS, max_size=4))
    return Simulator(spec=spec, answers=answers, things=things, carries_keys=repeats or derived)


KINDS = st.sampled_from([(True, True), (False, True), (False, False)])
STOPS = st.lists(st.integers(0, 12), max_size=4)
GAPS = st.sampled_from([0.0, 10.0, 120.0])


def _foreign(simulator: Simulator) -> list[Thing]:
    return [replace(each) for each in simulator.things if each.whose != "ours"]


def test_from_any_prefix_it_converges_in_exactly_one() -> None:
    """Interrupted after any step, with lost answers, failures and lags, the next runs end in one thing, tagged as asked."""
    steps: Counter[str] = Counter()

    @settings(max_examples=5 * settings().max_examples)
    @given(kind=KINDS, stops=STOPS, gap=GAPS, data=st.data())
    def converges(kind: tuple[bool, bool], stops: list[int], gap: float, data: st.DataObject) -> None:
        repeats, derived = kind
        simulator = data.draw(simulators(repeats=repeats, derived=derived))
        foreign = _foreign(simulator)
        for stop in stops:
            simulator.run(stop)
            simulator.now += gap
        ends: list[plan.Step | None] = []
        for _ in range(8):  # a thing that fails ends a run, and the next one replaces it
            simulator.now += max(CREATION_GRACE, SEARCH_FOR_LOST) + 1
            ends.append(simulator.run())
            if isinstance(ends[-1], plan.Done):
                break
        assert isinstance(ends[-1], plan.Done), ends
        (one,) = simulator.ours()
        assert one.seen == simulator.seen.existing or one.at(simulator.now) == simulator.seen.existing
        assert one.at(simulator.now).phase is Phase.DONE
        assert {"team": "shop", OWNER_TAG: OURS}.items() <= one.seen.tags.items()
        assert [replace(each) for each in simulator.things if each.whose != "ours"] == foreign
        again = simulator.run()
        assert isinstance(again, plan.Done) and simulator.ours() == [one], "a second run changes nothing"
        steps.update(simulator.steps)

    converges()
    reached = {name.partition(" ")[0] for name in steps}
    assert reached == {
        "CheckSource",
        "Create",
        "SearchForLost",
        "LookAgain",
        "Rest",
        "TakeUp",
        "Wait",
        "Tag",
        "Delete",
        "Done",
        "Fail",
    }
    assert steps["Fail Because.FAILED"] and steps["Delete a failed thing"]
    assert steps["Delete a second one of the same request"]
    assert steps["Delete a thing that an earlier run of this declaration made"]


@given(stops=STOPS, gap=GAPS, simulator=simulators(repeats=False, derived=True, taken=True))
def test_a_name_that_is_taken_is_left_to_whoever_has_it(
    stops: list[int], gap: float, simulator: Simulator
) -> None:
    """It is refused from any prefix, or taken over where the program asks for it; nothing is made."""
    foreign = _foreign(simulator)
    for stop in [*stops, None]:
        end = simulator.run(stop)
        simulator.now += gap
    taken = simulator._of(replace(foreign[-1].seen))
    if simulator.spec.adopt:
        assert isinstance(end, plan.Done) and taken.seen.tags[OWNER_TAG] == OURS
        assert taken.seen.tags[SOURCE_TAG] == ADOPTED
    else:
        assert end == plan.Fail(Because.NOT_OURS)
        assert _foreign(simulator) == foreign
    assert simulator.records == []


@given(
    tags=st.dictionaries(
        st.sampled_from([OWNER_TAG, SOURCE_TAG, "team"]), st.sampled_from([OURS, SOURCE, ADOPTED, "x"])
    )
)
def test_the_tags_that_are_wanted_are_those_that_are_asked_for(tags: dict[str, str]) -> None:
    """But for what a thing was made from, which is said only where it is proven."""
    spec = Spec(
        words=WORDS, resource="web", subject="", owner=OURS, key="k1", carried_key="k1", region="there", source_region="here", source_tag=SOURCE,
        tags={"team": "shop"},
    )  # fmt: skip
    seen = Seen(name="mine", region="there", kind="Thing", ref="r1", tags=tags)
    wanted = wanted_tags(spec, Known(seen=seen), seen)
    assert {key: wanted[key] for key in wanted if key != SOURCE_TAG} == {"team": "shop", OWNER_TAG: OURS}
    assert wanted.get(SOURCE_TAG, SOURCE) == SOURCE
