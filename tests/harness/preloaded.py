"""A process that has loaded all that a host needs, and forks into one for each line that it reads.

What a fork runs is ``pulumi.dynamic``'s own main. Two things differ from a host that was started afresh: botocore's
models are read once for all of them, and pauses are as many times shorter as the first argument says.
"""

from __future__ import annotations

import os
import runpy
import signal
import sys
import time
from types import SimpleNamespace
from typing import Any

import botocore.endpoint
import botocore.loaders
import pulumi.dynamic  # noqa: F401  (so that forks needn't)
from pulumi_snapcopy.core.waiting.clock import SystemClock
from pulumi_snapcopy.host.dynamic import DynamicProvider
from pulumi_snapcopy.lightsail import provider as _loaded  # noqa: F401
from pulumi_snapcopy.lightsail.regions import regions
from pulumi_snapcopy.lightsail.service import Lightsail

from .target import SOURCE_REGION, TARGET_REGIONS


def main() -> None:
    """Serve lines until there are no more."""
    _share_models()
    _shorten_pauses(float(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while sys.stdin.buffer.readline():
        if os.fork() == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            sys.stdin.close()
            print(os.getpid())
            runpy.run_module("pulumi.dynamic", run_name="__main__", alter_sys=True)


def _share_models() -> None:
    """Let every loader of botocore's have read what one has."""
    read: dict[Any, Any] = {}
    make = botocore.loaders.Loader.__init__

    def init(loader: Any, *arguments: Any, **options: Any) -> None:
        make(loader, *arguments, **options)
        loader._cache = read

    botocore.loaders.Loader.__init__ = init  # type: ignore[method-assign, assignment]
    service = Lightsail()
    for region in (SOURCE_REGION, *TARGET_REGIONS):
        service._clients.of(region)
    regions()


def _shorten_pauses(quicker: float) -> None:
    """Of the provider's clock, and between botocore's own tries."""

    class Quicker(SystemClock):
        def sleep(self, seconds: float) -> None:
            super().sleep(seconds / quicker)

    botocore.endpoint.time = SimpleNamespace(  # type: ignore[attr-defined]
        sleep=lambda seconds: time.sleep(seconds / quicker), time=time.time
    )
    DynamicProvider.clock = Quicker


if __name__ == "__main__":
    main()
