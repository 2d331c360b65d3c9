"""OUTSCALE's snapshots, read and changed through its API.

Pages: https://docs.outscale.com/api.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..core.errors import AnswerLost, Refused
from ..core.keys import same_owner
from ..core.values import OWNER_TAG, SOURCE_TAG, Phase, Record, Seen, Source, Spec, Started
from ..core.waiting.batch import Gathered
from ..core.waiting.clock import Clock, SystemClock
from ..core.waiting.listing import Listing
from ..core.waiting.policy import CREATION_GRACE
from .errors import UNKNOWN_PARAMETER
from .reading import Reader, Sdk
from .shapes import KIND
from .sources import check_source
from .tokens import Sender, tokens


class Outscale:
    """OUTSCALE behind ``core.service.Service``; thread-safe.

    Args:
        connect: returns what makes the calls, always the same; it is asked for when it is first needed.
        clock: the time.
    """

    kinds: Sequence[str] = (KIND,)

    def __init__(self, connect: Callable[[], Sdk], *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self.reader = Reader(connect, self._clock)
        self._sender = Sender(self.reader, self._clock)
        self._made = Gathered(self._clock, self._by_keys)
        self._lock = threading.Lock()
        self._young: dict[str, float] = {}  # ids that lists may not show yet, and since when

    # What there is

    def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
        """Read one snapshot of the account's own."""
        self._check_region(region)
        return self.reader.own(name)

    def all(self, region: str, kind: str) -> list[Seen]:
        """List the snapshots of ours, of any stack; new ones are read by their ids, as lists may not show them yet."""
        self._check_region(region)
        found = {each.name: each for each in self.reader.listed(TagKeys=[OWNER_TAG])}
        with self._lock:
            young = self._young.keys() - found.keys()
        found |= self.reader.by_ids(sorted(young), own=True) if young else {}
        with self._lock:
            for name in young:
                if not self._is_awaited(found.get(name), since=self._young.get(name, 0.0)):
                    self._young.pop(name, None)
        return list(found.values())

    def find(self, spec: Spec, listing: Listing) -> list[Seen]:
        """Find what a request with the spec's key has made; where the service shows no tokens, by our tags.

        Those that look within seconds share a list: what it misses, the service answers to the same token.
        """
        self._check_region(spec.region)
        few = self.reader.all_if_few()
        if few is not None and (self.reader.shows_tokens or not few):
            return [each for each in few.values() if each.key == spec.key]
        try:
            return self._made.get(spec.key) or []
        except Refused as error:
            if error.code != UNKNOWN_PARAMETER:
                raise
        return [each for each in listing.all() if _is_tagged_for(spec, each)]

    def records(self, spec: Spec) -> list[Record]:
        """OUTSCALE records nothing."""
        return []

    def describes(self, spec: Spec, record: Record) -> bool:
        """There are no records."""
        return True

    def check_source(self, spec: Spec, listing: Listing) -> Source:
        """Look at the source: a volume, or a snapshot, which may be one that another account shares."""
        self._check_region(spec.region)
        return check_source(self.reader, spec)

    def account(self) -> str:
        """Return the number of the account that the credentials belong to; asked for once."""
        return self.reader.account()

    # Changes

    def create(self, spec: Spec, *, attempt: int) -> Started:
        """Send the request, with the token of the first attempt that isn't used up."""
        self._check_region(spec.region)
        try:
            seen = self._sender.send(spec, attempt=attempt)
        except AnswerLost:
            self.reader.expire()
            raise
        with self._lock:
            self._young[seen.name] = self._clock.now()
        return Started(seen=seen)

    def tag(self, seen: Seen, tags: Mapping[str, str]) -> None:
        """Set tags."""
        pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
        self._change(seen, "CreateTags", ResourceIds=[seen.name], Tags=pairs)

    def untag(self, seen: Seen, keys: Sequence[str]) -> None:
        """Remove tags: the service takes away only those whose value is given, too."""
        pairs = [{"Key": key, "Value": seen.tags[key]} for key in keys if key in seen.tags]
        if pairs:
            self._change(seen, "DeleteTags", ResourceIds=[seen.name], Tags=pairs)

    def delete(self, seen: Seen) -> None:
        """Ask for the snapshot's deletion; while an image uses it the service refuses."""
        self._change(seen, "DeleteSnapshot", SnapshotId=seen.name)

    # How

    def _is_awaited(self, seen: Seen | None, *, since: float) -> bool:
        if seen is None:
            return self._clock.now() - since <= CREATION_GRACE
        return seen.phase is Phase.PENDING

    def _by_keys(self, keys: list[str]) -> dict[str, list[Seen]]:
        found: dict[str, list[Seen]] = {}
        for each in self.reader.by_tokens([token for key in keys for token in tokens(key)]):
            found.setdefault(each.key or "", []).append(each)
        return found

    def _change(self, seen: Seen, action: str, **parameters: Any) -> None:
        self._check_region(seen.region)
        self.reader.call(action, **parameters)

    def _check_region(self, region: str) -> None:
        """An account has one region: elsewhere everything would seem to be gone."""
        if region != (own := self.reader.region):
            raise Refused(
                f"this is about {region}, and the OUTSCALE credentials are for {own}: set OSC_REGION={region}, or the "
                "profile, for an account of that region"
            )


def _is_tagged_for(spec: Spec, seen: Seen) -> bool:
    owner = seen.tags.get(OWNER_TAG)
    return owner is not None and same_owner(owner, spec.owner) and seen.tags.get(SOURCE_TAG) == spec.origin
