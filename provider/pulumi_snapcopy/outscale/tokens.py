"""Sends requests with a ClientToken, the key and the attempt's number: a repeated request returns the same snapshot.

Page: https://docs.outscale.com/api.html#createsnapshot
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from ..core.errors import AnswerLost, Refused, ServiceError
from ..core.keys import same_owner
from ..core.values import OWNER_TAG, Phase, Seen, Spec
from ..core.waiting.clock import Clock
from ..core.waiting.policy import CREATION_GRACE, LONGEST_SKEW, USUAL_SKEW
from .errors import INVALID_STATE, NO_SUCH_SNAPSHOT, TOKEN_USED, UNKNOWN_PARAMETER
from .reading import AccountReader
from .shapes import request, snapshot

ATTEMPTS = 8
"""How many attempts a request has, each with its own ClientToken."""

_OF_A_USED_TOKEN = {TOKEN_USED, INVALID_STATE, NO_SUCH_SNAPSHOT}
"""Error codes for a token whose snapshot was deleted or is of another URL; all but the first also for a source."""


def tokens(key: str) -> list[str]:
    """Return the ClientTokens of a key, one for each attempt.

    Example:
        >>> tokens("0123456789abcdef" * 2)[:2]
        ['0123456789abcdef0123456789abcdef-0', '0123456789abcdef0123456789abcdef-1']
    """
    return [f"{key}-{attempt}" for attempt in range(ATTEMPTS)]


@dataclass(slots=True)
class Sender:
    """Sends requests, each with the ClientToken of its first attempt that isn't used up; thread-safe.

    The service returns the snapshot that a token made before, even if it has failed, was deleted, or is an earlier one of
    the resource, such as a retained one; then the next token is used.

    Args:
        reader: reads the snapshots of tokens.
        clock: the time.
    """

    reader: AccountReader
    clock: Clock
    _used: dict[str, float] = field(default_factory=dict)
    """The tokens with which this process may have made a snapshot that isn't visible yet, and since when."""
    _refused: dict[str, float] = field(default_factory=dict)
    """The keys of which a token was refused as used, and since when."""
    _made: dict[str, str] = field(default_factory=dict)
    """The ids of the snapshots that this process was answered, by token."""
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def send(self, spec: Spec, *, earlier: Collection[str] = ()) -> Seen:
        """Send a request and return its snapshot, which an earlier request may have made.

        Args:
            spec: the snapshot that the program asks for.
            earlier: the ids of the resource's earlier snapshots.

        Raises:
            AnswerLost: if the request may have made a snapshot that isn't visible yet.
            Refused: if all attempts are used up.
            ServiceError: if the service refuses the request.
        """
        refusal: ServiceError | None = None
        for token in self._unused(spec.key, earlier):
            try:
                seen = self._send(spec, token, earlier)
                if seen is None:
                    self.reader.used_tokens.add(token)
            except AnswerLost:
                self._since(self._used, token)
                raise
            except ServiceError as error:
                if error.code not in _OF_A_USED_TOKEN:
                    raise
                refusal = error if error.code != TOKEN_USED else refusal
                seen = self._made_with(spec, token, earlier, error)
            if seen is not None:
                self._made[token] = seen.name
                return seen
        raise refusal or Refused(
            f"what {ATTEMPTS} attempts of this request have made has failed, was deleted, or is kept: change triggers to make it "
            "another request",
            call="api:CreateSnapshot",
        )

    def _send(self, spec: Spec, token: str, earlier: Collection[str]) -> Seen | None:
        """Send a request with a token, and return its snapshot or None if the snapshot can't be used any more."""
        sent = self.clock.now()
        answer = self.reader.call("CreateSnapshot", ClientToken=token, **request(spec.arguments))
        if not isinstance(raw := answer.get("Snapshot"), Mapping):
            raise AnswerLost("the answer holds no Snapshot", call="api:CreateSnapshot")
        seen = snapshot(raw, self.reader.region)
        if seen.name in earlier:
            return None
        age = sent - seen.created_at.timestamp() if seen.created_at else 0.0
        is_new = age < USUAL_SKEW
        if seen.phase is Phase.PENDING and is_new:
            return seen
        # The service answers an earlier request's snapshot as it is or was, also if it was deleted since.
        shown = self.reader.own(seen.name)
        if shown is not None and _has_other_owner(spec, shown):
            return None
        if shown is not None and shown.phase is not Phase.FAILED:
            return shown
        may_be_new = is_new if shown is None else age < LONGEST_SKEW
        if seen.state == "error" and may_be_new:  # the next read shows that it has failed
            return replace(seen, state="pending", phase=Phase.PENDING)
        if shown is not None or seen.phase is Phase.FAILED:
            return None
        if seen.phase is Phase.DONE and is_new:
            return seen  # completed at once, as on emulators
        if age <= CREATION_GRACE + LONGEST_SKEW and self._may_show_later(self._since(self._used, token)):
            raise _not_visible_yet("the request was sent before")
        return None

    def _made_with(
        self, spec: Spec, token: str, earlier: Collection[str], refusal: ServiceError
    ) -> Seen | None:
        """Return the snapshot of a token that the service refuses, or None if the snapshot can't be used any more.

        Raises:
            AnswerLost: if the snapshot may still become visible; until then no other token may be used.
        """
        refused = self._since(self._refused, spec.key)
        if refusal.code == NO_SUCH_SNAPSHOT and token not in self._used:
            return None  # no snapshot is in progress
        for each in self._shown(token):
            if each.phase is not Phase.FAILED:
                return None if each.name in earlier or _has_other_owner(spec, each) else each
        # Earlier processes sent all their requests before this one's first refusal: their grace periods run together.
        if self._may_show_later(self._used.get(token, refused)):
            raise _not_visible_yet("an earlier request has used the ClientToken", refusal)
        return None

    def _shown(self, token: str) -> list[Seen]:
        """Return the visible snapshots of a token; none on an older API, where the core finds by tags what was tagged."""
        try:
            return self.reader.by_tokens([token])
        except Refused as error:
            if error.code != UNKNOWN_PARAMETER:
                raise
            return []

    def _unused(self, key: str, earlier: Collection[str]) -> list[str]:
        """Return the tokens after the last one that is known to be used up: those before it were used up before."""
        every = tokens(key)
        used = [
            number
            for number, token in enumerate(every, 1)
            if token in self.reader.used_tokens or self._made.get(token) in earlier
        ]
        after = every[max(used, default=0) :]
        return after or [each for number, each in enumerate(every, 1) if number not in used]

    def _may_show_later(self, since: float) -> bool:
        return self.clock.now() - since <= CREATION_GRACE

    def _since(self, times: dict[str, float], name: str) -> float:
        """Return the time that is noted for a token or key; the first time note that it is now."""
        with self._lock:
            return times.setdefault(name, self.clock.now())


def _not_visible_yet(why: str, refusal: ServiceError | None = None) -> AnswerLost:
    said = f"{refusal.message.rstrip('.')}; " if refusal else ""
    return AnswerLost(
        f"{said}{why}, and what it has made isn't visible yet",
        call="api:CreateSnapshot",
        code=refusal.code if refusal else "",
        request_id=refusal.request_id if refusal else "",
    )


def _has_other_owner(spec: Spec, seen: Seen) -> bool:
    """Whether a snapshot's owner tag names another resource: a resource that was renamed keeps its key."""
    owner = seen.tags.get(OWNER_TAG)
    return owner is not None and not same_owner(owner, spec.owner)
