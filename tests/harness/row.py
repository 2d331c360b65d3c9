"""A row of tests: one type of resource on one service, as what holds for all of them needs to know it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pulumi_snapcopy.core.family import Family
from pulumi_snapcopy.core.service import Service
from pulumi_snapcopy.core.waiting.clock import Clock
from pulumi_snapcopy.emulator import Emulator, Fault

from .target import Properties, Seen

Trouble = Literal["throttled", "failing", "reset", "lost", "error-after", "garbage", "empty", "denied"]
OUTSCALE = "eu-west-2"
"""The region of OUTSCALE's account."""
_READS = ("Get", "Describe", "Read")


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """A service's words for what goes wrong with a call."""

    throttled: str
    failing: str
    denied: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One type of resource on one service.

    Attributes:
        name: in the names of tests.
        emulated: the service, as the emulator calls it.
        family: what the resource is like.
        service: makes the adapter of the service, as a new process of the provider does.
        request: what the program asks for, by the API's names, without tags.
        edit: what is changed of it to ask for another one.
        create: the call that asks for one.
        tag: the call that sets tags.
        untag: the call that removes them.
        delete: the call that deletes one.
        codes: the service's words for what goes wrong.
        prepare: puts the sources there.
        things: lists all of its type, also those that others made.
        along: how many other things come along with one.
        tags_in_call: whether the request sets the tags.
        fails: whether the emulator can let one fail that it has accepted.
    """

    name: str
    emulated: str
    family: Family
    service: Callable[[Clock], Service]
    request: Properties
    edit: Properties
    create: str
    tag: str
    untag: str
    delete: str
    codes: Codes
    prepare: Callable[[Emulator], None]
    things: Callable[[], list[Seen]]
    along: int = 0
    tags_in_call: bool = False
    fails: bool = True

    def __str__(self) -> str:
        return self.name

    @property
    def region(self) -> str:
        """Where it stands."""
        return str(self.request.get(self.family.region_argument, OUTSCALE))

    @property
    def by_id(self) -> bool:
        """Whether the service gives ids."""
        return not self.family.name_argument

    @property
    def module(self) -> str:
        """The package that has the resource's class."""
        return f"pulumi_snapcopy.{self.family.rules.token.rpartition('/')[2].partition(':')[0]}"

    def urn(self, name: str, stack: str = "dev") -> str:
        """The URN of a resource of this type."""
        return f"urn:pulumi:{stack}::shop::{self.family.rules.token}::{name}"

    def program(self, name: str, inputs: Properties) -> str:
        """The Python that declares a resource with these inputs."""
        given = {self.family.fields.snake(key): value for key, value in inputs.items()}
        noun = self.family.words.noun
        return f"from {self.module} import {noun}\n{noun}({name!r}, **{given!r})\n"

    def sends(self, emulator: Emulator) -> int:
        """How many requests have reached the service."""
        return len(emulator.calls(self.create, service=self.emulated))

    def fault(self, trouble: Trouble, operation: str, *, times: int | None = 1) -> Fault:
        """A call of this service that goes wrong."""
        codes = {
            "throttled": self.codes.throttled, "failing": self.codes.failing, "denied": self.codes.denied,
            "error-after": self.codes.failing,
        }  # fmt: skip
        kind: Any = "error" if trouble in ("throttled", "failing", "denied") else trouble
        return Fault(
            kind=kind,
            operation=operation,
            service=self.emulated,
            times=times,
            code=codes.get(trouble, "ServiceException"),
            status=403 if trouble == "denied" and self.emulated == "outscale" else None,
        )


def changes(calls: Sequence[str]) -> list[str]:
    """Those of the calls that change something."""
    return [each for each in calls if not each.startswith(_READS)]
