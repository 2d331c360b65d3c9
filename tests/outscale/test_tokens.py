"""Tokens: which snapshot one stands for, and when it gives way to the next."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from pulumi_snapcopy.core.errors import AnswerLost, NotFound, Refused
from pulumi_snapcopy.core.values import Phase
from pulumi_snapcopy.core.waiting.clock import SystemClock
from pulumi_snapcopy.core.waiting.listing import Listing
from pulumi_snapcopy.core.waiting.policy import CREATION_GRACE
from pulumi_snapcopy.outscale.service import Outscale
from pulumi_snapcopy.outscale.tokens import ATTEMPTS

from tests.harness.scripted import FakeClock

from .life import REGION
from .scripted import KEY, OLD, Scripted, raw, spec, started


@pytest.mark.parametrize(
    ("state", "at"),
    [("error", OLD), ("deleting", OLD), ("deleting", None), ("completed", OLD), ("pending", OLD)],
)
def test_a_token_whose_snapshot_is_of_no_use_gives_way_to_the_next(state: str, at: datetime | None) -> None:
    """The next token is sent if a token's snapshot has failed or was deleted."""
    made = {"0": raw("snap-00000000", state, at=at), "1": raw("snap-11111111", "in-queue")}
    sdk = Scripted(
        CreateSnapshot=lambda **given: made[given["ClientToken"].rpartition("-")[2]],
        ReadSnapshots=lambda **given: [],
    )
    assert started(sdk) == ("snap-11111111", Phase.PENDING) and sdk.tokens() == ["0", "1"]


@pytest.mark.parametrize(
    ("age", "earlier", "sent"), [(0, [], ["0"]), (20, [], ["0", "1"]), (0, ["snap-00000000"], ["0", "1"])]
)
def test_a_failed_snapshot_that_isnt_shown_is_new_or_was_deleted(
    age: float, earlier: list[str], sent: list[str]
) -> None:
    """A token's failed snapshot is waited for if it was made just now; if it is an earlier one, the next token is sent."""
    clock = FakeClock()
    at = datetime.fromtimestamp(clock.now() - age, timezone.utc)
    made = {"0": raw("snap-00000000", "error", at=at), "1": raw("snap-11111111", "in-queue")}
    sdk = Scripted(
        CreateSnapshot=lambda **given: made[given["ClientToken"].rpartition("-")[2]],
        ReadSnapshots=lambda **given: [],
    )
    started = Outscale(lambda: sdk, clock=clock).create(spec(), earlier=earlier).seen
    assert started.phase is Phase.PENDING and sdk.tokens() == sent


def test_a_token_whose_snapshot_failed_later_isnt_sent_again_where_tokens_arent_shown() -> None:
    """On an older API, too, a run that has seen its snapshot fail sends the next token."""
    made = iter((raw("snap-00000000", "pending", token=None), raw("snap-11111111", "pending", token=None)))
    sdk = Scripted(CreateSnapshot=lambda **given: next(made), ReadSnapshots=lambda **given: [])
    service = Outscale(lambda: sdk)
    first = service.create(spec()).seen.name
    assert service.create(spec(), earlier=[first]).seen.name == "snap-11111111" and sdk.tokens() == ["0", "1"]


def test_what_is_read_late_is_not_made_again() -> None:
    """A snapshot that is complete at once and not visible yet isn't made again: the same token is sent until it shows."""
    clock, there = FakeClock(), list[dict[str, Any]]()
    made = raw("snap-00000000", "completed", at=datetime.fromtimestamp(clock.now() - 2, timezone.utc))
    sdk = Scripted(CreateSnapshot=lambda **given: made, ReadSnapshots=lambda **given: there)
    service = Outscale(lambda: sdk, clock=clock)
    for _ in range(3):
        with pytest.raises(AnswerLost, match="isn't visible yet"):
            service.create(spec())
        clock.sleep(5)
    there.append(made)
    assert service.create(spec()).seen.name == "snap-00000000"
    assert set(sdk.tokens()) == {"0"}


def test_the_first_answer_to_a_token_of_what_was_deleted_holds_up_for_a_minute() -> None:
    """A deleted snapshot's token still answers it as pending: after a minute unseen, the next token is sent."""
    clock = FakeClock()
    before = datetime.fromtimestamp(clock.now() - 100, timezone.utc)
    made = {"0": raw("snap-00000000", "pending", at=before), "1": raw("snap-11111111", "pending")}
    sdk = Scripted(
        CreateSnapshot=lambda **given: made[given["ClientToken"].rpartition("-")[2]],
        ReadSnapshots=lambda **given: [],
    )
    service = Outscale(lambda: sdk, clock=clock)
    with pytest.raises(AnswerLost):
        service.create(spec())
    clock.sleep(CREATION_GRACE + 1)
    assert service.create(spec()).seen.name == "snap-11111111"


def test_the_attempts_of_a_request_have_an_end() -> None:
    """After a number of tokens the run ends, and the user reads how to ask for another snapshot."""
    sdk = Scripted(
        CreateSnapshot=lambda **given: raw("snap-00000000", "error", at=OLD), ReadSnapshots=lambda **given: []
    )
    with pytest.raises(Refused, match="change triggers"):
        Outscale(lambda: sdk).create(spec())
    assert len(sdk.tokens()) == ATTEMPTS


@pytest.mark.parametrize("code", ["5054", "409", "4091"])
def test_a_token_that_is_refused_for_what_was_deleted_gives_way_to_the_next(code: str) -> None:
    """The next token is sent if one is refused as unknown, in a wrong state, or used."""
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
            service.create(spec())
        clock.sleep(CREATION_GRACE + 1)
    assert service.create(spec()).seen.name == "snap-11111111"


@pytest.mark.parametrize("how", ["ignored", "refused"])
def test_a_used_token_gives_way_to_the_next_where_the_api_knows_no_tokens(how: str) -> None:
    """On an older API, which refuses or ignores the filter by token, the next token is sent after a minute."""

    def create(**given: Any) -> Any:
        if given["ClientToken"].endswith("-0"):
            raise Refused("token-mismatch", code="4091")
        return raw("snap-11111111", "pending", token=None)

    def read(**given: Any) -> Any:
        if "ClientTokens" in given["Filters"] and how == "refused":
            raise Refused("unknown parameter ClientTokens", code="3001")
        return [raw("snap-22222222", "completed", token=None)]

    clock = FakeClock()
    service = Outscale(lambda: Scripted(CreateSnapshot=create, ReadSnapshots=read), clock=clock)
    with pytest.raises(AnswerLost, match="isn't visible yet"):
        service.create(spec())
    clock.sleep(CREATION_GRACE + 1)
    assert service.create(spec()).seen.name == "snap-11111111"


@pytest.mark.parametrize("code", ["409", "4091"])
def test_all_tokens_that_earlier_runs_have_used_are_waited_for_together(code: str) -> None:
    """Two used tokens cost one grace period, and the message has the service's refusal."""

    def create(**given: Any) -> Any:
        if given["ClientToken"].endswith("-2"):
            return raw("snap-22222222", "pending", token=given["ClientToken"])
        raise Refused("token-mismatch", code=code)

    clock = FakeClock()
    service = Outscale(lambda: Scripted(CreateSnapshot=create, ReadSnapshots=lambda **given: []), clock=clock)
    with pytest.raises(
        AnswerLost, match=f"{code}: token-mismatch; an earlier request has used the ClientToken"
    ):
        service.create(spec())
    clock.sleep(CREATION_GRACE + 1)
    assert service.create(spec()).seen.name == "snap-22222222"


def test_a_token_whose_answer_was_lost_is_waited_for_from_then_on() -> None:
    """The grace period of a token that this process has sent begins with its own lost answer, not with an earlier token's refusal."""
    clock, lost = FakeClock(), list[str]()

    def create(**given: Any) -> Any:
        if given["ClientToken"].endswith("-1") and not lost:
            lost.append(given["ClientToken"])
            raise AnswerLost("it broke")
        raise Refused("token-mismatch", code="4091")

    sdk = Scripted(CreateSnapshot=create, ReadSnapshots=lambda **given: [])
    service = Outscale(lambda: sdk, clock=clock)
    for pause in (CREATION_GRACE + 1, 0, CREATION_GRACE - 1, 0):
        with pytest.raises(AnswerLost):
            service.create(spec())
        clock.sleep(pause)
    assert set(sdk.tokens()) == {"0", "1"}


def test_tokens_before_one_that_failed_are_not_sent() -> None:
    """A token is sent only after those before it are used up: they are passed over, too, without a call."""
    sdk = Scripted(
        CreateSnapshot=lambda **given: raw("snap-22222222", "pending", token=f"{KEY}-2"),
        ReadSnapshots=lambda **given: [raw("snap-11111111", "error", token=f"{KEY}-1")],
    )
    service = Outscale(lambda: sdk)
    service.find(spec(), Listing(service, REGION, SystemClock()))
    assert service.create(spec()).seen.name == "snap-22222222" and sdk.tokens() == ["2"]


def test_after_the_last_token_those_that_are_not_known_to_be_used_are_sent() -> None:
    """The last attempt has failed, and nothing is known of those before: the service says whether one is used up."""
    last = f"{KEY}-{ATTEMPTS - 1}"
    sdk = Scripted(
        CreateSnapshot=lambda **given: raw("snap-22222222", "pending", token=f"{KEY}-0"),
        ReadSnapshots=lambda **given: [raw("snap-11111111", "error", token=last)],
    )
    service = Outscale(lambda: sdk)
    service.find(spec(), Listing(service, REGION, SystemClock()))
    assert service.create(spec()).seen.name == "snap-22222222" and sdk.tokens() == ["0"]


def test_a_refusal_of_each_token_is_about_the_source() -> None:
    """If every token is refused, the refusal is about the source, and the user reads the service's words."""

    def create(**given: Any) -> Any:
        raise NotFound("The snapshot doesn't exist.", code="5054")

    sdk = Scripted(CreateSnapshot=create, ReadSnapshots=lambda **given: [])
    with pytest.raises(NotFound, match="The snapshot doesn't exist"):
        Outscale(lambda: sdk).create(spec())


def test_after_a_lost_answer_a_refused_token_gives_way_to_no_other_within_a_minute() -> None:
    """For a minute after a lost answer a refused token doesn't lead to the next one: its snapshot may not be visible yet."""
    clock, answers = FakeClock(), [AnswerLost("it broke"), NotFound("No such snapshot.", code="5054")]

    def create(**given: Any) -> Any:
        raise answers.pop(0)

    sdk = Scripted(CreateSnapshot=create, ReadSnapshots=lambda **given: [])
    service = Outscale(lambda: sdk, clock=clock)
    for _ in range(2):
        with pytest.raises(AnswerLost):
            service.create(spec())
    assert sdk.tokens() == ["0", "0"]


def test_a_token_that_stands_for_another_resources_snapshot_gives_way_to_the_next() -> None:
    """After a rename, a new resource of the old name uses the next token: the first one's snapshot is the renamed resource's."""
    tags = [{"Key": "snapcopy:owner", "Value": "shop/dev/old@" + "1" * 16}]
    old = raw("snap-00000000", "completed", at=OLD, Tags=tags)
    made = {"0": old, "1": raw("snap-11111111", "in-queue")}
    sdk = Scripted(
        CreateSnapshot=lambda **given: made[given["ClientToken"].rpartition("-")[2]],
        ReadSnapshots=lambda **given: [old],
    )
    assert started(sdk) == ("snap-11111111", Phase.PENDING) and sdk.tokens() == ["0", "1"]


@pytest.mark.parametrize("refused", [False, True])
def test_a_token_that_stands_for_an_earlier_snapshot_gives_way_to_the_next(refused: bool) -> None:
    """A token whose snapshot the resource had before, and retains, makes no other one: the next token is sent at once."""
    kept = raw("snap-00000000", "completed", at=OLD)

    def create(**given: Any) -> Any:
        if given["ClientToken"].endswith("-1"):
            return raw("snap-11111111", "in-queue", token=given["ClientToken"])
        if refused:  # a URL that was signed again
            raise Refused("token-mismatch", code="4091")
        return kept

    service = Outscale(lambda: Scripted(CreateSnapshot=create, ReadSnapshots=lambda **given: [kept]))
    assert service.create(spec(), earlier=["snap-00000000"]).seen.name == "snap-11111111"


def test_a_token_whose_snapshot_still_stands_is_that_snapshot() -> None:
    """A token whose snapshot an earlier run completed is that snapshot."""
    there = raw("snap-00000000", "completed", at=OLD)
    sdk = Scripted(CreateSnapshot=lambda **given: there, ReadSnapshots=lambda **given: [there])
    assert started(sdk) == ("snap-00000000", Phase.DONE) and sdk.tokens() == ["0"]


def test_a_failed_attempt_that_was_seen_costs_no_send() -> None:
    """The token of a snapshot that is seen to have failed is passed over without a call."""
    sdk = Scripted(
        CreateSnapshot=lambda **given: raw("snap-11111111", "pending", token=f"{KEY}-1"),
        ReadSnapshots=lambda **given: [raw("snap-00000000", "error")],
    )
    service = Outscale(lambda: sdk)
    found = service.find(spec(), Listing(service, REGION, SystemClock()))
    assert [each.key for each in found] == [KEY]
    assert service.create(spec()).seen.name == "snap-11111111" and sdk.tokens() == ["1"]
