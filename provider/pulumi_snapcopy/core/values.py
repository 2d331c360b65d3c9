"""The core's values: what is asked for, what is known, and what a service shows. All are frozen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any

OWNER_TAG = "snapcopy:owner"
"""Whose it is: ``project/stack/resource@identity``."""

SOURCE_TAG = "snapcopy:source"
"""What it was made from, where the service doesn't record that: ``region:name``, and ``:date`` of an automatic one.

Between region and name stands what it is, and a slash, where it isn't a snapshot: ``region:instance/name``."""

FORMS_OF_COPIES = ("",)
"""The forms of what is made from a thing that the source tag names by its bare name or id; see `form_of`."""

RETAIN_TAG = "snapcopy:retain"
"""Marks what was declared with ``retain_on_delete``: it outlives its declaration on purpose."""

KEY_TAG = "snapcopy:key"
"""The key of what was asked for, where it is set in the call that makes a thing."""

RESERVED_TAG_PREFIX = "snapcopy:"

ADOPTED = "adopted"
"""The value of the source tag of an existing snapshot that was taken over: nobody can say what it was made from."""


MISSING = "missing"
"""The state of what the state holds and the service no longer shows, where only another one can take its place."""


class Phase(Enum):
    """What a service's state means: still pending, done, or failed."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A real thing as a service shows it. Times are in UTC, sizes in GiB.

    Args:
        name: by which the service knows it in its region; where the service gives ids, the id.
        region: where it is.
        kind: the service's type.
        ref: what is never given to another: an ARN, an id.
        key: our key as it carries it, if it does; see `Family.carried_key`.
        state: the service's own word.
        phase: what that means.
        progress: the service's own word.
        message: the service's own sentence, of a failure as a rule.
        created_at: when it was started.
        size: as the service says.
        tags: all of them.
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
    """A service's own record of a call that takes time; it explains, the thing's state decides.

    Args:
        id: the operation's.
        kind: the type of what it is about.
        origin: what was copied, ``region:name``; empty where it isn't of a copy.
        decides: whether it is of the making or the end of such a thing, and so says whose its name was last.
        failed: whether the service says that it failed.
        reason: why, in the service's words.
        created_at: when the call was made, UTC.
    """

    id: str
    kind: str = ""
    origin: str = ""
    decides: bool = False
    failed: bool = False
    reason: str = ""
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A source that can be used now.

    Args:
        kind: the type that its copy will have; empty where the service doesn't say.
        settled: the arguments that it settles, such as the date of the latest.
        taken_at: when it was taken, UTC, where another may be taken under its name.
    """

    kind: str = ""
    settled: Mapping[str, Any] = field(default_factory=dict)
    taken_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """What a service answers to a request that it has accepted; ``tagged``: the request has set the tags."""

    seen: Seen
    operation_id: str | None = None
    tagged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What messages call things.

    Args:
        noun: the resource, ``CopiedSnapshot``.
        thing: what it makes, ``copy``.
        making: the gerund, ``copying``.
        made: the participle, ``copied``.
        provider: whose ids an error quotes, ``AWS``.
        login: the setting that chooses the credentials, such as the name of a variable.
        policy: the command that prints the permissions.
        name_argument: the argument to change where what it names belongs to another, in Python's spelling.
        kind: what the thing is to the service, ``snapshot``.
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
        """How to get out of a conflict of names."""
        return f"write another {self.name_argument}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """How a service treats requests and what they make, as far as ownership and the next step depend on it.

    Args:
        repeats: whether a repeated request makes a second one.
        tagged_in_call: whether the request sets the tags, so that what has no owner tag isn't ours.
        heritable: whether the key is also on what somebody copies from it, as tags and descriptions are.
        forms: the forms of the source tags of this type of resource, which tell it from others; see `form_of`.
    """

    repeats: bool = False
    tagged_in_call: bool = False
    heritable: bool = False
    forms: tuple[str, ...] = FORMS_OF_COPIES


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """What the program asks for.

    Args:
        words: what messages call it.
        traits: how the service treats such a request.
        resource: its name in the program.
        subject: how messages name it, ``CopiedSnapshot "db" (us-east-1 -> eu-west-1)``.
        owner: the value of its owner tag.
        key: hex over the stack's identity and the request; see `keys`.
        region: where it is to stand.
        source_region: where its source is.
        name: the name it shall have; empty where that isn't settled yet, or where the service gives ids.
        carried_key: the key as the thing carries it.
        dated: whether runs of this request on other days make others, under other names.
        settled: whether all is known that has to be sent.
        origin: the value of its source tag.
        source: ``region:name`` of what it is made from, as the service's records say it.
        itself: whether its source is the very thing that is to be taken over.
        arguments: the settled inputs, by the API's names.
        tags: the user's.
        adopt: whether an existing one is to be taken over.
        adopt_id: that one's id, where the service gives ids.
        retain: whether it outlives its declaration.
        longest_run: seconds for which a run of it may be at work.
        by_id: whether the service gives ids, so that no name can be in the way, and none is known before.
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
    origin: str = ""
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
        """The tags it shall have: the user's and ours."""
        ours = {OWNER_TAG: self.owner, SOURCE_TAG: self.origin}
        return {**self.tags, **ours} | ({RETAIN_TAG: "true"} if self.retain else {})


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known of the real thing: from the state, then from this run.

    Args:
        seen: the thing as last seen, or as the state has it; None if there is none yet.
        operation_id: the service's id of the call that made it.
        owner: the owner tag that it may still have, where the declaration was renamed since.
        predecessors: refs of this declaration's earlier ones; the engine deletes them, or keeps them.
        replaces: the ref of the one that this one takes the place of.
        adopted: whether this run takes it over.
        by_record: whether only the service's record proved it ours.
        in_state: whether the state has this very one.
        left_to_do: whether the last run didn't end all that there was to do about it, or this one doesn't.
    """

    seen: Seen | None = None
    operation_id: str | None = None
    owner: str | None = None
    predecessors: frozenset[str] = frozenset()
    replaces: str | None = None
    adopted: bool = False
    by_record: bool = False
    in_state: bool = False
    left_to_do: bool = False

    @property
    def next(self) -> Known:
        """What is known of the one that is made after it: only what came before."""
        return Known(predecessors=self.predecessors, replaces=self.replaces)

    @property
    def ref(self) -> str | None:
        """The thing's ref."""
        return self.seen.ref if self.seen else None

    @property
    def complete(self) -> bool:
        """Whether it was seen complete."""
        return self.seen is not None and self.seen.phase is Phase.DONE

    @property
    def partial(self) -> bool:
        """Whether it is in the state, or was started, and isn't complete."""
        return self.seen is not None and self.seen.phase is not Phase.DONE

    @property
    def never_seen(self) -> bool:
        """Whether it was started, and the service hasn't shown it since."""
        return self.partial and self.ref is None


def form_of(origin: str) -> str:
    """Return the form of a source tag's value: what stands before the name or id, up to a slash, which neither can have.

    Resources of different types may have one name, and so one owner tag; the forms of their sources keep them apart.

    Example:
        >>> form_of("us-east-1:instance/web-1"), form_of("us-east-1:web-1:2026-11-20")
        ('instance', '')
    """
    form, slash, _ = origin.partition(":")[2].partition("/")
    return form if slash else ""


def is_retained(seen: Seen) -> bool:
    """Whether it was kept on purpose when its declaration went."""
    return RETAIN_TAG in seen.tags and seen.phase is Phase.DONE


def without(things: Sequence[Seen], ref: str | None) -> tuple[Seen, ...]:
    """Return all but the one with this ref."""
    return tuple(each for each in things if each.ref != ref)
