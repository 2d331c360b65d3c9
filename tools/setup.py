"""`make setup`: from a fresh checkout to working `.venv/bin/pulumi` and `.venv/bin/snapcopy`."""

from __future__ import annotations

import sys

from tools import console, emulator, environment, pulumi_cli
from tools.console import step
from tools.locks import locked
from tools.paths import STATE


def main() -> int:
    """Set up what is missing, and report what exists already."""
    with locked(
        STATE / "setup.lock", when_busy=lambda: step("setup", "waiting for another set-up of this checkout")
    ):
        if environment.current() != environment.fingerprint() and emulator.stop():
            step("setup", "emulator: stopped, as the packages it runs from change; `make up` starts it again")
        environment.ensure()
        pulumi_cli.ensure()
    return 0


if __name__ == "__main__":
    sys.exit(console.run(main))
