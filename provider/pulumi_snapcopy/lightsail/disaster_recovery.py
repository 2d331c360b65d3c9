"""``DisasterRecoveryRegion``: copies of instances and disks in another region, kept by a retention."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any, Literal

import pulumi

from ..core.errors import SnapcopyError
from ..core.rules.regions import unknown_region
from ..host.identity import identity_of_the_stack
from ..host.resource import options
from ..host.stack_state import StateUnreadable, earlier_urns, resources_in_state
from ..recovery.evidence import Unreadable
from ..recovery.plan import Hold, Plan
from ..recovery.planning import MAX_PRUNE, check_max_prune
from ..recovery.retention import Retention
from ..recovery.selecting import protect_from
from .children import Child, Children, Taken
from .copied_snapshot import CopiedSnapshot
from .disk_snapshot import DiskSnapshot
from .gathering import PlanInputs, gather
from .instance_snapshot import InstanceSnapshot
from .lookups import Lookups
from .recovering import Request, WhenMissing, decide
from .regions import regions

TYPE = "snapcopy:lightsail:DisasterRecoveryRegion"

_OUTPUTS_STAY = "  Outputs that Pulumi shows as removed stay in the stack."
"""Pulumi shows each output of a program that has ended with an error as removed, and removes none."""


class DisasterRecoveryRegion(pulumi.ComponentResource):
    """Copies of instances' and disks' automatic snapshots in another region, kept by a retention.

    Each copy is a `CopiedSnapshot` named ``<name>-<source>-<date>``. `pulumi up` once a day copies new snapshots, then
    deletes the copies that the retention no longer keeps: only copies of this component in this stack. If a source no
    longer exists, or a list can't be read or is empty, no copy of that source is deleted, and the preview says why.

    Args:
        name: the component's name in the program; without an alias a new name makes new copies, and deletes the old ones.
        source_region: the region of the sources.
        target_region: the region of the copies.
        protect: names of instances and disks, tags that must all match, or "all".
        keep: which copies to keep; see `Retention`.
        max_age: warn if a source's newest copy is older; default: no warning.
        max_prune: the share of a source's copies, from 0 to 1, that one run may delete beyond the copy that an ordinary
            day replaces.
        when_missing: what to do about a source without automatic snapshots: "fail", or "snapshot": take a manual
            snapshot a day, which is deleted at the source once it is copied and a newer snapshot exists.
        tags: the copies' tags.
        opts: Pulumi's resource options; those about copies, such as ``custom_timeouts``, aren't passed on to them.

    Raises:
        RunError: if the arguments are wrong, the service can't be read, or a run would delete too much; its text says
            what to do.

    Example:
        >>> dr = DisasterRecoveryRegion("dr",
        ...     source_region="us-east-1", target_region="eu-west-1", protect=["web-1", "data-1"],
        ...     keep=Retention(daily=7, weekly=4, monthly=6), max_age=timedelta(hours=26))  # doctest: +SKIP
        >>> pulumi.export("recoverTo", dr.newest)  # doctest: +SKIP
    """

    newest: pulumi.Output[dict[str, str]]
    """The date of the newest copy of each source."""
    copies: pulumi.Output[dict[str, dict[str, str]]]
    """The names of the copies, by source and date."""
    gaps: pulumi.Output[dict[str, list[str]]]
    """The days without a copy among the last ``daily`` days up to the newest copy, by source."""
    includes: pulumi.Output[dict[str, list[str]]]
    """The attached disks that an instance's copies contain, by instance."""

    def __init__(
        self,
        name: str,
        *,
        source_region: str,
        target_region: str,
        protect: Sequence[str] | Mapping[str, str] | Literal["all"],
        keep: Retention,
        max_age: timedelta | None = None,
        max_prune: float = MAX_PRUNE,
        when_missing: WhenMissing = "fail",
        tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        noun = f'DisasterRecoveryRegion "{name}"'
        given = {
            "source_region": source_region, "target_region": target_region, "protect": protect, "keep": keep,
            "max_age": max_age, "max_prune": max_prune, "when_missing": when_missing,
        }  # fmt: skip
        self._name, self._noun, self._tags = name, noun, tags
        self._request = request_from(given, noun)
        opts = options(opts, noun)
        super().__init__(TYPE, name, None, opts)
        # In a preview the URN is known, and the identity only once the stack has one.
        known = pulumi.Output.all(identity_of_the_stack(), self.urn, *earlier_urns(name, TYPE, opts))
        declared: pulumi.Output[Any] = known.apply(self._declare, run_with_unknowns=True)
        self.newest, self.copies = declared["newest"], declared["copies"]
        self.gaps, self.includes = declared["gaps"], declared["includes"]
        self.register_outputs(
            {"newest": self.newest, "copies": self.copies, "gaps": self.gaps, "includes": self.includes}
        )

    def _declare(self, known: list[Any]) -> dict[str, Any]:
        identity, urn, *aliases = known
        now = datetime.now(timezone.utc)
        request, entries = self._request, _entries()
        children = Children(name=self._name, urn=urn, aliases=_earlier(urn, aliases, entries))
        try:
            lookups = Lookups.of_the_program()
            lookups.admit(request.source_region)
            gathered = gather(
                lookups,
                children=children,
                identity=identity if isinstance(identity, str) else None,
                entries=entries,
                protect=request.protect,
                source_region=request.source_region,
                target_region=request.target_region,
                take_on=now.date() if request.when_missing == "snapshot" else None,
            )
        except SnapcopyError as error:
            raise pulumi.RunError(
                f"planning {self._noun}: {str(error).rstrip('.')}\n  State: nothing was copied or deleted."
                f"\n  Next:  fix the problem named above, then run `pulumi up` again.\n{_OUTPUTS_STAY}"
            ) from None
        decision = decide(request, gathered, now=now)
        if decision.refusals:
            raise pulumi.RunError("\n".join([*decision.refusals, _OUTPUTS_STAY]))
        for warning in decision.warnings:
            pulumi.log.warn(warning, resource=self)
        taken = {(each.source, each.date): self._take(children, each) for each in decision.take}
        held = {each.source: self._copies(each, gathered, children, taken) for each in decision.plans}
        return {
            "newest": {each.source: str(each.newest) for each in decision.plans if each.newest},
            "copies": held,
            "gaps": {each.source: [str(day) for day in each.gaps] for each in decision.plans},
            "includes": decision.includes,
        }

    def _take(self, children: Children, taken: Taken) -> pulumi.Output[str]:
        """Declare a manual snapshot at the source, and return its name."""
        arguments: dict[str, Any] = {
            "region": self._request.source_region,
            "tags": self._tags,
            "opts": self._options(children, taken.source, taken.date, taken.kind),
        }
        name = children.child(taken.source, taken.date)
        if taken.kind == "InstanceSnapshot":
            return InstanceSnapshot(name, instance_name=taken.source, **arguments).instance_snapshot_name
        return DiskSnapshot(name, disk_name=taken.source, **arguments).disk_snapshot_name

    def _copies(
        self, plan: Plan, gathered: PlanInputs, children: Children, taken: Mapping[Any, pulumi.Output[str]]
    ) -> dict[str, pulumi.Output[str]]:
        """Declare the copies that a plan keeps, and return their names by date; the engine deletes all others."""
        held = {}
        for hold in sorted(plan.hold, key=lambda each: each.date):
            known = gathered.children.get((hold.region, hold.name or ""))
            name, made = children.child(plan.source, hold.date), taken.get((plan.source, hold.date))
            if known and known.snapshot:
                origin: dict[str, Any] = {"source_snapshot_name": known.snapshot}
            elif made is not None and not known:
                origin = {"source_snapshot_name": made}
            else:
                origin = {"source_resource_name": plan.source, "restore_date": hold.date}
            origin["opts"] = self._options(children, plan.source, hold.date)
            held[str(hold.date)] = self._copy(name, hold, known, origin)
        return held

    def _options(self, children: Children, *child: Any) -> pulumi.ResourceOptions:
        """Name a child's URNs under the component's aliases: the engine infers them only in the run that renames the component."""
        _, *aliases = children.urns_of(*child)
        return pulumi.ResourceOptions(parent=self, aliases=[*aliases])

    def _copy(self, name: str, hold: Hold, known: Child | None, origin: dict[str, Any]) -> pulumi.Output[str]:
        region = known.source_region if known and known.source_region else self._request.source_region
        copy = CopiedSnapshot(
            name,
            source_region=region,
            target_region=hold.region,
            tags=self._tags,
            **origin,
        )
        return copy.target_snapshot_name


def request_from(given: Mapping[str, Any], noun: str) -> Request:
    """Return the component's arguments as a checked request.

    Raises:
        RunError: if an argument is wrong.
    """
    for name, value in given.items():
        if isinstance(value, pulumi.Output):
            raise pulumi.RunError(
                f"{noun}: {name} must be known before anything is planned; it is an output. Write the value itself, or"
                " read it from the stack's configuration."
            )
    try:
        check_max_prune(given["max_prune"])
        request = Request(**{**given, "protect": protect_from(given["protect"])})
    except ValueError as error:
        raise pulumi.RunError(f"{noun}: {error}") from None
    for name in ("source_region", "target_region"):
        if not isinstance(given[name], str) or not given[name]:
            raise pulumi.RunError(f"{noun}: {name} must be a region, such as eu-west-1, not {given[name]!r}.")
        if given[name] not in regions().names:
            raise pulumi.RunError(f"{noun}: {name}: {unknown_region(given[name], regions())}")
    if request.source_region == request.target_region:
        raise pulumi.RunError(
            f"{noun}: source_region and target_region are both {request.target_region}; write another target_region."
        )
    if not isinstance(request.keep, Retention):
        raise pulumi.RunError(
            f"{noun}: keep must be a Retention, such as Retention(daily=7, weekly=4), not {request.keep!r}."
        )
    age = request.max_age
    if age is not None and not (isinstance(age, timedelta) and age > timedelta(0)):
        raise pulumi.RunError(
            f"{noun}: max_age must be a timedelta above zero, such as timedelta(hours=26), not {age!r}."
        )
    if request.when_missing not in ("fail", "snapshot"):
        raise pulumi.RunError(
            f'{noun}: when_missing must be "fail" or "snapshot", not {request.when_missing!r}.'
        )
    return request


def _earlier(urn: str, aliases: list[str], entries: Mapping[str, Any] | Unreadable) -> tuple[str, ...]:
    """Return the aliases that can name this component; one that the state has beside it is another component by now."""
    known = {} if isinstance(entries, Unreadable) else entries
    return tuple(each for each in aliases if not {urn, each} <= known.keys())


def _entries() -> Mapping[str, Mapping[str, Any]] | Unreadable:
    try:
        return resources_in_state()
    except StateUnreadable as error:
        return Unreadable(str(error))
