"""How services are reached from here, for the checks of ``snapcopy doctor``: from the login to what may be read."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import click

from ..core.permissions import Permission
from ..core.rules.judgement import Regions
from ..host.settings import Settings
from . import asking

if TYPE_CHECKING:
    from ..aws.login import Login
    from ..core.service import Service
    from ..lightsail.service import Lightsail
    from .stack_login import StackConfig

Probe = tuple[tuple[str, ...], Callable[[str], object]]
"""The actions that a read needs, in the order in which it calls them; and the read, in a region."""

NOTHING = "snapcopy-doctor-asks-for-nothing"


class Access(ABC):
    """The way to one service.

    Args:
        stack: the stack's configuration.
        settings: what it and the environment set.
        source_region: where the sources are; None: where the service's own tooling would look.
        target_region: where copies are to be made; likewise.
    """

    title: str
    setting: str
    """The variable that would set its endpoint."""
    permissions: Sequence[Permission]
    policy = "snapcopy iam-policy"
    """The command that prints them."""
    lists_all = False
    """Whether a list shows all manual snapshots, and not ours alone."""

    def __init__(
        self, stack: StackConfig, settings: Settings, source_region: str | None, target_region: str | None
    ) -> None:
        self.stack, self.settings = stack, settings
        self.source, self.target = source_region or "", target_region or ""

    def steps(self) -> dict[str, Callable[[], str | None]]:
        """Return what is checked, from near to far: each tells what it finds, or raises."""
        return {
            "login": self.login,
            "region": self.region,
            "credentials": self.credentials,
            "endpoint": self.endpoint,
            "account": self.account,
        }

    @abstractmethod
    def login(self) -> str:
        """Say which login counts, and why."""

    @abstractmethod
    def region(self) -> str:
        """Settle the regions, and say them."""

    @abstractmethod
    def credentials(self) -> str:
        """Say where the credentials come from."""

    @abstractmethod
    def endpoint(self) -> str:
        """Connect, and say to what."""

    @abstractmethod
    def account(self) -> str | None:
        """Say the account, or nothing where it isn't asked for."""

    @abstractmethod
    def open_regions(self, given: Sequence[str], *, every: bool) -> Mapping[str, str]:
        """Return the endpoints of the given regions; of the default one if none is given, or of every region."""

    def guard(self, regions: Collection[str]) -> None:
        """Let the account guard judge before anything is listed; where any account is allowed, nobody is asked.

        Args:
            regions: those that will be asked.

        Raises:
            click.ClickException: if the account isn't an allowed one.
            ServiceError: if it can't be determined.
        """
        if self.settings.allowed_account_ids:
            self.target = self.one_of(regions)
            self.account()

    def one_of(self, regions: Collection[str]) -> str:
        """Return the region to ask for the account in."""
        return next(iter(regions))

    @abstractmethod
    def service(self) -> Service:
        """Return what is asked."""

    @abstractmethod
    def probes(self) -> Sequence[Probe]:
        """Return the reads to try."""

    def also(self) -> Mapping[str, str]:
        """Return what else is needed at times, and when."""
        return {}

    def admitted(self, account: str, *, advice: str) -> str:
        """Return what to say of an account.

        Raises:
            click.ClickException: if it isn't an allowed one.
        """
        allowed, (setting, _) = self.settings.allowed_account_ids, self.settings.own("allowedAccountIds")
        if allowed and account not in allowed:
            text = f"{account} isn't one that {setting} allows: {', '.join(allowed)}"
            raise click.ClickException(f"{text}. Set {advice}, or log in to an allowed one.")
        return f"{account}, as {setting} allows" if allowed else account


class AwsAccess(Access):
    """The way to a service of AWS's, or one that is reached like it."""

    called: str
    """The service's name in AWS's settings."""

    @cached_property
    def access(self) -> Login:
        """The login."""
        return self.stack.login()

    @abstractmethod
    def known(self) -> Regions:
        """Return the service's regions."""

    def login(self) -> str:
        """Say which profile and region count, and why."""
        return self.stack.why()

    def region(self) -> str:
        """Settle the regions as AWS tooling would."""
        self.source, self.target = (
            asking.settle_region(each or None, self.access, self.known())
            for each in (self.source, self.target)
        )
        return self.source if self.source == self.target else f"from {self.source} to {self.target}"

    def credentials(self) -> str:
        """Say by which method they are found."""
        return f"found ({self.access.credentials()})"

    def endpoint(self) -> str:
        """Connect to both regions' endpoints."""
        urls = self.access.endpoints((self.source, self.target), self.called)
        for url in urls.values():
            asking.reach(url, setting=self.setting)
        self.url = urls[self.target]
        return asking.described(self.url)

    def open_regions(self, given: Sequence[str], *, every: bool) -> Mapping[str, str]:
        """Return the endpoints of the regions."""
        asking.refuse_unknown(given, self.known())
        asked = sorted(self.known().names) if every else list(dict.fromkeys(given))
        return self.access.endpoints(
            asked or [asking.settle_region(None, self.access, self.known())], self.called
        )

    def one_of(self, regions: Collection[str]) -> str:
        """Return the default region, or one that every account has: where one isn't enabled, STS takes no credentials."""
        own = (self.access.default_region() or "", "us-east-1")
        return next((each for each in own if each in regions), super().one_of(regions))

    def account(self) -> str | None:
        """Ask STS, on the real service or where the accounts are restricted."""
        from ..aws.login import is_the_real_service

        if not self.settings.allowed_account_ids and not is_the_real_service(self.url):
            return None
        return self.admitted(self.access.account(self.target, service=self.called), advice="AWS_PROFILE")


class LightsailAccess(AwsAccess):
    """The way to Lightsail."""

    title = "Lightsail"
    called = "lightsail"
    setting = "AWS_ENDPOINT_URL_LIGHTSAIL"
    lists_all = True

    def __init__(
        self, stack: StackConfig, settings: Settings, source_region: str | None, target_region: str | None
    ) -> None:
        from ..lightsail.permissions import PERMISSIONS

        super().__init__(stack, settings, source_region, target_region)
        self.permissions = PERMISSIONS

    def known(self) -> Regions:
        """Return Lightsail's regions."""
        from ..lightsail.regions import regions

        return regions()

    def service(self) -> Lightsail:
        """Return Lightsail."""
        from ..lightsail.service import Lightsail

        return Lightsail(login=self.access)

    def probes(self) -> Sequence[Probe]:
        """Return reads of names that aren't there, and lists."""
        service = self.service()
        return (
            (("lightsail:GetAutoSnapshots",), lambda region: service.automatic_snapshots(region, NOTHING)),
            (("lightsail:GetDiskSnapshot",), lambda region: service.get(region, NOTHING, "DiskSnapshot")),
            (("lightsail:GetDiskSnapshots",), lambda region: service.all(region, "DiskSnapshot")),
            (("lightsail:GetInstanceSnapshot",), lambda region: service.get(region, NOTHING, "InstanceSnapshot")),
            (("lightsail:GetInstanceSnapshots",), lambda region: service.all(region, "InstanceSnapshot")),
            (("lightsail:GetInstances", "lightsail:GetDisks"), service.resource_names),
            (("lightsail:GetRelationalDatabases",), service.database_names),
            (("lightsail:GetOperationsForResource",), lambda region: service.recorded(region, NOTHING)),
        )  # fmt: skip
