"""The account guard: while the credentials belong to an account that isn't allowed, the service isn't asked anything.

Not even for a read: in a wrong account a refresh would find every copy gone, and drop it from the state.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field

from ..errors import Cancelled, ServiceError, Transient, WrongAccount
from ..model import CopyRequest
from ..watching.clock import Clock
from ..watching.pauses import backoff
from . import explain

PATIENCE = 30.0
"""Seconds for which a verb goes on asking for the account while that fails for the time being."""


@dataclass(slots=True, kw_only=True)
class AccountGuard:
    """Admits verbs, while the account is one of those allowed. It is asked for once; a failed ask is no answer.

    Args:
        allowed: the numbers of the accounts.
        ask: asks, in a region, for the number of the account that the credentials belong to.
        clock: the time.
    """

    allowed: tuple[str, ...]
    ask: Callable[[str], str]
    clock: Clock
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _answer: Future[str] | None = None
    """The ask that is under way, or the one that was answered."""
    _untold: bool = False

    def admit(self, request: CopyRequest, *, doing: str) -> None:
        """Return if the verb may call the service.

        Raises:
            CopyError: the account isn't allowed, or can't be told.
        """
        try:
            self._judge(self._patiently(request.target_region))
        except WrongAccount as error:
            raise explain.wrong_account(request, error, doing=doing) from None
        except ServiceError as error:
            raise explain.untold_account(request, error, doing=doing) from error
        except Cancelled:
            raise explain.cancelled(request, doing=doing) from None

    def foresee(self, region: str) -> bool:
        """Whether a preview may call the service; it may not while the account can't be told.

        Raises:
            WrongAccount: the account isn't allowed.
        """
        if self._untold:
            return False  # what waited for a network in vain needn't do so for each copy
        try:
            account = self._once(region)
        except ServiceError:
            self._untold = True
            return False
        self._judge(account)
        return True

    def _judge(self, account: str) -> None:
        if account not in self.allowed:
            raise WrongAccount(account, self.allowed)

    def _patiently(self, region: str) -> str:
        deadline, attempt = self.clock.now() + PATIENCE, 0
        while True:
            try:
                return self._once(region)
            except Transient:
                rest = backoff(attempt)
                if self.clock.now() + rest > deadline:
                    raise
                self.clock.sleep(rest)
                attempt += 1

    def _once(self, region: str) -> str:
        """The answer that is there, or that of the ask that is under way, or of our own."""
        with self._lock:
            answer, mine = self._answer, self._answer is None
            if answer is None:
                answer = self._answer = Future()
        if mine:
            try:
                answer.set_result(self.ask(region))
            except BaseException as error:
                self._answer = None
                answer.set_exception(error)
        return answer.result()
