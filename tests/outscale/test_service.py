"""The adapter on answers that the emulator doesn't give: older APIs, and tokens of what was deleted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.errors import AnswerLost, Denied, NoSuchService, NotFound, Refused, ServiceError
from pulumi_snapcopy.core.values import Phase, Spec
from pulumi_snapcopy.core.waiting.clock import Clock, SystemClock
from pulumi_snapcopy.core.waiting.listing import Listing
from pulumi_snapcopy.core.waiting.policy import CREATION_GRACE, RECENT
from pulumi_snapcopy.outscale.family import CopiedSnapshots, Snapshots
from pulumi_snapcopy.outscale.service import Outscale
from pulumi_snapcopy.outscale.tokens import ATTEMPTS

from tests.harness.scripted import FakeClock

from .life import COPY, REGION

KEY = "0123456789abcdef" * 2
OWNER = "shop/dev/vol@" + "1" * 16
OLD = datetime.now(timezone.utc) - timedelta(days=2)


class Scripted:
    """Calls that are answered by functions, and written down."""

    region = REGION

    def __init__(self, **answers: Callable[..., Any]) -> None:
        self.answers: dict[str, Callable[..., Any]] = {
            "ReadAccounts": lambda: [{"AccountId": "1"}],
            **answers,
        }
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def call(self, action: str, *, clock: Clock, **parameters: Any) -> dict[str, Any]:
        """See `Sdk`."""
        self.calls.append((action, parameters))
        member = {"CreateSnapshot": "Snapshot"}.get(action, action.removeprefix("Read"))
        return {member: self.answers[action](**parameters)}

    def tokens(self) -> list[str]:
        """The numbers of the tokens that were sent."""
        sent = [given["ClientToken"] for action, given in self.calls if action == "CreateSnapshot"]
        return [token.removeprefix(f"{KEY}-") for token in sent]

    def filters(self) -> list[dict[str, Any]]:
        """What was asked of ReadSnapshots."""
        return [given["Filters"] for action, given in self.calls if action == "ReadSnapshots"]


def raw(
    id_: str, state: str, *, at: datetime | None = None, token: str | None = f"{KEY}-0", **members: Any
) -> dict[str, Any]:
    """A snapshot as the API shows it, made just now."""
    made = at or datetime.now(timezone.utc)
    shown = {"SnapshotId": id_, "State": state, "CreationDate": made.isoformat(), "VolumeSize": 1, **members}
    return shown if token is None else {**shown, "ClientToken": token}


def spec() -> Spec:
    """A copy that is asked for."""
    return CopiedSnapshots().spec({**COPY, "regionName": REGION}, Bookkeeping(key=KEY, owner=OWNER))


def started(sdk: Scripted) -> tuple[str, Phase]:
    """What create answers."""
    seen = Outscale(lambda: sdk).create(spec(), attempt=0).seen
    return seen.name, seen.phase


@pytest.mark.parametrize(
    ("state", "at"),
    [("error", OLD), ("deleting", OLD), ("deleting", None), ("completed", OLD), ("pending", OLD)],
)
def test_a_token_whose_snapshot_is_of_no_use_gives_way_to_the_next(state: str, at: datetime | None) -> None:
    """What it answers has failed, or was deleted: no read shows it."""
    made = {"0": raw("snap-00000000", state, at=at), "1": raw("snap-11111111", "in-queue")}
    sdk = Scripted(
        CreateSnapshot=lambda **given: made[given["ClientToken"].rpartition("-")[2]],
        ReadSnapshots=lambda **given: [],
    )
    assert started(sdk) == ("snap-11111111", Phase.PENDING) and sdk.tokens() == ["0", "1"]


def test_what_is_read_late_is_not_made_again() -> None:
    """Complete at once, by a clock that is behind ours, and not visible yet: the same token is sent until it is."""
    clock, there = FakeClock(), list[dict[str, Any]]()
    made = raw("snap-00000000", "completed", at=datetime.fromtimestamp(clock.now() - 2, timezone.utc))
    sdk = Scripted(CreateSnapshot=lambda **given: made, ReadSnapshots=lambda **given: there)
    service = Outscale(lambda: sdk, clock=clock)
    for _ in range(3):
        with pytest.raises(AnswerLost, match="isn't visible yet"):
            service.create(spec(), attempt=0)
        clock.sleep(5)
    there.append(made)
    assert service.create(spec(), attempt=0).seen.name == "snap-00000000"
    assert set(sdk.tokens()) == {"0"}


def test_the_first_answer_to_a_token_of_what_was_deleted_holds_up_for_a_minute() -> None:
    """It was made minutes ago, as pending, and is still told so: when it isn't to be seen, it is the next one's turn."""
    clock = FakeClock()
    before = datetime.fromtimestamp(clock.now() - 100, timezone.utc)
    made = {"0": raw("snap-00000000", "pending", at=before), "1": raw("snap-11111111", "pending")}
    sdk = Scripted(
        CreateSnapshot=lambda **given: made[given["ClientToken"].rpartition("-")[2]],
        ReadSnapshots=lambda **given: [],
    )
    service = Outscale(lambda: sdk, clock=clock)
    with pytest.raises(AnswerLost):
        service.create(spec(), attempt=0)
    clock.sleep(CREATION_GRACE + 1)
    assert service.create(spec(), attempt=0).seen.name == "snap-11111111"


def test_the_attempts_of_a_request_have_an_end() -> None:
    """Whatever the service answers; the user reads how to ask for another one."""
    sdk = Scripted(
        CreateSnapshot=lambda **given: raw("snap-00000000", "error", at=OLD), ReadSnapshots=lambda **given: []
    )
    with pytest.raises(Refused, match="change triggers"):
        Outscale(lambda: sdk).create(spec(), attempt=0)
    assert len(sdk.tokens()) == ATTEMPTS


@pytest.mark.parametrize("code", ["5054", "409", "4091"])
def test_a_token_that_is_refused_for_what_was_deleted_gives_way_to_the_next(code: str) -> None:
    """What a deleted snapshot's token is answered isn't known: no such snapshot, a wrong state, or that it was used."""
    clock = FakeClock()

    def create(**given: Any) -> Any:
        if given["ClientToken"].endswith("-0"):
            kind = NotFound if code == "5054" else Refused
            raise kind("The snapshot was deleted.", code=code)
        return raw("snap-11111111", "pending", token=given["ClientToken"])

    sdk = Scripted(CreateSnapshot=create, ReadSnapshots=lambda **given: [])
    service = Outscale(lambda: sdk, clock=clock)
    if code != "5054":  # the same may be said while the first request is still at work
        with pytest.raises(AnswerLost, match="isn't visible yet"):
            service.create(spec(), attempt=0)
        clock.sleep(CREATION_GRACE + 1)
    assert service.create(spec(), attempt=0).seen.name == "snap-11111111"


def test_a_refusal_of_each_token_is_about_the_source() -> None:
    """The user reads what the service says."""

    def create(**given: Any) -> Any:
        raise NotFound("The snapshot doesn't exist.", code="5054")

    sdk = Scripted(CreateSnapshot=create, ReadSnapshots=lambda **given: [])
    with pytest.raises(NotFound, match="The snapshot doesn't exist"):
        Outscale(lambda: sdk).create(spec(), attempt=0)


def test_after_a_lost_answer_a_refused_token_gives_way_to_no_other_within_a_minute() -> None:
    """The lost request may have made a snapshot that isn't visible yet, and the refusal may be a stale read's."""
    clock, answers = FakeClock(), [AnswerLost("it broke"), NotFound("No such snapshot.", code="5054")]

    def create(**given: Any) -> Any:
        raise answers.pop(0)

    sdk = Scripted(CreateSnapshot=create, ReadSnapshots=lambda **given: [])
    service = Outscale(lambda: sdk, clock=clock)
    for _ in range(2):
        with pytest.raises(AnswerLost):
            service.create(spec(), attempt=0)
    assert sdk.tokens() == ["0", "0"]


def test_a_token_that_stands_for_another_resources_snapshot_gives_way_to_the_next() -> None:
    """After a rename the key goes with what was renamed, and a new resource at the old place has the same."""
    tags = [{"Key": "snapcopy:owner", "Value": "shop/dev/old@" + "1" * 16}]
    old = raw("snap-00000000", "completed", at=OLD, Tags=tags)
    made = {"0": old, "1": raw("snap-11111111", "in-queue")}
    sdk = Scripted(
        CreateSnapshot=lambda **given: made[given["ClientToken"].rpartition("-")[2]],
        ReadSnapshots=lambda **given: [old],
    )
    assert started(sdk) == ("snap-11111111", Phase.PENDING) and sdk.tokens() == ["0", "1"]


def test_a_token_whose_snapshot_still_stands_is_that_snapshot() -> None:
    """Completed by an earlier run, and there."""
    there = raw("snap-00000000", "completed", at=OLD)
    sdk = Scripted(CreateSnapshot=lambda **given: there, ReadSnapshots=lambda **given: [there])
    assert started(sdk) == ("snap-00000000", Phase.DONE) and sdk.tokens() == ["0"]


def test_a_failed_attempt_that_was_seen_costs_no_send() -> None:
    """Its token is passed over."""
    sdk = Scripted(
        CreateSnapshot=lambda **given: raw("snap-11111111", "pending", token=f"{KEY}-1"),
        ReadSnapshots=lambda **given: [raw("snap-00000000", "error")],
    )
    service = Outscale(lambda: sdk)
    found = service.find(spec(), Listing(service, REGION, SystemClock()))
    assert [each.key for each in found] == [KEY]
    assert service.create(spec(), attempt=0).seen.name == "snap-11111111" and sdk.tokens() == ["1"]


@pytest.mark.parametrize("how", ["ignored", "refused"])
def test_where_the_api_knows_no_tokens_our_tags_find_it(how: str) -> None:
    """An older API refuses the filter, or answers everything without tokens."""
    tags = [{"Key": "snapcopy:owner", "Value": OWNER}, {"Key": "snapcopy:source", "Value": spec().origin}]
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
    """It tells what a token has made, and that a source is complete; a source that it shows as pending is read."""
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
    """It would say that nothing was made."""

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
        service.create(spec(), attempt=0)
    assert [each.name for each in service.find(spec(), listing)] == ["snap-00000000"]


def test_an_account_that_fills_more_than_a_page_is_asked_by_token_and_id() -> None:
    """Its first page is read once."""
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
    """The first page was answered, so what is refused later is the token; but not for ever."""
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
    """Without its list it isn't taken for an empty one."""

    class Empty(Scripted):
        def call(self, action: str, *, clock: Clock, **given: Any) -> dict[str, Any]:
            return {} if action == "ReadSnapshots" else super().call(action, clock=clock, **given)

    with pytest.raises(ServiceError, match="holds no Snapshots"):
        Outscale(Empty).get(REGION, "snap-00000000")


def test_an_endpoint_without_accounts_has_but_one() -> None:
    """Where ReadAccounts isn't known, it is asked for once, and reads are not narrowed to an account."""

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


def test_credentials_that_arent_allowed_to_read_accounts_are_told() -> None:
    """A shared snapshot could be taken for an own one."""

    def denied(**given: Any) -> Any:
        raise Denied("", call="api:ReadAccounts", code="4")

    with pytest.raises(Denied):
        Outscale(lambda: Scripted(ReadAccounts=denied)).get(REGION, "snap-00000000")


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
