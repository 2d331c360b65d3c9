"""A value that is asked for once, also by many callers at the same time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class Once(Generic[T]):
    """Asks for a value once. Callers that come meanwhile wait for that answer, or get its error; an error isn't kept.

    Args:
        ask: makes the call.

    Example:
        >>> account = Once(lambda: print("asking") or "123456789012")
        >>> account.get(), account.get()
        asking
        ('123456789012', '123456789012')
    """

    ask: Callable[[], T]
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _answer: Future[T] | None = None

    def get(self) -> T:
        """Return the answer."""
        with self._lock:
            answer = self._answer
            mine = answer is None
            if answer is None:
                answer = self._answer = Future()
        if mine:
            try:
                answer.set_result(self.ask())
            except BaseException as error:
                with self._lock:
                    self._answer = None
                answer.set_exception(error)
        return answer.result()
