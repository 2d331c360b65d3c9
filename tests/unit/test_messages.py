"""What is said of a run that failed: true of what there is, and what to do next."""

from __future__ import annotations

from pulumi_snapcopy.core import conflicts, messages, notices
from pulumi_snapcopy.core.bookkeeping import Bookkeeping
from pulumi_snapcopy.core.errors import TooManyCopies
from pulumi_snapcopy.core.family import Inputs
from pulumi_snapcopy.core.messages import MAKING
from pulumi_snapcopy.core.values import Known, Phase, Seen, Spec
from pulumi_snapcopy.ec2.family import CopiedSnapshots

REQUEST: Inputs = {
    "sourceSnapshotId": "snap-0123456789abcdef0", "sourceRegion": "us-east-1", "targetRegion": "eu-west-1",
}  # fmt: skip
PENDING = Seen(name="snap-1", region="eu-west-1", kind="Snapshot", ref="snap-1")
COMPLETE = Seen(
    name="snap-1", region="eu-west-1", kind="Snapshot", ref="snap-1", state="completed", phase=Phase.DONE
)


def spec(**more: str) -> Spec:
    """A request for a copy."""
    return CopiedSnapshots().spec({**REQUEST, **more}, Bookkeeping(owner="shop/dev/vol@0123456789abcdef"))


def test_only_what_is_pending_is_waited_for_by_the_next_run() -> None:
    """An interrupted run's message promises to wait for the copy only if the copy is pending."""
    for tell in (messages.cancelled(spec(), doing=MAKING, left=messages.Left(kept=Known(seen=PENDING))),
                 messages.out_of_time(spec(), 60, doing=MAKING, left=messages.Left(kept=Known(seen=PENDING)))):  # fmt: skip
        assert "is still pending" in str(tell) and "run `pulumi up` again to go on waiting." in str(tell)
    for tell in (messages.cancelled(spec(), doing=MAKING, left=messages.Left(kept=Known(seen=COMPLETE))),
                 messages.out_of_time(spec(), 60, doing=MAKING, left=messages.Left(kept=Known(seen=COMPLETE)))):  # fmt: skip
        assert "is completed" in str(tell) and str(tell).endswith("Next:  run `pulumi up` again.")


def test_a_services_sentence_ends_once() -> None:
    """A service's sentence that ends with a full stop doesn't get a second one."""
    limit = TooManyCopies("The limit is 20 for this destination region.", code="ResourceLimitExceeded")
    said = notices.queued(spec(), limit)
    assert "for this destination region. The others are queued" in said


def test_a_failed_snapshot_that_is_to_be_adopted_is_called_failed() -> None:
    """A failed snapshot that the program names for adoption is reported as failed, and not as somebody's."""
    failed = Seen(
        name="snap-1", region="eu-west-1", kind="Snapshot", ref="snap-1", state="error", phase=Phase.FAILED
    )
    told = str(conflicts.not_ours(spec(adoptSnapshotId="snap-1"), failed))
    assert (
        '"snap-1" in eu-west-1 failed (state: error), and can\'t be adopted' in told and "taken" not in told
    )
    assert "Next:  delete it, or write another adopt_snapshot_id." in told
