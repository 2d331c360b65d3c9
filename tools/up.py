"""`make up`: start the emulator, run `pulumi up` on the stack, and show the service's snapshots."""

from __future__ import annotations

import subprocess
import sys

from tools import console, emulator, settings, stack
from tools.console import step
from tools.paths import BIN, ROOT

REGIONS = ("us-east-1", "eu-west-1")

NEXT = """
What now:
  look       . .state/env      (this shell then uses the emulator; others don't)
             aws lightsail get-instance-snapshots --region eu-west-1
             aws lightsail get-disk-snapshots --region eu-west-1
             pulumi stack output
  change     edit examples/quickstart/__main__.py and run `make up` again; what is unchanged is not copied again
  for real   the same program copies on your AWS account; a copy costs $0.05 per GB-month there. In a new shell, or in this one after
                 {undoing}
             your own credentials and the real endpoints count. Take another stack, in a backend of your own, and name sources
             that you have:
                 . .venv/bin/activate
                 unset PULUMI_BACKEND_URL PULUMI_HOME PULUMI_CONFIG_PASSPHRASE      (those of `make up`)
                 pulumi login
                 pulumi stack init real
                 pulumi config set restoreDate YYYY-MM-DD      (and snapshot, disk, instance: the names of your own)
                 snapcopy doctor
                 pulumi preview
  undo       make down
"""


def main() -> int:
    """Bring the quickstart up; a second run changes nothing."""
    port = emulator.ensure()
    settings.write_env_file(port)
    environment = settings.environment(port)
    stack.unlock_killed("up", environment)
    stack.select(environment)
    step("up", f"pulumi up, on the stack {stack.STACK} of {stack.PROJECT}")
    code = stack.run(["up", "--yes", "--stack", stack.STACK], environment)
    if code:
        step("up", "not finished; the emulator still runs. `make up` resumes, `make down` undoes it")
        return code
    print("\nThe service now holds:", flush=True)
    status = [str(BIN / "snapcopy"), "status", *(word for region in REGIONS for word in ("--region", region))]
    code = subprocess.run(status, cwd=ROOT, env=environment, check=False).returncode
    print(NEXT.format(undoing=settings.undoing()), end="", flush=True)
    return code


if __name__ == "__main__":
    sys.exit(console.run(main))
