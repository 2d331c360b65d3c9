"""The account guard: no call is made while the credentials belong to an account that isn't allowed.

Reads are refused as well: in a wrong account a refresh would find every resource gone, and drop it from the state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from . import messages
from .errors import Cancelled, ServiceError, WrongAccount
from .values import Known, Spec
from .waiting.batch import Once
from .waiting.clock import Clock
from .waiting.deadline import Deadline, OutOfTime

PATIENCE = 30.0
"""Seconds for which a verb retries to ask for the account."""


@dataclass(slots=True, kw_only=True)
class AccountGuard:
    """Admits verbs while the account is an allowed one. The account is read once; a failed call is repeated by the next verb.

    Args:
        allowed: the numbers of the accounts.
        ask: returns the number of the account that the credentials belong to, asked in a region.
        clock: the time.
    """

    allowed: tuple[str, ...]
    ask: Callable[[str], str]
    clock: Clock
    _account: str | None = None
    _asked: dict[str, Once[str]] = field(default_factory=dict)
    _unknown: bool = False

    def admit(self, spec: Spec, known: Known, *, doing: str) -> None:
        """Return if the verb may call the service, else raise.

        Raises:
            CopyError: if the account isn't allowed, or can't be determined.
        """
        deadline = Deadline(clock=self.clock, at=self.clock.now() + PATIENCE)
        try:
            self._judge(deadline.retry(lambda: self._account_in(spec.region)))
        except WrongAccount as error:
            raise messages.wrong_account(spec, error, doing=doing, known=known) from None
        except OutOfTime as end:
            trouble = end.trouble or ServiceError("it wasn't told in time")
            raise messages.unknown_account(spec, trouble, doing=doing, known=known) from None
        except ServiceError as error:
            raise messages.unknown_account(spec, error, doing=doing, known=known) from error
        except Cancelled:
            raise messages.cancelled(spec, doing=doing, left=messages.Left()) from None

    def foresee(self, region: str) -> bool:
        """Return whether a preview may call the service; False while the account can't be determined.

        Raises:
            WrongAccount: if the account isn't allowed.
        """
        if self._unknown and self._account is None:
            return False  # don't wait for the network again for each resource
        try:
            account = self._account_in(region)
        except ServiceError:
            self._unknown = True
            return False
        self._judge(account)
        return True

    def _judge(self, account: str) -> None:
        if account not in self.allowed:
            raise WrongAccount(account, self.allowed)

    def _account_in(self, region: str) -> str:
        if self._account is None:
            asked = self._asked.setdefault(region, Once(lambda: self.ask(region)))
            self._account = asked.get()
        return self._account
