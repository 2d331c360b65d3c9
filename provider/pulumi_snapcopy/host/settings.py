"""What can be set: stack config ``snapcopy:KEY``, or ``SNAPCOPY_KEY`` in the environment."""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from dataclasses import dataclass

from ..core.errors import ConfigError
from ..core.pauses import LONGEST_PAUSE

DEFAULT_WORKERS = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The provider's settings.

    Args:
        poll_seconds: ``pollSeconds``, the longest pause between looks, in seconds.
        max_workers: ``maxWorkers``, how many copies the host works on at once.
    """

    poll_seconds: float = LONGEST_PAUSE
    max_workers: int = DEFAULT_WORKERS

    @classmethod
    def read(cls, config: Callable[[str], object]) -> Settings:
        """Read settings from stack config, else from the environment.

        Raises:
            ConfigError: a value can't be used.
        """
        return cls(
            poll_seconds=_number(config, "pollSeconds", "POLL_SECONDS", LONGEST_PAUSE, least=0.1),
            max_workers=int(_number(config, "maxWorkers", "MAX_WORKERS", DEFAULT_WORKERS, least=1)),
        )


def _number(
    config: Callable[[str], object], key: str, variable: str, default: float, *, least: float
) -> float:
    name, value = f"snapcopy:{key}", config(f"snapcopy:{key}")
    if value is None:
        name, value = f"SNAPCOPY_{variable}", os.environ.get(f"SNAPCOPY_{variable}")
    if value is None:
        return default
    try:
        number = float(str(value))
    except ValueError:
        number = math.nan
    if not least <= number < math.inf:
        raise ConfigError(f"{name} is {value!r}; write a number of at least {least:g}.")
    return number
