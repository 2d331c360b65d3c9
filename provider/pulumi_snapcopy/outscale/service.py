"""OUTSCALE's snapshots, read and changed through its API.

Pages: https://docs.outscale.com/api.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from ..core.errors import AnswerLost, Refused
from ..core.keys import same_owner
from ..core.service import Service
from ..core.values import OWNER_TAG, SOURCE_TAG, Phase, Seen, Source, Spec, Started
from ..core.waiting.batch import Gathered
from ..core.waiting.clock import Clock, SystemClock
from ..core.waiting.listing import Listing
from ..core.waiting.policy import CREATION_GRACE
from .errors import UNKNOWN_PARAMETER
from .reading import AccountReader, Sdk
from .shapes import KIND
from .sources import check_source
from .tokens import Sender, tokens


class Outscale(Service):
    """The adapter of OUTSCALE; thread-safe.

    Args:
        connect: returns the connection that makes the calls, always the same; called when it is first needed.
        clock: the time.
    """

    kinds: Sequence[str] = (KIND,)

    def __init__(self, connect: Callable[[], Sdk], *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self.reader = AccountReader(connect, self._clock)
        self._sender = Sender(self.reader, self._clock)
        self._by_key = Gathered(self._clock, self._by_keys)
        self._lock = threading.Lock()
        self._new_ids: dict[str, float] = {}  # ids that lists may not show yet, and since when

    # Reads

    def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
        """Return the account's own snapshot with this id, or None if it doesn't exist."""
        self._check_region(region)
        return self.reader.own(name)

    def all(self, region: str, kind: str) -> list[Seen]:
        """Return all stacks' snapshots with our owner tag; new ones are read by id, as lists may not show them."""
        self._check_region(region)
        found = {each.name: each for each in self.reader.listed(TagKeys=[OWNER_TAG])}
        with self._lock:
            unlisted = self._new_ids.keys() - found.keys()
        found |= self.reader.by_ids(sorted(unlisted), own=True) if unlisted else {}
        with self._lock:
            for name in unlisted:
                if not self._is_awaited(found.get(name), since=self._new_ids.get(name, 0.0)):
                    self._new_ids.pop(name, None)
        return list(found.values())

    def find(self, spec: Spec, listing: Listing) -> list[Seen]:
        """Return the snapshots that requests with the spec's key have made; by our tags if the service shows no tokens.

        Callers within seconds share a list. A snapshot that the list misses is returned to a request with its token.
        """
        self._check_region(spec.region)
        listed = self.reader.all_if_one_page()
        if listed is not None and (self.reader.shows_tokens or not listed):
            return [each for each in listed.values() if each.key == spec.key]
        try:
            return self._by_key.get(spec.key) or []
        except Refused as error:
            if error.code != UNKNOWN_PARAMETER:
                raise
        return [each for each in listing.all() if _is_tagged_for(spec, each)]

    def check_source(self, spec: Spec, listing: Listing) -> Source:
        """Check the source: a volume, or a snapshot, which another account may share."""
        self._check_region(spec.region)
        return check_source(self.reader, spec)

    def account(self) -> str:
        """Return the number of the account that the credentials belong to, read once."""
        return self.reader.account()

    # Changes

    def create(self, spec: Spec, *, earlier: Collection[str] = ()) -> Started:
        """Send the request with the ClientToken of the first attempt that isn't used up."""
        self._check_region(spec.region)
        try:
            seen = self._sender.send(spec, earlier=earlier)
        except AnswerLost:
            self.reader.expire()
            raise
        with self._lock:
            self._new_ids[seen.name] = self._clock.now()
        return Started(seen=seen)

    def tag(self, seen: Seen, tags: Mapping[str, str]) -> None:
        """Set tags on a snapshot."""
        self._change(seen, "CreateTags", ResourceIds=[seen.name], Tags=_pairs(tags))

    def untag(self, seen: Seen, keys: Sequence[str]) -> None:
        """Remove tags from a snapshot: the service removes a tag only if its value is given, too."""
        if shown := {key: seen.tags[key] for key in keys if key in seen.tags}:
            self._change(seen, "DeleteTags", ResourceIds=[seen.name], Tags=_pairs(shown))

    def delete(self, seen: Seen) -> None:
        """Request the deletion of a snapshot; the service refuses while an image uses it."""
        self._change(seen, "DeleteSnapshot", SnapshotId=seen.name)

    # Helpers

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
        """Raise Refused for any region but the account's: every snapshot would seem to be deleted there."""
        if region != (own := self.reader.region):
            raise Refused(
                f"this is about {region}, and the OUTSCALE credentials are for {own}: set OSC_REGION={region}, or the "
                "profile, for an account of that region"
            )


def _pairs(tags: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _is_tagged_for(spec: Spec, seen: Seen) -> bool:
    owner = seen.tags.get(OWNER_TAG)
    return (
        owner is not None and same_owner(owner, spec.owner) and seen.tags.get(SOURCE_TAG) == spec.source_tag
    )
