"""Look-ups for programs: Lightsail's instances, disks, their automatic snapshots, and manual snapshots.

If the service has none, a look-up returns an empty tuple; if the service doesn't answer, it raises an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

from ..core.errors import ConfigError, ServiceError, WrongAccount
from ..core.values import Phase, Seen
from ..core.waiting.clock import SystemClock
from ..core.waiting.deadline import Deadline, OutOfTime
from ..host.settings import Settings
from .shapes import SnapshotSeen, tags_of

if TYPE_CHECKING:
    from ..aws.login import Login
    from .service import Lightsail

# boto3 is imported in functions: a program that only declares copies doesn't need it.

T = TypeVar("T")
L = TypeVar("L", bound="Lookups")

PATIENCE = 20.0
"""Seconds for which a read is retried that may succeed later: throttled, failing or not reachable."""

AUTOMATIC = "AutoSnapshot"


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A Lightsail instance.

    Args:
        name: the name, unique in the region.
        arn: the ARN.
        region: the region.
        state: the service's word, such as ``running``.
        blueprint_id: the image that the instance was made from, such as ``amazon_linux_2023``.
        bundle_id: the plan, such as ``small_3_0``.
        is_windows: whether the instance runs Windows, which has no automatic snapshots.
        disks: the names of the attached disks, without the system disk; the instance's snapshots contain them.
        automatic_snapshots: whether automatic snapshots are enabled; None if the service doesn't say.
        tags: the tags.
    """

    name: str
    arn: str
    region: str
    state: str = ""
    blueprint_id: str = ""
    bundle_id: str = ""
    is_windows: bool = False
    disks: tuple[str, ...] = ()
    automatic_snapshots: bool | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Disk:
    """A Lightsail disk; system disks belong to their instances and aren't listed.

    Args:
        name: the name, unique in the region.
        arn: the ARN.
        region: the region.
        state: the service's word, such as ``in-use``.
        size_in_gb: the size in GiB.
        attached_to: the instance that the disk is attached to; None if it isn't attached.
        automatic_snapshots: whether automatic snapshots are enabled; None if the service doesn't say.
        tags: the tags.
    """

    name: str
    arn: str
    region: str
    state: str = ""
    size_in_gb: int | None = None
    attached_to: str | None = None
    automatic_snapshots: bool | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class AutoSnapshot:
    """An automatic snapshot of an instance or disk; the service keeps the latest seven.

    Args:
        date: the day (UTC) that identifies the snapshot.
        status: ``Success``, ``InProgress``, ``Failed`` or ``NotFound``.
        created_at: when the snapshot was taken, UTC; None if the service doesn't say.
    """

    date: date
    status: str
    created_at: datetime | None = None

    @property
    def is_restorable(self) -> bool:
        """Whether the snapshot can be copied or restored from now."""
        return self.status == "Success"


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A manual snapshot; copies are manual snapshots.

    Args:
        name: the name, unique in the region.
        arn: the ARN.
        region: the region.
        resource_type: InstanceSnapshot or DiskSnapshot.
        state: the service's word: pending, available (instances), completed (disks), error.
        progress: the progress of a pending snapshot, such as ``40%``; None if the service doesn't say.
        created_at: when the snapshot was started, UTC.
        size_in_gb: the size in GiB.
        from_resource_name: the instance or disk that the snapshot was originally taken of.
        tags: the tags.
    """

    name: str
    arn: str
    region: str
    resource_type: str
    state: str
    progress: str | None = None
    created_at: datetime | None = None
    size_in_gb: int | None = None
    from_resource_name: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_complete(self) -> bool:
        """Whether the snapshot is complete, and can be copied or restored from."""
        return self.state in ("available", "completed")


def get_instances(*, region: str | None = None) -> tuple[Instance, ...]:
    """Return the instances of a region, sorted by name.

    Args:
        region: the region; default: the stack's ``aws:region``, else the region of AWS tooling.

    Raises:
        ConfigError: if a setting can't be used, or no region is given and no default is set.
        WrongAccount: if the credentials belong to an account that the account guard doesn't allow.
        ServiceError: if the service refuses the call, or doesn't answer within 20 seconds.

    Example:
        >>> [each.name for each in get_instances(region="us-east-1") if each.tags.get("backup")]  # doctest: +SKIP
        ['web-1']
    """
    return _ask(region, lambda lookups, there: lookups.instances(there))


def get_disks(*, region: str | None = None) -> tuple[Disk, ...]:
    """Return the disks of a region, sorted by name, without instances' system disks.

    Args:
        region: the region; default: the stack's ``aws:region``, else the region of AWS tooling.

    Raises:
        ConfigError: if a setting can't be used, or no region is given and no default is set.
        WrongAccount: if the credentials belong to an account that the account guard doesn't allow.
        ServiceError: if the service refuses the call, or doesn't answer within 20 seconds.

    Example:
        >>> [each.name for each in get_disks(region="us-east-1") if each.attached_to is None]  # doctest: +SKIP
        ['data-1']
    """
    return _ask(region, lambda lookups, there: lookups.disks(there))


def get_auto_snapshots(resource_name: str, *, region: str | None = None) -> tuple[AutoSnapshot, ...]:
    """Return the automatic snapshots of an instance or disk, newest first.

    Args:
        resource_name: the instance or disk.
        region: the region of the instance or disk; default: the stack's ``aws:region``, else the region of AWS tooling.

    Raises:
        ConfigError: if a setting can't be used, or no region is given and no default is set.
        WrongAccount: if the credentials belong to an account that the account guard doesn't allow.
        ServiceError: if the service refuses the call, or doesn't answer within 20 seconds.
        NotFound: if the region has no such instance or disk; a ServiceError, too.

    Example:
        >>> [str(each.date) for each in get_auto_snapshots("web-1", region="us-east-1")]  # doctest: +SKIP
        ['2026-11-20', '2026-11-19']
    """
    return _ask(region, lambda lookups, there: lookups.auto_snapshots(there, resource_name))


def get_snapshots(*, region: str | None = None) -> tuple[Snapshot, ...]:
    """Return all manual snapshots of a region, copies too, sorted by name.

    Args:
        region: the region; default: the stack's ``aws:region``, else the region of AWS tooling.

    Raises:
        ConfigError: if a setting can't be used, or no region is given and no default is set.
        WrongAccount: if the credentials belong to an account that the account guard doesn't allow.
        ServiceError: if the service refuses the call, or doesn't answer within 20 seconds.

    Example:
        >>> [each.name for each in get_snapshots(region="eu-west-1") if each.is_complete]  # doctest: +SKIP
        ['web-1-2026-11-20-3f9c2a1b']
    """
    return _ask(region, lambda lookups, there: tuple(_public(each) for each in lookups.snapshots(there)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookups:
    """Reads from Lightsail with the settings of one program.

    Args:
        service: the adapter of Lightsail.
        login: the credentials to use.
        allowed: the accounts that may be used; empty: any account.
    """

    service: Lightsail
    login: Login
    allowed: tuple[str, ...] = ()

    @classmethod
    def of_the_program(cls: type[L]) -> L:
        """Return the look-ups with the program's profile, region and allowed accounts: the stack's or environment's.

        Raises:
            ConfigError: if a setting can't be used.
        """
        from ..aws.login import Login
        from .adapter import connect
        from .service import Lightsail

        settings = Settings.of_the_program()
        login = Login(profile=settings.aws_profile, region=settings.aws_region)
        return cls(service=Lightsail(connect(login)), login=login, allowed=settings.allowed_account_ids)

    def region(self, given: str | None) -> str:
        """Return the given region, or the default region.

        Raises:
            ConfigError: if no region is given and no default is set.
        """
        region = given or self.login.default_region()
        if region is None:
            raise ConfigError(
                "no region is set; write region=, such as eu-west-1, or set aws:region or AWS_REGION."
            )
        return region

    def admit(self, region: str) -> None:
        """Raise WrongAccount unless the credentials belong to an allowed account.

        Raises:
            WrongAccount: if the account isn't allowed.
            ServiceError: if the account can't be determined.
        """
        if not self.allowed:
            return
        account = _retried(lambda: self.login.account(region, service="lightsail"))
        if account not in self.allowed:
            raise WrongAccount(account, self.allowed)

    def instances(self, region: str) -> tuple[Instance, ...]:
        """Return the instances of a region."""
        return tuple(_instance(raw, region) for raw in self._listed(region, "instances"))

    def disks(self, region: str) -> tuple[Disk, ...]:
        """Return the disks of a region."""
        return tuple(_disk(raw, region) for raw in self._listed(region, "disks"))

    def databases(self, region: str) -> tuple[str, ...]:
        """Return the names of the databases of a region."""
        return tuple(raw["name"] for raw in self._listed(region, "relationalDatabases"))

    def auto_snapshots(self, region: str, resource: str) -> tuple[AutoSnapshot, ...]:
        """Return the automatic snapshots of an instance or disk, newest first."""
        listed = _retried(lambda: self.service.automatic_snapshots(region, resource))
        found = (
            AutoSnapshot(date=date.fromisoformat(each.date), status=each.status, created_at=each.created_at)
            for each in listed
        )
        return tuple(sorted(found, key=lambda each: each.date, reverse=True))

    def snapshots(self, region: str) -> tuple[SnapshotSeen, ...]:
        """Return the manual snapshots of a region, sorted by name."""
        return tuple(sorted(_retried(lambda: self.service.snapshots(region)), key=lambda each: each.name))

    def is_there(self, snapshot: Seen) -> bool:
        """Return whether a snapshot that a list shows exists when it is read by its name."""
        found = _retried(lambda: self.service.get(snapshot.region, snapshot.name, snapshot.kind))
        return found is not None and found.ref == snapshot.ref

    def _listed(self, region: str, what: str) -> list[Any]:
        return sorted(_retried(lambda: self.service.listed(region, what)), key=lambda raw: str(raw["name"]))


def _ask(region: str | None, question: Callable[[Lookups, str], T]) -> T:
    lookups = Lookups.of_the_program()
    there = lookups.region(region)
    lookups.admit(there)
    return question(lookups, there)


def _retried(question: Callable[[], T]) -> T:
    clock = SystemClock()
    try:
        return Deadline(clock=clock, at=clock.now() + PATIENCE).retry(question)
    except OutOfTime as end:
        raise end.trouble or ServiceError("the service didn't answer in time") from None


def _instance(raw: Any, region: str) -> Instance:
    blueprint = raw.get("blueprintId") or ""
    disks = (raw.get("hardware") or {}).get("disks") or []
    return Instance(
        name=raw["name"],
        arn=raw.get("arn") or "",
        region=region,
        state=(raw.get("state") or {}).get("name") or "",
        blueprint_id=blueprint,
        bundle_id=raw.get("bundleId") or "",
        is_windows=blueprint.startswith("windows") or "_win_" in (raw.get("bundleId") or ""),
        disks=tuple(
            sorted(each["name"] for each in disks if each.get("name") and not each.get("isSystemDisk"))
        ),
        automatic_snapshots=_has_automatic(raw),
        tags=tags_of(raw),
    )


def _disk(raw: Any, region: str) -> Disk:
    return Disk(
        name=raw["name"],
        arn=raw.get("arn") or "",
        region=region,
        state=raw.get("state") or "",
        size_in_gb=raw.get("sizeInGb"),
        attached_to=raw.get("attachedTo") or None,
        automatic_snapshots=_has_automatic(raw),
        tags=tags_of(raw),
    )


def _has_automatic(raw: Any) -> bool | None:
    if "addOns" not in raw:
        return None
    return any(
        each.get("name") == AUTOMATIC and each.get("status") == "Enabled" for each in raw["addOns"] or []
    )


def _public(seen: Seen) -> Snapshot:
    return Snapshot(
        name=seen.name,
        arn=seen.ref or "",
        region=seen.region,
        resource_type=seen.kind,
        state=seen.state,
        progress=seen.progress if seen.phase is Phase.PENDING else None,
        created_at=seen.created_at,
        size_in_gb=seen.size,
        from_resource_name=seen.outputs.get("fromResourceName"),
        tags=dict(seen.tags),
    )
