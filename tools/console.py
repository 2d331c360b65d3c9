"""How the tools speak: one line a step, one sentence for a failure, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


class Stop(Exception):
    """The reason why a command stops, and what to do about it, in words for the user."""


def step(room: str, sentence: str) -> None:
    """Prints one line, at once, even when output goes into a file.

    Example: `step("setup", "virtual environment .venv: up to date")`.
    """
    print(f"{room}: {sentence}", flush=True)


def run(command: Callable[[], int]) -> int:
    """Runs a command and answers its exit code; a `Stop` is printed and becomes 1, Ctrl-C becomes 130."""
    try:
        return command()
    except Stop as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of our output has gone, as `head` does
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
