"""Sixty days of a recovery region with outages, a vanished source, killed runs and skipped days, each day's holdings checked."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, timedelta

import pytest
from pulumi_snapcopy.lightsail.recovering import Request
from pulumi_snapcopy.recovery.retention import Retention

from .region import SOURCE, TARGET, Region, Service, days, disk, instance

FIRST = date(2026, 1, 5)
KEEP = Retention(daily=7, weekly=4, monthly=6)
REQUEST = Request(
    source_region=SOURCE,
    target_region=TARGET,
    protect=("web-1", "web-2", "data-1"),
    keep=KEEP,
    max_age=None,
    max_prune=0.3,
    when_missing="fail",
)
OUTAGES = ("instances", "disks", "automatic", "held")
GONE_FROM = 40
"""The day from which web-2 no longer exists."""


def test_sixty_ordinary_days_hold_what_the_retention_keeps() -> None:
    """Every day the service has, of all that was ever taken, just what day by day the retention would have left."""
    service = Service(sources={name: instance(name) for name in REQUEST.protect})
    region, expected = Region(service=service, request=REQUEST), set[date]()
    for day in days(FIRST, 60):
        service.dawn(day)
        decision = region.up(day)
        expected = set(KEEP.keep({*expected, *service.automatic["web-1"]}))
        assert not decision.refusals and not decision.warnings
        assert region.dates("web-1") == region.dates("data-1") == expected
        assert all(not each.gaps for each in decision.plans)
    assert len(expected) > 10


@pytest.mark.parametrize("seed", range(8))
def test_sixty_days_with_everything_that_goes_wrong(seed: int) -> None:
    """Dark days delete nothing, killed runs are resumed, a vanished source keeps its copies, and no day is lost twice."""
    chance = random.Random(seed)
    service = Service(
        sources={"web-1": instance("web-1"), "web-2": instance("web-2"), "data-1": disk("data-1")}
    )
    region = Region(service=service, request=REQUEST)
    last_of_the_gone: set[date] = set()
    for number, day in enumerate(days(FIRST, 60)):
        if number == GONE_FROM:
            del service.sources["web-2"], service.automatic["web-2"]
            last_of_the_gone = region.dates("web-2")
        service.dawn(day)
        event = chance.choice(["", "", "", "skip", "refused", "empty", "killed"]) if number else ""
        if event == "skip":
            continue
        before = {name: region.dates(name) for name in REQUEST.protect}
        trouble = chance.choice(OUTAGES)
        service.refused = {trouble} if event == "refused" else set()
        service.empty = {trouble} if event == "empty" else set()
        killed_after = chance.randrange(3) if event == "killed" else None
        decision = region.up(day, killed_after=killed_after)
        if decision.refusals:  # many days at once: the user allows it once, as the refusal says
            assert all("max_prune=0.3 allows" in each for each in decision.refusals)
            assert before == {name: region.dates(name) for name in REQUEST.protect}
            region.request = replace(REQUEST, max_prune=1)
            decision = region.up(day, killed_after=killed_after)
            region.request = REQUEST
        assert not decision.refusals
        after = {name: region.dates(name) for name in REQUEST.protect}
        for name in REQUEST.protect:
            lost = before[name] - after[name]
            plan = next(each for each in decision.plans if each.source == name)
            assert not (lost and plan.doubts), f"{name} lost {lost} in doubt"
            assert lost <= {each.copy.date for each in plan.prune}
            assert not lost or max(after[name]) >= max(before[name]), "the newest stays"
            if not event and name in service.sources:
                assert after[name] >= set(KEEP.keep(before[name] | set(service.automatic[name])))
                assert max(after[name]) == day
        if number >= GONE_FROM:
            assert after["web-2"] == last_of_the_gone
    service.refused = service.empty = set()
    for ahead in (60, 61):  # the first run takes over what a killed one left, the second prunes it
        day = FIRST + timedelta(days=ahead)
        service.dawn(day)
        region.request = replace(REQUEST, max_prune=1)
        assert not region.up(day).refusals
    assert region.dates("web-1") == set(KEEP.keep(region.dates("web-1")))
    assert len(region.entries) == len(service.held), "each copy is in the state, and no other"
