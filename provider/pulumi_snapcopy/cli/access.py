"""Access to the services for ``snapcopy doctor`` and ``snapcopy status``: login, regions, endpoints, reads to try."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import click

from ..core.permissions import Permission
from ..core.rules.judgement import Regions
from ..host.settings import Settings
from . import endpoints

if TYPE_CHECKING:
    from ..aws.login import Login
    from ..core.service import Service
    from ..lightsail.service import Lightsail
    from .stack_login import StackConfig

Probe = tuple[tuple[str, ...], Callable[[str], object]]
"""The actions that a read needs, in the order of its calls, and the function that performs the read in a region."""

NOTHING = "snapcopy-doctor-asks-for-nothing"


class Access(ABC):
    """The access to one service.

    Args:
        stack: the stack's configuration.
        settings: the settings from the stack's configuration and the environment.
        source_region: the region of the sources; None: the default of the service's own tooling.
        target_region: the region of the copies; None: likewise.
    """

    setting: str
    """The environment variable that sets the service's endpoint."""
    permissions: Sequence[Permission]
    lists_all = False
    """Whether a list includes all manual snapshots, not only ours."""

    def __init__(
        self, stack: StackConfig, settings: Settings, source_region: str | None, target_region: str | None
    ) -> None:
        self.stack, self.settings = stack, settings
        self.source, self.target = source_region or "", target_region or ""

    @property
    @abstractmethod
    def title(self) -> str:
        """The service's name."""

    @property
    def policy(self) -> str:
        """The command that prints the permissions."""
        return "snapcopy iam-policy"

    def steps(self) -> dict[str, Callable[[], str | None]]:
        """Return the checks by name, in order: each returns what it found (None: no report) or raises an error."""
        return {
            "login": self.check_login,
            "region": self.check_region,
            "credentials": self.check_credentials,
            "endpoint": self.check_endpoint,
            "account": self.check_account,
        }

    @abstractmethod
    def check_login(self) -> str:
        """Return which login is used, and why."""

    @abstractmethod
    def check_region(self) -> str:
        """Settle the regions, and return them in words."""

    @abstractmethod
    def check_credentials(self) -> str:
        """Return where the credentials come from."""

    @abstractmethod
    def check_endpoint(self) -> str:
        """Connect to the endpoints, and return which service answers."""

    @abstractmethod
    def check_account(self) -> str | None:
        """Return the account, or None if it isn't asked for."""

    @abstractmethod
    def open_regions(self, given: Sequence[str], *, every: bool) -> Mapping[str, str]:
        """Return the endpoints of the given regions, of the default region if none is given, or of every region."""

    def guard(self, regions: Collection[str]) -> None:
        """Check the account against the allowed ones before anything is listed; without a restriction, do nothing.

        Args:
            regions: the regions that will be listed.

        Raises:
            click.ClickException: if the account isn't allowed.
            ServiceError: if the account can't be determined.
        """
        if self.settings.allowed_account_ids:
            self.target = self.account_region(regions)
            self.check_account()

    def account_region(self, regions: Collection[str]) -> str:
        """Return the region, of the given ones, in which to ask for the account."""
        return next(iter(regions))

    @abstractmethod
    def service(self) -> Service:
        """Return the adapter of the service's SDK."""

    @abstractmethod
    def probes(self) -> Sequence[Probe]:
        """Return the reads to try, each with its actions."""

    def sometimes_needed(self) -> Mapping[str, str]:
        """Return what is only needed at times, by action, and when it is needed."""
        return {}

    def described_account(self, account: str, *, advice: str) -> str:
        """Return the line that reports an account.

        Raises:
            click.ClickException: if the account isn't allowed.
        """
        allowed, (setting, _) = self.settings.allowed_account_ids, self.settings.own("allowedAccountIds")
        if allowed and account not in allowed:
            text = f"{account} isn't one that {setting} allows: {', '.join(allowed)}"
            raise click.ClickException(f"{text}. Set {advice}, or log in to an allowed one.")
        return f"{account}, as {setting} allows" if allowed else account


class AwsAccess(Access):
    """The access to a service that is reached by AWS's login and endpoints, including FCU."""

    called: str
    """The service's name in AWS's settings."""

    @cached_property
    def login(self) -> Login:
        """The login to AWS."""
        return self.stack.login()

    @abstractmethod
    def known(self) -> Regions:
        """Return the service's regions."""

    def check_login(self) -> str:
        """Return which profile and region are used, and why."""
        return self.stack.why()

    def check_region(self) -> str:
        """Settle the regions as AWS tooling does, and return them in words."""
        self.source, self.target = (
            endpoints.settle_region(each or None, self.login, self.known())
            for each in (self.source, self.target)
        )
        return self.source if self.source == self.target else f"from {self.source} to {self.target}"

    def check_credentials(self) -> str:
        """Return the method by which the credentials were found."""
        return f"found ({self.login.credentials()})"

    def check_endpoint(self) -> str:
        """Connect to both regions' endpoints, and return which service answers."""
        urls = self.login.endpoints((self.source, self.target), self.called)
        for url in urls.values():
            endpoints.reach(url, setting=self.setting)
        self.url = urls[self.target]
        return endpoints.described(self.url)

    def open_regions(self, given: Sequence[str], *, every: bool) -> Mapping[str, str]:
        """Return the endpoints of the given regions, of the default region if none is given, or of every region."""
        endpoints.refuse_unknown(given, self.known())
        asked = sorted(self.known().names) if every else list(dict.fromkeys(given))
        return self.login.endpoints(
            asked or [endpoints.settle_region(None, self.login, self.known())], self.called
        )

    def account_region(self, regions: Collection[str]) -> str:
        """Return the region in which to ask STS, the default or us-east-1: STS refuses regions that aren't enabled."""
        own = (self.login.default_region() or "", "us-east-1")
        return next((each for each in own if each in regions), super().account_region(regions))

    def check_account(self) -> str | None:
        """Return the account, from STS; None on any endpoint but the real service, unless accounts are restricted."""
        from ..aws.login import is_aws_endpoint

        if not self.settings.allowed_account_ids and not is_aws_endpoint(self.url):
            return None
        return self.described_account(
            self.login.account(self.target, service=self.called), advice="AWS_PROFILE"
        )


class LightsailAccess(AwsAccess):
    """The access to Lightsail."""

    called = "lightsail"
    setting = "AWS_ENDPOINT_URL_LIGHTSAIL"
    lists_all = True

    def __init__(
        self, stack: StackConfig, settings: Settings, source_region: str | None, target_region: str | None
    ) -> None:
        from ..lightsail.permissions import PERMISSIONS

        super().__init__(stack, settings, source_region, target_region)
        self.permissions = PERMISSIONS

    @property
    def title(self) -> str:
        """The service's name."""
        return "Lightsail"

    def known(self) -> Regions:
        """Return Lightsail's regions."""
        from ..lightsail.regions import regions

        return regions()

    def service(self) -> Lightsail:
        """Return the adapter of Lightsail's SDK."""
        from ..lightsail.adapter import connect
        from ..lightsail.service import Lightsail

        return Lightsail(connect(self.login))

    def probes(self) -> Sequence[Probe]:
        """Return reads of names that don't exist, and lists."""
        service = self.service()
        return (
            (("lightsail:GetAutoSnapshots",), lambda region: service.automatic_snapshots(region, NOTHING)),
            (("lightsail:GetDiskSnapshot",), lambda region: service.get(region, NOTHING, "DiskSnapshot")),
            (("lightsail:GetDiskSnapshots",), lambda region: service.listed(region, "diskSnapshots")),
            (("lightsail:GetInstanceSnapshot",), lambda region: service.get(region, NOTHING, "InstanceSnapshot")),
            (("lightsail:GetInstanceSnapshots",), lambda region: service.listed(region, "instanceSnapshots")),
            (("lightsail:GetInstances",), lambda region: service.listed(region, "instances")),
            (("lightsail:GetDisks",), lambda region: service.listed(region, "disks")),
            (("lightsail:GetRelationalDatabases",), lambda region: service.listed(region, "relationalDatabases")),
            (("lightsail:GetOperationsForResource",), lambda region: service.recorded(region, NOTHING)),
        )  # fmt: skip
