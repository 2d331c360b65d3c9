"""A recovery region as its tests declare it, and what the service and the stack then have of it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from ..conftest import Service, day
from ..stack import Stack

FIRST = date.fromisoformat(day(40)) - timedelta(days=date.fromisoformat(day(40)).weekday())
"""A Monday."""
TARGET, SOURCE = "eu-west-1", "us-east-1"
IMPORTS = "from pulumi_snapcopy.lightsail import DisasterRecoveryRegion, Retention\n"


def nth(number: int) -> str:
    """The date of the test's n-th day; the sources have snapshots of days 0 to 6 when it begins."""
    return str(FIRST + timedelta(days=number))


def region(
    stack: Stack, *, protect: Any = ("web-1",), keep: str = "daily=3", target: str = TARGET, more: str = ""
) -> None:
    """Write a program of one recovery region."""
    stack.program(IMPORTS + declaring("dr", protect=protect, keep=keep, target=target, more=more))
    stack.program_more(
        'for name in ("newest", "copies", "gaps", "includes"):\n    pulumi.export(name, getattr(dr, name))\n'
    )


def declaring(name: str, *, protect: Any, keep: str, target: str, more: str = "") -> str:
    """The part of a program that declares a recovery region."""
    given = list(protect) if isinstance(protect, tuple) else protect
    return f"""
{name} = DisasterRecoveryRegion("{name}", source_region="{SOURCE}", target_region="{target}", protect={given!r},
    keep=Retention({keep}), tags={{"purpose": "dr"}}, {more})
"""


def held(service: Service, source: str = "web-1", region: str = TARGET) -> list[str]:
    """The dates of the complete copies that the service has of a source, by their names, oldest first."""
    found = service.snapshots(region)
    names = [name for name, each in found.items() if each["state"] in ("available", "completed")]
    return sorted(name.removeprefix(f"{source}-")[:10] for name in names if name.startswith(f"{source}-20"))


def exported(stack: Stack) -> dict[str, Any]:
    """The program's outputs."""
    resources = stack.state()
    (root,) = [each for each in resources if each["type"] == "pulumi:pulumi:Stack"]
    return dict(root["outputs"])
