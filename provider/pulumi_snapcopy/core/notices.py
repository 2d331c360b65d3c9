"""The lines that a run shows before it goes on: what it deletes, keeps, or has found changed."""

from __future__ import annotations

from .errors import Denied, ServiceError, SourceError
from .keys import is_namesake
from .values import OWNER_TAG, Seen, Spec, Words


def queued(spec: Spec, trouble: ServiceError) -> str:
    """Return the line that is shown once for all that wait, when as many are in progress as the service allows."""
    said = str(trouble).rstrip(".")
    return (
        f"{spec.words.provider} accepts no more in {spec.region} for now: {said}. The others are queued: each is sent "
        "when one in progress ends, within its own timeout."
    )


def deleting(seen: Seen, why: str) -> str:
    """Return the line about a deletion that the program didn't ask for."""
    return f'deleting "{seen.name}" in {seen.region}: {why}'


def still_declared(id_: str) -> str:
    """Return the line about an old state entry whose object another resource has now."""
    region, _, name = id_.partition("/")
    return f'kept "{name}" in {region}: this program still declares it. Only its old state entry was removed.'


def not_given_back(seen: Seen, owner: str, error: ServiceError) -> str:
    """Return the line about an object whose owner tag goes on naming a resource that was removed."""
    return f'"{seen.name}" in {seen.region} keeps the tag snapcopy:owner of the removed resource: {error}. Set it to {owner}.'


def taken_up_late(spec: Spec, seen: Seen) -> str:
    """Return the line about an object that an earlier run made, and that somebody may also have copied from ours."""
    made = f" of {seen.created_at:%Y-%m-%d %H:%M} UTC" if seen.created_at else ""
    return (
        f'took up "{seen.name}"{made} in {seen.region}, which has the owner tag and the key of this {spec.words.thing}. If '
        "somebody copied it from yours, take the resource out of the state, and the tag snapcopy:owner off it."
    )


def not_proven(spec: Spec, seen: Seen) -> str:
    """Return the line about what has our mark, and may be a copy that somebody made of ours."""
    return (
        f'kept "{seen.name}" in {seen.region}: it has the mark of this {spec.words.thing}, and isn\'t proven to be a '
        "duplicate. Delete it by hand if nobody has made it on purpose."
    )


def goes_later(spec: Spec, seen: Seen) -> str:
    """Return the line about an orphan that stays until the object that is asked for is complete."""
    thing = spec.words.thing
    return f'an earlier run of this declaration made the {thing} "{seen.name}" in {seen.region}, which goes when the new one is complete.'


def not_deleted(seen: Seen, error: ServiceError) -> str:
    """Return the line about what was replaced and stays, since the role may not delete it."""
    return (
        f'kept "{seen.name}" in {seen.region}, which was replaced: deleting it isn\'t allowed ({error.call or error.code}). '
        f"It is no longer in the stack's state; delete it with a role that may once it isn't needed."
    )


def left_over(seen: Seen, why: str, error: ServiceError) -> str:
    """Return the line about an orphan, a twin or a failed one that stays, since the service refused its deletion."""
    kept = f'kept "{seen.name}" in {seen.region}, {why}'
    if isinstance(error, Denied):
        return (
            f"{kept}: deleting it isn't allowed ({error.call or error.code}). Each `pulumi up` tries again; or delete it "
            "with a role that may."
        )
    return f"{kept}: it can't be deleted: {str(error).rstrip('.')}. Run `pulumi up` again soon, or delete it by hand."


def another_of_that_name(spec: Spec, found: Seen) -> str:
    """Return the line about something else that has our name now."""
    owner = found.tags.get(OWNER_TAG)
    whose = belongs(spec, found)[0] if owner else "isn't the one that this stack made"
    now_named = "" if spec.by_id else "now named "
    return f'the {found.kind} {now_named}"{found.name}" in {found.region} {whose}; it was not changed.'


def not_followed(words: Words, source: str, error: ServiceError) -> str:
    """Return the line about a source that is to be followed, and can't be asked for a newer snapshot."""
    called = f" ({error.call})" if error.call else ""
    return (
        f"can't tell whether {source} has a newer snapshot than the one that was {words.made}: "
        f"{str(error).rstrip('.')}{called}. So no newer one is {words.made}."
    )


def adoption_ignored(adopt: str, current: str) -> str:
    """Return the line about a snapshot to adopt, where the resource has another one already."""
    return (
        f'adopt_snapshot_id = "{adopt}" changes nothing: this resource has "{current}". To adopt the other one, first stop '
        "managing this one: take the resource out of the state (`pulumi state delete`), and its tag snapcopy:owner away."
    )


def taken_again(spec: Spec, before: str, now: str) -> str:
    """Return the line about a source that was deleted and taken again under its name."""
    return (
        f"{spec.source} was taken again: this {spec.words.thing} is of the one of {before}, now there is one of {now}. "
        f"To copy it, change triggers, or write track_latest=True."
    )


def gone_for_good(spec: Spec, error: SourceError) -> str:
    """Return the line about an object that is gone together with its source."""
    return (
        f'the {spec.words.thing} "{spec.name}" is gone from {spec.region} and can\'t be made again: {error.cause}; '
        f"{error.state}"
    )


def belongs(spec: Spec, found: Seen) -> tuple[str, bool]:
    """Return whose an object is, in words; and whether that is another stack of the same name."""
    owner = found.tags.get(OWNER_TAG)
    if owner is None:
        return "has no snapcopy:owner tag", False
    if is_namesake(owner, spec.owner):
        return f"belongs to another stack of the same name ({owner})", True
    return f"belongs to {owner}", False
