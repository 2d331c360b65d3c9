"""The errors of this package.

```
SnapcopyError
├── ServiceError          what one call to a service ended with; raised by the rooms' adapters
│   ├── NotFound          the service says that the object doesn't exist
│   ├── NameInUse         the name is taken, the service doesn't say by what
│   ├── Denied            credentials or permissions: waiting doesn't help
│   │   └── LoginFailed   credentials that are missing, wrong or expired, whatever is called
│   ├── NoSuchService     the endpoint doesn't have this service
│   ├── QuotaReached      a quota is used up: waiting doesn't help
│   │   └── LimitReached  a limit that may be on copies in progress: then waiting helps
│   ├── Refused           any other refusal, with the service's reason
│   └── Transient         the same call may succeed later: throttled, 5xx, not reachable
│       ├── SourcePending a source that isn't complete yet
│       ├── TooManyCopies as many copies in progress as the service allows
│       └── AnswerLost    the work may have been done, the answer never came
├── SourceError           a source that can't be used
├── Cancelled             the user has asked to stop
├── WrongAccount          the credentials belong to an account that isn't allowed
├── CopyError             how a verb failed: cause, state, next step
└── ConfigError           a setting that can't be used
```
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .values import Known


class SnapcopyError(Exception):
    """Any error of this package."""


class ServiceError(SnapcopyError):
    """What one call to a service ended with.

    Args:
        message: the service's own sentence.
        call: the API's name of what was called, as in an IAM policy.
        code: the service's error code.
        request_id: the service's id of the request, for its support.
        advice: what to do about it, where the room knows: a clause such as "renew the credentials".
    """

    def __init__(
        self, message: str, *, call: str = "", code: str = "", request_id: str = "", advice: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.call = call
        self.code = code
        self.request_id = request_id
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.code}: {self.message}" if self.code else self.message


class NotFound(ServiceError):
    """The service says that the object doesn't exist."""


class NameInUse(ServiceError):
    """The name is taken; the service doesn't say by what."""


class Denied(ServiceError):
    """Credentials or permissions: waiting doesn't help."""


class LoginFailed(Denied):
    """Credentials that are missing, wrong or expired: no call would be allowed."""


class NoSuchService(ServiceError):
    """The endpoint doesn't have this service: waiting doesn't help."""


class QuotaReached(ServiceError):
    """A quota is used up: waiting doesn't help."""


class LimitReached(QuotaReached):
    """A limit, and the service doesn't say of what: while copies are in progress it is a queue, else a quota."""


class Refused(ServiceError):
    """Any other refusal, with the service's reason."""


class Transient(ServiceError):
    """Throttled, failing or not reachable: the same call may succeed later."""


class SourcePending(Transient):
    """A source that isn't complete yet: it is waited for, and nothing is sent before."""


class TooManyCopies(Transient):
    """As many copies are in progress as the service allows."""


class AnswerLost(Transient):
    """The call was sent and its answer never came: the work may have been done."""


class SourceError(SnapcopyError):
    """A source that can't be used.

    Args:
        cause: what is wrong with it.
        state: what there is instead.
        next_step: what to write or run.
    """

    def __init__(self, cause: str, state: str, next_step: str) -> None:
        super().__init__(cause)
        self.cause = cause
        self.state = state
        self.next_step = next_step


class Cancelled(SnapcopyError):
    """The user has asked to stop; raised wherever time would pass."""


class WrongAccount(SnapcopyError):
    """The credentials belong to an account that isn't allowed.

    Args:
        account: its number.
        allowed: the numbers of those that are.

    Example:
        >>> print(WrongAccount("111111111111", ["222222222222"]))
        the credentials belong to account 111111111111, and snapcopy:allowedAccountIds allows 222222222222
    """

    def __init__(self, account: str, allowed: Sequence[str]) -> None:
        super().__init__(
            f"the credentials belong to account {account}, and snapcopy:allowedAccountIds allows {', '.join(allowed)}"
        )


class CopyError(SnapcopyError):
    """How a verb failed, in three sentences that a user can act on.

    Args:
        doing: the gerund, "copying", "waiting for", "deleting".
        subject: the resource and its route, ``CopiedSnapshot "db" (us-east-1 -> eu-west-1)``.
        cause: what happened.
        state: what is true now.
        next_step: what to do.
        reference: the provider and its ids, for its support, ``AWS: operation 4e08ea8a``.
        kept: what has to stay in the stack's state, if there is anything.

    Example:
        >>> print(CopyError("waiting for", 'CopiedSnapshot "db"', "timed out after 90 min",
        ...                 state="the copy is still pending.", next_step="run `pulumi up` again."))
        waiting for CopiedSnapshot "db": timed out after 90 min
          State: the copy is still pending.
          Next:  run `pulumi up` again.
    """

    def __init__(
        self,
        doing: str,
        subject: str,
        cause: str,
        *,
        state: str,
        next_step: str,
        reference: str = "",
        kept: Known | None = None,
    ) -> None:
        lines = [f"{doing} {subject}: {cause}", f"  State: {state}", f"  Next:  {next_step}"]
        if reference:
            label, _, ids = reference.partition(": ")
            lines.append(f"  {label + ':':<6} {ids}")
        super().__init__("\n".join(lines))
        self.kept = kept


class ConfigError(SnapcopyError):
    """A setting that can't be used; the message names it and says what to write."""


def is_broken_off(message: str) -> bool:
    """Whether a message of TLS is about a connection that broke after its handshake: the request may have arrived.

    Example:
        >>> is_broken_off("[SSL: UNEXPECTED_EOF_WHILE_READING] EOF occurred in violation of protocol")
        True
        >>> is_broken_off("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed")
        False
    """
    return re.search(r"EOF|RECORD_MAC|DECRYPT", message, re.IGNORECASE) is not None
