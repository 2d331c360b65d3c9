"""Pulumi's check: inputs are judged by the rules, and what the user left open is settled."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any

from pulumi.dynamic import CheckFailure

from ..core.copying.explain import OTHER_ACCOUNT
from ..core.errors import ServiceError, WrongAccount
from ..core.inputs import differences, settle
from ..core.lifecycle import Lifecycle
from ..core.rules.judgement import UNKNOWN
from ..core.rules.rulebook import Rulebook
from .standing import Standing
from .translation import asked_for, settled_id

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
        rulebook: the rules that requests have to keep.
        default_region: the region that the service's own tooling would use.
        lifecycle: asks the service, where it has to be asked.
        standing: what the declarations of this run have and ask for.
    """

    rulebook: Rulebook
    default_region: Callable[[], str | None]
    lifecycle: Lifecycle
    standing: Standing

    def check(self, urn: str, olds: dict[str, Any], inputs: dict[str, Any]) -> dict[str, Any]:
        """Judge and settle.

        Raises:
            Unfit: the inputs can't be used.
        """
        former = self.standing.former(urn)
        if olds:
            former.region = olds.get("targetRegion")
            former.ids.update(filter(None, [settled_id(olds)]))
            former.tags = olds.get("tags") or {}
        if inputs.pop("guarded", False) and self.lifecycle.guard is None:
            raise Unfit(CheckFailure("", UNGUARDED))
        if "targetRegion" not in inputs:
            inputs["targetRegion"] = former.region or self._default_region()
        judged = {**inputs, "snapcopy": {"timeouts": inputs.get("customTimeouts")}}
        if broken := list(self.rulebook.violations(judged, now=datetime.now(timezone.utc))):
            raise Unfit(*(CheckFailure(each.property, each.message) for each in broken))
        try:
            settled = settle(olds, inputs, latest=self._latest)
            if settled != olds:
                self._may_ask(inputs["targetRegion"])
        except WrongAccount as error:
            raise Unfit(CheckFailure("", f"{error}; {OTHER_ACCOUNT}.")) from None
        asked = asked_for(settled, named="targetSnapshotName" in inputs)
        if other := self.standing.declare(urn, asked):
            raise Unfit(
                CheckFailure(
                    "targetSnapshotName",
                    f"{settled['targetSnapshotName']!r} in {settled['targetRegion']} is what {other} asks for, too. "
                    "Write another target_snapshot_name, or give one of them another name in the program.",
                )
            )
        # The engine checks what it will replace a second time, as if it were new.
        if olds:
            former.is_another_request = bool(differences(olds, settled).replaces)
        former.successor = None if olds else settled
        if not olds and not self.standing.is_held(settled_id(settled) or ""):
            self.standing.release(urn)
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
