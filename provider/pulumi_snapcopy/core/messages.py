"""The errors that end a verb, in words: the cause, the state, the next step."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .durations import spoken
from .errors import (
    CopyError,
    Denied,
    NoSuchService,
    QuotaReached,
    ServiceError,
    SourceError,
    WrongAccount,
)
from .ownership import is_of_an_undone_rename
from .values import MISSING, OWNER_TAG, SOURCE_TAG, Known, Phase, Seen, Spec, Words

RESUME = "run `pulumi up` again to go on waiting."
UP_AGAIN = "run `pulumi up` again."
SAME_AGAIN = "run the same command again."

MAKING, READING, DELETING = "making", "reading", "deleting"
"""What a verb is doing; the gerund of making is the resource's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What a run that ends early leaves.

    Args:
        kept: what it keeps in the state.
        in_state: what the state goes on having otherwise.
        replaced: whether what it was to replace has been deleted before.
        deleted: whether anything has been deleted, such as a failed copy.
    """

    kept: Known | None = None
    in_state: Known | None = None
    replaced: bool = False
    deleted: bool = False


def again(doing: str) -> str:
    """Return the advice to run the command again: `up` for a creation, else the same command."""
    return UP_AGAIN if doing == MAKING else SAME_AGAIN


def _onwards(kept: Known | None, doing: str) -> str:
    """Return the next step after a run that ended early; a complete copy isn't waited for, only its tags and twins are left."""
    return RESUME if kept is not None and not kept.complete else again(doing)


def other_account(words: Words) -> str:
    """Return what to do where the account isn't an allowed one."""
    return f"log in to an allowed account ({words.login}), or change snapcopy:allowedAccountIds"


def wrong_account(spec: Spec, error: WrongAccount, *, doing: str, known: Known) -> CopyError:
    """Return the error for an account that the guard doesn't allow."""
    # Without the program the engine hands on the configuration that the last `up` had.
    late = "`pulumi refresh` and `pulumi destroy` see a change with --run-program."
    then = f"then {UP_AGAIN}" if doing == MAKING else late
    return CopyError(
        gerund(spec, doing), spec.subject, str(error),
        state=_unsent(spec, known), next_step=f"{other_account(spec.words)}; {then}",
    )  # fmt: skip


def unknown_account(spec: Spec, error: ServiceError, *, doing: str, known: Known) -> CopyError:
    """Return the error for an account that the guard can't determine."""
    called = f" ({error.call})" if error.call else ""
    return CopyError(
        gerund(spec, doing), spec.subject,
        f"the account isn't known, and snapcopy:allowedAccountIds is set: {error}{called}",
        state=_unsent(spec, known), next_step=after(error, doing, spec.words), reference=_reference(spec, None, error.request_id),
    )  # fmt: skip


def wrong_service(spec: Spec, known: Known, why: tuple[str, str], *, doing: str) -> CopyError:
    """Return the error for an object in the state that is of another service than the one that would be asked."""
    cause, correct = why
    return CopyError(
        gerund(spec, doing), spec.subject, cause,
        state=_unsent(spec, known), next_step=f"{correct}, then {again(doing)}",
    )  # fmt: skip


def wrong_source(spec: Spec, error: SourceError, left: Left) -> CopyError:
    """Return the error for a source that isn't there, isn't complete, or can't be used."""
    unsent = f"{nothing(spec)}{_replaced(spec, left)}" if left.deleted else "nothing was sent"
    if left.in_state is not None:
        unsent = f"{unsent}, {_stays(spec, left.in_state)}"
    sent = unsent if left.kept is None else kept_in_words(spec, left.kept)
    return CopyError(
        spec.words.making, spec.subject, error.cause,
        state=f"{sent}; {error.state}", next_step=error.next_step, kept=left.kept,
    )  # fmt: skip


def no_replacement(thing: str, name: str, replacement: Spec, error: SourceError) -> CopyError:
    """Return the error for a replacement that can't be made, where what the state has would have to be deleted first."""
    return CopyError(
        "replacing", replacement.subject, error.cause,
        state=f'the {thing} "{name}" would have to be deleted first, and was kept; {error.state}',
        next_step=error.next_step,
    )  # fmt: skip


def service_error(spec: Spec, error: ServiceError, *, doing: str, left: Left) -> CopyError:
    """Return the error for a call that the service, or the way to it, refused."""
    called = f" ({error.call})" if error.call else ""
    return CopyError(
        gerund(spec, doing), spec.subject, f"{error}{called}",
        state=_state(spec, doing, left), next_step=after(error, doing, spec.words),
        reference=_reference(spec, left.kept, error.request_id), kept=left.kept,
    )  # fmt: skip


def after(error: ServiceError, doing: str, words: Words) -> str:
    """Return what to do next after an error of the service."""
    then = again(doing)
    if isinstance(error, NoSuchService):
        return f"correct the endpoint, or unset it to use the real service, then {then}"
    if isinstance(error, QuotaReached):
        return f"delete what is no longer needed, or have the quota raised, then {then}"
    if error.advice:
        return f"{error.advice}, then {then}"
    if not isinstance(error, Denied):
        return f"fix the problem named above, then {then}"
    return f"allow {error.call or 'the call'} (`{words.policy}` prints all that is needed), then {then}"


def out_of_time(
    spec: Spec,
    timeout: float,
    *,
    doing: str,
    left: Left,
    trouble: ServiceError | None = None,
) -> CopyError:
    """Return the error for a deadline that has passed."""
    because, kept = f"; the service last said: {trouble}" if trouble else "", left.kept
    return CopyError(
        "waiting for" if kept else gerund(spec, doing), spec.subject, f"timed out after {spoken(timeout)}{because}",
        state=_state(spec, doing, left), next_step=_onwards(kept, doing),
        reference=_reference(spec, kept, trouble.request_id if trouble else ""), kept=kept,
    )  # fmt: skip


def cancelled(spec: Spec, *, doing: str, left: Left) -> CopyError:
    """Return the error for a verb that the user has stopped."""
    kept = left.kept
    return CopyError(
        "waiting for" if kept else gerund(spec, doing), spec.subject, "stopped, as asked",
        state=_state(spec, doing, left), next_step=_onwards(kept, doing),
        reference=_reference(spec, kept, ""), kept=kept,
    )  # fmt: skip


def still_shown(spec: Spec, seen: Seen, timeout: float) -> CopyError:
    """Return the error for a deletion that doesn't end."""
    return CopyError(
        "deleting", spec.subject, f'the service still shows "{seen.name}" after {spoken(timeout)}',
        state=f"its deletion was asked for; it is still in {seen.region} (state: {seen.state}).", next_step=SAME_AGAIN,
    )  # fmt: skip


def made_again_meanwhile(spec: Spec, found: Seen) -> CopyError:
    """Return the error for an object that another run has made again since this deletion began."""
    return CopyError(
        "deleting", spec.subject, f'"{found.name}" has just been made again by another run',
        state=f"the {found.kind} of that name in {found.region} isn't the one in the stack's state; it was not changed.",
        next_step=f"let that run end; if it was interrupted, wait a few minutes. Then {SAME_AGAIN}",
    )  # fmt: skip


def copy_failed(spec: Spec, known: Known, reason: str) -> CopyError:
    """Return the error for a copy that failed at the service."""
    words, seen = spec.words, known.seen
    shown = seen is not None and seen.phase is Phase.FAILED
    name = seen.name if seen else spec.name
    return CopyError(
        "waiting for", spec.subject, f"the {words.thing} failed: {reason or 'the service gives no reason'}",
        state=f'the failed {words.thing} "{name}" is in {spec.region}, in state {seen.state}.'
        if shown and seen else f'the service shows no "{name}" in {spec.region}.',
        next_step="run `pulumi up` again: it "
        + (f"deletes the failed {words.thing} and starts a new one." if shown else "starts a new one."),
        reference=_reference(spec, known, ""), kept=known if shown else None,
    )  # fmt: skip


def disappeared(spec: Spec, known: Known, *, instead: Seen | None = None) -> CopyError:
    """Return the error for one that was started, and is not shown, or no longer.

    It stays in the state if it has an id, which another takes the place of, or if it was never seen: it may show later.
    """
    name, kept = known.seen.name if known.seen else spec.name, None
    if known.seen and spec.by_id:
        kept = replace(known, seen=replace(known.seen, state=MISSING, phase=Phase.FAILED))
    elif known.never_seen:
        kept = known
    shown = f'the service shows no "{name}" in {spec.region}; somebody may have deleted it.'
    next_step = f"run `pulumi up` again: it starts a new {spec.words.thing}."
    if instead is not None and instead.name == name:
        shown = f'"{name}" in {spec.region} is another {instead.kind} now; it was not changed.'
        next_step = (
            "run `pulumi up` again: it takes that one up if it is this resource's, else says whose it is."
        )
    return CopyError(
        "waiting for", spec.subject, f"the {spec.words.thing} is no longer there",
        state=shown, next_step=next_step, reference=_reference(spec, known, ""), kept=kept,
    )  # fmt: skip


def incomplete(spec: Spec, found: Seen) -> str:
    """Return what the next `up` has to do to complete what the state has, or an empty string."""
    thing = f'the {spec.words.thing} "{found.name}"'
    if found.phase is Phase.FAILED:
        return f"{thing} failed (state: {found.state}) in {found.region}; run `pulumi up` to replace it."
    if found.phase is Phase.PENDING:
        return f"{thing} is {found.state} in {found.region}; run `pulumi up` to go on waiting."
    ours = [tag for tag in spec.all_tags if tag.startswith("snapcopy:") and tag != SOURCE_TAG]
    missing = " and ".join(tag for tag in ours if tag not in found.tags)
    if missing:
        return f"{thing} has no tag {missing} in {found.region}; run `pulumi up` to set it."
    if is_of_an_undone_rename(spec, found):
        return f"{thing} has the tag {OWNER_TAG}={found.tags[OWNER_TAG]} in {found.region}, from a rename that was undone; run `pulumi up` to correct it."
    return ""


def nothing(spec: Spec) -> str:
    """Return that nothing was made."""
    return f"nothing was {spec.words.made}"


def gerund(spec: Spec, doing: str) -> str:
    """Return what a verb is doing, as a gerund."""
    return spec.words.making if doing == MAKING else doing


def _state(spec: Spec, doing: str, left: Left) -> str:
    thing, region = spec.words.thing, spec.region
    if left.kept:
        return f"{kept_in_words(spec, left.kept)}."
    if doing == DELETING:
        return f'the {thing} "{spec.name}" may still be in {region}; it stays in the stack\'s state.'
    if doing != MAKING:
        return "nothing was changed."
    if left.in_state:
        return f"{nothing(spec)} in this run; {_stays(spec, left.in_state)}."
    return f"{nothing(spec)}{_replaced(spec, left)}."


def _replaced(spec: Spec, left: Left) -> str:
    return f"; the earlier {spec.words.thing} was deleted before, to be replaced" if left.replaced else ""


def _unsent(spec: Spec, known: Known) -> str:
    """Return the state where no call was made."""
    return f"nothing was sent; {_stays(spec, known)}." if known.seen else "nothing was sent."


def _stays(spec: Spec, known: Known) -> str:
    """Return that the state goes on having the object, as it is there."""
    name = known.seen.name if known.seen else spec.name
    return f'the {spec.words.thing} "{name}" stays in the stack\'s state'


def kept_in_words(spec: Spec, kept: Known) -> str:
    """Return what stays in the state, and in which condition it is."""
    seen = kept.seen
    assert seen is not None, "what is kept is known"
    if kept.operation_id is None and seen.ref is None:
        is_ = "was asked for, and the service doesn't show it yet: it may be in progress"
    elif seen.phase is Phase.PENDING:
        is_ = f"is still {seen.state}"
    else:
        is_ = f"is {seen.state}"
    if not seen.name:
        return f"the {spec.words.thing} {is_} in {seen.region}; the next `pulumi up` looks for it"
    return f'the {spec.words.thing} "{seen.name}" {is_} in {seen.region}; it is kept in the stack\'s state'


def _reference(spec: Spec, kept: Known | None, request_id: str) -> str:
    parts = [f"operation {kept.operation_id}"] if kept and kept.operation_id else []
    if request_id:
        parts.append(f"request {request_id}")
    return f"{spec.words.provider}: {', '.join(parts)}" if parts else ""
