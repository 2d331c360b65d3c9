"""Sending a request with a ClientToken, its key with the number of the attempt: sent again it answers the same snapshot.

Page: https://docs.outscale.com/api.html#createsnapshot
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..core.errors import AnswerLost, Refused, ServiceError
from ..core.keys import same_owner
from ..core.values import OWNER_TAG, Phase, Seen, Spec
from ..core.waiting.clock import Clock
from ..core.waiting.policy import CREATION_GRACE, LONGEST_SKEW, USUAL_SKEW
from .errors import INVALID_STATE, NO_SUCH_SNAPSHOT, TOKEN_USED
from .reading import Reader
from .shapes import request

ATTEMPTS = 8
"""How many attempts' tokens are looked for; those beyond are found by sending, which a token makes harmless."""

_OF_A_USED_TOKEN = {TOKEN_USED, INVALID_STATE, NO_SUCH_SNAPSHOT}
"""What may be said of a token whose snapshot was deleted, or was made for another URL; all but the first also of a source."""


def tokens(key: str) -> list[str]:
    """Return the tokens of a key's attempts.

    Example:
        >>> tokens("0123456789abcdef" * 2)[:2]
        ['0123456789abcdef0123456789abcdef-0', '0123456789abcdef0123456789abcdef-1']
    """
    return [f"{key}-{attempt}" for attempt in range(ATTEMPTS)]


@dataclass(slots=True)
class Sender:
    """Sends requests, each with the token of its first attempt that isn't used up; thread-safe.

    A token answers what it made before, also if that has failed or was deleted: then it is the next one's turn.

    Args:
        reader: reads what a token stands for.
        clock: the time.
    """

    reader: Reader
    clock: Clock
    _used: dict[str, float] = field(default_factory=dict)
    """Tokens that may have made what isn't visible yet, and since when."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, spec: Spec, *, attempt: int) -> Seen:
        """Return the snapshot that a request has made, now or before.

        Args:
            spec: what is asked for.
            attempt: how many attempts are known to have failed.

        Raises:
            AnswerLost: if it may have made one that isn't visible yet.
            Refused: if all attempts are used up.
            ServiceError: the service's own.
        """
        refusal: ServiceError | None = None
        for token in tokens(spec.key)[attempt:]:
            if token in self.reader.failed_tokens:
                continue
            try:
                seen = self._send(spec, token)
            except AnswerLost:
                self._since(token)
                raise
            except ServiceError as error:
                if error.code not in _OF_A_USED_TOKEN:
                    raise
                refusal = error if error.code != TOKEN_USED else refusal
                seen = self._made_with(spec, token, at_once=error.code == NO_SUCH_SNAPSHOT)
            if seen is not None:
                return seen
        raise refusal or Refused(
            f"what {ATTEMPTS} attempts of this request have made has failed, or was deleted: change triggers to make it another "
            "request",
            call="api:CreateSnapshot",
        )

    def _send(self, spec: Spec, token: str) -> Seen | None:
        """Return what the token stands for, or None if that is of no use any more."""
        sent = self.clock.now()
        answer = self.reader.call("CreateSnapshot", ClientToken=token, **request(spec.arguments))
        if not isinstance(raw := answer.get("Snapshot"), Mapping):
            raise AnswerLost("the answer holds no Snapshot", call="api:CreateSnapshot")
        seen = self.reader.seen(raw)
        made = seen.created_at.timestamp() if seen.created_at else sent
        if seen.phase is Phase.PENDING and made > sent - USUAL_SKEW:
            return seen
        if seen.state == "error" and made > sent - LONGEST_SKEW:  # the first look shows that it has failed
            return replace(seen, state="pending", phase=Phase.PENDING)
        # It was made before, by the same token, and may have been deleted since; a new one may not be visible yet.
        shown = self.reader.own(seen.name)
        if shown is not None:
            return None if shown.phase is Phase.FAILED or _is_anothers(spec, shown) else shown
        if seen.phase is Phase.DONE and made > sent - USUAL_SKEW:
            return seen  # in no time, as emulators do
        if seen.phase is Phase.FAILED or made < sent - CREATION_GRACE - LONGEST_SKEW:
            return None
        self._wait_for(token)
        return None

    def _made_with(self, spec: Spec, token: str, *, at_once: bool) -> Seen | None:
        """Return what a token stands for that the service refuses; None if that is of no use any more.

        Args:
            spec: what is asked for.
            token: the token.
            at_once: whether the refusal says that nothing is in progress, unless an answer was lost.
        """
        if at_once and token not in self._used:
            return None
        for each in self.reader.by_tokens([token]):
            if each.phase is not Phase.FAILED:
                return None if _is_anothers(spec, each) else each
        self._wait_for(token)
        return None

    def _wait_for(self, token: str) -> None:
        """Send nothing with another token before what this one has made has had its time to become visible.

        Raises:
            AnswerLost: while it may still do so.
        """
        if self.clock.now() - self._since(token) <= CREATION_GRACE:
            raise AnswerLost(
                "the request was sent before, and what it has made isn't visible yet",
                call="api:CreateSnapshot",
            )

    def _since(self, token: str) -> float:
        with self._lock:
            return self._used.setdefault(token, self.clock.now())


def _is_anothers(spec: Spec, seen: Seen) -> bool:
    """Whether its owner tag names another resource: what was renamed keeps its key."""
    owner = seen.tags.get(OWNER_TAG)
    return owner is not None and not same_owner(owner, spec.owner)
