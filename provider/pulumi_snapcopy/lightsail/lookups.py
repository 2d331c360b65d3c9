"""Look-ups for programs: Lightsail's instances, disks, their automatic snapshots, and manual snapshots.

If the service has none, a look-up returns an empty tuple; if the service doesn't answer, it raises an error.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar

from ..core.errors import ConfigError, ServiceError, WrongAccount
from ..core.values import Seen
from ..core.waiting.clock import SystemClock
from ..core.waiting.deadline import Deadline, OutOfTime
from ..host.settings import Settings
from .inventory import AutoSnapshot, Disk, Instance, Snapshot, disk, instance, snapshot
from .shapes import SnapshotSeen

if TYPE_CHECKING:
    from ..aws.login import Login
    from .service import Lightsail

# boto3 is imported in functions: a program that only declares copies doesn't need it.

T = TypeVar("T")
L = TypeVar("L", bound="Lookups")

PATIENCE = 20.0
"""Seconds for which a read is retried that may succeed later: throttled, failing or not reachable."""


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
    return _ask(region, lambda lookups, there: tuple(snapshot(each) for each in lookups.snapshots(there)))


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
        return tuple(instance(raw, region) for raw in self._listed(region, "instances"))

    def disks(self, region: str) -> tuple[Disk, ...]:
        """Return the disks of a region."""
        return tuple(disk(raw, region) for raw in self._listed(region, "disks"))

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
