"""The access to EC2, on AWS and on OUTSCALE's FCU, and to OUTSCALE's OAPI, for ``snapcopy doctor`` and ``status``."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

import click

from ..core.errors import Refused
from ..core.permissions import Permission
from ..core.rules.judgement import Regions
from ..ec2.cloud import FCU, NO_ACCOUNT, SETTING, cloud_of, described_cloud, endpoint_of
from ..ec2.permissions import KEYS_OF_COPIES
from ..ec2.permissions import PERMISSIONS as EC2_PERMISSIONS
from ..ec2.regions import aws_regions, fcu_regions
from ..outscale.permissions import PERMISSIONS as OUTSCALE_PERMISSIONS
from . import endpoints
from .access import Access, AwsAccess, Probe

if TYPE_CHECKING:
    from ..ec2.service import Ec2
    from ..outscale.service import Outscale

OURS = [{"Name": "tag-key", "Values": ["snapcopy:owner"]}]
"""The filter for our copies."""


class Ec2Access(AwsAccess):
    """The access to EC2, on AWS or on FCU; FCU has neither STS nor keys."""

    called = "ec2"
    setting = "AWS_ENDPOINT_URL_EC2"
    permissions: Sequence[Permission] = EC2_PERMISSIONS

    @property
    def title(self) -> str:  # type: ignore[override]
        """The name of the cloud's EC2: AWS's EC2 or OUTSCALE's FCU."""
        return "OUTSCALE's FCU" if self.fcu else "EC2"

    @property
    def policy(self) -> str:  # type: ignore[override]
        """The command that prints the permissions."""
        return f"snapcopy iam-policy --services {'fcu' if self.fcu else 'ec2'}"

    @cached_property
    def fcu(self) -> bool:
        """Whether EC2 is OUTSCALE's FCU."""
        name, value = self.settings.own(SETTING)
        return cloud_of(name, value, lambda: endpoint_of(self.stack.config)) == FCU

    def steps(self) -> dict[str, Callable[[], str | None]]:
        """Return the checks; the cloud is checked after the region, whose name both clouds may have."""
        found = super().steps()
        return {
            "login": found.pop("login"),
            "region": found.pop("region"),
            "cloud": self.check_cloud,
            **found,
        }

    def check_cloud(self) -> str:
        """Return which cloud is used, and why."""
        name, value = self.settings.own(SETTING)
        return described_cloud(self.target, name=name, value=value, endpoint=endpoint_of(self.stack.config))

    def known(self) -> Regions:
        """Return the regions of the cloud."""
        return fcu_regions() if self.fcu else aws_regions()

    def check_account(self) -> str | None:
        """Return the account, from STS; FCU has none: return None there, and refuse a restriction of accounts."""
        if not self.fcu:
            return super().check_account()
        if self.settings.allowed_account_ids:
            raise Refused(NO_ACCOUNT)
        return None

    def service(self) -> Ec2:
        """Return the adapter of EC2's SDK, for the cloud."""
        from ..ec2.service import Ec2

        return Ec2(login=self.access, fcu=self.fcu)

    def probes(self) -> Sequence[Probe]:
        """Return one read, a list of our own copies."""
        service = self.service()
        return (
            (
                ("ec2:DescribeSnapshots",),
                lambda region: service.list_raw(region, filters=OURS, OwnerIds=["self"]),
            ),
        )

    def sometimes_needed(self) -> dict[str, str]:
        """Return the permissions that only encrypted copies need, and when they are needed."""
        keys = ", ".join(KEYS_OF_COPIES)
        return {} if self.fcu else {f"{keys} in {self.target}": "only needed for encrypted copies"}


class OutscaleAccess(Access):
    """The access to OAPI, by osc-sdk-python's own settings."""

    title = "OUTSCALE"
    setting = "OSC_ENDPOINT_API"
    policy = "snapcopy iam-policy --services outscale"
    permissions: Sequence[Permission] = OUTSCALE_PERMISSIONS

    @cached_property
    def sdk(self) -> ModuleType:
        """Our module that wraps osc-sdk-python."""
        try:
            from ..outscale import sdk
        except ModuleNotFoundError as missing:
            raise click.ClickException(
                f"{missing.name} isn't installed. Run `pip install 'pulumi-snapcopy[outscale]'`."
            ) from None
        return sdk

    def check_login(self) -> str:
        """Return which profile or variables are used."""
        return str(self.sdk.described_login())

    def check_region(self) -> str:
        """Settle and return the account's one region; copies stay in it."""
        own = str(self.sdk.region())
        if other := next((each for each in (self.source, self.target) if each not in ("", own)), None):
            raise click.ClickException(
                f"{other} isn't the region that the SDK is set to, {own}, and copies stay in the account's region. "
                f"Set OSC_REGION={other} or the profile's region, or leave the option out."
            )
        self.source = self.target = own
        return f"{own}, the account's own"

    def check_credentials(self) -> str:
        """Return which credentials are used."""
        return f"found ({self.sdk.described_credentials(self.sdk.profile())})"

    def check_endpoint(self) -> str:
        """Connect to the API's endpoint, and return which service answers."""
        url = self._url()
        endpoints.reach(url, setting=self.setting)
        return endpoints.described(url)

    def check_account(self) -> str | None:
        """Return the account, from the API, if the accounts are restricted; the same call is tried as a permission."""
        if not self.settings.allowed_account_ids:
            return None
        return self.described_account(self.service().account(), advice="OSC_PROFILE")

    def probes(self) -> Sequence[Probe]:
        """Return one read, a list of our own snapshots, which first asks for the account."""
        service = self.service()
        return ((("api:ReadAccounts", "api:ReadSnapshots"), lambda region: service.all(region, "snapshot")),)

    def open_regions(self, given: Sequence[str], *, every: bool) -> Mapping[str, str]:
        """Return the endpoint of the account's one region."""
        for each in given or [""]:
            self.source = each
            self.check_region()
        return {self.target: self._url()}

    def service(self) -> Outscale:
        """Return the adapter of OAPI's SDK."""
        return self._service

    @cached_property
    def _service(self) -> Outscale:
        from ..outscale.service import Outscale

        connection = self.sdk.Connection()
        return Outscale(lambda: connection)

    def _url(self) -> str:
        return str(self.sdk.profile().get_endpoint("api"))
