"""The output of the tools: one line for each step, one sentence for a failure, never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


class Stop(Exception):
    """Why a command stops, and what to do about it, in words for the user."""


def step(room: str, sentence: str) -> None:
    """Print one line at once, even if the output goes into a file.

    Example: `step("setup", "virtual environment .venv: up to date")`.
    """
    print(f"{room}: {sentence}", flush=True)


def run(command: Callable[[], int]) -> int:
    """Run a command and return its exit code; a `Stop` is printed and returns 1, Ctrl-C returns 130."""
    try:
        return command()
    except Stop as reason:
        print(f"error: {reason}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except BrokenPipeError:  # the reader of the output has gone, such as `head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
