"""Pulumi's check: inputs are judged by the rules, and what the user left open is settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from pulumi.dynamic import CheckFailure

from ..core.copying.explain import OTHER_ACCOUNT
from ..core.copying.sources import SourceError
from ..core.errors import Cancelled, ServiceError, WrongAccount
from ..core.inputs import IDENTITY, differences, request, settle
from ..core.judging.judgement import UNKNOWN, Context
from ..core.judging.spelling import pythonic
from ..core.lifecycle import Lifecycle
from ..core.rules import violations
from .standing import Standing
from .translation import asked_for

UNGUARDED = (
    "snapcopy:allowedAccountIds is set, and Pulumi hands no stack configuration on to an explicit provider; set "
    "SNAPCOPY_ALLOWED_ACCOUNT_IDS, which reaches all, or give it to this one, too: "
    'pulumi.ProviderResource("pulumi-python", …, {"snapcopy:allowedAccountIds": …}).'
)


class Unfit(Exception):
    """Inputs that can't be used, and why."""

    def __init__(self, *failures: CheckFailure) -> None:
        assert failures, "somebody has to say why"
        super().__init__()
        self.failures = list(failures)


@dataclass(slots=True, kw_only=True)
class Checking:
    """Checks what the program of one run declares.

    Args:
        regions: the service's regions.
        default_region: the region that the service's own tooling would use.
        lifecycle: asks the service, where it has to be asked.
        standing: what the declarations of this run have and ask for.
    """

    regions: Callable[[], frozenset[str]]
    default_region: Callable[[], str | None]
    lifecycle: Lifecycle
    standing: Standing

    def check(self, urn: str, olds: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        """Judge and settle.

        Raises:
            Unfit: the inputs can't be used.
        """
        if inputs.pop("guarded", False) and self.lifecycle.guard is None:
            raise Unfit(CheckFailure("", UNGUARDED))
        if "targetRegion" not in inputs:
            # The engine checks what it will replace a second time, as if it were new.
            inputs["targetRegion"] = (
                olds.get("targetRegion") or self.standing.former(urn).region or self._default_region()
            )
        context = Context(regions=self.regions(), now=datetime.now(timezone.utc))
        if broken := list(violations(inputs, context)):
            raise Unfit(*(CheckFailure(each.property, pythonic(each.message)) for each in broken))
        try:
            settled = settle(olds, inputs, latest=self._latest)
            if settled != olds:
                self._may_ask(inputs["targetRegion"])
        except WrongAccount as error:
            raise Unfit(CheckFailure("", f"{error}; {OTHER_ACCOUNT}.")) from None
        copies = asked_for(settled, named="targetSnapshotName" in inputs)
        if other := self.standing.declare(urn, copies):
            raise Unfit(
                CheckFailure(
                    "targetSnapshotName",
                    f"{settled['targetSnapshotName']!r} in {settled['targetRegion']} is what {other} asks for, too. "
                    "Write another target_snapshot_name, or give one of them another name in the program.",
                )
            )
        if olds:
            self._keep_what_is_deleted_first(olds, settled)
        return settled

    def _default_region(self) -> str:
        try:
            region, why = self.default_region(), "no AWS_REGION is set"
        except ServiceError as error:
            region, why = None, str(error)
        if region is None:
            missing = f"is missing, and {why}. Write target_region, such as eu-west-1."
            raise Unfit(CheckFailure("targetRegion", missing))
        return region

    def _latest(self, region: str, resource: str) -> str | None:
        """The date of "latest", if it can be known now; create asks again, and says why not."""
        if not self._may_ask(region):
            return None
        try:
            return self.lifecycle.latest(region, resource)
        except ServiceError:
            return None

    def _may_ask(self, region: Any) -> bool:
        """Whether the account guard lets a preview ask the service."""
        guard = self.lifecycle.guard
        return guard is None or (region is not UNKNOWN and guard.foresee(region))

    def _keep_what_is_deleted_first(self, olds: dict[str, Any], settled: dict[str, Any]) -> None:
        """Refuse a wrong source before a copy goes that has to make way under its name; create would find it too late."""
        changed = differences(olds, settled)
        read = (*IDENTITY, "restoreDate")
        if not (changed.replaces and changed.same_name) or any(settled.get(key) is UNKNOWN for key in read):
            return
        if not self._may_ask(settled["targetRegion"]):
            return
        try:
            self.lifecycle.check_source(request(settled))
        except SourceError as error:
            raise Unfit(
                CheckFailure(error.property, f"{error.cause}; {error.there_is} {error.next_step}")
            ) from error
        except ServiceError:
            return  # what deletes the copy asks the service, too
        except Cancelled:
            raise Unfit(CheckFailure("", "stopped, as asked; nothing was changed.")) from None
