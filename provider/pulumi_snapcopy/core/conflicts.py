"""The errors of a name or an object that belongs to somebody else, or to another resource."""

from __future__ import annotations

from collections.abc import Sequence

from .errors import CopyError
from .keys import same_stack
from .messages import DELETING, kept_in_words, nothing
from .notices import belongs
from .values import OWNER_TAG, SOURCE_TAG, Known, Phase, Record, Seen, Spec, is_retained


def not_ours(spec: Spec, found: Seen) -> CopyError:
    """Return the error for a name that something has which isn't ours, saying whose it is."""
    whose, other_stack = belongs(spec, found)
    made = f" of {found.created_at:%Y-%m-%d %H:%M} UTC" if found.created_at else ""
    rename = spec.words.rename
    what = "id" if spec.by_id else "name"
    cause = f'the {what} "{found.name}" is taken in {found.region}'
    if spec.adopt and found.phase is Phase.FAILED:
        cause = f'"{found.name}" in {found.region} failed (state: {found.state}), and can\'t be adopted'
        next_step = f"delete it, or {rename}."
    elif other_stack:
        next_step = f"{rename}, or leave it out: derived names differ from stack to stack."
        if spec.words.adopts and not spec.by_id:
            next_step += (
                " If it was this stack's before its StackIdentity was deleted or replaced, write adopt=True."
            )
    elif same_stack(found.tags.get(OWNER_TAG, ""), spec.owner):
        next_step = (
            f"if this is that resource under another name, write its old one as an alias. Else {rename}, or keep this "
            "resource as it was for one `pulumi up`, in which the other gives the name up. Where resources exchange their "
            "names, do so by a name that none has."
        )
    elif not spec.words.adopts:
        next_step = f"{rename}."
    elif spec.by_id:
        next_step = (
            f"to take it over, take the resource out of the state (`pulumi state delete`), and write "
            f'adopt_snapshot_id="{found.name}".'
        )
    else:
        next_step = f"{rename}, or adopt=True to take over the existing {spec.words.kind}."
        if spec.dated:
            next_step += (
                " An interrupted run of this resource may have made it of an older date; then delete it."
            )
    return CopyError(
        spec.words.making, spec.subject, cause,
        state=f"the {found.kind}{made} of that {what} {whose}; it was not changed, {nothing(spec)}.",
        next_step=next_step,
    )  # fmt: skip


def adopted_by_another(spec: Spec, other: str) -> CopyError:
    """Return the error for an object in the state that another resource of the program asks to adopt."""
    return CopyError(
        "comparing", spec.subject, f'"{spec.name}" in {spec.region} is asked for by {other}, too',
        state="this resource was not changed.",
        next_step=f"remove one of the two resources, or write the id of another {spec.words.kind} as adopt_snapshot_id.",
    )  # fmt: skip


def asked_for_by_another(spec: Spec, other: str) -> CopyError:
    """Return the error for a deletion of what another resource of the program asks for, and hasn't got."""
    return CopyError(
        DELETING, spec.subject, f'"{spec.name}" in {spec.region} is asked for by {other}, too',
        state="nothing was deleted.",
        next_step=f"if {other} is its new name, write the old one as an alias. Else first remove {other}.",
    )  # fmt: skip


def retained(spec: Spec, found: Seen) -> CopyError:
    """Return the error for a name that an earlier one of ours has, which was kept on purpose."""
    what = found.tags.get(SOURCE_TAG, "something else")
    how, why = (
        ("by a retained", "kept by retain_on_delete")
        if is_retained(found)
        else ("by an earlier", "not deleted since")
    )
    return CopyError(
        spec.words.making, spec.subject, f'the name "{found.name}" is taken in {found.region} {how} {spec.words.thing}',
        state=f"the {found.kind} of that name was made from {what}, and {why}; {nothing(spec)}.",
        next_step=f"{spec.words.rename}, or leave it out: derived names differ; or delete that {spec.words.thing}."
        + (" To adopt it as it is, first remove its tag snapcopy:owner." if spec.adopt else ""),
    )  # fmt: skip


def name_in_use(spec: Spec, records: Sequence[Record], kept: Known | None = None) -> CopyError:
    """Return the error for a name in use by something else, or by what a request without an answer may have made."""
    if kept is not None:
        return CopyError(
            spec.words.making, spec.subject,
            f'the name "{spec.name}" is in use in {spec.region}, by something that the service doesn\'t show',
            state=f"{kept_in_words(spec, kept)}.",
            next_step=f"wait a few minutes, then run `pulumi up` again. If the name is still in use, {spec.words.rename}.",
            kept=kept,
        )  # fmt: skip
    kinds = sorted({record.kind for record in records if record.kind})
    what = " or ".join(kinds) or f"something that is not a {spec.words.kind}"
    return CopyError(
        spec.words.making, spec.subject, f'the name "{spec.name}" is in use in {spec.region}',
        state=f"the service says that it is taken, by {what}; names are shared by all types. "
        f"{nothing(spec).capitalize()}.",
        next_step=f"{spec.words.rename}.",
    )  # fmt: skip
