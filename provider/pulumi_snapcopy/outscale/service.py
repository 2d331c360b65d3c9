"""OUTSCALE's snapshots, read and changed through its API.

Pages: https://docs.outscale.com/api.html
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from ..core.errors import AnswerLost, NoSuchService, NotFound, Refused
from ..core.keys import same_owner
from ..core.values import OWNER_TAG, SOURCE_TAG, Phase, Record, Seen, Source, Spec, Started
from ..core.waiting.batch import Gathered, Recent
from ..core.waiting.clock import Clock, SystemClock
from ..core.waiting.listing import Listing
from ..core.waiting.once import Once
from ..core.waiting.policy import CREATION_GRACE, LONGEST_SKEW, USUAL_SKEW
from .errors import TOKEN_USED, UNKNOWN_PARAMETER
from .shapes import KIND, request, snapshot
from .sources import check_source

ATTEMPTS = 8
"""How many attempts' tokens are looked for; those beyond are found by sending, which a token makes harmless."""

_PAGE = 1000
_AT_ONCE = 200
"""Values of one filter, at most."""


class Sdk(Protocol):
    """The calls of osc-sdk-python, as `sdk.Connection` makes them."""

    @property
    def region(self) -> str:
        """The region that it is configured for."""

    def call(self, action: str, *, clock: Clock, **parameters: Any) -> dict[str, Any]:
        """Make a call once."""


class Outscale:
    """OUTSCALE behind ``core.service.Service``; thread-safe.

    A request carries its key and the number of the attempt as its ClientToken: sent again it answers the same snapshot.

    Args:
        connect: returns what makes the calls, always the same; it is asked for when it is first needed.
        clock: the time.
    """

    kinds: Sequence[str] = (KIND,)

    def __init__(self, connect: Callable[[], Sdk], *, clock: Clock | None = None) -> None:
        self._connect = connect
        self._clock = clock or SystemClock()
        self._lock = threading.Lock()
        self._account = Once(self._ask_account)
        self._has_accounts = True
        self._young: dict[str, float] = {}  # ids that lists may not show yet, and since when
        self._spent: set[str] = set()  # tokens of what has failed
        self._used: dict[str, float] = {}  # tokens that the service says are used, and since when
        self._own = Gathered(self._clock, lambda ids: self._by_ids(ids, own=True))
        self._readable = Gathered(self._clock, lambda ids: self._by_ids(ids, own=False))
        self._volumes = Gathered(self._clock, self._volumes_by_ids)
        self._made = Gathered(self._clock, self._by_keys)
        self._few = Recent(self._clock, self._list_if_few)
        self._are_few = True
        self._shows_tokens = False

    # What there is

    def get(self, region: str, name: str, kind: str | None = None) -> Seen | None:
        """Read one snapshot of the account's own."""
        self._check_region(region)
        return self._own.get(name)

    def all(self, region: str, kind: str) -> list[Seen]:
        """List the snapshots of ours, of any stack; new ones are read by their ids, as lists may not show them yet."""
        self._check_region(region)
        found = {each.name: each for each in self._listed(TagKeys=[OWNER_TAG])}
        with self._lock:
            young = self._young.keys() - found.keys()
        found |= self._by_ids(sorted(young), own=True) if young else {}
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
        few = self._all_if_few()
        if few is not None and (self._shows_tokens or not few):
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

    # Sources

    def check_source(self, spec: Spec, listing: Listing) -> Source:
        """Look at the source: a volume, or a snapshot, which may be one that another account shares."""
        self._check_region(spec.region)
        return check_source(self, spec)

    def readable_snapshot(self, snapshot_id: str) -> Seen | None:
        """Read a snapshot of the account's own, or one that is shared with it; what is complete stays so for seconds."""
        own = (self._all_if_few() or {}).get(snapshot_id)
        return own if own and own.phase is Phase.DONE else self._readable.get(snapshot_id)

    def own_snapshots(self) -> list[str]:
        """List the ids of the account's complete snapshots."""
        return [each.name for each in self._listed() if each.phase is Phase.DONE]

    def volume_state(self, volume_id: str) -> str | None:
        """Return the state of a volume, or None if there is none of that id."""
        return self._volumes.get(volume_id)

    def own_volumes(self) -> list[str]:
        """List the ids of the account's volumes."""
        return [each["VolumeId"] for each in self._pages("ReadVolumes", "Volumes", {})]

    # Changes

    def create(self, spec: Spec, *, attempt: int) -> Started:
        """Send the request, with the token of the first attempt that isn't used up.

        A token answers what it made before, also if that has failed or was deleted: then it is the next one's turn.
        """
        self._check_region(spec.region)
        for number in range(attempt, ATTEMPTS):
            token = f"{spec.key}-{number}"
            try:
                seen = None if token in self._spent else self._send(spec, token)
            except AnswerLost:
                self._few.expire()
                raise
            if seen is not None:
                with self._lock:
                    self._young[seen.name] = self._clock.now()
                return Started(seen=seen)
        raise Refused(
            f"what {ATTEMPTS} attempts of this request have made has failed, or was deleted: change triggers to make it another "
            "request",
            call="api:CreateSnapshot",
        )

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

    def account(self) -> str:
        """Return the number of the account that the credentials belong to; asked for once."""
        return self._account.get()

    # How

    def _send(self, spec: Spec, token: str) -> Seen | None:
        """Return what the token stands for, or None if that is of no use any more."""
        sent = self._clock.now()
        try:
            answer = self._call("CreateSnapshot", ClientToken=token, **request(spec.arguments))
        except Refused as error:
            if error.code != TOKEN_USED:
                raise
            return self._made_with(token, since=sent)
        if not isinstance(raw := answer.get("Snapshot"), Mapping):
            raise AnswerLost("the answer holds no Snapshot", call="api:CreateSnapshot")
        seen = self._seen(raw)
        made = seen.created_at.timestamp() if seen.created_at else sent
        if seen.phase is Phase.PENDING and made > sent - USUAL_SKEW:
            return seen
        if seen.state == "error" and made > sent - LONGEST_SKEW:
            return replace(
                seen, state="pending", phase=Phase.PENDING
            )  # the first look shows that it has failed
        # It was made before, by the same token, and may have been deleted since; a new one may not be visible yet.
        shown = self._own.get(seen.name)
        if shown is not None:
            return None if shown.phase is Phase.FAILED or _is_anothers(spec, shown) else shown
        if seen.phase is Phase.DONE and made > sent - USUAL_SKEW:
            return seen  # in no time, as emulators do
        if seen.phase is Phase.FAILED or made < sent - CREATION_GRACE - LONGEST_SKEW:
            return None
        self._wait_for(token, sent)
        return None

    def _made_with(self, token: str, *, since: float) -> Seen | None:
        """What was made with a token by a request that differs in the signature of its URL alone."""
        found = [each for each in self._of_tokens([token]) if each.phase is not Phase.FAILED]
        if found:
            return found[0]
        self._wait_for(token, since)
        return None

    def _wait_for(self, token: str, sent: float) -> None:
        """Send nothing with another token before what this one has made has had its time to become visible.

        Raises:
            AnswerLost: while it may still do so.
        """
        with self._lock:
            since = self._used.setdefault(token, sent)
        if self._clock.now() - since <= CREATION_GRACE:
            raise AnswerLost(
                "the request was sent before, and what it has made isn't visible yet",
                call="api:CreateSnapshot",
            )

    def _is_awaited(self, seen: Seen | None, *, since: float) -> bool:
        if seen is None:
            return self._clock.now() - since <= CREATION_GRACE
        return seen.phase is Phase.PENDING

    def _by_keys(self, keys: list[str]) -> dict[str, list[Seen]]:
        found: dict[str, list[Seen]] = {}
        for each in self._of_tokens([f"{key}-{number}" for key in keys for number in range(ATTEMPTS)]):
            found.setdefault(each.key or "", []).append(each)
        return found

    def _of_tokens(self, tokens: list[str]) -> list[Seen]:
        found = []
        for some in _chunks(tokens):
            wanted = set(some)
            for raw in self._pages("ReadSnapshots", "Snapshots", {**self._is_own(), "ClientTokens": some}):
                if "ClientToken" not in raw:  # an older API, which doesn't know them
                    raise Refused("ReadSnapshots shows no ClientToken", code=UNKNOWN_PARAMETER)
                if raw["ClientToken"] in wanted:
                    found.append(self._seen(raw))
        return found

    def _by_ids(self, ids: list[str], *, own: bool) -> dict[str, Seen]:
        filters = self._is_own() if own else {}
        listed = self._read_by_ids("ReadSnapshots", "Snapshots", "SnapshotIds", ids, **filters)
        return {seen.name: seen for seen in self._shown(listed)}

    def _listed(self, **filters: Any) -> Iterator[Seen]:
        yield from self._shown(self._pages("ReadSnapshots", "Snapshots", {**self._is_own(), **filters}))

    def _all_if_few(self) -> Mapping[str, Seen] | None:
        """The account's own snapshots, as a list of the last seconds has them; None if a page doesn't hold all of them."""
        return self._few.get() if self._are_few else None

    def _list_if_few(self) -> Mapping[str, Seen] | None:
        answer = self._page("ReadSnapshots", "Snapshots", self._is_own())
        self._are_few = not answer.get("NextPageToken")
        return {seen.name: seen for seen in self._shown(answer["Snapshots"])} if self._are_few else None

    def _volumes_by_ids(self, ids: list[str]) -> dict[str, str]:
        listed = self._read_by_ids("ReadVolumes", "Volumes", "VolumeIds", ids)
        return {raw.get("VolumeId", ""): raw.get("State") or "" for raw in listed}

    def _read_by_ids(
        self, action: str, member: str, name: str, ids: list[str], **filters: Any
    ) -> Iterator[Mapping[str, Any]]:
        """Read what there is of several ids; the service refuses all of them for one that is malformed."""
        for some in _chunks(ids):
            try:
                yield from list(self._pages(action, member, {**filters, name: some}))
            except NotFound:
                half = len(some) // 2
                if half:
                    yield from self._read_by_ids(action, member, name, some[:half], **filters)
                    yield from self._read_by_ids(action, member, name, some[half:], **filters)

    def _ask_account(self) -> str:
        accounts = self._call("ReadAccounts").get("Accounts") or []
        if not accounts or not (number := str(accounts[0].get("AccountId") or "")):
            raise AnswerLost("the answer holds no account", call="api:ReadAccounts")
        return number

    def _is_own(self) -> dict[str, list[str]]:
        """Own snapshots, beside which shared and public ones are listed; an endpoint without accounts has but one."""
        if self._has_accounts:
            try:
                return {"AccountIds": [self.account()]}
            except (NoSuchService, Refused):
                self._has_accounts = False
        return {}

    def _pages(self, action: str, member: str, filters: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Read page by page; a token that comes twice ends it."""
        token: str | None = None
        used = set[str]()
        while True:
            answer = self._page(action, member, filters, **({"NextPageToken": token} if token else {}))
            yield from answer[member]
            token = answer.get("NextPageToken")
            if not token or token in used:
                return
            used.add(token)

    def _page(self, action: str, member: str, filters: Mapping[str, Any], **token: str) -> dict[str, Any]:
        answer = self._call(action, Filters=dict(filters), ResultsPerPage=_PAGE, **token)
        if not isinstance(answer.get(member), list):
            raise AnswerLost(f"the answer holds no {member}", call=f"api:{action}")
        return answer

    def _change(self, seen: Seen, action: str, **parameters: Any) -> None:
        self._check_region(seen.region)
        self._call(action, **parameters)

    def _call(self, action: str, **parameters: Any) -> dict[str, Any]:
        return self._connect().call(action, clock=self._clock, **parameters)

    def _shown(self, listed: Iterable[Mapping[str, Any]]) -> Iterator[Seen]:
        for raw in listed:
            if "ClientToken" in raw:
                self._shows_tokens = True
            yield self._seen(raw)

    def _seen(self, raw: Mapping[str, Any]) -> Seen:
        seen = snapshot(raw, self._connect().region)
        if seen.phase is Phase.FAILED and seen.key:
            self._spent.add(raw["ClientToken"])
        return seen

    def _check_region(self, region: str) -> None:
        """An account has one region: elsewhere everything would seem to be gone."""
        if region != (own := self._connect().region):
            raise Refused(
                f"this is about {region}, and the OUTSCALE credentials are for {own}: set OSC_REGION={region}, or the "
                "profile, for an account of that region"
            )


def _is_tagged_for(spec: Spec, seen: Seen) -> bool:
    owner = seen.tags.get(OWNER_TAG)
    return owner is not None and same_owner(owner, spec.owner) and seen.tags.get(SOURCE_TAG) == spec.origin


def _is_anothers(spec: Spec, seen: Seen) -> bool:
    """Whether its owner tag names another resource: what was renamed keeps its key."""
    owner = seen.tags.get(OWNER_TAG)
    return owner is not None and not same_owner(owner, spec.owner)


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
