"""Two set-ups at once."""

from __future__ import annotations

import threading
from pathlib import Path

from tools.locks import locked


def test_the_second_waits_for_the_first_and_says_so(tmp_path: Path) -> None:
    """While one holds the lock the other says that it waits, and goes on afterwards."""
    order: list[str] = []
    waiting = threading.Event()

    def second() -> None:
        with locked(tmp_path / "lock", when_busy=waiting.set):
            order.append("second")

    with locked(tmp_path / "lock", when_busy=lambda: order.append("busy for the first")):
        thread = threading.Thread(target=second)
        thread.start()
        assert waiting.wait(30)
        order.append("first")
    thread.join(30)
    assert order == ["first", "second"]
