"""The core's values, all frozen: what is asked for (`Spec`), known (`Known`), and shown by a service (`Seen`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

OWNER_TAG = "snapcopy:owner"
"""Whose an object is: ``project/stack/resource@identity``."""

SOURCE_TAG = "snapcopy:source"
"""What an object was made from, which the service doesn't record: ``region:name``, and ``:date`` of an automatic snapshot.

A source that isn't a snapshot has its form before the name: ``region:instance/name``."""

FORMS_OF_COPIES = ("",)
"""The forms of source tags that hold a bare name or id; see `form_of`."""

RETAIN_TAG = "snapcopy:retain"
"""Marks an object declared with ``retain_on_delete``: it outlives its resource on purpose."""

KEY_TAG = "snapcopy:key"
"""The key of the request, where the service sets tags in the call that creates the object."""
MOST_TAGS = 50
"""How many tags an object can have, ours included."""

RESERVED_TAG_PREFIX = "snapcopy:"

ADOPTED = "adopted"
"""The source tag of an adopted snapshot: nobody can say what it was made from."""


MISSING = "missing"
"""The output ``state`` of an object that the service no longer shows, where only a replacement is possible."""


class Phase(Enum):
    """What a service's word for a state means: pending, done, or failed."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An object as a service shows it. Times are in UTC, sizes in GiB.

    Args:
        name: its name in its region; the id where the service gives ids.
        region: where it is.
        kind: the service's type.
        ref: its ARN or id, which the service never gives to another object.
        key: our key, if it carries one; see `Family.carried_key`.
        state: the service's word for its state.
        phase: what that means.
        progress: the service's word for its progress.
        message: the service's sentence about it, as a rule of a failure.
        created_at: when its creation began.
        size: its size.
        tags: all its tags.
        outputs: what the state keeps of it, by the API's names.
    """

    name: str
    region: str
    kind: str
    ref: str | None = None
    key: str = ""
    state: str = "pending"
    phase: Phase = Phase.PENDING
    progress: str | None = None
    message: str = ""
    created_at: datetime | None = None
    size: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    outputs: Mapping[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The resource's id, ``region/name``."""
        return f"{self.region}/{self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """A service's record of a long-running call. It explains failures; the object's own state decides.

    Args:
        id: the operation's.
        kind: the type of the object that it is about.
        source: what was copied, ``region:name``; empty if the call wasn't a copy.
        decides: whether it records a creation or deletion, and so says whose the name was last.
        deletes: whether it records a deletion.
        failed: whether the service says that it failed.
        reason: why it failed, in the service's words.
        created_at: when the call was made, UTC.
    """

    id: str
    kind: str = ""
    source: str = ""
    decides: bool = False
    deletes: bool = False
    failed: bool = False
    reason: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source that exists and is complete.

    Args:
        kind: the type that its copy will have; empty if the service doesn't say.
        settled: the arguments that it settles, such as the date of the latest snapshot.
        taken_at: when it was taken, UTC; None if no other can be taken under its name.
    """

    kind: str = ""
    settled: Mapping[str, Any] = field(default_factory=dict)
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A service's answer to an accepted request; ``tagged``: the request has set the tags."""

    seen: Seen
    operation_id: str | None = None
    tagged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The nouns and verbs of a resource type in messages.

    Args:
        noun: the resource class, ``CopiedSnapshot``.
        thing: what it makes, ``copy``.
        making: the gerund of making it, ``copying``.
        made: the participle, ``copied``.
        provider: whose ids an error quotes, ``AWS``.
        login: the setting that chooses the credentials, such as the name of a variable.
        policy: the command that prints the permissions.
        name_argument: the argument to change if the name or id in it belongs to somebody else, in Python's spelling.
        kind: the service's word for what it makes, ``snapshot``.
        adopts: whether an existing one can be taken over.
    """

    noun: str
    thing: str
    making: str
    made: str
    provider: str
    login: str = "its profile"
    policy: str = "snapcopy iam-policy"
    name_argument: str = ""
    kind: str = "snapshot"
    adopts: bool = True

    @property
    def rename(self) -> str:
        """The advice for a name or id that belongs to somebody else."""
        return f"write another {self.name_argument}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """How a service treats requests of one type, where ownership or the next step depends on it.

    Args:
        duplicates: whether a repeated request makes a second object.
        tagged_in_call: whether the request sets the tags, so that an object without owner tag isn't ours.
        heritable: whether somebody's copy of the object carries its key, too, as it is a tag or in the description.
        forms: the forms of the source tags of this type of resource, which distinguish it from others; see `form_of`.
    """

    duplicates: bool = False
    tagged_in_call: bool = False
    heritable: bool = False
    forms: tuple[str, ...] = FORMS_OF_COPIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What the program asks for.

    Args:
        words: its nouns in messages.
        traits: how the service treats requests of this type.
        resource: its name in the program.
        subject: how messages name it, ``CopiedSnapshot "db" (us-east-1 -> eu-west-1)``.
        owner: the value of its owner tag.
        key: hex over the stack's identity, place and request; see `keys`.
        region: the object's region.
        source_region: the source's region.
        name: the object's name; empty if it isn't settled yet, or if the service gives ids.
        carried_key: the key in the form in which the object carries it.
        dated: whether the same request makes differently named objects on different days.
        settled: whether everything is known that has to be sent.
        source_tag: the value of its source tag.
        source: ``region:name`` of the source, as the service's records have it.
        itself: whether the source is the very object that is to be adopted.
        arguments: the settled inputs, by the API's names.
        tags: the user's tags.
        adopt: whether an existing object is to be adopted.
        adopt_id: the id of the object to adopt, where the service gives ids.
        retain: whether the object outlives its resource.
        longest_run: the longest time that one run may take, in seconds.
        by_id: whether the service gives ids, so that names can neither collide nor be known before.
    """

    words: Words
    traits: Traits = Traits()
    resource: str
    subject: str
    owner: str
    key: str
    region: str
    source_region: str
    name: str = ""
    carried_key: str = ""
    dated: bool = False
    settled: bool = True
    source_tag: str = ""
    source: str = ""
    itself: bool = False
    arguments: Mapping[str, Any] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    adopt: bool = False
    adopt_id: str = ""
    retain: bool = False
    longest_run: float = 0.0
    by_id: bool = False

    @property
    def all_tags(self) -> dict[str, str]:
        """The tags that the object is to have: the user's and ours."""
        ours = {OWNER_TAG: self.owner, SOURCE_TAG: self.source_tag}
        return {**self.tags, **ours} | ({RETAIN_TAG: "true"} if self.retain else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the resource's object: from the state, then from this run.

    Args:
        seen: the object as last seen, or as the state has it; None if there is none yet.
        operation_id: the service's id of the call that made it.
        owner: the owner tag that it may still have, if the resource was renamed since.
        predecessors: refs of the resource's earlier objects, which the engine deletes or keeps.
        replaces: the ref of the object that it replaces.
        earlier_keys: the keys of earlier objects, and until when one of that key was known to be there, ISO 8601 in UTC;
            only where somebody's copy of an object has its key, too (`Traits.heritable`).
        adopted: whether this run adopts it.
        by_record: whether only the service's record proved it ours.
        in_state: whether the state has this very object.
        partial: whether a run has left something undone, such as a tag or a deletion that wasn't allowed.
    """

    seen: Seen | None = None
    operation_id: str | None = None
    owner: str | None = None
    predecessors: frozenset[str] = frozenset()
    replaces: str | None = None
    earlier_keys: Mapping[str, str] = field(default_factory=dict)
    adopted: bool = False
    by_record: bool = False
    in_state: bool = False
    partial: bool = False

    @property
    def next(self) -> Known:
        """What is known of the next object that is made: only what came before."""
        return Known(predecessors=self.predecessors, replaces=self.replaces, earlier_keys=self.earlier_keys)

    @property
    def ref(self) -> str | None:
        """The object's ref; None if it isn't known."""
        return self.seen.ref if self.seen else None

    @property
    def complete(self) -> bool:
        """Whether the object was seen complete."""
        return self.seen is not None and self.seen.phase is Phase.DONE

    @property
    def incomplete(self) -> bool:
        """Whether there is an object that isn't complete."""
        return self.seen is not None and self.seen.phase is not Phase.DONE

    @property
    def whole(self) -> bool:
        """Whether the state has the object complete, and nothing was left to do."""
        return self.complete and self.in_state and not self.partial

    @property
    def never_seen(self) -> bool:
        """Whether the object was requested, and never visible since."""
        return self.incomplete and self.ref is None


def form_of(origin: str) -> str:
    """Return the form in a source tag's value: what precedes the name or id, up to a slash, which neither can contain.

    Resources of different types may have the same name, and so the same owner tag; the forms distinguish their objects.

    Example:
        >>> form_of("us-east-1:instance/web-1"), form_of("us-east-1:web-1:2026-11-20")
        ('instance', '')
    """
    form, slash, _ = origin.partition(":")[2].partition("/")
    return form if slash else ""


def is_retained(seen: Seen) -> bool:
    """Return whether an object was kept on purpose when its resource was removed."""
    return RETAIN_TAG in seen.tags and seen.phase is Phase.DONE


def without(objects: Sequence[Seen], ref: str | None) -> tuple[Seen, ...]:
    """Return all objects but the one with this ref."""
    return tuple(each for each in objects if each.ref != ref)
