"""The access to OUTSCALE's OAPI, for ``snapcopy doctor`` and ``snapcopy status``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from types import ModuleType
from typing import TYPE_CHECKING

import click

from ..core.permissions import Permission
from ..outscale.permissions import PERMISSIONS
from . import endpoints
from .access import Access, Probe

if TYPE_CHECKING:
    from ..outscale.service import Outscale


class OutscaleAccess(Access):
    """The access to OAPI, by osc-sdk-python's own settings."""

    setting = "OSC_ENDPOINT_API"
    permissions: Sequence[Permission] = PERMISSIONS

    @property
    def title(self) -> str:
        """The service's name."""
        return "OUTSCALE"

    @property
    def policy(self) -> str:
        """The command that prints the permissions."""
        return "snapcopy iam-policy --services outscale"

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
        return (
            (("api:ReadAccounts", "api:ReadSnapshots"), lambda region: service.all(region, service.kinds[0])),
        )

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
