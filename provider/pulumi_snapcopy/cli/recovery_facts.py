"""The facts for `snapcopy status`: our copies in the target region, and when the sources' snapshots were taken."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from multiprocessing.pool import ThreadPool
from typing import Protocol, TypeVar

from ..core.errors import NotFound, ServiceError, SnapcopyError, Transient
from ..core.keys import is_of_stack
from ..core.rules.suggest import nearest_first
from ..core.values import OWNER_TAG, Phase, Seen
from ..lightsail.drill_permissions import DRILL_TAG
from ..lightsail.inventory import AutoSnapshot, Disk, Instance
from ..lightsail.lookups import Lookups
from ..lightsail.newest import data_taken_at
from ..lightsail.shapes import SnapshotSeen
from ..lightsail.source_tag import SourceTag
from ..recovery.drill import DrillResult
from ..recovery.evidence import CopyState, quoted
from ..recovery.report import CopyFacts, Report, SourceFacts, assess
from ..recovery.retention import Retention
from . import endpoints

T = TypeVar("T")

MAX_READS_IN_FLIGHT = 8
MOST_NAMES = 5
"""The most names that a warning lists."""
_STATES = {Phase.DONE: CopyState.COMPLETE, Phase.PENDING: CopyState.PENDING, Phase.FAILED: CopyState.FAILED}

Origin = tuple[str, str]
"""A source's region, empty if unknown, and its name."""


class Reader(Protocol):
    """The interface of the look-ups that `source_facts` needs; `Reached` implements it."""

    def reach(self, region: str) -> None:
        """Check that the region's endpoint answers, within seconds; boto3's own timeouts last for minutes."""

    def instances(self, region: str) -> tuple[Instance, ...]:
        """Return the instances of a region."""

    def disks(self, region: str) -> tuple[Disk, ...]:
        """Return the disks of a region."""

    def auto_snapshots(self, region: str, resource: str) -> tuple[AutoSnapshot, ...]:
        """Return the automatic snapshots of an instance or disk."""

    def snapshots(self, region: str) -> tuple[SnapshotSeen, ...]:
        """Return the manual snapshots of a region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What `snapcopy status` is asked for.

    Args:
        source_region: the region of the sources; None: the region that each copy names.
        names: the names of sources; if ``tags`` and ``everything`` are empty too, all sources that have copies.
        tags: tags of sources, all of which must match.
        everything: whether all instances and disks are included.
        stack: ``project/stack``, whose copies alone count; None: the copies of any stack.
        keep: what the copies' stack keeps; None if unknown.
    """

    source_region: str | None = None
    names: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    everything: bool = False
    stack: str | None = None
    keep: Retention | None = None

    @classmethod
    def of(
        cls,
        *,
        source_region: str | None,
        protect: Iterable[str],
        stack: str | None,
        keep: Retention | None = None,
    ) -> Question:
        """Return the question that the options ask; each of ``protect`` is a name, a tag ``KEY=VALUE``, or ``all``."""
        given = list(dict.fromkeys(protect))
        return cls(
            source_region=source_region,
            names=tuple(each for each in given if each != "all" and "=" not in each),
            tags=dict(each.split("=", 1) for each in given if "=" in each),
            everything="all" in given,
            stack=stack,
            keep=keep,
        )

    def without_sources(self, target_region: str, snapshots: Iterable[Seen]) -> str:
        """Return the sentence for a report that has no source: which option left out what is in the target region."""
        if self.tags:
            tags = " and ".join(f"{key}={value}" for key, value in self.tags.items())
            return f"no instance or disk in {self.source_region} has the tag {tags}."
        if self.everything:
            return f"{self.source_region} has no instance or disk that can be copied."
        ours = [each for each in snapshots if _origin(each, None)]
        regions = {origin[0] or "unknown regions" for each in ours if (origin := _origin(each, self.stack))}
        if ours and not regions:
            stacks = _few({"/".join(each.tags[OWNER_TAG].split("/")[:2]) for each in ours})
            return f"no copy in {target_region} is of the stack {self.stack} (--stack); there are copies of {stacks}."
        if ours:
            return (
                f"no copy in {target_region}{f' of the stack {self.stack}' if self.stack else ''} is from"
                f" {self.source_region} (--source-region); there are copies from {_few(regions)}."
            )
        return f"looked in {target_region} alone; --target-region looks in another region."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached(Lookups):
    """The look-ups with a check of the region's endpoint; each endpoint is determined once."""

    urls: dict[str, str] = field(default_factory=dict)

    def reach(self, region: str) -> None:
        """Check that the region's endpoint answers.

        Raises:
            ServiceError: if the endpoint doesn't answer, or the settings can't be used.
        """
        if region not in self.urls:
            self.urls.update(self.login.endpoints([region], "lightsail"))
        endpoints.reach(self.urls[region])


class _SourceRegions:
    """What the sources' regions report, as far as they do: which sources there are, and when snapshots were taken.

    A failing region is warned of once; a region that is down isn't asked again.
    """

    def __init__(self, reader: Reader, warn: Callable[[str], None]) -> None:
        self._reader, self._warn = reader, warn
        self._errors, self._lock = dict[str, SnapcopyError](), threading.Lock()

    def reach(self, region: str) -> None:
        """Check a region's endpoint before the first question."""
        self._ask(region, lambda: self._reader.reach(region))

    def taken(self, origin: Origin, copies: Iterable[Seen]) -> dict[str, datetime]:
        """Return when snapshots were taken, by date or by name, if the service still reports it."""
        (region, source), found = origin, dict[str, datetime]()
        if not region:
            return found
        tags = [SourceTag.of(each) for each in copies]
        if any(each.date for each in tags):
            automatic = self._ask(region, lambda: self._reader.auto_snapshots(region, source)) or ()
            found |= {str(each.date): each.created_at for each in automatic if each.created_at}
        if not all(each.date for each in tags):
            manual = self._ask(region, lambda: self._reader.snapshots(region)) or ()
            found |= {each.name: each.created_at for each in manual if each.created_at}
        return found

    def warn_of_unknown(self, origins: Iterable[Origin]) -> None:
        """Warn of each source that its region doesn't have."""
        for region, name in origins:
            found = self._ask(region, partial(self._names, region))
            if found is not None and name not in found:
                others = ", ".join(nearest_first(name, found, most=MOST_NAMES))
                self._warn(f"{region} has no instance or disk {name}{others and f'; it has {others}'}.")

    def _names(self, region: str) -> list[str]:
        found: list[Instance | Disk] = [*self._reader.instances(region), *self._reader.disks(region)]
        return [each.name for each in found]

    def _ask(self, region: str, question: Callable[[], T]) -> T | None:
        if isinstance(self._errors.get(region), Transient):
            return None
        try:
            return question()
        except NotFound:
            return None  # the source was deleted, and its automatic snapshots with it
        except SnapcopyError as error:
            with self._lock:
                first = region not in self._errors
                self._errors[region] = error
            if first:
                said = endpoints.sentence(error) if isinstance(error, ServiceError) else str(error)
                self._warn(f"{said} Until then ages of copies from {region} count from their day's midnight.")
            return None


def report(
    lookups: Reached,
    question: Question,
    target_region: str,
    *,
    max_age: timedelta | None,
    price: float,
    drills: tuple[DrillResult, ...],
    now: datetime,
    warn: Callable[[str], None],
) -> Report:
    """Ask the service, and return the report; ``warn`` is called with what isn't in the report's table.

    Raises:
        SnapcopyError: if the copies, or the sources that were asked for, can't be listed.
    """
    lookups.reach(target_region)
    lookups.admit(target_region)
    facts = source_facts(lookups, question, target_region, warn=warn)
    sources = tuple(assess(each, now=now, max_age=max_age, price=price) for each in facts)
    for each in sources:
        if each.failed:
            names = quoted([copy.name for copy in each.failed])
            warn(
                f"{each.facts.source}: {names} failed in {target_region}, and can't be restored from;"
                " run `pulumi up --refresh` of its stack, which replaces what failed."
            )
    return Report(
        sources=sources,
        made_at=now,
        max_age=max_age,
        drills=drills,
    )


def source_facts(
    reader: Reader, question: Question, target_region: str, *, warn: Callable[[str], None]
) -> tuple[SourceFacts, ...]:
    """Return each source with its copies, sorted by region and name; warn of an option that leaves out all of them.

    Raises:
        SnapcopyError: if the copies, or the sources that were asked for, can't be listed.
    """
    copies: dict[Origin, list[SnapshotSeen]] = defaultdict(list)
    snapshots = reader.snapshots(target_region)
    for each in snapshots:
        if (origin := _origin(each, question.stack)) is not None:
            copies[origin].append(each)
    wanted = sorted(_wanted(reader, question, copies))
    if not wanted:
        warn(question.without_sources(target_region, snapshots))
    regions = _SourceRegions(reader, warn)
    with ThreadPool(MAX_READS_IN_FLIGHT) as pool:  # its threads are daemons: Ctrl-C doesn't wait for them
        pool.map(regions.reach, sorted({region for region, _ in wanted if region}))
        taken = pool.map(lambda origin: regions.taken(origin, copies.get(origin, ())), wanted)
    named = [each for each in wanted if each[0] and each[1] in question.names]
    regions.warn_of_unknown(each for each in named if each not in copies)
    return tuple(
        SourceFacts(
            source=origin[1],
            source_region=origin[0] or "-",
            target_region=target_region,
            copies=tuple(_facts(each, times) for each in copies.get(origin, ())),
            retention=question.keep,
        )
        for origin, times in zip(wanted, taken, strict=True)
    )


def _few(names: set[str]) -> str:
    found = sorted(names)
    more = len(found) - MOST_NAMES
    return ", ".join(found[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _wanted(
    reader: Reader, question: Question, copies: Mapping[Origin, list[SnapshotSeen]]
) -> Iterator[Origin]:
    region = question.source_region
    there = [each for each in copies if region in (None, each[0])]
    if not (question.names or question.tags or question.everything):
        yield from there
        return
    for name in question.names:
        yield from [each for each in there if each[1] == name] or [(region or "", name)]
    if question.tags or question.everything:
        if region is None:
            raise SnapcopyError("--source-region is required with --protect all and --protect KEY=VALUE.")
        reader.reach(region)
        found = _sources(reader, region, question)
        gone = {name for _, name in there} if question.everything else set()
        yield from ((region, name) for name in (found | gone) - set(question.names))


def _sources(reader: Reader, region: str, question: Question) -> set[str]:
    """Return the names that a recovery region protects: no Windows, and no disks of a protected instance."""
    instances = [
        each for each in reader.instances(region) if not each.is_windows and _matches(each, question)
    ]
    names = {each.name for each in instances}
    disks = [
        each for each in reader.disks(region) if each.attached_to not in names and _matches(each, question)
    ]
    found: list[Instance | Disk] = [*instances, *disks]
    return {each.name for each in found if DRILL_TAG not in each.tags}


def _matches(source: Instance | Disk, question: Question) -> bool:
    return question.everything or all(source.tags.get(key) == value for key, value in question.tags.items())


def _origin(seen: Seen, stack: str | None) -> Origin | None:
    """Return the origin of one of our copies; None for another snapshot, or for a copy of another stack."""
    owner = seen.tags.get(OWNER_TAG)
    if owner is None or (stack is not None and not is_of_stack(owner, stack)):
        return None
    tag = SourceTag.of(seen)
    if not tag.is_of_copy:
        return None  # taken in this region, not copied
    name = tag.name if tag.date else seen.outputs.get("fromResourceName")
    return (tag.region, name) if name else None


def _facts(seen: SnapshotSeen, taken: Mapping[str, datetime]) -> CopyFacts:
    tag = SourceTag.of(seen)
    at = data_taken_at(seen, taken.get(tag.snapshot))
    return CopyFacts(
        date=tag.day or at.date(),
        name=seen.name,
        state=_STATES[seen.phase],
        size_in_gb=seen.size,
        taken_at=at,
        progress=seen.progress,
        source_ref=seen.from_arn,
    )
