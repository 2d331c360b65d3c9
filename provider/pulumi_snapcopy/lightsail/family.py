"""The family of copied snapshots on Lightsail, and what Lightsail's families share."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..aws.advice import PROFILE
from ..aws.limits import is_in_flight_limit
from ..core.family import Family, Inputs
from ..core.values import Phase, Spec, Words
from .rules import COPIED_SNAPSHOT_RULES
from .shapes import KEY_DIGITS, date_of, key_of, phase
from .source_tag import SourceTag

if TYPE_CHECKING:
    from .service import Lightsail

LONGEST_NAME = 255


class Named(Family):
    """A family whose objects Lightsail identifies by name; a derived name contains the key."""

    key_digits = KEY_DIGITS

    def carried_key(self, inputs: Inputs, key: str) -> str:
        """Return the key as this request's derived names contain it: with the start of the name, without the date."""
        return key_of(self.derive_name(inputs, key) or "")

    def region_of(self, ref: str) -> str:
        """Return the region of an ARN."""
        return region_of_arn(ref)


class CopiedSnapshots(Named):
    """The family of copies of manual or automatic snapshots; a copy's derived name contains the key."""

    rules = COPIED_SNAPSHOT_RULES
    words = Words(
        noun="CopiedSnapshot", thing="copy", making="copying", made="copied", provider="AWS", login=PROFILE,
        name_argument="target_snapshot_name",
    )  # fmt: skip
    settled = ("restoredDate",)
    region_argument = "targetRegion"
    name_argument = "targetSnapshotName"

    def phase(self, state: str) -> Phase:
        """Return the phase that a snapshot's state means: pending, done or failed."""
        return phase(state)

    def source(self, inputs: Inputs) -> tuple[str, str]:
        """Return the source's region and name."""
        name = inputs.get("sourceSnapshotName") or inputs.get("sourceResourceName") or ""
        return inputs.get("sourceRegion") or "", name

    def route(self, inputs: Inputs) -> str:
        """Return the source and target region, for messages."""
        return f"{inputs.get('sourceRegion') or ''} -> {inputs.get('targetRegion') or ''}"

    def source_tag(self, inputs: Inputs) -> str:
        """Return the value of the source tag: ``region:name``, and ``:date`` for an automatic snapshot."""
        region, name = self.source(inputs)
        date = str(date_of(inputs)) if inputs.get("sourceResourceName") else ""
        return str(SourceTag(region=region, name=name, date=date))

    def request(self, inputs: Inputs) -> dict[str, Any]:
        """Return the arguments that identify the request, with the date as ``date``, whether given or settled."""
        found = super().request(inputs)
        del found["restoreDate"]
        return {**found, "date": date_of(inputs)}

    @property
    def optional(self) -> frozenset[str]:
        """The parts of the request that make no difference until they are settled: the date and the name."""
        return super().optional | {"date"}

    def shown_at(self, name: str, inputs: Inputs) -> str:
        """Return the property at which the engine shows a difference."""
        if name != "date":
            return name
        return "restoreDate" if "restoreDate" in inputs else "restoredDate"

    def key_covers(self, inputs: Inputs) -> dict[str, Any]:
        """Return the arguments that the key covers: not the date, so a later run finds what an earlier run left."""
        return {name: value for name, value in super().key_covers(inputs).items() if name != "date"}

    def follows(self, inputs: Inputs) -> bool:
        """Whether to copy again whenever a newer manual snapshot takes the source's name."""
        return bool(inputs.get("trackLatest") is True and inputs.get("sourceSnapshotName"))

    def source_argument(self, inputs: Inputs) -> str:
        """Return the argument that names the source."""
        return "sourceSnapshotName" if inputs.get("sourceSnapshotName") else "sourceResourceName"

    def taken(self, inputs: Inputs) -> Callable[[Lightsail], datetime | None]:
        """Return a function that returns when the manual source was taken."""
        region, name = self.source(inputs)

        def ask(service: Lightsail) -> datetime | None:
            found = service.get(region, name)
            return found.created_at if found else None

        return ask

    def settle(self, olds: Inputs, inputs: dict[str, Any], *, same: bool, ask: Callable[..., Any]) -> None:
        """Settle "latest" as a date in the inputs: once, or at every check with ``trackLatest``."""
        if inputs.get("useLatestRestorableAutoSnapshot") is not True:
            return
        # If the first check couldn't read the date, create has settled it: the outputs hold this date, which stays.
        held = date_of(olds) if same else None
        region, source = self.source(inputs)
        if not same or inputs.get("trackLatest"):
            held = max(filter(None, (ask(region, _latest(region, source)), held)), default=None)
        if held is not None:
            inputs["restoredDate"] = held

    def is_settled(self, inputs: Inputs) -> bool:
        """Whether the date, which the derived name contains, is known; a manual snapshot needs none."""
        return bool(inputs.get("sourceSnapshotName") or date_of(inputs))

    def derive_name(self, inputs: Inputs, key: str) -> str | None:
        """Return the derived name, ``<source>-<date or "manual">-<key>``, of at most 255 characters.

        Example:
            >>> CopiedSnapshots().derive_name({"sourceResourceName": "web-1", "restoreDate": "2026-11-20"}, "3f9c2a1b")
            'web-1-2026-11-20-3f9c2a1b'
        """
        source, date = self.source(inputs)[1], date_of(inputs)
        if not source or not key or (inputs.get("sourceResourceName") and date is None):
            return None
        suffix = f"-{date or 'manual'}-{key}"
        return source[: LONGEST_NAME - len(suffix)] + suffix

    def is_dated(self, inputs: Inputs, name: str, key: str) -> bool:
        """Whether runs of this request on other days make copies of other dates, with other derived names."""
        return date_of(inputs) is not None and bool(key) and key_of(name) == self.carried_key(inputs, key)

    def is_itself(self, inputs: Inputs) -> bool:
        """Whether the request's source is the snapshot that it takes over."""
        source, region = inputs.get("sourceSnapshotName"), inputs.get("sourceRegion")
        target = (inputs.get("targetSnapshotName"), inputs.get("targetRegion"))
        return source is not None and (source, region) == target

    def outputs(self, spec: Spec) -> dict[str, Any]:
        """Return the outputs known from the request: the date of the automatic snapshot."""
        return {"restoredDate": date_of(spec.arguments)}

    def is_over_limit(self, reason: str) -> bool:
        """Whether a copy failed only because too many copies were in progress."""
        return is_in_flight_limit(reason)


def region_of_arn(ref: str) -> str:
    """Return the region of an ARN, or an empty string.

    Example:
        >>> region_of_arn("arn:aws:lightsail:eu-west-1:111122223333:InstanceSnapshot/1")
        'eu-west-1'
    """
    return [*ref.split(":"), "", "", "", ""][3]


def _latest(region: str, source: str) -> Callable[[Lightsail], str | None]:
    return lambda service: service.latest(region, source)
