"""The sentences for what went wrong: the cause, what is true, what to do next."""

from __future__ import annotations

from collections.abc import Sequence

from ..durations import spoken
from ..errors import CopyError, Denied, ServiceError, WrongAccount
from ..model import OWNER_TAG, SOURCE_TAG, Copy, CopyRequest, Operation, Phase, Snapshot
from .sources import SourceError

GO_ON = "run `pulumi up` again to go on waiting."
AGAIN = "run `pulumi up` again."
NOTHING = "nothing was copied"
OTHER_ACCOUNT = "log in to an allowed account (AWS_PROFILE), or change snapcopy:allowedAccountIds"


def wrong_account(request: CopyRequest, error: WrongAccount, *, doing: str) -> CopyError:
    """The account guard has let nothing through."""
    # Without the program the engine hands on the configuration that the last `up` had.
    late = "`pulumi refresh` and `pulumi destroy` see a change with --run-program."
    then = f"then {AGAIN}" if doing == "copying" else late
    return CopyError(
        doing, request.subject, str(error),
        state=_unsent(request), next_step=f"{OTHER_ACCOUNT}; {then}",
    )  # fmt: skip


def untold_account(request: CopyRequest, error: ServiceError, *, doing: str) -> CopyError:
    """The account guard can't tell the account, and has let nothing through."""
    called = f" ({error.call})" if error.call else ""
    return CopyError(
        doing, request.subject, f"the account isn't known, and snapcopy:allowedAccountIds is set: {error}{called}",
        state=_unsent(request), next_step=_after(error, doing), reference=_reference(None, error.request_id),
    )  # fmt: skip


def wrong_source(request: CopyRequest, error: SourceError, *, kept: Copy | None) -> CopyError:
    """The source isn't there or isn't complete."""
    sent = "nothing was sent" if kept is None else _kept(kept)
    return CopyError(
        "copying", request.subject, error.cause,
        state=f"{sent}; {error.there_is}", next_step=error.next_step, kept=kept,
    )  # fmt: skip


def no_successor(request: CopyRequest, successor: CopyRequest, error: SourceError) -> CopyError:
    """The copy has to make way for one that can't be made."""
    return CopyError(
        "replacing", successor.subject, error.cause,
        state=f'the copy "{request.name}" would have to go first, and stays; {error.there_is}',
        next_step=error.next_step,
    )  # fmt: skip


def service_error(
    request: CopyRequest, error: ServiceError, *, doing: str = "copying", kept: Copy | None = None
) -> CopyError:
    """The service, or the way to it, said no."""
    state = f"{_kept(kept)}." if kept else _unchanged(request, doing)
    called = f" ({error.call})" if error.call else ""
    return CopyError(
        doing, request.subject, f"{error}{called}",
        state=state, next_step=_after(error, doing), reference=_reference(kept, error.request_id), kept=kept,
    )  # fmt: skip


def _again(doing: str) -> str:
    """A copy is brought about by `up`; it is read and deleted by several commands."""
    return AGAIN if doing == "copying" else "run the same command again."


def _after(error: ServiceError, doing: str) -> str:
    again = _again(doing)
    if not isinstance(error, Denied):
        return f"mend what the service's reason names, then {again}"
    if "ignature expired" in error.message or "ignature not yet" in error.message:
        return f"set this machine's clock, then {again}"
    login = ("Expired", "Token", "Credentials", "Unauthenticated", "Signature", "UnrecognizedClient")
    if any(word in error.code for word in login):
        return f"renew the credentials, then {again}"
    return f"allow {error.call or 'the call'} (`snapcopy iam-policy` prints all that is needed), then {again}"


def out_of_time(
    request: CopyRequest,
    timeout: float,
    *,
    doing: str = "copying",
    kept: Copy | None,
    trouble: ServiceError | None = None,
) -> CopyError:
    """The deadline has passed."""
    because = f"; the service last said: {trouble}" if trouble else ""
    return CopyError(
        "waiting for" if kept else doing, request.subject, f"timed out after {spoken(timeout)}{because}",
        state=f"{_kept(kept)}." if kept else _unchanged(request, doing),
        next_step=GO_ON if kept else _again(doing),
        reference=_reference(kept, trouble.request_id if trouble else ""), kept=kept,
    )  # fmt: skip


def cancelled(request: CopyRequest, *, doing: str = "copying", kept: Copy | None = None) -> CopyError:
    """The user has asked to stop."""
    return CopyError(
        "waiting for" if kept else doing, request.subject, "stopped, as asked",
        state=f"{_kept(kept)}." if kept else _unchanged(request, doing), next_step=GO_ON if kept else _again(doing),
        reference=_reference(kept, ""), kept=kept,
    )  # fmt: skip


def still_shown(request: CopyRequest, snapshot: Snapshot, timeout: float) -> CopyError:
    """A deletion that doesn't end."""
    return CopyError(
        "deleting", request.subject, f'the service still shows "{snapshot.name}" after {spoken(timeout)}',
        state=f"its deletion was asked for; it is {snapshot.state} in {snapshot.region}.",
        next_step=_again("deleting"),
    )  # fmt: skip


def made_again_meanwhile(request: CopyRequest, found: Snapshot) -> CopyError:
    """Another run has made the copy again since this deletion began."""
    return CopyError(
        "deleting", request.subject, f'"{found.name}" has just been made again by another run',
        state=f"the {found.resource_type} of that name in {found.region} isn't the one in the stack's state; it was "
        "left untouched.",
        next_step="let that run end; if it was cut off, wait a few minutes. Then " + _again("deleting"),
    )  # fmt: skip


def taken(request: CopyRequest, found: Snapshot) -> CopyError:
    """The target's name belongs to a snapshot that isn't ours."""
    owner = found.tags.get(OWNER_TAG)
    whose = f"belongs to {owner}" if owner else "carries no snapcopy:owner tag"
    made = f" of {found.created_at:%Y-%m-%d %H:%M} UTC" if found.created_at else ""
    if not request.adopt:
        next_step = "write another target_snapshot_name, or adopt=True to take that snapshot over."
    elif found.phase is Phase.FAILED:
        next_step = "it failed and can't be adopted; delete it, or write another target_snapshot_name."
    else:
        next_step = "run `pulumi up` again to take that snapshot over, or write another target_snapshot_name."
    return CopyError(
        "copying", request.subject, f'the name "{found.name}" is taken in {found.region}',
        state=f"the {found.resource_type}{made} of that name {whose}; it was left untouched, {NOTHING}.",
        next_step=next_step,
    )  # fmt: skip


def retained(request: CopyRequest, found: Snapshot) -> CopyError:
    """The target's name belongs to an earlier copy of ours that was kept on purpose."""
    what = found.tags.get(SOURCE_TAG, "something else")
    return CopyError(
        "copying", request.subject, f'the name "{found.name}" is taken in {found.region} by a retained copy',
        state=f"the {found.resource_type} of that name is a copy of {what}, kept by retain_on_delete; {NOTHING}.",
        next_step="write another target_snapshot_name, or leave it out: derived names differ; or delete that copy.",
    )  # fmt: skip


def name_in_use(request: CopyRequest, records: Sequence[Operation]) -> CopyError:
    """The target's name belongs to something that is no snapshot, or that isn't shown."""
    kinds = sorted({record.resource_type for record in records if record.resource_type})
    what = " or ".join(kinds) or "something that is not a snapshot"
    return CopyError(
        "copying", request.subject, f'the name "{request.name}" is in use in {request.target_region}',
        state=f"the service says that it is taken, by {what}; names are shared by all types. {NOTHING.capitalize()}.",
        next_step="write another target_snapshot_name.",
    )  # fmt: skip


def failed(request: CopyRequest, kept: Copy | None, records: Sequence[Operation]) -> CopyError:
    """The service gave up on the copy."""
    operation_id = kept.operation_id if kept else None
    reasons = [record for record in records if record.failed and record.id == operation_id] or [
        record for record in records if record.failed
    ]
    reason = reasons[0].error if reasons and reasons[0].error else "the service gives no reason"
    shown = kept is not None and kept.snapshot.state == "error"
    return CopyError(
        "waiting for", request.subject, f"the copy failed: {reason}",
        state=f'the failed copy "{request.name}" is in {request.target_region}, in state error.'
        if shown else f'the service shows no "{request.name}" in {request.target_region}.',
        next_step="run `pulumi up` again: it "
        + ("deletes the failed copy and starts a new one." if shown else "starts a new one."),
        reference=_reference(kept, ""), kept=kept if shown else None,
    )  # fmt: skip


def disappeared(request: CopyRequest, kept: Copy | None) -> CopyError:
    """The copy was started, and then no longer shown."""
    return CopyError(
        "waiting for", request.subject, "the copy is no longer there",
        state=f'the service shows no "{request.name}" in {request.target_region}; somebody may have deleted it.',
        next_step="run `pulumi up` again: it starts a new copy.", reference=_reference(kept, ""),
    )  # fmt: skip


def another_of_that_name(found: Snapshot) -> str:
    """A snapshot that bears our copy's name and isn't it."""
    owner = found.tags.get(OWNER_TAG)
    whose = f"belongs to {owner}" if owner else "isn't the one that this stack made"
    return f'the {found.resource_type} now named "{found.name}" in {found.region} {whose}; it was left untouched.'


def _unsent(request: CopyRequest) -> str:
    """What is true when the service wasn't asked anything."""
    if request.known_arn is None and not request.half_made:
        return "nothing was sent."
    return f'nothing was sent; the copy "{request.target_snapshot_name}" stays in the stack\'s state.'


def _unchanged(request: CopyRequest, doing: str) -> str:
    """What is true when a verb has failed before it changed anything that is known of."""
    name = request.target_snapshot_name or ""
    return {
        "copying": f"{NOTHING}.",
        "reading": "nothing was changed.",
        "deleting": f'the copy "{name}" may still be in {request.target_region}; it stays in the stack\'s state.',
    }[doing]


def _kept(kept: Copy) -> str:
    snapshot = kept.snapshot
    if kept.operation_id is None and snapshot.arn is None:
        is_ = "was asked for, the service's answer was lost: it may be under way"
    elif snapshot.state == "pending":
        is_ = "is still pending"
    else:
        is_ = f"is {snapshot.state}"
    return f'the copy "{snapshot.name}" {is_} in {snapshot.region}; it is kept in the stack\'s state'


def _reference(kept: Copy | None, request_id: str) -> str:
    parts = [f"operation {kept.operation_id}"] if kept and kept.operation_id else []
    if request_id:
        parts.append(f"request {request_id}")
    return ", ".join(parts)
