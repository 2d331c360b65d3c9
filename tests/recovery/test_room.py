"""The recovery room decides and draws; it reads no service, and nobody beneath it knows of it."""

from __future__ import annotations

import sys

from tests.unit.test_arrows import ALL, PACKAGE, of, rooms_used_by

DRAWING = {"page": "jinja2", "table": "rich"}


def test_it_uses_core_alone() -> None:
    """And of core only leaves: no life cycle, no copying, no rules."""
    assert of("recovery")
    assert rooms_used_by("recovery") == {"core"}
    assert {each.imported.rpartition(".")[0] for each in of("recovery") if each.target == "core"} == {
        f"{PACKAGE}.core.durations"
    }


def test_only_what_draws_needs_more_than_the_standard_library() -> None:
    """A program that only plans imports neither jinja2 nor rich."""
    foreign = {
        (each.module.rpartition(".")[2], each.top)
        for each in of("recovery")
        if each.top not in {*sys.stdlib_module_names, PACKAGE}
    }
    assert foreign == set(DRAWING.items())


def test_it_names_no_service() -> None:
    """What it plans may be an instance's, a disk's or a volume's copies."""
    assert not {each.target for each in of("recovery")} & {"lightsail", "ec2", "outscale"}


def test_nothing_beneath_it_knows_it() -> None:
    """Neither core, services, host nor emulator."""
    assert {each.room for each in ALL if each.target == "recovery"} & {
        "core",
        "services",
        "host",
        "emulator",
    } == set()
