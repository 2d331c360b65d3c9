"""The access to EC2, on AWS and on OUTSCALE's FCU, for ``snapcopy doctor`` and ``snapcopy status``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from ..core.errors import Refused
from ..core.permissions import Permission
from ..core.rules.judgement import Regions
from ..ec2.cloud import FCU, NO_ACCOUNT, SETTING, cloud_of, described_cloud, endpoint_of
from ..ec2.permissions import KEYS_OF_COPIES, PERMISSIONS
from ..ec2.regions import aws_regions
from ..outscale.regions import outscale_regions
from .access import AwsAccess, Probe

if TYPE_CHECKING:
    from ..ec2.service import Ec2


class Ec2Access(AwsAccess):
    """The access to EC2, on AWS or on FCU; FCU has neither STS nor keys."""

    called = "ec2"
    setting = "AWS_ENDPOINT_URL_EC2"
    permissions: Sequence[Permission] = PERMISSIONS

    @property
    def title(self) -> str:
        """The name of the cloud's EC2: AWS's EC2 or OUTSCALE's FCU."""
        return "OUTSCALE's FCU" if self.fcu else "EC2"

    @property
    def policy(self) -> str:
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
        return outscale_regions() if self.fcu else aws_regions()

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

        return Ec2(login=self.login, fcu=self.fcu)

    def probes(self) -> Sequence[Probe]:
        """Return one read, a list of our own copies."""
        service = self.service()
        return ((("ec2:DescribeSnapshots",), lambda region: service.all(region, service.kinds[0])),)

    def sometimes_needed(self) -> dict[str, str]:
        """Return the permissions that only encrypted copies need, and when they are needed."""
        keys = ", ".join(KEYS_OF_COPIES)
        return {} if self.fcu else {f"{keys} in {self.target}": "only needed for encrypted copies"}
