"""`make clean`: return the checkout to its state after `git clone`."""

from __future__ import annotations

import shutil
import sys

from tools import console, emulator
from tools.console import Stop, step
from tools.paths import BACKEND, ROOT, STATE, VENV, cache
from tools.stack import PROJECT, STACK


def main() -> int:
    """Stop the emulator, delete its state, and remove `.venv` and `.state`."""
    refuse_to_forget_stacks()
    emulator.stop()
    for folder in (VENV, STATE):
        shutil.rmtree(folder, ignore_errors=True)
    (ROOT / f"Pulumi.{STACK}.yaml").unlink(missing_ok=True)
    step("clean", f"removed .venv and .state; the Pulumi CLI stays in {cache()} for the next set-up")
    return 0


def refuse_to_forget_stacks() -> None:
    """Stop if there are other stacks of the user: they may manage real resources, which only their state records."""
    stacks = (BACKEND / ".pulumi" / "stacks").glob("*/*.json")
    own = sorted(
        f"{path.parent.name}/{path.stem}"
        for path in stacks
        if (path.parent.name, path.stem) != (PROJECT, STACK)
    )
    if own:
        raise Stop(
            f"the state of {', '.join(own)} is in .state and would be lost, with all that it manages. "
            "`. .state/env`, then `pulumi destroy` and `pulumi stack rm` it first."
        )


if __name__ == "__main__":
    sys.exit(console.run(main))
