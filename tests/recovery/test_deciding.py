"""What one run of a recovery region decides, from a service's answers and a state."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from pulumi_snapcopy.core.keys import owner
from pulumi_snapcopy.core.values import OWNER_TAG, SOURCE_TAG, Phase
from pulumi_snapcopy.lightsail.children import Children
from pulumi_snapcopy.lightsail.drill_permissions import DRILL_TAG
from pulumi_snapcopy.lightsail.recovering import Request
from pulumi_snapcopy.lightsail.shapes import SnapshotSeen
from pulumi_snapcopy.recovery.evidence import Unreadable
from pulumi_snapcopy.recovery.retention import Retention

from .region import CHILDREN, FIRST, LAST, SOURCE, TARGET, Region, Service, days, disk, instance

REQUEST = Request(
    source_region=SOURCE,
    target_region=TARGET,
    protect=("web-1", "data-1"),
    keep=Retention(daily=3),
    max_age=None,
    max_prune=0.3,
    when_missing="fail",
)


@pytest.fixture
def region(service: Service) -> Region:
    return Region(service=service, request=REQUEST)


def test_foreign_copies_are_neither_counted_nor_touched(region: Region, service: Service) -> None:
    """Another stack of the same names, another component, what was taken and not copied, no tag at all: none is a child."""
    urn = CHILDREN.urn_of("web-1", FIRST)
    tags = [
        {OWNER_TAG: owner(urn, "fedcba9876543210"), SOURCE_TAG: f"{SOURCE}:web-1:{FIRST}"},
        {
            OWNER_TAG: owner(urn.replace("::dr-", "::dr2-"), region.identity),
            SOURCE_TAG: f"{SOURCE}:web-1:{FIRST}",
        },
        {OWNER_TAG: owner(urn, region.identity), SOURCE_TAG: f"{TARGET}:instance/web-1"},
        {},
    ]
    for number, each in enumerate(tags):
        service.held[f"theirs-{number}"] = SnapshotSeen(
            name=f"theirs-{number}", region=TARGET, kind="InstanceSnapshot", phase=Phase.DONE, tags=each,
            outputs={"fromResourceName": "web-1"},
        )  # fmt: skip
    decision = region.up(LAST)
    assert decision.plans[1].dates == tuple(reversed(days(LAST - timedelta(days=2), 3)))
    assert {f"theirs-{number}" for number in range(4)} <= set(service.held)


def test_what_was_just_pruned_is_not_copied_again(region: Region, service: Service) -> None:
    """A list may still show it, and the source may still have its day; what an interrupted run made is taken over."""
    region.up(LAST)
    before, today = dict(service.held), LAST + timedelta(days=1)
    service.dawn(today)
    pruned_by = region.up(today)
    service.stale = [each for name, each in before.items() if name not in service.held]
    assert len(service.stale) == 2
    again = region.up(today)
    assert [each.dates for each in again.plans] == [each.dates for each in pruned_by.plans]
    region.entries.pop(next(iter(region.entries)))
    assert [each.dates for each in region.up(today).plans] == [each.dates for each in pruned_by.plans]


def test_children_of_an_alias_count_as_far_as_the_state_has_them(region: Region, service: Service) -> None:
    """Renamed, the component knows its copies by their old URNs and tags; what only has such a tag isn't in reach of its children."""
    region.up(LAST)
    new = Children(name="new", urn=CHILDREN.urn.replace("::dr", "::new"), aliases=(CHILDREN.urn,))
    recorded = new.recorded(region.entries)
    listed = new.listed(service.held.values(), region.identity, recorded=recorded)
    assert sorted(recorded, key=repr) == sorted(listed, key=repr)
    assert len(recorded) == 6
    assert new.listed(service.held.values(), region.identity) == ()
    taken = {CHILDREN.urn_of("web-1", LAST, "InstanceSnapshot"): {"instanceName": "web-1"}}
    assert len(new.taken_in_state(taken)) == 1


def test_the_state_and_the_service_name_the_same_children(region: Region, service: Service) -> None:
    """A child is found by URN in the state and by owner tag in the service, and is one copy."""
    region.up(LAST)
    recorded = CHILDREN.recorded(region.entries)
    listed = CHILDREN.listed(service.held.values(), region.identity)
    assert sorted(recorded, key=repr) == sorted(listed, key=repr)
    assert len(recorded) == 6


@pytest.mark.parametrize(
    ("trouble", "said"),
    [
        (
            {"refused": {"held"}},
            "its copies can't be listed: AccessDeniedException: not authorized (lightsail:held)",
        ),
        ({"empty": {"held"}}, "the service lists none of the 3 copies known"),
        ({"refused": {"automatic"}}, "its snapshots in us-east-1 can't be listed"),
        ({"empty": {"automatic"}}, "it has copies, but no automatic snapshot in us-east-1"),
        ({"refused": {"instances"}}, "the sources in us-east-1 can't be listed"),
        ({"empty": {"instances", "disks"}}, "doesn't exist in us-east-1 any more"),
    ],
    ids=lambda each: (
        str({key: sorted(value) for key, value in each.items()}) if isinstance(each, dict) else str(each)
    ),
)
def test_a_list_that_fails_or_comes_empty_prunes_nothing(
    region: Region, service: Service, trouble: dict[str, Any], said: str
) -> None:
    """Whichever list it is: the run goes on, deletes nothing, and the preview says why."""
    region.up(LAST)
    before = region.dates("web-1")
    for name, value in trouble.items():
        setattr(service, name, value)
    service.dawn(LAST + timedelta(days=1))
    decision = region.up(LAST + timedelta(days=1))
    assert not decision.refusals
    assert any(said in each for each in decision.warnings), decision.warnings
    assert before <= region.dates("web-1")


def test_a_source_that_was_made_again_under_its_name_has_its_own_retention(
    region: Region, service: Service
) -> None:
    """From its first copy on, which shows that copies are told apart by their source; the old one's copies stay."""
    region.up(LAST)
    service.sources["web-1"], service.automatic["web-1"] = replace(instance("web-1"), arn="arn:another"), []
    first, *others = days(LAST + timedelta(days=1), 9)
    service.dawn(first)
    region.up(first)
    old = region.dates("web-1") - {first}
    for today in others:
        service.dawn(today)
        decision = region.up(today)
        assert [each for each in decision.warnings if f"isn't the one that was copied until {LAST}" in each]
        three = [day for day in days(today - timedelta(days=2), 3) if day >= first]
        assert old and region.dates("web-1") == {*old, *three}
        assert len(region.dates("data-1")) == 3
    service.held = {name: each for name, each in service.held.items() if each.from_arn != "arn:web-1"}
    region.entries = {
        urn: each for urn, each in region.entries.items() if each["targetSnapshotName"] in service.held
    }
    assert not region.up(others[-1]).warnings
    assert region.dates("web-1") == {*days(others[-1] - timedelta(days=2), 3)}


def test_a_wrong_name_is_told_with_the_right_ones(region: Region) -> None:
    """What to do is about names then, and not about automatic snapshots."""
    region.request = replace(REQUEST, protect=("web-1", "data-2"))
    (refusal,) = region.decide(LAST).refusals
    assert (
        "data-2 doesn't exist in us-east-1: there is no instance or disk of this name. Did you mean data-1?"
        in refusal
    )
    assert refusal.endswith(
        "\n  Next:  write its right name, or remove it from protect, then run `pulumi up` again."
    )


def test_what_left_protect_leaves_the_outputs_in_the_run_that_prunes_it(region: Region) -> None:
    """The next run knows nothing of it, and would change the outputs; what is in doubt stays in them."""
    region.request = replace(REQUEST, keep=Retention(last=1))
    region.up(LAST)
    region.request = replace(region.request, protect=("data-1",))
    assert [each.source for each in region.decide(LAST).plans] == ["data-1"]
    region.service.refused = {"held"}
    assert [each.source for each in region.decide(LAST).plans] == ["data-1", "web-1"]
    region.service.refused = set()
    assert region.up(LAST).plans == region.decide(LAST).plans
    assert region.dates("web-1") == set()


def test_an_unreadable_state_is_a_refusal(region: Region) -> None:
    """Without it there is no telling what a run would delete."""
    region.up(LAST)
    decision = region.decide(LAST, state=Unreadable("no such backend"))
    assert "the copies in the stack's state can't be read: no such backend" in decision.refusals[0]


@pytest.mark.parametrize(
    ("skipped", "going", "allow"), [(1, 2, None), (2, 3, None), (3, 4, "0.43"), (5, 6, "0.72")]
)
def test_after_skipped_days_the_limit_is_allowed_once(
    skipped: int, going: int, allow: str | None, region: Region, service: Service
) -> None:
    """daily=7: two skipped days pass; after more the run is refused, with its numbers and what to write for once."""
    keep = Retention(daily=7)
    region.request = replace(REQUEST, keep=keep, protect=("web-1",))
    region.up(LAST)
    before = region.dates("web-1")
    today = LAST + timedelta(days=skipped + 1)
    for each in days(LAST + timedelta(days=1), skipped + 1):
        service.dawn(each)
    decision = region.up(today)
    if allow is None:
        assert not decision.refusals
    else:
        (refusal,) = decision.refusals
        assert f"this run would delete {going} of 7 copies (no rule of the retention keeps it)" in refusal
        assert "max_prune=0.3 allows 3" in refusal
        assert (
            f"newest that would go is of {LAST - timedelta(days=7 - going)}, the oldest of {FIRST}" in refusal
        )
        assert f"run `pulumi up` once with max_prune={allow}, then set it back to 0.3" in refusal
        assert region.dates("web-1") == before, "nothing was copied or deleted"
        region.request = replace(region.request, max_prune=float(allow))
        assert not region.up(today).refusals
    assert region.dates("web-1") == {*days(today - timedelta(days=6), 7)}
    region.request = replace(region.request, max_prune=0.3)
    service.dawn(today + timedelta(days=1))
    assert not region.up(today + timedelta(days=1)).refusals, "the next day is an ordinary one"


def test_what_cant_be_protected_is_one_refusal(region: Region, service: Service) -> None:
    """Names that don't exist, databases, Windows and sources without automatic snapshots stand in one message."""
    service.sources |= {"win-1": instance("win-1", is_windows=True), "new-1": disk("new-1")}
    service.orders = ("orders",)
    region.request = replace(REQUEST, protect=("web-1", "win-1", "new-1", "orders", "nope"))
    service.automatic |= {"win-1": [], "new-1": []}
    (refusal,) = region.decide(LAST).refusals
    assert "4 sources can't be protected" in refusal
    for said in (
        "win-1 runs Windows",
        "new-1 has no automatic snapshots",
        "orders is a database",
        "nope doesn't exist",
    ):
        assert said in refusal
    assert refusal.count('write when_missing="snapshot"') == 1, "each remedy is said once"


@pytest.mark.parametrize(
    ("protect", "step"),
    [
        (("web-1", "new-1"), "remove it from protect"),
        ({"backup": "yes"}, "remove its tag"),
        ("all", 'write the names of the others as protect instead of "all"'),
    ],
    ids=["named", "tagged", "all"],
)
def test_what_takes_a_source_out_fits_what_protects_it(
    protect: Any, step: str, region: Region, service: Service
) -> None:
    """Only a named one can be removed from protect; one that is gone has no tag to remove either."""
    tag = {"backup": "yes"}
    service.sources = {"web-1": instance("web-1", tags=tag)}
    region.request = replace(REQUEST, protect=("web-1",) if isinstance(protect, tuple) else protect)
    region.up(LAST)
    service.sources = {"new-1": instance("new-1", automatic_snapshots=False, tags=tag)}
    region.request = replace(REQUEST, protect=protect)
    decision = region.decide(LAST)
    assert f"or {step}, then run `pulumi up` again" in decision.refusals[0]
    (gone,) = [each for each in decision.warnings if "doesn't exist in us-east-1 any more" in each]
    is_named = isinstance(protect, tuple)
    assert ("remove it from protect if its copies may go" in gone) is is_named
    assert ("delete them by hand, then run `pulumi refresh`" in gone) is not is_named


def test_enabled_automatic_snapshots_are_waited_for(region: Region, service: Service) -> None:
    """A source whose first one is yet to come is warned of; the others go on."""
    service.sources["new-1"] = disk("new-1", automatic_snapshots=True)
    region.request = replace(REQUEST, protect=("web-1", "new-1"))
    decision = region.up(LAST)
    assert not decision.refusals
    assert any(
        "new-1: it has no automatic snapshot that can be copied yet" in each for each in decision.warnings
    )
    assert len(region.dates("web-1")) == 3


def test_a_disk_with_the_tag_is_protected_unless_its_instance_is(region: Region, service: Service) -> None:
    """It comes with an instance that has the tag, too; of one that hasn't, nothing would be copied."""
    tag = {"backup": "yes"}
    service.sources |= {
        "web-2": instance("web-2", tags=tag),
        "logs-1": disk("logs-1", attached_to="web-1", tags=tag),
        "logs-2": disk("logs-2", attached_to="web-2", tags=tag),
    }
    service.automatic |= {name: days(FIRST, 7) for name in ("web-2", "logs-1", "logs-2")}
    region.request = replace(REQUEST, protect=tag)
    assert [each.source for each in region.up(LAST).plans] == ["logs-1", "web-2"]


def test_all_leaves_out_what_a_drill_has_restored(region: Region, service: Service) -> None:
    """Of regions that recover each other, one sees the other's drills: they have no automatic snapshots, and are gone soon."""
    tags = {DRILL_TAG: f"{TARGET}:web-1"}
    service.sources |= {
        "snapcopy-drill-1": instance("snapcopy-drill-1", automatic_snapshots=False, tags=tags),
        "snapcopy-drill-1-logs": disk("snapcopy-drill-1-logs", attached_to="snapcopy-drill-1"),
        "snapcopy-drill-2": disk("snapcopy-drill-2", tags=tags),
    }
    region.request = replace(REQUEST, protect="all")
    assert [each.source for each in region.up(LAST).plans] == ["data-1", "web-1"]


def test_all_leaves_out_what_cant_be_copied_and_says_so(region: Region, service: Service) -> None:
    """Windows and databases by name; an attached disk comes with its instance."""
    service.sources |= {
        "win-1": instance("win-1", is_windows=True),
        "logs-1": disk("logs-1", attached_to="web-1"),
        "ill-1": disk("ill-1", state="error"),
    }
    service.automatic["ill-1"] = [LAST]
    service.orders = ("orders",)
    region.request = replace(REQUEST, protect="all")
    decision = region.up(LAST)
    assert [each.source for each in decision.plans] == ["data-1", "ill-1", "web-1"]
    assert decision.includes == {"web-1": ["logs-1"]}
    text = "\n".join(decision.warnings)
    assert "Windows has no automatic snapshots: win-1" in text
    assert "databases can't be copied to another region: orders" in text
    assert "ill-1: its state is error" in text


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"empty": {"instances", "disks"}}, "nothing in us-east-1 is or has the tags {'backup': 'yes'}"),
        ({"refused": {"instances"}}, "the sources in us-east-1 can't be read: AccessDeniedException"),
    ],
    ids=lambda each: (
        str({key: sorted(value) for key, value in each.items()}) if isinstance(each, dict) else str(each)
    ),
)
def test_a_first_run_that_would_hold_nothing_is_refused(
    region: Region, service: Service, change: dict[str, Any], said: str
) -> None:
    """An empty region must not pass for a protected one."""
    for name, value in change.items():
        setattr(service, name, value)
    region.request = replace(REQUEST, protect={"backup": "yes"})
    assert said in region.decide(LAST).refusals[0]


def test_an_objective_that_is_missed_is_warned_of(region: Region, service: Service) -> None:
    """With max_age, a newest copy that is too old is named."""
    region.request = replace(REQUEST, max_age=timedelta(hours=30))
    assert not region.up(LAST).warnings
    late = region.decide(LAST + timedelta(days=1)).warnings
    assert any("data-1: its newest copy is of 2026-01-11" in each for each in late)
