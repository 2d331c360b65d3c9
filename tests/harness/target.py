"""What the state machine drives: a provider to be called as the engine calls it, and the service behind it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from pulumi_snapcopy.core.family import Family

Properties = dict[str, Any]
Power = Literal["faults", "kills", "behind", "names"]
"""``names``: the user may name copies, and there are automatic snapshots, of each day."""

SOURCE_REGION = "us-east-1"
TARGET_REGIONS = ("eu-west-1", "eu-central-1")
CALLS: tuple[str, ...] = ("CopySnapshot", "TagResource", "UntagResource", "Delete", "Get")
"""The calls of a provider to its service, as faults and kills name them: `Delete` and `Get` are all that begin so."""


def means(name: str, call: str) -> bool:
    """Whether a name means a call of the API.

    >>> means("Get", "GetDiskSnapshot"), means("GetDiskSnapshot", "GetDiskSnapshots"), means("*", "CopySnapshot")
    (True, False, True)
    """
    return name in ("*", call) or (name in ("Delete", "Get") and call.startswith(name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A resource as a verb answers it."""

    id: str
    outputs: Properties
    inputs: Properties | None = None
    """Only of a read: the inputs, where they have drifted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What diff answers; ``changes`` is None where the engine shall see for itself."""

    changes: bool | None
    replaces: Sequence[str]
    delete_before_replace: bool


class VerbFailed(Exception):
    """A verb that ended in an error; ``kept`` is what the engine keeps of the resource all the same."""

    def __init__(self, message: str, kept: Made | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.kept = kept


class HostDied(Exception):
    """The provider's process ended in the middle of a verb."""


class Provider(Protocol):
    """One process of the provider, called as the engine calls it; every call may raise `VerbFailed` or `HostDied`."""

    @property
    def warnings(self) -> Sequence[str]:
        """What it has said so far that stays."""

    def check(self, urn: str, olds: Properties, news: Properties) -> tuple[Properties, list[str]]:
        """The settled inputs, and what is wrong with them."""

    def diff(self, urn: str, id_: str, olds: Properties, news: Properties) -> Difference:
        """Compare the outputs in the state with settled inputs."""

    def create(self, urn: str, news: Properties) -> Made:
        """Make the resource."""

    def read(self, urn: str, id_: str, inputs: Properties, outputs: Properties) -> Made | None:
        """Read the resource; ``None`` if it is gone."""

    def update(self, urn: str, id_: str, olds: Properties, news: Properties) -> Properties:
        """Change the resource in place; answers its outputs."""

    def delete(self, urn: str, id_: str, outputs: Properties) -> None:
        """Delete the resource."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """Calls to the service that go wrong in one run: the next ``times`` after ``skip``, of one operation or all; see `means`.

    ``throttled``, ``failing`` (500) and ``reset`` do no work, ``lost`` and ``garbage`` do it without saying so, ``denied``
    is final, with ``hidden`` a read of one snapshot says that there is none, while lists show it, and with ``copy-fails``
    the copy that is started ends in an error.
    """

    kind: Literal["throttled", "failing", "lost", "reset", "garbage", "denied", "hidden", "copy-fails"]
    operation: str = "*"
    skip: int = 0
    times: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Kill:
    """The host is killed at a call to the service.

    Attributes:
        at: the call, such as ``CopySnapshot``, ``Get`` or, of the calls that a target has, ``GetAutoSnapshots``.
        done: whether the service has done its work by then.
        skip: how many such calls pass before.
    """

    at: str
    done: bool
    skip: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """The user asks to stop while the first copy of the run is in progress."""


Disturbance = Fault | Kill | Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A snapshot as the service has it."""

    name: str
    region: str
    arn: str
    kind: str
    state: str
    tags: Mapping[str, str] = field(default_factory=dict)
    key: str = ""
    """Our key, where the service gives ids."""

    @property
    def place(self) -> tuple[str, str]:
        """Region and name: what a region can have only one of."""
        return self.region, self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """What there is to be copied."""

    region: str = SOURCE_REGION
    snapshots: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    """Instances and disks with automatic snapshots."""


class Target(Protocol):
    """A service and the providers that work on it."""

    project: str
    """The name of the project that declares the copies: what is tagged with it may be deleted."""
    powers: frozenset[Power]
    """What can be done to it beside using it; rules that need more are left out."""
    sources: Sources
    regions: tuple[str, ...]
    """Where copies may be made."""
    family: Family
    """What its copies are like."""
    calls: tuple[str, ...]
    """The calls at which its providers can be killed, as `Kill.at` names them."""

    def asks(self, declared: Any, /) -> Properties:
        """What a declaration asks for, by the API's names."""

    def reset(self) -> None:
        """Begin again: the sources, somebody else's snapshots, and no faults."""

    def start(self, disturbance: Disturbance | None) -> Provider:
        """Start a provider for one run of the engine, and what disturbs that run."""

    def stop(self) -> bool:
        """End the run: its provider, and what disturbed it; whether that was reached."""

    def snapshots(self) -> list[Seen]:
        """All manual snapshots of all regions, failed and pending ones too; not a call of the provider's."""

    def copies_started(self) -> int:
        """How many copies the service has taken on since the reset."""

    def dates(self, resource: str) -> list[str]:
        """The dates of a resource's automatic snapshots, oldest first."""

    def next_day(self) -> None:
        """Every resource gets an automatic snapshot of the next day, and loses its oldest."""

    def remove(self, seen: Seen) -> None:
        """Somebody deletes a snapshot."""

    def plant(self, region: str, name: str, tags: Mapping[str, str]) -> None:
        """Somebody makes a snapshot."""

    def untag(self, seen: Seen, key: str) -> None:
        """Somebody takes a tag off a snapshot."""
