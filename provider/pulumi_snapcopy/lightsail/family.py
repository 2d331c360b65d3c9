"""What a copied snapshot of Lightsail is like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..aws.advice import PROFILE
from ..aws.limits import is_of_copies_in_progress
from ..core.family import Family, Inputs
from ..core.values import Phase, Spec, Words
from .rules import COPIED_SNAPSHOT_RULES

if TYPE_CHECKING:
    from .service import Lightsail

LONGEST_NAME = 255
LONGEST_TAG_VALUE = 256
KEY_DIGITS = 8
_DERIVED = re.compile(rf"(.*)-(?:\d{{4}}-\d{{2}}-\d{{2}}|manual|restored)-([0-9a-f]{{{KEY_DIGITS}}})")


class Named(Family):
    """What Lightsail knows by its name, which carries the key where it is derived."""

    key_digits = KEY_DIGITS

    def carried_key(self, inputs: Inputs, key: str) -> str:
        """Return the key as derived names of this request carry it: with what they begin with, whatever the date."""
        return key_of(self.derive_name(inputs, key) or "")

    def region_of(self, ref: str) -> str:
        """Return the region of an ARN."""
        return region_of_arn(ref)


class CopiedSnapshots(Named):
    """A copy of a manual or automatic snapshot; its name carries the key."""

    rules = COPIED_SNAPSHOT_RULES
    words = Words(
        noun="CopiedSnapshot", thing="copy", making="copying", made="copied", provider="AWS", login=PROFILE,
        name_argument="target_snapshot_name",
    )  # fmt: skip
    settled = ("restoredDate",)
    region_argument = "targetRegion"
    name_argument = "targetSnapshotName"

    def phase(self, state: str) -> Phase:
        """Return what a snapshot's state means."""
        return phase(state)

    def source(self, inputs: Inputs) -> tuple[str, str]:
        """Return the source's region and name."""
        name = inputs.get("sourceSnapshotName") or inputs.get("sourceResourceName") or ""
        return inputs.get("sourceRegion") or "", name

    def route(self, inputs: Inputs) -> str:
        """Return where from and where to."""
        return f"{inputs.get('sourceRegion') or ''} -> {inputs.get('targetRegion') or ''}"

    def origin(self, inputs: Inputs) -> str:
        """Return what is copied: ``region:name``, and ``:date`` of an automatic snapshot."""
        date = f":{_date(inputs)}" if inputs.get("sourceResourceName") else ""
        return ":".join(self.source(inputs))[: LONGEST_TAG_VALUE - len(date)] + date

    def request(self, inputs: Inputs) -> dict[str, Any]:
        """Return what identifies the request; a date is the same, written or settled."""
        found = super().request(inputs)
        del found["restoreDate"]
        return {**found, "date": _date(inputs)}

    @property
    def optional(self) -> frozenset[str]:
        """A date that isn't settled is no difference, nor is a name."""
        return super().optional | {"date"}

    def shown_at(self, name: str, inputs: Inputs) -> str:
        """Return the property at which the engine shows a difference."""
        if name != "date":
            return name
        return "restoreDate" if "restoreDate" in inputs else "restoredDate"

    def key_covers(self, inputs: Inputs) -> dict[str, Any]:
        """Return what the key covers: not the date, so that a later run knows what an earlier one has left."""
        return {name: value for name, value in super().key_covers(inputs).items() if name != "date"}

    def follows(self, inputs: Inputs) -> bool:
        """Whether a manual source is copied again whenever it was taken again under its name."""
        return bool(inputs.get("trackLatest") is True and inputs.get("sourceSnapshotName"))

    def source_argument(self, inputs: Inputs) -> str:
        """Return the argument that names the source."""
        return "sourceSnapshotName" if inputs.get("sourceSnapshotName") else "sourceResourceName"

    def taken(self, inputs: Inputs) -> Callable[[Lightsail], datetime | None]:
        """Return the call that tells when the manual source was taken."""
        region, name = self.source(inputs)

        def ask(service: Lightsail) -> datetime | None:
            found = service.get(region, name)
            return found.created_at if found else None

        return ask

    def settle(self, olds: Inputs, inputs: dict[str, Any], *, same: bool, ask: Callable[..., Any]) -> None:
        """Settle "latest" as a date; once, unless it is tracked."""
        if inputs.get("useLatestRestorableAutoSnapshot") is not True:
            return
        # Where the first check couldn't ask, create has settled it; the outputs hold it, and that date stays.
        held = _date(olds) if same else None
        region, source = self.source(inputs)
        if not same or inputs.get("trackLatest"):
            held = max(filter(None, (ask(region, _latest(region, source)), held)), default=None)
        if held is not None:
            inputs["restoredDate"] = held

    def is_settled(self, inputs: Inputs) -> bool:
        """Whether the date is known; the name follows from it."""
        return bool(inputs.get("sourceSnapshotName") or _date(inputs))

    def derive_name(self, inputs: Inputs, key: str) -> str | None:
        """Return ``<source>-<date or "manual">-<key>``, within the service's 255 characters.

        Example:
            >>> CopiedSnapshots().derive_name({"sourceResourceName": "web-1", "restoreDate": "2026-11-20"}, "3f9c2a1b")
            'web-1-2026-11-20-3f9c2a1b'
        """
        source, date = self.source(inputs)[1], _date(inputs)
        if not source or not key or (inputs.get("sourceResourceName") and date is None):
            return None
        suffix = f"-{date or 'manual'}-{key}"
        return source[: LONGEST_NAME - len(suffix)] + suffix

    def is_dated(self, inputs: Inputs, name: str, key: str) -> bool:
        """Whether runs of this request on other days make copies of other dates."""
        return _date(inputs) is not None and bool(key) and key_of(name) == self.carried_key(inputs, key)

    def is_itself(self, inputs: Inputs) -> bool:
        """Whether it names the very snapshot that is to be taken over as its source."""
        source, region = inputs.get("sourceSnapshotName"), inputs.get("sourceRegion")
        target = (inputs.get("targetSnapshotName"), inputs.get("targetRegion"))
        return source is not None and (source, region) == target

    def outputs(self, spec: Spec) -> dict[str, Any]:
        """Return the date that is copied."""
        return {"restoredDate": _date(spec.arguments)}

    def is_over_limit(self, reason: str) -> bool:
        """Whether a copy failed only because too many were in progress."""
        return is_of_copies_in_progress(reason)


def phase(state: str) -> Phase:
    """Return what a snapshot's state means; an unknown one is waited on, never taken for an end.

    Example:
        >>> phase("available"), phase("completed"), phase("unknown")
        (<Phase.DONE: 'done'>, <Phase.DONE: 'done'>, <Phase.PENDING: 'pending'>)
    """
    return {"available": Phase.DONE, "completed": Phase.DONE, "error": Phase.FAILED}.get(state, Phase.PENDING)


def taken_of(region: str, kind: str, name: str) -> str:
    """Return what a snapshot was taken of as records tell it; a disk's may be of an instance's system disk.

    Example:
        >>> taken_of("us-east-1", "DiskSnapshot", "data-1")
        'us-east-1:DiskSnapshot/data-1'
    """
    return f"{region}:{kind}/{name}"


def region_of_arn(ref: str) -> str:
    """Return the region of an ARN, or an empty string.

    Example:
        >>> region_of_arn("arn:aws:lightsail:eu-west-1:111122223333:InstanceSnapshot/1")
        'eu-west-1'
    """
    return [*ref.split(":"), "", "", "", ""][3]


def key_of(name: str) -> str:
    """Return the key that a derived name carries, with what the name begins with; of another name an empty string.

    Example:
        >>> key_of("web-1-2026-11-20-3f9c2a1b"), key_of("my-web-1-manual-3f9c2a1b"), key_of("web-1-dr")
        ('web-1-3f9c2a1b', 'my-web-1-3f9c2a1b', '')
    """
    found = _DERIVED.fullmatch(name)
    return f"{found[1]}-{found[2]}" if found else ""


def tags_of(raw: Mapping[str, Any]) -> dict[str, str]:
    """Return the tags of what the API describes.

    Example:
        >>> tags_of({"tags": [{"key": "team", "value": "shop"}, {"key": "nightly"}]})
        {'team': 'shop', 'nightly': ''}
    """
    return {tag["key"]: tag.get("value", "") for tag in raw.get("tags") or []}


def _date(inputs: Inputs) -> str | None:
    date: str | None = inputs.get("restoreDate") or inputs.get("restoredDate")
    return date


def _latest(region: str, source: str) -> Callable[[Lightsail], str | None]:
    return lambda service: service.latest(region, source)
