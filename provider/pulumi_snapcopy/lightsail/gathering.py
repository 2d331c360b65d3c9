"""Gathers what a recovery region is planned from, and keeps "none" apart from "couldn't be read"."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from ..core.errors import NotFound, Refused, ServiceError
from ..recovery.evidence import Copy, Evidence, Presence, SourceSnapshot, SourceSnapshotState, Unreadable
from ..recovery.selecting import Protect, Selected, Source, is_asked_for, select
from .children import Child, Children, Taken
from .drill_permissions import DRILL_TAG
from .inventory import AutoSnapshot, Disk, Instance
from .shapes import SnapshotSeen

T = TypeVar("T")
MAX_READS_IN_FLIGHT = 8
"""How many reads are in flight at most."""

_STATES = {
    "Success": SourceSnapshotState.READY,
    "InProgress": SourceSnapshotState.PENDING,
    "Failed": SourceSnapshotState.FAILED,
}


class Inventory(Protocol):
    """The reads that `gather` needs, as `lookups.Lookups` has them."""

    def instances(self, region: str) -> tuple[Instance, ...]:
        """Return the instances of a region."""

    def disks(self, region: str) -> tuple[Disk, ...]:
        """Return the disks of a region."""

    def databases(self, region: str) -> tuple[str, ...]:
        """Return the names of the databases of a region."""

    def auto_snapshots(self, region: str, resource: str) -> tuple[AutoSnapshot, ...]:
        """Return the automatic snapshots of an instance or disk."""

    def snapshots(self, region: str) -> tuple[SnapshotSeen, ...]:
        """Return the manual snapshots of a region."""

    def is_there(self, snapshot: SnapshotSeen) -> bool:
        """Return whether a snapshot that a list shows exists when it is read by its name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """The instances, disks and databases in the source region.

    Args:
        instances: the instances by name; Unreadable if they couldn't be listed.
        disks: the disks by name; Unreadable if they couldn't be listed.
        databases: the names of databases; Unreadable if they couldn't be listed.
    """

    instances: Mapping[str, Instance] | Unreadable
    disks: Mapping[str, Disk] | Unreadable
    databases: tuple[str, ...] | Unreadable = ()

    def all(
        self, protect: Protect, *, spared: Iterable[str], manual: bool = False
    ) -> tuple[Source, ...] | Unreadable:
        """Return the instances and disks that can be protected, or Unreadable.

        Disks of a protected instance are left out, since they come with it, and so is what a drill has restored.

        Args:
            protect: what the program asks for.
            spared: the names that are always included.
            manual: whether manual snapshots can be taken, which includes Windows instances.
        """
        if isinstance(self.instances, Unreadable):
            return self.instances
        if isinstance(self.disks, Unreadable):
            return self.disks
        kept = set(spared)
        left_out = {name for name, each in self.instances.items() if each.is_windows and not manual}
        everything: list[Instance | Disk] = [*self.instances.values(), *self.disks.values()]
        sources = [Source(name=each.name, tags=each.tags) for each in everything]
        asked = {each.name for each in sources if is_asked_for(each, protect)} - left_out
        left_out |= {name for name, each in self.disks.items() if each.attached_to in asked}
        left_out |= {each.name for each in sources if DRILL_TAG in each.tags}
        return tuple(each for each in sources if each.name in kept or each.name not in left_out)

    @property
    def names(self) -> list[str]:
        """The names of the instances and disks that could be listed."""
        listed = [each for each in (self.instances, self.disks) if not isinstance(each, Unreadable)]
        return [name for each in listed for name in each]

    def find(self, name: str) -> Instance | Disk | None:
        """Return the listed instance or disk with this name, or None."""
        instances = {} if isinstance(self.instances, Unreadable) else self.instances
        disks = {} if isinstance(self.disks, Unreadable) else self.disks
        return instances.get(name) or disks.get(name)


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInputs:
    """All that a recovery region is planned from.

    Args:
        sources: the instances, disks and databases in the source region.
        selected: the sources to plan for.
        evidence: the evidence of each selected source, by name.
        automatic: the automatic snapshots of each protected source, by name; Unreadable if they couldn't be listed.
        children: the copies that the service or the state knows, by region and name.
        manual: the sources without automatic snapshots to take manual snapshots of, with the resource type that does.
        taken: the manual snapshots that the service or the state knows.
        taken_listed: whether the service's manual snapshots could be listed.
    """

    sources: Sources
    selected: tuple[Selected, ...]
    evidence: Mapping[str, Evidence]
    automatic: Mapping[str, tuple[SourceSnapshot, ...] | Unreadable] = field(default_factory=dict)
    children: Mapping[tuple[str, str], Child] = field(default_factory=dict)
    manual: Mapping[str, str] = field(default_factory=dict)
    taken: frozenset[Taken] = frozenset()
    taken_listed: bool = True


def gather(
    inventory: Inventory,
    *,
    children: Children,
    identity: str | None,
    entries: Mapping[str, Mapping[str, Any]] | Unreadable,
    protect: Protect,
    source_region: str,
    target_region: str,
    take_on: date | None = None,
) -> PlanInputs:
    """Read and return all that a recovery region is planned from.

    Args:
        inventory: reads from the service.
        children: identifies the component's copies.
        identity: the stack's identity; None before it exists: then no copy is the stack's.
        entries: the outputs in the state, by URN; Unreadable if the state couldn't be read.
        protect: the sources that the program asks to protect.
        source_region: the region of the sources.
        target_region: the region of the copies.
        take_on: today (UTC), if manual snapshots are taken of sources without automatic snapshots.
    """
    recorded = entries if isinstance(entries, Unreadable) else children.recorded(entries)
    in_state = children.taken_in_state({} if isinstance(entries, Unreadable) else entries)
    regions = {target_region, *(each.copy.region for each in _read(recorded))} if identity else set[str]()
    with ThreadPoolExecutor(MAX_READS_IN_FLIGHT) as pool:
        asked = [pool.submit(_read_or_unreadable, partial(inventory.snapshots, region)) for region in regions]
        sources = _sources(inventory, pool, source_region, protect)
        at_source: tuple[SnapshotSeen, ...] | Unreadable = ()
        if identity and (take_on or in_state):
            at_source = _read_or_unreadable(lambda: inventory.snapshots(source_region))
        answers = [each.result() for each in asked]
        listed = _listed(inventory, pool, answers, children, identity or "", recorded)
        taken = in_state | children.taken_in(_read(at_source), identity or "", recorded=in_state)
        with_copies = {each.source for each in (*_read(recorded), *_read(listed))}
        with_copies |= {each.source for each in taken}
        named = protect if isinstance(protect, tuple) else ()
        selected = select(
            protect,
            sources=sources.all(protect, spared={*with_copies, *named}, manual=take_on is not None),
            with_copies=with_copies,
        )
        automatic_reads = {
            each.name: pool.submit(
                _automatic_snapshots, inventory, source_region, each.name, sources.find(each.name)
            )
            for each in selected
            if each.protected and each.presence is not Presence.GONE
        }
        automatic = {name: answer.result() for name, answer in automatic_reads.items()}
    return _merged(
        sources=sources,
        selected=selected,
        automatic=automatic,
        listed=listed,
        recorded=recorded,
        taken=taken,
        taken_listed=not isinstance(at_source, Unreadable),
        source_region=source_region,
        is_named=isinstance(protect, tuple),
        take_on=take_on,
    )


def _merged(
    *,
    sources: Sources,
    selected: tuple[Selected, ...],
    automatic: Mapping[str, tuple[SourceSnapshot, ...] | Unreadable],
    listed: tuple[Child, ...] | Unreadable,
    recorded: tuple[Child, ...] | Unreadable,
    taken: frozenset[Taken],
    taken_listed: bool,
    source_region: str,
    is_named: bool,
    take_on: date | None,
) -> PlanInputs:
    """Return what was read as the evidence of each source; a manual snapshot counts as the snapshot of its day."""
    manual = {
        each.name: "InstanceSnapshot" if isinstance(found, Instance) else "DiskSnapshot"
        for each in selected
        if take_on and (found := sources.find(each.name)) is not None
        if is_without_auto_snapshots(found, automatic.get(each.name), today=take_on)
    }
    evidence = {}
    for each in selected:
        found = sources.find(each.name)
        snapshots = automatic.get(each.name, ())
        days = {one.date for one in taken if one.source == each.name}
        if each.name in manual and take_on:
            days.add(take_on)
        if days and each.protected:
            others = (one for one in _read(snapshots) if one.date not in days)
            snapshots = (*others, *(SourceSnapshot(date=day) for day in sorted(days)))
        evidence[each.name] = Evidence(
            source=each.name,
            source_region=source_region,
            presence=each.presence,
            source_snapshots=snapshots,
            listed=_of(each.name, listed),
            recorded=_of(each.name, recorded),
            is_named=is_named,
            source_ref=(found.arn or None) if found else None,
        )
    return PlanInputs(
        sources=sources,
        selected=selected,
        evidence=evidence,
        automatic=automatic,
        children={(each.copy.region, each.copy.name): each for each in (*_read(recorded), *_read(listed))},
        manual=manual,
        taken=taken,
        taken_listed=taken_listed,
    )


def _listed(
    inventory: Inventory,
    pool: ThreadPoolExecutor,
    answers: Iterable[tuple[SnapshotSeen, ...] | Unreadable],
    children: Children,
    identity: str,
    recorded: tuple[Child, ...] | Unreadable,
) -> tuple[Child, ...] | Unreadable:
    """Return the component's copies among the snapshots of all regions, or Unreadable if those of one are."""
    seen = list[SnapshotSeen]()
    for answer in answers:
        if isinstance(answer, Unreadable):
            return answer
        seen += answer
    if not isinstance(recorded, Unreadable):
        known_names = {each.copy.name for each in recorded}
        ours = {each.copy.name for each in children.listed(seen, identity)}
        seen = _without_stale(inventory, pool, seen, ours - known_names)
    return children.listed(seen, identity, recorded=_read(recorded))


def _without_stale(
    inventory: Inventory, pool: ThreadPoolExecutor, listed: list[SnapshotSeen], doubtful: Container[str]
) -> list[SnapshotSeen]:
    """Return a list without deleted snapshots of ours, which a stale read may show and which would pass for orphans."""

    def is_there(snapshot: SnapshotSeen) -> bool:
        if snapshot.name not in doubtful:
            return True
        answer = _read_or_unreadable(lambda: inventory.is_there(snapshot))
        return isinstance(answer, Unreadable) or answer

    return [each for each, there in zip(listed, pool.map(is_there, listed), strict=True) if there]


def _sources(inventory: Inventory, pool: ThreadPoolExecutor, region: str, protect: Protect) -> Sources:
    instances = pool.submit(_read_or_unreadable, lambda: inventory.instances(region))
    disks = pool.submit(_read_or_unreadable, lambda: inventory.disks(region))
    found = Sources(instances=_by_name(instances.result()), disks=_by_name(disks.result()))
    if isinstance(protect, tuple) and all(found.find(name) for name in protect):
        return found  # databases are listed only if they may explain a missing source
    return Sources(
        instances=found.instances,
        disks=found.disks,
        databases=_read_or_unreadable(lambda: inventory.databases(region)),
    )


def is_without_auto_snapshots(
    found: Instance | Disk, automatic: tuple[SourceSnapshot, ...] | Unreadable | None, *, today: date
) -> bool:
    """Whether a source gets no automatic snapshots; old ones may remain after automatic snapshots were disabled.

    Page: https://docs.aws.amazon.com/lightsail/latest/userguide/amazon-lightsail-configuring-automatic-snapshots.html
    """
    if automatic is None or isinstance(automatic, Unreadable) or found.automatic_snapshots:
        return False
    is_known = found.automatic_snapshots is not None
    return not automatic or (is_known and all(each.date < today - timedelta(days=1) for each in automatic))


def _by_name(answer: tuple[Any, ...] | Unreadable) -> Any:
    return answer if isinstance(answer, Unreadable) else {each.name: each for each in answer}


def _automatic_snapshots(
    inventory: Inventory, region: str, name: str, found: Instance | Disk | None
) -> tuple[SourceSnapshot, ...] | Unreadable:
    def ask() -> tuple[AutoSnapshot, ...]:
        try:
            return inventory.auto_snapshots(region, name)
        except (NotFound, Refused):
            if isinstance(found, Instance) and found.is_windows:
                return ()  # the service may refuse the call: Windows has no automatic snapshots
            raise

    answer = _read_or_unreadable(ask)
    if isinstance(answer, Unreadable):
        return answer
    return tuple(
        SourceSnapshot(date=each.date, state=_STATES[each.status])
        for each in answer
        if each.status in _STATES
    )


def _read_or_unreadable(question: Callable[[], T]) -> T | Unreadable:
    try:
        return question()
    except NotFound as error:
        return Unreadable(f"{error}".rstrip("."))
    except ServiceError as error:
        return Unreadable(f"{str(error).rstrip('.')}{f' ({error.call})' if error.call else ''}")


def _of(source: str, children: tuple[Child, ...] | Unreadable) -> tuple[Copy, ...] | Unreadable:
    if isinstance(children, Unreadable):
        return children
    return tuple(each.copy for each in children if each.source == source)


def _read(answer: tuple[T, ...] | Unreadable) -> tuple[T, ...]:
    return () if isinstance(answer, Unreadable) else answer
