"""The adapter on answers that the emulator doesn't give: older APIs, denied calls, lists of many pages."""

from __future__ import annotations

from typing import Any

import pytest
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.errors import (
    AnswerLost,
    Denied,
    NoSuchService,
    NotFound,
    Refused,
    ServiceError,
    Transient,
)
from pulumi_snapcopy.core.values import Phase
from pulumi_snapcopy.core.waiting.clock import Clock, SystemClock
from pulumi_snapcopy.core.waiting.listing import Listing
from pulumi_snapcopy.core.waiting.policy import RECENT
from pulumi_snapcopy.outscale.family import Snapshots
from pulumi_snapcopy.outscale.service import Outscale

from tests.harness.scripted import FakeClock

from .life import REGION
from .scripted import KEY, OWNER, Scripted, raw, spec


@pytest.mark.parametrize("how", ["ignored", "refused"])
def test_where_the_api_knows_no_tokens_our_tags_find_it(how: str) -> None:
    """On an older API, which refuses or ignores the filter by token, a snapshot is found by our tags."""
    tags = [{"Key": "snapcopy:owner", "Value": OWNER}, {"Key": "snapcopy:source", "Value": spec().source_tag}]
    ours = raw("snap-00000000", "pending", token=None, Tags=tags)
    other = raw("snap-11111111", "pending", token=None, Tags=[{"Key": "snapcopy:owner", "Value": "x"}])

    def read(**given: Any) -> Any:
        if "ClientTokens" in given["Filters"] and how == "refused":
            raise Refused("The parameter ClientTokens is not known.", code="3001")
        return [ours, other]

    service = Outscale(lambda: Scripted(ReadSnapshots=read))
    found = service.find(spec(), Listing(service, REGION, SystemClock()))
    assert [each.name for each in found] == ["snap-00000000"]


def test_those_that_look_within_seconds_share_a_list() -> None:
    """Looks within seconds share a list, which shows what a token made and that a source is complete; a pending source is read."""
    there = [raw("snap-00000000", "completed"), raw("snap-11111111", "pending", token=None)]
    sdk, clock = Scripted(ReadSnapshots=lambda **given: there), FakeClock()
    service = Outscale(lambda: sdk, clock=clock)
    for _ in range(3):
        assert [each.name for each in service.find(spec(), Listing(service, REGION, clock))] == [
            "snap-00000000"
        ]
        shown = service.reader.readable_snapshot("snap-00000000")
        assert shown is not None and shown.phase is Phase.DONE
    assert sdk.filters() == [{"AccountIds": ["1"]}]
    service.reader.readable_snapshot("snap-11111111")
    assert sdk.filters()[1:] == [{"SnapshotIds": ["snap-11111111"]}]
    clock.sleep(RECENT + 1)
    service.find(spec(), Listing(service, REGION, clock))
    assert sdk.filters()[2:] == [{"AccountIds": ["1"]}]


def test_after_a_lost_answer_no_list_from_before_serves() -> None:
    """After a lost answer a list from before isn't used, as it would show that nothing was made."""

    def lost(**given: Any) -> Any:
        there.append(raw("snap-00000000", "pending"))
        raise AnswerLost("the connection broke")

    there: list[dict[str, Any]] = []
    clock = FakeClock()
    service = Outscale(
        lambda: Scripted(ReadSnapshots=lambda **given: [*there], CreateSnapshot=lost), clock=clock
    )
    listing = Listing(service, REGION, clock)
    assert service.find(spec(), listing) == []
    with pytest.raises(AnswerLost):
        service.create(spec())
    assert [each.name for each in service.find(spec(), listing)] == ["snap-00000000"]


def test_an_account_that_fills_more_than_a_page_is_asked_by_token_and_id() -> None:
    """In an account with more than a page of snapshots reads go by token and id, after one look at the first page."""
    answers = {"Snapshots": [raw("snap-00000000", "completed")], "NextPageToken": "a"}

    class Full(Scripted):
        def call(self, action: str, *, clock: Clock, **given: Any) -> dict[str, Any]:
            answer = super().call(action, clock=clock, **given)
            return answers if given.get("Filters") == {"AccountIds": ["1"]} else answer

    sdk = Full(ReadSnapshots=lambda **given: [raw("snap-11111111", "pending")])
    service = Outscale(lambda: sdk)
    for _ in range(2):
        found = service.find(spec(), Listing(service, REGION, SystemClock()))
        assert [each.name for each in found] == ["snap-11111111"]
    assert service.reader.readable_snapshot("snap-22222222") is None
    assert [sorted(filters) for filters in sdk.filters()] == [
        ["AccountIds"],
        ["AccountIds", "ClientTokens"],
        ["AccountIds", "ClientTokens"],
        ["SnapshotIds"],
    ]


def test_pages_are_read_to_the_end_and_a_repeated_token_ends_them() -> None:
    """Each page asks with its size, which the next one needs."""
    pages: dict[str | None, dict[str, Any]] = {
        None: {"Snapshots": [raw("snap-00000000", "completed")], "NextPageToken": "a"},
        "a": {"Snapshots": [raw("snap-11111111", "completed")], "NextPageToken": "a"},
    }

    class Paged(Scripted):
        def call(self, action: str, *, clock: Clock, **given: Any) -> dict[str, Any]:
            if action != "ReadSnapshots":
                return super().call(action, clock=clock, **given)
            assert given["ResultsPerPage"] and given["Filters"]["TagKeys"] == ["snapcopy:owner"]
            return pages[given.get("NextPageToken")]

    listed = Outscale(Paged).all(REGION, "snapshot")
    assert [each.name for each in listed] == ["snap-00000000", "snap-11111111"]


@pytest.mark.parametrize("expires", [1, 3, 1000])
def test_a_list_whose_token_has_expired_is_begun_again(expires: int) -> None:
    """A list whose page token is refused is begun again from its first page, but not for ever."""
    answers = [raw("snap-00000000", "completed")], [raw("snap-11111111", "completed")]
    asked: list[str] = []

    class Expiring(Scripted):
        def call(self, action: str, *, clock: Clock, **given: Any) -> dict[str, Any]:
            if action != "ReadSnapshots":
                return super().call(action, clock=clock, **given)
            if "NextPageToken" not in given:
                return {"Snapshots": answers[0], "NextPageToken": "a"}
            asked.append(given["NextPageToken"])
            if len(asked) <= expires:
                raise Refused("The token has expired.", call="api:ReadSnapshots", code="4110")
            return {"Snapshots": answers[1]}

    service = Outscale(Expiring)
    if expires <= 3:
        assert [each.name for each in service.all(REGION, "snapshot")] == ["snap-00000000", "snap-11111111"]
        return
    with pytest.raises(Refused, match="4110: The token has expired"):
        service.all(REGION, "snapshot")
    assert len(asked) == 4


def test_an_empty_answer_proves_nothing() -> None:
    """An answer without its list isn't taken for an empty list."""

    class Empty(Scripted):
        def call(self, action: str, *, clock: Clock, **given: Any) -> dict[str, Any]:
            return {} if action == "ReadSnapshots" else super().call(action, clock=clock, **given)

    with pytest.raises(ServiceError, match="holds no Snapshots"):
        Outscale(Empty).get(REGION, "snap-00000000")


def test_an_endpoint_without_accounts_has_but_one() -> None:
    """Where ReadAccounts isn't known it is asked for once, and reads aren't narrowed to an account."""

    def unknown(**given: Any) -> Any:
        raise Refused("Action 'ReadAccounts' does not exist", code="12000")

    there = raw("snap-00000000", "completed")
    sdk = Scripted(ReadAccounts=unknown, ReadSnapshots=lambda **given: [there])
    service = Outscale(lambda: sdk)
    for _ in range(2):
        found = service.get(REGION, "snap-00000000")
        assert found is not None and found.phase is Phase.DONE
    assert [action for action, _ in sdk.calls] == ["ReadAccounts", "ReadSnapshots", "ReadSnapshots"]
    assert sdk.calls[-1][1]["Filters"] == {"SnapshotIds": ["snap-00000000"]}


@pytest.mark.parametrize(
    "error",
    [
        Denied("", call="api:ReadAccounts", code="4"),
        Refused("The parameter has a wrong type.", call="api:ReadAccounts", code="4110"),
        Refused("the request can't be sent (OSError)", call="api:ReadAccounts"),
        Transient("Too many requests", call="api:ReadAccounts", code="6"),
    ],
)
def test_where_accounts_cant_be_read_nothing_is_listed(error: ServiceError) -> None:
    """A read is an error while the account can't be read: a shared snapshot could be taken for an own one."""
    answers: list[Any] = [error, [{"AccountId": "1"}]]

    def read(**given: Any) -> Any:
        if isinstance(answer := answers.pop(0), ServiceError):
            raise answer
        return answer

    sdk = Scripted(ReadAccounts=read, ReadSnapshots=lambda **given: [])
    service = Outscale(lambda: sdk)
    with pytest.raises(type(error)):
        service.get(REGION, "snap-00000000")
    assert service.get(REGION, "snap-00000000") is None
    assert sdk.filters() == [{"AccountIds": ["1"], "SnapshotIds": ["snap-00000000"]}]


def test_ids_may_have_any_length_and_a_malformed_one_hides_no_other() -> None:
    """The service refuses a whole call for one malformed id."""
    there = {
        id_: raw(id_, "completed") for id_ in ("snap-00000000", "snap-0123456789abcdef0", "snap-11111111")
    }

    def read(Filters: Any, **given: Any) -> Any:
        if "nonsense" in Filters["SnapshotIds"]:
            raise NotFound("malformed", code="4104")
        return [there[id_] for id_ in Filters["SnapshotIds"] if id_ in there]

    service = Outscale(lambda: Scripted(ReadSnapshots=read))
    assert service.reader.by_ids([*there, "nonsense"], own=True).keys() == there.keys()
    assert service.get(REGION, "nonsense") is None


def test_a_volume_that_cant_be_looked_at_is_left_to_the_service() -> None:
    """Where ReadVolumes isn't known, CreateSnapshot says what is wrong with the volume."""

    def unknown(**given: Any) -> Any:
        raise NoSuchService("there is no ReadVolumes")

    service = Outscale(lambda: Scripted(ReadVolumes=unknown))
    of_a_volume = Snapshots().spec(
        {"volumeId": "vol-00000000", "regionName": REGION}, Bookkeeping(key=KEY, owner=OWNER)
    )
    assert service.check_source(of_a_volume, Listing(service, REGION, SystemClock())).kind == "snapshot"


def test_the_account_is_asked_for_once() -> None:
    """Its number is what the account guard compares, and what tells own snapshots from shared ones."""
    sdk = Scripted(ReadSnapshots=lambda **given: [])
    service = Outscale(lambda: sdk)
    assert service.account() == service.account() == "1"
    assert service.get(REGION, "snap-00000000") is None
    assert [action for action, _ in sdk.calls] == ["ReadAccounts", "ReadSnapshots"]
    assert sdk.calls[-1][1]["Filters"] == {"AccountIds": ["1"], "SnapshotIds": ["snap-00000000"]}
