"""Reads snapshots and volumes from OUTSCALE, by pages, ids and tokens, with few calls for many callers.

Pages: https://docs.outscale.com/api.html
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain
from typing import Any, Protocol

from ..core.errors import AnswerLost, NoSuchService, NotFound, Refused
from ..core.paging import read_pages
from ..core.values import Phase, Seen
from ..core.waiting.batch import Gathered, Once, Recent
from ..core.waiting.clock import Clock
from .errors import UNKNOWN_ACTION, UNKNOWN_PARAMETER
from .shapes import snapshot

_PAGE = 1000
_AT_ONCE = 200
"""How many values one filter accepts."""


class Sdk(Protocol):
    """The calls of osc-sdk-python, as `sdk.Connection` makes them."""

    @property
    def region(self) -> str:
        """The region that the connection is configured for."""

    def call(self, action: str, *, clock: Clock, **parameters: Any) -> dict[str, Any]:
        """Make a call once and return its response."""


class AccountReader:
    """Reads the account's snapshots and volumes; thread-safe.

    Args:
        connect: returns the connection that makes the calls, always the same; called when it is first needed.
        clock: the time.
    """

    def __init__(self, connect: Callable[[], Sdk], clock: Clock) -> None:
        self._connect = connect
        self._clock = clock
        self._account = Once(self._ask_account)
        self._has_accounts = True
        self._own = Gathered(clock, lambda ids: self.by_ids(ids, own=True))
        self._readable = Gathered(clock, lambda ids: self.by_ids(ids, own=False))
        self._volumes = Gathered(clock, self._volumes_by_ids)
        self._one_page = Recent(clock, self._list_if_one_page)
        self._fit_one_page = True
        self.shows_tokens = False
        self.used_tokens: set[str] = set()
        """The tokens of snapshots that were seen failed, or are of no use for another reason."""

    @property
    def region(self) -> str:
        """The account's region."""
        return self._connect().region

    def call(self, action: str, **parameters: Any) -> dict[str, Any]:
        """Make a call once and return its response."""
        return self._connect().call(action, clock=self._clock, **parameters)

    def account(self) -> str:
        """Return the number of the account that the credentials belong to, read once."""
        return self._account.get()

    def own(self, snapshot_id: str) -> Seen | None:
        """Return the account's own snapshot with this id, or None if it doesn't exist."""
        return self._own.get(snapshot_id)

    def readable_snapshot(self, snapshot_id: str) -> Seen | None:
        """Return an own or shared snapshot, or None; a complete own one may come from a list of the last seconds."""
        own = (self.all_if_one_page() or {}).get(snapshot_id)
        return own if own and own.phase is Phase.DONE else self._readable.get(snapshot_id)

    def volume_state(self, volume_id: str) -> str | None:
        """Return the state of a volume, or None if it doesn't exist."""
        return self._volumes.get(volume_id)

    def own_volumes(self) -> list[str]:
        """List the ids of the account's volumes."""
        return [each["VolumeId"] for each in self._pages("ReadVolumes", "Volumes", {})]

    def own_snapshots(self) -> list[str]:
        """List the ids of the account's complete snapshots."""
        return [each.name for each in self.listed() if each.phase is Phase.DONE]

    def listed(self, **filters: Any) -> Iterator[Seen]:
        """Yield the account's own snapshots that match the filters."""
        yield from self._shown(self._pages("ReadSnapshots", "Snapshots", {**self._own_filter(), **filters}))

    def all_if_one_page(self) -> Mapping[str, Seen] | None:
        """Return the own snapshots by id, from a list of the last seconds, or None if one page can't hold them."""
        return self._one_page.get() if self._fit_one_page else None

    def expire(self) -> None:
        """Discard the list of snapshots: later callers get a new list."""
        self._one_page.expire()

    def by_ids(self, ids: list[str], *, own: bool) -> dict[str, Seen]:
        """Return the existing snapshots among these ids, by id."""
        filters = self._own_filter() if own else {}
        listed = self._read_by_ids("ReadSnapshots", "Snapshots", "SnapshotIds", ids, **filters)
        return {seen.name: seen for seen in self._shown(listed)}

    def by_tokens(self, tokens: list[str]) -> list[Seen]:
        """Return the snapshots that were made with one of these tokens.

        Raises:
            Refused: with the code `UNKNOWN_PARAMETER`, if the API is an older version, which shows no tokens.
        """
        found = []
        for some in _chunks(tokens):
            wanted = set(some)
            for raw in self._pages(
                "ReadSnapshots", "Snapshots", {**self._own_filter(), "ClientTokens": some}
            ):
                if "ClientToken" not in raw:
                    raise Refused("ReadSnapshots shows no ClientToken", code=UNKNOWN_PARAMETER)
                if raw["ClientToken"] in wanted:
                    found.append(self.seen(raw))
        return found

    def seen(self, raw: Mapping[str, Any]) -> Seen:
        """Return a snapshot of a response as a `Seen`, and remember the token of a failed one."""
        seen = snapshot(raw, self.region)
        if seen.phase is Phase.FAILED and seen.key:
            self.used_tokens.add(raw["ClientToken"])
        return seen

    # Helpers

    def _list_if_one_page(self) -> Mapping[str, Seen] | None:
        answer = self._page("ReadSnapshots", "Snapshots", self._own_filter())
        self._fit_one_page = not answer.get("NextPageToken")
        return {seen.name: seen for seen in self._shown(answer["Snapshots"])} if self._fit_one_page else None

    def _volumes_by_ids(self, ids: list[str]) -> dict[str, str]:
        listed = self._read_by_ids("ReadVolumes", "Volumes", "VolumeIds", ids)
        return {raw.get("VolumeId", ""): raw.get("State") or "" for raw in listed}

    def _read_by_ids(
        self, action: str, member: str, name: str, ids: list[str], **filters: Any
    ) -> Iterator[Mapping[str, Any]]:
        """Yield the objects with these ids, split into halves if the service refuses all for a malformed id."""
        for some in _chunks(ids):
            try:
                yield from list(self._pages(action, member, {**filters, name: some}))
            except NotFound:
                half = len(some) // 2
                if half:
                    yield from self._read_by_ids(action, member, name, some[:half], **filters)
                    yield from self._read_by_ids(action, member, name, some[half:], **filters)

    def _ask_account(self) -> str:
        accounts = self.call("ReadAccounts").get("Accounts") or []
        if not accounts or not (number := str(accounts[0].get("AccountId") or "")):
            raise AnswerLost("the answer holds no account", call="api:ReadAccounts")
        return number

    def _own_filter(self) -> dict[str, list[str]]:
        """Return the filter that leaves out shared and public snapshots; empty if the endpoint has no ReadAccounts.

        Any other error is raised: without the filter, others' snapshots would be taken for own ones.
        """
        if self._has_accounts:
            try:
                return {"AccountIds": [self.account()]}
            except (NoSuchService, Refused) as error:
                if isinstance(error, Refused) and error.code != UNKNOWN_ACTION:
                    raise
                self._has_accounts = False
        return {}

    def _pages(self, action: str, member: str, filters: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
        """Return the objects of a list."""

        def page(token: str | None) -> dict[str, Any]:
            return self._page(action, member, filters, **({"NextPageToken": token} if token else {}))

        found = read_pages(page, lambda page: page.get("NextPageToken"))
        return chain.from_iterable(each[member] for each in found)

    def _page(self, action: str, member: str, filters: Mapping[str, Any], **token: str) -> dict[str, Any]:
        answer = self.call(action, Filters=dict(filters), ResultsPerPage=_PAGE, **token)
        if not isinstance(answer.get(member), list):
            raise AnswerLost(f"the answer holds no {member}", call=f"api:{action}")
        return answer

    def _shown(self, listed: Iterable[Mapping[str, Any]]) -> Iterator[Seen]:
        for raw in listed:
            if "ClientToken" in raw:
                self.shows_tokens = True
            yield self.seen(raw)


def _chunks(values: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(values), _AT_ONCE):
        yield values[start : start + _AT_ONCE]
