"""`make down`: undo `make up`."""

from __future__ import annotations

import sys

from tools import console, emulator, settings, stack
from tools.console import Stop, step
from tools.paths import BIN, cache


def main() -> int:
    """Destroy the stack, then stop the emulator; report if there is neither."""
    if stack.exists():
        code = destroy()
        if code:
            step("down", "not finished; run `make down` again, or `make clean` to drop everything here")
            return code
    elif not emulator.RECORD.exists():
        step("down", "nothing is up")
        return 0
    emulator.stop()
    emulator.forget()
    step(
        "down",
        f"done. Left: .venv, .state (settings and logs), and the Pulumi CLI in {cache()}; `make clean` takes the first two",
    )
    return 0


def destroy() -> int:
    """Run `pulumi destroy`, which removes the stack and its configuration file; start the emulator if necessary."""
    if not (BIN / "pulumi").exists():
        raise Stop("the stack is there, but .venv isn't. Run `make setup`, then `make down` again.")
    port = emulator.ensure(room="down")
    environment = settings.environment(port)
    stack.unlock_killed("down", environment)
    stack.select(environment)
    step("down", f"pulumi destroy, on the stack {stack.STACK} of {stack.PROJECT}")
    return stack.run(["destroy", "--yes", "--remove", "--stack", stack.STACK], environment)


if __name__ == "__main__":
    sys.exit(console.run(main))
