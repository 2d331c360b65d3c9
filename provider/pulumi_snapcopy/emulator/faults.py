"""Faults that a test injects: what goes wrong, at which calls, and how often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import count
from threading import Condition
from types import UnionType
from typing import Literal, get_args

from .calls import ApiRequest
from .operations import STARTING, refuse_unknown
from .settings import refuse_unless_seconds
from .statuses import STATUSES

Kind = Literal[
    "error",
    "error-after",
    "lost",
    "reset",
    "hang",
    "garbage",
    "empty",
    "no-items",
    "hold-before",
    "hold-after",
    "slow",
    "fail-copy",
    "copy-seconds",
]
KINDS: tuple[str, ...] = get_args(Kind)
_OF_COPIES = ("fail-copy", "copy-seconds")
_TYPES: dict[str, tuple[str, type | UnionType]] = {
    **dict.fromkeys(("operation", "code", "message", "error_code", "error_details"), ("a string", str)),
    **dict.fromkeys(("service", "region", "resource"), ("a string, or None for any", str | None)),
    "skip": ("a whole number", int),
    "status": ("an HTTP status, such as 400", int | None),
}

_NAMING = (
    "Names",
    "Id",
    "Ids",
    "Description",
    "Descriptions",
    "ClientToken",
    "ClientTokens",
    "Value",
    "Values",
    "Tags",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault to inject: what goes wrong, and at which calls.

    ============  ================================================================================
    kind          what happens
    ============  ================================================================================
    error         the call is refused with `code`, `message` and the HTTP `status`; no work is done
    error-after   the work is done, then the call is refused as with ``error``
    lost          the work is done, then the connection is closed without an answer
    reset         the connection is reset before any work is done
    hang          no work and no answer; after `seconds`, or when released, the connection is closed
    garbage       the work is done; the answer is HTTP 200 with a body that isn't JSON
    empty         the work is done; the answer is HTTP 200 without members
    no-items      the work is done; the lists in the answer are empty, as in a stale read
    hold-before   the call is held before its work until the fault is released, then continues
    hold-after    the call is held after its work until the fault is released, then answered
    slow          the work is done, and the answer comes `seconds` later
    fail-copy     the copy that this call starts ends in ``error`` after `seconds` (default: the settings'
                  copy_seconds); its operation is Failed with `error_code` and `error_details`
    copy-seconds  the copy that this call starts is pending for `seconds`
    ============  ================================================================================

    The last two only hit calls that start a copy; on EC2 and OUTSCALE also calls that take a snapshot.

    Attributes:
        kind: See the table.
        operation: The operation's name in the API, such as ``CopySnapshot``, or ``*``.
        service: ``lightsail``, ``ec2``, ``fcu`` or ``outscale``, or None for any.
        region: The region called (of a copy: the target's), or None for any.
        resource: A pattern (``*``, ``?``) that one of the names in the request must match, or None for any; on EC2
            and OUTSCALE the names are ids, descriptions, client tokens and values of tags.
        times: How many calls the fault hits, from 1; None: all.
        skip: How many matching calls pass before the first hit.
        code: The error code of the response; on OUTSCALE a number.
        status: The HTTP status; by default the status of the code.
        error_details: Why the copy fails: the operation's errorDetails, EC2's StateMessage.

    Raises:
        ValueError: if the kind, service or operation doesn't exist, a value is of another type, `seconds` is missing,
            or the fault can't hit.

    Example:
        >>> Fault(kind="error", operation="CopySnapshot", code="ThrottlingException", times=2).status
        400
    """

    kind: Kind
    operation: str = "*"
    service: str | None = None
    region: str | None = None
    resource: str | None = None
    times: int | None = 1
    skip: int = 0
    seconds: float | None = None
    code: str = "ServiceException"
    message: str = "A fault that was asked for."
    status: int | None = None
    error_code: str = "InternalFailure"
    error_details: str = "The copy failed, as was asked for."

    def __post_init__(self) -> None:
        self._refuse_other_types()
        if self.kind not in KINDS:
            raise ValueError(f"there is no fault of the kind {self.kind!r}; write one of {', '.join(KINDS)}")
        if self.kind in ("slow", "copy-seconds") and self.seconds is None:
            raise ValueError(f"a fault of the kind {self.kind} needs its seconds")
        if self.times is not None and (type(self.times) is not int or self.times < 1):
            raise ValueError(
                f"times is {self.times!r}; write how many calls it hits, from 1, or None for all"
            )
        refuse_unknown(self.service, self.operation, starting=self.kind in _OF_COPIES)
        if self.status is None:
            object.__setattr__(self, "status", STATUSES.get(self.code, 400))

    def _refuse_other_types(self) -> None:
        """Refuse what JSON can hold and a fault can't: a value of another type would break the call that it hits."""
        for name, (expected, kinds) in _TYPES.items():
            value = getattr(self, name)
            if not isinstance(value, kinds) or isinstance(value, bool):
                raise ValueError(f"{name} is {value!r}; write {expected}")
        if self.seconds is not None:
            refuse_unless_seconds("seconds", self.seconds)

    def matches(self, request: ApiRequest) -> bool:
        """Whether the fault is meant for this call."""
        operation, region, parameters = request.operation, request.region, request.parameters
        return (
            self.operation in ("*", operation)
            and self.service in (None, request.service)
            and self.region in (None, region)
            and (self.kind not in _OF_COPIES or operation in STARTING.get(request.service, ()))
            and (self.resource is None or any(fnmatchcase(n, self.resource) for n in _names(parameters)))
        )


class Injected:
    """An injected fault: wait until it has hit calls, release the calls that it holds, or remove it."""

    def __init__(self, fault: Fault, number: int) -> None:
        self.fault = fault
        self.number = number
        self._changed = Condition()
        self._matched = 0
        self._hits = 0
        self._over = False
        self._dropped = False

    @property
    def hits(self) -> int:
        """How many calls the fault has hit."""
        return self._hits

    def wait_reached(self, timeout: float = 10.0, *, hits: int = 1) -> bool:
        """Wait until the fault has hit a call, or `hits` calls.

        Raises:
            TimeoutError: if the fault wasn't hit that often within `timeout` seconds.
        """
        with self._changed:
            if not self._changed.wait_for(lambda: self._hits >= hits, timeout):
                raise TimeoutError(f"{self.fault} was hit {self._hits} times in {timeout} s, not {hits}")
        return True

    def release(self) -> None:
        """End the fault; calls that it holds continue."""
        with self._changed:
            self._over = True
            self._changed.notify_all()

    # Removing a fault ends it and lets the calls that it holds continue, as releasing does.
    remove = release

    def drop(self) -> None:
        """End the fault and close the connections of the calls that it holds; work that hasn't begun isn't done."""
        with self._changed:
            self._dropped = True
        self.release()

    def hit(self, request: ApiRequest) -> bool:
        """Return whether the fault hits this call, and count the hit."""
        with self._changed:
            if self._over or not self.fault.matches(request):
                return False
            self._matched += 1
            spent = self.fault.times is not None and self._hits >= self.fault.times
            if self._matched <= self.fault.skip or spent:
                return False
            self._hits += 1
            self._changed.notify_all()
            return True

    def pause(self, seconds: float | None) -> bool:
        """Wait for this many seconds, or until the fault ends; return False if the call must be dropped."""
        with self._changed:
            self._changed.wait_for(lambda: self._over, seconds)
            return not self._dropped


class Faults:
    """The faults injected into one emulator, in the order of injection."""

    def __init__(self) -> None:
        self._injected: list[Injected] = []
        self._numbers = count(1)

    def inject(self, fault: Fault) -> Injected:
        """Inject a fault."""
        injected = Injected(fault, next(self._numbers))
        self._injected.append(injected)
        return injected

    def all(self) -> list[Injected]:
        """Return all faults, also those that have ended."""
        return list(self._injected)

    def clear(self) -> None:
        """Remove all faults, and drop the calls that they hold."""
        ended, self._injected = self._injected, []
        for injected in ended:
            injected.drop()

    def hit(self, request: ApiRequest) -> list[Injected]:
        """Return the faults that hit a call, and count the hits."""
        return [i for i in self.all() if i.hit(request)]


def _names(value: object, key: str = "") -> Iterator[str]:
    """Yield the strings of a request that identify something: names, ids, descriptions, tokens, values of tags."""
    if isinstance(value, Mapping):
        for inner, item in value.items():
            yield from _names(item, inner)
    elif isinstance(value, list):
        for item in value:
            yield from _names(item, key)
    elif isinstance(value, str) and (key.endswith(_NAMING) or key.lower().endswith("name")):
        yield value
